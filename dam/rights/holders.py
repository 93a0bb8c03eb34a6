"""Rights holders: who they are, and how their photographs are marked."""

from datetime import datetime

from dam.accounts.people import Actor
from dam.accounts.permissions import Permission
from dam.audit.events import Detail, Event, EventType
from dam.audit.service import append
from dam.database.unit import Database, Unit
from dam.jobs.names import JobKind
from dam.jobs.store import enqueue_each
from dam.kernel.clock import Clock
from dam.kernel.errors import NotFound
from dam.kernel.ids import HolderId, new_id
from dam.kernel.text import Bilingual
from dam.rights import store
from dam.rights.agreement import HolderDraft, Scope, check_holder
from dam.rights.views import Holder

_HOLDER = Bilingual("rights holder", "权利人")


class Holders:
    """What rights managers and archivists do with rights holders."""

    database: Database
    clock: Clock

    def record_holder(self, actor: Actor, draft: HolderDraft) -> HolderId:
        """Record a rights holder.

        Raises: NotAllowed, Invalid.
        """
        actor.require(Permission.HOLDER_RECORD)
        at, holder_id = self.clock(), HolderId(new_id())
        with self.database.unit() as unit:
            check_holder(draft, store.known(unit, Scope(), None, draft.organisation_id))
            number = store.add_holder(unit, holder_id, draft, actor.person_id, at)
            _log(unit, actor, holder_id, number, draft, at)
        return holder_id

    def correct_holder(self, actor: Actor, holder_id: HolderId, draft: HolderDraft) -> int:
        """Correct what is recorded of a holder; return how many of its photographs are marked anew for it.

        A preview shows the holder's name, in the strength the holder wants: where neither changes, none is made again.
        Raises: NotAllowed, NotFound, Invalid.
        """
        actor.require(Permission.HOLDER_RECORD)
        at = self.clock()
        with self.database.unit() as unit:
            now = store.holder(unit, holder_id, lock=True)
            if now is None:
                raise NotFound(_HOLDER)
            check_holder(draft, store.known(unit, Scope(), None, draft.organisation_id))
            store.change_holder(unit, holder_id, draft)
            _log(unit, actor, holder_id, now.number, draft, at)
            changed = store.holder(unit, holder_id)
            same_mark = changed is not None and (changed.name, changed.mark) == (now.name, now.mark)
            return 0 if same_mark else _mark_anew(unit, holder_id)

    def holders(self, actor: Actor) -> tuple[Holder, ...]:
        """Return every rights holder, by name.

        Raises: NotAllowed.
        """
        actor.require(Permission.AGREEMENT_READ)
        with self.database.unit() as unit:
            return store.holders(unit)

    def holder(self, actor: Actor, holder_id: HolderId) -> Holder:
        """Return one rights holder.

        Raises: NotAllowed, NotFound.
        """
        actor.require(Permission.AGREEMENT_READ)
        with self.database.unit() as unit:
            found = store.holder(unit, holder_id)
        if found is None:
            raise NotFound(_HOLDER)
        return found


def _mark_anew(unit: Unit, holder_id: HolderId) -> int:
    """Queue every photograph of the holder that has a mark, once for this change."""
    marked = store.marked_of(unit, holder_id)
    enqueue_each(unit, JobKind.PREPARE_ASSET, marked, params={"holder": str(holder_id), "change": str(new_id())})
    return len(marked)


def _log(unit: Unit, actor: Actor, holder_id: HolderId, number: int, draft: HolderDraft, at: datetime) -> None:
    details: dict[str, Detail] = {"holder": str(holder_id), "number": number, "name": draft.name.pick("en")}
    event = Event(
        type=EventType.HOLDER_RECORDED,
        actor=actor.person_id,
        organisation=actor.organisation_id,
        details=details | {"mark": draft.mark},
    )
    append(unit, event, at)
