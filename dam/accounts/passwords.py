"""Passwords: argon2id hashes, and generated ones for new people."""

import secrets

from argon2 import PasswordHasher

_ALPHABET = "abcdefghijkmnpqrstuvwxyzACDEFGHJKLMNPQRTUVWXY34679"
"""Without the letters and digits that people confuse when they copy by hand."""
_LENGTH = 20
_HASHER = PasswordHasher()


def hash_password(plain: str) -> str:
    """Return the argon2id hash of a password, in the form Flask-Security verifies."""
    return _HASHER.hash(plain)


def new_password() -> str:
    """Return a generated password of about 113 random bits."""
    return "".join(secrets.choice(_ALPHABET) for _ in range(_LENGTH))
