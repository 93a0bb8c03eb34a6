"""IPTC-IIM datasets: reads them with their character set, and writes our own."""

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from dam.metadata.claims import Claim
from dam.metadata.text import as_hex, cut_utf8, decode

NAMES = {
    (2, 5): "ObjectName",
    (2, 10): "Urgency",
    (2, 15): "Category",
    (2, 20): "SupplementalCategory",
    (2, 25): "Keywords",
    (2, 40): "SpecialInstructions",
    (2, 55): "DateCreated",
    (2, 60): "TimeCreated",
    (2, 62): "DigitalCreationDate",
    (2, 65): "OriginatingProgram",
    (2, 80): "By-line",
    (2, 85): "By-lineTitle",
    (2, 90): "City",
    (2, 92): "Sub-location",
    (2, 95): "Province-State",
    (2, 100): "CountryCode",
    (2, 101): "Country",
    (2, 103): "OriginalTransmissionReference",
    (2, 105): "Headline",
    (2, 110): "Credit",
    (2, 115): "Source",
    (2, 116): "CopyrightNotice",
    (2, 118): "Contact",
    (2, 120): "Caption-Abstract",
    (2, 122): "Writer-Editor",
}
UTF8 = b"\x1b%G"
_CHARSETS = {UTF8: "utf-8", b"\x1b%/I": "utf-8", b"\x1b-A": "latin-1", b"\x1b.A": "latin-1"}
_MARKER, _EXTENDED = 0x1C, 0x8000
_MOST_DATASETS = 2_000
_IIM, _IIM_DIGEST = 0x0404, 0x0425


@dataclass(frozen=True, slots=True)
class IptcReading:
    """What IIM says.

    Shape: `guessed` names the values whose character set nobody declared; `broken` says where the block broke off.
    """

    claims: tuple[Claim, ...] = ()
    guessed: tuple[str, ...] = ()
    broken: str = ""


def read_iptc(block: bytes) -> IptcReading:
    """Return every IIM dataset as a claim; undeclared text is tried as UTF-8, GB18030, Latin-1 and then a guess."""
    datasets = list(_datasets(block))[:_MOST_DATASETS]
    code = next((value for record, number, value in datasets if (record, number) == (1, 90)), b"")
    charset = _CHARSETS.get(code, "")
    claims, guessed = [], []
    for record, number, value in datasets:
        if record == 1 or (record, number) == (2, 0):
            continue
        claim, guess = _claim(record, number, value, charset)
        claims.append(claim)
        guessed += [claim.name] if guess else []
    read = sum(5 + len(value) for _, _, value in datasets)
    leftover = block[read:].strip(b"\x00")
    return IptcReading(tuple(claims), tuple(guessed), f"{len(leftover)} bytes unread" if leftover else "")


def _datasets(block: bytes) -> Iterator[tuple[int, int, bytes]]:
    at = 0
    while at + 5 <= len(block) and block[at] == _MARKER:
        size = int.from_bytes(block[at + 3 : at + 5], "big")
        if size & _EXTENDED or at + 5 + size > len(block):
            return
        yield block[at + 1], block[at + 2], block[at + 5 : at + 5 + size]
        at += 5 + size


def _claim(record: int, number: int, value: bytes, charset: str) -> tuple[Claim, bool]:
    name = NAMES.get((record, number), f"{record}:{number:02d}")
    if b"\x1b" in value:
        decoded = decode(value, "iso2022_jp")
        return Claim("iptc", name, decoded.text, raw=as_hex(value)), True
    if any(byte < 9 for byte in value):  # noqa: PLR2004 - control bytes never stand in text
        return Claim("iptc", name, f"{len(value)} bytes", raw=as_hex(value)), False
    decoded = decode(value, charset)
    return Claim("iptc", name, decoded.text, raw=decoded.raw), bool(decoded.guessed)


def is_newer_than_xmp(block: bytes, digest: bytes) -> bool:
    """Tell whether IIM was edited after the XMP: the digest kept beside it no longer fits.

    Source: MWG Guidelines 2.0, section 3.3 (IPTCDigest).
    """
    return bool(digest.strip(b"\x00")) and hashlib.md5(block, usedforsecurity=False).digest() != digest


def build_iim(values: Sequence[tuple[int, str, int]]) -> bytes:
    """Return the IIM block of record 2, in UTF-8, each value cut to its most bytes.

    Shape: `(dataset number, text, most bytes)` in ascending order; empty texts are left out.
    """
    block = _dataset(1, 90, UTF8) + _dataset(2, 0, b"\x00\x04")
    for number, text, most_bytes in values:
        cut = cut_utf8(text, most_bytes)
        block += _dataset(2, number, cut.encode()) if cut else b""
    return block


def photoshop_block(iim: bytes) -> bytes:
    """Return the Photoshop resources that carry the IIM block and its digest."""
    return _resource(_IIM, iim) + digest_block(iim)


def digest_block(iim: bytes) -> bytes:
    """Return the Photoshop resource that carries the digest alone, as it stands beside IIM in a TIFF."""
    return _resource(_IIM_DIGEST, hashlib.md5(iim, usedforsecurity=False).digest())


def _dataset(record: int, number: int, value: bytes) -> bytes:
    return bytes((_MARKER, record, number)) + len(value).to_bytes(2, "big") + value


def _resource(number: int, body: bytes) -> bytes:
    pad = b"\x00" * (len(body) & 1)
    return b"8BIM" + number.to_bytes(2, "big") + b"\x00\x00" + len(body).to_bytes(4, "big") + body + pad
