"""The desk for reserved licences: what they wait for, the second signature, and giving them up."""

from datetime import datetime

from dam.accounts.people import Actor
from dam.accounts.permissions import Permission
from dam.audit.events import EventType
from dam.database.unit import Unit
from dam.kernel.errors import Conflict, NotFound
from dam.kernel.ids import LicenceId
from dam.kernel.text import Bilingual
from dam.licensing import consents_store, licence_store, offers_store, reservations_store, store
from dam.licensing.access import LICENCE, licence_scope, require_known
from dam.licensing.announcing import announce
from dam.licensing.licence import LicenceAction, LicenceState, state_at, step
from dam.licensing.licence_store import Record
from dam.licensing.opening import opened
from dam.licensing.ports import Desk, require_text
from dam.licensing.reserving import complete, event, held, lapsed, release
from dam.licensing.store import Header
from dam.licensing.views import ConsentState, Reservation

_ROUND = 200


class ReservationDesk(Desk):
    """What happens between a decision that must wait and a licence that can be offered."""

    def reservation(self, actor: Actor, licence_id: LicenceId) -> Reservation:
        """Return what the licence waits for, or waited for.

        Raises: NotAllowed; NotFound, also for the licence of another organisation.
        """
        scope, at = licence_scope(actor), self.clock()
        with self.database.unit() as unit:
            record = _record(licence_store.record(unit, licence_id))
            require_known(scope, record.licensee.organisation_id, LICENCE)
            consents = consents_store.of_licence(unit, licence_id, at)
            signed = reservations_store.signature(unit, licence_id)
            first = record.granted_by.person_id
            waiting = state_at(record.stored, record.span, at, record.reserved_until) is LicenceState.RESERVED
            decides = waiting and actor.may(Permission.REQUEST_DECIDE)
            ready = all(one.state is ConsentState.GIVEN for one in consents)
            return Reservation(
                until=record.reserved_until if waiting else None,
                consents=consents,
                needs_signature=waiting and record.use.exclusive,
                signed_by=signed[0] if signed else None,
                signed_at=signed[1] if signed else None,
                may_sign=decides and record.use.exclusive and ready and actor.person_id != first,
                may_release=decides,
                other_signers=reservations_store.count_other_signers(unit, first),
            )

    def sign(self, actor: Actor, licence_id: LicenceId) -> None:
        """Sign an exclusive licence as the second person; it is offered from now on.

        Raises: NotAllowed; NotFound; WrongState; Conflict `second_signer_needed`, `consents_awaited`,
        `reservation_lapsed`, `not_exclusive` or `rights_not_held`.
        """
        actor.require(Permission.REQUEST_DECIDE)
        at = self.clock()
        with self.database.unit() as unit:
            asked, record = self._held(unit, licence_id, at)
            if not record.use.exclusive:
                raise _not_exclusive()
            if record.granted_by.person_id == actor.person_id:
                raise _second_signer_needed(reservations_store.count_other_signers(unit, actor.person_id))
            if any(one.state is not ConsentState.GIVEN for one in consents_store.of_licence(unit, licence_id, at)):
                raise _consents_awaited()
            reservations_store.insert_signature(unit, licence_id, actor.person_id, at)
            announce(unit, event(EventType.LICENCE_SIGNED, actor.person_id, record, {}), at)
            complete(unit, self.rights, asked, record, actor.person_id, at)

    def release(self, actor: Actor, licence_id: LicenceId, reason: str) -> None:
        """Give a reserved licence up, as a refusal to sign or because it need not wait any longer; its place is free.

        Raises: NotAllowed; NotFound; WrongState; Invalid without a reason; Conflict `reservation_lapsed`.
        """
        actor.require(Permission.REQUEST_DECIDE)
        words, at = require_text("reason", reason), self.clock()
        with self.database.unit() as unit:
            asked, record = self._held(unit, licence_id, at)
            release(unit, self.rights, asked, record, Bilingual(words, words), by=actor.person_id, at=at)

    def sweep_reservations(self) -> int:
        """Write down which offers and reservations lapsed, and return on how many requests."""
        at = self.clock()
        with self.database.unit() as unit:
            due = {*offers_store.lapsed(unit, at, _ROUND), *reservations_store.lapsed(unit, at, _ROUND)}
        for request_id in sorted(due):
            with self.database.unit() as unit:
                opened(unit, self.rights, request_id, at)
        return len(due)

    def _held(self, unit: Unit, licence_id: LicenceId, at: datetime) -> tuple[Header, Record]:
        """Return a licence that holds its place, and its request; the request is held first, always."""
        found = _record(licence_store.record(unit, licence_id))
        asked = store.header(unit, found.request_id, lock=True)
        record = held(unit, licence_id)
        state = state_at(record.stored, record.span, at, record.reserved_until)
        if state is LicenceState.RELEASED and record.stored is LicenceState.RESERVED:
            raise lapsed()
        step(state, LicenceAction.RELEASE)
        if asked is None:
            raise NotFound(LICENCE)
        return asked, record


def _record(found: Record | None) -> Record:
    if found is None:
        raise NotFound(LICENCE)
    return found


def _second_signer_needed(others: int) -> Conflict:
    message = Bilingual(
        "You granted this licence. An exclusive licence needs the signature of a second person who decides requests.",
        "该许可由您授予。独家许可须由另一位版权管理员签署。",
    )
    return Conflict(message, code="second_signer_needed", extra={"other_signers": others})


def _consents_awaited() -> Conflict:
    message = Bilingual(
        "A rights holder has not consented yet. Sign when every consent is given.",
        "尚有权利人未同意。请在取得全部同意后签署。",
    )
    return Conflict(message, code="consents_awaited")


def _not_exclusive() -> Conflict:
    message = Bilingual("Only an exclusive licence is signed a second time.", "只有独家许可需要第二人签署。")
    return Conflict(message, code="not_exclusive")
