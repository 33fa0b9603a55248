"""Whose turn it is: a queue in which nobody's requests wait for all of somebody else's.

Callers stand in groups: the people and tokens of a tenant, those who have shown no credential.
Groups take turns, and in each group its callers.  A group has at most half of the threads at a
time and a caller one less, so that a group whose statements wait leaves threads to all others,
and a caller to the others of the group.  Where one interpreter lock lets one thread compute at a
time, half of the threads serve a group alone as fast as all of them would.

Plain data, for one thread at a time: who shares it locks it.  It knows no clock and no requests.
"""

from __future__ import annotations

from collections import OrderedDict, deque
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Generic, NamedTuple, TypeVar

if TYPE_CHECKING:
    from collections.abc import Iterator

T = TypeVar("T")


class Caller(NamedTuple):
    """Who asks: ``name`` tells the callers of a group apart."""

    group: str
    name: str


class QueueFullError(Exception):
    """As many wait as may: in all, of the group, or of the caller, which the message says."""


@dataclass(slots=True)
class _Line(Generic[T]):
    """The requests of one caller."""

    running: int = 0
    waiting: deque[T] = field(default_factory=deque)


@dataclass(slots=True)
class _Group(Generic[T]):
    running: int = 0
    waiting: int = 0
    lines: OrderedDict[str, _Line[T]] = field(default_factory=OrderedDict)


class FairQueue(Generic[T]):
    """Gives out what was put in, at most ``threads`` at a time.

    Whoever takes something says so when it is :meth:`done`.
    """

    def __init__(self, *, threads: int, waiting: int, waiting_of_one: int) -> None:
        self._threads = threads
        self._most_of_group = max(1, threads // 2)
        self._most_of_caller = max(1, self._most_of_group - 1)
        self._most_waiting = waiting
        self._most_waiting_of_group = max(waiting_of_one, waiting // 2)
        self._most_waiting_of_caller = waiting_of_one
        self._groups: OrderedDict[str, _Group[T]] = OrderedDict()
        self.running = 0
        self.waiting = 0

    def put(self, caller: Caller, item: T) -> None:
        """Let ``item`` wait for its turn.

        Raises:
            QueueFullError: Too many wait already; ``item`` does not.
        """
        if self.waiting >= self._most_waiting:
            raise QueueFullError("all callers together")
        group = self._groups.get(caller.group)
        line = group.lines.get(caller.name) if group else None
        if group and group.waiting >= self._most_waiting_of_group:
            raise QueueFullError(f"the callers of {caller.group}")
        if line and len(line.waiting) >= self._most_waiting_of_caller:
            raise QueueFullError(f"one caller of {caller.group}")
        if group is None:
            group = self._groups[caller.group] = _Group()
        if line is None:
            line = group.lines[caller.name] = _Line()
        line.waiting.append(item)
        group.waiting += 1
        self.waiting += 1

    def take(self) -> tuple[Caller, T] | None:
        """Return what is to run next, if something may."""
        if not self.waiting or self.running >= self._threads:
            return None
        for caller, group, line in self._in_turn():
            item = line.waiting.popleft()
            self.waiting -= 1
            group.waiting -= 1
            for count in (self, group, line):
                count.running += 1
            group.lines.move_to_end(caller.name)
            self._groups.move_to_end(caller.group)
            return caller, item
        return None

    def done(self, caller: Caller) -> None:
        """Note that something which this caller had taken runs no more.

        That makes room for one thing: to :meth:`take` once is enough.
        """
        group = self._groups[caller.group]
        line = group.lines[caller.name]
        for count in (self, group, line):
            count.running -= 1
        self._forget_if_empty(caller, group, line)

    def drop(self, caller: Caller, item: T) -> None:
        """Let ``item`` wait no more."""
        group = self._groups[caller.group]
        line = group.lines[caller.name]
        line.waiting.remove(item)
        group.waiting -= 1
        self.waiting -= 1
        self._forget_if_empty(caller, group, line)

    def _in_turn(self) -> Iterator[tuple[Caller, _Group[T], _Line[T]]]:
        for group_name, group in self._groups.items():
            if group.waiting and group.running < self._most_of_group:
                for name, line in group.lines.items():
                    if line.waiting and line.running < self._most_of_caller:
                        yield Caller(group_name, name), group, line

    def _forget_if_empty(self, caller: Caller, group: _Group[T], line: _Line[T]) -> None:
        if not line.running and not line.waiting:
            del group.lines[caller.name]
            if not group.lines:
                del self._groups[caller.group]
