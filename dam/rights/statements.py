"""What a text may state about its photograph's rights: one statement is one phrase, with where it stands."""

import re
from dataclasses import dataclass
from datetime import date

from dam.rights.facts import RestrictionKind

LONGEST_TEXT = 10_000
"""Characters of one text that are read; what a file says beyond them is not a credit."""

LONGEST_SUBJECT = 400
"""Characters before a phrase in which its subject is looked for."""

_BOUNDARY = re.compile(r"[.!?][\])”\"']*\s+|[;；。！？\n\r|]|\s/\s|\s[-–—]\s")
_OPENING, _CLOSING = "([{（【「《", ")]}）】」》"
_ISO = re.compile(r"(?<!\d)(\d{4})-(\d{2})-(\d{2})(?!\d)")
_HAN_DATE = re.compile(r"(?<!\d)(\d{4})\s*年\s*(\d{1,2})\s*月\s*(\d{1,2})\s*日")
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_MONTH = rf"(?P<month>{'|'.join(_MONTHS)})[a-z]*\.?"
_DAY_FIRST = re.compile(
    rf"(?<!\d)(?P<day>\d{{1,2}})(?:st|nd|rd|th)?\s+(?:of\s+)?{_MONTH},?\s+(?P<year>\d{{4}})", re.IGNORECASE
)
_MONTH_FIRST = re.compile(rf"\b{_MONTH}\s+(?P<day>\d{{1,2}})(?:st|nd|rd|th)?,?\s+(?P<year>\d{{4}})", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement:
    """One phrase that states something about rights.

    Shape: `start` and `end` are offsets in the text; `bar` is set for a restriction, and then `media` and `territory`
    say what it bars; `free_from` is the first day an embargo leaves free.
    """

    start: int
    end: int
    certain: bool
    provider: str | None = None
    grantee: str | None = None
    exclusive: bool = False
    needs_permission: bool = False
    bar: RestrictionKind | None = None
    media: tuple[str, ...] = ()
    territory: tuple[str, ...] = ()
    free_from: date | None = None


@dataclass(frozen=True, slots=True)
class Day:
    """A day that a text names, and the offset at which its name ends."""

    day: date
    end: int


def lead(text: str, start: int) -> str:
    """Return what the sentence, or the bracket, says before the offset: the subject of what follows."""
    before = text[max(0, start - LONGEST_SUBJECT) : start]
    cut = max((found.end() for found in _BOUNDARY.finditer(before)), default=0)
    return before[max(cut, _open_bracket(before)) :].strip()


def day_in(text: str) -> Day | None:
    """Return the first day that the text names without ambiguity: 05/03/2027 is nobody's day."""
    numbered = [(found, (found[1], found[2], found[3])) for rule in (_ISO, _HAN_DATE) if (found := rule.search(text))]
    worded = [
        (found, (found["year"], str(_MONTHS.index(found["month"].lower()) + 1), found["day"]))
        for rule in (_DAY_FIRST, _MONTH_FIRST)
        if (found := rule.search(text))
    ]
    for found, (year, month, day) in sorted([*numbered, *worded], key=lambda one: one[0].start()):
        try:
            return Day(date(int(year), int(month), int(day)), found.end())
        except ValueError:
            continue
    return None


def _open_bracket(before: str) -> int:
    """Return the offset behind the last bracket that is opened and not closed, 0 when there is none."""
    depth = 0
    for place in range(len(before) - 1, -1, -1):
        if before[place] in _CLOSING:
            depth += 1
        elif before[place] in _OPENING:
            if depth == 0:
                return place + 1
            depth -= 1
    return 0
