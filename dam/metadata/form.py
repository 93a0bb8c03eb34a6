"""What a picture's own headers say of its form: size, resolution and colour profile."""

import struct
import zlib
from dataclasses import dataclass

from dam.metadata import tiff
from dam.metadata.containers import chunks, jpeg_head, riff_chunks
from dam.metadata.tiff import Bytes, NotWhole

_FRAMES = frozenset({0xC0, 0xC1, 0xC2})
_APP0, _APP2 = 0xE0, 0xE2
_ICC_HEAD = 14
_LARGEST_PROFILE = 4 << 20
_INCH, _CENTIMETRE = 2, 3
_ICC_TAG, _WIDTH, _HEIGHT = 34675, 256, 257


@dataclass(frozen=True, slots=True)
class Form:
    """Size, resolution and profile of a picture.

    Units: pixels; `resolution` in dots for each unit, `unit` as EXIF counts them: 2 the inch, 3 the centimetre.
    """

    width_px: int = 0
    height_px: int = 0
    icc: bytes = b""
    resolution: int = 72
    unit: int = _INCH

    @property
    def is_srgb(self) -> bool:
        """Tell whether the pixels mean sRGB: the profile says so, or there is none."""
        return not self.icc or b"sRGB" in self.icc or "sRGB".encode("utf-16-be") in self.icc


def form_of(data: Bytes) -> Form:
    """Return the form of a JPEG, PNG, WebP or classic TIFF.

    Raises: NotWhole for a TIFF whose first directory lies outside it, and for a WebP without a picture.
    """
    head = bytes(data[0:4])
    if head.startswith(b"\xff\xd8"):
        return _of_jpeg(data)
    if head.startswith(b"\x89PNG"):
        return _of_png(data)
    return _of_webp(data) if head == b"RIFF" else _of_tiff(data)


def _of_jpeg(data: Bytes) -> Form:
    frame, density, profile = bytes(5), b"", b""
    for segment in jpeg_head(data):
        if segment.marker in _FRAMES:
            frame = segment.body
        elif segment.marker == _APP0 and segment.body.startswith(b"JFIF\x00"):
            density = segment.body[7:10]
        elif segment.marker == _APP2 and segment.body.startswith(b"ICC_PROFILE\x00"):
            profile += segment.body[_ICC_HEAD:]
    unit, dots = (density[0], int.from_bytes(density[1:3], "big")) if density else (0, 0)
    measured = (dots, _INCH if unit == 1 else _CENTIMETRE) if unit in {1, 2} and dots else (72, _INCH)
    return Form(int.from_bytes(frame[3:5], "big"), int.from_bytes(frame[1:3], "big"), profile, *measured)


def _of_png(data: Bytes) -> Form:
    profile = b""
    for kind, start, end in chunks(data):
        if kind == b"iCCP":
            name, _, packed = bytes(data[start:end]).partition(b"\x00")
            profile = _unpacked(packed[1:]) if name else b""
        elif kind == b"IDAT":
            break
    return Form(int.from_bytes(data[16:20], "big"), int.from_bytes(data[20:24], "big"), profile)


def _unpacked(packed: bytes) -> bytes:
    """Return the profile, unpacked but never beyond the cap; nothing where it is broken."""
    try:
        return zlib.decompressobj().decompress(packed, _LARGEST_PROFILE)
    except zlib.error:
        return b""


def _of_webp(data: Bytes) -> Form:
    found = {kind: bytes(data[start : min(end, start + _LARGEST_PROFILE)]) for kind, start, end in riff_chunks(data)}
    coded = next((kind for kind in (b"VP8L", b"VP8 ") if kind in found), b"")
    width, height = webp_size(coded, found.get(coded, b"")[:10])
    return Form(width, height, found.get(b"ICCP", b""))


def webp_size(coded: bytes, head: bytes) -> tuple[int, int]:
    """Return width and height from the picture's own header.

    Raises: NotWhole.
    Source: RFC 6386 section 9.1; WebP Lossless Bitstream, section 3.
    """
    if coded == b"VP8 " and head[3:6] == b"\x9d\x01\x2a" and len(head) == 10:  # noqa: PLR2004 - the frame header
        width, height = struct.unpack("<HH", head[6:10])
        return width & 0x3FFF, height & 0x3FFF
    if coded == b"VP8L" and head[:1] == b"\x2f" and len(head) >= 5:  # noqa: PLR2004 - signature and sizes
        bits = int.from_bytes(head[1:5], "little")
        return (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1
    raise NotWhole("the WebP is not whole")


def _of_tiff(data: Bytes) -> Form:
    order, held = tiff.byte_order(data), tiff.first_directory(data)
    sides = [(*tiff.numbers(held.get(number), order), 0)[0] for number in (_WIDTH, _HEIGHT)]
    return Form(sides[0], sides[1], held[_ICC_TAG].value if _ICC_TAG in held else b"")
