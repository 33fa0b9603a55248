"""``make run``: Gatehouse and the demo identity provider, with a sample tenant connected."""

import hashlib
import logging
import os
import signal
import socket
import subprocess
import sys
import time
from contextlib import suppress
from http import HTTPStatus
from pathlib import Path
from types import FrameType
from typing import Final

import django
import httpx2
from django.core.management import CommandError
from django.db import OperationalError

from config.embedded_postgres import EmbeddedPostgresError, embedded_database_url
from config.env import Environment
from config.env import EnvironmentError as UnusableVariableError
from config.server.starting import serve_command
from demo.connection import Connection
from demo.daily import DailyWork
from demo.identity_provider import IdentityProvider
from demo.keys import load_or_make_key_pair
from demo.secrets_file import DemoSecrets, kept_secrets, make_secrets, save_secrets

_HOST: Final = "127.0.0.1"
_PORTS_TRIED: Final = 20
_START_SECONDS: Final = 120
_STOP_SECONDS: Final = 10


class StartError(Exception):
    """Gatehouse cannot start; the message says why and what to do."""


class _Stopped(BaseException):
    """SIGTERM or Ctrl-C arrived."""


def main() -> int:
    """Serve until stopped; 1 when that cannot begin or a server ends by itself."""
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, _raise_stopped)
    try:
        return _run()
    except (StartError, EmbeddedPostgresError, UnusableVariableError) as error:
        sys.stderr.write(f"\nGatehouse did not start: {error}\n")
        return 1
    except _Stopped:
        return 0


def _raise_stopped(_number: int, _frame: FrameType | None) -> None:
    raise _Stopped


def _run() -> int:
    logging.getLogger("httpx2").setLevel(logging.WARNING)  # Not each question "are you up?".
    environment = Environment()
    state = environment.data_dir.resolve() / "demo"
    if not _is_free(environment.port):
        raise StartError(
            f"port {environment.port} of {_HOST} is taken by another program. "
            "Stop that one, or choose another port: PORT=8100 make run"
        )
    demo_port = _free_port_after(environment.port)
    connection, secrets = _prepare(state, environment, demo_port)
    variables = _variables_of_children(environment)
    servers = _start_servers(state, environment, demo_port, variables)
    daily = DailyWork(variables)
    try:
        _wait_until_ready(servers, [environment.port, demo_port])
        if not _token_is_alive(environment, connection):
            connection = _reconnect(state, demo_port)
        _announce(environment, connection, demo_port, secrets)
        return _watch(servers, daily)
    finally:
        daily.stop()
        _stop(servers)


def _prepare(
    state: Path, environment: Environment, demo_port: int
) -> tuple[Connection, DemoSecrets]:
    """Bring database, static files and sample tenant up to date."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    django.setup()  # Starts the embedded PostgreSQL, which stays up as long as this process.
    from demo import sample  # noqa: PLC0415 - models exist only after set-up

    try:
        sample.prepare_database()
        sample.collect_static_files()
        kept = kept_secrets(state)
        secrets = kept or make_secrets()
        save_secrets(state, secrets)
        is_new = sample.ensure_people(secrets)
        if kept is None and not is_new:
            sample.reset_passwords(secrets)
        metadata = _metadata(state, demo_port)
        fingerprint = hashlib.sha256(f"{environment.base_url}\n{metadata}".encode()).hexdigest()
        connection = sample.kept_connection(state)
        if is_new or connection is None or secrets.connected_with != fingerprint:
            connection = sample.connect(state, metadata)
            secrets.connected_with = fingerprint
            save_secrets(state, secrets)
    except OperationalError as error:
        raise StartError(f"the database does not answer. Check DATABASE_URL. {error}") from error
    except CommandError as error:
        raise StartError(str(error)) from error
    return connection, secrets


def _reconnect(state: Path, demo_port: int) -> Connection:
    """Connect again after somebody regenerated the SCIM token."""
    from demo import sample  # noqa: PLC0415 - models exist only after set-up

    return sample.connect(state, _metadata(state, demo_port))


def _metadata(state: Path, demo_port: int) -> str:
    return IdentityProvider(_url(demo_port), load_or_make_key_pair(state)).metadata()


def _variables_of_children(environment: Environment) -> dict[str, str]:
    # Told the address of the embedded PostgreSQL, they need not hold it themselves: it stops when
    # its last holder ends in order, which killed workers do not.
    database_url = environment.database_url or embedded_database_url(environment.data_dir.resolve())
    return {**os.environ, "DATABASE_URL": database_url}


def _start_servers(
    state: Path, environment: Environment, demo_port: int, variables: dict[str, str]
) -> "list[subprocess.Popen[bytes]]":
    server = [sys.executable, *serve_command(environment.port)]
    demo = [sys.executable, "-m", "demo", "--port", str(demo_port)]
    demo += ["--gatehouse", environment.base_url, "--state", str(state)]
    # Sessions of their own: Ctrl-C reaches this process only, which then stops both in order.
    return [
        subprocess.Popen(command, env=variables, start_new_session=True)  # noqa: S603 - our words
        for command in (server, demo)
    ]


def _wait_until_ready(servers: "list[subprocess.Popen[bytes]]", ports: list[int]) -> None:
    deadline = time.monotonic() + _START_SECONDS
    for port in ports:
        while not _answers(port):
            if any(server.poll() is not None for server in servers):
                raise StartError("a server ended while starting; its message stands above.")
            if time.monotonic() > deadline:
                raise StartError(f"nothing answers on port {port} after {_START_SECONDS} seconds.")
            time.sleep(0.1)


def _answers(port: int) -> bool:
    try:
        httpx2.get(_url(port), timeout=10, trust_env=False)
    except httpx2.HTTPError:
        return False
    return True


def _token_is_alive(environment: Environment, connection: Connection) -> bool:
    # Asked of the server started here, which may be known to the world by another address.
    answer = httpx2.get(
        f"{_url(environment.port)}/scim/v2/Users",
        params={"count": "0"},
        headers={
            "Authorization": f"Bearer {connection.scim_token}",
            "Host": httpx2.URL(environment.base_url).netloc.decode(),
        },
        timeout=15,
        trust_env=False,
    )
    return answer.status_code not in {HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN}


def _announce(
    environment: Environment, connection: Connection, demo_port: int, secrets: DemoSecrets
) -> None:
    from demo import sample  # noqa: PLC0415 - models exist only after set-up

    base_url = environment.base_url
    sys.stdout.write(
        f"""
Gatehouse is running. Stop it with Ctrl-C.

  Gatehouse                {base_url}/
  Demo identity provider   {_url(demo_port)}/   <- start here

  Console, as the admin of {sample.TENANT_NAME}
                           {connection.console_url}
    e-mail                 {sample.ADMIN_EMAIL}
    password               {secrets.admin_password}

  Platform, as operator    {base_url}/platform/
    e-mail                 {sample.OPERATOR_EMAIL}
    password               {secrets.operator_password}

  SCIM, from a terminal:
  curl -H 'Authorization: Bearer {connection.scim_token}' {connection.scim_url}/Users

"""
    )
    sys.stdout.flush()


def _watch(servers: "list[subprocess.Popen[bytes]]", daily: DailyWork) -> int:
    while all(server.poll() is None for server in servers):
        daily.tend()
        time.sleep(0.5)
    sys.stderr.write("\nA server ended by itself; stopping the other.\n")
    return 1


def _stop(servers: "list[subprocess.Popen[bytes]]") -> None:
    for server in servers:
        with suppress(ProcessLookupError):
            server.terminate()
    for server in servers:
        try:
            server.wait(timeout=_STOP_SECONDS)
        except subprocess.TimeoutExpired:
            os.killpg(server.pid, signal.SIGKILL)
            server.wait()


def _url(port: int) -> str:
    return f"http://{_HOST}:{port}"


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        # As servers do: a port whose last connections are still closing is free.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((_HOST, port))
        except OSError:
            return False
        return True


def _free_port_after(port: int) -> int:
    for candidate in range(port + 1, port + 1 + _PORTS_TRIED):
        if _is_free(candidate):
            return candidate
    raise StartError(f"none of the {_PORTS_TRIED} ports after {port} is free for the demo.")


if __name__ == "__main__":
    sys.exit(main())
