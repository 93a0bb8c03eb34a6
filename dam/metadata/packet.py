"""Builds the XMP packet of a rendition from our own records."""

from collections.abc import Sequence

from lxml import etree

from dam.kernel.text import Bilingual
from dam.metadata.fields import DeliveredAs, LicenceStamp, RightsStamp, both, xmp_date
from dam.metadata.xmp import NAMESPACES, RDF, XML

_META = "adobe:ns:meta/"
_HEAD = b'<?xpacket begin="\xef\xbb\xbf" id="W5M0MpCehiHzreSzNTczkc9d"?>\n'
_TAIL = b'\n<?xpacket end="r"?>'
_VOCABULARY = "http://ns.useplus.org/ldf/vocab/"
_USED = ("dc", "xmp", "xmpRights", "xmpMM", "photoshop", "plus", "Iptc4xmpCore", "Iptc4xmpExt", "tdm")
_FILE_FORMATS = {"image/jpeg": "FF-JPG", "image/tiff": "FF-TIF", "image/png": "FF-PNG"}
_MIB = 1 << 20
_FILE_SIZES = ((1, "SZ-U01"), (10, "SZ-U10"), (30, "SZ-U30"), (50, "SZ-U50"))
_UPHELD = frozenset({"CS-PRO"})
"""Where copyright is asserted; without that the mark `xmpRights:Marked` is not set at all."""


class Packet:
    """One `rdf:Description`, filled property by property; empty values leave no trace."""

    def __init__(self) -> None:
        """Start an empty packet."""
        nsmap = {prefix: NAMESPACES[prefix] for prefix in _USED}
        self.root = etree.Element(f"{{{_META}}}xmpmeta", nsmap={"x": _META})
        rdf = etree.SubElement(self.root, f"{{{RDF}}}RDF", nsmap={"rdf": RDF})
        self.description = etree.SubElement(rdf, f"{{{RDF}}}Description", nsmap=nsmap)
        self.description.set(f"{{{RDF}}}about", "")

    def text(self, name: str, value: str) -> None:
        """Write a plain value."""
        if value:
            self._child(self.description, name).text = value

    def languages(self, name: str, value: Bilingual) -> None:
        """Write a text in its languages; `x-default` is the line that EXIF and IIM carry too."""
        if both(value):
            self._alternatives(self._child(self.description, name), value)

    @staticmethod
    def _alternatives(parent: etree._Element, value: Bilingual) -> None:
        alternatives = etree.SubElement(parent, f"{{{RDF}}}Alt")
        for language, text in (("x-default", both(value)), ("en", value.en), ("zh-Hans", value.zh)):
            if text:
                item = etree.SubElement(alternatives, f"{{{RDF}}}li")
                item.set(f"{{{XML}}}lang", language)
                item.text = text

    def items(self, name: str, values: Sequence[str], kind: str = "Bag") -> None:
        """Write a list of plain values."""
        filled = [value for value in values if value]
        if filled:
            container = self._list(name, kind)
            for value in filled:
                etree.SubElement(container, f"{{{RDF}}}li").text = value

    def structure(self, name: str, kind: str = "Seq", **members: str | Bilingual | tuple[str, ...]) -> None:
        """Write a one-item list of a structure, as PLUS writes parties and IPTC the object in the picture."""
        filled = {member: value for member, value in members.items() if value and value != Bilingual("", "")}
        if not filled:
            return
        item = etree.SubElement(self._list(name, kind), f"{{{RDF}}}li")
        item.set(f"{{{RDF}}}parseType", "Resource")
        for member, value in filled.items():
            child = self._child(item, f"{name.partition(':')[0]}:{member}")
            match value:
                case Bilingual():
                    self._alternatives(child, value)
                case tuple():
                    container = etree.SubElement(child, f"{{{RDF}}}Seq")
                    for each in value:
                        etree.SubElement(container, f"{{{RDF}}}li").text = each
                case _:
                    child.text = value

    def finished(self) -> bytes:
        """Return the packet's bytes."""
        return _HEAD + etree.tostring(self.root, encoding="utf-8") + _TAIL

    def _list(self, name: str, kind: str) -> etree._Element:
        return etree.SubElement(self._child(self.description, name), f"{{{RDF}}}{kind}")

    @staticmethod
    def _child(parent: etree._Element, name: str) -> etree._Element:
        prefix, _, local = name.partition(":")
        return etree.SubElement(parent, f"{{{NAMESPACES[prefix]}}}{local}")


def build_packet(stamp: RightsStamp) -> bytes:
    """Return the XMP packet that says everything the stamp says."""
    packet = Packet()
    _describe(packet, stamp)
    _claim_rights(packet, stamp)
    _reserve_mining(packet, stamp)
    packet.text("plus:LicenseID", stamp.licence_id)
    packet.text("photoshop:TransmissionReference", stamp.licence_id)
    if stamp.licence:
        _license(packet, stamp.licence)
    if stamp.artwork:
        _describe_print(packet, stamp)
    if stamp.delivered:
        _describe_file(packet, stamp.delivered)
    return packet.finished()


def instructions(stamp: RightsStamp) -> str:
    """Return the one line of terms that EXIF, IIM and XMP share."""
    parts = dict.fromkeys(part for part in (both(stamp.usage_terms), stamp.instructions) if part)
    return " ".join(parts)


def _describe(packet: Packet, stamp: RightsStamp) -> None:
    packet.languages("dc:title", stamp.title)
    packet.languages("dc:description", stamp.caption)
    packet.languages("Iptc4xmpCore:AltTextAccessibility", stamp.alt_text)
    packet.items("dc:creator", [stamp.creator], "Seq")
    packet.items("dc:subject", (*stamp.persons, *stamp.keywords))
    packet.items("Iptc4xmpExt:PersonInImage", stamp.persons)
    packet.text("photoshop:Headline", stamp.headline)
    packet.text("photoshop:DateCreated", xmp_date(stamp.date))
    packet.text("xmp:CreatorTool", "Imprimatur")
    packet.text("dc:identifier", f"urn:uuid:{stamp.image_id}" if stamp.image_id else "")
    packet.text("Iptc4xmpExt:DigImageGUID", f"urn:uuid:{stamp.image_id}" if stamp.image_id else "")
    packet.text("Iptc4xmpExt:DigitalSourceType", stamp.digital_source_type)
    if stamp.image_id:
        packet.text("xmpMM:OriginalDocumentID", f"urn:uuid:{stamp.image_id}")
        packet.text("xmpMM:DocumentID", f"urn:uuid:{stamp.document_id or stamp.image_id}")


def _describe_print(packet: Packet, stamp: RightsStamp) -> None:
    """The print on paper that the picture shows, apart from the picture itself."""
    exact = xmp_date(stamp.date) == stamp.date
    packet.structure(
        "Iptc4xmpExt:ArtworkOrObject",
        "Bag",
        AOTitle=stamp.title,
        AOCreator=(stamp.creator,) if stamp.creator else (),
        AODateCreated=stamp.date if exact else "",
        AOCircaDateCreated="" if exact else stamp.date,
        AOSource=stamp.source,
        AOSourceInvNo=stamp.accession_number,
        AOCopyrightNotice=both(stamp.rights_notice),
    )


def _describe_file(packet: Packet, file: DeliveredAs) -> None:
    size = next((code for most, code in _FILE_SIZES if file.size_bytes <= most * _MIB), "SZ-G50")
    packet.text("plus:FileNameAsDelivered", file.file_name)
    packet.text("plus:ImageFileFormatAsDelivered", _VOCABULARY + _FILE_FORMATS.get(file.media_type, "FF-OTR"))
    packet.text("plus:ImageFileSizeAsDelivered", _VOCABULARY + size)


def _reserve_mining(packet: Packet, stamp: RightsStamp) -> None:
    """Say it in PLUS's words and in those of the W3C's reservation protocol."""
    packet.text("plus:DataMining", _VOCABULARY + stamp.data_mining if stamp.data_mining else "")
    packet.text("tdm:reservation", "1" if stamp.data_mining.startswith("DMI-PROHIBITED") else "")
    packet.text("tdm:policy", stamp.mining_policy_url)


def _claim_rights(packet: Packet, stamp: RightsStamp) -> None:
    packet.languages("dc:rights", stamp.rights_notice)
    packet.languages("xmpRights:UsageTerms", stamp.usage_terms)
    packet.text("xmpRights:WebStatement", stamp.web_statement)
    packet.text("photoshop:Credit", stamp.credit_line)
    packet.text("photoshop:Source", stamp.source)
    packet.text("photoshop:Instructions", instructions(stamp))
    packet.text("plus:Version", "2.0.1")
    packet.structure("plus:CopyrightOwner", CopyrightOwnerName=stamp.copyright_owner)
    status = stamp.copyright_status or ("CS-UNK" if stamp.copyright_owner else "")
    packet.text("plus:CopyrightStatus", _VOCABULARY + status if status else "")
    packet.text("xmpRights:Marked", "True" if status in _UPHELD else "")
    packet.structure("plus:ImageSupplier", ImageSupplierName=stamp.source)
    packet.text("plus:ImageSupplierImageID", stamp.accession_number)
    packet.structure(
        "plus:Licensor",
        LicensorName=stamp.licensor_name,
        LicensorEmail=stamp.licensor_email,
        LicensorURL=stamp.licensor_url,
    )
    packet.text("plus:LicensorImageID", stamp.accession_number if stamp.licensor_name else "")
    packet.text("plus:TermsAndConditionsURL", stamp.terms_url)
    packet.text("plus:CreditLineRequired", _VOCABULARY + "CR-CAI" if stamp.credit_line else "")
    packet.languages("plus:OtherImageInfo", Bilingual(stamp.other_image_info, ""))


def _license(packet: Packet, licence: LicenceStamp) -> None:
    packet.structure("plus:Licensee", LicenseeName=licence.licensee)
    packet.structure("plus:EndUser", EndUserName=licence.licensee)
    packet.text("plus:LicenseStartDate", licence.starts_on.isoformat())
    packet.text("plus:LicenseEndDate", licence.ends_on.isoformat())
    packet.text("plus:LicenseTransactionDate", licence.transaction_on.isoformat() if licence.transaction_on else "")
    packet.languages("plus:MediaConstraints", Bilingual(licence.media, ""))
    packet.languages("plus:RegionConstraints", Bilingual(licence.territory, ""))
    packet.languages("plus:OtherConstraints", Bilingual(licence.constraints, ""))
    altered = ("AL-CRP", "AL-CLR", "AL-MRG", "AL-RET") if licence.no_alteration else ()
    packet.items("plus:ImageAlterationConstraints", [_VOCABULARY + code for code in altered])
    packet.items("plus:ImageFileConstraints", [_VOCABULARY + "IF-MMD", _VOCABULARY + "IF-MID"])
    packet.text("plus:ImageDuplicationConstraints", _VOCABULARY + "DP-LIC")
    packet.text("plus:MediaSummaryCode", licence.media_summary)
    packet.structure(
        "Iptc4xmpExt:LinkedEncRightsExpr",
        "Bag",
        LinkedRightsExpr=licence.policy_url,
        RightsExprEncType="application/ld+json" if licence.policy_url else "",
        RightsExprLangId="http://www.w3.org/ns/odrl/2/" if licence.policy_url else "",
    )
