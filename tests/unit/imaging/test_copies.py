"""The licensed copy: unmarked, upright, sRGB, no larger than allowed, nothing inherited."""

import io
from collections.abc import Callable
from pathlib import Path

import piexif
import pytest
from PIL import Image, ImageChops, ImageCms, ImageStat

from dam.imaging.copies import COPY_FORMATS, make_copy
from dam.imaging.limits import Limits, MediaType
from dam.kernel.errors import BadImage, ServiceFault

Picture = Callable[..., Path]


@pytest.mark.parametrize(
    ("max_px", "expected"), [(None, (900, 600)), (300, (300, 200)), (5000, (900, 600)), (1, (1, 1))]
)
def test_the_long_side_is_what_the_licence_allows(
    max_px: int | None, expected: tuple[int, int], picture: Picture, tmp_path: Path
) -> None:
    target = tmp_path / "copy.jpg"
    copy = make_copy(picture(size=(900, 600)), target, max_px=max_px, limits=Limits())
    assert (copy.width_px, copy.height_px) == expected == Image.open(target).size
    assert copy.size_bytes == target.stat().st_size
    assert copy.media_type == "image/jpeg"


def test_the_copy_is_the_photograph_without_a_mark(tmp_path: Path) -> None:
    original = tmp_path / "gradient.png"
    Image.linear_gradient("L").resize((700, 500)).convert("RGB").save(original)
    make_copy(original, tmp_path / "copy.jpg", max_px=None, limits=Limits())
    difference = ImageChops.difference(Image.open(original), Image.open(tmp_path / "copy.jpg"))
    assert max(high for _, high in difference.getextrema()) <= 8


@pytest.mark.parametrize("turn", [3, 6, 8])
def test_the_copy_stands_upright(turn: int, picture: Picture, tmp_path: Path) -> None:
    exif = piexif.dump({"0th": {piexif.ImageIFD.Orientation: turn}})
    copy = make_copy(picture(size=(600, 400), exif=exif), tmp_path / "copy.jpg", max_px=None, limits=Limits())
    assert (copy.width_px, copy.height_px) == ((600, 400) if turn == 3 else (400, 600))
    assert Image.open(tmp_path / "copy.jpg").getexif().get(0x0112, 1) == 1


@pytest.mark.parametrize(("name", "mode"), [("a.jpg", "RGB"), ("b.png", "L"), ("c.jpg", "CMYK"), ("d.tif", "RGB")])
def test_the_copy_says_which_colours_it_means_and_nothing_else(
    name: str, mode: str, picture: Picture, tmp_path: Path
) -> None:
    exif = piexif.dump({"0th": {piexif.ImageIFD.Artist: b"SECRET"}, "GPS": {piexif.GPSIFD.GPSMapDatum: b"SECRET"}})
    options = {"exif": exif} if name.endswith("jpg") else {}
    make_copy(picture(name, mode=mode, **options), tmp_path / "copy.jpg", max_px=None, limits=Limits())
    shown = Image.open(tmp_path / "copy.jpg")
    assert shown.mode == "RGB"
    assert "sRGB" in ImageCms.getProfileDescription(ImageCms.getOpenProfile(io.BytesIO(shown.info["icc_profile"])))
    assert b"SECRET" not in (tmp_path / "copy.jpg").read_bytes()
    assert "exif" not in shown.info


def swapped_profile() -> bytes:
    """An sRGB profile with its red and blue primaries exchanged: red pixels mean blue."""
    profile = bytearray(ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes())
    for at in range(132, 132 + 12 * int.from_bytes(profile[128:132], "big"), 12):
        names = {b"rXYZ": b"bXYZ", b"bXYZ": b"rXYZ"}
        profile[at : at + 4] = names.get(bytes(profile[at : at + 4]), bytes(profile[at : at + 4]))
    return bytes(profile)


def test_an_embedded_profile_is_applied_and_not_just_relabelled(tmp_path: Path) -> None:
    """Colours are moved into sRGB: what the profile calls blue comes out blue."""
    original = tmp_path / "swapped.png"
    Image.new("RGB", (80, 60), (220, 40, 40)).save(original, icc_profile=swapped_profile())
    make_copy(original, tmp_path / "copy.jpg", max_px=None, limits=Limits())
    assert ImageStat.Stat(Image.open(tmp_path / "copy.jpg")).median == pytest.approx([40, 40, 220], abs=12)


@pytest.mark.parametrize("profile", [b"no profile at all", swapped_profile()[:200], b"\x00" * 3_000])
@pytest.mark.parametrize(("name", "mode"), [("a.jpg", "RGB"), ("b.png", "L"), ("c.jpg", "CMYK")])
def test_a_broken_profile_does_not_stop_the_photograph(
    name: str, mode: str, profile: bytes, picture: Picture, tmp_path: Path
) -> None:
    make_copy(picture(name, mode=mode, icc_profile=profile), tmp_path / "copy.jpg", max_px=None, limits=Limits())
    shown = Image.open(tmp_path / "copy.jpg")
    assert shown.mode == "RGB"
    assert b"no profile at all" not in shown.info["icc_profile"]


def test_a_bad_original_is_refused_by_the_same_rules(tmp_path: Path) -> None:
    (tmp_path / "empty.jpg").touch()
    with pytest.raises(BadImage) as caught:
        make_copy(tmp_path / "empty.jpg", tmp_path / "copy.jpg", max_px=100, limits=Limits())
    assert caught.value.code == "empty"
    assert not (tmp_path / "copy.jpg").exists()


def test_a_full_disk_is_not_the_photographs_fault(picture: Picture) -> None:
    """The job is tried again later; the photograph is not put into quarantine for it."""
    with pytest.raises(ServiceFault):
        make_copy(picture(size=(900, 700)), Path("/dev/full"), max_px=None, limits=Limits())


PIL_NAMES = {MediaType.JPEG: "jpeg", MediaType.TIFF: "tiff", MediaType.PNG: "png", MediaType.WEBP: "webp"}


@pytest.mark.parametrize("wanted", COPY_FORMATS)
def test_a_copy_comes_in_the_format_that_was_chosen(wanted: MediaType, tmp_path: Path) -> None:
    """Smaller than its original, so made anew: upright 8-bit sRGB in every format, and the same picture."""
    original, target = tmp_path / "original", tmp_path / "copy"
    Image.linear_gradient("L").resize((700, 500)).convert("RGB").save(original, PIL_NAMES[wanted])
    copy = make_copy(original, target, max_px=350, limits=Limits(), wanted=wanted)
    shown = Image.open(target)
    assert (shown.format or "").casefold() == PIL_NAMES[wanted]
    assert (copy.media_type, copy.recoded, copy.resized, copy.turned) == (wanted.value, True, True, False)
    assert (shown.mode, shown.size) == ("RGB", (350, 250))
    assert "sRGB" in ImageCms.getProfileDescription(ImageCms.getOpenProfile(io.BytesIO(shown.info["icc_profile"])))
    expected = Image.open(original).convert("RGB").resize((350, 250), Image.Resampling.LANCZOS)
    assert max(high for _, high in ImageChops.difference(expected, shown).getextrema()) <= 12


@pytest.mark.parametrize("wanted", COPY_FORMATS)
@pytest.mark.parametrize("mode", ["RGB", "L"])
def test_where_nothing_must_change_the_coded_pixels_stay(wanted: MediaType, mode: str, tmp_path: Path) -> None:
    original, target = tmp_path / "original", tmp_path / "copy"
    exif = piexif.dump({"0th": {piexif.ImageIFD.Artist: b"SECRET"}, "GPS": {piexif.GPSIFD.GPSMapDatum: b"SECRET"}})
    Image.effect_noise((400, 300), 60).convert(mode).save(original, PIL_NAMES[wanted], exif=exif)
    with original.open("ab") as file:
        file.write(b"SECRET<html>")
    copy = make_copy(original, target, max_px=400, limits=Limits(), wanted=wanted)
    assert not copy.recoded
    shown = Image.open(target)
    assert shown.tobytes() == Image.open(original).tobytes()
    assert b"SECRET" not in target.read_bytes()
    assert ("icc_profile" in shown.info) == (shown.mode == "RGB")


def test_sixteen_bits_and_a_wide_profile_stay_where_nothing_must_change(tmp_path: Path) -> None:
    deep = Image.effect_noise((200, 100), 60).point(lambda level: level * 200).convert("I;16")
    deep.save(tmp_path / "deep.tif")
    assert not make_copy(
        tmp_path / "deep.tif", tmp_path / "a", max_px=None, limits=Limits(), wanted=MediaType.TIFF
    ).recoded
    assert Image.open(tmp_path / "a").tobytes() == deep.tobytes()
    wide = swapped_profile()
    Image.new("RGB", (80, 60), (220, 40, 40)).save(tmp_path / "wide.jpg", icc_profile=wide)
    assert not make_copy(tmp_path / "wide.jpg", tmp_path / "b", max_px=None, limits=Limits()).recoded
    assert Image.open(tmp_path / "b").info["icc_profile"] == wide


@pytest.mark.parametrize(
    ("name", "mode", "options", "wanted"),
    [
        ("a.jpg", "CMYK", {}, MediaType.JPEG),
        ("b.jpg", "RGB", {"icc_profile": b"no profile at all"}, MediaType.JPEG),
        ("c.jpg", "RGB", {"icc_profile": swapped_profile()[:200]}, MediaType.JPEG),
        (
            "c2.jpg",
            "RGB",
            {"icc_profile": swapped_profile()[:140] + bytes(len(swapped_profile()) - 140)},
            MediaType.JPEG,
        ),
        ("d.png", "RGBA", {}, MediaType.PNG),
        ("e.webp", "RGBA", {"lossless": True}, MediaType.WEBP),
        ("f.tif", "RGB", {"compression": "jpeg"}, MediaType.TIFF),
        ("g.tif", "CMYK", {}, MediaType.TIFF),
        ("h.jpg", "L", {"icc_profile": swapped_profile()}, MediaType.JPEG),
    ],
)
def test_what_cannot_stand_for_itself_is_made_anew(
    name: str, mode: str, options: dict[str, object], wanted: MediaType, tmp_path: Path
) -> None:
    """Ink, transparency, a profile that is none or another's, strips that could hold more than pixels."""
    noise = Image.effect_noise((120, 90), 60).convert(mode)
    if mode == "RGBA":
        noise.putalpha(Image.linear_gradient("L").resize((120, 90)))
    noise.save(tmp_path / name, **options)
    copy = make_copy(tmp_path / name, tmp_path / "copy", max_px=None, limits=Limits(), wanted=wanted)
    assert copy.recoded
    assert Image.open(tmp_path / "copy").mode == "RGB"


def test_a_webp_is_never_larger_than_the_format_can_say(tmp_path: Path) -> None:
    Image.new("RGB", (17_000, 40), (90, 60, 30)).save(tmp_path / "wide.png")
    copy = make_copy(tmp_path / "wide.png", tmp_path / "copy", max_px=None, limits=Limits(), wanted=MediaType.WEBP)
    assert (copy.width_px, copy.resized) == (16_383, True)
