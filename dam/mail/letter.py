"""A letter, where it stands, and what became of one attempt to send it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from dam.kernel.ids import LetterId, PersonId
from dam.kernel.text import Bilingual, Language

GIVE_UP_AFTER = timedelta(days=5)
"""How long a server may put a letter off. Source: RFC 5321 4.5.4.1."""
REASON_CHARACTERS = 300


class LetterState(StrEnum):
    """Where a letter stands."""

    WAITING = "waiting"
    """To be sent, or to be tried again."""
    SENT = "sent"
    """A mail server has taken it."""
    FAILED = "failed"
    """Refused for good, with the reason."""
    WITHHELD = "withheld"
    """Not to be sent: no mail server is set, or the person may not act any more."""


@dataclass(frozen=True, slots=True)
class Letter:
    """What somebody is told.

    Shape: `key` is written once, whatever happens; `to` is a person, or an address; `language` None writes both, one
    under the other; `path` is the page of ours it leads to, from the first slash on, or empty.
    """

    key: str
    to: PersonId | str
    language: Language | None
    subject: Bilingual
    paragraphs: Sequence[Bilingual]
    path: str = ""


@dataclass(frozen=True, slots=True)
class Posted:
    """A letter as it lies in the outbox; `address` is the person's of this moment, None when they may not act."""

    letter_id: LetterId
    letter: Letter
    address: str | None
    name: str
    state: LetterState
    posted_at: datetime


@dataclass(frozen=True, slots=True)
class LetterRow:
    """A letter as the outbox page shows it: to whom and about what, never what it says.

    Units: `tries` attempts.
    """

    letter_id: LetterId
    address: str
    subject: Bilingual
    state: LetterState
    tries: int
    reason: str
    posted_at: datetime
    settled_at: datetime | None


@dataclass(frozen=True, slots=True)
class Sent:
    """The server has taken it."""


@dataclass(frozen=True, slots=True)
class PutOff:
    """The server did not answer, or asked to try again later."""

    reason: str


@dataclass(frozen=True, slots=True)
class Refused:
    """The server will never take it."""

    reason: str


Outcome = Sent | PutOff | Refused


def one_line(words: str, limit: int = 0) -> str:
    """Return the words on one line without characters that are no text, cut to the limit where there is one."""
    plain = " ".join("".join(one if one.isprintable() else " " for one in words).split())
    return plain[:limit] if limit else plain
