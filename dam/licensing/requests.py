"""The desk for requests: ask, answer, decide, return, withdraw."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from dam.accounts.people import Actor
from dam.accounts.permissions import Permission
from dam.audit.events import Detail, EventType
from dam.database.unit import Unit
from dam.kernel.errors import Conflict, Fault, Invalid
from dam.kernel.ids import AssetId, LicenceId, OrganisationId, RequestId, new_id
from dam.kernel.text import Bilingual
from dam.licensing import asset_store, offers_store, renewal_store, store
from dam.licensing.access import request_actions_of, request_scope
from dam.licensing.codes import asks_for_machine_use, code_faults, codes_of, use_of
from dam.licensing.drafts import (
    MESSAGE_CHARACTERS,
    ItemDecision,
    RequestDraft,
    decision_faults,
    request_faults,
    text_fault,
    unique,
)
from dam.licensing.granting import Granter, assess, rights_use
from dam.licensing.offers import offer_of
from dam.licensing.opening import known
from dam.licensing.paging import DEFAULT_LIMIT, bounded, page_of, place_of
from dam.licensing.ports import Desk, require_none, require_text
from dam.licensing.request import (
    AWAITED,
    PARTNERS_TURN,
    WAITING_STATES,
    Effect,
    ItemState,
    RequestAction,
    RequestState,
    step,
    waits_for,
)
from dam.licensing.reserving import withdraw_all
from dam.licensing.settling import Settlement, already_decided, decided_details, settle_decisions
from dam.licensing.steps import log, take
from dam.licensing.store import Assessment, Header
from dam.licensing.views import (
    Decided,
    Offer,
    OfferItem,
    OfferState,
    Page,
    RequestItem,
    RequestRow,
    RequestView,
    UseView,
)

WAITING = "waiting"
"""The filter for every request that waits for a rights manager."""

_CLOSED = AWAITED | {ItemState.GRANTED, ItemState.REFUSED}
_OPEN_STATES = WAITING_STATES | PARTNERS_TURN


class RequestDesk(Desk):
    """What partners ask and rights managers answer."""

    def submit(self, actor: Actor, draft: RequestDraft) -> RequestView:
        """Ask for a licence; every photograph is answered at once with its verdict and reasons.

        Raises: NotAllowed; Invalid, field by field, also for a photograph the person may not know of.
        """
        actor.require(Permission.REQUEST_SUBMIT)
        at = self.clock()
        with self.database.unit() as unit:
            return self._view(unit, actor, self._submit(unit, actor, draft, "", at), at)

    def request(self, actor: Actor, request_id: RequestId) -> RequestView:
        """Return the request with its photographs and thread.

        Raises: NotAllowed; NotFound, also for the request of another organisation.
        """
        with self.database.unit() as unit:
            return self._opened(unit, actor, request_id, self.clock())

    def requests(
        self, actor: Actor, state: str | None = None, cursor: str | None = None, *, limit: int = DEFAULT_LIMIT
    ) -> Page[RequestRow]:
        """Return one page of the requests one may see: those that wait, oldest first; any others, newest first.

        Shape: `state` is a `RequestState` value, `waiting` for all that wait for a rights manager, or None for all.
        Raises: NotAllowed; Invalid.
        """
        of = request_scope(actor)
        states = _states(state)
        oldest_first = states is not None and states <= WAITING_STATES
        limit = bounded(limit)
        with self.database.unit() as unit:
            found = store.queue(
                unit, states=states, of=of, after=place_of(cursor), oldest_first=oldest_first, limit=limit + 1
            )
        return page_of(found, limit, store.placed)

    def decide(
        self,
        actor: Actor,
        request_id: RequestId,
        decisions: Sequence[ItemDecision],
        message: str = "",
        *,
        seen_at: datetime | None = None,
    ) -> Decided:
        """Grant or refuse photographs of a request; what is granted together becomes one licence, all or nothing.

        Shape: `seen_at` is the `updated_at` of the request the decisions were made on, so that nobody grants a use
        they have not read; None decides on the request as it is now.
        Raises: NotAllowed; NotFound; WrongState; Invalid; Conflict `request_changed`, `already_decided` or
        `rights_not_held`; ExclusivityConflict naming the agreement or licence that stands in the way.
        """
        actor.require(Permission.REQUEST_DECIDE)
        fault = text_fault("message", message, MESSAGE_CHARACTERS, needed=False)
        require_none([fault] if fault else [])
        at = self.clock()
        return self.database.repeat(
            lambda unit: self._decide(unit, actor, request_id, decisions, message, seen_at=seen_at, at=at)
        )

    def return_for_changes(self, actor: Actor, request_id: RequestId, message: str) -> RequestView:
        """Hand the request back to the partner, saying what to change.

        Raises: NotAllowed; NotFound; WrongState; Invalid without a message.
        """
        actor.require(Permission.REQUEST_DECIDE)
        return self._take(actor, request_id, RequestAction.RETURN_FOR_CHANGES, require_text("message", message))

    def withdraw(self, actor: Actor, request_id: RequestId, message: str = "") -> RequestView:
        """Stop asking; what was granted before stays granted.

        Raises: NotAllowed; NotFound; WrongState.
        """
        actor.require(Permission.REQUEST_SUBMIT)
        return self._take(actor, request_id, RequestAction.WITHDRAW, message.strip())

    def comment(self, actor: Actor, request_id: RequestId, message: str) -> RequestView:
        """Add a message to the thread; nothing else changes.

        Raises: NotAllowed; NotFound; WrongState; Invalid without a message.
        """
        if not actor.may(Permission.REQUEST_DECIDE):
            actor.require(Permission.REQUEST_SUBMIT)
        return self._take(actor, request_id, RequestAction.COMMENT, require_text("message", message))

    def resubmit(
        self, actor: Actor, request_id: RequestId, draft: RequestDraft | None = None, message: str = ""
    ) -> RequestView:
        """Send a returned request again, with other photographs, dates or uses where a draft says so.

        Photographs already decided stay as they are, whatever the draft lists.
        Raises: NotAllowed; NotFound; WrongState; Invalid.
        """
        actor.require(Permission.REQUEST_SUBMIT)
        at = self.clock()
        with self.database.unit() as unit:
            asked = known(unit, self.rights, actor, request_id, at, lock=True)
            step(asked.state, RequestAction.RESUBMIT)
            use = _use(draft, at) if draft else asked.use
            wanted = self._undecided(unit, actor, asked, draft, at)
            store.set_use(unit, request_id, use)
            store.ask_for(unit, request_id, self._assess(unit, wanted, actor.organisation_id, use, at))
            take(unit, actor.person_id, asked, RequestAction.RESUBMIT, message.strip(), at)
            return self._opened(unit, actor, request_id, at)

    def _submit(
        self,
        unit: Unit,
        actor: Actor,
        draft: RequestDraft,
        words: str,
        at: datetime,
        *,
        renews: LicenceId | None = None,
    ) -> Header:
        """Write a request down with its verdicts; `renews` names the licence whose next term it asks for."""
        use = _use(draft, at)
        request_id = RequestId(new_id())
        asset_ids = self._visible(unit, actor, draft.asset_ids, at)
        store.insert_request(unit, request_id, actor, use, at)
        store.ask_for(unit, request_id, self._assess(unit, asset_ids, actor.organisation_id, use, at))
        store.say(unit, request_id, actor.person_id, Effect.SUBMITTED, words, at)
        asked = known(unit, self.rights, actor, request_id, at)
        said: dict[str, Detail] = {"assets": [str(one) for one in asset_ids]}
        said |= {"renews": str(renews)} if renews else {}
        log(unit, actor.person_id, asked, EventType.REQUEST_SUBMITTED, said, at)
        return asked

    def _take(self, actor: Actor, request_id: RequestId, action: RequestAction, words: str) -> RequestView:
        at = self.clock()
        with self.database.unit() as unit:
            asked = known(unit, self.rights, actor, request_id, at, lock=True)
            step(asked.state, action)
            if action is RequestAction.WITHDRAW:
                withdraw_all(unit, self.rights, asked, actor.person_id, at)
            take(unit, actor.person_id, asked, action, words, at)
            return self._opened(unit, actor, request_id, at)

    def _decide(
        self,
        unit: Unit,
        actor: Actor,
        request_id: RequestId,
        decisions: Sequence[ItemDecision],
        message: str,
        *,
        seen_at: datetime | None,
        at: datetime,
    ) -> Decided:
        asked = known(unit, self.rights, actor, request_id, at, lock=True)
        if seen_at not in (None, asked.updated_at):
            raise changed_since()
        states = store.item_states(unit, request_id)
        step(asked.state, RequestAction.DECIDE_IN_PART)
        machine = asks_for_machine_use(codes_of(asked.use.media))
        starts_on = asked.use.starts_on
        require_none(decision_faults(decisions, _standing(states), asks_for_machine_use=machine, starts_on=starts_on))
        _require_undecided(decisions, states)
        granter = Granter(actor.person_id, actor.organisation_id, self.holds.reservation)
        done = settle_decisions(unit, self.rights, granter, asked, decisions, at)
        details = decided_details(decisions)
        state = take(unit, actor.person_id, asked, _decision(done), message.strip(), at, details=details)
        return Decided(state, done.licences)

    def _undecided(
        self, unit: Unit, actor: Actor, asked: Header, draft: RequestDraft | None, at: datetime
    ) -> list[AssetId]:
        states = store.item_states(unit, asked.request_id)
        closed = frozenset(one for one, state in states.items() if state in _CLOSED)
        if draft is None:
            return [one for one, state in states.items() if state is ItemState.UNDECIDED]
        wanted = [one for one in self._visible(unit, actor, draft.asset_ids, at, known=closed) if one not in closed]
        if not wanted:
            message = Bilingual("Every photograph listed is decided already.", "所列照片均已审批。")
            raise Invalid([Fault("assets", "all_decided", message)])
        return wanted

    def _visible(
        self,
        unit: Unit,
        actor: Actor,
        asset_ids: Sequence[AssetId],
        at: datetime,
        *,
        known: frozenset[AssetId] = frozenset(),
    ) -> list[AssetId]:
        """Return the photographs, each once; those in `known` need not be visible any more."""
        wanted = unique(asset_ids)
        seen = known | asset_store.visible_to(unit, actor, wanted, at, self.rights.hides_preview)
        message = Bilingual("There is no such photograph.", "找不到该照片。")
        require_none(
            [Fault(f"assets.{place}", "unknown", message) for place, one in enumerate(asset_ids) if one not in seen]
        )
        return wanted

    def _assess(
        self, unit: Unit, asset_ids: Sequence[AssetId], party: OrganisationId, use: UseView, at: datetime
    ) -> list[Assessment]:
        return assess(unit, self.rights, asset_ids, party, rights_use(party, use), at)

    def _opened(self, unit: Unit, actor: Actor, request_id: RequestId, at: datetime) -> RequestView:
        return self._view(unit, actor, known(unit, self.rights, actor, request_id, at), at)

    def _view(self, unit: Unit, actor: Actor, asked: Header, at: datetime) -> RequestView:
        return RequestView(
            request_id=asked.request_id,
            number=asked.number,
            state=asked.state,
            waits_for=waits_for(asked.state),
            actions=request_actions_of(actor, asked.organisation.organisation_id, asked.state),
            organisation=asked.organisation,
            requested_by=asked.requested_by,
            use=asked.use,
            items=self._items(unit, asked, at),
            thread=store.thread(unit, asked.request_id),
            created_at=asked.created_at,
            updated_at=asked.updated_at,
            renews=renewal_store.renewed(unit, asked.request_id),
            offer=self._offer(unit, asked, at),
        )

    def _offer(self, unit: Unit, asked: Header, at: datetime) -> Offer | None:
        """Return the latest counter-offer; while it is open, with what rights say of it now."""
        found = offers_store.latest(unit, asked.request_id)
        if found is None:
            return None
        told: list[OfferItem] = []
        if found.state is OfferState.OPEN:
            wanted = [one.asset for one in store.items(unit, asked.request_id) if one.state is ItemState.UNDECIDED]
            party, ids = asked.organisation.organisation_id, [one.asset_id for one in wanted]
            judged = self._assess(unit, ids, party, found.use, at)
            told = [
                OfferItem(photo, one.verdict, one.reasons, one.free_from)
                for photo, one in zip(wanted, judged, strict=True)
            ]
        return offer_of(found, asked.use, told)

    def _items(self, unit: Unit, asked: Header, at: datetime) -> list[RequestItem]:
        """Return the photographs, those that are still open with what rights say of them now."""
        found = store.items(unit, asked.request_id)
        open_ids = [one.asset.asset_id for one in found if one.state is ItemState.UNDECIDED]
        if asked.state not in _OPEN_STATES or not open_ids:
            return found
        party = asked.organisation.organisation_id
        now = {one.asset_id: one for one in self._assess(unit, open_ids, party, asked.use, at)}
        return [_as_of_now(one, now.get(one.asset.asset_id)) for one in found]


def _use(draft: RequestDraft, at: datetime) -> UseView:
    faults = request_faults(draft, today=lambda zone: at.astimezone(zone).date())
    require_none([*faults, *code_faults(draft)])
    return use_of(draft)


def _states(state: str | None) -> frozenset[RequestState] | None:
    if state is None:
        return None
    if state == WAITING:
        return WAITING_STATES
    try:
        return frozenset({RequestState(state)})
    except ValueError:
        message = Bilingual("A request has no such state.", "申请没有该状态。")
        raise Invalid([Fault("state", "unknown", message)]) from None


def _standing(states: Mapping[AssetId, ItemState]) -> frozenset[AssetId]:
    return frozenset(one for one, state in states.items() if state is not ItemState.DROPPED)


def _require_undecided(decisions: Sequence[ItemDecision], states: Mapping[AssetId, ItemState]) -> None:
    decided = [one.asset_id for one in decisions if states[one.asset_id] is not ItemState.UNDECIDED]
    if decided:
        raise already_decided(decided)


def changed_since() -> Conflict:
    """Return the refusal of whoever decides on what they have not read."""
    message = Bilingual(
        "This request has changed since you opened it. Read it again, then decide.",
        "该申请在您打开后已有变动。请重新阅读后再审批。",
    )
    return Conflict(message, code="request_changed")


def _decision(done: Settlement) -> RequestAction:
    if done.undecided:
        return RequestAction.DECIDE_IN_PART
    return RequestAction.RESERVE if done.awaited else RequestAction.DECIDE


def _as_of_now(item: RequestItem, now: Assessment | None) -> RequestItem:
    if now is None:
        return item
    return replace(item, verdict=now.verdict, reasons=now.reasons, free_from=now.free_from)
