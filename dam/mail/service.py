"""Writing letters in the caller's unit, and sending them."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from dam.database.unit import Database, Unit
from dam.jobs.lease import Lease
from dam.jobs.names import JobKind
from dam.jobs.service import JobService
from dam.jobs.store import enqueue_each
from dam.kernel.clock import Clock
from dam.kernel.errors import ServiceFault, WrongState
from dam.kernel.ids import LetterId
from dam.kernel.text import Bilingual
from dam.mail import store
from dam.mail.letter import (
    GIVE_UP_AFTER,
    Letter,
    LetterRow,
    LetterState,
    Outcome,
    Posted,
    PutOff,
    Refused,
    Sent,
)
from dam.mail.ports import Transport
from dam.mail.writing import BadAddress, Sender, message_of

_NO_SERVER = "no mail server is set"
_GONE = "the person may not act any more"
_BAD_ADDRESS = "the address cannot be written into a message"
_EXHAUSTED = "it could not be written"
_WAITS = Bilingual("This letter is not one to try again.", "此邮件无需重试。")


def post(unit: Unit, letters: Sequence[Letter], at: datetime) -> int:
    """Put letters into the outbox in the caller's transaction, and return how many were new.

    A letter whose key was written before is not written again. Each new one becomes a job in the same commit.
    """
    written = store.insert_letters(unit, letters, at) if letters else []
    enqueue_each(unit, JobKind.SEND_LETTER, written)
    return len(written)


class MailService:
    """The outbox, and whoever carries what lies in it; without a transport nothing goes out."""

    def __init__(
        self, *, database: Database, clock: Clock, jobs: JobService, transport: Transport | None, sender: Sender
    ) -> None:
        self.database = database
        self.clock = clock
        self.jobs = jobs
        self._transport = transport
        self._sender = sender

    def send(self, lease: Lease) -> None:
        """Send one letter; what the server puts off is given back to be tried again.

        Raises: ServiceFault when the server does not answer or asks to wait.
        """
        letter_id = LetterId(lease.subject_id)
        with self.database.unit() as unit:
            posted = store.posted(unit, letter_id)
        if posted is not None and posted.state is LetterState.WAITING:
            self._attempt(posted)
        with self.database.unit() as unit:
            self.jobs.finish(unit, lease)

    def on_exhausted(self, letter_id: UUID) -> None:
        """Let a letter fail whose job was given up."""
        with self.database.unit() as unit:
            store.settle(unit, LetterId(letter_id), LetterState.FAILED, _EXHAUSTED, self.clock())

    def letters(self, state: LetterState | None, after: tuple[datetime, UUID] | None, *, limit: int) -> list[LetterRow]:
        """Return one page of the outbox, newest first; who may read it is asked upstairs."""
        with self.database.unit() as unit:
            return store.page(unit, state=state, after=after, limit=limit)

    def failed_count(self) -> int:
        """Return how many letters were refused for good."""
        with self.database.unit() as unit:
            return store.count_failed(unit)

    def try_again(self, unit: Unit, letter_id: LetterId) -> None:
        """Let a failed or withheld letter wait for a fresh attempt, in the caller's unit.

        Raises: WrongState when it is neither, or unknown.
        """
        tries = store.reopen(unit, letter_id, self.clock())
        if tries is None:
            raise WrongState(_WAITS)
        self.jobs.enqueue(unit, JobKind.SEND_LETTER, letter_id, params={"after": tries})

    def _attempt(self, posted: Posted) -> None:
        """Carry the letter and write down at once what became of it, in a unit that a lost lease cannot undo."""
        outcome = self._carry(posted)
        at = self.clock()
        with self.database.unit() as unit:
            match outcome:
                case Sent():
                    store.settle(unit, posted.letter_id, LetterState.SENT, "", at)
                case Refused():
                    store.settle(unit, posted.letter_id, LetterState.FAILED, outcome.reason, at)
                case PutOff() if at - posted.posted_at > GIVE_UP_AFTER:
                    store.settle(unit, posted.letter_id, LetterState.FAILED, outcome.reason, at)
                    return
                case PutOff():
                    store.put_off(unit, posted.letter_id, outcome.reason)
                case None:
                    reason = _GONE if self._transport else _NO_SERVER
                    store.settle(unit, posted.letter_id, LetterState.WITHHELD, reason, at)
        if isinstance(outcome, PutOff):
            raise ServiceFault("smtp")

    def _carry(self, posted: Posted) -> Outcome | None:
        """Return what became of the letter, None when it is not to be sent."""
        if self._transport is None or posted.address is None:
            return None
        try:
            message = message_of(posted, self._sender, posted.address)
        except BadAddress:
            return Refused(_BAD_ADDRESS)
        return self._transport.carry(message, posted.address)
