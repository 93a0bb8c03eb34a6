"""When a photograph is free: its availability month by month, for many uses at once, from one reading of the facts."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from dam.kernel.ids import OrganisationId
from dam.kernel.span import days
from dam.rights.decision import availability
from dam.rights.facts import DEFAULT_TZ, Action, Availability, Facts, Use
from dam.rights.territories import territory_set
from dam.rights.vocabularies import media_set

MOST_MONTHS = 24
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
    spans = [days(month.first, month.last, tz) for month in months]
    cells = tuple(
        tuple(availability(Use(Action.PUBLISH, party, media, territory, span), facts, at) for territory, media in sets)
        for span in spans
    )
    return Calendar(tuple(columns), tuple(months), cells)
