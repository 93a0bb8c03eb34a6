"""The only way to libvips: named loaders, limits read from the header, colour brought to sRGB.

Runs in the child process alone.
"""

from itertools import pairwise
from pathlib import Path

import pyvips

from dam.imaging.limits import Limits, MediaType

_LOADERS = {
    MediaType.JPEG: "jpegload",
    MediaType.TIFF: "tiffload",
    MediaType.PNG: "pngload",
    MediaType.WEBP: "webpload",
    MediaType.AVIF: "heifload",
}
_JPEG_SHRINKS = (8, 4, 2)
_UPRIGHT = 1
_LAST_ORIENTATION = 8


class UnopenableError(Exception):
    """The picture cannot be opened; `code` is one of `faults.FAULTS`."""

    def __init__(self, code: str, detail: str = "") -> None:
        super().__init__(detail or code)
        self.code = code


def harden() -> None:
    """Close the loaders libvips itself calls untrusted, and its caches, which a one-shot process cannot use."""
    pyvips.block_untrusted_set(True)
    pyvips.cache_set_max(0)


def open_picture(path: Path, media_type: MediaType, **options: object) -> pyvips.Image:
    """Open the first page with the loader of its format: libvips never guesses the format itself.

    Raises: pyvips.Error when the loader refuses.
    """
    load = getattr(pyvips.Image, _LOADERS[media_type])
    picture: pyvips.Image = load(str(path), fail_on="truncated", **options)
    return picture


def open_header(path: Path, media_type: MediaType, limits: Limits) -> pyvips.Image:
    """Read the header alone and hold it against the limits.

    Raises: UnopenableError when the picture is larger than the limits; pyvips.Error when the header cannot be read.
    """
    picture = open_picture(path, media_type, access="sequential")
    if picture.width * picture.height > limits.max_pixels:
        raise UnopenableError("too_many_pixels", f"{picture.width} x {picture.height}")
    if raw_page_count(picture) > limits.max_pages:
        raise UnopenableError("too_many_pages", str(raw_page_count(picture)))
    return picture


def open_shrunk(path: Path, media_type: MediaType, header: pyvips.Image, long_side_px: int) -> pyvips.Image:
    """Open for one pass from top to bottom; a JPEG is decoded no larger than the result needs."""
    if media_type is not MediaType.JPEG:
        return open_picture(path, media_type, access="sequential")
    shrinks = (s for s in _JPEG_SHRINKS if max(header.width, header.height) // s >= long_side_px)
    return open_picture(path, media_type, access="sequential", shrink=next(shrinks, 1))


def has_field(picture: pyvips.Image, name: str) -> bool:
    """Tell whether the loader left a field of this name."""
    return bool(int(picture.get_typeof(name)))


def raw_page_count(picture: pyvips.Image) -> int:
    """Return how many pages or levels the file holds."""
    return int(picture.get("n-pages")) if has_field(picture, "n-pages") else 1


def page_count(path: Path, media_type: MediaType, header: pyvips.Image) -> int:
    """Return how many pages the file holds; the levels of one pyramid count as one page."""
    count = raw_page_count(header)
    if media_type is not MediaType.TIFF or count == 1:
        return count
    try:
        levels = [open_picture(path, media_type, page=index) for index in range(count)]
    except pyvips.Error:
        return count
    return 1 if all(_is_half(*pair) for pair in pairwise(levels)) else count


def _is_half(level: pyvips.Image, smaller: pyvips.Image) -> bool:
    sides = ((level.width, smaller.width), (level.height, smaller.height))
    return all(-2 <= whole - 2 * half <= 2 for whole, half in sides)  # noqa: PLR2004 - rounding of a pixel


def orientation(picture: pyvips.Image) -> int:
    """Return the EXIF orientation, 1 where it is missing or impossible."""
    value = int(picture.get("orientation")) if has_field(picture, "orientation") else _UPRIGHT
    return value if _UPRIGHT <= value <= _LAST_ORIENTATION else _UPRIGHT


def upright(picture: pyvips.Image, turn: int) -> pyvips.Image:
    """Turn the picture the way it was held.

    Shape: `turn` is the orientation read from the header. A streamed picture is held in memory first, since turning
    reads it out of order.
    """
    if turn == _UPRIGHT:
        return picture
    return picture.copy_memory().autorot()


def to_srgb(picture: pyvips.Image) -> pyvips.Image:
    """Return the picture as 8-bit sRGB in three bands, through its own profile where that is usable.

    Shape: `(H, W, 3)` uint8 sRGB, transparency laid on white.
    """
    seen = _colour(picture)
    if seen.hasalpha():
        seen = seen.flatten(background=[255, 255, 255])
    return seen.cast("uchar")[0:3] if seen.bands >= 3 else seen.cast("uchar").colourspace("srgb")  # noqa: PLR2004


def profile_usable(picture: pyvips.Image) -> bool:
    """Tell whether colours can be read through the profile in the file; a picture without one needs none.

    libvips silently takes a standard profile in place of one it cannot read: so its head is looked at first.
    Source: ICC.1:2022 7.2 (size, and the signature `acsp`).
    """
    if not has_field(picture, "icc-profile-data"):
        return True
    profile = bytes(picture.get("icc-profile-data"))
    if profile[36:40] != b"acsp" or int.from_bytes(profile[:4], "big") > len(profile):
        return False
    try:
        picture.icc_transform("srgb", embedded=True, intent="perceptual", depth=8)
    except pyvips.Error:
        return False
    return True


def _colour(picture: pyvips.Image) -> pyvips.Image:
    if has_field(picture, "icc-profile-data"):
        try:
            return picture.icc_transform("srgb", embedded=True, intent="perceptual", depth=8)
        except pyvips.Error:
            picture = picture.copy()
            picture.remove("icc-profile-data")
    if picture.interpretation == "cmyk":
        return picture.icc_transform("srgb", input_profile="cmyk", intent="perceptual", depth=8)
    return picture.colourspace("srgb")


def fit(picture: pyvips.Image, long_side_px: int) -> pyvips.Image:
    """Shrink so that the long side is at most this; never enlarge."""
    scale = long_side_px / max(picture.width, picture.height)
    if scale >= 1:
        return picture
    width, height = (max(1, round(side * scale)) for side in (picture.width, picture.height))
    return picture.resize(width / picture.width, vscale=height / picture.height, kernel="lanczos3")


def fitted_srgb(picture: pyvips.Image, long_side_px: int) -> pyvips.Image:
    """Shrink and convert, in the order that costs least: transparency must be settled before shrinking."""
    if picture.hasalpha():
        return fit(to_srgb(picture), long_side_px)
    return to_srgb(fit(picture, long_side_px))


def explain(error: pyvips.Error) -> UnopenableError:
    """Turn a decoder's complaint into one of our reasons."""
    said = str(error)
    low = said.lower()
    for code, words in _COMPLAINTS:
        if any(word in low for word in words):
            return UnopenableError(code, said)
    return UnopenableError("damaged", said)


NO_ROOM = "no_room"
"""Not the file's fault: the disk is full."""

_COMPLAINTS = (
    (NO_ROOM, ("no space left", "disk quota", "file too large", "write error")),
    (
        "too_much_memory",
        ("out of memory", "insufficient memory", "unable to allocate", "cannot allocate", "memory limit"),
    ),
    (
        "truncated",
        ("premature end", "truncated", "end of file", "read gave", "out of data", "not enough", "unable to read"),
    ),
    ("unsupported_format", ("unsupported", "not supported", "bad labq", "unimplemented", "not configured")),
)
