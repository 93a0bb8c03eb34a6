"""How the child makes a licensed copy: the original's coded pixels where they may stay, else one decode and encode.

Runs in the child process alone.
"""

import mmap
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyvips

from dam.imaging.limits import Limits, MediaType
from dam.imaging.vips import fit, fitted_srgb, has_field, open_header, open_shrunk, orientation, raw_page_count, upright
from dam.metadata import tiff
from dam.metadata.tiff import NotWhole
from dam.metadata.writing import Written, rewrite

WEBP_MOST_PX = 16_383
"""The longest side the format can say."""
_QUALITY = 92
_UPRIGHT = 1
_PROFILE_SPACES = {1: b"GRAY", 3: b"RGB "}
_PROFILE_CURVES = {1: frozenset({b"kTRC"}), 3: frozenset({b"rXYZ", b"gXYZ", b"bXYZ", b"rTRC", b"gTRC", b"bTRC"})}
"""What a profile of grey or RGB must hold; one of RGB that works by tables instead is converted and not kept."""
_TABLES = b"A2B0"
_LARGEST_PROFILE, _MOST_TAGS, _TABLE, _TYPE = 1 << 20, 100, 132, 8
_PLAIN_CODES = frozenset({1, 5, 8, 32773, 32946})
"""No compression, LZW, Deflate twice, PackBits: the strips of a TIFF that hold nothing but pixels."""
_COMPRESSION, _PHOTOMETRIC, _PLAIN_COLOURS = 259, 262, frozenset({1, 2})

_SAVERS: dict[MediaType, Callable[[pyvips.Image, str], None]] = {
    MediaType.JPEG: lambda picture, target: picture.jpegsave(target, Q=_QUALITY, keep="icc"),
    MediaType.TIFF: lambda picture, target: picture.tiffsave(
        target, compression="lzw", predictor="horizontal", keep="icc"
    ),
    MediaType.PNG: lambda picture, target: picture.pngsave(target, compression=3, filter="sub", keep="icc"),
    MediaType.WEBP: lambda picture, target: picture.webpsave(target, Q=_QUALITY, effort=2, keep="icc"),
}


def copy(task: dict[str, Any], limits: Limits) -> dict[str, Any]:
    """Write the copy, with its colour profile and no other metadata, and tell what was done to the picture.

    Raises: UnopenableError, pyvips.Error.
    """
    original, media_type, wanted = task["original"], MediaType(task["media_type"]), MediaType(task["wanted"])
    header = open_header(original, media_type, limits)
    longest = max(header.width, header.height)
    long_side = min(longest, task["max_px"] or longest, WEBP_MOST_PX if wanted is MediaType.WEBP else longest)
    turned, resized = orientation(header) != _UPRIGHT, long_side < longest
    done = {"turned": turned, "resized": resized}
    if media_type is wanted and not turned and not resized and _keep(original, task["target"], header):
        return done | {"recoded": False, "width_px": header.width, "height_px": header.height}
    opened = _without_lie(open_shrunk(original, media_type, header, 2 * long_side))
    fitted = fit(opened, long_side) if _is_srgb(opened) else fitted_srgb(opened, long_side)
    picture = with_srgb_profile(upright(fitted, orientation(header)))
    _SAVERS[wanted](picture, str(task["target"]))
    return done | {"recoded": True, "width_px": picture.width, "height_px": picture.height}


def _is_srgb(picture: pyvips.Image) -> bool:
    """Tell whether the pixels are what a copy holds already: to convert them to themselves would cost a fifth more."""
    plain = picture.interpretation == "srgb" and picture.format == "uchar" and picture.bands == 3  # noqa: PLR2004
    return plain and not has_field(picture, "icc-profile-data")


def _keep(original: Path, target: Path, header: pyvips.Image) -> bool:
    """Write the coded pixels as they are; False where they cannot stand for themselves."""
    if not _is_plain(header) or not _has_usable_profile(header):
        return False
    bare = header.bands == 3 and not has_field(header, "icc-profile-data")  # noqa: PLR2004 - red, green, blue
    try:
        if header.get("vips-loader") == "tiffload" and not _is_plain_tiff(original):
            return False
        rewrite(original, target, Written(icc=srgb_profile() if bare else None))
    except NotWhole:
        return False
    return True


def _is_plain(header: pyvips.Image) -> bool:
    """Tell whether the pixels are grey or RGB, opaque, in whole numbers, and one still picture.

    The further pages of a TIFF stay behind, as they do in every copy.
    """
    still = raw_page_count(header) == 1 or header.get("vips-loader") == "tiffload"
    colours = header.interpretation in {"b-w", "srgb", "rgb", "grey16", "rgb16"}
    return still and colours and header.bands in _PROFILE_SPACES and header.format in {"uchar", "ushort"}


def _is_plain_tiff(original: Path) -> bool:
    with original.open("rb") as stream, mmap.mmap(stream.fileno(), 0, access=mmap.ACCESS_READ) as data:
        order, held = tiff.byte_order(data), tiff.first_directory(data)
    code, colours = (tiff.numbers(held.get(number), order)[:1] for number in (_COMPRESSION, _PHOTOMETRIC))
    return (code or (1,))[0] in _PLAIN_CODES and set(colours) <= _PLAIN_COLOURS and bool(colours)


def _has_usable_profile(header: pyvips.Image) -> bool:
    """Tell whether the profile says what these pixels mean; none at all says sRGB."""
    if not has_field(header, "icc-profile-data"):
        return True
    profile = bytes(header.get("icc-profile-data"))
    right_kind = profile[36:40] == b"acsp" and profile[16:20] == _PROFILE_SPACES[header.bands]
    return right_kind and len(profile) <= _LARGEST_PROFILE and _curves(profile) >= _PROFILE_CURVES[header.bands]


def _without_lie(picture: pyvips.Image) -> pyvips.Image:
    """Take a broken profile off grey or RGB: libvips would convert from sRGB to sRGB, at the price of a decode."""
    if picture.bands not in _PROFILE_SPACES or _has_usable_profile(picture):
        return picture
    if _TABLES in _curves(bytes(picture.get("icc-profile-data"))):
        return picture
    bare = picture.copy()
    bare.remove("icc-profile-data")
    return bare


def _curves(profile: bytes) -> frozenset[bytes]:
    """Return the tags that lie whole in the profile: libvips itself passes over a broken profile in silence.

    Source: ICC.1:2022, 7.3 (tag table: signature, offset, size) and 8.3 (what a display profile must hold).
    """
    count = min(int.from_bytes(profile[128:132], "big"), _MOST_TAGS)
    entries = [profile[132 + 12 * index : 144 + 12 * index] for index in range(count)]
    places = {entry[:4]: (int.from_bytes(entry[4:8], "big"), int.from_bytes(entry[8:], "big")) for entry in entries}
    whole = {name for name, (at, size) in places.items() if at >= _TABLE and size > _TYPE and at + size <= len(profile)}
    return frozenset(name for name in whole if profile[places[name][0] : places[name][0] + 4].strip(b"\x00"))


def with_srgb_profile(picture: pyvips.Image) -> pyvips.Image:
    """Attach libvips' own sRGB profile where none is: a copy says which colours it means; its pixels stay."""
    if has_field(picture, "icc-profile-data"):
        return picture
    labelled = picture.copy()
    labelled.set_type(pyvips.GValue.blob_type, "icc-profile-data", srgb_profile())
    return labelled


def srgb_profile() -> bytes:
    """Return libvips' own sRGB profile."""
    one_pixel = pyvips.Image.black(1, 1, bands=3).copy(interpretation="srgb")
    return bytes(one_pixel.icc_transform("srgb", input_profile="srgb", depth=8).get("icc-profile-data"))
