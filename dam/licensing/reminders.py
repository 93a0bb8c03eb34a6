"""The sweep that reminds people: of licences and agreements that end, and of reports that are due."""

from collections.abc import Callable
from datetime import datetime

from dam.audit.events import Detail, Event, EventType
from dam.database.unit import Unit
from dam.kernel.ids import AgreementId, LicenceId
from dam.licensing import reminder_store
from dam.licensing.announcing import announce
from dam.licensing.ports import Desk
from dam.licensing.reminder_store import Coming
from dam.licensing.reminding import OVERDUE, ReminderKind, days_left, ending_step, report_step

_BATCH = 200

Finds = Callable[..., list[Coming]]
_FINDERS: tuple[Finds, ...] = (
    reminder_store.ending_licences,
    reminder_store.ending_agreements,
    reminder_store.due_reports,
)


class ReminderDesk(Desk):
    """Nobody's verb: the house itself goes round."""

    def remind(self) -> int:
        """Tell people of everything that ends or is due soon and was not told yet; return how many things that were.

        Each is told in a unit of its own, at its nearest step only, however long nobody went round; two rounds at once
        tell it once.
        """
        return sum(self._go_through(find) for find in _FINDERS)

    def _go_through(self, find: Finds) -> int:
        told, last = 0, None
        while True:
            at = self.clock()
            with self.database.unit() as unit:
                found = find(unit, at, after=last, limit=_BATCH)
            told += sum(self._tell(coming, at) for coming in found)
            if len(found) < _BATCH:
                return told
            last = found[-1]

    def _tell(self, coming: Coming, at: datetime) -> bool:
        step = _step(coming, at)
        if step is None:
            return False
        with self.database.unit() as unit:
            if not _stands(unit, coming) or not reminder_store.note(unit, coming, step, at):
                return False
            announce(unit, _event(coming, step, at), at)
        return True


def _step(coming: Coming, at: datetime) -> int | None:
    left = days_left(coming.due_on, at, coming.time_zone)
    return (report_step if coming.kind is ReminderKind.REPORT else ending_step)(left, coming.done)


def _stands(unit: Unit, coming: Coming) -> bool:
    """Tell whether what was found a moment ago still is so: a licence may be revoked or renewed at any time."""
    if coming.kind is not ReminderKind.LICENCE:
        return True
    return reminder_store.still_live(unit, LicenceId(coming.subject_id))


def _event(coming: Coming, step: int, at: datetime) -> Event:
    said: dict[str, Detail] = {"number": coming.number, "last_day": coming.due_on.isoformat(), "step": step}
    more: dict[str, Detail]
    match coming.kind:
        case ReminderKind.LICENCE:
            kind, more = EventType.LICENCE_ENDING, {"days": days_left(coming.due_on, at, coming.time_zone)}
        case ReminderKind.AGREEMENT:
            kind, more = EventType.AGREEMENT_ENDING, {"days": days_left(coming.due_on, at, coming.time_zone)}
        case ReminderKind.REPORT:
            kind = EventType.REPORT_OVERDUE if step == OVERDUE else EventType.REPORT_DUE
            more = {"count": coming.missing}
    of_agreement = coming.kind is ReminderKind.AGREEMENT
    return Event(
        type=kind,
        actor=None,
        organisation=coming.organisation,
        agreement=AgreementId(coming.subject_id) if of_agreement else None,
        licence=None if of_agreement else LicenceId(coming.subject_id),
        details={**said, **more},
    )
