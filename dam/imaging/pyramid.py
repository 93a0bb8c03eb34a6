"""Reads the deep-zoom source: where each tile of a pyramidal TIFF lies, and how one becomes a JPEG without decoding.

Pure: bytes and numbers in, numbers and bytes out. Source: TIFF 6.0 sections 2 and 15, TIFF Technical Note 2.
"""

import base64
import struct
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

MOST_LEVELS = 16
MOST_TILES = 4_096
_MOST_TABLE_BYTES = 4_096
_HEAD = struct.Struct("<2sHI")
_ENTRY = struct.Struct("<HHII")
_SHAPES = {3: "H", 4: "I"}
"""The two field types that place, count and size: SHORT and LONG."""
_WIDTH, _HEIGHT, _COMPRESSION = 256, 257, 259
_TILE_WIDTH, _TILE_HEIGHT, _TILE_OFFSETS, _TILE_BYTES, _JPEG_TABLES = 322, 323, 324, 325, 347
_JPEG_IN_TIFF = 7
_SOI, _EOI = b"\xff\xd8", b"\xff\xd9"
_JFIF = b"\xff\xe0\x00\x10JFIF\x00\x01\x01\x00\x00\x01\x00\x01\x00\x00"
"""Says that the three components are brightness and two colour differences; the TIFF says so outside its tiles."""


@dataclass(frozen=True, slots=True)
class Level:
    """One size of the picture, cut into square tiles, row by row.

    Units: `width_px`, `height_px` pixels; `offsets` and `sizes` bytes from the file's start and of each tile.
    """

    width_px: int
    height_px: int
    offsets: tuple[int, ...]
    sizes: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class TileIndex:
    """Where everything lies in a pyramid.

    Units: `tile_px` side of a tile in pixels. Shape: `levels` from the largest to the smallest; `tables` the JPEG
    tables that all tiles share. Tiles at the right and lower edge are whole squares: `shown` says how much is picture.
    """

    tile_px: int
    tables: bytes
    levels: tuple[Level, ...]

    def columns(self, level: int) -> int:
        """Return how many tiles stand side by side."""
        return -(-self.levels[level].width_px // self.tile_px)

    def rows(self, level: int) -> int:
        """Return how many tiles stand one upon the other."""
        return -(-self.levels[level].height_px // self.tile_px)

    def place(self, level: int, column: int, row: int) -> tuple[int, int]:
        """Return offset and size of a tile, in bytes.

        Raises: IndexError when there is no such tile.
        """
        if not (0 <= level < len(self.levels) and 0 <= column < self.columns(level) and 0 <= row < self.rows(level)):
            raise IndexError("no such tile")
        number = row * self.columns(level) + column
        return self.levels[level].offsets[number], self.levels[level].sizes[number]

    def shown(self, level: int, column: int, row: int) -> tuple[int, int]:
        """Return width and height of the part of a tile that is picture, in pixels."""
        side = self.tile_px
        held = self.levels[level]
        return min(side, held.width_px - column * side), min(side, held.height_px - row * side)

    def to_dict(self) -> dict[str, Any]:
        """Return the index as JSON can hold it."""
        levels = [[each.width_px, each.height_px, list(each.offsets), list(each.sizes)] for each in self.levels]
        return {"tile_px": self.tile_px, "tables": base64.b64encode(self.tables).decode(), "levels": levels}


def index_from_dict(data: Mapping[str, Any]) -> TileIndex:
    """Read what `to_dict` wrote.

    Raises: KeyError, TypeError or ValueError when it is no index.
    """
    levels = tuple(
        Level(width, height, tuple(offsets), tuple(sizes)) for width, height, offsets, sizes in data["levels"]
    )
    return TileIndex(data["tile_px"], base64.b64decode(data["tables"], validate=True), levels)


def read_index(path: Path) -> TileIndex:
    """Return the index of a little-endian pyramidal TIFF of JPEG tiles, as libvips writes it.

    Raises: ValueError when it is not one, or its tiles do not lie within the file.
    """
    data = path.read_bytes()
    try:
        return _index(data)
    except struct.error as error:
        raise ValueError("the pyramid ends in the middle of its index") from error


def splice(tables: bytes, tile: bytes) -> bytes:
    """Return a complete JPEG made of a pyramid's tables and one of its tiles; no pixel is decoded.

    Raises: ValueError when either is not what it should be.
    """
    if not (tables.startswith(_SOI) and tables.endswith(_EOI) and tile.startswith(_SOI) and tile.endswith(_EOI)):
        raise ValueError("a tile and its tables each begin and end as a JPEG does")
    return b"".join((_SOI, _JFIF, tables[2:-2], tile[2:]))


_Folder = dict[int, tuple[int, ...]]


def _index(data: bytes) -> TileIndex:
    order, magic, at = _HEAD.unpack_from(data)
    if (order, magic) != (b"II", 42):
        raise ValueError("no little-endian TIFF")
    folders: list[_Folder] = []
    while at and len(folders) < MOST_LEVELS:
        folder, at = _folder(data, at)
        folders.append(folder)
    if at or not folders:
        raise ValueError("too many levels, or none")
    sides = {(_one(each, _TILE_WIDTH), _one(each, _TILE_HEIGHT), _one(each, _COMPRESSION)) for each in folders}
    tables = {_tables(data, each) for each in folders}
    if len(sides) != 1 or len(tables) != 1:
        raise ValueError("the levels differ in more than their size")
    side, height, compression = sides.pop()
    if side != height or not side or compression != _JPEG_IN_TIFF:
        raise ValueError("no square tiles of JPEG")
    index = TileIndex(side, tables.pop(), tuple(_level(each, len(data)) for each in folders))
    if any(len(held.offsets) != index.columns(n) * index.rows(n) for n, held in enumerate(index.levels)):
        raise ValueError("tiles are missing")
    return index


def _folder(data: bytes, at: int) -> tuple[_Folder, int]:
    """Return the numbers of one image file directory by their tag, and where the next directory lies."""
    (count,) = struct.unpack_from("<H", data, at)
    entries = (_ENTRY.unpack_from(data, at + 2 + _ENTRY.size * n) for n in range(count))
    numbers: _Folder = {}
    for n, (tag, kind, length, value) in enumerate(entries):
        if tag == _JPEG_TABLES:
            numbers[tag] = (value, length)
        elif kind in _SHAPES and 0 < length <= MOST_TILES:
            shape = struct.Struct(f"<{length}{_SHAPES[kind]}")
            inside = at + 2 + _ENTRY.size * n + 8
            numbers[tag] = shape.unpack_from(data, inside if shape.size <= 4 else value)  # noqa: PLR2004 - TIFF's word
    return numbers, struct.unpack_from("<I", data, at + 2 + _ENTRY.size * count)[0]


def _one(folder: _Folder, tag: int) -> int:
    if len(folder.get(tag, ())) != 1:
        raise ValueError(f"tag {tag} is missing or repeated")
    return folder[tag][0]


def _tables(data: bytes, folder: _Folder) -> bytes:
    at, length = folder.get(_JPEG_TABLES, (0, 0))
    tables = data[at : at + length]
    if not (4 < length <= _MOST_TABLE_BYTES and tables.startswith(_SOI) and tables.endswith(_EOI)):  # noqa: PLR2004
        raise ValueError("no JPEG tables")
    return tables


def _level(folder: _Folder, file_size: int) -> Level:
    level = Level(
        _one(folder, _WIDTH), _one(folder, _HEIGHT), folder.get(_TILE_OFFSETS, ()), folder.get(_TILE_BYTES, ())
    )
    if len(level.offsets) != len(level.sizes) or any(
        at + size > file_size or size <= 0 for at, size in zip(level.offsets, level.sizes, strict=True)
    ):
        raise ValueError("a tile lies outside the file")
    return level
