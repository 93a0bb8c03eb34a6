"""API tokens: shown once, kept as a hash, never without an end."""

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from dam.accounts.faults import fault_if, refuse
from dam.kernel.hashing import sha256_hex
from dam.kernel.ids import PersonId

DEFAULT_LIFE_DAYS = 90
LONGEST_LIFE_DAYS = 365
NAME_LENGTH = 80
_PREFIX = "imp_"
_SECRET_BYTES = 32


@dataclass(frozen=True, slots=True)
class Token:
    """What is kept of a token: never the token itself."""

    token_id: UUID
    person_id: PersonId
    name: str
    created_at: datetime
    expires_at: datetime
    last_used_at: datetime | None
    revoked_at: datetime | None

    def live(self, at: datetime) -> bool:
        """Tell whether the token opens anything at the instant."""
        return self.revoked_at is None and self.created_at <= at < self.expires_at


@dataclass(frozen=True, slots=True)
class NewToken:
    """A token just made; `secret` is shown to its owner once and kept nowhere."""

    token: Token
    secret: str


@dataclass(frozen=True, slots=True)
class TokenDraft:
    """What a person asks for when they make a token.

    Units: `life_days` in days.
    """

    name: str
    life_days: int = DEFAULT_LIFE_DAYS

    def check(self) -> None:
        """Go on only with a sound draft.

        Raises: Invalid, with every fault.
        """
        refuse(
            fault_if(
                not 0 < len(self.name.strip()) <= NAME_LENGTH or "\x00" in self.name,
                "name",
                "required",
                "Say what the token is for, in at most 80 characters.",
                "请说明令牌的用途，最多 80 个字符。",
            ),
            fault_if(
                not 1 <= self.life_days <= LONGEST_LIFE_DAYS,
                "life_days",
                "out_of_range",
                "A token lives between 1 and 365 days.",
                "令牌的有效期为 1 至 365 天。",
            ),
        )

    def expiry(self, at: datetime) -> datetime:
        """Return the instant a token made at `at` stops working."""
        return at + timedelta(days=self.life_days)


def new_secret() -> str:
    """Return a fresh token: 256 random bits after a prefix that secret scanners can know."""
    return _PREFIX + secrets.token_urlsafe(_SECRET_BYTES)


def token_digest(secret: str) -> str:
    """Return what is stored of a token; 256 random bits need no slow hash."""
    return sha256_hex(secret.encode())
