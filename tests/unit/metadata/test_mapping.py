"""The whole mapping of copy, preview and embedded picture, read back by two tools that know nothing of us."""

import json
import re
import subprocess
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

import pytest
from PIL import Image

from dam.metadata.fields import PREVIEW_NOT_LICENSED, DeliveredAs, RightsStamp, both
from dam.metadata.stamping import for_embedding, stamp
from dam.metadata.verifying import verify_stamp

VOCABULARY = "http://ns.useplus.org/ldf/vocab/"
ODRL = "https://imprimatur.example.org/licences/1/odrl"
WITH_IIM, WITHOUT_IIM = ("jpeg", "tiff"), ("png", "webp")
Picture = Callable[[str], Path]


@pytest.fixture
def picture(tmp_path: Path) -> Picture:
    def save(form: str) -> Path:
        path = tmp_path / f"copy.{form}"
        Image.effect_noise((160, 120), 60).convert("RGB").save(path, form)
        return path

    return save


@pytest.fixture
def whole(rights: RightsStamp) -> RightsStamp:
    """Every field filled: what the house can say about a copy at all."""
    assert rights.licence is not None
    return replace(
        rights,
        document_id="0192f7c4-6c1e-7b42-9a10-1942070000ab",
        copyright_status="CS-UNK",
        licensor_email="rights@example.org",
        terms_url="https://imprimatur.example.org/licences/1",
        mining_policy_url=ODRL,
        digital_source_type="http://cv.iptc.org/newscodes/digitalsourcetype/print",
        data_mining="DMI-PROHIBITED-SEELINKEDRIGHTSEXPR",
        artwork=True,
        delivered=DeliveredAs("IMP-2026-000001 柴世荣.jpg", "image/jpeg", 5 << 20),
        licence=replace(
            rights.licence,
            transaction_on=date(2026, 11, 22),
            media_summary="|PLUS|V0121|U001|1IAK1UNA2HIO3PUL4SUL5VUL6QUL7DZA8RCN8LUL8IXX9ENE|",
            policy_url=ODRL,
        ),
    )


@dataclass(frozen=True)
class Row:
    """One value of the mapping: where it stands, and what both tools must say."""

    exiftool: str
    exiv2: str
    value: object

    @property
    def is_iim(self) -> bool:
        return self.exiftool.startswith("IPTC:")


def alternatives(exiftool: str, exiv2: str, en: str, zh: str) -> list[Row]:
    names = {"": "x-default", "-en": "en", "-zh-hans": "zh-hans"}
    texts = {"": f"{en} / {zh}", "-en": en, "-zh-hans": zh}
    return [Row(exiftool + tail, f"{exiv2}@{names[tail]}", text) for tail, text in texts.items()]


def mapping(s: RightsStamp) -> list[Row]:
    """Return every value a licensed copy carries, from notes on the mapping and not from the writer's code."""
    assert s.licence is not None
    museum, urn, comment = s.copyright_owner, f"urn:uuid:{s.image_id}", f"{s.licence.number}\nCredit: {s.credit_line}"
    terms = both(s.usage_terms)
    printed = "Xmp.iptcExt.ArtworkOrObject[1]/Iptc4xmpExt:"
    linked = "Xmp.iptcExt.LinkedEncRightsExpr[1]/Iptc4xmpExt:"
    rows = [
        Row("IFD0:ImageDescription", "Exif.Image.ImageDescription", both(s.caption)),
        Row("IFD0:Artist", "Exif.Image.Artist", s.creator),
        Row("IFD0:Copyright", "Exif.Image.Copyright", both(s.rights_notice)),
        Row("ExifIFD:UserComment", "Exif.Photo.UserComment", f"{comment}\nTerms: {terms}"),
        Row("ExifIFD:ImageUniqueID", "Exif.Photo.ImageUniqueID", s.image_id.replace("-", "")),
        Row("IPTC:ObjectName", "Iptc.Application2.ObjectName", both(s.title)),
        Row("IPTC:Headline", "Iptc.Application2.Headline", s.headline),
        Row("IPTC:Caption-Abstract", "Iptc.Application2.Caption", both(s.caption)),
        Row("IPTC:By-line", "Iptc.Application2.Byline", s.creator),
        Row("IPTC:Credit", "Iptc.Application2.Credit", s.credit_line),
        Row("IPTC:Source", "Iptc.Application2.Source", museum[:32]),
        Row("IPTC:CopyrightNotice", "Iptc.Application2.Copyright", both(s.rights_notice)),
        Row("IPTC:SpecialInstructions", "Iptc.Application2.SpecialInstructions", terms),
        Row("IPTC:DateCreated", "Iptc.Application2.DateCreated", "19420700"),
        Row("IPTC:Keywords", "Iptc.Application2.Keywords", list(s.persons)),
        Row("IPTC:OriginalTransmissionReference", "Iptc.Application2.TransmissionReference", s.licence.number),
        *alternatives("XMP-dc:Title", "Xmp.dc.title", s.title.en, s.title.zh),
        *alternatives("XMP-dc:Description", "Xmp.dc.description", s.caption.en, s.caption.zh),
        *alternatives("XMP-dc:Rights", "Xmp.dc.rights", s.rights_notice.en, s.rights_notice.zh),
        *alternatives("XMP-xmpRights:UsageTerms", "Xmp.xmpRights.UsageTerms", s.usage_terms.en, s.usage_terms.zh),
        *alternatives(
            "XMP-iptcCore:AltTextAccessibility", "Xmp.iptc.AltTextAccessibility", s.alt_text.en, s.alt_text.zh
        ),
        Row("XMP-dc:Creator", "Xmp.dc.creator", s.creator),
        Row("XMP-dc:Subject", "Xmp.dc.subject", list(s.persons)),
        Row("XMP-dc:Identifier", "Xmp.dc.identifier", urn),
        Row("XMP-photoshop:Headline", "Xmp.photoshop.Headline", s.headline),
        Row("XMP-photoshop:Credit", "Xmp.photoshop.Credit", s.credit_line),
        Row("XMP-photoshop:Source", "Xmp.photoshop.Source", museum),
        Row("XMP-photoshop:Instructions", "Xmp.photoshop.Instructions", terms),
        Row("XMP-photoshop:DateCreated", "Xmp.photoshop.DateCreated", "1942-07"),
        Row("XMP-photoshop:TransmissionReference", "Xmp.photoshop.TransmissionReference", s.licence.number),
        Row("XMP-xmpRights:WebStatement", "Xmp.xmpRights.WebStatement", s.web_statement),
        Row("XMP-xmpMM:OriginalDocumentID", "Xmp.xmpMM.OriginalDocumentID", urn),
        Row("XMP-xmpMM:DocumentID", "Xmp.xmpMM.DocumentID", f"urn:uuid:{s.document_id}"),
        Row("XMP-iptcExt:PersonInImage", "Xmp.iptcExt.PersonInImage", list(s.persons)),
        Row("XMP-iptcExt:DigitalImageGUID", "Xmp.iptcExt.DigImageGUID", urn),
        Row("XMP-iptcExt:DigitalSourceType", "Xmp.iptcExt.DigitalSourceType", s.digital_source_type),
        *alternatives("XMP-iptcExt:ArtworkTitle", printed + "AOTitle", s.title.en, s.title.zh),
        Row("XMP-iptcExt:ArtworkCreator", printed + "AOCreator", s.creator),
        Row("XMP-iptcExt:ArtworkDateCreated", printed + "AODateCreated", "1942-07"),
        Row("XMP-iptcExt:ArtworkSource", printed + "AOSource", museum),
        Row("XMP-iptcExt:ArtworkSourceInventoryNo", printed + "AOSourceInvNo", s.accession_number),
        Row("XMP-iptcExt:ArtworkCopyrightNotice", printed + "AOCopyrightNotice", both(s.rights_notice)),
        Row("XMP-iptcExt:LinkedEncodedRightsExpr", linked + "LinkedRightsExpr", ODRL),
        Row("XMP-iptcExt:LinkedEncodedRightsExprType", linked + "RightsExprEncType", "application/ld+json"),
    ]
    return rows + plus(s)


def plus(s: RightsStamp) -> list[Row]:
    """Return the values in PLUS's own words."""
    assert s.licence is not None
    museum, licence = s.copyright_owner, s.licence
    texts = {
        "CopyrightOwner[1]/plus:CopyrightOwnerName": museum,
        "CopyrightStatus": VOCABULARY + "CS-UNK",
        "ImageSupplier[1]/plus:ImageSupplierName": museum,
        "ImageSupplierImageID": s.accession_number,
        "Licensor[1]/plus:LicensorName": museum,
        "Licensor[1]/plus:LicensorURL": s.licensor_url,
        "Licensor[1]/plus:LicensorEmail": s.licensor_email,
        "LicensorImageID": s.accession_number,
        "TermsAndConditionsURL": s.terms_url,
        "CreditLineRequired": VOCABULARY + "CR-CAI",
        "DataMining": VOCABULARY + s.data_mining,
        "LicenseID": licence.number,
        "Licensee[1]/plus:LicenseeName": licence.licensee,
        "EndUser[1]/plus:EndUserName": licence.licensee,
        "LicenseStartDate": "2026-11-22",
        "LicenseEndDate": "2027-11-21",
        "LicenseTransactionDate": "2026-11-22",
        "MediaSummaryCode": licence.media_summary,
        "ImageAlterationConstraints": [VOCABULARY + code for code in ("AL-CRP", "AL-CLR", "AL-MRG", "AL-RET")],
        "ImageFileConstraints": [VOCABULARY + code for code in ("IF-MMD", "IF-MID")],
        "ImageDuplicationConstraints": VOCABULARY + "DP-LIC",
        "FileNameAsDelivered": "IMP-2026-000001 柴世荣.jpg",
        "ImageFileFormatAsDelivered": VOCABULARY + "FF-JPG",
        "ImageFileSizeAsDelivered": VOCABULARY + "SZ-U10",
    }
    rows = [Row("XMP-plus:" + name.rpartition(":")[2], f"Xmp.plus.{name}", value) for name, value in texts.items()]
    constraints = {"Media": licence.media, "Region": licence.territory, "Other": licence.constraints}
    for name, text in constraints.items():
        rows.append(Row(f"XMP-plus:{name}Constraints", f"Xmp.plus.{name}Constraints@x-default", text))
    return [
        *rows,
        Row("XMP-tdm:Reservation", "Xmp.tdm.reservation", "1"),
        Row("XMP-tdm:Policy", "Xmp.tdm.policy", ODRL),
    ]


def plain(value: object) -> object:
    """Return a value without what the tools write each their own way: the marks of dates, PLUS's vocabulary address."""
    if isinstance(value, list):
        return [plain(each) for each in value]
    text = str(value).replace(VOCABULARY, "")
    return re.sub(r"^(\d{4}):(\d{2})(:(\d{2}))?$", lambda found: found[0].replace(":", "-"), text)


def by_exiftool(path: Path) -> dict[str, object]:
    command = ["exiftool", "-j", "-n", "-G1", "-a", str(path)]
    said = json.loads(subprocess.run(command, check=True, capture_output=True).stdout)[0]
    return {name.lower(): plain(value) for name, value in said.items()}


def by_exiv2(path: Path) -> dict[str, object]:
    """Return what exiv2 says by key; a text in several languages by `key@language`, repeated keys as a list."""
    done = subprocess.run(["exiv2", "-q", "-Pkv", str(path)], capture_output=True, check=False)
    found: dict[str, list[str]] = {}
    key = ""
    for line in done.stdout.decode("utf-8", "replace").splitlines():
        begins = re.match(r"((?:Exif|Iptc|Xmp)\.\S+) +(.*)", line + " ")
        if begins:
            key = begins[1]
            found.setdefault(key, []).append(begins[2].removesuffix(" "))
        elif key:
            found[key][-1] += f"\n{line}"
    said: dict[str, object] = {}
    for name, values in found.items():
        said[name] = plain(values if len(values) > 1 else values[0])
        for language, text in re.findall(r'lang="([^"]+)" (.*?)(?=, lang="|$)', values[0], re.DOTALL):
            said[f"{name}@{language.lower()}"] = text
    return said


def compared(rows: list[Row], path: Path) -> dict[str, tuple[object, object]]:
    """Return, for each tool and value that is not as it must be, what was meant and what was read."""
    one, other = by_exiftool(path), by_exiv2(path)
    wrong: dict[str, tuple[object, object]] = {}
    for row in rows:
        meant = plain(row.value)
        dated = {"19420700": "1942-07-00"}.get(str(meant), meant)  # how exiftool writes an IIM date
        if one.get(row.exiftool.lower()) != dated:
            wrong[f"exiftool {row.exiftool}"] = (meant, one.get(row.exiftool.lower()))
        listed = ", ".join(meant) if isinstance(meant, list) and row.exiv2.startswith("Xmp") else meant
        if str(other.get(row.exiv2)).removeprefix("charset=Unicode ") != str(listed):
            wrong[f"exiv2 {row.exiv2}"] = (listed, other.get(row.exiv2))
    return wrong


@pytest.mark.exiftool
@pytest.mark.exiv2
@pytest.mark.parametrize("form", [*WITH_IIM, *WITHOUT_IIM])
def test_two_independent_tools_read_every_value_exactly(form: str, picture: Picture, whole: RightsStamp) -> None:
    path = picture(form)
    before = Image.open(path).tobytes()
    stamp(path, whole)
    rows = [row for row in mapping(whole) if form in WITH_IIM or not row.is_iim]
    wrong = compared(rows, path)
    print(f"\n{form}: {2 * len(rows) - len(wrong)} of {2 * len(rows)} values read exactly (exiftool and exiv2)")
    assert wrong == {}
    assert len(rows) >= (33 if form in WITH_IIM else 29)
    assert Image.open(path).tobytes() == before
    assert verify_stamp(path, whole) == ()


@pytest.mark.exiftool
@pytest.mark.exiv2
def test_the_comparison_can_fail(picture: Picture, whole: RightsStamp) -> None:
    path = picture("jpeg")
    stamp(path, replace(whole, credit_line="Another credit", alt_text=replace(whole.alt_text, zh="别的")))
    wrong = compared(mapping(whole), path)
    assert {"exiftool IPTC:Credit", "exiv2 Iptc.Application2.Credit", "exiftool XMP-photoshop:Credit"} <= wrong.keys()
    assert "exiv2 Xmp.iptc.AltTextAccessibility@zh-hans" in wrong


@pytest.mark.exiftool
@pytest.mark.parametrize("form", [*WITH_IIM, *WITHOUT_IIM])
def test_what_a_preview_and_an_embedded_picture_must_not_carry(form: str, picture: Picture, whole: RightsStamp) -> None:
    """The columns of the mapping: who was licensed is nobody else's business."""
    path = picture(form)
    secret = {"licenseename", "endusername", "licensestartdate", "mediaconstraints", "linkedencodedrightsexpr"}
    preview = replace(whole, licence=None, delivered=None, other_image_info=PREVIEW_NOT_LICENSED)
    for each, number in ((preview, None), (for_embedding(whole, "EMB-7K2A"), "EMB-7K2A")):
        stamp(path, each)
        said = by_exiftool(path)
        assert {name.rpartition(":")[2] for name in said} & secret == set()
        assert said.get("xmp-plus:licenseid") == number
        assert said["xmp-photoshop:credit"] == whole.credit_line
        assert b"LIC-2026" not in path.read_bytes()
        assert verify_stamp(path, each) == ()
    assert "xmp-iptcext:personinimage" not in said
    assert "xmp-iptcext:artworktitle" not in said


def test_copyright_is_marked_only_where_it_is_asserted(picture: Picture, whole: RightsStamp) -> None:
    path = picture("jpeg")
    stamp(path, whole)
    assert b"xmpRights:Marked" not in path.read_bytes()
    stamp(path, replace(whole, copyright_status="CS-PRO"))
    assert b"<xmpRights:Marked>True</xmpRights:Marked>" in path.read_bytes()
