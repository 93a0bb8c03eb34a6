"""The only SQL about reports of use: what was stated, and what is still to be stated."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CTE, ColumnElement, RowMapping, Select, func, insert, literal, or_, select, tuple_

from dam.accounts.people import Actor
from dam.database.tables.accounts import organisation, person
from dam.database.tables.catalogue import asset
from dam.database.tables.licensing import licence, licence_item
from dam.database.tables.reports import use_report
from dam.database.tables.rights import grant_line
from dam.database.unit import Unit
from dam.kernel.ids import AssetId, LicenceId, OrganisationId, ReportId
from dam.licensing import rows_store as rows
from dam.licensing.codes import media_named, territory_named
from dam.licensing.conditions import SettledConditions
from dam.licensing.paging import Place
from dam.licensing.reminding import days_left
from dam.licensing.reports import DueRow, Flag, ReportDraft, ReportView

_LATER = use_report.alias("later")
_OWN = ("unused", "title", "url", "published_on", "print_run", "note")
_KEPT = ("id", "licence_id", "amends", "reported_at", "medium", "territory", "flags", *_OWN)


@dataclass(frozen=True, slots=True)
class DuePlace:
    """Where the list of due reports goes on: the day, then the licence."""

    due_on: date
    licence_id: UUID


def insert_report(
    unit: Unit,
    report_id: ReportId,
    licence_id: LicenceId,
    actor: Actor,
    draft: ReportDraft,
    *,
    flags: tuple[Flag, ...],
    at: datetime,
) -> None:
    """Write a statement down; nothing changes it afterwards."""
    unit.connection.execute(
        insert(use_report).values(
            id=report_id,
            licence_id=licence_id,
            asset_id=draft.asset_id,
            amends=draft.amends,
            reported_by=actor.person_id,
            reported_at=at,
            unused=draft.unused,
            medium=draft.medium or None,
            territory=list(dict.fromkeys(draft.territory)),
            title=draft.title.strip(),
            url=draft.url.strip(),
            published_on=draft.published_on,
            print_run=draft.print_run,
            note=draft.note.strip(),
            flags=[flag.value for flag in flags],
        )
    )


def report(unit: Unit, report_id: ReportId) -> ReportView | None:
    """Return one statement."""
    row = unit.connection.execute(_reports().where(use_report.c.id == report_id)).mappings().first()
    return None if row is None else _report(row)


def page(unit: Unit, licence_id: LicenceId, *, after: Place | None, limit: int) -> list[ReportView]:
    """Return one page of the statements about a licence, newest first, amended ones too."""
    wanted = [use_report.c.licence_id == licence_id]
    if after is not None:
        key = tuple_(use_report.c.reported_at, use_report.c.id)
        wanted.append(key < tuple_(literal(after.at), literal(after.row_id)))
    query = _reports().where(*wanted).order_by(use_report.c.reported_at.desc(), use_report.c.id.desc()).limit(limit)
    return [_report(row) for row in unit.connection.execute(query).mappings()]


def placed(row: ReportView) -> Place:
    """Return the place of the row in its list."""
    return Place(row.reported_at, UUID(str(row.report_id)))


def conditions(unit: Unit, licence_id: LicenceId, asset_id: AssetId) -> SettledConditions | None:
    """Return the conditions of one photograph of a licence, None where it holds no such photograph."""
    query = select(*rows.conditions_columns(licence_item)).where(
        licence_item.c.licence_id == licence_id, licence_item.c.asset_id == asset_id
    )
    row = unit.connection.execute(query).mappings().first()
    return None if row is None else rows.conditions_of(row)


def due(
    unit: Unit,
    *,
    of: OrganisationId | None,
    at: datetime,
    after: DuePlace | None = None,
    only: LicenceId | None = None,
    limit: int,
) -> list[DueRow]:
    """Return licences under which photographs were delivered but not reported, the earliest due day first."""
    days = due_days()
    wanted: list[ColumnElement[bool]] = []
    if of is not None:
        wanted.append(days.c.organisation_id == of)
    if only is not None:
        wanted.append(days.c.licence_id == only)
    if after is not None:
        key = tuple_(days.c.due_on, days.c.licence_id)
        wanted.append(key > tuple_(literal(after.due_on), literal(after.licence_id)))
    query = (
        select(days, *rows.organisation_columns(organisation, "licensee"))
        .join(organisation, organisation.c.id == days.c.organisation_id)
        .where(*wanted)
        .order_by(days.c.due_on, days.c.licence_id)
        .limit(limit)
    )
    return [_due(row, at) for row in unit.connection.execute(query).mappings()]


def due_days() -> CTE:
    """Return licences with the days on which reports are due and how many photographs each day concerns.

    The day is the one that was set, or so many days after the last on which a use may begin, whichever comes first.
    """
    term_end = licence.c.ends_on + licence_item.c.report_within_days
    due_on = func.least(licence_item.c.report_by, term_end)
    reported = select(literal(1)).where(
        use_report.c.licence_id == licence_item.c.licence_id, use_report.c.asset_id == licence_item.c.asset_id
    )
    agreed = or_(licence_item.c.report_within_days.is_not(None), licence_item.c.report_by.is_not(None))
    return (
        select(
            licence.c.id.label("licence_id"),
            licence.c.number,
            licence.c.time_zone,
            licence.c.organisation_id,
            due_on.label("due_on"),
            func.count().label("missing"),
        )
        .join_from(licence_item, licence, licence.c.id == licence_item.c.licence_id)
        .join(grant_line, grant_line.c.id == licence_item.c.line_id)
        .where(agreed, grant_line.c.used > 0, ~reported.exists())
        .group_by(licence.c.id, due_on)
        .cte("due_days")
    )


def _reports() -> Select[Any]:
    return (
        select(
            *(use_report.c[name] for name in _KEPT),
            _LATER.c.id.label("amended_by"),
            *rows.asset_columns(),
            *rows.person_columns(person, organisation, "by"),
        )
        .join(asset, asset.c.id == use_report.c.asset_id)
        .join(person, person.c.id == use_report.c.reported_by)
        .join(organisation, organisation.c.id == person.c.organisation_id)
        .outerjoin(_LATER, _LATER.c.amends == use_report.c.id)
    )


def _report(row: RowMapping) -> ReportView:
    return ReportView(
        report_id=ReportId(row["id"]),
        licence_id=LicenceId(row["licence_id"]),
        asset=rows.asset_ref(row),
        medium=media_named([row["medium"]])[0] if row["medium"] else None,
        territory=territory_named(row["territory"]),
        flags=tuple(Flag(one) for one in row["flags"]),
        amends=row["amends"],
        amended_by=row["amended_by"],
        reported_by=rows.person_ref(row, "by"),
        reported_at=row["reported_at"],
        **{name: row[name] for name in _OWN},
    )


def _due(row: RowMapping, at: datetime) -> DueRow:
    return DueRow(
        licence_id=LicenceId(row["licence_id"]),
        number=row["number"],
        licensee=rows.organisation_ref(row, "licensee"),
        due_on=row["due_on"],
        missing=row["missing"],
        time_zone=row["time_zone"],
        overdue=days_left(row["due_on"], at, row["time_zone"]) < 0,
    )
