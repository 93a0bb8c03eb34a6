"""What we write: afresh, once, the same in all three blocks, and nothing else."""

import json
import subprocess
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import piexif
import pytest
from PIL import Image, ImageCms

from dam.kernel.text import Bilingual
from dam.metadata.containers import Blocks, find_blocks, jpeg_segments
from dam.metadata.fields import PREVIEW_NOT_LICENSED, RightsStamp, both, iim_date, xmp_date
from dam.metadata.reading import read
from dam.metadata.stamping import stamp, stamped_bytes
from dam.metadata.tiff import NotWhole
from dam.metadata.verifying import verify_stamp

Jpeg = Callable[..., Path]


def exiftool(path: Path) -> dict[str, object]:
    """Read the file as the field's own reference tool does."""
    command = ["exiftool", "-j", "-G1", "-a", "-api", "Filter=s/\\r//g", "-charset", "iptc=UTF8", str(path)]
    return dict(json.loads(subprocess.run(command, check=True, capture_output=True).stdout)[0])


def test_credit_notice_terms_and_licence_are_the_same_in_all_three(jpeg: Jpeg, rights: RightsStamp) -> None:
    path = jpeg()
    stamp(path, rights)
    assert verify_stamp(path, rights) == ()


@pytest.mark.exiftool
def test_exiftool_reads_the_same_from_exif_iptc_and_xmp(jpeg: Jpeg, rights: RightsStamp) -> None:
    path = jpeg()
    stamp(path, rights)
    said = exiftool(path)
    notice, terms = both(rights.rights_notice), "Cannot be used without permission. / 未经许可不得使用。"
    assert said["IFD0:Copyright"] == said["IPTC:CopyrightNotice"] == said["XMP-dc:Rights"] == notice
    assert said["IPTC:Credit"] == said["XMP-photoshop:Credit"] == rights.credit_line
    assert (
        said["IPTC:SpecialInstructions"]
        == said["XMP-photoshop:Instructions"]
        == said["XMP-xmpRights:UsageTerms"]
        == terms
    )
    assert said["IPTC:OriginalTransmissionReference"] == said["XMP-plus:LicenseID"] == "LIC-2026-000123"
    assert str(said["ExifIFD:UserComment"]).splitlines() == [
        "LIC-2026-000123",
        f"Credit: {rights.credit_line}",
        f"Terms: {terms}",
    ]


@pytest.mark.exiftool
def test_exiftool_reads_every_field_of_the_mapping(jpeg: Jpeg, rights: RightsStamp) -> None:
    path = jpeg()
    stamp(path, rights)
    said = exiftool(path)
    expected = {
        "IFD0:ImageDescription": both(rights.caption),
        "IFD0:Artist": "Unknown photographer",
        "ExifIFD:ImageUniqueID": "0192f7c46c1e7b429a101942070000aa",
        "IPTC:CodedCharacterSet": "UTF8",
        "IPTC:ObjectName": both(rights.title),
        "IPTC:Headline": "Chai Shirong, 1942",
        "IPTC:Caption-Abstract": both(rights.caption),
        "IPTC:By-line": "Unknown photographer",
        "IPTC:Source": "Museum of the War of Chinese Peo",
        "IPTC:DateCreated": "1942:07:00",
        "IPTC:Keywords": ["Chai Shirong", "柴世荣"],
        "XMP-dc:Title-en": rights.title.en,
        "XMP-dc:Title-zh-Hans": rights.title.zh,
        "XMP-dc:Description-zh-Hans": rights.caption.zh,
        "XMP-dc:Rights-zh-Hans": rights.rights_notice.zh,
        "XMP-iptcCore:AltTextAccessibility-zh-Hans": "士兵站成两排。",
        "XMP-dc:Creator": "Unknown photographer",
        "XMP-photoshop:Headline": "Chai Shirong, 1942",
        "XMP-photoshop:Source": rights.source,
        "XMP-photoshop:DateCreated": "1942:07",
        "XMP-xmpRights:WebStatement": rights.web_statement,
        "XMP-iptcExt:PersonInImage": ["Chai Shirong", "柴世荣"],
        "XMP-iptcExt:DigitalImageGUID": f"urn:uuid:{rights.image_id}",
        "XMP-plus:CopyrightOwnerName": rights.copyright_owner,
        "XMP-plus:LicensorName": rights.licensor_name,
        "XMP-plus:LicensorURL": rights.licensor_url,
        "XMP-plus:ImageSupplierImageID": "IMP-2026-000001",
        "XMP-plus:LicenseeName": "China Daily",
        "XMP-plus:LicenseStartDate": "2026:11:22",
        "XMP-plus:LicenseEndDate": "2027:11:21",
        "XMP-plus:MediaConstraints": "News websites",
        "XMP-plus:RegionConstraints": "China",
        "XMP-plus:DataMining": "http://ns.useplus.org/ldf/vocab/DMI-PROHIBITED",
    }
    folded = {name.lower(): value for name, value in said.items()}
    assert {name: folded.get(name.lower()) for name in expected} == expected
    assert said["Photoshop:IPTCDigest"] == said["File:CurrentIPTCDigest"]
    assert "ExifIFD:DateTimeOriginal" not in said
    assert "XMP-xmpRights:Marked" not in said, "copyright is asserted by nobody here"


def test_pixels_stay_byte_for_byte(jpeg: Jpeg, rights: RightsStamp) -> None:
    path = jpeg(progressive=True)
    before, scan = Image.open(path).tobytes(), path.read_bytes()[-2_000:]
    stamp(path, rights)
    assert Image.open(path).tobytes() == before
    assert path.read_bytes()[-2_000:] == scan


def test_a_second_stamp_replaces_the_first(jpeg: Jpeg, rights: RightsStamp) -> None:
    path = jpeg()
    stamp(path, rights)
    once = path.read_bytes()
    stamp(path, rights)
    assert path.read_bytes() == once
    other = replace(rights, credit_line="Other credit", licence=None, other_image_info=PREVIEW_NOT_LICENSED)
    stamp(path, other)
    assert verify_stamp(path, other) == ()
    assert b"chinadaily.com.cn]" not in path.read_bytes()
    assert b"LIC-2026" not in path.read_bytes()


def test_nothing_inherited_survives(jpeg: Jpeg, rights: RightsStamp) -> None:
    """A changed copy saved with defaults keeps the clean thumbnail, the place and the rights of its original."""
    thumbnail = jpeg("thumb.jpg").read_bytes()
    exif = piexif.dump(
        {
            "0th": {piexif.ImageIFD.Copyright: b"STALE"},
            "GPS": {piexif.GPSIFD.GPSMapDatum: b"STALE"},
            "1st": {piexif.ImageIFD.Compression: 6},
            "thumbnail": thumbnail,
        }
    )
    path = jpeg(exif=exif, comment=b"STALE", xmp=b"<x>STALE</x>")
    path.write_bytes(path.read_bytes() + b"STALE<html><script>")
    stamp(path, rights)
    assert b"STALE" not in path.read_bytes()
    assert b"<script" not in path.read_bytes()
    assert verify_stamp(path, rights) == ()
    assert not any(claim.private for claim in read(path).claims)


def test_a_file_that_begins_with_app13_gets_exactly_one_exif_block(jpeg: Jpeg, rights: RightsStamp) -> None:
    """piexif.insert on such a file makes two."""
    data = jpeg().read_bytes()
    body = b"Photoshop 3.0\x008BIM\x04\x04\x00\x00\x00\x00\x00\x00"
    app13 = b"\xff\xed" + (len(body) + 2).to_bytes(2, "big") + body
    exif = piexif.dump({"0th": {piexif.ImageIFD.Artist: b"x"}})
    app1 = b"\xff\xe1" + (len(exif) + 2).to_bytes(2, "big") + exif
    stamped = stamped_bytes(data[:2] + app13 + app1 + app1 + data[2:], rights)
    starts = [segment.body[:6] for segment in jpeg_segments(stamped) if segment.marker == 0xE1]
    assert starts.count(b"Exif\x00\x00") == 1
    assert sum(segment.marker == 0xED for segment in jpeg_segments(stamped)) == 1


def test_the_colour_profile_stays(jpeg: Jpeg, rights: RightsStamp) -> None:
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    path = jpeg(icc_profile=profile)
    stamp(path, rights)
    assert Image.open(path).info["icc_profile"] == profile


@pytest.mark.parametrize(
    "body", [b"", b"/etc/passwd", b"\x89PNG\r\n\x1a\n", b"II*\x00", b"\xff\xd8\xff", b"\xff\xd8\xff\xd9"]
)
def test_what_is_no_picture_of_ours_is_not_touched(body: bytes, tmp_path: Path, rights: RightsStamp) -> None:
    """To piexif such bytes are the name of a file, and it writes there."""
    path = tmp_path / "body.jpg"
    path.write_bytes(body)
    with pytest.raises(NotWhole):
        stamp(path, rights)
    assert path.read_bytes() == body


def test_half_a_jpeg_is_not_stamped(jpeg: Jpeg, rights: RightsStamp) -> None:
    with pytest.raises(ValueError, match="whole"):
        stamped_bytes(jpeg().read_bytes()[:-200], rights)


def test_texts_without_end_still_fit_one_segment_each(jpeg: Jpeg, rights: RightsStamp) -> None:
    endless = Bilingual("word " * 20_000, "抗战" * 20_000)
    huge = replace(
        rights,
        title=endless,
        caption=endless,
        alt_text=endless,
        rights_notice=endless,
        usage_terms=endless,
        credit_line=endless.zh,
        keywords=tuple("抗" * 99 + str(number) for number in range(500)),
    )
    path = jpeg()
    stamp(path, huge)
    assert Image.open(path).size == (160, 120)
    assert verify_stamp(path, huge) == ()
    claims = {claim.name: claim.value for claim in read(path).claims}
    assert claims["Credit"] == claims["photoshop:Credit"]
    assert claims["CopyrightNotice"] == claims["dc:rights[x-default]"] == claims["Copyright"]


def test_iim_is_cut_between_characters(jpeg: Jpeg, rights: RightsStamp) -> None:
    path = jpeg()
    stamp(path, replace(rights, source="中国人民抗日战争纪念馆", creator="a" + "柴" * 40))
    claims = {claim.name: claim.value for claim in read(path).claims if claim.source == "iptc"}
    assert claims["Source"] == "中国人民抗日战争纪念"
    assert claims["By-line"] == "a" + "柴" * 10
    assert "charset_guessed" not in {warning.code for warning in read(path).warnings}


@pytest.mark.parametrize("text", ["</rdf:li><x>&amp;", "a\x00b\x0bc", "\ud800", "<?xpacket end='w'?>", "]]>"])
def test_hostile_words_stay_words(text: str, jpeg: Jpeg, rights: RightsStamp) -> None:
    path = jpeg()
    hostile = replace(rights, credit_line=text, caption=Bilingual(text, text), persons=(text,))
    stamp(path, hostile)
    assert verify_stamp(path, hostile) == ()


def test_an_empty_stamp_still_makes_one_clean_block_each(jpeg: Jpeg) -> None:
    path = jpeg()
    stamp(path, RightsStamp())
    assert verify_stamp(path, RightsStamp()) == ()


def test_the_check_sees_a_difference(jpeg: Jpeg, rights: RightsStamp) -> None:
    """The check must be able to fail: another credit, a second block, bytes after the end."""
    path = jpeg()
    stamp(path, rights)
    assert verify_stamp(path, replace(rights, credit_line="Other"))
    assert verify_stamp(path, replace(rights, licence=None))
    data = path.read_bytes()
    path.write_bytes(data + b"x")
    assert verify_stamp(path, rights) == ("trailing bytes",)
    exif = next(segment for segment in jpeg_segments(data) if segment.body.startswith(b"Exif"))
    path.write_bytes(data[: exif.end] + data[exif.start : exif.end] + data[exif.end :])
    assert verify_stamp(path, rights) == ("2 EXIF blocks",)
    iim_changed = data.replace(b"LIC-2026-000123\x1c", b"LIC-2026-000124\x1c")
    path.write_bytes(iim_changed)
    assert len(verify_stamp(path, rights)) == 2, "the digest and the licence"


@pytest.mark.parametrize(
    ("edtf", "xmp", "iim"),
    [
        ("1942-07-05", "1942-07-05", "19420705"),
        ("1942-07", "1942-07", "19420700"),
        ("1942~", "1942", "19420000"),
        ("194X", "", ""),
        ("1942-06/1942-08", "", ""),
        ("", "", ""),
    ],
)
def test_dates_say_no_more_than_is_known(edtf: str, xmp: str, iim: str) -> None:
    assert (xmp_date(edtf), iim_date(edtf)) == (xmp, iim)


def test_a_preview_says_it_is_not_licensed(jpeg: Jpeg, rights: RightsStamp) -> None:
    path = jpeg()
    stamp(path, replace(rights, licence=None, other_image_info=PREVIEW_NOT_LICENSED))
    claims = {claim.name: claim.value for claim in read(path).claims}
    assert claims["plus:OtherImageInfo[en]"] == PREVIEW_NOT_LICENSED
    assert claims["UserComment"].startswith(PREVIEW_NOT_LICENSED)
    assert "plus:LicenseID" not in claims
    assert find_blocks(path.read_bytes(), Blocks()).exif_count == 1
