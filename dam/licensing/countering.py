"""The desk for counter-offers: offer another use, take it back, accept or decline it."""

from dataclasses import replace
from datetime import datetime

from dam.accounts.people import Actor
from dam.accounts.permissions import Permission
from dam.audit.events import Detail
from dam.database.unit import Unit
from dam.kernel.errors import Conflict, NotFound
from dam.kernel.ids import AssetId, OfferId, RequestId, new_id
from dam.kernel.text import Bilingual
from dam.licensing import consenting, offers_store, store
from dam.licensing.access import REQUEST, require_known
from dam.licensing.codes import codes_of, use_of
from dam.licensing.drafts import ItemDecision, Verdict
from dam.licensing.granting import Granter, assess, require_rights, rights_use
from dam.licensing.offers import OfferDraft, differences, ends_at, offer_faults
from dam.licensing.offers_store import OfferRecord
from dam.licensing.opening import known
from dam.licensing.ports import require_none, require_text
from dam.licensing.request import ItemState, RequestAction, step
from dam.licensing.requests import RequestDesk, changed_since
from dam.licensing.settling import settle_decisions
from dam.licensing.steps import take
from dam.licensing.store import Header
from dam.licensing.views import Decided, OfferState, RequestView, UseView

_OFFER = Bilingual("counter-offer", "方案")


class OfferDesk(RequestDesk):
    """What rights managers offer instead of what was asked, and what partners answer."""

    def counter(
        self, actor: Actor, request_id: RequestId, draft: OfferDraft, *, seen_at: datetime | None = None
    ) -> RequestView:
        """Offer another use for the undecided photographs; an offer that is still open is replaced.

        Shape: `seen_at` as in `decide`.
        Raises: NotAllowed; NotFound; WrongState; Invalid, field by field; Conflict `request_changed`, `same_use` or
        `rights_not_held`: nothing is offered that could not be granted now.
        """
        actor.require(Permission.REQUEST_DECIDE)
        at = self.clock()
        require_none(offer_faults(draft, at))
        with self.database.unit() as unit:
            asked = self._any(unit, actor, request_id, at)
            if seen_at not in (None, asked.updated_at):
                raise changed_since()
            step(asked.state, RequestAction.COUNTER)
            offer = self._made(unit, actor, asked, draft, at)
            offers_store.close(unit, request_id, OfferState.REPLACED, actor.person_id, at)
            offers_store.insert_offer(unit, request_id, offer)
            details = _details(offer, asked.use)
            take(
                unit,
                actor.person_id,
                asked,
                RequestAction.COUNTER,
                offer.message,
                at,
                details=details,
                offer_until=offer.valid_until,
            )
            return self._opened(unit, actor, request_id, at)

    def take_back_offer(self, actor: Actor, request_id: RequestId, offer_id: OfferId) -> RequestView:
        """Take an open offer back; the request waits for a decision again, on the use that was asked.

        Raises: NotAllowed; NotFound; WrongState; Conflict `offer_over`.
        """
        actor.require(Permission.REQUEST_DECIDE)
        return self._close(actor, request_id, offer_id, OfferState.TAKEN_BACK, "")

    def decline_offer(self, actor: Actor, request_id: RequestId, offer_id: OfferId, message: str) -> RequestView:
        """Decline an open offer with a message; the request waits for a decision on the use that was asked.

        Raises: NotAllowed; NotFound; WrongState; Invalid without a message; Conflict `offer_over`.
        """
        actor.require(Permission.REQUEST_SUBMIT)
        return self._close(actor, request_id, offer_id, OfferState.DECLINED, require_text("message", message))

    def accept_offer(self, actor: Actor, request_id: RequestId, offer_id: OfferId) -> Decided:
        """Accept an open offer: every undecided photograph is granted for exactly the offered use, or none is.

        Shape: consents and the second signature are awaited as after any decision; the request keeps the use asked.
        Raises: NotAllowed; NotFound; WrongState; Conflict `offer_over` or `rights_not_held`; ExclusivityConflict.
        """
        actor.require(Permission.REQUEST_SUBMIT)
        at = self.clock()
        return self.database.repeat(lambda unit: self._accept(unit, actor, request_id, offer_id, at))

    def _accept(self, unit: Unit, actor: Actor, request_id: RequestId, offer_id: OfferId, at: datetime) -> Decided:
        asked = self._mine(unit, actor, request_id, at)
        offer = _open(unit, asked, offer_id, at)
        step(asked.state, RequestAction.ACCEPT_OFFER)
        by = offer.made_by
        granter = Granter(by.person_id, by.organisation.organisation_id, self.holds.reservation)
        grants = [ItemDecision(one, Verdict.GRANT, conditions=offer.conditions) for one in _undecided(unit, asked)]
        done = settle_decisions(unit, self.rights, granter, replace(asked, use=offer.use), grants, at)
        offers_store.close(unit, request_id, OfferState.ACCEPTED, actor.person_id, at)
        action = RequestAction.ACCEPT_OFFER_RESERVED if done.awaited else RequestAction.ACCEPT_OFFER
        details: dict[str, Detail] = {
            "offer": str(offer_id),
            "granted": [str(one.asset_id) for one in grants],
        }
        return Decided(take(unit, actor.person_id, asked, action, "", at, details=details), done.licences)

    def _close(
        self, actor: Actor, request_id: RequestId, offer_id: OfferId, state: OfferState, words: str
    ) -> RequestView:
        at = self.clock()
        declined = state is OfferState.DECLINED
        action = RequestAction.DECLINE_OFFER if declined else RequestAction.TAKE_BACK
        with self.database.unit() as unit:
            asked = (self._mine if declined else self._any)(unit, actor, request_id, at)
            _open(unit, asked, offer_id, at)
            step(asked.state, action)
            offers_store.close(unit, request_id, state, actor.person_id, at)
            take(unit, actor.person_id, asked, action, words, at, details={"offer": str(offer_id)})
            return self._opened(unit, actor, request_id, at)

    def _any(self, unit: Unit, actor: Actor, request_id: RequestId, at: datetime) -> Header:
        return known(unit, self.rights, actor, request_id, at, lock=True)

    def _mine(self, unit: Unit, actor: Actor, request_id: RequestId, at: datetime) -> Header:
        asked = self._any(unit, actor, request_id, at)
        require_known(actor.organisation_id, asked.organisation.organisation_id, REQUEST)
        return asked

    def _made(self, unit: Unit, actor: Actor, asked: Header, draft: OfferDraft, at: datetime) -> OfferRecord:
        """Return the offer, which can be kept as far as anybody knows now."""
        use, party = use_of(draft.use), asked.organisation.organisation_id
        if not differences(asked.use, use) and draft.conditions == type(draft.conditions)():
            raise _same_use()
        wanted, meant = _undecided(unit, asked), rights_use(party, use)
        needed = consenting.needed_consents(unit, self.rights, asked, wanted, meant, at)
        require_rights(assess(unit, self.rights, wanted, party, meant, at), needed)
        return OfferRecord(
            offer_id=OfferId(new_id()),
            state=OfferState.OPEN,
            use=use,
            conditions=draft.conditions,
            message=draft.message.strip(),
            valid_until=ends_at(draft, at, self.holds.offer),
            made_by=offers_store.author(unit, actor.person_id),
            made_at=at,
        )


def _undecided(unit: Unit, asked: Header) -> list[AssetId]:
    states = store.item_states(unit, asked.request_id)
    return [one for one, state in states.items() if state is ItemState.UNDECIDED]


def _open(unit: Unit, asked: Header, offer_id: OfferId, at: datetime) -> OfferRecord:
    """Return the offer, if it is the one that is open.

    Raises: NotFound; Conflict `offer_over` for one that lapsed, was replaced, taken back or answered.
    """
    found = offers_store.latest(unit, asked.request_id)
    if found is None or not offers_store.was_made(unit, asked.request_id, offer_id):
        raise NotFound(_OFFER)
    if found.offer_id != offer_id or found.state is not OfferState.OPEN or found.valid_until <= at:
        message = Bilingual(
            "This offer no longer stands. Open the request to see what does.",
            "该方案已失效。请打开申请查看现状。",
        )
        raise Conflict(message, code="offer_over")
    return found


def _same_use() -> Conflict:
    message = Bilingual(
        "This is the use that was asked, without a change. Grant it, or offer something else.",
        "该方案与所申请的用途完全相同。请直接授权，或提出其他方案。",
    )
    return Conflict(message, code="same_use")


def _details(offer: OfferRecord, asked: UseView) -> dict[str, Detail]:
    return {
        "offer": str(offer.offer_id),
        "differs": sorted(differences(asked, offer.use)),
        "media": codes_of(offer.use.media),
        "territory": codes_of(offer.use.territory),
        "ends_on": offer.use.ends_on.isoformat(),
        "valid_until": offer.valid_until.isoformat(),
    }
