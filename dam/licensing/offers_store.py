"""The only SQL about counter-offers: written once, then closed."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import date, datetime

from sqlalchemy import RowMapping, insert, select, update

from dam.database.tables.accounts import organisation, person
from dam.database.tables.licensing import counter_offer, permission_request
from dam.database.unit import Unit
from dam.kernel.ids import OfferId, PersonId, RequestId
from dam.licensing import rows_store as rows
from dam.licensing.conditions import Conditions
from dam.licensing.views import OfferState, PersonRef, UseView


@dataclass(frozen=True, slots=True)
class OfferRecord:
    """A counter-offer as it is kept; `state` knows nothing of the clock."""

    offer_id: OfferId
    state: OfferState
    use: UseView
    conditions: Conditions
    message: str
    valid_until: datetime
    made_by: PersonRef
    made_at: datetime


def insert_offer(unit: Unit, request_id: RequestId, offer: OfferRecord) -> None:
    """Insert an open offer; the database lets no second one be open on the request."""
    unit.connection.execute(
        insert(counter_offer).values(
            id=offer.offer_id,
            request_id=request_id,
            state=offer.state.value,
            conditions=_kept(offer.conditions),
            message=offer.message,
            valid_until=offer.valid_until,
            made_by=offer.made_by.person_id,
            made_at=offer.made_at,
            **rows.use_values(offer.use),
        )
    )


def author(unit: Unit, person_id: PersonId) -> PersonRef:
    """Return the person by name."""
    query = (
        select(*rows.person_columns(person, organisation, "by"))
        .join(organisation, organisation.c.id == person.c.organisation_id)
        .where(person.c.id == person_id)
    )
    return rows.person_ref(unit.connection.execute(query).mappings().one(), "by")


def latest(unit: Unit, request_id: RequestId) -> OfferRecord | None:
    """Return the newest offer on the request, whatever became of it."""
    offer = counter_offer.c
    own = (offer.id, offer.state, offer.conditions, offer.message, offer.valid_until, offer.made_at)
    query = (
        select(*own, *rows.use_columns(counter_offer), *rows.person_columns(person, organisation, "by"))
        .join(person, person.c.id == offer.made_by)
        .join(organisation, organisation.c.id == person.c.organisation_id)
        .where(offer.request_id == request_id)
        .order_by(offer.made_at.desc(), offer.id.desc())
        .limit(1)
    )
    row = unit.connection.execute(query).mappings().first()
    return None if row is None else _record(row)


def was_made(unit: Unit, request_id: RequestId, offer_id: OfferId) -> bool:
    """Tell whether the offer was ever made on the request, whatever became of it."""
    offer = counter_offer.c
    query = select(offer.id).where(offer.request_id == request_id, offer.id == offer_id)
    return unit.connection.execute(query).first() is not None


def close(unit: Unit, request_id: RequestId, state: OfferState, by: PersonId | None, at: datetime) -> bool:
    """Close the open offer of the request, if there is one; by nobody where the clock did it."""
    done = unit.connection.execute(
        update(counter_offer)
        .where(counter_offer.c.request_id == request_id, counter_offer.c.state == OfferState.OPEN.value)
        .values(state=state.value, closed_by=by, closed_at=at)
    )
    return done.rowcount == 1


def lapsed(unit: Unit, at: datetime, limit: int) -> list[RequestId]:
    """Return requests whose offer is past its end."""
    query = select(permission_request.c.id).where(permission_request.c.offer_until <= at).limit(limit)
    return [RequestId(found) for found in unit.connection.execute(query).scalars()]


def _record(row: RowMapping) -> OfferRecord:
    return OfferRecord(
        offer_id=OfferId(row["id"]),
        state=OfferState(row["state"]),
        use=rows.use_view(row),
        conditions=_conditions(row["conditions"]),
        message=row["message"],
        valid_until=row["valid_until"],
        made_by=rows.person_ref(row, "by"),
        made_at=row["made_at"],
    )


def _kept(conditions: Conditions) -> dict[str, object]:
    return {
        name: value.isoformat() if isinstance(value, date) else value
        for name, value in asdict(conditions).items()
        if value is not None
    }


def _conditions(kept: Mapping[str, object]) -> Conditions:
    said = dict(kept)
    if isinstance(said.get("report_by"), str):
        said["report_by"] = date.fromisoformat(str(said["report_by"]))
    return Conditions(**said)  # type: ignore[arg-type]  # as `_kept` wrote them
