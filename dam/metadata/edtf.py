"""Dates as archives know them: EDTF text with the first and last day it may mean."""

import re
from dataclasses import dataclass
from datetime import date
from time import struct_time

from edtf import parse_edtf
from edtf.parser.edtf_exceptions import EDTFParseException

from dam.metadata.dates import suggest

_LONGEST = 100
_HALF_UNKNOWN = re.compile(r"-\dX")
"""`1942-1X`: allowed by EDTF, but the parser breaks on it and prints to standard output."""

_STUMBLES = (AttributeError, TypeError, OverflowError, ArithmeticError, IndexError, KeyError)
"""What the parser raises over text it half accepts, such as `../1945`."""


@dataclass(frozen=True, slots=True)
class Edtf:
    """One date of an archive.

    Shape: `earliest` and `latest` are the first and last day it may mean, both included.
    """

    text: str
    earliest: date
    latest: date


def parse(text: str) -> Edtf:
    """Return the date with its bounds.

    Shape: EDTF levels 0 to 2 with both ends known: `1942-07`, `1942~`, `194X`, `1942-06/1942-08`.
    Raises: ValueError where it is no EDTF, has an open end, or lies outside the years 1 to 9999.
    """
    text = text.strip()
    if not text or len(text) > _LONGEST or _HALF_UNKNOWN.search(text):
        raise ValueError("not an EDTF date")
    try:
        parsed = parse_edtf(text)
        earliest, latest = _day(parsed.lower_fuzzy()), _day(parsed.upper_fuzzy())
    except (EDTFParseException, *_STUMBLES) as error:
        raise ValueError("not an EDTF date with two ends") from error
    if latest < earliest:
        raise ValueError("the date ends before it begins")
    return Edtf(text, earliest, latest)


def suggest_edtf(text: str) -> Edtf | None:
    """Return the date a caption or camera means, for an archivist to confirm; None where it cannot be told."""
    found = suggest(text)
    return parse(found) if found else None


def _day(bound: struct_time) -> date:
    return date(bound.tm_year, bound.tm_mon, bound.tm_mday)
