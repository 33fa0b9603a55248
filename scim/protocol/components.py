"""Circles in a graph: which nodes lead to each other (Tarjan 1972, without recursion)."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping


def strongly_connected(needs: Mapping[int, Collection[int]]) -> Iterator[list[int]]:
    """Yield the nodes in groups that lead to each other, each after all that it leads to.

    Every node is a key of ``needs``, and its value are the nodes that it leads to.

    >>> [sorted(group) for group in strongly_connected({0: [1], 1: [0], 2: [1]})]
    [[0, 1], [2]]
    """
    walk = _Walk(needs)
    for node in needs:
        yield from walk.groups_from(node)


class _Walk:
    """The nodes seen so far, and those of them whose group is not complete yet."""

    def __init__(self, needs: Mapping[int, Collection[int]]) -> None:
        self._needs = needs
        self._numbers: dict[int, int] = {}
        self._lowest: dict[int, int] = {}
        self._open: dict[int, None] = {}
        self._path: list[tuple[int, Iterator[int]]] = []

    def groups_from(self, root: int) -> Iterator[list[int]]:
        """Yield the groups that are complete once everything below ``root`` was seen."""
        if root not in self._numbers:
            self._enter(root)
        while self._path:
            node, rest = self._path[-1]
            further = next((other for other in rest if not self._is_known(node, other)), None)
            if further is not None:
                self._enter(further)
                continue
            self._path.pop()
            if self._path:
                self._reaches(self._path[-1][0], self._lowest[node])
            if self._lowest[node] == self._numbers[node]:
                yield self._close(node)

    def _enter(self, node: int) -> None:
        self._numbers[node] = self._lowest[node] = len(self._numbers)
        self._open[node] = None
        self._path.append((node, iter(self._needs[node])))

    def _is_known(self, node: int, other: int) -> bool:
        if other not in self._numbers:
            return False
        if other in self._open:
            self._reaches(node, self._numbers[other])
        return True

    def _reaches(self, node: int, number: int) -> None:
        self._lowest[node] = min(self._lowest[node], number)

    def _close(self, node: int) -> list[int]:
        group: list[int] = []
        while not group or group[-1] != node:
            group.append(self._open.popitem()[0])
        return group
