"""The only SQL about licences: their text, their photographs, their acceptance."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, RowMapping, Select, func, insert, literal, select, tuple_, update

from dam.database.tables.accounts import organisation, person
from dam.database.tables.catalogue import asset
from dam.database.tables.licensing import (
    licence,
    licence_acceptance,
    licence_item,
    licence_number,
    permission_request,
)
from dam.database.tables.rights import grant_line
from dam.database.unit import Unit
from dam.kernel.ids import AssetId, LicenceId, OrganisationId, PersonId, RequestId
from dam.kernel.span import Span
from dam.kernel.text import Bilingual
from dam.licensing import rows_store as rows
from dam.licensing.conditions import SettledConditions
from dam.licensing.licence import LicenceState, downloads_left, state_at
from dam.licensing.paging import Place
from dam.licensing.terms_text import TermsText
from dam.licensing.views import Acceptance, LicenceItem, LicenceRow, OrganisationRef, PersonRef, UseView

_ABOUT_REPORTS = "report_"  # a report of use is no condition of a delivery
_LICENSOR = organisation.alias("licensor")
_LICENSEE = organisation.alias("licensee")
_GRANTER = person.alias("granter")
_GRANTER_ORGANISATION = organisation.alias("granter_organisation")


@dataclass(frozen=True, slots=True)
class Grant:
    """A licence as it is granted; with `reserved_until` it only holds its place until then."""

    licence_id: LicenceId
    number: str
    request_id: RequestId
    licensor: OrganisationId
    licensee: OrganisationId
    use: UseView
    span: Span
    terms: TermsText
    granted_by: PersonId
    granted_at: datetime
    reserved_until: datetime | None = None


@dataclass(frozen=True, slots=True)
class GrantItem:
    """One photograph of a licence, and the grant line that holds its place."""

    asset_id: AssetId
    line_id: int
    conditions: SettledConditions


@dataclass(frozen=True, slots=True)
class Record:
    """A licence as it is kept, without its photographs; `stored` knows nothing of the clock."""

    licence_id: LicenceId
    number: str
    request_id: RequestId
    request_number: str
    stored: LicenceState
    licensor: OrganisationRef
    licensee: OrganisationRef
    use: UseView
    span: Span
    terms: Bilingual
    terms_sha256: str
    granted_by: PersonRef
    granted_at: datetime
    state_reason: str
    state_changed_at: datetime | None
    reserved_until: datetime | None


@dataclass(frozen=True, slots=True)
class Licensor:
    """The organisation that grants; `country` is ISO 3166-1 alpha-2, where it is recorded."""

    name: Bilingual
    country: str | None


def licensor(unit: Unit, organisation_id: OrganisationId) -> Licensor:
    """Return the organisation as a licence names it."""
    query = select(organisation.c.name_en, organisation.c.name_zh, organisation.c.country)
    row = unit.connection.execute(query.where(organisation.c.id == organisation_id)).one()
    return Licensor(Bilingual(row.name_en, row.name_zh), row.country)


def conditions_json(conditions: SettledConditions) -> dict[str, object]:
    """Return the conditions as the grant line keeps them for whoever delivers."""
    values = rows.conditions_values(conditions)
    return {name: value for name, value in values.items() if not name.startswith(_ABOUT_REPORTS)}


def next_number(unit: Unit, at: datetime) -> str:
    """Return the next licence number; a number lost to a rollback stays unused."""
    return f"LIC-{at.year}-{unit.connection.execute(select(licence_number.next_value())).scalar_one():06d}"


def insert_licence(unit: Unit, grant: Grant) -> None:
    """Insert the licence, offered or reserved."""
    unit.connection.execute(
        insert(licence).values(
            id=grant.licence_id,
            number=grant.number,
            request_id=grant.request_id,
            licensor_id=grant.licensor,
            organisation_id=grant.licensee,
            state=(LicenceState.RESERVED if grant.reserved_until else LicenceState.OFFERED).value,
            reserved_until=grant.reserved_until,
            starts_at=grant.span.start,
            ends_at=grant.span.end,
            terms_en=grant.terms.text.en,
            terms_zh=grant.terms.text.zh,
            terms_sha256=grant.terms.sha256,
            granted_by=grant.granted_by,
            granted_at=grant.granted_at,
            **rows.use_values(grant.use),
        )
    )


def insert_items(unit: Unit, licence_id: LicenceId, items: Sequence[GrantItem]) -> None:
    """Insert the photographs of the licence, in this order."""
    unit.connection.execute(
        insert(licence_item),
        [
            {
                "licence_id": licence_id,
                "asset_id": item.asset_id,
                "position": place,
                "line_id": item.line_id,
                **rows.conditions_values(item.conditions),
            }
            for place, item in enumerate(items)
        ],
    )


def record(unit: Unit, licence_id: LicenceId, *, lock: bool = False) -> Record | None:
    """Return the licence; with `lock`, nobody else changes it before this unit ends."""
    query = _records().where(licence.c.id == licence_id)
    if lock:
        query = query.with_for_update(of=licence)
    row = unit.connection.execute(query).mappings().first()
    return None if row is None else _record(row)


def record_numbered(unit: Unit, number: str) -> Record | None:
    """Return the licence with this number."""
    row = unit.connection.execute(_records().where(licence.c.number == number)).mappings().first()
    return None if row is None else _record(row)


def items(unit: Unit, licence_id: LicenceId) -> list[LicenceItem]:
    """Return the photographs of the licence with their counters, in its order."""
    query = (
        select(grant_line.c.used, *rows.asset_columns(), *rows.conditions_columns(licence_item))
        .join_from(licence_item, asset, asset.c.id == licence_item.c.asset_id)
        .join(grant_line, grant_line.c.id == licence_item.c.line_id)
        .where(licence_item.c.licence_id == licence_id)
        .order_by(licence_item.c.position)
    )
    return [_item(row) for row in unit.connection.execute(query).mappings()]


def acceptance(unit: Unit, licence_id: LicenceId) -> Acceptance | None:
    """Return who accepted the terms, None where nobody has."""
    query = (
        select(
            licence_acceptance.c.accepted_at,
            licence_acceptance.c.terms_sha256,
            *rows.person_columns(person, organisation, "by"),
        )
        .join(person, person.c.id == licence_acceptance.c.person_id)
        .join(organisation, organisation.c.id == person.c.organisation_id)
        .where(licence_acceptance.c.licence_id == licence_id)
    )
    row = unit.connection.execute(query).mappings().first()
    return None if row is None else Acceptance(rows.person_ref(row, "by"), row["accepted_at"], row["terms_sha256"])


def insert_acceptance(unit: Unit, licence_id: LicenceId, terms_sha256: str, by: PersonId, at: datetime) -> None:
    """Write down who accepted which text, when; the database takes no other text than the licence's."""
    unit.connection.execute(
        insert(licence_acceptance).values(
            licence_id=licence_id, terms_sha256=terms_sha256, person_id=by, accepted_at=at
        )
    )


def set_state(
    unit: Unit, licence_id: LicenceId, state: LicenceState, *, reason: str, by: PersonId | None, at: datetime
) -> None:
    """Write where the licence stands now, and why."""
    unit.connection.execute(
        update(licence)
        .where(licence.c.id == licence_id)
        .values(state=state.value, state_reason=reason, state_changed_at=at, state_changed_by=by)
    )


def page(unit: Unit, *, of: OrganisationId | None, after: Place | None, at: datetime, limit: int) -> list[LicenceRow]:
    """Return one page of licences, newest first, of one organisation (None: of all)."""
    conditions: list[ColumnElement[bool]] = []
    if of is not None:
        conditions.append(licence.c.organisation_id == of)
    if after is not None:
        key = tuple_(licence.c.granted_at, licence.c.id)
        conditions.append(key < tuple_(literal(after.at), literal(after.row_id)))
    query = _page_rows().where(*conditions).order_by(licence.c.granted_at.desc(), licence.c.id.desc()).limit(limit)
    return [_page_row(row, at) for row in unit.connection.execute(query).mappings()]


def count_live(unit: Unit, of: OrganisationId | None, at: datetime) -> tuple[int, int]:
    """Return how many licences wait for acceptance and how many are active at the instant."""
    states = (LicenceState.OFFERED.value, LicenceState.ACTIVE.value)
    query = select(*(func.count().filter(licence.c.state == state) for state in states)).where(licence.c.ends_at > at)
    if of is not None:
        query = query.where(licence.c.organisation_id == of)
    row = unit.connection.execute(query).one()
    return int(row[0]), int(row[1])


def placed(row: LicenceRow) -> Place:
    """Return the place of the row in its list."""
    return Place(row.granted_at, UUID(str(row.licence_id)))


def _records() -> Select[Any]:
    return (
        select(
            licence.c.id,
            licence.c.number,
            licence.c.request_id,
            permission_request.c.number.label("request_number"),
            licence.c.state,
            licence.c.starts_at,
            licence.c.ends_at,
            licence.c.terms_en,
            licence.c.terms_zh,
            licence.c.terms_sha256,
            licence.c.granted_at,
            licence.c.state_reason,
            licence.c.state_changed_at,
            licence.c.reserved_until,
            *rows.use_columns(licence),
            *rows.organisation_columns(_LICENSOR, "licensor"),
            *rows.organisation_columns(_LICENSEE, "licensee"),
            *rows.person_columns(_GRANTER, _GRANTER_ORGANISATION, "granter"),
        )
        .join(permission_request, permission_request.c.id == licence.c.request_id)
        .join(_LICENSOR, _LICENSOR.c.id == licence.c.licensor_id)
        .join(_LICENSEE, _LICENSEE.c.id == licence.c.organisation_id)
        .join(_GRANTER, _GRANTER.c.id == licence.c.granted_by)
        .join(_GRANTER_ORGANISATION, _GRANTER_ORGANISATION.c.id == _GRANTER.c.organisation_id)
    )


def _record(row: RowMapping) -> Record:
    return Record(
        licence_id=LicenceId(row["id"]),
        number=row["number"],
        request_id=RequestId(row["request_id"]),
        request_number=row["request_number"],
        stored=LicenceState(row["state"]),
        licensor=rows.organisation_ref(row, "licensor"),
        licensee=rows.organisation_ref(row, "licensee"),
        use=rows.use_view(row),
        span=Span(row["starts_at"], row["ends_at"]),
        terms=Bilingual(row["terms_en"], row["terms_zh"]),
        terms_sha256=row["terms_sha256"],
        granted_by=rows.person_ref(row, "granter"),
        granted_at=row["granted_at"],
        state_reason=row["state_reason"],
        state_changed_at=row["state_changed_at"],
        reserved_until=row["reserved_until"],
    )


def _item(row: RowMapping) -> LicenceItem:
    conditions = rows.conditions_of(row)
    if conditions is None:
        raise LookupError("a licensed photograph has its conditions")
    left = downloads_left(conditions.downloads, row["used"])
    return LicenceItem(rows.asset_ref(row), conditions, row["used"], left)


def _page_rows() -> Select[Any]:
    mine = licence_item.c.licence_id == licence.c.id
    counted = (
        select(
            func.count().label("item_count"),
            func.coalesce(func.sum(func.greatest(licence_item.c.downloads - grant_line.c.used, 0)), 0).label("left"),
        )
        .join_from(licence_item, grant_line, grant_line.c.id == licence_item.c.line_id)
        .where(mine)
        .lateral("counted")
    )
    cover = (
        select(*rows.asset_columns())
        .join_from(licence_item, asset, asset.c.id == licence_item.c.asset_id)
        .where(mine)
        .order_by(licence_item.c.position)
        .limit(1)
        .lateral("cover")
    )
    own = ("id", "number", "state", "publication", "purpose", "starts_on", "ends_on", "time_zone", "granted_at")
    return (
        select(
            *(licence.c[name] for name in own),
            licence.c.starts_at,
            licence.c.ends_at,
            licence.c.reserved_until,
            *rows.organisation_columns(_LICENSEE, "licensee"),
            counted,
            cover,
        )
        .join(_LICENSEE, _LICENSEE.c.id == licence.c.organisation_id)
        .join(counted, literal(True))
        .outerjoin(cover, literal(True))
    )


def _page_row(row: RowMapping, at: datetime) -> LicenceRow:
    return LicenceRow(
        licence_id=LicenceId(row["id"]),
        number=row["number"],
        state=state_at(LicenceState(row["state"]), Span(row["starts_at"], row["ends_at"]), at, row["reserved_until"]),
        licensee=rows.organisation_ref(row, "licensee"),
        publication=row["publication"],
        purpose=row["purpose"],
        starts_on=row["starts_on"],
        ends_on=row["ends_on"],
        time_zone=row["time_zone"],
        item_count=row["item_count"],
        downloads_left=int(row["left"]),
        cover=rows.asset_ref(row) if row["asset_id"] is not None else None,
        granted_at=row["granted_at"],
    )
