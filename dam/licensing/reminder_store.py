"""The only SQL about reminders: what ends or is due soon, and what was told of it already."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import ARRAY, ColumnElement, Integer, Select, Table, and_, case, func, literal, select, tuple_
from sqlalchemy.dialects.postgresql import insert

from dam.database.tables.licensing import licence
from dam.database.tables.reports import reminder, renewal
from dam.database.tables.rights import agreement
from dam.database.unit import Unit
from dam.kernel.ids import LicenceId, OrganisationId
from dam.licensing import report_store
from dam.licensing.licence import LicenceState
from dam.licensing.reminding import ENDING_STEPS, OVERDUE, REPORT_STEPS, ReminderKind

_LIVE = licence.c.state.in_([LicenceState.ACTIVE.value, LicenceState.SUSPENDED.value])
_FOLLOWING = licence.alias("following")
_FOLLOWS = [LicenceState.OFFERED.value, LicenceState.ACTIVE.value, LicenceState.SUSPENDED.value]


@dataclass(frozen=True, slots=True)
class Coming:
    """Something that ends or is due on a day of its own zone; `done` are the steps people were reminded at.

    Units: `missing` photographs whose use is not reported, nought for what ends.
    """

    kind: ReminderKind
    subject_id: UUID
    number: str
    organisation: OrganisationId | None
    due_on: date
    time_zone: str
    done: frozenset[int]
    missing: int = 0


def ending_licences(unit: Unit, at: datetime, *, after: Coming | None, limit: int) -> list[Coming]:
    """Return licences in force that end soon, are not renewed, and may have to be told of, the earliest first."""
    query = _ending(licence, ReminderKind.LICENCE, licence.c.time_zone, licence.c.organisation_id, at)
    return _found(unit, query.where(_LIVE, ~_renewed()), licence, ReminderKind.LICENCE, after, limit)


def ending_agreements(unit: Unit, at: datetime, *, after: Coming | None, limit: int) -> list[Coming]:
    """Return supply agreements that end soon and may have to be told of, the earliest first."""
    query = _ending(agreement, ReminderKind.AGREEMENT, agreement.c.tz, literal(None), at)
    return _found(unit, query.where(agreement.c.state == "active"), agreement, ReminderKind.AGREEMENT, after, limit)


def due_reports(unit: Unit, at: datetime, *, after: Coming | None, limit: int) -> list[Coming]:
    """Return licences whose reports of use are due soon or overdue and may have to be told of, the earliest first."""
    days = report_store.due_days()
    left = days.c.due_on - at.astimezone(UTC).date()
    nearest = case((left <= 0, OVERDUE), else_=REPORT_STEPS[0])
    told = _told(ReminderKind.REPORT, days.c.licence_id, days.c.due_on)
    query = select(days, _done(told).label("done")).where(left <= max(REPORT_STEPS) + 1, ~_at_least(told, nearest))
    if after is not None:
        query = query.where(
            tuple_(days.c.due_on, days.c.licence_id) > tuple_(literal(after.due_on), literal(after.subject_id))
        )
    query = query.order_by(days.c.due_on, days.c.licence_id).limit(limit)
    return [
        Coming(
            ReminderKind.REPORT,
            row.licence_id,
            row.number,
            OrganisationId(row.organisation_id),
            row.due_on,
            row.time_zone,
            frozenset(row.done),
            row.missing,
        )
        for row in unit.connection.execute(query)
    ]


def still_live(unit: Unit, licence_id: LicenceId) -> bool:
    """Tell whether the licence is still in force and not renewed, and keep it so until this unit ends."""
    query = select(licence.c.id).where(licence.c.id == licence_id, _LIVE, ~_renewed()).with_for_update(of=licence)
    return unit.connection.execute(query).first() is not None


def note(unit: Unit, coming: Coming, step: int, at: datetime) -> bool:
    """Write down that people are reminded at the step; False when somebody did so already."""
    row = {
        "kind": coming.kind.value,
        "subject_id": coming.subject_id,
        "due_on": coming.due_on,
        "step": step,
        "at": at,
    }
    wanted = insert(reminder).values(row).on_conflict_do_nothing().returning(reminder.c.step)
    return unit.connection.execute(wanted).first() is not None


def _ending(
    table: Table, kind: ReminderKind, zone: ColumnElement[str], owner: ColumnElement[Any], at: datetime
) -> Select[Any]:
    """Return what may end within the steps: zones differ by less than a day from UTC, so a day more is looked at."""
    today = at.astimezone(UTC).date()
    left = table.c.ends_on - today
    seven, thirty, ninety = sorted(ENDING_STEPS)
    nearest = case((left <= seven + 1, seven), (left <= thirty + 1, thirty), else_=ninety)
    told = _told(kind, table.c.id, table.c.ends_on)
    return select(
        table.c.id, table.c.number, owner.label("owner"), table.c.ends_on, zone.label("zone"), _done(told).label("done")
    ).where(
        table.c.ends_on >= today - timedelta(days=1),
        table.c.ends_on <= today + timedelta(days=ninety + 1),
        ~_at_least(told, nearest),
    )


def _found(
    unit: Unit, query: Select[Any], table: Table, kind: ReminderKind, after: Coming | None, limit: int
) -> list[Coming]:
    if after is not None:
        query = query.where(
            tuple_(table.c.ends_on, table.c.id) > tuple_(literal(after.due_on), literal(after.subject_id))
        )
    rows = unit.connection.execute(query.order_by(table.c.ends_on, table.c.id).limit(limit))
    return [Coming(kind, row.id, row.number, row.owner, row.ends_on, row.zone, frozenset(row.done)) for row in rows]


def _told(kind: ReminderKind, subject: ColumnElement[Any], day: ColumnElement[Any]) -> ColumnElement[bool]:
    return and_(reminder.c.kind == kind.value, reminder.c.subject_id == subject, reminder.c.due_on == day)


def _done(told: ColumnElement[bool]) -> ColumnElement[Sequence[int]]:
    steps = select(func.array_agg(reminder.c.step)).where(told).scalar_subquery()
    return func.coalesce(steps, literal([], ARRAY(Integer)))


def _at_least(told: ColumnElement[bool], nearest: ColumnElement[int]) -> ColumnElement[bool]:
    """Tell whether people were reminded at the nearest step that may be due, or at one after it."""
    return select(literal(1)).where(told, reminder.c.step <= nearest).exists()


def _renewed() -> ColumnElement[bool]:
    """Tell whether a licence follows this one."""
    return (
        select(literal(1))
        .select_from(renewal.join(_FOLLOWING, _FOLLOWING.c.request_id == renewal.c.request_id))
        .where(renewal.c.licence_id == licence.c.id, _FOLLOWING.c.state.in_(_FOLLOWS))
        .exists()
    )
