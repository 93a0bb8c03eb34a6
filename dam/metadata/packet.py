"""Builds the XMP packet of a rendition from our own records."""

from collections.abc import Sequence

from lxml import etree

from dam.kernel.text import Bilingual
from dam.metadata.fields import LicenceStamp, RightsStamp, both, xmp_date
from dam.metadata.xmp import NAMESPACES, RDF, XML

_META = "adobe:ns:meta/"
_HEAD = b'<?xpacket begin="\xef\xbb\xbf" id="W5M0MpCehiHzreSzNTczkc9d"?>\n'
_TAIL = b'\n<?xpacket end="r"?>'
_VOCABULARY = "http://ns.useplus.org/ldf/vocab/"
_USED = ("dc", "xmp", "xmpRights", "photoshop", "plus", "Iptc4xmpCore", "Iptc4xmpExt")


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
        if not both(value):
            return
        alternatives = self._list(name, "Alt")
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

    def structure(self, name: str, **members: str) -> None:
        """Write a one-item sequence of a structure, as PLUS writes parties."""
        filled = {member: value for member, value in members.items() if value}
        if filled:
            item = etree.SubElement(self._list(name, "Seq"), f"{{{RDF}}}li")
            item.set(f"{{{RDF}}}parseType", "Resource")
            for member, value in filled.items():
                self._child(item, f"{name.partition(':')[0]}:{member}").text = value

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
    if stamp.licence:
        _license(packet, stamp.licence)
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


def _claim_rights(packet: Packet, stamp: RightsStamp) -> None:
    packet.languages("dc:rights", stamp.rights_notice)
    packet.languages("xmpRights:UsageTerms", stamp.usage_terms)
    packet.text("xmpRights:WebStatement", stamp.web_statement)
    packet.text("photoshop:Credit", stamp.credit_line)
    packet.text("photoshop:Source", stamp.source)
    packet.text("photoshop:Instructions", instructions(stamp))
    packet.text("plus:Version", "2.0.1")
    packet.structure("plus:CopyrightOwner", CopyrightOwnerName=stamp.copyright_owner)
    packet.text("plus:CopyrightStatus", _VOCABULARY + "CS-UNK" if stamp.copyright_owner else "")
    packet.structure("plus:ImageSupplier", ImageSupplierName=stamp.source)
    packet.text("plus:ImageSupplierImageID", stamp.accession_number)
    packet.structure("plus:Licensor", LicensorName=stamp.licensor_name, LicensorURL=stamp.licensor_url)
    packet.text("plus:CreditLineRequired", _VOCABULARY + "CR-CAI" if stamp.credit_line else "")
    packet.text("plus:DataMining", _VOCABULARY + stamp.data_mining if stamp.data_mining else "")
    packet.languages("plus:OtherImageInfo", Bilingual(stamp.other_image_info, ""))


def _license(packet: Packet, licence: LicenceStamp) -> None:
    packet.text("plus:LicenseID", licence.number)
    packet.text("photoshop:TransmissionReference", licence.number)
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
    packet.items("plus:ImageFileConstraints", [_VOCABULARY + "IF-MMD"])
    packet.text("plus:ImageDuplicationConstraints", _VOCABULARY + "DP-LIC")
