"""One time stamp for each token, which the workers of a machine share.

The stamp is the *theoretical arrival time* of the generic cell rate algorithm (ITU-T I.371, Annex
A): when the token's requests so far would have come, had they come at its rate.  It is a number of
:func:`time.monotonic`, which is the same in all processes of a machine.
"""

from __future__ import annotations

import fcntl
import mmap
import os
import struct
import tempfile
import threading
import weakref
from collections import OrderedDict
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final, Protocol

if TYPE_CHECKING:
    from collections.abc import Iterator

_EXACT: Final = 1e-6
"""Seconds by which sums of fractions may be off."""

_LATE: Final = 1.0
"""Seconds by which the clock of another process may have been read earlier."""

_MOST_TOKENS: Final = 10_000
_SLOT: Final = struct.Struct("qd")
"""A token's id and its stamp; the id is 0 in a slot that is free."""

_SLOTS_OF_SET: Final = 16
_SETS: Final = 1_024
_BYTES_OF_SET: Final = _SLOT.size * _SLOTS_OF_SET


class Stamps(Protocol):
    """Where the stamps are kept."""

    def advance(self, token_id: int, *, now: float, step: float, room: float) -> float:
        """Move the token's stamp on by ``step`` seconds if that leaves it within ``room`` of now.

        Returns:
            0 if it did; else for how many seconds it cannot, and nothing has changed.
        """


class OwnStamps:
    """The stamps of this process alone."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._stamps: OrderedDict[int, float] = OrderedDict()

    def advance(self, token_id: int, *, now: float, step: float, room: float) -> float:
        """See :class:`Stamps`."""
        with self._lock:
            stamp = _next(self._stamps.pop(token_id, now), now=now, step=step, room=room)
            allowed = stamp - now <= room + _EXACT
            self._stamps[token_id] = stamp if allowed else stamp - step
            if len(self._stamps) > _MOST_TOKENS:
                self._stamps.popitem(last=False)
        return 0.0 if allowed else stamp - now - room


class SharedStamps:
    """Stamps in memory that this process has in common with those it forks from now on.

    A token has its place in one set of slots; where all are taken, the oldest stamp gives way,
    which loses nothing once its time is past.  A set is locked as a range of bytes of a file
    without a name, by the kernel, which frees what a process that dies has locked.
    """

    def __init__(self) -> None:
        with tempfile.TemporaryFile() as file:
            file.truncate(_BYTES_OF_SET * _SETS)
            self._file = os.dup(file.fileno())
        weakref.finalize(self, os.close, self._file)
        self._memory = mmap.mmap(self._file, _BYTES_OF_SET * _SETS)
        self._lock = threading.Lock()

    def advance(self, token_id: int, *, now: float, step: float, room: float) -> float:
        """See :class:`Stamps`."""
        start = token_id * 0x9E3779B1 % _SETS * _BYTES_OF_SET
        with self._locked(start):
            place, known = self._find(start, token_id)
            stamp = _next(known, now=now, step=step, room=room)
            if stamp - now > room + _EXACT:
                return stamp - now - room
            _SLOT.pack_into(self._memory, place, token_id, stamp)
        return 0.0

    def _find(self, start: int, token_id: int) -> tuple[int, float]:
        """Return the place of the token, or the one it may take, and its stamp."""
        oldest, place = float("inf"), start
        for at in range(start, start + _BYTES_OF_SET, _SLOT.size):
            found, stamp = _SLOT.unpack_from(self._memory, at)
            if found == token_id:
                return at, stamp
            if stamp < oldest:
                oldest, place = stamp, at
        return place, 0.0

    @contextmanager
    def _locked(self, start: int) -> Iterator[None]:
        with self._lock:  # A process owns its locks: they do not part its threads.
            fcntl.lockf(self._file, fcntl.LOCK_EX, _BYTES_OF_SET, start)
            try:
                yield
            finally:
                fcntl.lockf(self._file, fcntl.LOCK_UN, _BYTES_OF_SET, start)


def _next(stamp: float, *, now: float, step: float, room: float) -> float:
    # A stamp further ahead than any could be was made under a lower limit, since raised.
    is_ours = now < stamp <= now + room + _LATE
    return (stamp if is_ours else now) + step
