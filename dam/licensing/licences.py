"""The desk for licences: read, accept, suspend, reinstate, revoke."""

from datetime import datetime

from dam.accounts.people import Actor
from dam.accounts.permissions import Permission
from dam.audit.events import Event, EventType
from dam.database.unit import Unit
from dam.kernel.errors import Conflict, NotFound
from dam.kernel.ids import LicenceId
from dam.kernel.text import Bilingual
from dam.licensing import licence_store
from dam.licensing.access import LICENCE, licence_actions_of, licence_scope, require_known
from dam.licensing.announcing import announce
from dam.licensing.licence import LicenceAction, LicenceState, state_at, step
from dam.licensing.licence_store import Record
from dam.licensing.paging import DEFAULT_LIMIT, bounded, page_of, place_of
from dam.licensing.ports import Desk, require_text
from dam.licensing.views import LicenceRow, LicenceView, Page
from dam.rights.facts import LineState

_EVENTS = {
    LicenceAction.ACCEPT: EventType.LICENCE_ACCEPTED,
    LicenceAction.SUSPEND: EventType.LICENCE_SUSPENDED,
    LicenceAction.REINSTATE: EventType.LICENCE_RESUMED,
    LicenceAction.REVOKE: EventType.LICENCE_REVOKED,
}
_LINE_STATES = {
    LicenceState.ACTIVE: LineState.ACTIVE,
    LicenceState.SUSPENDED: LineState.SUSPENDED,
    LicenceState.REVOKED: LineState.REVOKED,
}


class LicenceDesk(Desk):
    """What becomes of a licence once it is granted."""

    def licence(self, actor: Actor, licence_id: LicenceId) -> LicenceView:
        """Return the licence with its terms, photographs and counters.

        Raises: NotAllowed; NotFound, also for the licence of another organisation.
        """
        with self.database.unit() as unit:
            return _view(unit, actor, _known(unit, actor, licence_id), self.clock())

    def licences(self, actor: Actor, cursor: str | None = None, *, limit: int = DEFAULT_LIMIT) -> Page[LicenceRow]:
        """Return one page of the licences one may see, newest first.

        Raises: NotAllowed; Invalid.
        """
        of = licence_scope(actor)
        limit = bounded(limit)
        with self.database.unit() as unit:
            found = licence_store.page(unit, of=of, after=place_of(cursor), at=self.clock(), limit=limit + 1)
        return page_of(found, limit, licence_store.placed)

    def accept(self, actor: Actor, licence_id: LicenceId, terms_sha256: str) -> LicenceView:
        """Accept the terms, named by their hash, for one's organisation; doing it again changes nothing.

        Raises: NotAllowed; NotFound; WrongState; Conflict `terms_changed` for the hash of any other text.
        """
        actor.require(Permission.LICENCE_ACCEPT)
        at = self.clock()
        with self.database.unit() as unit:
            record = _known(unit, actor, licence_id, lock=True)
            require_known(actor.organisation_id, record.licensee.organisation_id, LICENCE)
            _require_text_of(record, terms_sha256)
            state = _state(record, at)
            if state is not LicenceState.ACTIVE:
                step(state, LicenceAction.ACCEPT)
                licence_store.insert_acceptance(unit, licence_id, record.terms_sha256, actor.person_id, at)
                self._move(unit, actor, record, LicenceAction.ACCEPT, "", at)
            return _view(unit, actor, _known(unit, actor, licence_id), at)

    def revoke(self, actor: Actor, licence_id: LicenceId, reason: str) -> LicenceView:
        """End the licence for good; the next request already finds it revoked, and its place is free.

        Raises: NotAllowed; NotFound; WrongState; Invalid without a reason.
        """
        return self._change(actor, licence_id, LicenceAction.REVOKE, require_text("reason", reason))

    def suspend(self, actor: Actor, licence_id: LicenceId, reason: str) -> LicenceView:
        """Stop deliveries for a while; the licence keeps its place.

        Raises: NotAllowed; NotFound; WrongState; Invalid without a reason.
        """
        return self._change(actor, licence_id, LicenceAction.SUSPEND, require_text("reason", reason))

    def reinstate(self, actor: Actor, licence_id: LicenceId, reason: str = "") -> LicenceView:
        """Let deliveries go on.

        Raises: NotAllowed; NotFound; WrongState.
        """
        return self._change(actor, licence_id, LicenceAction.REINSTATE, reason.strip())

    def _change(self, actor: Actor, licence_id: LicenceId, action: LicenceAction, reason: str) -> LicenceView:
        actor.require(Permission.LICENCE_REVOKE)
        at = self.clock()
        with self.database.unit() as unit:
            record = _known(unit, actor, licence_id, lock=True)
            self._move(unit, actor, record, action, reason, at)
            return _view(unit, actor, _known(unit, actor, licence_id), at)

    def _move(self, unit: Unit, actor: Actor, record: Record, action: LicenceAction, reason: str, at: datetime) -> None:
        """Write the new state of the licence and its grant lines, and the event, in the one unit."""
        state = step(_state(record, at), action)
        licence_store.set_state(unit, record.licence_id, state, reason=reason, by=actor.person_id, at=at)
        self.rights.set_lines(unit, record.licence_id, _LINE_STATES[state], accepted=action is LicenceAction.ACCEPT)
        announce(unit, _event(actor, record, action, reason), at)


def _known(unit: Unit, actor: Actor, licence_id: LicenceId, *, lock: bool = False) -> Record:
    scope = licence_scope(actor)
    record = licence_store.record(unit, licence_id, lock=lock)
    if record is None:
        raise NotFound(LICENCE)
    require_known(scope, record.licensee.organisation_id, LICENCE)
    return record


def _state(record: Record, at: datetime) -> LicenceState:
    return state_at(record.stored, record.span, at, record.reserved_until)


def _require_text_of(record: Record, terms_sha256: str) -> None:
    if terms_sha256.strip().lower() == record.terms_sha256:
        return
    message = Bilingual(
        "This is not the text of the licence. Open the licence, read its terms and accept those.",
        "这不是该许可证的条款文本。请打开许可证，阅读并接受其条款。",
    )
    raise Conflict(message, code="terms_changed", extra={"terms_sha256": record.terms_sha256})


def _event(actor: Actor, record: Record, action: LicenceAction, reason: str) -> Event:
    said = {"terms_sha256": record.terms_sha256} if action is LicenceAction.ACCEPT else {"reason": reason}
    return Event(
        type=_EVENTS[action],
        actor=actor.person_id,
        organisation=record.licensee.organisation_id,
        licence=record.licence_id,
        request=record.request_id,
        details={"number": record.number, **said},
    )


def _view(unit: Unit, actor: Actor, record: Record, at: datetime) -> LicenceView:
    items = licence_store.items(unit, record.licence_id)
    state = _state(record, at)
    return LicenceView(
        licence_id=record.licence_id,
        number=record.number,
        request_id=record.request_id,
        request_number=record.request_number,
        state=state,
        actions=licence_actions_of(actor, record.licensee.organisation_id, state),
        licensor=record.licensor,
        licensee=record.licensee,
        use=record.use,
        term=record.span,
        items=items,
        downloads_left=sum(item.downloads_left for item in items),
        terms=record.terms,
        terms_sha256=record.terms_sha256,
        granted_by=record.granted_by,
        granted_at=record.granted_at,
        acceptance=licence_store.acceptance(unit, record.licence_id),
        state_reason=record.state_reason,
        state_changed_at=record.state_changed_at,
    )
