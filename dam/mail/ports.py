"""What the mail room needs from outside."""

from email.message import EmailMessage
from typing import Protocol

from dam.mail.letter import Outcome


class Transport(Protocol):
    """Whoever carries letters; it never raises for what a server says, nor for one that says nothing."""

    def carry(self, message: EmailMessage, address: str, /) -> Outcome:
        """Hand the message over for the one address, and return what became of it."""
