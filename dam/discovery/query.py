"""What somebody looks for, and what they find."""

import base64
import binascii
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import TypeVar
from uuid import UUID

from dam.catalogue.asset import AssetState, Named
from dam.catalogue.description import Description
from dam.catalogue.text import LONGEST_QUERY
from dam.discovery.facets import Facets
from dam.kernel.errors import Fault, Invalid
from dam.kernel.ids import AssetId, CollectionId, HolderId
from dam.kernel.text import Bilingual
from dam.rights.facts import Availability, Verdict

T = TypeVar("T")

DEFAULT_LIMIT = 24
MOST_LIMIT = 100
_YEARS = re.compile(r"(?P<first>\d{4})(?:-(?P<last>\d{4}))?|(?P<decade>\d{3})(?:0s|X)", re.ASCII)
_FIELDS = frozenset({"q", "holder", "collection", "year", "availability", "state"})


@dataclass(frozen=True, slots=True)
class Years:
    """Whole calendar years, both ends included."""

    first: int
    last: int

    @property
    def first_day(self) -> date:
        """The first day of the first year."""
        return date(self.first, 1, 1)

    @property
    def last_day(self) -> date:
        """The last day of the last year."""
        return date(self.last, 12, 31)


@dataclass(frozen=True, slots=True)
class Search:
    """What somebody looks for; what is left out is not asked.

    Shape: `years` matches every photograph whose date, as closely as it is known, may lie in them.
    """

    q: str = ""
    holder: HolderId | None = None
    collection: CollectionId | None = None
    years: Years | None = None
    availability: Verdict | None = None
    state: AssetState | None = None


@dataclass(frozen=True, slots=True)
class Found:
    """A photograph in a list, before rights have said anything.

    Shape: `has_preview` is False while there is none, or while a live restriction hides it from everybody.
    """

    asset_id: AssetId
    accession_number: str
    description: Description
    holder: Named | None
    credit_line: str | None
    state: AssetState
    reason_code: str | None
    restricted: bool
    has_preview: bool
    width_px: int | None
    height_px: int | None

    @property
    def title(self) -> Bilingual:
        """The title, or the accession number where there is none."""
        given = self.description.title
        return given if given.pick("en") else Bilingual(self.accession_number, self.accession_number)

    @property
    def caption(self) -> Bilingual:
        """The caption."""
        return self.description.caption

    @property
    def date(self) -> str:
        """The date of the scene, EDTF."""
        return self.description.date


@dataclass(frozen=True, slots=True)
class Card:
    """A photograph in a list, with whether it could be licensed to the one who looks."""

    photograph: Found
    availability: Availability


@dataclass(frozen=True, slots=True)
class Page:
    """Some of what was found, newest first; `following` opens the next page, None when there is none."""

    items: tuple[Card, ...]
    following: str | None
    facets: Facets


def parse_search(sent: Mapping[str, str]) -> Search:
    """Read a search from the words of a query string; empty words are not asked.

    Raises: Invalid, with every fault.
    """
    faults: list[Fault] = []
    asked = {name: value.strip() for name, value in sent.items() if name in _FIELDS and value.strip()}
    search = Search(
        q=_words(asked.get("q", ""), faults),
        holder=_read(asked, "holder", lambda value: HolderId(UUID(value)), faults),
        collection=_read(asked, "collection", lambda value: CollectionId(UUID(value)), faults),
        years=_read(asked, "year", parse_years, faults),
        availability=_read(asked, "availability", Verdict, faults),
        state=_read(asked, "state", AssetState, faults),
    )
    if faults:
        raise Invalid(faults)
    return search


def parse_years(text: str) -> Years:
    """Read a year, a decade or a stretch of years: `1942`, `1940s`, `194X`, `1937-1945`.

    Raises: ValueError.
    """
    found = _YEARS.fullmatch(text)
    if found is None:
        raise ValueError("not a year")
    if found["decade"]:
        return _in_order(int(found["decade"]) * 10, int(found["decade"]) * 10 + 9)
    return _in_order(int(found["first"]), int(found["last"] or found["first"]))


def write_cursor(asset_id: AssetId) -> str:
    """Return the cursor of the page that begins after this photograph."""
    return base64.urlsafe_b64encode(asset_id.bytes).rstrip(b"=").decode()


def read_cursor(cursor: str) -> AssetId:
    """Return the photograph a cursor stands after.

    Raises: Invalid.
    """
    try:
        return AssetId(UUID(bytes=base64.b64decode(cursor + "==", altchars=b"-_", validate=True)))
    except (ValueError, binascii.Error) as wrong:
        sentence = Bilingual("This is no place in a list. Begin at the first page.", "翻页位置无效，请从第一页开始。")
        raise Invalid([Fault("cursor", "unknown", sentence)]) from wrong


def _in_order(first: int, last: int) -> Years:
    if not 1 <= first <= last:
        raise ValueError("no such years")
    return Years(first, last)


def _words(text: str, faults: list[Fault]) -> str:
    if len(text) > LONGEST_QUERY:
        sentence = Bilingual(f"At most {LONGEST_QUERY} characters.", f"最多 {LONGEST_QUERY} 个字符。")
        faults.append(Fault("q", "too_long", sentence))
    return text


def _read(asked: Mapping[str, str], name: str, read: Callable[[str], T], faults: list[Fault]) -> T | None:
    if name not in asked:
        return None
    try:
        return read(asked[name])
    except ValueError:
        faults.append(Fault(name, "unknown", Bilingual("There is no such choice.", "没有这个选项。")))
        return None
