"""What every desk of this room works with."""

from dataclasses import dataclass
from datetime import timedelta

from dam.database.unit import Database
from dam.kernel.clock import Clock
from dam.kernel.errors import Fault, Invalid
from dam.licensing.drafts import MESSAGE_CHARACTERS, text_fault
from dam.rights.service import RightsService


@dataclass(frozen=True, slots=True)
class Holds:
    """How long the house holds what it promised: a reserved place, and a counter-offer that names no day."""

    reservation: timedelta = timedelta(days=14)
    offer: timedelta = timedelta(days=30)


class Desk:
    """A place at which people do something with licences."""

    def __init__(self, *, database: Database, clock: Clock, rights: RightsService, holds: Holds = Holds()) -> None:
        self.database = database
        self.clock = clock
        self.rights = rights
        self.holds = holds


def require_text(field: str, words: str) -> str:
    """Return the words without blank edges.

    Raises: Invalid when nothing is left or they are too long.
    """
    fault = text_fault(field, words, MESSAGE_CHARACTERS, needed=True)
    require_none([fault] if fault else [])
    return words.strip()


def require_none(faults: list[Fault]) -> None:
    """Go on only without faults.

    Raises: Invalid.
    """
    if faults:
        raise Invalid(faults)
