"""What becomes of a reserved licence: complete, or given up with its place free again."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from types import MappingProxyType

from dam.audit.events import Detail, Event, EventType
from dam.database.unit import Unit
from dam.kernel.errors import Conflict
from dam.kernel.ids import AssetId, LicenceId, PersonId
from dam.kernel.text import Bilingual
from dam.licensing import consents_store, licence_store, offers_store, reservations_store, steps, store
from dam.licensing.announcing import announce
from dam.licensing.granting import assess, grantable, require_rights, rights_use
from dam.licensing.licence import LicenceAction, LicenceState, state_at, step
from dam.licensing.licence_store import Record
from dam.licensing.request import AWAITED, ItemState, RequestAction, RequestState, after_reservation
from dam.licensing.store import Assessment, Header
from dam.licensing.views import OfferState
from dam.rights.facts import LineState
from dam.rights.service import RightsService

LAPSED = Bilingual("Nobody completed it in time.", "未在期限内完成。")
WITHDRAWN = Bilingual("The partner withdrew the request.", "申请方已撤回申请。")
_NOBODY: Mapping[AssetId, str] = MappingProxyType({})


def complete(unit: Unit, rights: RightsService, asked: Header, record: Record, by: PersonId, at: datetime) -> None:
    """Offer a licence that waits for nothing any more, judged once more as on the day it was granted.

    Raises: WrongState; Conflict `rights_not_held` or `reservation_lapsed`.
    """
    step(state_at(record.stored, record.span, at, record.reserved_until), LicenceAction.COMPLETE)
    items = [item.asset.asset_id for item in licence_store.items(unit, record.licence_id)]
    require_rights(*_judged(unit, rights, record, items, at))
    if rights.complete_lines(unit, record.licence_id, at) != len(items):
        raise lapsed()
    licence_store.set_state(unit, record.licence_id, LicenceState.OFFERED, reason="", by=by, at=at)
    reservations_store.move_items(unit, record.licence_id, ItemState.GRANTED)
    _move_on(unit, by, asked, "", at, complete=True)
    details: dict[str, Detail] = {"assets": [str(one) for one in items], "terms_sha256": record.terms_sha256}
    announce(unit, event(EventType.LICENCE_GRANTED, by, record, details), at)


def completable(unit: Unit, rights: RightsService, record: Record, at: datetime) -> bool:
    """Tell whether rights still allow what the licence was granted for."""
    items = [item.asset.asset_id for item in licence_store.items(unit, record.licence_id)]
    judged, consents = _judged(unit, rights, record, items, at)
    return all(grantable(one, consents) for one in judged)


def release(
    unit: Unit,
    rights: RightsService,
    asked: Header,
    record: Record,
    reason: Bilingual,
    *,
    by: PersonId | None,
    at: datetime,
    refused: Mapping[AssetId, str] = _NOBODY,
) -> None:
    """Give a reserved licence up: its place is free, its photographs are refused where so said, else undecided again.

    Raises: WrongState.
    """
    _give_up(unit, rights, record, reason, by=by, at=at, refused=refused)
    _move_on(unit, by, asked, _in_both(reason), at, complete=False)


def withdraw_all(unit: Unit, rights: RightsService, asked: Header, by: PersonId, at: datetime) -> None:
    """Give up whatever a request that is being withdrawn still holds or was offered."""
    offers_store.close(unit, asked.request_id, OfferState.WITHDRAWN, by, at)
    for licence_id in reservations_store.reserved(unit, asked.request_id):
        _give_up(unit, rights, held(unit, licence_id), WITHDRAWN, by=by, at=at)


def tidy(unit: Unit, rights: RightsService, asked: Header, at: datetime) -> Header:
    """Do what the clock has decided already: end the offer and the reservations whose time is over.

    Shape: `updated_at` stays, so that whoever is reading the request may still decide on what they read.
    """
    if asked.state is RequestState.COUNTERED and asked.offer_until is not None and asked.offer_until <= at:
        offers_store.close(unit, asked.request_id, OfferState.LAPSED, None, at)
        store.set_state(unit, asked.request_id, RequestState.SUBMITTED, asked.updated_at)
        steps.log(unit, None, asked, EventType.OFFER_LAPSED, {}, at)
    for licence_id in reservations_store.reserved(unit, asked.request_id, lapsed_at=at):
        present = store.header(unit, asked.request_id)
        if present is not None:
            release(unit, rights, present, held(unit, licence_id), LAPSED, by=None, at=at)
            _keep_time(unit, asked)
    return store.header(unit, asked.request_id) or asked


def held(unit: Unit, licence_id: LicenceId) -> Record:
    """Return the licence, kept as it is until the unit ends.

    Raises: LookupError where there is none; nobody names one that is not there.
    """
    record = licence_store.record(unit, licence_id, lock=True)
    if record is None:
        raise LookupError("a reservation is a licence")
    return record


def lapsed() -> Conflict:
    """Return the refusal of whoever comes too late."""
    message = Bilingual(
        "The time in which this place was held is over. The photographs are undecided again.",
        "保留期限已过。相关照片已恢复为未审批状态。",
    )
    return Conflict(message, code="reservation_lapsed")


def event(kind: EventType, by: PersonId | None, record: Record, details: Mapping[str, Detail]) -> Event:
    """Return an event about the licence."""
    return Event(
        type=kind,
        actor=by,
        organisation=record.licensee.organisation_id,
        licence=record.licence_id,
        request=record.request_id,
        details={"number": record.number, **details},
    )


def _give_up(
    unit: Unit,
    rights: RightsService,
    record: Record,
    reason: Bilingual,
    *,
    by: PersonId | None,
    at: datetime,
    refused: Mapping[AssetId, str] = _NOBODY,
) -> None:
    state = step(record.stored, LicenceAction.RELEASE)
    said = _in_both(reason)
    licence_store.set_state(unit, record.licence_id, state, reason=said, by=by, at=at)
    rights.set_lines(unit, record.licence_id, LineState.RELEASED)
    consents_store.stop_asking(unit, record.licence_id)
    reservations_store.give_back_items(unit, record.licence_id, refused, by, at)
    announce(unit, event(EventType.LICENCE_RELEASED, by, record, {"reason": said}), at)


def _in_both(reason: Bilingual) -> str:
    return reason.en if reason.en == reason.zh else f"{reason.en} {reason.zh}"


def _judged(
    unit: Unit, rights: RightsService, record: Record, items: Sequence[AssetId], at: datetime
) -> tuple[list[Assessment], set[AssetId]]:
    consents = {one.asset.asset_id for one in consents_store.of_licence(unit, record.licence_id, at)}
    party = record.licensee.organisation_id
    return assess(unit, rights, items, party, rights_use(party, record.use), at), consents


def _move_on(unit: Unit, by: PersonId | None, asked: Header, words: str, at: datetime, *, complete: bool) -> None:
    states = list(store.item_states(unit, asked.request_id).values())
    action: RequestAction = after_reservation(
        asked.state,
        complete=complete,
        undecided=sum(one is ItemState.UNDECIDED for one in states),
        awaited=sum(one in AWAITED for one in states),
    )
    steps.take(unit, by, asked, action, words, at)


def _keep_time(unit: Unit, asked: Header) -> None:
    present = store.header(unit, asked.request_id)
    if present is not None:
        store.set_state(unit, asked.request_id, present.state, asked.updated_at, offer_until=present.offer_until)
