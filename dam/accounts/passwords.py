"""Passwords: peppered argon2id hashes, and generated ones for new people."""

import base64
import hashlib
import hmac
import secrets
import unicodedata

from argon2 import PasswordHasher

SHORTEST = 12
_ALPHABET = "abcdefghijkmnpqrstuvwxyzACDEFGHJKLMNPQRTUVWXY34679"
"""Without the letters and digits that people confuse when they copy by hand."""
_LENGTH = 20
_HASHER = PasswordHasher()


def hash_password(plain: str, pepper: str) -> str:
    """Return the argon2id hash of the password's HMAC under the pepper: the form Flask-Security verifies."""
    normal = unicodedata.normalize("NFKD", plain).encode()
    digest = hmac.new(pepper.encode(), normal, hashlib.sha512).digest()
    return _HASHER.hash(base64.b64encode(digest))


def new_password() -> str:
    """Return a generated password of about 112 random bits."""
    return "".join(secrets.choice(_ALPHABET) for _ in range(_LENGTH))
