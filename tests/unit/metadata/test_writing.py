"""Files written anew round the same coded pixels: nothing else comes along, in any of the four formats."""

import io
import struct
import zlib
from pathlib import Path

import piexif
import pytest
from PIL import Image, ImageCms, PngImagePlugin

from dam.metadata.fields import RightsStamp
from dam.metadata.form import form_of
from dam.metadata.reading import read
from dam.metadata.stamping import stamp
from dam.metadata.tiff import NotWhole, first_directory, numbers
from dam.metadata.verifying import verify_stamp
from dam.metadata.writing import Written, rewrite

NOTHING = Written()
SRGB = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
LAB = ImageCms.ImageCmsProfile(ImageCms.createProfile("LAB")).tobytes()
SECRET = piexif.dump({"0th": {piexif.ImageIFD.Artist: b"SECRET"}, "GPS": {piexif.GPSIFD.GPSMapDatum: b"SECRET"}})


def noise(mode: str = "RGB", size: tuple[int, int] = (161, 121)) -> Image.Image:
    grey = Image.effect_noise(size, 60)
    return grey.point(lambda level: level * 200).convert("I;16") if mode == "I;16" else grey.convert(mode)


def saved(path: Path, image: Image.Image, form: str, **options: object) -> Path:
    image.save(path, form, **options)
    return path


def text_chunks() -> PngImagePlugin.PngInfo:
    told = PngImagePlugin.PngInfo()
    told.add_text("Comment", "SECRET")
    told.add_itxt("XML:com.adobe.xmp", "<x>SECRET</x>")
    return told


FORMS: list[tuple[str, str, dict[str, object]]] = [
    ("jpeg", "RGB", {"exif": SECRET, "comment": b"SECRET", "xmp": b"<x>SECRET</x>", "progressive": True}),
    ("jpeg", "L", {"exif": SECRET, "restart_marker_rows": 1}),
    ("tiff", "RGB", {"description": "SECRET", "exif": SECRET}),
    ("tiff", "RGB", {"compression": "tiff_lzw", "artist": "SECRET"}),
    ("tiff", "I;16", {"copyright": "SECRET"}),
    ("tiff", "L", {"compression": "tiff_adobe_deflate", "software": "SECRET"}),
    ("png", "RGB", {"pnginfo": text_chunks(), "exif": SECRET}),
    ("png", "L", {"pnginfo": text_chunks()}),
    ("png", "P", {"pnginfo": text_chunks()}),
    ("webp", "RGB", {"exif": SECRET, "xmp": b"<x>SECRET</x>"}),
    ("webp", "RGB", {"lossless": True, "exif": SECRET}),
    ("webp", "RGB", {}),
]


@pytest.mark.parametrize(("form", "mode", "options"), FORMS, ids=[f"{f}-{m}-{i}" for i, (f, m, _) in enumerate(FORMS)])
def test_the_pixels_stay_and_everything_else_goes(
    form: str, mode: str, options: dict[str, object], tmp_path: Path, rights: RightsStamp
) -> None:
    path = saved(tmp_path / "original", noise(mode), form, **options)
    with path.open("ab") as file:
        file.write(b"SECRET<html><script>PK\x05\x06")
    before = Image.open(path).tobytes()
    bare = tmp_path / "bare"
    rewrite(path, bare, NOTHING)
    assert b"SECRET" not in bare.read_bytes()
    stamp(path, rights)
    for file in (bare, path):
        shown = Image.open(file)
        assert (shown.tobytes(), shown.mode, shown.size) == (before, mode, (161, 121))
    assert b"SECRET" not in path.read_bytes()
    assert verify_stamp(path, rights) == ()
    assert (form_of(path.read_bytes()).width_px, form_of(path.read_bytes()).height_px) == (161, 121)
    said = {claim.name: claim.value for claim in read(path).claims}
    assert (said["PixelXDimension"], said["PixelYDimension"]) == ("161", "121")
    once = path.read_bytes()
    stamp(path, rights)
    assert path.read_bytes() == once, "a second stamp replaces the first"


@pytest.mark.parametrize("form", ["jpeg", "tiff", "png", "webp"])
def test_a_profile_is_kept_or_put_in_and_exif_says_what_it_means(form: str, tmp_path: Path) -> None:
    path = saved(tmp_path / "with", noise(), form, icc_profile=LAB)
    rewrite(path, tmp_path / "kept", NOTHING)
    assert Image.open(tmp_path / "kept").info["icc_profile"] == LAB
    assert not form_of((tmp_path / "kept").read_bytes()).is_srgb
    rewrite(path, tmp_path / "replaced", Written(icc=SRGB))
    assert Image.open(tmp_path / "replaced").info["icc_profile"] == SRGB
    told = form_of((tmp_path / "replaced").read_bytes())
    assert told.is_srgb
    assert form != "tiff" or (told.width_px, told.height_px) == (161, 121)
    rewrite(path, tmp_path / "without", Written(icc=b""))
    assert "icc_profile" not in Image.open(tmp_path / "without").info


def test_both_byte_orders_and_tiles_of_a_tiff(tmp_path: Path, rights: RightsStamp) -> None:
    for order in ("<", ">"):
        path = tmp_path / f"tiles{ord(order)}.tif"
        path.write_bytes(tiled_tiff(order))
        before = Image.open(path).tobytes()
        stamp(path, rights)
        assert Image.open(path).tobytes() == before
        assert verify_stamp(path, rights) == ()
        assert path.read_bytes()[:2] == (b"II" if order == "<" else b"MM")
        said = {claim.name: claim.value for claim in read(path).claims if claim.source == "exif"}
        assert said["UserComment"].startswith("LIC-2026-000123\nCredit: ")
        assert "未经许可不得使用" in said["UserComment"]


def tiled_tiff(order: str, *, offset: int | None = None) -> bytes:
    """Return a 32 x 16 grey TIFF of two tiles."""
    tiles = [bytes(range(256)), bytes(reversed(range(256)))]
    entries = [
        (256, 3, 1, struct.pack(order + "HH", 32, 0)),
        (257, 3, 1, struct.pack(order + "HH", 16, 0)),
        (258, 3, 1, struct.pack(order + "HH", 8, 0)),
        (259, 3, 1, struct.pack(order + "HH", 1, 0)),
        (262, 3, 1, struct.pack(order + "HH", 1, 0)),
        (277, 3, 1, struct.pack(order + "HH", 1, 0)),
        (322, 3, 1, struct.pack(order + "HH", 16, 0)),
        (323, 3, 1, struct.pack(order + "HH", 16, 0)),
        (324, 4, 2, struct.pack(order + "L", 536)),
        (325, 4, 2, struct.pack(order + "L", 544)),
    ]
    places = struct.pack(order + "LL", 8, offset or 264) + struct.pack(order + "LL", 256, 256)
    head = (b"II*\x00" if order == "<" else b"MM\x00*") + struct.pack(order + "L", 552)
    directory = struct.pack(order + "H", len(entries))
    directory += b"".join(struct.pack(order + "HHL", *entry[:3]) + entry[3] for entry in entries) + bytes(4)
    return head + b"".join(tiles) + bytes(16) + places + directory


@pytest.mark.parametrize("offset", [9_999_999, 9, 1])
def test_strips_that_lie_elsewhere_or_over_each_other_are_refused(offset: int, tmp_path: Path) -> None:
    """Else a small file could be written anew as a huge one, or carry what lies between its strips."""
    (tmp_path / "odd.tif").write_bytes(tiled_tiff("<", offset=offset))
    with pytest.raises(NotWhole):
        rewrite(tmp_path / "odd.tif", tmp_path / "out", NOTHING)
    assert not (tmp_path / "out").exists()


def test_what_hides_between_scans_strips_and_tables_stays_behind(tmp_path: Path) -> None:
    whole = saved(tmp_path / "p.jpg", noise(), "jpeg", progressive=True).read_bytes()
    second = whole.rindex(b"\xff\xda")
    hidden = b"\xff\xfe\x00\x08SECRET" + b"\xff\xe5\x00\x08SECRET"
    (tmp_path / "p.jpg").write_bytes(whole[:second] + hidden + whole[second:])
    rewrite(tmp_path / "p.jpg", tmp_path / "out.jpg", NOTHING)
    assert b"SECRET" not in (tmp_path / "out.jpg").read_bytes()
    assert Image.open(tmp_path / "out.jpg").tobytes() == Image.open(io.BytesIO(whole)).tobytes()


def test_a_second_picture_and_a_clean_thumbnail_stay_behind(tmp_path: Path) -> None:
    """JFIF may carry a small picture in its header, and phones append a second one behind the first."""
    plain = saved(tmp_path / "p.jpg", noise(), "jpeg").read_bytes()
    jfif = b"JFIF\x00\x01\x02\x01\x01\x2c\x01\x2c" + bytes((4, 4)) + b"RED" * 16
    head = b"\xff\xd8\xff\xe0" + struct.pack(">H", len(jfif) + 2) + jfif
    (tmp_path / "p.jpg").write_bytes(head + plain[plain.index(b"\xff\xdb") :] + plain)
    rewrite(tmp_path / "p.jpg", tmp_path / "out.jpg", NOTHING)
    data = (tmp_path / "out.jpg").read_bytes()
    assert b"RED" not in data
    assert data.count(b"\xff\xd9") == 1
    assert form_of(data).resolution == 300


def test_only_the_first_page_of_a_tiff_is_written(tmp_path: Path) -> None:
    pages = [noise("L"), noise("L")]
    saved(tmp_path / "two.tif", pages[0], "tiff", save_all=True, append_images=pages[1:])
    rewrite(tmp_path / "two.tif", tmp_path / "one.tif", NOTHING)
    one = Image.open(tmp_path / "one.tif")
    assert (getattr(one, "n_frames", 1), one.tobytes()) == (1, pages[0].tobytes())
    held = first_directory((tmp_path / "one.tif").read_bytes())
    assert numbers(held[256], "little") == (161,)


@pytest.mark.parametrize("form", ["jpeg", "tiff", "png", "webp"])
def test_a_broken_file_is_refused_and_leaves_none(form: str, tmp_path: Path) -> None:
    whole = saved(tmp_path / "whole", noise(), form).read_bytes()
    for cut in range(0, len(whole) - 1, max(1, len(whole) // 40)):
        (tmp_path / "cut").write_bytes(whole[:cut])
        with pytest.raises(NotWhole):
            rewrite(tmp_path / "cut", tmp_path / "out", NOTHING)
        assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("form", ["tiff", "png", "webp"])
def test_the_check_sees_what_does_not_belong(form: str, tmp_path: Path, rights: RightsStamp) -> None:
    path = saved(tmp_path / "p", noise(), form)
    stamp(path, rights)
    data = path.read_bytes()
    assert verify_stamp(path, RightsStamp()) != ()
    if form == "png":
        body = b"tEXtComment\x00SECRET"
        chunk = struct.pack(">L", len(body) - 4) + body + struct.pack(">L", zlib.crc32(body))
        path.write_bytes(data[:33] + chunk + data[33:])
        assert verify_stamp(path, rights) == ("a chunk b'tEXt'",)
    if form != "tiff":
        path.write_bytes(data + b"x")
        assert "trailing bytes" in verify_stamp(path, rights)
    else:
        number = data.index(b"LIC-2026-000123\x1c")
        path.write_bytes(data[:number] + b"LIC-2026-000999\x1c" + data[number + 16 :])
        assert len(verify_stamp(path, rights)) == 2, "the digest and the number"
