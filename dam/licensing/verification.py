"""What anybody who holds a certificate may learn of its licence, and the address at which they learn it."""

import hmac
import re
from dataclasses import dataclass
from datetime import date, datetime

from dam.kernel.span import Span
from dam.kernel.text import Bilingual
from dam.licensing.licence import STATE_LABELS, LicenceState, state_at

FINGERPRINT_DIGITS = 16
"""How much of the hash of the terms a certificate carries: 64 bits, which nobody guesses."""

_NUMBER = re.compile(r"LIC-\d{4}-\d{6,9}", re.ASCII)
NOT_BEGUN = Bilingual("Not valid yet", "尚未生效")


@dataclass(frozen=True, slots=True)
class Confirmation:
    """A certificate that is ours: whether its licence is valid at this instant, and in a word why or why not."""

    number: str
    valid: bool
    state: Bilingual
    licensee: Bilingual
    starts_on: date
    ends_on: date
    time_zone: str


def is_number(said: str) -> bool:
    """Tell whether this is written like the number of a licence."""
    return _NUMBER.fullmatch(said) is not None


def fingerprint(terms_sha256: str) -> str:
    """Return the part of the hash of the terms that a certificate carries."""
    return terms_sha256[:FINGERPRINT_DIGITS]


def matches(terms_sha256: str, given: str) -> bool:
    """Tell whether this is the fingerprint of these terms, in the same time for every wrong one."""
    return hmac.compare_digest(fingerprint(terms_sha256).encode(), given.strip().lower().encode())


def verify_address(base_url: str, number: str, terms_sha256: str) -> str:
    """Return the address of the page that confirms a certificate."""
    return f"{base_url}/verify/{number}?h={fingerprint(terms_sha256)}"


def standing(
    stored: LicenceState, term: Span, at: datetime, reserved_until: datetime | None = None
) -> tuple[bool, Bilingual]:
    """Return whether a licence is valid at the instant, and the word for it."""
    state = state_at(stored, term, at, reserved_until)
    if state is LicenceState.ACTIVE and at < term.start:
        return False, NOT_BEGUN
    return state is LicenceState.ACTIVE, STATE_LABELS[state]
