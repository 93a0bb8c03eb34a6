"""Reads EXIF with piexif, from a small TIFF that we wrote ourselves.

piexif opens a file whose name the bytes spell, and believes any count an entry claims. So the entries are first
walked here, every length held against the block, and only the sound ones are handed to piexif.
"""

import struct
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import piexif

from dam.metadata.claims import Claim
from dam.metadata.text import as_hex, decode
from dam.metadata.tiff import Bytes

_TYPE_BYTES = {1: 1, 2: 1, 3: 2, 4: 4, 5: 8, 6: 1, 7: 1, 8: 2, 9: 4, 10: 8, 11: 4, 12: 8}
_EXIF_POINTER, _GPS_POINTER, _INTEROP_POINTER = 0x8769, 0x8825, 0xA005
_POINTERS = {"0th": {_EXIF_POINTER: "Exif", _GPS_POINTER: "GPS"}, "Exif": {_INTEROP_POINTER: "Interop"}}
_THUMBNAIL, _THUMBNAIL_BYTES = 0x0201, 0x0202
_MAKER_NOTE, _USER_COMMENT = 0x927C, 0x9286
_PLACES = {0x0111, 0x0117, 0x0144, 0x0145, 0x015B, 0x02BC, 0x83BB, 0x8649, 0x8773}
_STRUCTURE = frozenset({*_PLACES, *_POINTERS["0th"], *_POINTERS["Exif"]})
"""Tags that place pixels or hold other blocks: no claims."""
_PATHS = {
    "0th": (),
    "Exif": (_EXIF_POINTER,),
    "GPS": (_GPS_POINTER,),
    "Interop": (_EXIF_POINTER, _INTEROP_POINTER),
}
_PRIVATE_WORDS = ("Serial", "OwnerName", "MakerNote", "GPS", "Thumbnail")
_MOST_ENTRIES, _MOST_VALUE_BYTES = 500, 256 * 1024
_SHOWN_BYTES = 64
_TABLES = {"0th": "Image", "1st": "Image", "Exif": "Exif", "GPS": "GPS", "Interop": "Interop"}


@dataclass(frozen=True, slots=True)
class Entry:
    """One sound entry of an image file directory."""

    tag: int
    kind: int
    count: int
    value: bytes


@dataclass(frozen=True, slots=True)
class ExifReading:
    """What EXIF says.

    Shape: `broken` tells for each entry that could not be read why; `guessed` names the tags whose charset was guessed.
    """

    claims: tuple[Claim, ...] = ()
    broken: tuple[str, ...] = ()
    guessed: tuple[str, ...] = ()
    orientation: int | None = None


class Walk:
    """Reads directories out of a TIFF structure, never beyond its end and never twice."""

    def __init__(self, data: Bytes) -> None:
        """Take the byte order from the header."""
        self.data = data
        self.order = "<" if data[0:2] == b"II" else ">"
        self.broken: list[str] = []
        self.seen: set[int] = set()

    def number(self, at: int, size: int) -> int:
        """Return the unsigned number at the offset; 0 beyond the end."""
        return int.from_bytes(self.data[at : at + size], "little" if self.order == "<" else "big")

    def directories(self) -> dict[str, list[Entry]]:
        """Return every directory piexif knows, holding its sound entries alone."""
        first = self.number(4, 4)
        found = {"0th": self.entries("0th", first)}
        for parent in ("0th", "Exif"):
            for tag, name in _POINTERS[parent].items():
                pointer = _pointer(found.get(parent, []), tag, self.order)
                if pointer:
                    found[name] = self.entries(name, pointer)
        following = self.number(first + 2 + 12 * self.number(first, 2), 4)
        if following and following not in self.seen:
            found["1st"] = self.entries("1st", following)
        return found

    def entries(self, name: str, at: int) -> list[Entry]:
        """Return the sound entries of the directory at the offset."""
        count = self.number(at, 2)
        if at in self.seen or not 8 <= at <= len(self.data) - 2 or count > _MOST_ENTRIES:  # noqa: PLR2004 - TIFF header
            self.broken.append(f"{name}: directory at {at} with {count} entries")
            return []
        self.seen.add(at)
        candidates = (self.entry(name, at + 2 + 12 * index) for index in range(count))
        return [entry for entry in candidates if entry is not None]

    def entry(self, name: str, at: int) -> Entry | None:
        """Return the entry at the offset, or None where its type or length is a lie."""
        tag, kind, count = self.number(at, 2), self.number(at + 2, 2), self.number(at + 4, 4)
        size = _TYPE_BYTES.get(kind, 0) * count
        if tag in _STRUCTURE and tag not in _POINTERS.get(name, {}):
            return None
        start = at + 8 if size <= 4 else self.number(at + 8, 4)  # noqa: PLR2004 - short values stand in the entry
        value = self.data[start : start + size] if size <= _MOST_VALUE_BYTES else b""
        if not size or at + 12 > len(self.data) or len(value) != size:
            self.broken.append(f"{name}: tag 0x{tag:04X} type {kind} count {count}")
            return None
        return Entry(tag, kind, count, bytes(value))


def read_exif(data: Bytes) -> ExifReading:
    """Return every EXIF value as a claim.

    Shape: a TIFF structure, as it stands in the EXIF block or as the file itself.
    """
    if data[0:4] not in {b"II*\x00", b"MM\x00*"}:
        return ExifReading(broken=("no TIFF header",))
    walk = Walk(data)
    directories = walk.directories()
    claims: list[Claim] = []
    guessed: list[str] = []
    for name, entries in directories.items():
        for entry in entries:
            if entry.tag in _POINTERS.get(name, {}):
                continue
            claim, guess = _claim(name, entry, walk)
            claims.append(claim)
            guessed += [claim.name] if guess else []
    claims += _thumbnail(directories.get("1st", []), walk)
    orientation = next((c.value for c in claims if c.name == "Orientation"), "")
    return ExifReading(
        tuple(claims), tuple(walk.broken), tuple(guessed), int(orientation) if orientation.isdigit() else None
    )


def _pointer(entries: list[Entry], tag: int, order: str) -> int:
    value = next((entry.value for entry in entries if entry.tag == tag), b"")
    return int.from_bytes(value[:4], "little" if order == "<" else "big")


def _claim(directory: str, entry: Entry, walk: Walk) -> tuple[Claim, bool]:
    known = piexif.TAGS[_TABLES[directory]].get(entry.tag)
    name = known["name"] if known else f"{directory} 0x{entry.tag:04X}"
    if directory == "1st":
        name = f"Thumbnail {name}"
    private = directory == "GPS" or any(word in name for word in _PRIVATE_WORDS)
    if entry.tag == _MAKER_NOTE or not known:
        return Claim("exif", name, f"{len(entry.value)} bytes", private, as_hex(entry.value[:_SHOWN_BYTES])), False
    try:
        value = _by_piexif(_TABLES[directory], directory, entry, walk.order)
    except (struct.error, ValueError, KeyError, IndexError, TypeError) as error:
        walk.broken.append(f"{name}: {error}")
        return Claim("exif", name, "", private, as_hex(entry.value)), False
    if entry.tag == _USER_COMMENT:
        return Claim("exif", name, user_comment(entry.value, walk.order), private), False
    return _shown(name, value, private=private)


def _by_piexif(table: str, directory: str, entry: Entry, order: str) -> object:
    """Let piexif decode one entry, out of a TIFF block that we have written around it."""
    group = {"Image": "0th"}.get(table, directory)
    loaded: Mapping[str, Mapping[int, object]] = piexif.load(b"Exif\x00\x00" + _tiff_around(group, entry, order))
    return loaded[group][entry.tag]


def _tiff_around(group: str, entry: Entry, order: str) -> bytes:
    """Return a TIFF structure with nothing but this entry, reached through its pointers."""
    path = _PATHS[group]
    block, at = (b"II*\x00" if order == "<" else b"MM\x00*") + struct.pack(order + "L", 8), 8
    for pointer in path:
        block += struct.pack(order + "HHHLLL", 1, pointer, 4, 1, at + 18, 0)
        at += 18
    short = len(entry.value) <= 4  # noqa: PLR2004 - short values stand in the entry
    place = entry.value.ljust(4, b"\x00") if short else struct.pack(order + "L", at + 18)
    block += struct.pack(order + "HHHL", 1, entry.tag, entry.kind, entry.count) + place + bytes(4)
    return block if short else block + entry.value


def _shown(name: str, value: object, *, private: bool) -> tuple[Claim, bool]:
    if name.startswith("XP") and isinstance(value, tuple):
        return Claim("exif", name, bytes(value).decode("utf-16-le", "replace").rstrip("\x00"), private), False
    if not isinstance(value, bytes):
        return Claim("exif", name, _numbers(value), private), False
    if _is_binary(value):
        return Claim("exif", name, f"{len(value)} bytes", private, as_hex(value)), False
    decoded = decode(value)
    return Claim("exif", name, decoded.text, private, decoded.raw), bool(decoded.guessed)


def _is_binary(value: bytes) -> bool:
    return any(byte < 9 for byte in value.rstrip(b"\x00"))  # noqa: PLR2004 - control bytes never stand in text


def _numbers(value: object) -> str:
    """Return numbers as people write them: rationals as fractions, lists by spaces."""
    if isinstance(value, tuple) and len(value) == 2 and all(isinstance(v, int) for v in value):  # noqa: PLR2004
        return f"{value[0]}/{value[1]}"
    if isinstance(value, tuple):
        return " ".join(map(_numbers, value))[:2_000]
    return str(value)


def user_comment(value: bytes, order: str = ">") -> str:
    """Return the text of a UserComment, whose first eight bytes name its encoding."""
    code, body = value[:8].rstrip(b"\x00 "), value[8:]
    if code == b"UNICODE":
        native = "utf-16-le" if order == "<" else "utf-16-be"
        return next(_utf16(body, native)).rstrip("\x00").strip()
    if code in {b"ASCII", b"", b"JIS"}:
        return decode(body, "iso2022_jp" if code == b"JIS" else "").text.strip()
    return decode(value).text.strip()


def _utf16(body: bytes, native: str) -> Iterator[str]:
    """Yield readings of UTF-16 text, the likeliest first: its own mark, big-endian as we write, the file's order."""
    if body[:2] in {b"\xff\xfe", b"\xfe\xff"}:
        yield body.decode("utf-16", "replace")
    readings = [body.decode(order, "replace") for order in ("utf-16-be", "utf-16-le")]
    zeros = [body[0::2].count(0), body[1::2].count(0)]
    if zeros[0] != zeros[1]:
        yield readings[0] if zeros[0] > zeros[1] else readings[1]
    yield body.decode(native, "replace")


def _thumbnail(entries: list[Entry], walk: Walk) -> list[Claim]:
    """Report an embedded small picture; its bytes are never kept or shown."""
    start, size = (_pointer(entries, tag, walk.order) for tag in (_THUMBNAIL, _THUMBNAIL_BYTES))
    if not start or not size or start + size > len(walk.data):
        return []
    return [Claim("exif", "Thumbnail", f"{size} bytes", private=True)]
