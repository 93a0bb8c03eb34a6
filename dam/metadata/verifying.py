"""Reads back what was stamped, with the readers that upload meets, and says what is wrong."""

import mmap
from collections.abc import Mapping
from pathlib import Path

from dam.metadata.claims import Claim
from dam.metadata.containers import Blocks, chunks, find_blocks, jpeg_segments, riff_chunks
from dam.metadata.exif import read_exif
from dam.metadata.fields import RightsStamp, both
from dam.metadata.iptc import is_newer_than_xmp, read_iptc
from dam.metadata.packet import instructions
from dam.metadata.stamping import fitted
from dam.metadata.tiff import Bytes
from dam.metadata.xmp import read_xmp

_SEGMENTS = {0xE0: (b"JFIF\x00",), 0xE2: (b"ICC_PROFILE\x00",), 0xEE: (b"Adobe",)} | {
    0xE1: (b"Exif\x00\x00", b"http://ns.adobe.com/xap/1.0/\x00"),
    0xED: (b"Photoshop 3.0\x00",),
}
"""What may stand beside the pixels of a JPEG, by marker and first bytes."""
_COM, _FIRST_APP, _LAST_APP = 0xFE, 0xE0, 0xEF
_CHUNKS = frozenset({b"IHDR", b"PLTE", b"IDAT", b"IEND", b"sRGB", b"gAMA", b"cHRM", b"pHYs"})
_CHUNKS |= {b"iCCP", b"eXIf", b"iTXt", b"VP8X", b"ICCP", b"VP8 ", b"VP8L", b"EXIF", b"XMP "}


def verify_stamp(path: Path, stamp: RightsStamp) -> tuple[str, ...]:
    """Return what is wrong with a stamped file, nothing when all is well.

    Exactly one block each of EXIF, XMP and, where the format has it, IPTC; no thumbnail, place, serial number, foreign
    block or trailing bytes; credit, notice, terms and licence number the same in all.
    """
    with path.open("rb") as stream, mmap.mmap(stream.fileno(), 0, access=mmap.ACCESS_READ) as data:
        blocks = find_blocks(data, Blocks())
        problems = [*_structure_problems(blocks, has_iim=_has_iim(data)), *_foreign(data)]
        claims = (*read_exif(blocks.exif).claims, *read_iptc(blocks.iptc).claims, *read_xmp(blocks.xmp).claims)
        has_iim = _has_iim(data)
    problems += [f"{claim.source} carries {claim.name}" for claim in claims if claim.private]
    expected = _expected(fitted(stamp))
    for fact, values in _told(claims).items():
        heard = values if has_iim else {source: value for source, value in values.items() if source != "iptc"}
        problems += [f"{source} says {fact} {value!r}" for source, value in heard.items() if value != expected[fact]]
    return tuple(problems)


def _has_iim(data: Bytes) -> bool:
    return bytes(data[0:4]).startswith((b"\xff\xd8", b"II", b"MM"))


def _structure_problems(blocks: Blocks, *, has_iim: bool) -> list[str]:
    counts = {"EXIF": blocks.exif_count, "XMP": blocks.xmp_count, "IPTC": blocks.iptc_count + (not has_iim)}
    problems = [f"{count} {name} blocks" for name, count in counts.items() if count != 1]
    problems += ["trailing bytes"] if blocks.trailing else []
    problems += ["the IPTC digest does not fit"] if is_newer_than_xmp(blocks.iptc, blocks.iptc_digest) else []
    return problems


def _foreign(data: Bytes) -> list[str]:
    """Name what stands in the file beside pixels, profile and our own blocks."""
    head = bytes(data[0:4])
    if head.startswith(b"\xff\xd8"):
        return [
            f"a segment {segment.marker:02X}"
            for segment in jpeg_segments(data)
            if (segment.marker == _COM or _FIRST_APP <= segment.marker <= _LAST_APP)
            and not segment.body.startswith(_SEGMENTS.get(segment.marker, ()))
        ]
    found = chunks(data) if head == b"\x89PNG" else riff_chunks(data) if head == b"RIFF" else ()
    return [f"a chunk {kind!r}" for kind, _, _ in found if kind not in _CHUNKS]


def _expected(stamp: RightsStamp) -> dict[str, str]:
    return {
        "credit": stamp.credit_line,
        "notice": both(stamp.rights_notice),
        "terms": instructions(stamp),
        "licence": stamp.licence_id,
    }


def _told(claims: tuple[Claim, ...]) -> Mapping[str, Mapping[str, str]]:
    """Return, for each fact, what each of the blocks says about it."""
    said = {(claim.source, claim.name): claim.value for claim in claims}
    comment = said.get(("exif", "UserComment"), "").split("\n")
    lines = {key: line.removeprefix(key) for key in ("Credit: ", "Terms: ") for line in comment if line.startswith(key)}
    licensed = ("xmp", "plus:LicenseID") in said
    return {
        "credit": {
            "exif": lines.get("Credit: ", ""),
            "iptc": said.get(("iptc", "Credit"), ""),
            "xmp": said.get(("xmp", "photoshop:Credit"), ""),
        },
        "notice": {
            "exif": said.get(("exif", "Copyright"), ""),
            "iptc": said.get(("iptc", "CopyrightNotice"), ""),
            "xmp": said.get(("xmp", "dc:rights[x-default]"), ""),
        },
        "terms": {
            "exif": lines.get("Terms: ", ""),
            "iptc": said.get(("iptc", "SpecialInstructions"), ""),
            "xmp": said.get(("xmp", "photoshop:Instructions"), ""),
        },
        "licence": {
            "exif": comment[0] if licensed else "",
            "iptc": said.get(("iptc", "OriginalTransmissionReference"), ""),
            "xmp": said.get(("xmp", "plus:LicenseID"), ""),
        },
    }
