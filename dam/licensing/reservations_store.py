"""The only SQL about reserved licences: what they hold, who signs them, when they lapse."""

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import ColumnElement, any_, func, insert, literal, select, update

from dam.accounts.permissions import Role
from dam.database.tables.accounts import organisation, person
from dam.database.tables.licensing import licence, licence_signature, request_item
from dam.database.unit import Unit
from dam.kernel.ids import AssetId, LicenceId, PersonId, RequestId
from dam.licensing import rows_store as rows
from dam.licensing.licence import LicenceState
from dam.licensing.request import AWAITED, ItemState
from dam.licensing.views import PersonRef


def reserved(unit: Unit, request_id: RequestId, lapsed_at: datetime | None = None) -> list[LicenceId]:
    """Return the reserved licences of a request; only those whose time is over, where an instant is given."""
    query = select(licence.c.id).where(
        licence.c.request_id == request_id, licence.c.state == LicenceState.RESERVED.value
    )
    if lapsed_at is not None:
        query = query.where(licence.c.reserved_until <= lapsed_at)
    return [LicenceId(found) for found in unit.connection.execute(query.order_by(licence.c.id)).scalars()]


def lapsed(unit: Unit, at: datetime, limit: int) -> list[RequestId]:
    """Return requests that have a reserved licence whose time is over."""
    query = (
        select(licence.c.request_id)
        .distinct()
        .where(licence.c.state == LicenceState.RESERVED.value, licence.c.reserved_until <= at)
        .limit(limit)
    )
    return [RequestId(found) for found in unit.connection.execute(query).scalars()]


def insert_signature(unit: Unit, licence_id: LicenceId, by: PersonId, at: datetime) -> None:
    """Write down who signed second."""
    unit.connection.execute(insert(licence_signature).values(licence_id=licence_id, person_id=by, signed_at=at))


def signature(unit: Unit, licence_id: LicenceId) -> tuple[PersonRef, datetime] | None:
    """Return who signed second, and when."""
    query = (
        select(licence_signature.c.signed_at, *rows.person_columns(person, organisation, "by"))
        .join(person, person.c.id == licence_signature.c.person_id)
        .join(organisation, organisation.c.id == person.c.organisation_id)
        .where(licence_signature.c.licence_id == licence_id)
    )
    row = unit.connection.execute(query).mappings().first()
    return None if row is None else (rows.person_ref(row, "by"), row["signed_at"])


def count_other_signers(unit: Unit, first: PersonId) -> int:
    """Return how many active people but the first signer could sign."""
    query = (
        select(func.count())
        .select_from(person)
        .join(organisation, organisation.c.id == person.c.organisation_id)
        .where(
            person.c.id != first,
            person.c.active,
            organisation.c.is_active,
            literal(Role.RIGHTS_MANAGER.value) == any_(person.c.roles),
        )
    )
    return int(unit.connection.execute(query).scalar_one())


def move_items(unit: Unit, licence_id: LicenceId, state: ItemState) -> None:
    """Bring the photographs a licence holds to another state; they stay with the licence."""
    unit.connection.execute(update(request_item).where(_held(licence_id)).values(state=state.value))


def give_back_items(
    unit: Unit, licence_id: LicenceId, refused: Mapping[AssetId, str], by: PersonId | None, at: datetime
) -> None:
    """Take the photographs from a licence that is given up: refused where a reason is named, else undecided again."""
    for asset_id, reason in refused.items():
        unit.connection.execute(
            update(request_item)
            .where(_held(licence_id), request_item.c.asset_id == asset_id)
            .values(
                state=ItemState.REFUSED.value,
                refusal_reason=reason,
                licence_id=None,
                decided_by=func.coalesce(by, request_item.c.decided_by),
                decided_at=at,
            )
        )
    undecided = {"state": ItemState.UNDECIDED.value, "licence_id": None, "decided_by": None, "decided_at": None}
    unit.connection.execute(update(request_item).where(_held(licence_id)).values(**undecided))


def _held(licence_id: LicenceId) -> ColumnElement[bool]:
    return (request_item.c.licence_id == licence_id) & request_item.c.state.in_([one.value for one in AWAITED])
