"""Which bytes of a whole are meant: ranges and validators, judged without any I/O."""

import re
from dataclasses import dataclass
from enum import IntEnum

from dam.delivery.asks import Method, Terms

_SINGLE = re.compile(r"bytes=\s*(\d{0,19})-(\d{0,19})\s*", re.ASCII | re.IGNORECASE)


class Answer(IntEnum):
    """The four ways a permitted ask for bytes is answered; each number is the status it has in HTTP."""

    WHOLE = 200
    PART = 206
    UNCHANGED = 304
    UNSATISFIABLE = 416


@dataclass(frozen=True, slots=True)
class Extent:
    """The part of the whole that is meant.

    Units: bytes. Shape: `[start, end)` of `total_bytes`.
    """

    answer: Answer
    start: int
    end: int
    total_bytes: int

    @property
    def size_bytes(self) -> int:
        """How many bytes the part has."""
        return self.end - self.start


def extent(terms: Terms, etag: str, total_bytes: int) -> Extent:
    """Return which bytes the terms ask for, of a whole with this entity tag.

    A range is read for GET alone; several ranges, another unit, a malformed range, or an `If-Range` that does not match
    are answered with the whole.
    Source: RFC 9110 sections 13.1.2, 13.1.5, 14.1.2 and 14.2.
    """
    if terms.if_none_match is not None and _matches_weakly(terms.if_none_match, etag):
        return Extent(Answer.UNCHANGED, 0, 0, total_bytes)
    if terms.method is not Method.GET or terms.range_text is None or not _still_the_same(terms.if_range, etag):
        return Extent(Answer.WHOLE, 0, total_bytes, total_bytes)
    return _part(terms.range_text, total_bytes)


def _part(text: str, total_bytes: int) -> Extent:
    found = _SINGLE.fullmatch(text)
    first, last = found.groups() if found else ("", "")
    if not (first or last) or (first and last and int(last) < int(first)):
        return Extent(Answer.WHOLE, 0, total_bytes, total_bytes)
    start = int(first) if first else max(0, total_bytes - int(last))
    end = min(total_bytes, int(last) + 1) if first and last else total_bytes
    if start >= end:
        return Extent(Answer.UNSATISFIABLE, 0, 0, total_bytes)
    return Extent(Answer.PART, start, end, total_bytes)


def _still_the_same(if_range: str | None, etag: str) -> bool:
    """`If-Range` compares strongly: a weak tag, a date or another tag means the whole must be sent."""
    return if_range is None or if_range.strip() == etag


def _matches_weakly(if_none_match: str, etag: str) -> bool:
    tags = [tag.strip() for tag in if_none_match.split(",")]
    return "*" in tags or any(tag.removeprefix("W/") == etag for tag in tags)
