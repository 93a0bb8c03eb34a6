"""The desk for the outbox: what letters went out, what was refused, and trying those again."""

from datetime import datetime
from uuid import UUID

from dam.accounts.people import Actor
from dam.accounts.permissions import Permission
from dam.audit.events import Event, EventType
from dam.audit.service import append
from dam.database.unit import Database
from dam.kernel.clock import Clock
from dam.kernel.ids import LetterId
from dam.mail.letter import LetterRow, LetterState
from dam.mail.service import MailService


class OutboxDesk:
    """What an administrator does with letters; nobody reads here what a letter says."""

    def __init__(self, *, database: Database, clock: Clock, mail: MailService) -> None:
        self.database = database
        self.clock = clock
        self.mail = mail

    def letters(
        self, actor: Actor, state: LetterState | None, after: tuple[datetime, UUID] | None, *, limit: int
    ) -> list[LetterRow]:
        """Return one page of the outbox, newest first.

        Raises: NotAllowed.
        """
        actor.require(Permission.OUTBOX_READ)
        return self.mail.letters(state, after, limit=limit)

    def failed_count(self, actor: Actor) -> int:
        """Return how many letters were refused for good.

        Raises: NotAllowed.
        """
        actor.require(Permission.OUTBOX_READ)
        return self.mail.failed_count()

    def try_again(self, actor: Actor, letter_id: LetterId) -> None:
        """Have a letter tried again that was refused or withheld.

        Raises: NotAllowed; WrongState.
        """
        actor.require(Permission.OUTBOX_READ)
        at = self.clock()
        with self.database.unit() as unit:
            self.mail.try_again(unit, letter_id)
            append(
                unit,
                Event(
                    type=EventType.OUTBOX_LETTER_REOPENED,
                    actor=actor.person_id,
                    organisation=actor.organisation_id,
                    details={"letter": str(letter_id)},
                ),
                at,
            )
