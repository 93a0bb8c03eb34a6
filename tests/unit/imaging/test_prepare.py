"""From an upload to marked renditions, through the real child process."""

import struct
import time
import zlib
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import piexif
import pytest
from PIL import Image, ImageChops, ImageStat

from dam.imaging.inspection import Prepared
from dam.imaging.limits import Limits
from dam.imaging.mark import MarkSpec
from dam.kernel.errors import BadImage
from dam.kernel.hashing import sha256_hex
from dam.kernel.text import Bilingual

Picture = Callable[..., Path]
Prepare = Callable[..., Prepared]


def refusal(prepared: Prepare, original: Path, **options: object) -> BadImage:
    with pytest.raises(BadImage) as caught:
        prepared(original, **options)
    assert caught.value.message.en
    assert caught.value.message.zh
    return caught.value


def rendition(result: Prepared, kind: str) -> Image.Image:
    found = next(each for each in result.renditions if each.kind == kind)
    image = Image.open(found.path)
    assert (found.width_px, found.height_px) == image.size
    assert found.sha256 == sha256_hex(found.path.read_bytes())
    assert found.size_bytes == found.path.stat().st_size
    return image


def test_a_photograph_becomes_a_preview_and_a_thumbnail(picture: Picture, prepared: Prepare) -> None:
    result = prepared(picture(size=(2400, 1800)))
    assert (result.width_px, result.height_px, result.page_count, result.orientation) == (2400, 1800, 1, 1)
    preview, thumbnail = rendition(result, "preview"), rendition(result, "thumbnail")
    assert preview.width == 1600
    assert preview.height > 1200, "the credit band stands under the picture, not on it"
    assert thumbnail.size == (400, 300)


def test_a_small_picture_is_never_enlarged(picture: Picture, prepared: Prepare) -> None:
    result = prepared(picture(size=(350, 200)))
    assert rendition(result, "preview").width == 350
    assert rendition(result, "thumbnail").size == (350, 200)


@pytest.mark.parametrize("size", [(1, 1), (8, 8), (1, 900), (6000, 2), (40, 3000)])
def test_odd_sizes_end_with_a_readable_band(size: tuple[int, int], picture: Picture, prepared: Prepare) -> None:
    preview = rendition(prepared(picture("odd.png", size=size)), "preview")
    assert preview.width >= 300
    assert preview.height > 40


@pytest.mark.parametrize("turn", range(1, 9))
def test_renditions_stand_upright(turn: int, picture: Picture, prepared: Prepare) -> None:
    """Turned with the EXIF orientation, the blue half comes to where the camera's user saw it."""
    exif = piexif.dump({"0th": {piexif.ImageIFD.Orientation: turn}})
    result = prepared(picture(size=(600, 400), exif=exif))
    wide = turn < 5
    assert (result.width_px, result.height_px) == ((600, 400) if wide else (400, 600))
    thumbnail = rendition(result, "thumbnail").convert("RGB")
    corners = {1: "left", 4: "left", 2: "right", 3: "right", 5: "top", 6: "top", 7: "bottom", 8: "bottom"}
    width, height = thumbnail.size
    edge = {
        "left": (0, 0, 20, height),
        "right": (width - 20, 0, width, height),
        "top": (0, 0, width, 20),
        "bottom": (0, height - 20, width, height),
    }[corners[turn]]
    red, _, blue = ImageStat.Stat(thumbnail.crop(edge)).mean
    assert blue > red


@pytest.mark.parametrize("ground", ["white", "black", "noise"])
def test_the_mark_shows_on_light_dark_and_busy_ground(
    ground: str, tmp_path: Path, prepared: Prepare, mark: MarkSpec
) -> None:
    """D22: no rendition is unmarked; the light fill carries dark areas, the dark edge light ones."""
    flat = Image.new("RGB", (1000, 800), ground) if ground != "noise" else Image.effect_noise((1000, 800), 90)
    original = tmp_path / "ground.png"
    flat.save(original)
    result = prepared(original)
    for kind, long_side in (("preview", 1000), ("thumbnail", 400)):
        shown = rendition(result, kind).convert("L")
        clean = flat.convert("L").resize((long_side, long_side * 4 // 5), Image.Resampling.LANCZOS)
        changed = ImageChops.difference(shown.crop((0, 0, *clean.size)), clean)
        touched = sum(changed.histogram()[24:]) / (clean.width * clean.height)
        assert 0.01 < touched < 0.35, f"{kind} on {ground}: {touched:.3f}"
        assert changed.getextrema()[1] > 60


def test_renditions_carry_no_metadata_at_all(picture: Picture, prepared: Prepare) -> None:
    secret = piexif.dump(
        {
            "0th": {piexif.ImageIFD.Artist: b"SECRET-ARTIST"},
            "Exif": {piexif.ExifIFD.BodySerialNumber: b"SECRET-SERIAL"},
            "GPS": {piexif.GPSIFD.GPSMapDatum: b"SECRET-PLACE"},
        }
    )
    result = prepared(picture(exif=secret, comment=b"SECRET-COMMENT"))
    for each in result.renditions:
        assert b"SECRET" not in each.path.read_bytes()
        assert not Image.open(each.path).info.keys() & {"exif", "comment", "icc_profile", "xmp"}
    assert {claim.name for claim in result.reading.claims if claim.private} >= {"BodySerialNumber", "GPSMapDatum"}


@pytest.mark.parametrize(
    ("name", "mode", "options"),
    [
        ("grey.jpg", "L", {}),
        ("cmyk.jpg", "CMYK", {}),
        ("palette.png", "P", {}),
        ("one-bit.png", "1", {}),
        ("grey16.png", "I;16", {}),
        ("see-through.png", "RGBA", {}),
        ("grey-alpha.png", "LA", {}),
        ("packed.tif", "RGB", {"compression": "tiff_lzw"}),
        ("fax.tif", "1", {"compression": "group4"}),
        ("progressive.jpg", "RGB", {"progressive": True}),
        ("photo.webp", "RGB", {}),
        ("photo.avif", "RGB", {}),
    ],
)
def test_every_kind_of_pixel_becomes_srgb(
    name: str, mode: str, options: dict[str, object], picture: Picture, prepared: Prepare
) -> None:
    preview = rendition(prepared(picture(name, mode=mode, **options)), "preview")
    assert preview.mode == "RGB"


def test_transparency_lies_on_white(tmp_path: Path, prepared: Prepare, mark: MarkSpec) -> None:
    original = tmp_path / "clear.png"
    Image.new("RGBA", (300, 300), (0, 0, 0, 0)).save(original)
    shown = rendition(prepared(original), "thumbnail").convert("L")
    assert ImageStat.Stat(shown).median[0] > 240


def test_a_long_credit_wraps_and_is_never_cut(picture: Picture, prepared: Prepare, mark: MarkSpec) -> None:
    original = picture(size=(500, 300))
    short = rendition(prepared(original), "preview")
    long = rendition(
        prepared(original, replace(mark, credit_line="图片由中国人民抗日战争纪念馆独家提供 " * 12)), "preview"
    )
    assert long.height > short.height + 60
    band = long.convert("L").crop((0, 300, 500, long.height))
    margins = [band.crop(box) for box in ((0, 4, 6, band.height), (494, 4, 500, band.height))]
    assert all(margin.getextrema()[0] > 225 for margin in margins), "no letter reaches the edge"
    assert band.crop((0, band.height - 6, 500, band.height)).getextrema()[0] > 225


def test_a_word_longer_than_the_picture_breaks(picture: Picture, prepared: Prepare, mark: MarkSpec) -> None:
    preview = rendition(prepared(picture(size=(320, 200)), replace(mark, credit_line="M" * 300)), "preview")
    assert preview.width == 320
    assert preview.convert("L").crop((314, 204, 320, preview.height)).getextrema()[0] > 225


@pytest.mark.parametrize(
    "text", ["<b>bold</b> & <span foreground='red'>", "&lt;", "</span>", "a\x00b\x1b", "\u202egpj.exe", "\ud800", "🖼"]
)
def test_hostile_words_are_printed_and_not_obeyed(text: str, picture: Picture, prepared: Prepare) -> None:
    both = Bilingual(text, text)
    result = prepared(picture(size=(500, 300)), MarkSpec(both, text, both, text))
    assert rendition(result, "preview").width == 500


def test_pages_are_counted_and_said(tmp_path: Path, prepared: Prepare) -> None:
    original = tmp_path / "pages.tif"
    pages = [Image.new("RGB", (60, 40), colour) for colour in ("red", "green", "blue")]
    pages[0].save(original, save_all=True, append_images=pages[1:])
    result = prepared(original)
    assert result.page_count == 3
    assert "more_pages" in {warning.code for warning in result.warnings}


# ------------------------------------------------------------------------------------------------------- refusals
def test_an_empty_file_says_so(tmp_path: Path, prepared: Prepare) -> None:
    (tmp_path / "empty.jpg").touch()
    assert refusal(prepared, tmp_path / "empty.jpg").code == "empty"


@pytest.mark.parametrize("body", [b"/etc/passwd", b"hello", b"<html>", b"GIF89a\x01\x00\x01\x00"])
def test_bytes_that_are_no_photograph_are_refused_before_any_decoder(
    body: bytes, tmp_path: Path, prepared: Prepare
) -> None:
    (tmp_path / "body.jpg").write_bytes(body)
    assert refusal(prepared, tmp_path / "body.jpg").code == "not_an_image"


def test_half_a_picture_is_truncated(picture: Picture, prepared: Prepare) -> None:
    original = picture(size=(900, 700))
    original.write_bytes(original.read_bytes()[: original.stat().st_size // 2])
    assert refusal(prepared, original).code == "truncated"


def test_a_broken_picture_is_damaged(picture: Picture, prepared: Prepare) -> None:
    original = picture("broken.png", size=(300, 300))
    body = bytearray(original.read_bytes())
    at = body.index(b"IDAT") + 4
    body[at : at + 20] = b"\xff" * 20
    original.write_bytes(bytes(body))
    assert refusal(prepared, original).code in {"damaged", "truncated"}


def png_header(width: int, height: int) -> bytes:
    def chunk(kind: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    header = struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0)
    data = zlib.compress(b"\x00" * 10_000)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", data) + chunk(b"IEND", b"")


def test_a_pixel_bomb_is_refused_from_its_header(tmp_path: Path, prepared: Prepare) -> None:
    bomb = tmp_path / "bomb.png"
    bomb.write_bytes(png_header(50_000, 50_000))
    began = time.monotonic()
    assert refusal(prepared, bomb).code == "too_many_pixels"
    assert time.monotonic() - began < 5


def test_a_tiff_that_claims_gigabytes_is_refused_quickly(tmp_path: Path, prepared: Prepare) -> None:
    """Twenty-six bytes that make a trusting EXIF reader take 3.6 GB."""
    bomb = tmp_path / "bomb.tif"
    bomb.write_bytes(b"II*\x00\x08\x00\x00\x00\x01\x00\x98\x82\x03\x00\x00\x00\x00\x70\x1a\x00\x00\x00\x00\x00\x00\x00")
    began = time.monotonic()
    refusal(prepared, bomb)
    assert time.monotonic() - began < 5


def test_too_many_pages_are_refused(tmp_path: Path, prepared: Prepare) -> None:
    original = tmp_path / "pages.tif"
    pages = [Image.new("L", (8, 8)) for _ in range(4)]
    pages[0].save(original, save_all=True, append_images=pages[1:])
    assert refusal(prepared, original, limits=Limits(max_pages=3)).code == "too_many_pages"


def test_a_picture_that_needs_too_much_memory_is_stopped(picture: Picture, prepared: Prepare) -> None:
    """A progressive JPEG must be held whole before its first row is known."""
    original = picture(size=(9000, 9000), progressive=True, quality=95, subsampling=0)
    assert refusal(prepared, original, limits=Limits(memory_bytes=300 << 20)).code == "too_much_memory"
