"""What an auditor does: read the usage log, see its figures, export it; each reading and export is itself logged."""

from collections.abc import Iterator

from dam.audit.events import Event, EventType
from dam.audit.service import append
from dam.audit.usage import store
from dam.audit.usage.nouns import (
    USAGE_READ,
    PartnerUse,
    Reader,
    ReasonCount,
    Step,
    UsageEvent,
    UsageFilter,
    UsagePage,
    UsePoint,
    without_gaps,
)
from dam.audit.usage.sheet import csv_lines
from dam.database.unit import Database
from dam.kernel.clock import Clock
from dam.kernel.errors import NotAllowed
from dam.kernel.ids import EventId, LicenceId

_EXPORT_PAGE = 1000
_MOST_PARTNERS = 20
_MOST_OWN = 50


class AuditService:
    """The auditor's desk."""

    def __init__(self, *, database: Database, clock: Clock, time_zone: str = "Asia/Shanghai") -> None:
        self._database = database
        self._clock = clock
        self._time_zone = time_zone

    def usage(self, actor: Reader, wanted: UsageFilter, cursor: EventId | None = None, limit: int = 50) -> UsagePage:
        """Return one page of events, newest first, and log that it was read.

        Raises: NotAllowed.
        """
        _require(actor)
        with self._database.unit() as unit:
            append(unit, _access(EventType.USAGE_READ, actor, wanted), self._clock())
            found = store.page(unit, wanted, before=cursor, limit=limit + 1)
        items = found[:limit]
        return UsagePage(items, items[-1].event_id if len(found) > limit else None)

    def own_usage(self, actor: Reader, licence: LicenceId) -> tuple[UsageEvent, ...]:
        """Return the newest deliveries and refusals of the reader's own organisation under a licence."""
        wanted = UsageFilter(licence=licence, partner=actor.organisation_id)
        with self._database.unit() as unit:
            return store.page(unit, wanted, before=None, limit=_MOST_OWN)

    def usage_csv(self, actor: Reader, wanted: UsageFilter) -> Iterator[str]:
        """Return the export line by line, logged before the first; events after its start are not in it.

        Raises: NotAllowed, before any line.
        """
        _require(actor)
        with self._database.unit() as unit:
            started = append(unit, _access(EventType.USAGE_EXPORTED, actor, wanted), self._clock())
        return csv_lines(self._all_before(started, wanted))

    def use_over_time(self, actor: Reader, wanted: UsageFilter, step: Step = Step.DAY) -> tuple[UsePoint, ...]:
        """Return the bars of the chart, oldest first, in the archive's own days.

        The figures stand on the page whose reading `usage` logs.
        Raises: NotAllowed.
        """
        _require(actor)
        with self._database.unit() as unit:
            return without_gaps(store.over_time(unit, wanted, step, self._time_zone), step)

    def by_partner(self, actor: Reader, wanted: UsageFilter) -> tuple[PartnerUse, ...]:
        """Return what each organisation took and was refused, the twenty largest.

        Raises: NotAllowed.
        """
        _require(actor)
        with self._database.unit() as unit:
            return store.by_partner(unit, wanted, _MOST_PARTNERS)

    def refusals_by_reason(self, actor: Reader, wanted: UsageFilter) -> tuple[ReasonCount, ...]:
        """Return how many refusals gave each reason.

        Raises: NotAllowed.
        """
        _require(actor)
        with self._database.unit() as unit:
            return store.by_reason(unit, wanted)

    def _all_before(self, newest: EventId, wanted: UsageFilter) -> Iterator[UsageEvent]:
        """A short unit for each thousand: a slow reader must not hold a transaction open."""
        before: EventId | None = newest
        while before is not None:
            with self._database.unit() as unit:
                found = store.page(unit, wanted, before=before, limit=_EXPORT_PAGE)
            yield from found
            before = found[-1].event_id if len(found) == _EXPORT_PAGE else None


def _require(actor: Reader) -> None:
    if USAGE_READ not in actor.permissions:
        raise NotAllowed(USAGE_READ)


def _access(kind: EventType, actor: Reader, wanted: UsageFilter) -> Event:
    return Event(type=kind, actor=actor.person_id, organisation=actor.organisation_id, details=wanted.said())
