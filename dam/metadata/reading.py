"""Reads everything a file says about itself, as claims, within fixed bounds."""

import json
import mmap
from dataclasses import asdict, replace
from pathlib import Path

from dam.metadata.claims import Claim, Reading, ReadWarning
from dam.metadata.containers import Blocks, find_blocks
from dam.metadata.exif import ExifReading, read_exif
from dam.metadata.iptc import is_newer_than_xmp, read_iptc
from dam.metadata.suggestions import choose
from dam.metadata.warnings import warning
from dam.metadata.xmp import XmpReading, join_extended, read_xmp

MOST_CLAIMS = 5_000
MOST_JSON_BYTES = 900_000
_LAST_ORIENTATION = 8


def read(path: Path, found: Blocks | None = None) -> Reading:
    """Return the claims, warnings and suggestions of the file; broken metadata is a warning, never an error.

    Shape: `found` holds the blocks another reader saw, for formats whose boxes are not walked here.
    Call it in a limited child process: the bytes are untrusted.
    """
    if path.stat().st_size == 0:
        return Reading()
    with path.open("rb") as stream, mmap.mmap(stream.fileno(), 0, access=mmap.ACCESS_READ) as data:
        return read_blocks(find_blocks(data, found or Blocks()))


def read_blocks(blocks: Blocks) -> Reading:
    """Return the reading of metadata blocks already found."""
    exif = read_exif(blocks.exif) if len(blocks.exif) else ExifReading()
    iptc, xmp = read_iptc(blocks.iptc), read_xmp(blocks.xmp)
    extended, lie = _extended(blocks, xmp)
    newer = is_newer_than_xmp(blocks.iptc, blocks.iptc_digest) if blocks.iptc else False
    claims = (*exif.claims, *iptc.claims, *xmp.claims, *extended)
    guessed = (*exif.guessed, *iptc.guessed)
    choice = choose(claims, iptc_newer=newer)
    warnings = [
        *_exif_warnings(exif, blocks),
        *([warning("iptc_damaged", iptc.broken)] if iptc.broken else []),
        *([warning(xmp.refused)] if xmp.refused else []),
        *([warning("xmp_extended_broken")] if lie else []),
        *([warning("charset_guessed", ", ".join(guessed))] if guessed else []),
        *([warning("trailing_bytes", str(blocks.trailing))] if blocks.trailing else []),
        *([warning("iptc_newer_than_xmp")] if newer else []),
        *choice.warnings,
    ]
    return _bounded(Reading(claims, tuple(warnings), choice.suggested))


def _exif_warnings(exif: ExifReading, blocks: Blocks) -> list[ReadWarning]:
    warnings = []
    if exif.broken:
        warnings.append(warning("exif_damaged" if exif.claims else "exif_unreadable", "; ".join(exif.broken[:8])))
    if blocks.exif_count > 1:
        warnings.append(warning("exif_repeated", str(blocks.exif_count)))
    if exif.orientation is not None and not 1 <= exif.orientation <= _LAST_ORIENTATION:
        warnings.append(warning("orientation_invalid", str(exif.orientation)))
    return warnings


def _extended(blocks: Blocks, xmp: XmpReading) -> tuple[tuple[Claim, ...], bool]:
    """Return the claims of the extended XMP, and whether it lied about itself."""
    if not blocks.extended_xmp:
        return (), False
    whole = join_extended(blocks.extended_xmp, xmp.claims)
    reading = read_xmp(whole) if whole else XmpReading(refused="xmp_unreadable")
    return reading.claims, bool(reading.refused)


def _bounded(reading: Reading) -> Reading:
    """Keep the reading under its bounds: the longest claims go first."""
    kept = reading.claims[:MOST_CLAIMS]
    sizes = {id(claim): len(json.dumps(asdict(claim))) + 2 for claim in kept}
    total, dropped = sum(sizes.values()), set()
    for claim in sorted(kept, key=lambda each: -sizes[id(each)]):
        if total <= MOST_JSON_BYTES:
            break
        total -= sizes[id(claim)]
        dropped.add(id(claim))
    if len(kept) == len(reading.claims) and not dropped:
        return reading
    cut = warning("claims_cut", str(len(reading.claims) - len(kept) + len(dropped)))
    claims = tuple(claim for claim in kept if id(claim) not in dropped)
    return replace(reading, claims=claims, warnings=(*reading.warnings, cut))
