"""Writes our metadata into a JPEG of our own: EXIF, IPTC-IIM and XMP, afresh, one block each, pixels untouched.

Nothing of what stood in the file before is kept but the colour profile: an inherited EXIF block would keep the clean
thumbnail and stale rights.
"""

from collections.abc import Mapping
from pathlib import Path

import piexif

from dam.metadata.claims import Claim
from dam.metadata.containers import Blocks, Segment, find_blocks, jpeg_segments
from dam.metadata.exif import read_exif
from dam.metadata.fields import RightsStamp, both, iim_date, tidy
from dam.metadata.iptc import build_iim, is_newer_than_xmp, photoshop_block, read_iptc
from dam.metadata.packet import build_packet, instructions
from dam.metadata.xmp import read_xmp

_EXIF, _XMP, _PHOTOSHOP = b"Exif\x00\x00", b"http://ns.adobe.com/xap/1.0/\x00", b"Photoshop 3.0\x00"
_APP0, _APP1, _APP2, _APP13, _APP14, _COM, _SOS, _EOI = 0xE0, 0xE1, 0xE2, 0xED, 0xEE, 0xFE, 0xDA, 0xD9
_LARGEST_SEGMENT = 65_533
_TEXT_LENGTHS = (2_000, 800, 250)
"""Texts are cut only where a JPEG segment could not hold them otherwise."""
_SRGB, _INCH, _CENTRED = 1, 2, 1
_FRAMES = frozenset({0xC0, 0xC1, 0xC2})


def stamp(path: Path, stamp: RightsStamp) -> None:
    """Replace all metadata of the JPEG by the stamp; the coded pixels stay byte for byte.

    Raises: ValueError when the file is no whole JPEG.
    """
    stamped = stamped_bytes(path.read_bytes(), stamp)
    beside = path.with_name(path.name + ".stamped")
    beside.write_bytes(stamped)
    beside.replace(path)


def stamped_bytes(data: bytes, stamp: RightsStamp) -> bytes:
    """Return the JPEG with nothing but the stamp and its colour profile beside the pixels.

    Raises: ValueError when the bytes are no whole JPEG.
    """
    if not data.startswith(b"\xff\xd8\xff"):
        raise ValueError("only a JPEG can be stamped")
    segments = list(jpeg_segments(data))
    scan = next((segment.start for segment in segments if segment.marker == _SOS), 0)
    if not scan or segments[-1].marker != _EOI:
        raise ValueError("the JPEG is not whole")
    head = [segment for segment in segments if segment.start < scan]
    first = [data[s.start : s.end] for s in head if s.marker == _APP0 and s.body.startswith(b"JFIF")][:1]
    kept = [data[s.start : s.end] for s in head if _stays(s)]
    width, height = _size(head)
    return b"".join((data[:2], *first, *_blocks(stamp, width, height), *kept, data[scan : segments[-1].end]))


def _size(segments: list[Segment]) -> tuple[int, int]:
    """Return width and height from the frame header."""
    frame = next((segment.body for segment in segments if segment.marker in _FRAMES), bytes(5))
    return int.from_bytes(frame[3:5], "big"), int.from_bytes(frame[1:3], "big")


def _stays(segment: Segment) -> bool:
    """Tell whether a segment is needed for the pixels: tables, frame, colour profile, Adobe's colour transform."""
    if segment.marker == _APP2:
        return segment.body.startswith(b"ICC_PROFILE\x00")
    if segment.marker == _APP14:
        return segment.body.startswith(b"Adobe")
    return segment.marker != _COM and not _APP0 <= segment.marker <= _APP0 + 15


def _blocks(stamp: RightsStamp, width: int, height: int) -> list[bytes]:
    """Return the three segments of a stamp."""
    bodies = _bodies(fitted(stamp), width, height)
    return [bytes((0xFF, marker)) + (len(body) + 2).to_bytes(2, "big") + body for marker, body in bodies]


def fitted(stamp: RightsStamp) -> RightsStamp:
    """Return the stamp with its texts cut no further than one segment for each block demands."""
    for most in _TEXT_LENGTHS:
        short = tidy(stamp, most)
        if all(len(body) <= _LARGEST_SEGMENT for _, body in _bodies(short, 0, 0)):
            break
    return short


def _bodies(stamp: RightsStamp, width: int, height: int) -> list[tuple[int, bytes]]:
    return [
        (_APP1, _EXIF + _exif(stamp, width, height)),
        (_APP1, _XMP + build_packet(stamp)),
        (_APP13, _PHOTOSHOP + photoshop_block(_iim(stamp))),
    ]


def _exif(stamp: RightsStamp, width: int, height: int) -> bytes:
    """Return the EXIF block; texts go in as UTF-8 bytes, which every reader but the oldest shows right."""
    texts = {
        piexif.ImageIFD.ImageDescription: both(stamp.caption),
        piexif.ImageIFD.Software: "Imprimatur",
        piexif.ImageIFD.Artist: stamp.creator,
        piexif.ImageIFD.Copyright: both(stamp.rights_notice),
    }
    exif: dict[int, object] = {
        piexif.ExifIFD.ExifVersion: b"0232",
        piexif.ExifIFD.ComponentsConfiguration: b"\x01\x02\x03\x00",
        piexif.ExifIFD.UserComment: b"UNICODE\x00" + user_comment(stamp).encode("utf-16-be"),
        piexif.ExifIFD.FlashpixVersion: b"0100",
        piexif.ExifIFD.ColorSpace: _SRGB,
        piexif.ExifIFD.PixelXDimension: width,
        piexif.ExifIFD.PixelYDimension: height,
    }
    if stamp.image_id:
        exif[piexif.ExifIFD.ImageUniqueID] = stamp.image_id.replace("-", "").encode()
    zeroth: dict[int, object] = {tag: text.encode() for tag, text in texts.items() if text}
    zeroth |= {
        piexif.ImageIFD.XResolution: (72, 1),
        piexif.ImageIFD.YResolution: (72, 1),
        piexif.ImageIFD.ResolutionUnit: _INCH,
        piexif.ImageIFD.YCbCrPositioning: _CENTRED,
    }
    return bytes(piexif.dump({"0th": zeroth, "Exif": exif})).removeprefix(_EXIF)


def user_comment(stamp: RightsStamp) -> str:
    """Return what EXIF has no field for, a line each: the licence (or that there is none), credit, terms."""
    lines = [
        stamp.licence.number if stamp.licence else stamp.other_image_info,
        f"Credit: {stamp.credit_line}" if stamp.credit_line else "",
        f"Terms: {instructions(stamp)}" if instructions(stamp) else "",
    ]
    return "\n".join(line for line in lines if line)


def _iim(stamp: RightsStamp) -> bytes:
    """Return the IIM block.

    Short names keep IIM's own lengths. Credit, notice and terms are written whole all the same: a rights line cut in
    the middle misleads, and every reader we know of takes the longer text.
    """
    whole = 32_000
    values = [(5, both(stamp.title), 64)]
    values += [(25, name, 64) for name in (*stamp.persons, *stamp.keywords)]
    values += [
        (40, instructions(stamp), whole),
        (55, iim_date(stamp.date), 8),
        (80, stamp.creator, 32),
        (103, stamp.licence.number if stamp.licence else "", 32),
        (105, stamp.headline, 256),
        (110, stamp.credit_line, whole),
        (115, stamp.source, 32),
        (116, both(stamp.rights_notice), whole),
        (120, both(stamp.caption), 2_000),
    ]
    return build_iim(values)


def verify_stamp(path: Path, stamp: RightsStamp) -> tuple[str, ...]:
    """Return what is wrong with a stamped file, nothing when all is well.

    Exactly one EXIF, IPTC and XMP block; no thumbnail, place, serial number or trailing bytes; credit, notice, terms
    and licence number the same in all three.
    """
    data = path.read_bytes()
    blocks = find_blocks(data, Blocks())
    claims = (*read_exif(blocks.exif).claims, *read_iptc(blocks.iptc).claims, *read_xmp(blocks.xmp).claims)
    problems = _structure_problems(data, blocks)
    problems += [f"{claim.source} carries {claim.name}" for claim in claims if claim.private]
    expected = _expected(fitted(stamp))
    for fact, values in _told(claims).items():
        problems += [f"{source} says {fact} {value!r}" for source, value in values.items() if value != expected[fact]]
    return tuple(problems)


def _structure_problems(data: bytes, blocks: Blocks) -> list[str]:
    starts = [s.body[:29] for s in jpeg_segments(data) if s.marker in {_APP1, _APP13}]
    counts = {name: sum(start.startswith(name) for start in starts) for name in (_EXIF, _XMP, _PHOTOSHOP)}
    problems = [f"{count} blocks of {name!r}" for name, count in counts.items() if count != 1]
    problems += ["trailing bytes"] if blocks.trailing else []
    problems += ["the IPTC digest does not fit"] if is_newer_than_xmp(blocks.iptc, blocks.iptc_digest) else []
    return problems


def _expected(stamp: RightsStamp) -> dict[str, str]:
    return {
        "credit": stamp.credit_line,
        "notice": both(stamp.rights_notice),
        "terms": instructions(stamp),
        "licence": stamp.licence.number if stamp.licence else "",
    }


def _told(claims: tuple[Claim, ...]) -> Mapping[str, Mapping[str, str]]:
    """Return, for each fact, what each of the three blocks says about it."""
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
