"""The only SQL of the log's reading side; names are joined in the same query, for the log keeps identifiers alone."""

from collections.abc import Sequence
from datetime import date

from sqlalchemy import (
    ColumnElement,
    Date,
    Row,
    Select,
    and_,
    case,
    cast,
    column,
    func,
    literal_column,
    or_,
    select,
)
from sqlalchemy.dialects.postgresql import JSONB

from dam.audit.events import USAGE_TYPES, EventType
from dam.audit.identity import lowest_event_id
from dam.audit.usage.nouns import Outcome, PartnerUse, ReasonCount, Step, UsageEvent, UsageFilter, UsePoint
from dam.database.tables.accounts import organisation, person
from dam.database.tables.audit import event, leaf
from dam.database.tables.catalogue import asset
from dam.database.tables.licensing import licence
from dam.database.unit import Unit
from dam.kernel.ids import AssetId, EventId, LicenceId, OrganisationId, PersonId
from dam.kernel.text import Bilingual

_REFUSED = (EventType.RENDITION_REFUSED, EventType.COPY_REFUSED)
_DELIVERED = tuple(sorted(USAGE_TYPES - frozenset(_REFUSED)))
_ENTRY = func.au.j(event.c.entry, type_=JSONB)
_SENT = func.coalesce(event.c.size_bytes, 0) > 0

_COPIES = func.count(event.c.delivery.distinct()).filter(event.c.type == EventType.COPY_DELIVERED, _SENT)
_VIEWS = func.count().filter(event.c.type == EventType.RENDITION_VIEWED, _SENT)
_REFUSALS = func.count().filter(event.c.type.in_(_REFUSED))


def page(unit: Unit, wanted: UsageFilter, *, before: EventId | None, limit: int) -> tuple[UsageEvent, ...]:
    """Return the newest events that are meant and lie before the given one."""
    query = _named().where(*_conditions(wanted)).order_by(event.c.event_id.desc()).limit(limit)
    if before is not None:
        query = query.where(event.c.event_id < before)
    return tuple(_usage_event(row) for row in unit.connection.execute(query))


def placed(unit: Unit, wanted: UsageFilter, *, after: int, size: int, limit: int) -> tuple[tuple[int, bytes], ...]:
    """Return places and entries of the events that are meant, in the order of the log, and of its announced keys."""
    meant = or_(and_(*_conditions(wanted)), event.c.type == EventType.KEY_ANNOUNCED)
    query = (
        select(leaf.c.leaf_index, event.c.entry)
        .select_from(leaf.join(event, event.c.event_id == leaf.c.event_id))
        .where(leaf.c.leaf_index > after, leaf.c.leaf_index < size, meant)
        .order_by(leaf.c.leaf_index)
        .limit(limit)
    )
    return tuple((row.leaf_index, bytes(row.entry)) for row in unit.connection.execute(query))


def over_time(unit: Unit, wanted: UsageFilter, step: Step, tz: str) -> tuple[UsePoint, ...]:
    """Return the figures of every stretch of time in which something happened, oldest first."""
    starts_on: ColumnElement[date] = cast(func.timezone(tz, func.date_trunc(step.value, event.c.at, tz)), Date).label(
        "starts_on"
    )
    query = (
        select(starts_on, _COPIES, _VIEWS, _REFUSALS)
        .where(*_conditions(wanted))
        .group_by(literal_column("1"))
        .order_by(literal_column("1"))
    )
    return tuple(UsePoint(*row) for row in unit.connection.execute(query))


def by_partner(unit: Unit, wanted: UsageFilter, limit: int) -> tuple[PartnerUse, ...]:
    """Return the figures of the organisations that took most, then of those refused most."""
    copies, views, refused = _COPIES.label("copies"), _VIEWS.label("views"), _REFUSALS.label("refused")
    query = (
        select(event.c.organisation, organisation.c.name_en, organisation.c.name_zh, copies, views, refused)
        .select_from(event.outerjoin(organisation, organisation.c.id == event.c.organisation))
        .where(*_conditions(wanted))
        .group_by(event.c.organisation, organisation.c.name_en, organisation.c.name_zh)
        .order_by(copies.desc(), views.desc(), refused.desc(), event.c.organisation)
        .limit(limit)
    )
    return tuple(
        PartnerUse(_organisation_id(row[0]), _bilingual(row[1], row[2]), *row[3:])
        for row in unit.connection.execute(query)
    )


def by_reason(unit: Unit, wanted: UsageFilter) -> tuple[ReasonCount, ...]:
    """Return how many refusals gave each reason, most frequent first."""
    reasons = func.jsonb_array_elements_text(_ENTRY["why"]).table_valued(column("code")).render_derived()
    refused = func.count().label("refused")
    query = (
        select(reasons.c.code, refused)
        .select_from(event.join(reasons, literal_column("true")))
        .where(*_conditions(wanted), event.c.type.in_(_REFUSED))
        .group_by(reasons.c.code)
        .order_by(refused.desc(), reasons.c.code)
    )
    return tuple(ReasonCount(code, count) for code, count in unit.connection.execute(query))


def _named() -> Select[tuple[object, ...]]:
    outcome = case((event.c.type.in_(_REFUSED), Outcome.REFUSED.value), else_=Outcome.DELIVERED.value)
    return select(
        event.c.event_id,
        event.c.at,
        outcome.label("outcome"),
        event.c.rendition,
        event.c.asset,
        asset.c.accession_number,
        event.c.licence,
        licence.c.number.label("licence_number"),
        event.c.organisation,
        organisation.c.name_en,
        organisation.c.name_zh,
        event.c.actor,
        person.c.name.label("actor_name"),
        _ENTRY["why"].label("why"),
        event.c.size_bytes,
        _ENTRY["more"]["method"].astext.label("method"),
        leaf.c.leaf_index,
    ).select_from(
        event.outerjoin(leaf, leaf.c.event_id == event.c.event_id)
        .outerjoin(asset, asset.c.id == event.c.asset)
        .outerjoin(licence, licence.c.id == event.c.licence)
        .outerjoin(organisation, organisation.c.id == event.c.organisation)
        .outerjoin(person, person.c.id == event.c.actor)
    )


def _conditions(wanted: UsageFilter) -> Sequence[ColumnElement[bool]]:
    """Both edges of time are edges of identifiers, which sort by time: old partitions are never opened."""
    types = {Outcome.DELIVERED: _DELIVERED, Outcome.REFUSED: _REFUSED, None: tuple(sorted(USAGE_TYPES))}
    conditions: list[ColumnElement[bool]] = [event.c.type.in_(types[wanted.outcome])]
    if wanted.since is not None:
        conditions.append(event.c.event_id >= lowest_event_id(wanted.since))
    if wanted.until is not None:
        conditions.append(event.c.event_id < lowest_event_id(wanted.until))
    equal = (
        (event.c.organisation, wanted.partner),
        (event.c.asset, wanted.asset),
        (event.c.licence, wanted.licence),
        (event.c.actor, wanted.actor),
        (event.c.rendition, wanted.rendition),
    )
    conditions.extend(known == value for known, value in equal if value is not None)
    return conditions


def _usage_event(row: Row[tuple[object, ...]]) -> UsageEvent:
    return UsageEvent(
        event_id=EventId(row.event_id),
        at=row.at,
        outcome=Outcome(row.outcome),
        rendition=row.rendition,
        asset=None if row.asset is None else AssetId(row.asset),
        accession_number=row.accession_number,
        licence=None if row.licence is None else LicenceId(row.licence),
        licence_number=row.licence_number,
        partner=_organisation_id(row.organisation),
        partner_name=_bilingual(row.name_en, row.name_zh),
        actor=None if row.actor is None else PersonId(row.actor),
        actor_name=row.actor_name,
        reasons=tuple(row.why or ()),
        size_bytes=row.size_bytes or 0,
        method=row.method,
        log_index=row.leaf_index,
    )


def _organisation_id(value: object) -> OrganisationId | None:
    return None if value is None else OrganisationId(value)  # type: ignore[arg-type]  # the column is a UUID


def _bilingual(en: str | None, zh: str | None) -> Bilingual | None:
    return None if en is None else Bilingual(en, zh or "")
