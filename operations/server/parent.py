"""What a worker does about the death of the process that started it."""

from __future__ import annotations

import ctypes
import multiprocessing
import os
import signal
import sys
from typing import Final

_PR_SET_PDEATHSIG: Final = 1


def end_with_parent() -> None:
    """Have this process told to end when the one that started it is killed.

    Otherwise it would go on answering at a port that nobody governs.  The kernel's own signal, so
    on Linux only; called in the worker itself, because a child does not inherit the wish.
    """
    parent = multiprocessing.parent_process()
    if sys.platform != "linux" or parent is None:
        return
    ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)
    if os.getppid() != parent.pid:  # It was killed before the wish was made.
        sys.exit(1)
