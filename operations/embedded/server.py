"""One PostgreSQL server as a direct child of this process, reached by a socket of its own.

Nobody but who runs Gatehouse is let in: the kernel says who is at the other end of a socket
(``peer``), the socket lies in a folder of mode 0700 that is new at each start, and the server
listens to nothing else.
"""

from __future__ import annotations

import fcntl
import os
import shutil
import signal
import subprocess
import tempfile
import time
from contextlib import suppress
from pathlib import Path
from typing import IO, TYPE_CHECKING, Final
from urllib.parse import quote

import psycopg
from psycopg import sql

from operations.embedded.errors import EmbeddedPostgresError
from operations.embedded.owner import Owner, owner_of

if TYPE_CHECKING:
    from collections.abc import Sequence

DATABASE: Final = "gatehouse"
START_SECONDS: Final = 60
STOP_SECONDS: Final = 30
_LONGEST_SOCKET_FOLDER: Final = 80
"""In characters: a socket's path has about a hundred."""
_LOG_BYTES: Final = 10 * 1024 * 1024
_PEER_MAP: Final = "gatehouse"
_PREFIX: Final = "gatehouse-"


class EmbeddedPostgres:
    """The server whose data is in ``data_dir/postgres``; :meth:`start` makes the data if need be.

    Only one process at a time may hold it; the lock goes with the process.
    """

    def __init__(self, data_dir: Path) -> None:
        self._data_dir = data_dir
        self._lock: int | None = None
        self._owner: Owner | None = None
        self._socket: Path | None = None
        self.process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        """The address of its database, which names who must be at the other end."""
        assert self._owner is not None  # noqa: S101 - known from the start on
        return database_url(self.socket_folder, self._owner.name)

    @property
    def socket_folder(self) -> Path:
        """The folder of its socket, the same for as long as this object holds the server."""
        assert self._socket is not None  # noqa: S101
        return self._socket

    def hold(self) -> bool:
        """Take the lock; ``False`` when another process has it."""
        if self._lock is None:
            self._data_dir.mkdir(parents=True, exist_ok=True)
            path = self._data_dir / "postgres.lock"
            lock = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                os.close(lock)
                return False
            self._lock = lock
        return True

    def start(self) -> None:
        """Start the server and wait until it answers; the lock must be held.

        Also again, after the server has ended by itself: its address stays the same.

        Raises:
            EmbeddedPostgresError: It did not start; the message has what it said.
        """
        self._owner = owner = owner_of(self._data_dir)
        _end_orphan(owner.data)
        _initialise(owner)
        _write_access(owner)
        if self._socket is None:
            self._socket = _new_socket_folder(owner, self._data_dir / "postgres.socket")
        with _log_of(self._data_dir) as log:
            self.process = subprocess.Popen(  # noqa: S603 - our own words
                [*_dying_with_parent(), *_command(owner, self._socket)],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                cwd="/",
                env=_environment(),
                start_new_session=True,
                **owner.spawn,
            )
        self._wait_until_ready()
        _create_database(database_url(self._socket, owner.name, "postgres"))

    def stop(self) -> None:
        """End the server with its sessions, in order, and give up the lock."""
        process = self.process
        if process is not None and process.poll() is None:
            process.send_signal(signal.SIGINT)
            try:
                process.wait(STOP_SECONDS)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
        self.process = None
        if self._socket is not None:
            shutil.rmtree(self._socket, ignore_errors=True)
            self._socket = None
        if self._lock is not None:
            os.close(self._lock)
            self._lock = None

    def _wait_until_ready(self) -> None:
        assert self.process is not None  # noqa: S101
        assert self._owner is not None  # noqa: S101
        address = database_url(self.socket_folder, self._owner.name, "postgres")
        deadline = time.monotonic() + START_SECONDS
        while True:
            try:
                psycopg.connect(address, connect_timeout=5).close()
            except psycopg.OperationalError as error:
                if self.process.poll() is not None:
                    raise EmbeddedPostgresError(self._last_words()) from error
                if time.monotonic() > deadline:
                    raise EmbeddedPostgresError(f"it does not answer: {error}") from error
                time.sleep(0.05)
            else:
                return

    def _last_words(self) -> str:
        said = (self._data_dir / "postgres.log").read_text(errors="replace").splitlines()
        return "it ended at once, saying: " + " / ".join(said[-5:])


def database_url(folder: Path, owner: str, database: str = DATABASE) -> str:
    """Return the address of a database behind the socket in ``folder``.

    The client refuses a server that is run by anybody but ``owner``.
    """
    where = f"host={quote(str(folder), safe='')}&requirepeer={quote(owner)}"
    return f"postgresql://postgres@/{database}?{where}"


def _command(owner: Owner, socket_folder: Path) -> list[str]:
    settings = {
        "listen_addresses": "",
        "unix_socket_directories": str(socket_folder),
        "unix_socket_permissions": "0700",
        "logging_collector": "off",
    }
    words = [str(owner.programs / "postgres"), "-D", str(owner.data)]
    return words + [word for name, value in settings.items() for word in ("-c", f"{name}={value}")]


def _dying_with_parent() -> list[str]:
    """Return what has the kernel end the server when this process is killed, where it can."""
    setpriv = shutil.which("setpriv")
    return [setpriv, "--pdeathsig", "INT", "--"] if setpriv else []


def _environment() -> dict[str, str]:
    return {"PATH": os.environ.get("PATH", os.defpath), "LC_ALL": "C", "TZ": "UTC"}


def _new_socket_folder(owner: Owner, note: Path) -> Path:
    """Make the folder, and remove the one of a killed process, whose name ``note`` holds."""
    with suppress(OSError):
        left = Path(note.read_text())
        if left.name.startswith(_PREFIX) and left.lstat().st_uid == owner.uid:
            shutil.rmtree(left, ignore_errors=True)
    folder = tempfile.gettempdir()
    if len(folder) > _LONGEST_SOCKET_FOLDER:
        folder = "/tmp"  # noqa: S108 - mkdtemp makes a folder that is new and ours alone
    made = Path(tempfile.mkdtemp(prefix=_PREFIX, dir=folder))
    owner.give(made)
    note.write_text(str(made))
    return made


def _log_of(data_dir: Path) -> IO[bytes]:
    path = data_dir / "postgres.log"
    is_long = path.exists() and path.stat().st_size > _LOG_BYTES
    log = path.open("wb" if is_long else "ab")
    path.chmod(0o600)
    return log


def _initialise(owner: Owner) -> None:
    if (owner.data / "PG_VERSION").exists():
        return
    owner.data.mkdir(mode=0o700, parents=True, exist_ok=True)
    words = [str(owner.programs / "initdb"), "-D", str(owner.data), "-U", "postgres"]
    words += ["--auth-local=peer", "--auth-host=reject", "--encoding=UTF8", "--locale=C.UTF-8"]
    made = _run(words, owner)
    if made.returncode != 0:
        raise EmbeddedPostgresError(f"its data could not be made: {made.stderr.strip()}")


def _run(words: Sequence[str], owner: Owner) -> subprocess.CompletedProcess[str]:
    return subprocess.run(  # noqa: S603 - our own words
        words,
        capture_output=True,
        text=True,
        check=False,
        cwd="/",
        env=_environment(),
        timeout=START_SECONDS,
        **owner.spawn,
    )


def _write_access(owner: Owner) -> None:
    """Let in who runs Gatehouse and nobody else, also to data that was made otherwise."""
    lines = [f"{_PEER_MAP} {name} postgres" for name in dict.fromkeys(owner.names)]
    files = {
        "pg_hba.conf": f"local all postgres peer map={_PEER_MAP}\n",
        "pg_ident.conf": "".join(f"{line}\n" for line in lines),
    }
    for name, text in files.items():
        path = owner.data / name
        path.write_text(text)
        path.chmod(0o600)
        owner.give(path)


def _end_orphan(data: Path) -> None:
    """End a server that outlived the process it belonged to; the lock says that nobody has it."""
    deadline = time.monotonic() + STOP_SECONDS
    while (pid := running_server(data)) is not None:
        if time.monotonic() > deadline:
            raise EmbeddedPostgresError(f"an earlier server, process {pid}, does not end")
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGINT)
        time.sleep(0.2)


def running_server(data: Path) -> int | None:
    """Return the process of the server whose data is in ``data``, if one runs."""
    try:
        pid = int((data / "postmaster.pid").read_text().splitlines()[0])
        words = Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
    except (OSError, ValueError, IndexError):
        return None
    return pid if str(data).encode() in words else None


def _create_database(address: str) -> None:
    with psycopg.connect(address, autocommit=True) as connection:
        found = connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [DATABASE])
        if found.fetchone() is None:
            statement = sql.SQL("CREATE DATABASE {} TEMPLATE template0 ENCODING 'UTF8'")
            connection.execute(statement.format(sql.Identifier(DATABASE)))
