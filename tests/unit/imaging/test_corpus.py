"""Every file of the test corpus, one by one: each ends prepared or refused with a reason, and none harms the caller."""

import json
import os
import re
import time
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path

import pytest
from PIL import Image, ImageChops, ImageFilter, ImageStat

from dam.imaging.copies import make_copy
from dam.imaging.faults import FAULTS
from dam.imaging.inspection import Prepared
from dam.imaging.limits import Limits
from dam.kernel.errors import BadImage
from dam.metadata.reading import read

pytestmark = pytest.mark.corpus

CORPUS = Path(os.environ.get("IMPRIMATUR_CORPUS", Path(__file__).resolve().parents[4] / "shared" / "corpus"))
FORBIDDEN = (b"<html", b"<script", b"GPSLatitude", b"SN-551685", b"PK\x03\x04", b"ftypmp42", b"creativecommons.org")
Prepare = Callable[..., Prepared]

ACCEPTED = (
    "orientation",
    "photo",
    "real archival",
    "metadata",
    "archival-look",
    "xss-in-metadata",
    "polyglot",
    "privacy",
)
ACCEPTED += ("trailing-data", "wrong-extension", "xmp-xxe", "xmp-extended", "false-rights-claim", "orientation-invalid")
ACCEPTED += ("bad-date", "charset", "conflict", "malformed-exif", "c2pa")
REFUSED = {
    "hostile/truncated_c.jpg": "truncated",
    "hostile/headeronly_c.jpg": "truncated",
    "hostile/empty_c.jpg": "empty",
    "hostile/text_named_jpg_c.jpg": "not_an_image",
    "hostile/path_body_c.jpg": "not_an_image",
    "hostile/piexif_bomb_c.tif": "damaged",
    "hostile/bomb_50000x50000_c.png": "too_many_pixels",
    "hostile/bomb_jpeg_header_c.jpg": "too_many_pixels",
    "formats/hopper.Lab.tif": "unsupported_format",
    "formats/cheers_1440x960.heic": "unsupported_format",
    "formats/balloon.jp2": "unsupported_format",
}


def rows() -> list[dict[str, object]]:
    manifest = CORPUS / "MANIFEST.jsonl"
    lines = manifest.read_text().splitlines() if manifest.exists() else []
    return [row for row in map(json.loads, lines) if row["category"] != "key"]


def by_name(name: str) -> Path:
    return CORPUS / name


@pytest.mark.parametrize("row", rows() or [pytest.param({}, id="no corpus")], ids=lambda row: str(row.get("file")))
def test_every_file_ends_one_of_two_ways(row: dict[str, object], prepared: Prepare) -> None:
    """D14: one rule for every format; D22: nothing leaves unmarked; law 7: a rendition carries nothing inherited."""
    name, began = str(row["file"]), time.monotonic()
    outcome = _outcome(prepared, name)
    assert time.monotonic() - began < 60

    if isinstance(outcome, BadImage):
        assert outcome.code in FAULTS
        assert outcome.message.zh
        assert REFUSED.get(name, outcome.code) == outcome.code
        assert row["category"] not in ACCEPTED, f"refused as {outcome.code}: {outcome.extra}"
        assert row["category"] != "format" or name in REFUSED
        return
    assert name not in REFUSED
    assert outcome.width_px * outcome.height_px <= Limits().max_pixels
    assert len(json.dumps(outcome.reading.to_dict())) < 1_000_000
    for each in outcome.renditions:
        data = each.path.read_bytes()
        assert not [word for word in FORBIDDEN if word in data]
        assert data.endswith(b"\xff\xd9")
        assert not Image.open(each.path).info.keys() & {"exif", "xmp", "comment", "photoshop"}


def _outcome(prepared: Prepare, name: str) -> Prepared | BadImage:
    try:
        return prepared(by_name(name))
    except BadImage as fault:
        return fault


@pytest.mark.parametrize("turn", range(9))
@pytest.mark.parametrize("shape", ["Landscape", "Portrait"])
def test_every_orientation_looks_like_the_upright_one(shape: str, turn: int, prepared: Prepare) -> None:
    turned = prepared(by_name(f"orientation/{shape}_{turn}.jpg"))
    upright = prepared(by_name(f"orientation/{shape}_1.jpg"))
    assert (turned.width_px, turned.height_px) == (upright.width_px, upright.height_px)
    blurred = [
        Image.open(result.renditions[0].path).convert("L").filter(ImageFilter.GaussianBlur(6))
        for result in (upright, turned)
    ]
    # The pictures carry their own number in large type; all but that must agree.
    assert ImageStat.Stat(ImageChops.difference(*blurred)).mean[0] < 12
    expected = {"orientation_invalid"} if turn == 0 else set()
    assert {warning.code for warning in turned.warnings} == expected


@pytest.mark.parametrize(
    ("name", "codes"),
    [
        ("edge/orientation_0_c.jpg", {"orientation_invalid"}),
        ("edge/orientation_9_c.jpg", {"orientation_invalid"}),
        ("edge/orientation_65535_c.jpg", {"orientation_invalid"}),
        ("edge/dates_impossible_c.jpg", {"date_unreadable"}),
        ("edge/iim_gb18030_nocharset_c.jpg", {"charset_guessed"}),
        ("edge/conflict_exif_iim_xmp_c.jpg", {"claims_conflict"}),
        ("edge/iim_newer_than_xmp_c.jpg", {"iptc_newer_than_xmp", "claims_conflict"}),
        ("hostile/polyglot_html_c.jpg", {"trailing_bytes"}),
        ("hostile/polyglot_zip_c.jpg", {"trailing_bytes"}),
        ("hostile/trailing_mp4_c.jpg", {"trailing_bytes"}),
        ("hostile/xmp_xxe_c.jpg", {"xmp_refused_dtd"}),
        ("hostile/extxmp_lie_c.jpg", {"xmp_extended_broken"}),
        ("hostile/piexif_bomb_c.jpg", {"exif_unreadable"}),
        ("formats/multipage3_c.tif", {"more_pages"}),
        ("formats/bigtiff_c.tif", set()),
        ("photos/simulated_archival_scan_c.jpg", set()),
    ],
)
def test_each_oddity_is_said(name: str, codes: set[str], prepared: Prepare) -> None:
    assert {warning.code for warning in prepared(by_name(name)).warnings} == codes


def test_what_the_hard_files_say(prepared: Prepare) -> None:
    suggested = {
        name: read(by_name(f"edge/{name}")).suggested for name in [path.name for path in (CORPUS / "edge").iterdir()]
    }
    assert suggested["dates_impossible_c.jpg"].date == "1942-07"
    assert suggested["iim_gb18030_nocharset_c.jpg"].caption.zh == "中国人民抗日战争纪念馆"
    assert suggested["conflict_exif_iim_xmp_c.jpg"].creator == "XMP Author"
    assert suggested["iim_newer_than_xmp_c.jpg"].creator == "IIM Author"
    comment = {claim.name: claim.value for claim in read(by_name("edge/usercomment_unicode_c.jpg")).claims}
    assert comment["UserComment"] == "未经许可不得使用"


def test_place_serial_number_and_thumbnail_are_for_the_archivist_alone() -> None:
    reading = read(by_name("hostile/thumb_and_gps_c.jpg"))
    private = {claim.name for claim in reading.claims if claim.private}
    assert {"GPSLatitude", "GPSLongitude", "BodySerialNumber", "Thumbnail"} <= private
    assert {claim.name for claim in reading.claims if not claim.private} == {"Make"}


def test_the_red_embedded_thumbnail_is_never_the_preview(prepared: Prepare) -> None:
    result = prepared(by_name("hostile/thumb_and_gps_c.jpg"))
    red, green, blue = ImageStat.Stat(Image.open(result.renditions[0].path).convert("RGB")).mean
    assert red < green + blue


def test_claims_of_free_use_stay_claims() -> None:
    reading = read(by_name("hostile/claims_cc0_c.jpg"))
    assert any("creativecommons" in claim.value for claim in reading.claims)
    assert "creativecommons" not in json.dumps(reading.to_dict()["suggested"])


def test_script_in_metadata_is_kept_as_it_is_written() -> None:
    values = [claim.value for claim in read(by_name("hostile/xss_exif_c.jpg")).claims]
    assert any("<script" in value for value in values)


def test_ink_colours_come_through_their_profile(tmp_path: Path) -> None:
    """CMYK against its RGB sibling: the mean colour stays within a few steps."""
    means = []
    for name in ("cmyk_c.jpg", "progressive_c.jpg"):
        make_copy(by_name(f"formats/{name}"), tmp_path / name, max_px=None, limits=Limits())
        means.append(ImageStat.Stat(Image.open(tmp_path / name).convert("LAB")).mean)
    lightness, a, b = (one - other for one, other in zip(*means, strict=True))
    assert ((lightness / 2.55) ** 2 + a**2 + b**2) ** 0.5 < 6


def test_sixteen_bits_and_lab_come_out_as_their_sibling_looks(tmp_path: Path) -> None:
    make_copy(by_name("formats/progressive_c.jpg"), tmp_path / "rgb.jpg", max_px=None, limits=Limits())
    expected = ImageStat.Stat(Image.open(tmp_path / "rgb.jpg").convert("L")).mean[0]
    for name in (
        "grey16_c.tif",
        "rgb16_c.png",
        "lab_c.tif",
        "bigtiff_c.tif",
        "photo_c.webp",
        "photo_c.avif",
        "p3_c.jpg",
    ):
        make_copy(by_name(f"formats/{name}"), tmp_path / "copy.jpg", max_px=None, limits=Limits())
        assert ImageStat.Stat(Image.open(tmp_path / "copy.jpg").convert("L")).mean[0] == pytest.approx(
            expected, abs=6
        ), name


def test_no_licensed_copy_inherits_anything(tmp_path: Path) -> None:
    for name in ("hostile/thumb_and_gps_c.jpg", "hostile/polyglot_zip_c.jpg", "hostile/claims_cc0_c.jpg"):
        make_copy(by_name(name), tmp_path / "copy.jpg", max_px=600, limits=Limits())
        data = (tmp_path / "copy.jpg").read_bytes()
        assert not [word for word in (*FORBIDDEN, b"Exif", b"ns.adobe.com") if word in data]


UNLIKE = ("XMP-x:XMPToolkit", "IPTC:CodedCharacterSet", "XMP-aux:LensInfo", "XMP-exif:Flash")
"""No texts of the file's, or written by the reference tool in words of its own."""


def truths() -> list[dict[str, object]]:
    """Return what the field's reference tool finds, file by file; not where it reads Chinese as Latin-1."""
    truth = CORPUS / "expected" / "exiftool-13.59.json"
    found = json.loads(truth.read_text()) if truth.exists() else []
    return [row for row in found if row["SourceFile"] != "edge/iim_gb18030_nocharset_c.jpg"]


def _texts(found: dict[str, object]) -> Iterator[tuple[str, str]]:
    """Yield tag and value of every EXIF, IPTC and XMP text of one file."""
    for tag, value in found.items():
        if tag.startswith(("XMP", "IPTC:", "IFD0:", "ExifIFD:")) and not tag.startswith(UNLIKE):
            yield from ((tag, _folded(leaf)) for leaf in _leaves(value))


def _leaves(value: object) -> Iterator[str]:
    if isinstance(value, dict | list):
        for each in value.values() if isinstance(value, dict) else value:
            yield from _leaves(each)
    elif isinstance(value, str) and any(letter.isalpha() for letter in value):
        yield value


def _folded(text: str) -> str:
    """Return the text without white space and the marks of dates, which the reference tool writes its own way."""
    return re.sub(r"[\s:T-]", "", text)


@cache
def _values(name: str) -> str:
    return "\n".join(_folded(claim.value) for claim in read(by_name(name)).claims)


@pytest.mark.parametrize(
    "found", truths() or [pytest.param({}, id="no corpus")], ids=lambda found: str(found.get("SourceFile"))
)
def test_every_text_that_exiftool_finds_is_found(found: dict[str, object]) -> None:
    name = str(found["SourceFile"])
    assert [(tag, value) for tag, value in _texts(found) if value not in _values(name)] == []


def test_the_truth_is_worth_the_name() -> None:
    assert sum(len(list(_texts(found))) for found in truths()) > 300
