"""A worker that is told to stop in the moment in which it is forked stops."""

from __future__ import annotations

import subprocess
import sys

GOVERNS = """
import multiprocessing, signal, time
from operations.server.forking import end_while_starting

for number in (signal.SIGTERM, signal.SIGINT):  # As granian's do, they only take note.
    signal.signal(number, lambda number, frame: noted.append(number))
noted, ends = [], set()
end_while_starting()
for _worker in range(20):
    worker = multiprocessing.get_context("fork").Process(target=time.sleep, args=(2,))
    worker.start()
    worker.terminate()
    worker.join()
    ends.add(worker.exitcode)
signal.raise_signal(signal.SIGTERM)
print(*ends, noted == [signal.SIGTERM])
"""


def test_a_worker_without_handlers_of_its_own_ends_when_told_and_its_parent_does_not() -> None:
    done = subprocess.run(  # noqa: S603 - the script above
        [sys.executable, "-c", GOVERNS], capture_output=True, text=True, check=False
    )

    assert done.stdout == "-15 True\n", done.stderr
