"""What a licensed copy can be delivered as."""

from enum import StrEnum

from dam.imaging.limits import MediaType
from dam.kernel.errors import Fault, Invalid
from dam.kernel.text import Bilingual


class CopyFormat(StrEnum):
    """A format of copies, as addresses spell it; the first comes where nobody chose."""

    JPEG = "jpeg"
    TIFF = "tiff"
    PNG = "png"
    WEBP = "webp"

    @property
    def media_type(self) -> MediaType:
        """The format as files and headers name it."""
        return MediaType(f"image/{self.value}")

    @property
    def label(self) -> str:
        """The format as people name it, in every language."""
        return "WebP" if self is CopyFormat.WEBP else self.value.upper()


def parse_format(text: str | None) -> CopyFormat:
    """Return the format that was asked for, JPEG where none was.

    Raises: Invalid.
    """
    try:
        return CopyFormat(text) if text else CopyFormat.JPEG
    except ValueError:
        message = Bilingual("Choose jpeg, tiff, png or webp.", "请选择 jpeg、tiff、png 或 webp。")
        raise Invalid([Fault("format", "unknown_format", message)]) from None
