"""Walks a file's own structure to its metadata blocks: no decoder, no guess, every length checked."""

import re
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from dam.metadata.tiff import Bytes, NotWhole, first_directory

_JPEG_START = b"\xff\xd8\xff"
_PNG_START = b"\x89PNG\r\n\x1a\n"
_TIFF_STARTS = (b"II*\x00", b"MM\x00*")
_EXIF = b"Exif\x00\x00"
_XMP = b"http://ns.adobe.com/xap/1.0/\x00"
_EXTENDED_XMP = b"http://ns.adobe.com/xmp/extension/\x00"
_PHOTOSHOP = b"Photoshop 3.0\x00"
_NEXT_MARKER = re.compile(rb"\xff[^\x00\xd0-\xd7\xff]")
_IIM, _IIM_DIGEST = 0x0404, 0x0425
_XMP_TAG, _IIM_TAG, _PHOTOSHOP_TAG = 700, 33723, 34377
_STUFFED = frozenset(bytes((follows,)) for follows in (0, *range(0xD0, 0xD8)))
"""What follows 0xFF inside coded data: the stuffed zero, or a restart marker."""
_MOST_STEPS = 200_000
_LARGEST_BLOCK = 8 << 20
_SOS, _EOI, _APP1, _APP13 = 0xDA, 0xD9, 0xE1, 0xED


@dataclass(frozen=True, slots=True)
class Blocks:
    """The metadata blocks of one file.

    Shape: `exif` a TIFF structure; `iptc` IIM datasets; `iptc_digest` the MD5 that was written beside the XMP;
    `extended_xmp` the parts after their header; `trailing` what follows the end of the picture, in bytes.
    """

    exif: Bytes = b""
    iptc: bytes = b""
    iptc_digest: bytes = b""
    xmp: bytes = b""
    extended_xmp: tuple[bytes, ...] = ()
    trailing: int = 0
    exif_count: int = 0
    xmp_count: int = 0
    iptc_count: int = 0


@dataclass(slots=True)
class Segment:
    """One JPEG marker segment.

    Units: `start` and `end` are offsets of the file; for the scan, `end` lies behind its coded data.
    """

    marker: int
    start: int
    end: int
    body: bytes = field(repr=False)


def find_blocks(data: Bytes, found: Blocks) -> Blocks:
    """Return the metadata blocks of the file; `found` serves for the formats that are not walked here."""
    head = data[0:16]
    if head.startswith(_JPEG_START):
        return _in_jpeg(data)
    if head.startswith(_PNG_START):
        return _in_png(data)
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return _in_webp(data)
    if head.startswith(_TIFF_STARTS):
        return _in_tiff(data, found)
    exif = bytes(found.exif[0 : len(found.exif)])
    iptc, digest = _iptc_of(found.iptc)
    return replace(found, exif=exif.removeprefix(_EXIF), iptc=iptc, iptc_digest=digest, exif_count=bool(exif))


def jpeg_head(data: Bytes) -> Iterator[Segment]:
    """Yield the segments of a JPEG before its first scan, whose coded data is not looked through."""
    return _segments(data, scans=False)


def jpeg_segments(data: Bytes) -> Iterator[Segment]:
    """Yield the segments of a JPEG from SOI to EOI; stops where the structure breaks."""
    return _segments(data, scans=True)


def _segments(data: Bytes, *, scans: bool) -> Iterator[Segment]:
    at = 2
    while at + 4 <= len(data):
        mark = data[at : at + 2]
        if mark[0] != 0xFF:  # noqa: PLR2004 - every JPEG marker starts with it
            return
        if mark[1] == 0xFF:  # noqa: PLR2004 - fill byte
            at += 1
            continue
        size = int.from_bytes(data[at + 2 : at + 4], "big")
        end = at + 2 + size
        if mark[1] == _SOS and not scans:
            return
        if size < 2 or end > len(data):  # noqa: PLR2004 - the length counts its own two bytes
            return
        body = data[at + 4 : end] if mark[1] != _SOS else b""
        scan_end = _scan_end(data, end) if mark[1] == _SOS else end
        yield Segment(mark[1], at, scan_end, body)
        at = scan_end
        if data[at : at + 2] == b"\xff\xd9":
            yield Segment(_EOI, at, at + 2, b"")
            return


def _scan_end(data: Bytes, at: int) -> int:
    """Return where the coded data of a scan ends: at the next marker that is not part of it."""
    for _ in range(_MOST_STEPS):  # the quick way; a file made to be slow goes the other
        at = data.find(b"\xff", at)
        if at < 0:
            return len(data)
        if data[at + 1 : at + 2] not in _STUFFED:
            break
        at += 2
    found = _NEXT_MARKER.search(data, at)  # type: ignore[call-overload]  # a mapped file is searchable too
    return found.end() - 2 if found else len(data)


def _in_jpeg(data: Bytes) -> Blocks:
    exif, xmp, photoshop, extended, ends = [], [], [], [], []
    for segment in jpeg_segments(data):
        body = segment.body
        if segment.marker == _EOI:
            ends.append(segment.end)
        elif segment.marker == _APP1 and body.startswith(_EXIF):
            exif.append(body[len(_EXIF) :])
        elif segment.marker == _APP1 and body.startswith(_XMP):
            xmp.append(body[len(_XMP) :])
        elif segment.marker == _APP1 and body.startswith(_EXTENDED_XMP):
            extended.append(body[len(_EXTENDED_XMP) :])
        elif segment.marker == _APP13 and body.startswith(_PHOTOSHOP):
            photoshop.append(body[len(_PHOTOSHOP) :])
    iptc, digest = _from_photoshop(b"".join(photoshop))
    return Blocks(
        exif=exif[0] if exif else b"",
        iptc=iptc,
        iptc_digest=digest,
        xmp=xmp[0] if xmp else b"",
        extended_xmp=tuple(extended),
        trailing=len(data) - ends[0] if ends else 0,
        exif_count=len(exif),
        xmp_count=len(xmp),
        iptc_count=len(photoshop),
    )


def _iptc_of(block: bytes) -> tuple[bytes, bytes]:
    """Tell a bare IIM block from one inside Photoshop resources."""
    if block.startswith((_PHOTOSHOP, b"8BIM")):
        return _from_photoshop(block.removeprefix(_PHOTOSHOP))
    return block, b""


def _from_photoshop(block: bytes) -> tuple[bytes, bytes]:
    """Return the IIM block and its digest out of Photoshop image resources."""
    resources = dict(_resources(block))
    return resources.get(_IIM, b""), resources.get(_IIM_DIGEST, b"")


def _resources(block: bytes) -> Iterator[tuple[int, bytes]]:
    at = 0
    while block[at : at + 4] == b"8BIM" and at + 12 <= len(block):
        number = int.from_bytes(block[at + 4 : at + 6], "big")
        name_bytes = (block[at + 6] + 2) & ~1
        at += 6 + name_bytes
        size = int.from_bytes(block[at : at + 4], "big")
        yield number, block[at + 4 : at + 4 + size]
        at += 4 + size + (size & 1)


def _in_tiff(data: Bytes, found: Blocks) -> Blocks:
    try:
        held = {number: tag.value for number, tag in first_directory(data).items()}
    except NotWhole:
        held = {}
    iptc, digest = _iptc_of(held.get(_IIM_TAG, b"") or bytes(found.iptc))
    resources = dict(_resources(held.get(_PHOTOSHOP_TAG, b"")))
    return replace(
        found,
        exif=data,
        iptc=iptc or resources.get(_IIM, b""),
        iptc_digest=digest or resources.get(_IIM_DIGEST, b""),
        xmp=held.get(_XMP_TAG, b"") or found.xmp,
        exif_count=1,
        xmp_count=int(_XMP_TAG in held),
        iptc_count=int(_IIM_TAG in held) + int(_IIM in resources),
    )


def chunks(data: Bytes) -> Iterator[tuple[bytes, int, int]]:
    """Yield kind, start and end of the body of every chunk of a PNG up to its end; stops where the structure breaks."""
    at = len(_PNG_START)
    while at + 12 <= len(data):
        size, kind = int.from_bytes(data[at : at + 4], "big"), bytes(data[at + 4 : at + 8])
        if at + 12 + size > len(data):
            return
        yield kind, at + 8, at + 8 + size
        at += 12 + size
        if kind == b"IEND":
            return


def riff_chunks(data: Bytes) -> Iterator[tuple[bytes, int, int]]:
    """Yield kind, start and end of the body of every whole chunk of a WebP."""
    at, end = 12, min(len(data), 8 + int.from_bytes(data[4:8], "little"))
    while at + 8 <= end:
        kind, size = bytes(data[at : at + 4]), int.from_bytes(data[at + 4 : at + 8], "little")
        if at + 8 + size > end:
            return
        yield kind, at + 8, at + 8 + size
        at += 8 + size + (size & 1)


def _in_png(data: Bytes) -> Blocks:
    exif, xmp, end = [], [], len(data)
    for kind, start, stop in chunks(data):
        body = data[start : min(stop, start + _LARGEST_BLOCK)] if kind in {b"eXIf", b"iTXt"} else b""
        if kind == b"eXIf":
            exif.append(body)
        elif kind == b"iTXt" and body.startswith(b"XML:com.adobe.xmp\x00"):
            xmp.append(_itxt(body))
        elif kind == b"IEND":
            end = stop + 4
    return _one_each(exif, xmp, max(0, len(data) - end))


def _one_each(exif: list[bytes], xmp: list[bytes], trailing: int) -> Blocks:
    first = exif[0].removeprefix(_EXIF) if exif else b""
    return Blocks(exif=first, xmp=xmp[0] if xmp else b"", trailing=trailing, exif_count=len(exif), xmp_count=len(xmp))


def _itxt(body: bytes) -> bytes:
    """Return the text of an iTXt chunk, unpacked but never beyond the cap."""
    _, rest = body.split(b"\x00", 1)
    packed = rest[:1] == b"\x01"
    parts = rest[2:].split(b"\x00", 2)
    text = parts[2] if len(parts) == 3 else b""  # noqa: PLR2004 - language, translated keyword, text
    if not packed:
        return text
    try:
        return zlib.decompressobj().decompress(text, _LARGEST_BLOCK)
    except zlib.error:
        return b""


def _in_webp(data: Bytes) -> Blocks:
    exif, xmp = [], []
    end = min(len(data), 8 + int.from_bytes(data[4:8], "little"))
    for kind, start, stop in riff_chunks(data):
        body = data[start : min(stop, start + _LARGEST_BLOCK)] if kind in {b"EXIF", b"XMP "} else b""
        if kind == b"EXIF":
            exif.append(body)
        elif kind == b"XMP ":
            xmp.append(body)
    return _one_each(exif, xmp, len(data) - end)
