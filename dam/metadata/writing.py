"""Writes metadata blocks around coded pixels that stay byte for byte: JPEG, TIFF, PNG and WebP.

Whatever else stood beside the pixels is left behind; what is kept is named here, form by form.
"""

import mmap
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from dam.metadata import tiff
from dam.metadata.containers import Segment, chunks, jpeg_segments, riff_chunks
from dam.metadata.exif import Walk
from dam.metadata.form import webp_size
from dam.metadata.tiff import Bytes, NotWhole, Tag, pieces

EXIF_HEAD, XMP_HEAD, PHOTOSHOP_HEAD = b"Exif\x00\x00", b"http://ns.adobe.com/xap/1.0/\x00", b"Photoshop 3.0\x00"
_ICC_HEAD, _ICC_PIECE = b"ICC_PROFILE\x00", 65_000
_APP0, _APP1, _APP2, _APP13, _APP14, _COM, _SOS, _EOI = 0xE0, 0xE1, 0xE2, 0xED, 0xEE, 0xFE, 0xDA, 0xD9
_LARGEST_SEGMENT = 65_533
_PNG_START = b"\x89PNG\r\n\x1a\n"
_PNG_KEPT = frozenset({b"IHDR", b"PLTE", b"IDAT", b"IEND", b"sRGB", b"gAMA", b"cHRM", b"pHYs"})
_PNG_COLOUR = frozenset({b"sRGB", b"gAMA", b"cHRM"})
_XMP_KEYWORD = b"XML:com.adobe.xmp"
_HAS_ICC, _HAS_EXIF, _HAS_XMP = 0x20, 0x08, 0x04
_XMP_TAG, _IIM_TAG, _PHOTOSHOP_TAG, _EXIF_TAG, _ICC_TAG = 700, 33723, 34377, 34665, 34675
_BYTES, _UNDEFINED = 1, 7
_ORIENTATION, _YCBCR_POSITIONING, _USER_COMMENT = 274, 531, 37510
_TIFF_KEPT = frozenset(
    {256, 257, 258, 259, 262, 266, 273, 277, 278, 279, 282, 283, 284, 296, 317, 322, 323, 324, 325, 338, 339}
)
"""Size, samples, compression, resolution, strips and tiles: what the pixels need."""


@dataclass(frozen=True, slots=True)
class Written:
    """The blocks that shall stand beside the pixels; an empty one is not written.

    Shape: `exif` a big-endian TIFF structure; `iim` IIM datasets and `resources` the same as Photoshop resources with
    its digest, `digest` that digest alone as such a resource; `icc` None keeps the profile that is there.
    """

    exif: bytes = b""
    xmp: bytes = b""
    iim: bytes = b""
    resources: bytes = b""
    digest: bytes = b""
    icc: bytes | None = None


def rewrite(source: Path, target: Path, blocks: Written) -> None:
    """Write the picture of one file into another with these blocks and no others; the coded pixels stay.

    Raises: NotWhole when the source is no whole JPEG, classic TIFF, PNG or WebP; the target is then not there.
    """
    if source.stat().st_size == 0:
        raise NotWhole("only a JPEG, TIFF, PNG or WebP can be stamped")
    with source.open("rb") as stream, mmap.mmap(stream.fileno(), 0, access=mmap.ACCESS_READ) as data:
        parts = rewritten(data, blocks)
        first = next(parts)  # what is not whole is told before a file is made
        with target.open("wb") as out:
            out.write(first)
            out.writelines(parts)


def rewritten(data: Bytes, blocks: Written) -> Iterator[bytes]:
    """Yield the file anew, piece by piece.

    Raises: NotWhole, before the first piece.
    """
    head = bytes(data[0:12])
    for start, write in _FORMS.items():
        if head.startswith(start) and (start != b"RIFF" or head[8:] == b"WEBP"):
            return write(data, blocks)
    raise NotWhole("only a JPEG, TIFF, PNG or WebP can be stamped")


# ---- JPEG


def _jpeg(data: Bytes, blocks: Written) -> Iterator[bytes]:
    segments = list(jpeg_segments(data))
    scans = [segment for segment in segments if segment.marker == _SOS]
    if not scans or segments[-1].marker != _EOI:
        raise NotWhole("the JPEG is not whole")
    jfif = next((s.body for s in segments if s.marker == _APP0 and s.body.startswith(b"JFIF\x00")), b"")
    yield b"\xff\xd8" + (_segment(_APP0, jfif[:12].ljust(12, b"\x00") + b"\x00\x00") if jfif else b"")
    yield b"".join(_segment(marker, body) for marker, body in jpeg_bodies(blocks) if body)
    for segment in segments:
        if _stays(segment, keep_icc=blocks.icc is None):
            yield from pieces(data, segment.start, segment.end)


def jpeg_bodies(blocks: Written) -> list[tuple[int, bytes]]:
    """Return marker and body of the segments the blocks become."""
    icc = blocks.icc or b""
    cuts = [icc[at : at + _ICC_PIECE] for at in range(0, len(icc), _ICC_PIECE)]
    return [
        (_APP1, blocks.exif and EXIF_HEAD + blocks.exif),
        (_APP1, blocks.xmp and XMP_HEAD + blocks.xmp),
        (_APP13, blocks.resources and PHOTOSHOP_HEAD + blocks.resources),
        *((_APP2, _ICC_HEAD + bytes((number, len(cuts))) + cut) for number, cut in enumerate(cuts, start=1)),
    ]


def fits_jpeg(blocks: Written) -> bool:
    """Tell whether each block fits into one JPEG segment."""
    return all(len(body) <= _LARGEST_SEGMENT for _, body in jpeg_bodies(blocks))


def _segment(marker: int, body: bytes) -> bytes:
    return bytes((0xFF, marker)) + (len(body) + 2).to_bytes(2, "big") + body


def _stays(segment: Segment, *, keep_icc: bool) -> bool:
    """Tell whether a segment is needed for the pixels: tables, frame, scans, colour profile, Adobe's transform."""
    if segment.marker == _APP2:
        return keep_icc and segment.body.startswith(_ICC_HEAD)
    if segment.marker == _APP14:
        return segment.body.startswith(b"Adobe")
    return segment.marker != _COM and not _APP0 <= segment.marker <= _APP0 + 15


# ---- PNG


def _png(data: Bytes, blocks: Written) -> Iterator[bytes]:
    found = list(chunks(data))
    kinds = [kind for kind, _, _ in found]
    if kinds[:1] != [b"IHDR"] or kinds[-1:] != [b"IEND"] or b"IDAT" not in kinds:
        raise NotWhole("the PNG is not whole")
    icc = _png_profile(data, found, blocks)
    yield _PNG_START
    for kind, start, end in found:
        if kind in _PNG_KEPT and not (icc and kind in _PNG_COLOUR):
            yield from pieces(data, start - 8, end + 4)
        if kind == b"IHDR":
            yield b"".join(_png_blocks(icc, blocks))


def _png_profile(data: Bytes, found: list[tuple[bytes, int, int]], blocks: Written) -> bytes:
    """Return the body of the profile's chunk, under a name of ours: the old name could say anything."""
    if blocks.icc is not None:
        return b"ICC\x00\x00" + zlib.compress(blocks.icc) if blocks.icc else b""
    held = next((bytes(data[start:end]) for kind, start, end in found if kind == b"iCCP"), b"")
    return b"ICC" + held[held.index(b"\x00") :] if b"\x00" in held else b""


def _png_blocks(icc: bytes, blocks: Written) -> Iterator[bytes]:
    if icc:
        yield _png_chunk(b"iCCP", icc)
    if blocks.exif:
        yield _png_chunk(b"eXIf", blocks.exif)
    if blocks.xmp:
        yield _png_chunk(b"iTXt", _XMP_KEYWORD + bytes(5) + blocks.xmp)


def _png_chunk(kind: bytes, body: bytes) -> bytes:
    return len(body).to_bytes(4, "big") + kind + body + zlib.crc32(kind + body).to_bytes(4, "big")


# ---- WebP


def _webp(data: Bytes, blocks: Written) -> Iterator[bytes]:
    found = {kind: (start, end) for kind, start, end in reversed(list(riff_chunks(data)))}
    coded = next((kind for kind in (b"VP8L", b"VP8 ") if kind in found), b"")
    if not coded or b"ANIM" in found or b"ALPH" in found:
        raise NotWhole("the WebP is not one whole opaque picture")
    start, end = found[coded]
    icc = bytes(data[slice(*found.get(b"ICCP", (0, 0)))]) if blocks.icc is None else blocks.icc
    flags = _HAS_ICC * bool(icc) | _HAS_EXIF * bool(blocks.exif) | _HAS_XMP * bool(blocks.xmp)
    sides = b"".join((side - 1).to_bytes(3, "little") for side in webp_size(coded, bytes(data[start : start + 10])))
    before = _riff(b"VP8X", bytes((flags, 0, 0, 0)) + sides) + _riff(b"ICCP", icc)
    after = _riff(b"EXIF", blocks.exif) + _riff(b"XMP ", blocks.xmp)
    padded = end - start + (end - start & 1)
    total = 4 + len(before) + 8 + padded + len(after)
    yield b"RIFF" + total.to_bytes(4, "little") + b"WEBP" + before + coded + (end - start).to_bytes(4, "little")
    yield from pieces(data, start, end)
    yield b"\x00" * (end - start & 1) + after


def _riff(kind: bytes, body: bytes) -> bytes:
    return kind + len(body).to_bytes(4, "little") + body + b"\x00" * (len(body) & 1) if body else b""


# ---- TIFF


def _tiff(data: Bytes, blocks: Written) -> Iterator[bytes]:
    order, held = tiff.byte_order(data), tiff.first_directory(data)
    strips = tiff.extents(data, held)
    kept = {number: tag for number, tag in held.items() if number in _TIFF_KEPT}
    if blocks.icc is None and _ICC_TAG in held:
        kept[_ICC_TAG] = held[_ICC_TAG]
    first, below = _exif_entries(blocks.exif, order)
    yield from tiff.written(data, strips, {**first, **_tiff_blocks(blocks), **kept}, below)


def _exif_entries(exif: bytes, order: str) -> tuple[dict[int, Tag], dict[int, dict[int, Tag]]]:
    """Return the EXIF block as entries of the TIFF's own directories, in its byte order."""
    found = Walk(exif).directories() if exif else {}
    first, second = ({e.tag: Tag(e.kind, e.count, e.value) for e in found.get(name, [])} for name in ("0th", "Exif"))
    for number in (_ORIENTATION, _YCBCR_POSITIONING, _EXIF_TAG):
        first.pop(number, None)
    comment = second.get(_USER_COMMENT)
    if comment and order == "little":
        text = comment.value[8:].decode("utf-16-be").encode("utf-16-le")
        second[_USER_COMMENT] = Tag(_UNDEFINED, comment.count, comment.value[:8] + text)
    turned = [{number: tiff.reordered(tag, order) for number, tag in each.items()} for each in (first, second)]
    return turned[0], {_EXIF_TAG: turned[1]} if second else {}


def _tiff_blocks(blocks: Written) -> dict[int, Tag]:
    """Return XMP, IIM and its digest; IIM stands in its own tag, and the digest beside it in Photoshop's."""
    kinds = {
        _XMP_TAG: (_BYTES, blocks.xmp),
        _IIM_TAG: (_UNDEFINED, blocks.iim),
        _PHOTOSHOP_TAG: (_BYTES, blocks.digest),
        _ICC_TAG: (_UNDEFINED, blocks.icc or b""),
    }
    return {number: Tag(kind, len(body), body) for number, (kind, body) in kinds.items() if body}


_FORMS: dict[bytes, Callable[[Bytes, Written], Iterator[bytes]]] = {
    b"\xff\xd8\xff": _jpeg,
    _PNG_START: _png,
    b"RIFF": _webp,
    b"II*\x00": _tiff,
    b"MM\x00*": _tiff,
}
