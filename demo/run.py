"""``make run``: Gatehouse with a sample tenant, the demo identity provider and application."""

import fcntl
import hashlib
import logging
import os
import signal
import sys
import time
from collections.abc import Callable
from functools import partial
from http import HTTPStatus
from pathlib import Path
from types import FrameType
from typing import IO, Final

import django
import httpx2
from django.core.management import CommandError
from django.db import OperationalError

from config.env import Environment
from demo.application import SCIM_PATH
from demo.connection import Connection
from demo.identity_provider import IdentityProvider
from demo.keys import load_or_make_key_pair
from demo.people import ADMIN_EMAIL
from demo.ports import HOST, is_free, take_back, who_has
from demo.secrets_file import DemoSecrets, kept_secrets, make_secrets, save_secrets
from demo.supervision import Running, Supervised, child, stop
from operations.bounds import Bounds
from operations.embedded.errors import EmbeddedPostgresError
from operations.embedded.server import EmbeddedPostgres
from operations.server.starting import serve_command
from operations.variables import UnusableVariableError

_PORTS_TRIED: Final = 20
_START_SECONDS: Final = 120
_STOP_SECONDS: Final = 10


class StartError(Exception):
    """Gatehouse cannot start; the message says why and what to do."""


class _Stopped(BaseException):
    """SIGTERM or Ctrl-C arrived."""


def main() -> int:
    """Serve until stopped; 1 when that cannot begin."""
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, _raise_stopped)
    try:
        _run()
    except (StartError, EmbeddedPostgresError, UnusableVariableError) as error:
        sys.stderr.write(f"\nGatehouse did not start: {error}\n")
        return 1
    except _Stopped:
        return 0
    return 0


def _raise_stopped(_number: int, _frame: FrameType | None) -> None:
    raise _Stopped


def _run() -> None:
    logging.getLogger("httpx2").setLevel(logging.WARNING)  # Not each question "are you up?".
    environment, bounds = Environment(), Bounds()
    data_dir = environment.data_dir.resolve()
    with _only_run_of(data_dir):
        take_back(environment.port, data_dir=data_dir)
        if not is_free(environment.port):
            raise StartError(
                f"port {environment.port} of {HOST} is taken by {who_has(environment.port)}. "
                "Stop that one, or choose another port: PORT=8100 make run"
            )
        postgres = None if environment.database_url else EmbeddedPostgres(data_dir)
        kept: list[Supervised] = []
        try:
            if postgres is not None:
                kept.append(_supervised_postgres(postgres))
            _serve(environment, kept)
            while True:
                for each in kept:
                    each.tend()
                time.sleep(0.5)
        finally:
            _stop(kept, postgres, bounds)


def _only_run_of(data_dir: Path) -> IO[bytes]:
    """Return a lock on the data folder that goes with this process.

    Raises:
        StartError: Another run has it, or the folder cannot be written.
    """
    try:
        data_dir.mkdir(parents=True, exist_ok=True)
        lock = (data_dir / "run.lock").open("ab")
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        raise StartError(
            f"another run uses the data folder {data_dir}. Stop that one, or choose another "
            "folder: GATEHOUSE_DATA_DIR=/tmp/other make run"
        ) from None
    except OSError as error:
        raise StartError(
            f"the data folder cannot be written: {error}. Choose another one: "
            "GATEHOUSE_DATA_DIR=/path/to/folder make run"
        ) from error
    return lock


def _supervised_postgres(postgres: EmbeddedPostgres) -> Supervised:
    deadline = time.monotonic() + _START_SECONDS
    while not postgres.hold():
        if time.monotonic() > deadline:
            raise StartError("a command uses the embedded PostgreSQL and does not end.")
        time.sleep(0.2)

    def start() -> Running:
        postgres.start()
        assert postgres.process is not None  # noqa: S101 - it has just been started
        return postgres.process

    supervised = Supervised("PostgreSQL", start)
    supervised.begin()
    os.environ["DATABASE_URL"] = postgres.url  # For this process and its children.
    return supervised


def _serve(environment: Environment, kept: list[Supervised]) -> None:
    """Prepare everything, start server, worker and demo, and tell what is where."""
    state = environment.data_dir.resolve() / "demo"
    demo_port = _free_port_after(environment.port)
    application_port = _free_port_after(demo_port)
    # Gatehouse reaches into no private network unless it is told to; the demo application is there.
    os.environ.setdefault("GATEHOUSE_OUTGOING_NETWORKS", f"{HOST}/32")
    connection, secrets = _prepare(state, environment, demo_port, application_port)
    variables = {
        "GATEHOUSE_COMPONENTS": "1",
        **os.environ,
        "GATEHOUSE_DATA_DIR": str(environment.data_dir.resolve()),
    }
    server = [sys.executable, *serve_command(environment.port)]
    told = ["--gatehouse", environment.base_url, "--state", str(state)]
    demo = [sys.executable, "-m", "demo", "--port", str(demo_port), *told]
    application = [sys.executable, "-m", "demo.application", "--port", str(application_port), *told]
    worker = [sys.executable, "-m", "django", "worker"]
    started = [
        Supervised("The server", lambda: child(server, variables)),
        Supervised("The worker", lambda: child(worker, variables)),
        Supervised("The demo identity provider", lambda: child(demo, variables)),
        Supervised("The demo application", lambda: child(application, variables)),
    ]
    kept += started
    for each in started:
        each.begin()
    _wait_until_ready(started, [environment.port, demo_port, application_port])
    _wait_until(lambda: _has_worker(environment.port), started, "no worker was heard of")
    if not _token_is_alive(environment, connection):
        connection = _reconnect(state, demo_port)
    _announce(environment, connection, (demo_port, application_port), secrets)


def _stop(kept: list[Supervised], postgres: EmbeddedPostgres | None, bounds: Bounds) -> None:
    """End the server, the worker, the demo, then PostgreSQL, each when it has finished."""
    seconds = bounds.stop_seconds + _STOP_SECONDS
    for each in kept:
        if postgres is None or each.running is not postgres.process:
            stop(each.running, seconds=seconds)
    if postgres is not None:
        postgres.stop()


def _prepare(
    state: Path, environment: Environment, demo_port: int, application_port: int
) -> tuple[Connection, DemoSecrets]:
    """Bring database, static files and sample tenant up to date."""
    sys.stdout.write("Gatehouse prepares its database; the first time takes about a minute.\n")
    sys.stdout.flush()
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    django.setup()
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
        sample.connect_application(_application_url(application_port), secrets)
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


def _wait_until_ready(servers: list[Supervised], ports: list[int]) -> None:
    for port in ports:
        _wait_until(partial(_answers, port), servers, f"nothing answers on port {port}")


def _wait_until(is_so: Callable[[], bool], servers: list[Supervised], otherwise: str) -> None:
    deadline = time.monotonic() + _START_SECONDS
    while not is_so():
        if any(each.running and each.running.poll() is not None for each in servers):
            raise StartError("a process ended while starting; its message stands above.")
        if time.monotonic() > deadline:
            raise StartError(f"{otherwise} after {_START_SECONDS} seconds.")
        time.sleep(0.1)


def _has_worker(port: int) -> bool:
    answer = httpx2.get(f"{_url(port)}/health/ready", timeout=10, trust_env=False)
    return "missing" not in answer.json()


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
    environment: Environment, connection: Connection, ports: tuple[int, int], secrets: DemoSecrets
) -> None:
    """Tell what is where; ``ports`` are those of the identity provider and of the application."""
    from demo import sample  # noqa: PLC0415 - models exist only after set-up

    base_url = environment.base_url
    demo_port, application_port = ports
    sys.stdout.write(
        f"""
Gatehouse is running. Stop it with Ctrl-C.

  Gatehouse                {base_url}/
  Demo identity provider   {_url(demo_port)}/   <- start here
  Demo application         {_url(application_port)}/   <- where people are pushed to

  Console, as the admin of {sample.TENANT_NAME}
                           {connection.console_url}
    e-mail                 {ADMIN_EMAIL}
    password               {secrets.admin_password}

  Platform, as operator    {base_url}/platform/
    e-mail                 {sample.OPERATOR_EMAIL}
    password               {secrets.operator_password}

  SCIM, from a terminal:
  curl -H 'Authorization: Bearer {connection.scim_token}' {connection.scim_url}/Users

"""
    )
    sys.stdout.flush()


def _url(port: int) -> str:
    return f"http://{HOST}:{port}"


def _application_url(port: int) -> str:
    return f"{_url(port)}{SCIM_PATH}"


def _free_port_after(port: int) -> int:
    for candidate in range(port + 1, port + 1 + _PORTS_TRIED):
        if is_free(candidate):
            return candidate
    raise StartError(f"none of the {_PORTS_TRIED} ports after {port} is free for the demo.")


if __name__ == "__main__":
    sys.exit(main())
