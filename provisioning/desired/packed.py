"""Ids of very many objects, in order and sixteen bytes each."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from typing import Final, overload
from uuid import UUID

from typing_extensions import override

from accounts.identifiers import uuid_of

_SIZE: Final = 16


class PackedIds(Sequence[UUID]):
    """Ids as they were packed; each is made a UUID when it is asked for.

    >>> ids = PackedIds(UUID(int=3).bytes + UUID(int=5).bytes)
    >>> len(ids), ids[1].int, UUID(int=3) in ids, UUID(int=4) in ids
    (2, 5, True, False)
    """

    def __init__(self, packed: bytes | bytearray) -> None:
        self._packed = packed

    @override
    def __len__(self) -> int:
        return len(self._packed) // _SIZE

    @overload
    def __getitem__(self, index: int) -> UUID: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[UUID]: ...
    @override
    def __getitem__(self, index: int | slice) -> UUID | Sequence[UUID]:
        if isinstance(index, slice):
            return [self[number] for number in range(*index.indices(len(self)))]
        if not -len(self) <= index < len(self):
            raise IndexError(index)
        return UUID(bytes=self._bytes_at(index % len(self)))

    @override
    def __contains__(self, value: object) -> bool:
        if not isinstance(value, UUID):
            return False
        place = bisect_left(range(len(self)), value.bytes, key=self._bytes_at)
        return place < len(self) and self._bytes_at(place) == value.bytes

    def _bytes_at(self, index: int) -> bytes:
        return bytes(self._packed[index * _SIZE : (index + 1) * _SIZE])


class GatheredIds:
    """Ids that are gathered one after the other, nearly all of them in order."""

    def __init__(self) -> None:
        self._packed = bytearray()
        self._others: set[UUID] = set()
        self._last = b""

    def add(self, text: str) -> None:
        """Add the id of an object of ours."""
        value = uuid_of(text)
        if value.bytes > self._last:
            self._last = value.bytes
            self._packed += self._last
        else:
            self._others.add(value)

    def __contains__(self, text: str) -> bool:
        value = uuid_of(text)
        return value in PackedIds(self._packed) or value in self._others
