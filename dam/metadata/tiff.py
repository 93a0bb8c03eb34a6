"""The first directory of a TIFF: read with every length checked, and written anew around the same strips or tiles."""

import struct
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Protocol

TYPE_BYTES = {1: 1, 2: 1, 3: 2, 4: 4, 5: 8, 6: 1, 7: 1, 8: 2, 9: 4, 10: 8, 11: 4, 12: 8}
_SWAPPED_BYTES = {3: 2, 4: 4, 5: 4, 8: 2, 9: 4, 10: 4, 11: 4, 12: 8}
_STARTS = {b"II*\x00": "little", b"MM\x00*": "big"}
_MOST_ENTRIES, _LARGEST_VALUE = 500, 64 << 20
_PIECE = 1 << 23
_HEADER, _ENTRY = 8, 12
_SHORT, _LONG = 3, 4
_STRIPS, _STRIP_BYTES, _TILES, _TILE_BYTES = 273, 279, 324, 325


class Bytes(Protocol):
    """Bytes that can be sliced and searched: `bytes` or a mapped file."""

    def __getitem__(self, key: slice) -> bytes: ...

    def __len__(self) -> int: ...

    def find(self, sub: bytes, start: int = ..., /) -> int:
        """Return where the bytes begin at or after the place, or -1."""
        ...


class NotWhole(ValueError):
    """The file is not whole, or not of the form it must have to be written anew."""


@dataclass(frozen=True, slots=True)
class Tag:
    """One entry of a directory.

    Shape: `value` in the byte order of the file.
    """

    kind: int
    count: int
    value: bytes


def byte_order(data: Bytes) -> str:
    """Return `little` or `big`.

    Raises: NotWhole for what is no classic TIFF.
    """
    order = _STARTS.get(bytes(data[0:4]))
    if order is None:
        raise NotWhole("only a classic TIFF can be written anew")
    return order


def first_directory(data: Bytes) -> dict[int, Tag]:
    """Return the sound entries of the first directory; one whose length is a lie is left out.

    Raises: NotWhole for what is no classic TIFF, or where the directory lies outside the file.
    """
    order = byte_order(data)
    at = _number(data[4:8], order)
    count = _number(data[at : at + 2], order)
    if not _HEADER <= at <= len(data) - 2 or count > _MOST_ENTRIES:
        raise NotWhole("the first directory of the TIFF lies outside it")
    entries = (_entry(data, at + 2 + _ENTRY * index, order) for index in range(count))
    return dict(entry for entry in entries if entry is not None)


def _entry(data: Bytes, at: int, order: str) -> tuple[int, Tag] | None:
    number, kind = _number(data[at : at + 2], order), _number(data[at + 2 : at + 4], order)
    count = _number(data[at + 4 : at + 8], order)
    size = TYPE_BYTES.get(kind, 0) * count
    start = at + 8 if size <= 4 else _number(data[at + 8 : at + 12], order)  # noqa: PLR2004 - short values stand here
    value = bytes(data[start : start + size]) if 0 < size <= _LARGEST_VALUE else b""
    return (number, Tag(kind, count, value)) if size and len(value) == size else None


def numbers(tag: Tag | None, order: str) -> tuple[int, ...]:
    """Return the whole numbers of an entry; none where it is missing or holds another type."""
    size = {1: 1, _SHORT: 2, _LONG: 4}.get(tag.kind, 0) if tag else 0
    if tag is None or not size:
        return ()
    code = ("<" if order == "little" else ">") + str(tag.count) + {1: "B", 2: "H", 4: "I"}[size]
    return struct.unpack(code, tag.value)


def reordered(tag: Tag, order: str) -> Tag:
    """Return a big-endian entry in this byte order."""
    size = _SWAPPED_BYTES.get(tag.kind)
    if order == "big" or size is None:
        return tag
    pieces = (tag.value[at : at + size][::-1] for at in range(0, len(tag.value), size))
    return Tag(tag.kind, tag.count, b"".join(pieces))


def extents(data: Bytes, directory: Mapping[int, Tag]) -> list[tuple[int, int]]:
    """Return start and length of every strip or tile, in the order of the picture.

    Raises: NotWhole where they are missing, lie outside the file, or lie over each other.
    """
    order = byte_order(data)
    starts, sizes = _placed(directory, order)
    found = list(zip(starts, sizes, strict=True)) if len(starts) == len(sizes) else []
    inside = all(start >= _HEADER and start + size <= len(data) for start, size in found)
    apart = all(one[0] + one[1] <= other[0] for one, other in pairwise(sorted(found)))
    if not found or not inside or not apart:
        raise NotWhole("the strips of the TIFF do not lie in it side by side")
    return found


def _placed(directory: Mapping[int, Tag], order: str) -> tuple[tuple[int, ...], tuple[int, ...]]:
    tiled = _TILES in directory
    at, size = (_TILES, _TILE_BYTES) if tiled else (_STRIPS, _STRIP_BYTES)
    return numbers(directory.get(at), order), numbers(directory.get(size), order)


def written(
    data: Bytes, strips: Sequence[tuple[int, int]], entries: Mapping[int, Tag], below: Mapping[int, Mapping[int, Tag]]
) -> Iterator[bytes]:
    """Yield a TIFF with these strips, copied from the other file, and these entries; the strips' own are set here.

    Shape: `below` holds the directories that an entry of the first one points to, by that entry's number.
    """
    order = byte_order(data)
    offsets, end = [], _HEADER
    for _, size in strips:
        offsets.append(end)
        end += size + (size & 1)
    tail = _Tail(order, end)
    pointers = {number: tail.longs([tail.directory(directory)]) for number, directory in below.items()}
    tiled = _TILES in entries
    places = {_TILES if tiled else _STRIPS: tail.longs(offsets)}
    places[_TILE_BYTES if tiled else _STRIP_BYTES] = tail.longs([size for _, size in strips])
    first = tail.directory({**entries, **pointers, **places})
    yield bytes(data[0:4]) + tail.number(first, 4)
    for start, size in strips:
        yield from pieces(data, start, start + size)
        yield b"\x00" * (size & 1)
    yield bytes(tail.body)


def pieces(data: Bytes, start: int, end: int) -> Iterator[bytes]:
    """Yield a part of a mapped file, a few megabytes at a time."""
    for at in range(start, end, _PIECE):
        yield bytes(data[at : min(at + _PIECE, end)])


class _Tail:
    """The directories and long values behind the strips."""

    def __init__(self, order: str, start: int) -> None:
        self.order, self.start, self.body = order, start, bytearray()

    def number(self, value: int, size: int) -> bytes:
        return value.to_bytes(size, "little" if self.order == "little" else "big")

    def longs(self, values: Sequence[int]) -> Tag:
        return Tag(_LONG, len(values), b"".join(self.number(value, 4) for value in values))

    def directory(self, entries: Mapping[int, Tag]) -> int:
        """Add a directory and the values it points to; return where it begins in the file."""
        lines = [self._line(number, entries[number]) for number in sorted(entries)]
        at = self.start + len(self.body)
        self.body += self.number(len(lines), 2) + b"".join(lines) + bytes(4)
        self._even()
        return at

    def _line(self, number: int, tag: Tag) -> bytes:
        place = tag.value.ljust(4, b"\x00")
        if len(tag.value) > 4:  # noqa: PLR2004 - short values stand in the entry
            place = self.number(self.start + len(self.body), 4)
            self.body += tag.value
            self._even()
        return self.number(number, 2) + self.number(tag.kind, 2) + self.number(tag.count, 4) + place

    def _even(self) -> None:
        self.body += b"\x00" * (len(self.body) & 1)


def _number(data: bytes, order: str) -> int:
    return int.from_bytes(data, "little" if order == "little" else "big")
