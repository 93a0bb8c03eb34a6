"""The desk for consents: what a rights holder is asked, and what it answers."""

from dataclasses import dataclass
from datetime import datetime

from dam.accounts.people import Actor
from dam.accounts.permissions import Permission
from dam.audit.events import Event, EventType
from dam.database.unit import Unit
from dam.kernel.errors import Conflict, Fault, Invalid, NotAllowed, NotFound, WrongState
from dam.kernel.ids import AssetId, ConsentId, OrganisationId
from dam.kernel.text import Bilingual
from dam.licensing import consents_store, reservations_store, store
from dam.licensing.announcing import announce
from dam.licensing.drafts import MESSAGE_CHARACTERS, text_fault
from dam.licensing.licence import LicenceState
from dam.licensing.licence_store import Record
from dam.licensing.paging import DEFAULT_LIMIT, bounded, page_of, place_of
from dam.licensing.ports import Desk, require_none, require_text
from dam.licensing.request import Effect, ItemState
from dam.licensing.reserving import completable, complete, held, lapsed, release
from dam.licensing.store import Header
from dam.licensing.views import ConsentState, ConsentView, Page

_CONSENT = Bilingual("consent", "同意请求")
_EFFECTS = {
    ConsentState.GIVEN: (Effect.CONSENT_GIVEN, EventType.CONSENT_GIVEN),
    ConsentState.REFUSED: (Effect.CONSENT_REFUSED, EventType.CONSENT_REFUSED),
    ConsentState.WITHDRAWN: (Effect.CONSENT_WITHDRAWN, EventType.CONSENT_WITHDRAWN),
}
_REFUSED = Bilingual("A rights holder did not consent.", "权利人未予同意。")
_RIGHTS_CHANGED = Bilingual("Rights have changed since it was granted.", "授权之后权利状况已变化。")
_WITHDREW = Bilingual("A rights holder withdrew consent.", "权利人已撤回同意。")


@dataclass(frozen=True, slots=True)
class _Answer:
    """An answer as it is to be written down."""

    state: ConsentState
    words: str
    on_behalf: bool


class ConsentDesk(Desk):
    """What rights holders consent to, use by use."""

    def consents(
        self, actor: Actor, state: str | None = None, cursor: str | None = None, *, limit: int = DEFAULT_LIMIT
    ) -> Page[ConsentView]:
        """Return one page of what one's organisation is asked to consent to, newest first; managers see all of it.

        Shape: `state` is a `ConsentState` value, or None for all.
        Raises: NotAllowed; Invalid.
        """
        of, wanted, at = _scope(actor), _state(state), self.clock()
        limit = bounded(limit)
        with self.database.unit() as unit:
            found = consents_store.page(unit, of=of, state=wanted, after=place_of(cursor), at=at, limit=limit + 1)
        return page_of(found, limit, consents_store.placed)

    def consent(self, actor: Actor, consent_id: ConsentId) -> ConsentView:
        """Return one consent.

        Raises: NotAllowed; NotFound, also for what another holder is asked.
        """
        with self.database.unit() as unit:
            return _known(unit, actor, consent_id, self.clock())

    def give_consent(self, actor: Actor, consent_id: ConsentId, words: str = "") -> ConsentView:
        """Consent to the use; when nothing more is awaited, the licence is offered.

        Shape: a rights manager speaks for a holder without people here; `words` then name the document that says so.
        Raises: NotAllowed; NotFound; WrongState; Invalid; Conflict `holder_answers_itself` or `reservation_lapsed`.
        """
        return self._answer(actor, consent_id, ConsentState.GIVEN, words)

    def refuse_consent(self, actor: Actor, consent_id: ConsentId, reason: str) -> ConsentView:
        """Refuse to consent, with the reason; when nothing more is awaited, the licence is given up.

        Raises: as `give_consent`; Invalid without a reason.
        """
        return self._answer(actor, consent_id, ConsentState.REFUSED, require_text("reason", reason))

    def withdraw_consent(self, actor: Actor, consent_id: ConsentId, reason: str) -> ConsentView:
        """Withdraw a consent: nothing more is delivered on it, from the next request on.

        Raises: as `refuse_consent`.
        """
        return self._answer(actor, consent_id, ConsentState.WITHDRAWN, require_text("reason", reason))

    def _answer(self, actor: Actor, consent_id: ConsentId, state: ConsentState, words: str) -> ConsentView:
        at = self.clock()
        with self.database.unit() as unit:
            found = _known(unit, actor, consent_id, at)
            answer = _Answer(state, words.strip(), _speaks_for(unit, actor, found, words))
            asked = store.header(unit, found.request_id, lock=True)
            if asked is None:
                raise NotFound(_CONSENT)
            record = held(unit, found.licence_id)
            # Read again: another answer, or the clock, may have come before the request was ours.
            _require_open(_known(unit, actor, consent_id, at), state)
            self._write(unit, actor, asked, found, answer, at)
            self._follow(unit, actor, asked, record, state, at)
            return _known(unit, actor, consent_id, at)

    def _write(
        self, unit: Unit, actor: Actor, asked: Header, found: ConsentView, answer: _Answer, at: datetime
    ) -> None:
        before = ConsentState.GIVEN if answer.state is ConsentState.WITHDRAWN else ConsentState.ASKED
        written = consents_store.answer(
            unit,
            found.consent_id,
            before,
            answer.state,
            by=actor.person_id,
            on_behalf=answer.on_behalf,
            words=answer.words,
            at=at,
        )
        if written is None:
            raise _answered()
        if answer.state is not ConsentState.REFUSED:
            self.rights.set_consent(unit, *written, stands=answer.state is ConsentState.GIVEN)
        effect, kind = _EFFECTS[answer.state]
        store.say(unit, asked.request_id, actor.person_id, effect, answer.words, at)
        announce(unit, _event(kind, actor, asked, found, answer), at)

    def _follow(
        self, unit: Unit, actor: Actor, asked: Header, record: Record, state: ConsentState, at: datetime
    ) -> None:
        """Move a licence that waited on, once every holder has answered."""
        if record.stored is not LicenceState.RESERVED:
            return
        by, consents = actor.person_id, consents_store.of_licence(unit, record.licence_id, at)
        if state is ConsentState.WITHDRAWN:
            release(unit, self.rights, asked, record, _WITHDREW, by=by, at=at)
        elif any(one.state is ConsentState.ASKED for one in consents):
            return
        elif any(one.state is ConsentState.REFUSED for one in consents):
            release(unit, self.rights, asked, record, _REFUSED, by=by, at=at, refused=_refusals(consents))
        elif record.use.exclusive:
            reservations_store.move_items(unit, record.licence_id, ItemState.RESERVED)
            store.set_state(unit, asked.request_id, asked.state, at, offer_until=asked.offer_until)
        elif completable(unit, self.rights, record, at):
            complete(unit, self.rights, asked, record, by, at)
        else:
            release(unit, self.rights, asked, record, _RIGHTS_CHANGED, by=by, at=at)


def _refusals(consents: list[ConsentView]) -> dict[AssetId, str]:
    said = Bilingual("The rights holder did not consent: {reason}", "权利人未予同意：{reason}")
    return {
        one.asset.asset_id: f"{said.en.format(reason=one.words)} / {said.zh.format(reason=one.words)}"
        for one in consents
        if one.state is ConsentState.REFUSED
    }


def _scope(actor: Actor) -> OrganisationId | None:
    if actor.may(Permission.REQUEST_DECIDE):
        return None
    actor.require(Permission.CONSENT_ANSWER)
    return actor.organisation_id


def _known(unit: Unit, actor: Actor, consent_id: ConsentId, at: datetime) -> ConsentView:
    scope, found = _scope(actor), consents_store.one(unit, consent_id, at)
    if found is None or (scope is not None and scope != found.holder_organisation):
        raise NotFound(_CONSENT)
    return found


def _speaks_for(unit: Unit, actor: Actor, found: ConsentView, words: str) -> bool:
    """Tell whether the person answers on the holder's behalf.

    Raises: Conflict where the holder has people of its own here; Invalid where no document is named; NotAllowed.
    """
    fault = text_fault("words", words, MESSAGE_CHARACTERS, needed=False)
    require_none([fault] if fault else [])
    if actor.may(Permission.CONSENT_ANSWER) and actor.organisation_id == found.holder_organisation:
        return False
    if not actor.may(Permission.REQUEST_DECIDE):
        raise NotAllowed(Permission.CONSENT_ANSWER.value)
    if found.holder_organisation is not None and consents_store.has_people(unit, found.holder_organisation):
        message = Bilingual(
            "This rights holder has people here, who answer themselves.", "该权利人在本系统中有人员，应由其自行答复。"
        )
        raise Conflict(message, code="holder_answers_itself")
    if not words.strip():
        message = Bilingual("Name the document in which the holder says so.", "请注明权利人作此表示的文件。")
        raise Invalid([Fault("words", "missing", message)])
    return True


def _require_open(found: ConsentView, state: ConsentState) -> None:
    if found.answerable if state is not ConsentState.WITHDRAWN else found.withdrawable:
        return
    if found.state is ConsentState.ASKED:
        raise lapsed()
    raise _answered()


def _answered() -> WrongState:
    return WrongState(
        Bilingual("This was answered before, or is not asked any more.", "此前已答复，或已不再需要答复。")
    )


def _event(kind: EventType, actor: Actor, asked: Header, found: ConsentView, answer: _Answer) -> Event:
    return Event(
        type=kind,
        actor=actor.person_id,
        organisation=asked.organisation.organisation_id,
        asset=found.asset.asset_id,
        licence=found.licence_id,
        request=found.request_id,
        details={
            "number": found.licence_number,
            "consent": str(found.consent_id),
            "agreement": found.agreement_number,
            "on_behalf": answer.on_behalf,
            "words": answer.words,
        },
    )


def _state(state: str | None) -> ConsentState | None:
    try:
        return ConsentState(state) if state else None
    except ValueError:
        message = Bilingual("A consent has no such state.", "同意请求没有该状态。")
        raise Invalid([Fault("state", "unknown", message)]) from None
