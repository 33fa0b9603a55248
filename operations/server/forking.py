"""A worker that is told to stop before it can finish anything: it ends at once.

A process that is forked has the signal handlers of its parent, and granian's only note the signal
for the loop of the process that governs the workers.  Until a worker has set handlers of its own,
a SIGTERM would be lost in it: it would serve on, until it is killed after the whole time that a
stop may take.
"""

from __future__ import annotations

import os
import signal
from typing import Final

_SIGNALS: Final = frozenset({signal.SIGTERM, signal.SIGINT})


def end_while_starting() -> None:
    """Have what this process forks end at a SIGTERM until it sets a handler of its own.

    A SIGINT is left to the parent: Ctrl-C reaches all of them, and the parent then stops the rest.
    """
    os.register_at_fork(
        before=_hold_signals, after_in_parent=_take_signals, after_in_child=_forget_handlers
    )


def _hold_signals() -> None:
    signal.pthread_sigmask(signal.SIG_BLOCK, _SIGNALS)


def _take_signals() -> None:
    signal.pthread_sigmask(signal.SIG_UNBLOCK, _SIGNALS)


def _forget_handlers() -> None:
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    _take_signals()
