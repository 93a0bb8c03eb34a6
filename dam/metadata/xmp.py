"""Reads XMP with a parser that knows no entities, no DTD and no network."""

import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass

from lxml import etree

from dam.metadata.claims import Claim
from dam.metadata.text import LONGEST_VALUE

LARGEST_PACKET = 8 << 20
RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
XML = "http://www.w3.org/XML/1998/namespace"
NAMESPACES = {
    "dc": "http://purl.org/dc/elements/1.1/",
    "xmp": "http://ns.adobe.com/xap/1.0/",
    "xmpRights": "http://ns.adobe.com/xap/1.0/rights/",
    "xmpMM": "http://ns.adobe.com/xap/1.0/mm/",
    "photoshop": "http://ns.adobe.com/photoshop/1.0/",
    "tiff": "http://ns.adobe.com/tiff/1.0/",
    "exif": "http://ns.adobe.com/exif/1.0/",
    "exifEX": "http://cipa.jp/exif/1.0/",
    "aux": "http://ns.adobe.com/exif/1.0/aux/",
    "crs": "http://ns.adobe.com/camera-raw-settings/1.0/",
    "plus": "http://ns.useplus.org/ldf/xmp/1.0/",
    "Iptc4xmpCore": "http://iptc.org/std/Iptc4xmpCore/1.0/xmlns/",
    "Iptc4xmpExt": "http://iptc.org/std/Iptc4xmpExt/2008-02-29/",
    "tdm": "http://www.w3.org/ns/tdmrep/",
}
_PREFIXES = {uri: prefix for prefix, uri in NAMESPACES.items()}
_CONTAINERS = frozenset({f"{{{RDF}}}Alt", f"{{{RDF}}}Seq", f"{{{RDF}}}Bag"})
_SKIPPED = frozenset({*(f"{{{RDF}}}{name}" for name in ("about", "ID", "nodeID", "parseType")), f"{{{XML}}}lang"})
_PRIVATE = re.compile(r"GPS|SerialNumber|Thumbnails|CameraOwnerName", re.IGNORECASE)
_FORBIDDEN = re.compile(r"<!\s*(DOCTYPE|ENTITY)", re.IGNORECASE)
_DEEPEST = 24


@dataclass(frozen=True, slots=True)
class XmpReading:
    """What XMP says.

    Shape: `refused` is a warning code where the packet was not read.
    """

    claims: tuple[Claim, ...] = ()
    refused: str = ""


def read_xmp(packet: bytes) -> XmpReading:
    """Return every leaf of the packet as a claim with its flattened path.

    Shape: paths such as `dc:title[zh-Hans]`, `dc:creator[1]`, `plus:Licensor[1]/plus:LicensorName`.
    """
    if not packet.strip(b"\x00 \r\n"):
        return XmpReading()
    if len(packet) > LARGEST_PACKET:
        return XmpReading(refused="xmp_too_large")
    text = _text(packet)
    if _FORBIDDEN.search(text):
        return XmpReading(refused="xmp_refused_dtd")
    root = parse(text)
    if root is None:
        return XmpReading(refused="xmp_unreadable")
    leaves = (leaf for each in root.iter(f"{{{RDF}}}RDF") for leaf in _described(each))
    return XmpReading(tuple(_claim(path, value) for path, value in leaves))


def parse(text: str) -> etree._Element | None:
    """Return the packet's root, or None where it is no well-formed XML."""
    body = re.sub(r"^\s*<\?xml[^>]*\?>", "", text)
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, remove_comments=True)
    try:
        return etree.fromstring(body.encode("utf-8"), parser)
    except (etree.XMLSyntaxError, ValueError):
        return None


def join_extended(parts: tuple[bytes, ...], claims: tuple[Claim, ...]) -> bytes | None:
    """Return the extended packet the main one names, or None where its parts lie.

    Source: XMP Specification Part 3, 1.1.3.1: GUID (32 hex digits, the MD5), full length, offset, portion.
    """
    guid = next((claim.value for claim in claims if claim.name == "xmpNote:HasExtendedXMP"), "")
    own = sorted(
        (int.from_bytes(part[36:40], "big"), part[40:])
        for part in parts
        if guid and part[:32].upper() == guid.upper().encode("ascii", "replace")
    )
    whole = b"".join(body for _, body in own)
    fits = all(at == sum(len(body) for _, body in own[:index]) for index, (at, _) in enumerate(own))
    honest = fits and hashlib.md5(whole, usedforsecurity=False).hexdigest().upper() == guid.upper()
    return whole if honest and len(whole) <= LARGEST_PACKET else None


def _text(packet: bytes) -> str:
    """Decode by the byte order mark, as XMP allows UTF-16 too; strip the padding and stray NULs."""
    if packet[:2] in {b"\xff\xfe", b"\xfe\xff"}:
        text = packet.decode("utf-16", "replace")
    elif packet[:2] == b"\x00<" or packet[:2] == b"<\x00":
        text = packet.decode("utf-16-be" if packet[0] == 0 else "utf-16-le", "replace")
    else:
        text = packet.decode("utf-8-sig", "replace")
    return text.strip("\x00 \r\n\t")


def _described(rdf: etree._Element) -> Iterator[tuple[str, str]]:
    for description in _elements(rdf):
        yield from _members(description, "", 0)


def _members(element: etree._Element, path: str, depth: int) -> Iterator[tuple[str, str]]:
    """Yield the properties of a description or structure: its attributes and its children."""
    for name, value in element.attrib.items():
        if name not in _SKIPPED:
            yield _join(path, _short(str(name), element)), str(value)
    for child in _elements(element):
        yield from _property(child, _join(path, _short(child.tag, child)), depth + 1)


def _property(element: etree._Element, path: str, depth: int) -> Iterator[tuple[str, str]]:
    """Yield the leaves of one property: a list, a structure or a text."""
    if depth > _DEEPEST:
        return
    children = _elements(element)
    if children and children[0].tag in _CONTAINERS:
        yield from _items(children[0], path, depth)
    elif children and children[0].tag == f"{{{RDF}}}Description":
        yield from _members(children[0], path, depth)
    elif children or _own_attributes(element):
        yield from _members(element, path, depth)
    else:
        yield path, (element.text or "").strip()


def _items(container: etree._Element, path: str, depth: int) -> Iterator[tuple[str, str]]:
    for index, item in enumerate(_elements(container), start=1):
        language = item.get(f"{{{XML}}}lang")
        label = language if language and container.tag == f"{{{RDF}}}Alt" else str(index)
        yield from _property(item, f"{path}[{label}]", depth + 1)


def _elements(element: etree._Element) -> list[etree._Element]:
    """Return the child elements; processing instructions are none."""
    return list(element.iterchildren("*"))


def _own_attributes(element: etree._Element) -> list[str]:
    return [str(name) for name in element.attrib if name not in _SKIPPED]


def _short(tag: str, element: etree._Element) -> str:
    """Return the name with the prefix everybody uses for its namespace."""
    qualified = etree.QName(tag)
    uri = qualified.namespace or ""
    own = next((prefix for prefix, known in element.nsmap.items() if known == uri and prefix), "")
    prefix = _PREFIXES.get(uri, own)
    return f"{prefix}:{qualified.localname}" if prefix else qualified.localname


def _join(path: str, name: str) -> str:
    return f"{path}/{name}" if path else name


def _claim(path: str, value: str) -> Claim:
    return Claim("xmp", path[:300], value[:LONGEST_VALUE], private=bool(_PRIVATE.search(path)))
