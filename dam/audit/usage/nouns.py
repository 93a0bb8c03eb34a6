"""The words of a usage report: events as an auditor reads them, filters, and figures."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Protocol

from dam.kernel.ids import AssetId, EventId, LicenceId, OrganisationId, PersonId
from dam.kernel.text import Bilingual

USAGE_READ = "audit.usage.read"
"""The permission's name; the enum of permissions lies on a floor above this one, and a test holds the two together."""


class Outcome(StrEnum):
    """What became of the ask."""

    DELIVERED = "delivered"
    REFUSED = "refused"


class Rendition(StrEnum):
    """What was asked for."""

    THUMBNAIL = "thumbnail"
    PREVIEW = "preview"
    COPY = "copy"


class Step(StrEnum):
    """The length of one bar of the chart; the value is PostgreSQL's word for it."""

    DAY = "day"
    WEEK = "week"
    MONTH = "month"


class Reader(Protocol):
    """A signed-in person, as far as this room needs to know one."""

    @property
    def person_id(self) -> PersonId:
        """Who reads."""

    @property
    def organisation_id(self) -> OrganisationId:
        """For which organisation."""

    @property
    def permissions(self) -> frozenset[str]:
        """What the person may attempt."""


@dataclass(frozen=True, slots=True)
class UsageFilter:
    """Which events are meant; what is None does not narrow.

    Shape: events of `[since, until)`.
    """

    since: datetime | None = None
    until: datetime | None = None
    partner: OrganisationId | None = None
    asset: AssetId | None = None
    licence: LicenceId | None = None
    actor: PersonId | None = None
    rendition: Rendition | None = None
    outcome: Outcome | None = None

    def said(self) -> dict[str, str]:
        """Return what narrows, as words for the log of who read what."""
        values = {name: getattr(self, name) for name in self.__slots__}
        return {name: _word(value) for name, value in values.items() if value is not None}


@dataclass(frozen=True, slots=True)
class UsageEvent:
    """One delivery or refusal, with the names of today beside the identifiers that were logged.

    Units: `size_bytes` promised by the answer, 0 for an answer without bytes. `log_index` is None until the
    transparency log gives the event its place.
    """

    event_id: EventId
    at: datetime
    outcome: Outcome
    rendition: str | None
    asset: AssetId | None
    accession_number: str | None
    licence: LicenceId | None
    licence_number: str | None
    partner: OrganisationId | None
    partner_name: Bilingual | None
    actor: PersonId | None
    actor_name: str | None
    reasons: tuple[str, ...]
    size_bytes: int
    method: str | None
    log_index: int | None = None


@dataclass(frozen=True, slots=True)
class UsagePage:
    """Some events, newest first, and where the next page begins."""

    items: tuple[UsageEvent, ...]
    next: EventId | None


@dataclass(frozen=True, slots=True)
class UsePoint:
    """One bar of the chart: the day it starts on, and what happened in it.

    Units: `copies` counts deliveries, however often each was fetched; `views` marked renditions; `refused` refusals.
    """

    starts_on: date
    copies: int
    views: int
    refused: int


@dataclass(frozen=True, slots=True)
class PartnerUse:
    """What one organisation took and was refused; units as `UsePoint`."""

    partner: OrganisationId | None
    partner_name: Bilingual | None
    copies: int
    views: int
    refused: int


@dataclass(frozen=True, slots=True)
class ReasonCount:
    """How many refusals gave this reason; one refusal may give several."""

    code: str
    refused: int


def without_gaps(points: Iterable[UsePoint], step: Step) -> tuple[UsePoint, ...]:
    """Return the points in order, with an empty one wherever nothing happened between the first and the last."""
    known = {point.starts_on: point for point in points}
    if not known:
        return ()
    return tuple(known.get(day, UsePoint(day, 0, 0, 0)) for day in _starts(min(known), max(known), step))


def _starts(first: date, last: date, step: Step) -> Iterator[date]:
    day = first
    while day <= last:
        yield day
        day = _following(day, step)


def _following(day: date, step: Step) -> date:
    match step:
        case Step.DAY:
            return day + timedelta(days=1)
        case Step.WEEK:
            return day + timedelta(days=7)
        case Step.MONTH:
            return (day.replace(day=1) + timedelta(days=32)).replace(day=1)


def _word(value: object) -> str:
    return value.isoformat() if isinstance(value, datetime) else str(value)
