"""The only SQL about requests: their photographs, their thread, their queue."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, RowMapping, Select, and_, func, insert, literal, select, tuple_, update
from sqlalchemy.dialects.postgresql import insert as upsert

from dam.accounts.people import Actor
from dam.database.tables.accounts import organisation, person
from dam.database.tables.catalogue import asset
from dam.database.tables.licensing import (
    licence,
    licence_item,
    permission_request,
    request_item,
    request_message,
    request_number,
)
from dam.database.unit import Unit
from dam.kernel.errors import Reason
from dam.kernel.ids import AssetId, LicenceId, OrganisationId, PersonId, RequestId, new_id
from dam.licensing import rows_store as rows
from dam.licensing.licence import LicenceState
from dam.licensing.paging import Place
from dam.licensing.request import PARTNERS_TURN, WAITING_STATES, ItemState, RequestState, waits_for
from dam.licensing.views import (
    AssetRef,
    Message,
    OrganisationRef,
    PersonRef,
    RequestItem,
    RequestRow,
    UseView,
)

_AUTHOR_ORGANISATION = organisation.alias("author_organisation")
_TOLD = ("state", "verdict", "reasons", "free_from", "refusal_reason", "licence_id", "decided_at")


@dataclass(frozen=True, slots=True)
class Header:
    """A request without its photographs and thread; `reserved_until` is the first end of its reservations."""

    request_id: RequestId
    number: str
    state: RequestState
    organisation: OrganisationRef
    requested_by: PersonRef
    use: UseView
    created_at: datetime
    updated_at: datetime
    offer_until: datetime | None = None
    reserved_until: datetime | None = None

    def lapses(self, at: datetime) -> bool:
        """Tell whether an offer or a reservation of the request is past its end."""
        ends = (self.offer_until, self.reserved_until)
        return any(end is not None and end <= at for end in ends)


@dataclass(frozen=True, slots=True)
class Assessment:
    """What rights say of one photograph for one use."""

    asset_id: AssetId
    verdict: str
    reasons: Sequence[Reason]
    free_from: date | None


@dataclass(frozen=True, slots=True)
class Settled:
    """One photograph as it was decided; a refusal has its reason, a grant its licence."""

    assessment: Assessment
    state: ItemState
    refusal_reason: str
    licence_id: LicenceId | None


def insert_request(unit: Unit, request_id: RequestId, actor: Actor, use: UseView, at: datetime) -> None:
    """Insert a request of the person's organisation, without its photographs."""
    unit.connection.execute(
        insert(permission_request).values(
            id=request_id,
            number=_next_number(unit, at),
            organisation_id=actor.organisation_id,
            requested_by=actor.person_id,
            state=RequestState.SUBMITTED.value,
            created_at=at,
            updated_at=at,
            **rows.use_values(use),
        )
    )


def header(unit: Unit, request_id: RequestId, *, lock: bool = False) -> Header | None:
    """Return the request; with `lock`, nobody else changes it before this unit ends."""
    query = _headers().where(permission_request.c.id == request_id)
    if lock:
        query = query.with_for_update(of=permission_request)
    row = unit.connection.execute(query).mappings().first()
    return None if row is None else _header(row)


def set_state(
    unit: Unit, request_id: RequestId, state: RequestState, at: datetime, *, offer_until: datetime | None = None
) -> None:
    """Write where the request stands now; `offer_until` is the end of the counter-offer it waits with."""
    unit.connection.execute(
        update(permission_request)
        .where(permission_request.c.id == request_id)
        .values(state=state.value, updated_at=at, offer_until=offer_until)
    )


def set_use(unit: Unit, request_id: RequestId, use: UseView) -> None:
    """Write what is asked now; licences already granted keep what they were granted for."""
    unit.connection.execute(
        update(permission_request).where(permission_request.c.id == request_id).values(**rows.use_values(use))
    )


def ask_for(unit: Unit, request_id: RequestId, assessments: Sequence[Assessment]) -> None:
    """Make exactly these the undecided photographs of the request, in this order; those no longer asked are dropped."""
    wanted = [one.asset_id for one in assessments]
    unit.connection.execute(
        update(request_item)
        .where(
            request_item.c.request_id == request_id,
            request_item.c.state == ItemState.UNDECIDED.value,
            request_item.c.asset_id.not_in(wanted),
        )
        .values(state=ItemState.DROPPED.value)
    )
    if not assessments:
        return
    statement = upsert(request_item).values(
        [
            {"request_id": request_id, "position": place, "state": ItemState.UNDECIDED.value, **_assessed(one)}
            for place, one in enumerate(assessments)
        ]
    )
    told = ("position", "state", "verdict", "reasons", "free_from")
    unit.connection.execute(
        statement.on_conflict_do_update(
            index_elements=["request_id", "asset_id"],
            set_={name: statement.excluded[name] for name in told},
            where=request_item.c.state.in_([ItemState.UNDECIDED.value, ItemState.DROPPED.value]),
        )
    )


def settle(unit: Unit, request_id: RequestId, settled: Sequence[Settled], *, decided_by: PersonId, at: datetime) -> int:
    """Write decisions on photographs that are still undecided, and return how many that were."""
    written = 0
    for one in settled:
        assessed = {name: value for name, value in _assessed(one.assessment).items() if name != "asset_id"}
        written += unit.connection.execute(
            update(request_item)
            .where(
                request_item.c.request_id == request_id,
                request_item.c.asset_id == one.assessment.asset_id,
                request_item.c.state == ItemState.UNDECIDED.value,
            )
            .values(
                state=one.state.value,
                refusal_reason=one.refusal_reason,
                licence_id=one.licence_id,
                decided_by=decided_by,
                decided_at=at,
                **assessed,
            )
        ).rowcount
    return written


def item_states(unit: Unit, request_id: RequestId) -> Mapping[AssetId, ItemState]:
    """Return where each photograph of the request stands, in the order they were asked for."""
    found = unit.connection.execute(
        select(request_item.c.asset_id, request_item.c.state)
        .where(request_item.c.request_id == request_id)
        .order_by(request_item.c.position, request_item.c.asset_id)
    )
    return {AssetId(asset_id): ItemState(state) for asset_id, state in found}


def items(unit: Unit, request_id: RequestId) -> list[RequestItem]:
    """Return the photographs of the request with what was told about them, in the order they were asked for."""
    query = (
        select(
            *(request_item.c[name] for name in _TOLD),
            licence.c.number.label("licence_number"),
            *rows.asset_columns(),
            *rows.conditions_columns(licence_item),
        )
        .join(asset, asset.c.id == request_item.c.asset_id)
        .outerjoin(licence, licence.c.id == request_item.c.licence_id)
        .outerjoin(
            licence_item,
            and_(
                licence_item.c.licence_id == request_item.c.licence_id,
                licence_item.c.asset_id == request_item.c.asset_id,
            ),
        )
        .where(request_item.c.request_id == request_id)
        .order_by(request_item.c.position, request_item.c.asset_id)
    )
    return [_item(row) for row in unit.connection.execute(query).mappings()]


def say(unit: Unit, request_id: RequestId, author: PersonId, kind: str, words: str, at: datetime) -> None:
    """Add an entry to the thread."""
    unit.connection.execute(
        insert(request_message).values(
            id=new_id(), request_id=request_id, author_id=author, at=at, kind=kind, text=words
        )
    )


def thread(unit: Unit, request_id: RequestId) -> list[Message]:
    """Return the thread, oldest first."""
    query = (
        select(
            request_message.c.at,
            request_message.c.kind,
            request_message.c.text,
            *rows.person_columns(person, organisation, "author"),
        )
        .join(person, person.c.id == request_message.c.author_id)
        .join(organisation, organisation.c.id == person.c.organisation_id)
        .where(request_message.c.request_id == request_id)
        .order_by(request_message.c.at, request_message.c.id)
    )
    found = unit.connection.execute(query).mappings()
    return [Message(rows.person_ref(row, "author"), row["at"], row["kind"], row["text"]) for row in found]


def queue(
    unit: Unit,
    *,
    states: frozenset[RequestState] | None,
    of: OrganisationId | None,
    after: Place | None,
    oldest_first: bool,
    limit: int,
) -> list[RequestRow]:
    """Return one page of requests in these states (None: all), of one organisation (None: of all)."""
    key = tuple_(permission_request.c.created_at, permission_request.c.id)
    conditions: list[ColumnElement[bool]] = []
    if states is not None:
        conditions.append(permission_request.c.state.in_([state.value for state in states]))
    if of is not None:
        conditions.append(permission_request.c.organisation_id == of)
    if after is not None:
        place = tuple_(literal(after.at), literal(after.row_id))
        conditions.append(key > place if oldest_first else key < place)
    columns = (permission_request.c.created_at, permission_request.c.id)
    query = _queue_rows().where(*conditions).order_by(*(c if oldest_first else c.desc() for c in columns)).limit(limit)
    return [_queue_row(row) for row in unit.connection.execute(query).mappings()]


def count_waiting(unit: Unit, of: OrganisationId | None) -> tuple[int, int]:
    """Return how many requests wait for a rights manager and how many for their partner."""
    waiting = permission_request.c.state.in_([state.value for state in WAITING_STATES])
    returned = permission_request.c.state.in_([state.value for state in PARTNERS_TURN])
    query = select(func.count().filter(waiting), func.count().filter(returned)).where(waiting | returned)
    if of is not None:
        query = query.where(permission_request.c.organisation_id == of)
    row = unit.connection.execute(query).one()
    return int(row[0]), int(row[1])


def _next_number(unit: Unit, at: datetime) -> str:
    # A number lost to a rollback stays unused.
    return f"REQ-{at.year}-{unit.connection.execute(select(request_number.next_value())).scalar_one():06d}"


def _headers() -> Select[Any]:
    return (
        select(
            permission_request.c.id,
            permission_request.c.number,
            permission_request.c.state,
            permission_request.c.created_at,
            permission_request.c.updated_at,
            permission_request.c.offer_until,
            select(func.min(licence.c.reserved_until))
            .where(licence.c.request_id == permission_request.c.id, licence.c.state == LicenceState.RESERVED.value)
            .scalar_subquery()
            .label("reserved_until"),
            *rows.use_columns(permission_request),
            *rows.organisation_columns(organisation, "org"),
            *rows.person_columns(person, _AUTHOR_ORGANISATION, "author"),
        )
        .join(organisation, organisation.c.id == permission_request.c.organisation_id)
        .join(person, person.c.id == permission_request.c.requested_by)
        .join(_AUTHOR_ORGANISATION, _AUTHOR_ORGANISATION.c.id == person.c.organisation_id)
    )


def _header(row: RowMapping) -> Header:
    return Header(
        request_id=RequestId(row["id"]),
        number=row["number"],
        state=RequestState(row["state"]),
        organisation=rows.organisation_ref(row, "org"),
        requested_by=rows.person_ref(row, "author"),
        use=rows.use_view(row),
        created_at=row["created_at"],
        updated_at=row["updated_at"],
        offer_until=row["offer_until"],
        reserved_until=row["reserved_until"],
    )


def _assessed(one: Assessment) -> dict[str, object]:
    return {
        "asset_id": one.asset_id,
        "verdict": one.verdict,
        "reasons": rows.reasons_json(one.reasons),
        "free_from": one.free_from,
    }


def _item(row: RowMapping) -> RequestItem:
    return RequestItem(
        asset=rows.asset_ref(row),
        state=ItemState(row["state"]),
        verdict=row["verdict"],
        reasons=rows.reasons_of(row["reasons"]),
        free_from=row["free_from"],
        refusal_reason=row["refusal_reason"],
        conditions=rows.conditions_of(row),
        licence_id=row["licence_id"],
        licence_number=row["licence_number"],
        decided_at=row["decided_at"],
    )


def _queue_rows() -> Select[Any]:
    mine = request_item.c.request_id == permission_request.c.id
    counted = (
        select(
            *(
                func.count().filter(request_item.c.state == state.value).label(f"{state.value}_count")
                for state in (ItemState.UNDECIDED, ItemState.GRANTED, ItemState.REFUSED)
            )
        )
        .where(mine)
        .lateral("counted")
    )
    cover = (
        select(*rows.asset_columns())
        .join_from(request_item, asset, asset.c.id == request_item.c.asset_id)
        .where(mine, request_item.c.state != ItemState.DROPPED.value)
        .order_by(request_item.c.position)
        .limit(1)
        .lateral("cover")
    )
    return _headers().add_columns(counted, cover).join(counted, literal(True)).outerjoin(cover, literal(True))


def _queue_row(row: RowMapping) -> RequestRow:
    head = _header(row)
    counts = [row["undecided_count"], row["granted_count"], row["refused_count"]]
    return RequestRow(
        request_id=head.request_id,
        number=head.number,
        state=head.state,
        waits_for=waits_for(head.state),
        organisation=head.organisation,
        requested_by=head.requested_by,
        purpose=head.use.purpose,
        publication=head.use.publication,
        starts_on=head.use.starts_on,
        ends_on=head.use.ends_on,
        item_count=sum(counts),
        undecided_count=counts[0],
        granted_count=counts[1],
        refused_count=counts[2],
        cover=cover_of(row),
        created_at=head.created_at,
        updated_at=head.updated_at,
    )


def cover_of(row: RowMapping) -> AssetRef | None:
    """Return the first photograph of a row, None where there is none."""
    return rows.asset_ref(row) if row["asset_id"] is not None else None


def placed(row: RequestRow) -> Place:
    """Return the place of the row in its list."""
    return Place(row.created_at, UUID(str(row.request_id)))
