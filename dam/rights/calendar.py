"""When a photograph is free: its availability month by month, for many uses at once, from one reading of the facts."""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from dam.kernel.errors import Fault, Invalid
from dam.kernel.ids import OrganisationId
from dam.kernel.span import Span, days
from dam.kernel.text import Bilingual
from dam.rights.agreement import UseDraft, check_use
from dam.rights.decision import availability
from dam.rights.facts import DEFAULT_TZ, Action, Availability, Facts, Use
from dam.rights.territories import territory_set
from dam.rights.vocabularies import media_set

Place = tuple[int, ...]

MOST_MONTHS = 24
MOST_COLUMNS = 100
MEDIA_GROUPS = (
    "editorial.news",
    "editorial.magazine",
    "editorial.book",
    "editorial.broadcast",
    "editorial.academic",
    "exhibition",
    "commercial.advertising",
    "commercial.merchandise",
    "commercial.corporate",
    "machine",
)
TERRITORY_GROUPS = ("WORLD", "CHN+", "EU", "142", "150", "019", "002", "009")
"""The whole world, two groups, and the continents where anybody publishes."""


@dataclass(frozen=True, slots=True)
class Column:
    """One use: a territory and a medium, each by its code."""

    territory: str
    media: str


@dataclass(frozen=True, slots=True)
class Month:
    """A calendar month, or what is left of the first one; both days are included."""

    first: date
    last: date


@dataclass(frozen=True, slots=True)
class Calendar:
    """The availability of one photograph.

    Shape: `cells[month][column]`.
    """

    columns: tuple[Column, ...]
    months: tuple[Month, ...]
    cells: tuple[tuple[Availability, ...], ...]


def months_from(today: date, count: int = MOST_MONTHS) -> tuple[Month, ...]:
    """Return so many months, the first one begun today."""
    found: list[Month] = []
    first = today
    for _ in range(count):
        following = (first.replace(day=1) + timedelta(days=32)).replace(day=1)
        found.append(Month(first, following - timedelta(days=1)))
        first = following
    return tuple(found)


def product(territories: Iterable[str], media: Sequence[str]) -> tuple[Column, ...]:
    """Return every territory with every medium."""
    return tuple(Column(territory, medium) for territory in territories for medium in media)


def check_columns(columns: Sequence[Column]) -> None:
    """Go on only with uses that can be answered.

    Raises: Invalid with every fault.
    """
    if len(columns) > MOST_COLUMNS:
        sentence = Bilingual(
            f"At most {MOST_COLUMNS} pairs of territory and medium.", f"地域与媒介的组合最多 {MOST_COLUMNS} 个。"
        )
        raise Invalid([Fault("territory", "too_many", sentence)])
    media, territory = ([*dict.fromkeys(codes)] for codes in (map(_media, columns), map(_territory, columns)))
    check_use(UseDraft(media, territory))


def calendar(
    facts: Facts,
    party: OrganisationId | None,
    columns: Sequence[Column],
    months: Sequence[Month],
    at: datetime,
    tz: str = DEFAULT_TZ,
) -> Calendar:
    """Return the availability of every use in every month, for the whole of that month.

    Raises: UnknownCode.
    """
    sets = [(territory_set([column.territory]), media_set([column.media])) for column in columns]
    edges = _edges(facts)
    rows: dict[Place, tuple[Availability, ...]] = {}
    cells = []
    for month in months:
        span = days(month.first, month.last, tz)
        place = _place(span, edges)
        if place not in rows:
            uses = [Use(Action.PUBLISH, party, media, territory, span) for territory, media in sets]
            rows[place] = tuple(availability(use, facts, at) for use in uses)
        cells.append(rows[place])
    return Calendar(tuple(columns), tuple(months), tuple(cells))


def _media(column: Column) -> str:
    return column.media


def _territory(column: Column) -> str:
    return column.territory


def _edges(facts: Facts) -> list[datetime]:
    kinds = [(one.restrictions, one.rights_in, one.exclusives) for one in facts.all_known]
    spans = [item.span for one in kinds for items in one for item in items]
    return sorted({edge for span in spans for edge in (span.start, span.end) if edge is not None})


def _place(span: Span, edges: list[datetime]) -> Place:
    """Return where the span lies among the edges: spans of one place are judged alike, for only order counts."""
    ends = (span.start, span.end) if span.end else (span.start,)
    return tuple(find(edges, end) for end in ends for find in (bisect_left, bisect_right))
