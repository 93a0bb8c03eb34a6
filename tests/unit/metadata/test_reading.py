"""What a file says about itself: every value a claim, every doubt a warning, nothing executed or believed."""

import hashlib
import json
import struct
from collections.abc import Callable
from pathlib import Path

import piexif
import pytest

from dam.kernel.text import Bilingual
from dam.metadata import exif as exif_module
from dam.metadata.claims import Claim, Reading
from dam.metadata.containers import Blocks, find_blocks
from dam.metadata.exif import read_exif
from dam.metadata.iptc import build_iim, photoshop_block, read_iptc
from dam.metadata.reading import MOST_CLAIMS, read, read_blocks
from dam.metadata.text import decode
from dam.metadata.warnings import name_warning
from dam.metadata.xmp import read_xmp

Jpeg = Callable[..., Path]


def md5(data: bytes) -> "hashlib._Hash":
    return hashlib.md5(data, usedforsecurity=False)


def codes(reading: Reading) -> set[str]:
    return {warning.code for warning in reading.warnings}


def values(reading: Reading, source: str) -> dict[str, str]:
    return {claim.name: claim.value for claim in reading.claims if claim.source == source}


def exif_of(**directories: object) -> bytes:
    return piexif.dump(directories).removeprefix(b"Exif\x00\x00")


def xmp_of(inner: str) -> bytes:
    return (
        '<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">'
        '<rdf:Description rdf:about="" xmlns:dc="http://purl.org/dc/elements/1.1/"'
        ' xmlns:odd="http://ns.useplus.org/ldf/xmp/1.0/" xmlns:photoshop="http://ns.adobe.com/photoshop/1.0/"'
        f' photoshop:Credit="The credit">{inner}</rdf:Description></rdf:RDF></x:xmpmeta>'
    ).encode()


# ----------------------------------------------------------------------------------------------------------- EXIF
def test_every_exif_directory_is_read() -> None:
    block = exif_of(
        **{
            "0th": {piexif.ImageIFD.Artist: "柴世荣".encode(), piexif.ImageIFD.XResolution: (300, 1)},
            "Exif": {piexif.ExifIFD.BodySerialNumber: b"SN-1", piexif.ExifIFD.LensSpecification: ((1, 1),) * 4},
            "GPS": {piexif.GPSIFD.GPSLatitude: ((39, 1), (51, 1), (43, 1))},
            "Interop": {piexif.InteropIFD.InteroperabilityIndex: b"R98"},
        }
    )
    claims = {claim.name: claim for claim in read_exif(block).claims}
    assert claims["Artist"].value == "柴世荣"
    assert claims["XResolution"].value == "300/1"
    assert claims["GPSLatitude"].value == "39/1 51/1 43/1"
    assert claims["InteroperabilityIndex"].value == "R98"
    assert {name for name, claim in claims.items() if claim.private} == {"BodySerialNumber", "GPSLatitude"}


@pytest.mark.parametrize(
    "block",
    [
        b"",
        b"/etc/passwd",
        b"II*\x00",
        b"II*\x00\xff\xff\xff\xff",
        b"MM\x00*\x00\x00\x00\x08\xff\xff",
        b"II*\x00\x08\x00\x00\x00\x01\x00\x98\x82\x03\x00\x00\x00\x00\x70\x1a\x00\x00\x00\x00\x00\x00\x00",
        b"II*\x00\x08\x00\x00\x00\x01\x00\x69\x87\x04\x00\x01\x00\x00\x00\x08\x00\x00\x00\x00\x00\x00\x00",
        b"II*\x00\x08\x00\x00\x00\x00\x00\x08\x00\x00\x00",
    ],
)
def test_broken_exif_is_a_warning_and_costs_nothing(block: bytes) -> None:
    """Lengths that lie, directories that point at themselves, nothing at all."""
    reading = read_exif(block)
    assert reading.claims == ()


def test_piexif_only_ever_sees_bytes_that_we_wrote(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """`piexif.load(b"/some/path")` opens that path: an upload's body must never reach it."""
    seen: list[bytes] = []
    real = piexif.load
    monkeypatch.setattr(exif_module.piexif, "load", lambda data: seen.append(data) or real(data))
    secret = tmp_path / "secret.jpg"
    secret.write_bytes(b"\xff\xd8\xff\xd9")
    read_blocks(Blocks(exif=str(secret).encode()))
    read_blocks(Blocks(exif=exif_of(**{"0th": {piexif.ImageIFD.Artist: str(secret).encode()}})))
    assert len(seen) == 1
    assert all(data.startswith((b"Exif\x00\x00II*\x00", b"Exif\x00\x00MM\x00*")) for data in seen)


def test_one_broken_entry_does_not_hide_the_others() -> None:
    block = bytearray(
        exif_of(**{"0th": {piexif.ImageIFD.Make: b"Canon", piexif.ImageIFD.Model: b"EOS 5D of a museum"}})
    )
    at = block.index(struct.pack(">HH", piexif.ImageIFD.Model, 2))
    block[at + 4 : at + 8] = b"\x7f\xff\xff\xff"
    reading = read_blocks(Blocks(exif=bytes(block)))
    assert values(reading, "exif") == {"Make": "Canon"}
    assert codes(reading) == {"exif_damaged"}


@pytest.mark.parametrize(
    ("comment", "text"),
    [
        (b"UNICODE\x00" + "未经许可".encode("utf-16-be"), "未经许可"),
        (b"UNICODE\x00" + "use not".encode("utf-16-le"), "use not"),
        (b"UNICODE\x00" + "未经许可".encode("utf-16"), "未经许可"),
        (b"ASCII\x00\x00\x00plain", "plain"),
        (b"\x00" * 8 + "柴世荣".encode(), "柴世荣"),
    ],
)
def test_user_comments_of_every_encoding(comment: bytes, text: str) -> None:
    assert exif_module.user_comment(comment) == text


@pytest.mark.parametrize("value", [0, 9, 65_535])
def test_an_impossible_orientation_is_said(value: int) -> None:
    reading = read_blocks(Blocks(exif=exif_of(**{"0th": {piexif.ImageIFD.Orientation: value}})))
    assert codes(reading) == {"orientation_invalid"}


# ----------------------------------------------------------------------------------------------------------- IPTC
def test_undeclared_chinese_is_guessed_and_kept_raw() -> None:
    raw = "中国人民抗日战争纪念馆".encode("gb18030")
    reading = read_iptc(b"\x1c\x02\x78" + len(raw).to_bytes(2, "big") + raw)
    assert reading.claims == (Claim("iptc", "Caption-Abstract", "中国人民抗日战争纪念馆", raw=raw.hex()),)
    assert reading.guessed == ("Caption-Abstract",)


@pytest.mark.parametrize(
    ("data", "text", "guessed"),
    [
        ("柴世荣".encode(), "柴世荣", ""),
        ("柴世荣".encode("gb18030"), "柴世荣", "gb18030"),
        (b"\xa9 2011 Jos\xe9", "© 2011 José", "latin-1"),
        (b"caf\xe9 noir", "café noir", "latin-1"),
        ("Dateigröße, Länge".encode("latin-1"), "Dateigröße, Länge", "latin-1"),
        (b"plain\x00\x00", "plain", ""),
    ],
)
def test_bytes_become_text(data: bytes, text: str, guessed: str) -> None:
    decoded = decode(data)
    assert (decoded.text, decoded.guessed) == (text, guessed)
    assert (decoded.raw is None) == (not guessed)


def test_iim_that_breaks_off_is_read_as_far_as_it_goes() -> None:
    whole = build_iim([(80, "Author", 32), (110, "Credit", 32)])
    reading = read_blocks(Blocks(iptc=whole[:-3]))
    assert values(reading, "iptc") == {"By-line": "Author"}
    assert "iptc_damaged" in codes(reading)


def test_iim_edited_after_xmp_is_preferred_and_said(jpeg: Jpeg) -> None:
    xmp = xmp_of("<dc:creator><rdf:Seq><rdf:li>XMP Author</rdf:li></rdf:Seq></dc:creator>")
    iim = build_iim([(80, "IIM Author", 32)])
    fits = read_blocks(Blocks(iptc=iim, iptc_digest=md5(iim).digest(), xmp=xmp))
    edited = read_blocks(Blocks(iptc=iim, iptc_digest=md5(b"before").digest(), xmp=xmp))
    assert (fits.suggested.creator, edited.suggested.creator) == ("XMP Author", "IIM Author")
    assert codes(fits) == {"claims_conflict"}
    assert codes(edited) == {"claims_conflict", "iptc_newer_than_xmp"}


# ------------------------------------------------------------------------------------------------------------ XMP
def test_xmp_paths_are_flattened_with_the_usual_prefixes() -> None:
    reading = read_xmp(
        xmp_of(
            '<dc:title><rdf:Alt><rdf:li xml:lang="en">A</rdf:li><rdf:li xml:lang="zh-Hans">甲</rdf:li></rdf:Alt>'
            "</dc:title>"
            '<odd:Licensor><rdf:Seq><rdf:li rdf:parseType="Resource"><odd:LicensorName>M</odd:LicensorName></rdf:li>'
            '<rdf:li odd:LicensorName="N"/></rdf:Seq></odd:Licensor>'
        )
    )
    assert {claim.name: claim.value for claim in reading.claims} == {
        "photoshop:Credit": "The credit",
        "dc:title[en]": "A",
        "dc:title[zh-Hans]": "甲",
        "plus:Licensor[1]/plus:LicensorName": "M",
        "plus:Licensor[2]/plus:LicensorName": "N",
    }


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16-le", "utf-16-be", "utf-16"])
def test_a_dtd_is_refused_in_every_encoding(encoding: str, tmp_path: Path) -> None:
    """No file of the server and no expansion reaches the record."""
    secret = tmp_path / "secret"
    secret.write_text("TOP-SECRET")
    packet = f'<!DOCTYPE x [<!ENTITY e SYSTEM "file://{secret}">]>' + xmp_of("<dc:source>&e;</dc:source>").decode()
    reading = read_blocks(Blocks(xmp=packet.encode(encoding)))
    assert codes(reading) == {"xmp_refused_dtd"}
    assert "TOP-SECRET" not in json.dumps(reading.to_dict())


@pytest.mark.parametrize("packet", [b"<x", b"\xff\xfe\x00", b"<a>" * 20_000, b"not xml", b"<a/>" + b" " * 9_000_000])
def test_broken_xmp_is_a_warning(packet: bytes) -> None:
    assert codes(read_blocks(Blocks(xmp=packet))) & {"xmp_unreadable", "xmp_too_large"}


def extended(body: bytes, guid: str, length: int | None = None, at: int = 0) -> bytes:
    return guid.encode() + struct.pack(">II", length or len(body), at) + body


def test_extended_xmp_is_joined_when_it_is_what_was_named_and_left_out_when_not() -> None:
    body = xmp_of("<dc:source>far away</dc:source>")
    guid = md5(body).hexdigest().upper()
    note = f'<n:HasExtendedXMP xmlns:n="http://ns.adobe.com/xmp/note/">{guid}</n:HasExtendedXMP>'.replace(
        "n:", "xmpNote:"
    )
    main = xmp_of(note.replace("xmlns:n=", "xmlns:xmpNote=").replace("xmlns:xmpNote:=", "xmlns:xmpNote="))
    parts = (extended(body[60:], guid, len(body), 60), extended(body[:60], guid, len(body)))
    joined = read_blocks(Blocks(xmp=main, extended_xmp=parts))
    assert values(joined, "xmp")["dc:source"] == "far away"
    lied = read_blocks(Blocks(xmp=main, extended_xmp=(extended(b"x" * 40, guid, 2**31),)))
    assert codes(lied) == {"xmp_extended_broken"}
    assert "dc:source" not in values(lied, "xmp")


# ------------------------------------------------------------------------------------------------ files and bounds
def test_trailing_bytes_are_reported(jpeg: Jpeg) -> None:
    path = jpeg()
    assert codes(read(path)) == set()
    path.write_bytes(path.read_bytes() + b"PK\x03\x04 a zip")
    assert codes(read(path)) == {"trailing_bytes"}


def test_all_three_blocks_of_a_jpeg_are_found(jpeg: Jpeg) -> None:
    exif = piexif.dump({"0th": {piexif.ImageIFD.Artist: b"E"}})
    path = jpeg(exif=exif, xmp=xmp_of(""))
    data = path.read_bytes()
    body = b"Photoshop 3.0\x00" + photoshop_block(build_iim([(80, "I", 32)]))
    path.write_bytes(data[:2] + b"\xff\xed" + (len(body) + 2).to_bytes(2, "big") + body + data[2:])
    reading = read(path)
    assert {claim.source for claim in reading.claims} == {"exif", "iptc", "xmp"}
    assert reading.suggested.credit_line == "The credit"
    assert reading.suggested.creator == "I", "IPTC comes before EXIF"


@pytest.mark.parametrize("length", [0, 1, 3, 20, 200, 2_000])
def test_any_beginning_of_a_file_can_be_read(length: int, jpeg: Jpeg) -> None:
    path = jpeg(exif=piexif.dump({"0th": {piexif.ImageIFD.Artist: b"E"}}), xmp=xmp_of(""))
    path.write_bytes(path.read_bytes()[:length])
    assert isinstance(read(path), Reading)


@pytest.mark.parametrize("head", [b"\x89PNG\r\n\x1a\n", b"RIFF\xff\xff\xff\xffWEBP", b"\xff\xd8\xff", b"II*\x00"])
def test_noise_behind_any_magic_is_harmless(head: bytes) -> None:
    for seed in range(40):
        noise = hashlib.shake_256(bytes([seed])).digest(3_000)
        read_blocks(find_blocks(head + noise, Blocks()))


def test_a_file_full_of_claims_stays_bounded() -> None:
    many = "".join(f"<photoshop:T{number}>{'x' * 300}</photoshop:T{number}>" for number in range(MOST_CLAIMS + 500))
    reading = read_blocks(Blocks(xmp=xmp_of(many)))
    assert len(reading.claims) <= MOST_CLAIMS
    assert len(json.dumps(reading.to_dict())) < 1_000_000
    assert "claims_cut" in codes(reading)


def test_a_long_value_is_cut() -> None:
    reading = read_xmp(xmp_of(f"<dc:source>{'x' * 50_000}</dc:source>"))
    assert max(len(claim.value) for claim in reading.claims) == 10_000


def test_a_reading_survives_json() -> None:
    reading = read_blocks(
        Blocks(exif=exif_of(**{"0th": {piexif.ImageIFD.Artist: b"A\xff"}}), xmp=xmp_of("<dc:title>柴</dc:title>"))
    )
    assert Reading.from_dict(json.loads(json.dumps(reading.to_dict()))) == reading
    assert reading.warnings


def test_a_claim_that_grants_everything_stays_a_claim() -> None:
    granting = "<odd:LicenseID>CC0</odd:LicenseID><odd:DataMining>DMI-ALLOWED</odd:DataMining>"
    reading = read_blocks(Blocks(xmp=xmp_of(granting)))
    assert values(reading, "xmp")["plus:LicenseID"] == "CC0"
    assert "CC0" not in json.dumps(reading.to_dict()["suggested"])


def test_reading_a_folder_of_nothing_opens_nothing(tmp_path: Path) -> None:
    (tmp_path / "empty").touch()
    before = len(list(Path("/proc/self/fd").iterdir()))
    assert read(tmp_path / "empty") == Reading()
    assert len(list(Path("/proc/self/fd").iterdir())) == before


# ----------------------------------------------------------------------------------------------------- suggestions
def test_two_languages_are_told_apart() -> None:
    labelled = read_blocks(
        Blocks(
            xmp=xmp_of(
                '<dc:description><rdf:Alt><rdf:li xml:lang="x-default">Both</rdf:li>'
                '<rdf:li xml:lang="en-GB">Eng</rdf:li>'
                '<rdf:li xml:lang="zh-cn">中文</rdf:li></rdf:Alt></dc:description>'
            )
        )
    )
    assert labelled.suggested.caption == Bilingual("Eng", "中文")
    joined = read_blocks(Blocks(iptc=build_iim([(120, "Officers, 1942 / 军官合影", 2_000), (5, "柴世荣", 64)])))
    assert joined.suggested.caption == Bilingual("Officers, 1942", "军官合影")
    assert joined.suggested.title == Bilingual("", "柴世荣")


def test_a_value_cut_by_iim_is_no_conflict() -> None:
    xmp = xmp_of("<photoshop:Source>Museum of the War of Chinese People's Resistance</photoshop:Source>")
    iim = build_iim([(115, "Museum of the War of Chinese People's Resistance", 32)])
    assert codes(read_blocks(Blocks(xmp=xmp, iptc=iim))) == set()


def test_camera_noise_is_not_suggested() -> None:
    block = exif_of(**{"0th": {piexif.ImageIFD.ImageDescription: b"OLYMPUS DIGITAL CAMERA"}})
    assert read_blocks(Blocks(exif=block)).suggested.caption == Bilingual("", "")


@pytest.mark.parametrize(
    ("file_name", "media_type", "warned"),
    [
        ("a.jpg", "image/jpeg", False),
        ("a.JPEG", "image/jpeg", False),
        ("柴世荣.tif", "image/tiff", False),
        ("a.jpg", "image/png", True),
        ("photo\u202egpj.exe", "image/jpeg", True),
        ("noextension", "image/png", False),
    ],
)
def test_a_name_that_says_another_format_is_warned_about(file_name: str, media_type: str, *, warned: bool) -> None:
    assert (name_warning(file_name, media_type) is not None) == warned
