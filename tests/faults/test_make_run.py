"""``make run`` keeps up what it starts, loses nothing that was acknowledged, and leaves nothing."""

from __future__ import annotations

import os
import re
import signal
import stat
import subprocess
import sys
import time
from collections import Counter
from dataclasses import dataclass, field
from http import HTTPStatus
from pathlib import Path
from typing import TYPE_CHECKING

import httpx2
import pytest

from demo.ports import listeners
from operations.embedded.binaries import packaged_programs
from tests.support.folders import folders_above, modes_of
from tests.support.mixed_load import KINDS, Acknowledged, MixedLoad
from tests.support.processes import LOOPBACK, free_port

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("make-run")]
PATIENCE = 90.0
BACK_AFTER = 60.0
"""Seconds within which everything is served again after a SIGKILL.  Two cores with a load of ten
took up to 32, most of them to read the program anew."""


@dataclass
class Run:
    """A started ``make run`` with a data folder of its own."""

    folder: Path
    port: int
    modes: dict[Path, int]
    """Of every folder above its data and PostgreSQL's programs, before it was first started."""
    process: subprocess.Popen[bytes] | None = None
    output: Path = field(init=False)

    def __post_init__(self) -> None:
        self.output = self.folder.with_suffix(".txt")

    @property
    def url(self) -> str:
        return f"http://{LOOPBACK}:{self.port}"

    @property
    def environment(self) -> dict[str, str]:
        without = {name: value for name, value in os.environ.items() if name != "DATABASE_URL"}
        without.pop("DJANGO_SETTINGS_MODULE", None)
        return without | {
            "PORT": str(self.port),
            "GATEHOUSE_BASE_URL": self.url,
            "GATEHOUSE_DATA_DIR": str(self.folder),
        }

    def start(self) -> None:
        with self.output.open("wb") as output:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "demo.run"],
                env=self.environment,
                stdout=output,
                stderr=output,
                start_new_session=True,
            )
        eventually(lambda: "Gatehouse is running" in self.said(), self.said)

    def said(self) -> str:
        return self.output.read_text(errors="replace")

    @property
    def token(self) -> str:
        found = re.search(r"Bearer (\S+)'", self.said())
        assert found
        return found[1]

    def scim(self, method: str, path: str, body: object = None) -> httpx2.Response:
        return httpx2.request(
            method,
            f"{self.url}/scim/v2{path}",
            json=body,
            headers={"Authorization": f"Bearer {self.token}"},
            timeout=30,
            trust_env=False,
        )

    def serves(self) -> bool:
        try:
            return self.scim("GET", "/Users?count=1").status_code == HTTPStatus.OK
        except httpx2.HTTPError:
            return False

    def demo_answers(self) -> bool:
        try:
            httpx2.get(f"http://{LOOPBACK}:{self.port + 1}/", timeout=5, trust_env=False)
        except httpx2.HTTPError:
            return False
        return True

    def postmaster(self) -> int:
        return int((self.folder / "postgres" / "postmaster.pid").read_text().splitlines()[0])

    def server(self) -> int:
        """The main process of the server, whose workers listen; 0 when there is none."""
        return self._child(b"serve")

    def worker(self) -> int:
        return max(listeners(self.port))

    def demo(self) -> int:
        return min(listeners(self.port + 1))

    def does_jobs(self) -> int:
        """The process that does jobs; 0 when there is none."""
        return self._child(b"worker")

    def _child(self, word: bytes) -> int:
        """The process started with this word by the run; 0 when there is none."""
        assert self.process is not None
        main = self.process.pid
        for child in Path(f"/proc/{main}/task/{main}/children").read_text().split():
            if word in Path(f"/proc/{child}/cmdline").read_bytes().split(b"\0"):
                return int(child)
        return 0

    def end(self) -> None:
        if self.process is not None and self.process.poll() is None:
            self.process.terminate()
            self.process.wait(60)


def eventually(holds: Callable[[], bool], told: Callable[[], str] = lambda: "") -> float:
    """Wait until something holds; return the seconds that took."""
    started = time.monotonic()
    while not holds():
        assert time.monotonic() - started < PATIENCE, told()
        time.sleep(0.1)
    return time.monotonic() - started


def is_gone(pid: int) -> bool:
    try:
        return "State:\tZ" in Path(f"/proc/{pid}/status").read_text()
    except OSError:
        return True


@pytest.fixture(scope="module")
def kept_run(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Run]:
    # A long path, as some machines have it: a socket would not fit below it.
    folder = tmp_path_factory.mktemp("a-folder-with-a-long-name-" + "x" * 80) / "var"
    folder.mkdir(mode=0o750)
    modes = modes_of(folders_above(folder / "postgres", packaged_programs()))
    run = Run(folder, free_port(in_a_row=2), modes)
    try:
        yield run
    finally:
        run.end()


@pytest.fixture
def run(kept_run: Run) -> Run:
    """The run, started if an earlier test has ended it."""
    if kept_run.process is None or kept_run.process.poll() is not None:
        kept_run.start()
    return kept_run


@pytest.mark.parametrize("victim", ["worker", "server", "postmaster", "demo", "does_jobs"])
def test_whatever_is_killed_comes_back_and_nothing_acknowledged_is_lost(
    run: Run, victim: str
) -> None:
    serving = listeners(run.port)
    load = MixedLoad(run.url, run.token)
    try:
        eventually(lambda: load.has_served_each_since(Counter()))
        killed = getattr(run, victim)()
        ends = [killed, *serving] if victim == "server" else [killed]  # Its workers go with it.
        began = time.monotonic()
        os.kill(killed, signal.SIGKILL)
        eventually(lambda: all(is_gone(pid) for pid in ends))
        then = load.served()
        eventually(lambda: load.has_served_each_since(then), run.said)
        eventually(lambda: len(listeners(run.port)) == len(serving), run.said)
        eventually(run.demo_answers)
        eventually(lambda: run.does_jobs() not in {0, killed}, run.said)
        back = time.monotonic() - began
    finally:
        load.stop()

    assert run.process is not None
    assert run.process.poll() is None
    assert back < BACK_AFTER
    for kind, statuses in load.statuses.items():
        assert statuses.keys() <= KINDS[kind] | {HTTPStatus.SERVICE_UNAVAILABLE}
    assert load.acknowledged.joined
    assert load.missing() == Acknowledged()


def test_a_second_run_with_the_same_data_is_refused_in_a_sentence(run: Run) -> None:
    second = subprocess.run(
        [sys.executable, "-m", "demo.run"],
        env=run.environment,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )

    assert second.returncode == 1
    assert f"another run uses the data folder {run.folder}" in second.stderr
    assert "Traceback" not in second.stderr
    assert run.serves()


def test_a_command_joins_the_running_database(run: Run) -> None:
    more = ["--admin-email=admin@joined.example", "--json"]
    done = subprocess.run(  # noqa: S603 - our own command
        [sys.executable, "manage.py", "create_tenant", "joined", "--name=Joined", *more],
        env=run.environment,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )

    assert done.returncode == 0, done.stderr
    assert '"tenant": "joined"' in done.stdout
    assert run.serves()


def test_nobody_else_is_let_into_the_database(run: Run) -> None:
    folder = Path((run.folder / "postgres.socket").read_text())
    access = (run.folder / "postgres" / "pg_hba.conf").read_text()

    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert stat.S_IMODE((run.folder / "postgres").resolve().stat().st_mode) == 0o700
    assert access == "local all postgres peer map=gatehouse\n"


def test_no_folder_above_the_data_or_the_programs_is_opened_to_anybody(run: Run) -> None:
    assert (run.folder / "postgres" / "PG_VERSION").exists()
    assert run.folder in run.modes
    assert modes_of(run.modes) == run.modes


def test_who_is_killed_leaves_nothing_behind_and_the_next_run_goes_on(run: Run) -> None:
    assert run.process is not None
    user_id = run.scim("POST", "/Users", {"userName": "kept@acme.example"}).json()["id"]
    children = [run.postmaster(), run.server(), run.worker(), *listeners(run.port + 1)]

    run.process.kill()
    run.process.wait()
    eventually(lambda: all(is_gone(pid) for pid in children))
    run.start()

    assert run.scim("GET", f"/Users/{user_id}").status_code == HTTPStatus.OK


def test_a_port_is_taken_back_from_an_orphan_of_the_same_data(run: Run) -> None:
    run.end()
    script = (
        "import signal, socket, time\n"
        "signal.signal(signal.SIGTERM, signal.SIG_IGN)\n"
        f"taken = socket.create_server(({LOOPBACK!r}, {run.port}))\n"
        "time.sleep(300)\n"
    )
    orphan = subprocess.Popen(  # noqa: S603 - the script above
        [sys.executable, "-c", script], env=run.environment
    )
    try:
        eventually(lambda: bool(listeners(run.port)))

        run.start()

        assert orphan.wait(5) == -signal.SIGKILL
        assert run.serves()
    finally:
        orphan.kill()
        orphan.wait()


def test_a_stopped_run_leaves_no_process_and_no_folder(run: Run) -> None:
    children = [run.postmaster(), run.server(), *listeners(run.port), *listeners(run.port + 1)]
    folder = Path((run.folder / "postgres.socket").read_text())

    run.end()

    assert run.process is not None
    assert run.process.returncode == 0
    assert all(is_gone(pid) for pid in children)
    assert not folder.exists()
