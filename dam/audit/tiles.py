"""The log as files: tiles of 256 hashes, bundles of 256 entries, and where they lie.

A tile of level L holds hashes of complete subtrees of 256**L leaves; an unfinished one is a *partial*, whose path says
how many it holds.
Source: C2SP tlog-tiles.
"""

import re
from collections import OrderedDict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Literal, Protocol, TypeAlias

from dam.audit.merkle import HASH_BYTES, complete_root

WIDTH = 256
HEIGHT = 8
CHECKPOINT = "checkpoint"
_LENGTH_BYTES = 2
_LONGEST_ENTRY = 65_535
_DIGITS = 1000
_MOST_HELD = 64
_PATH = re.compile(r"tile/(entries|0|[1-9]\d?)((?:/x\d{3})*/\d{3})(?:\.p/([1-9]\d{0,2}))?", re.ASCII)

Level: TypeAlias = int | Literal["entries"]


class BadTile(ValueError):
    """These bytes are not the tile or bundle they should be."""


@dataclass(frozen=True, slots=True)
class Tile:
    """The place of one tile or bundle.

    Units: `width` hashes or entries, 256 for a full one.
    """

    level: Level
    index: int
    width: int = WIDTH

    @property
    def full(self) -> bool:
        """Whether nothing can come into it any more."""
        return self.width == WIDTH

    @property
    def first(self) -> int:
        """The number of its first hash or entry within its level."""
        return self.index * WIDTH

    @property
    def path(self) -> str:
        """Where it lies."""
        groups, number = [f"{self.index % _DIGITS:03}"], self.index // _DIGITS
        while number:
            groups.append(f"x{number % _DIGITS:03}")
            number //= _DIGITS
        partial = "" if self.full else f".p/{self.width}"
        return f"tile/{self.level}/{'/'.join(reversed(groups))}{partial}"


def tile_at(path: str) -> Tile:
    """Return the tile that lies at the path.

    Raises: ValueError when none can.
    """
    found = _PATH.fullmatch(path)
    if found is None:
        raise ValueError(f"{path} is not the path of a tile")
    level, groups, partial = found.groups()
    index = int(groups.replace("/", "").replace("x", ""))
    tile = Tile("entries" if level == "entries" else int(level), index, int(partial) if partial else WIDTH)
    if tile.path != path:
        raise ValueError(f"{path} is not the only path of its tile")
    return tile


def tiles_between(old: int, size: int) -> Iterator[Tile]:
    """Yield what a tree grown from `old` to `size` leaves must publish, partials included, bundles before hashes."""
    if old >= size:
        return
    for level in ("entries", *range(_levels(size))):
        yield from _row(level, old, size)


def partials(size: int) -> Iterator[Tile]:
    """Yield the unfinished tiles and bundle at the right edge of a tree."""
    return (tile for tile in tiles_between(size - 1, size) if not tile.full)


def _levels(size: int) -> int:
    """Return how many levels have at least one hash."""
    return max(1, (size.bit_length() + HEIGHT - 1) // HEIGHT)


def _row(level: Level, old: int, size: int) -> Iterator[Tile]:
    """Yield the tiles of one level that changed, and its partial even if it did not: a reader needs it at this size."""
    shift = 0 if level == "entries" else HEIGHT * level
    before, count = old >> shift, size >> shift
    for index in range(before // WIDTH, count // WIDTH):
        yield Tile(level, index)
    if count % WIDTH:
        yield Tile(level, count // WIDTH, count % WIDTH)


def bundle(entries: Iterable[bytes]) -> bytes:
    """Return the bytes of an entry bundle.

    Raises: ValueError when an entry is too long.
    """
    parts: list[bytes] = []
    for entry in entries:
        if len(entry) > _LONGEST_ENTRY:
            raise ValueError(f"an entry of {len(entry)} bytes does not fit a bundle")
        parts.extend((len(entry).to_bytes(_LENGTH_BYTES, "big"), entry))
    return b"".join(parts)


def entries_of(data: bytes, width: int) -> list[bytes]:
    """Return the entries of a bundle.

    Raises: BadTile when it does not hold exactly that many.
    """
    found, at = list[bytes](), 0
    while at < len(data):
        begin = at + _LENGTH_BYTES
        at = begin + int.from_bytes(data[at:begin], "big")
        if begin > len(data) or at > len(data):
            raise BadTile("the bundle ends within an entry")
        found.append(data[begin:at])
    if len(found) != width:
        raise BadTile(f"the bundle holds {len(found)} entries instead of {width}")
    return found


def hashes_of(data: bytes, width: int) -> list[bytes]:
    """Return the hashes of a tile.

    Raises: BadTile when it does not hold exactly that many.
    """
    if len(data) != width * HASH_BYTES:
        raise BadTile(f"the tile holds {len(data)} bytes instead of {width} hashes")
    return [data[at : at + HASH_BYTES] for at in range(0, len(data), HASH_BYTES)]


class TileSource(Protocol):
    """Where the hashes of tiles come from."""

    def hashes(self, tile: Tile) -> Sequence[bytes]:
        """Return as many hashes as the tile is wide, or more."""


class TileHashes:
    """The hashes of a tree of a given size; the tiles used last are held, so that neighbours cost one fetch."""

    def __init__(self, size: int, source: TileSource) -> None:
        self._size = size
        self._source = source
        self._held: OrderedDict[tuple[int, int], Sequence[bytes]] = OrderedDict()

    def node(self, height: int, number: int) -> bytes:
        """Return the hash of a complete subtree, from the one tile in which it lies.

        Raises: BadTile when the source gives too few hashes.
        """
        level, above = divmod(height, HEIGHT)
        first, count = number << above, 1 << above
        tile_index, offset = divmod(first, WIDTH)
        hashes = self._tile(level, tile_index)[offset : offset + count]
        if len(hashes) != count:
            raise BadTile(f"tile {tile_index} of level {level} is too short")
        return complete_root(hashes)

    def _tile(self, level: int, index: int) -> Sequence[bytes]:
        if (level, index) not in self._held:
            width = min(WIDTH, (self._size >> (HEIGHT * level)) - index * WIDTH)
            self._held[level, index] = self._source.hashes(Tile(level, index, width))
            if len(self._held) > _MOST_HELD:
                self._held.popitem(last=False)
        self._held.move_to_end((level, index))
        return self._held[level, index]
