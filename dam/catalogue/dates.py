"""Dates of scenes: EDTF as the record, two plain dates for searching."""

import re
from dataclasses import dataclass
from datetime import date
from time import struct_time

from edtf import parse_edtf

LONGEST_DATE = 64

_PART = r"[0-9X]{4}(-([0-9]{2}|XX)(-([0-9]{2}|XX))?)?[~?%]?"
_EDGE = rf"({_PART}|\.\.)"
_SHAPE = re.compile(rf"{_PART}|{_EDGE}/{_EDGE}|\[[0-9X~?%,. -]+\]|\{{[0-9X~?%,. -]+\}}")
_CHINESE = re.compile(
    r"(?:(?P<year>\d{4})|民国(?P<republic>\d{1,3}|元))年(?:(?P<month>\d{1,2})月(?:(?P<day>\d{1,2})日)?)?"
)
_YEAR_BEFORE_REPUBLIC = 1911


@dataclass(frozen=True, slots=True)
class SceneDate:
    """When a photograph was taken, as closely as is known.

    Shape: `edtf` as written (EDTF level 1 and sets); `earliest` and `latest` inclusive, None where it is open.
    """

    edtf: str
    earliest: date | None
    latest: date | None


def scene_date(text: str) -> SceneDate:
    """Read an EDTF date, or a Chinese one (`1942年7月`, `民国31年`) turned into EDTF.

    Raises: ValueError when it is neither, or lies outside the years 1 to 9999.
    Source: EDTF, ISO 8601-2:2019.
    """
    edtf = _from_chinese(text.strip()) or text.strip()
    if len(edtf) > LONGEST_DATE or not _SHAPE.fullmatch(edtf):
        raise ValueError("not an EDTF date")
    try:
        parsed = parse_edtf(edtf)
        earliest, latest = _day(parsed.lower_strict()), _day(parsed.upper_strict())
    except Exception as error:  # the parser raises whatever it trips over
        raise ValueError("not an EDTF date") from error
    if earliest is None and latest is None:
        raise ValueError("says nothing")
    if earliest is not None and latest is not None and latest < earliest:
        raise ValueError("ends before it starts")
    return SceneDate(edtf, earliest, latest)


def _from_chinese(text: str) -> str | None:
    found = _CHINESE.fullmatch(text)
    if found is None:
        return None
    parts = [f"{_gregorian(found):04d}"]
    parts += [f"{int(found[name]):02d}" for name in ("month", "day") if found[name]]
    return "-".join(parts)


def _gregorian(found: re.Match[str]) -> int:
    if found["year"]:
        return int(found["year"])
    return _YEAR_BEFORE_REPUBLIC + (1 if found["republic"] == "元" else int(found["republic"]))


def _day(edge: struct_time | float) -> date | None:
    if isinstance(edge, struct_time):
        return date(edge.tm_year, edge.tm_mon, edge.tm_mday)
    return None
