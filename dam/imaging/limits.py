"""What we open and how much it may cost, decided before any decoder sees a byte."""

from dataclasses import dataclass
from enum import StrEnum

SNIFF_BYTES = 64
"""How much of the head of a file `sniff` wants to see."""


class MediaType(StrEnum):
    """A format told from its first bytes, whatever the file is called."""

    JPEG = "image/jpeg"
    TIFF = "image/tiff"
    PNG = "image/png"
    WEBP = "image/webp"
    AVIF = "image/avif"
    HEIC = "image/heic"
    JP2 = "image/jp2"

    @property
    def accepted(self) -> bool:
        """Tell whether we open it; the others are recognised only to be refused by name."""
        return self not in _REFUSED


@dataclass(frozen=True, slots=True)
class Limits:
    """The ceiling of one job in the child process.

    Units: pixels of the whole first page; bytes of address space; seconds of processor and of wall time.
    """

    max_pixels: int = 200_000_000
    max_pages: int = 50
    memory_bytes: int = 1_536 * 1024 * 1024
    cpu_s: int = 30
    wall_s: int = 45


_REFUSED = frozenset({MediaType.HEIC, MediaType.JP2})
_TIFF_MAGICS = (b"II*\x00", b"MM\x00*", b"II+\x00\x08\x00\x00\x00", b"MM\x00+\x00\x08\x00\x00")
_JP2_MAGICS = (b"\x00\x00\x00\x0cjP  \r\n\x87\n", b"\xff\x4f\xff\x51")
_AVIF_BRANDS = frozenset({b"avif", b"avis"})
_HEIC_BRANDS = frozenset({b"heic", b"heix", b"hevc", b"hevx", b"heim", b"heis", b"mif1", b"msf1"})


def sniff(head: bytes) -> MediaType | None:
    """Tell the format from the first bytes, or None when it is none that we know.

    Shape: the first `SNIFF_BYTES` of the file; fewer are fine.
    """
    if head.startswith(b"\xff\xd8\xff"):
        return MediaType.JPEG
    if head.startswith(b"\x89PNG\r\n\x1a\n"):
        return MediaType.PNG
    if head.startswith(_TIFF_MAGICS):
        return MediaType.TIFF
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return MediaType.WEBP
    if head.startswith(_JP2_MAGICS):
        return MediaType.JP2
    return _sniff_boxes(head)


def _sniff_boxes(head: bytes) -> MediaType | None:
    """Read the brands of an ISO base media file: AVIF and HEIC differ only there."""
    if head[4:8] != b"ftyp":
        return None
    size = min(int.from_bytes(head[:4], "big"), len(head))
    brands = {head[8:12], *(head[at : at + 4] for at in range(16, size - 3, 4))}
    if brands & _AVIF_BRANDS:
        return MediaType.AVIF
    return MediaType.HEIC if brands & _HEIC_BRANDS else None
