"""Formats in: every common kind of scan becomes the same upright sRGB picture; what is built to do harm does none."""

import struct
import zlib
from collections.abc import Callable
from pathlib import Path

import numpy as np
import piexif
import pytest
import pyvips
from PIL import Image

from dam.imaging.faults import FAULTS
from dam.imaging.inspection import Prepared
from dam.imaging.limits import Limits
from dam.kernel.errors import BadImage

Prepare = Callable[..., Prepared]
LEFT, RIGHT = (60, 120, 200), (220, 160, 40)


def halves() -> Image.Image:
    image = Image.new("RGB", (640, 400), LEFT)
    image.paste(RIGHT, (320, 0, 640, 400))
    return image


def vips() -> pyvips.Image:
    return pyvips.Image.new_from_memory(halves().tobytes(), 640, 400, 3, "uchar").copy(interpretation="srgb")


def sixteen(picture: pyvips.Image, interpretation: str) -> pyvips.Image:
    return (picture.cast("ushort") * 257).cast("ushort").copy(interpretation=interpretation)


WAYS: dict[str, Callable[[str], object]] = {
    "rgb16.tif": lambda path: sixteen(vips(), "rgb16").tiffsave(path),
    "rgb16-packed.tif": lambda path: sixteen(vips(), "rgb16").tiffsave(path, compression="deflate"),
    "float.tif": lambda path: vips().colourspace("scrgb").tiffsave(path),
    "lab16.tif": lambda path: vips().colourspace("labs").tiffsave(path),
    "big.tif": lambda path: vips().tiffsave(path, bigtiff=True),
    "tiled.tif": lambda path: vips().tiffsave(path, tile=True, compression="deflate"),
    "jpeg-in.tif": lambda path: vips().tiffsave(path, tile=True, compression="jpeg", Q=95),
    "with-alpha.tif": lambda path: halves().convert("RGBA").save(path),
    "palette.tif": lambda path: halves().convert("P", palette=Image.Palette.ADAPTIVE).save(path),
    "rgb16.png": lambda path: sixteen(vips(), "rgb16").pngsave(path, bitdepth=16),
    "palette.png": lambda path: halves().convert("P", palette=Image.Palette.ADAPTIVE).save(path),
    "interlaced.png": lambda path: vips().pngsave(path, interlace=True),
    "lossless.webp": lambda path: halves().save(path, lossless=True),
    "high.avif": lambda path: halves().save(path, quality=95),
    "progressive.jpg": lambda path: halves().save(path, progressive=True, quality=95),
    "444.jpg": lambda path: halves().save(path, subsampling=0, quality=95),
}
GREY = {
    "grey16.tif": lambda path: sixteen(vips()[1], "grey16").tiffsave(path),
    "grey.jpg": lambda path: halves().getchannel("G").save(path),
    "grey.png": lambda path: halves().getchannel("G").save(path),
}


def colours(result: Prepared) -> list[tuple[float, ...]]:
    """The commonest colours of both halves, above the credit band."""
    preview = next(each for each in result.renditions if each.kind == "preview")
    pixels = np.asarray(Image.open(preview.path).convert("RGB"))
    return [tuple(np.median(pixels[:390, part].reshape(-1, 3), axis=0)) for part in (slice(0, 300), slice(340, 640))]


@pytest.mark.parametrize("name", WAYS)
def test_the_colours_survive_whatever_they_come_in(name: str, tmp_path: Path, prepared: Prepare) -> None:
    WAYS[name](str(tmp_path / name))
    result = prepared(tmp_path / name)
    assert (result.width_px, result.height_px, result.page_count) == (640, 400, 1)
    for seen, meant in zip(colours(result), (LEFT, RIGHT), strict=True):
        assert seen == pytest.approx(meant, abs=6)


@pytest.mark.parametrize("name", GREY)
def test_grey_stays_grey(name: str, tmp_path: Path, prepared: Prepare) -> None:
    GREY[name](str(tmp_path / name))
    for seen, meant in zip(colours(prepared(tmp_path / name)), (120, 160), strict=True):
        assert seen == pytest.approx((meant,) * 3, abs=6)


@pytest.mark.parametrize("name", ["ink.jpg", "ink.tif"])
def test_ink_is_not_taken_for_its_negative(name: str, tmp_path: Path, prepared: Prepare) -> None:
    """Adobe writes CMYK in a JPEG upside down; nobody does in a TIFF. Both must come out light where paper is bare."""
    light, dark = Image.new("CMYK", (640, 400), (8, 8, 8, 0)), Image.new("CMYK", (320, 400), (0, 0, 0, 230))
    light.paste(dark, (320, 0))
    light.save(tmp_path / name)
    paper, black = colours(prepared(tmp_path / name))
    assert min(paper) > 220
    assert max(black) < 90


def test_of_a_gain_map_picture_the_plain_one_is_shown(tmp_path: Path, prepared: Prepare) -> None:
    vips().colourspace("scrgb").uhdrsave(str(tmp_path / "gain.jpg"))
    left, right = colours(prepared(tmp_path / "gain.jpg"))
    assert left[2] > left[1] > left[0]
    assert right[0] > right[1] > right[2]


def test_an_animation_shows_its_first_picture_and_says_so(tmp_path: Path, prepared: Prepare) -> None:
    still = halves()
    still.save(tmp_path / "moving.webp", save_all=True, append_images=[still.rotate(180)], duration=100, lossless=True)
    result = prepared(tmp_path / "moving.webp")
    assert result.page_count == 2
    assert {warning.code for warning in result.warnings} == {"more_pages"}
    assert colours(result)[0] == pytest.approx(LEFT, abs=6)


def test_a_broken_profile_is_ignored_and_said(tmp_path: Path, prepared: Prepare) -> None:
    halves().save(tmp_path / "odd.jpg", icc_profile=b"no profile at all", quality=95)
    result = prepared(tmp_path / "odd.jpg")
    assert {warning.code for warning in result.warnings} == {"profile_ignored"}
    assert all(warning.message.zh for warning in result.warnings)
    assert colours(result)[1] == pytest.approx(RIGHT, abs=6)


# --------------------------------------------------------------------------------------- what is built to do harm
def many_entries(count: int) -> bytes:
    """A TIFF whose first directory says it has this many entries, and has them."""
    entry = struct.pack("<HHII", 65_000, 2, 4, 0)
    return b"II*\x00" + struct.pack("<IH", 8, count) + entry * count + b"\x00\x00\x00\x00"


def jpeg_with_exif(tiff: bytes) -> bytes:
    """A good JPEG with this as its EXIF block, as far as a segment can hold it."""
    body = b"Exif\x00\x00" + tiff[:65_000]
    clean = halves()
    made = clean.tobytes("jpeg", "RGB")
    return made[:2] + b"\xff\xe1" + struct.pack(">H", len(body) + 2) + body + made[2:]


def deflate_bomb() -> bytes:
    """A PNG within the limits that unpacks to 40 MB of one colour from 40 kB."""

    def chunk(kind: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    packer, rows = zlib.compressobj(9), b"\x00" * (1 + 8_000)
    packed = b"".join(packer.compress(rows) for _ in range(5_000)) + packer.flush()
    header = struct.pack(">IIBBBBB", 8_000, 5_000, 8, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", packed) + chunk(b"IEND", b"")


def script() -> bytes:
    exif = piexif.dump({"0th": {piexif.ImageIFD.ImageDescription: b"<script>alert(1)</script>"}})
    return jpeg_with_exif(exif[6:])


HOSTILE: dict[str, tuple[Callable[[], bytes], str | None]] = {
    "100,000 entries in a TIFF": (lambda: many_entries(65_535) + many_entries(34_465), "damaged"),
    "a directory too long for its block": (lambda: jpeg_with_exif(many_entries(65_535)), None),
    "a directory that names itself": (lambda: jpeg_with_exif(b"II*\x00\x08\x00\x00\x00\x00\x00\x08\x00\x00\x00"), None),
    "a picture of 40 MB in 40 kB": (deflate_bomb, None),
    "script in EXIF": (script, None),
    "a web page behind the picture": (lambda: jpeg_with_exif(b"")[:] + b"<html><script>alert(1)</script>", None),
    "a picture in front of nothing": (lambda: jpeg_with_exif(b"")[:700], "truncated"),
    "an archive with a picture's first bytes": (lambda: b"\xff\xd8\xff\xe0PK\x03\x04" + bytes(2_000), "*"),
    "a TIFF of endless pages": (lambda: b"II*\x00\x08\x00\x00\x00" + struct.pack("<H", 0) + b"\x08\x00\x00\x00", "*"),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_file_ends_with_a_reason_or_harmless(name: str, tmp_path: Path, prepared: Prepare) -> None:
    """`None`: it must be shown, the harm left behind; a code: refused for that; `*`: refused for whatever reason."""
    make, expected = HOSTILE[name]
    hostile, good = tmp_path / "hostile.jpg", tmp_path / "good.jpg"
    hostile.write_bytes(make())
    halves().save(good)
    if expected is None:
        shown = [each.path.read_bytes() for each in prepared(hostile, limits=Limits(wall_s=20)).renditions]
        assert not [data for data in shown if b"<script" in data or b"<html" in data]
    else:
        with pytest.raises(BadImage) as caught:
            prepared(hostile, limits=Limits(wall_s=20))
        assert caught.value.code in (FAULTS if expected == "*" else {expected})
    assert len(prepared(good).renditions) == 3, "its neighbour is shown as if nothing had been"
