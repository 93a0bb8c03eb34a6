"""The code of one delivery: a seed nobody can guess, and the chips it stands for.

Only HMAC, AES and counting make a code, so it can be made again on any machine, in twenty years too: no library's
random numbers are in it.
"""

import hmac
from hashlib import sha256

import numpy as np
import numpy.typing as npt
from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.algorithms import AES256
from cryptography.hazmat.primitives.ciphers.modes import CTR

CODE_VERSION = 1
"""Raised whenever the same key and names would give other chips, or the same chips another pattern."""

PREVIEW = "preview"
"""What stands in place of a delivery in the code of a marked preview."""

_DOMAIN = b"imprimatur-fp-v1\x00"
_FIRST_BLOCK = bytes(16)
_SHORTEST_KEY_BYTES = 32


def seed_of(key: bytes, asset: str, delivery: str) -> bytes:
    """Return the 32 secret bytes a copy of the asset, made for the delivery, is marked with.

    Raises: ValueError when the key is too short, or a name could be mistaken for two.
    Source: RFC 2104, HMAC-SHA-256 under a key that never leaves the server.
    """
    if len(key) < _SHORTEST_KEY_BYTES:
        raise ValueError(f"a fingerprint key has at least {_SHORTEST_KEY_BYTES} bytes")
    if "\x00" in asset + delivery:
        raise ValueError("a name may not hold a zero byte")
    return hmac.digest(key, _DOMAIN + asset.encode() + b"\x00" + delivery.encode(), "sha256")


def commitment(seed: bytes) -> str:
    """Return what may be published of a seed: whoever is shown the seed later can check that it is this one."""
    return sha256(seed).hexdigest()


def chips(seed: bytes, count: int) -> npt.NDArray[np.float32]:
    """Return the code itself.

    Shape: `(count,)`, each the centred number of ones in a byte: mean 0, variance 1, never beyond 2.83.
    """
    centred = ones(seed, count).astype(np.float32) - np.float32(4)
    return np.asarray(centred / np.sqrt(np.float32(2)), dtype=np.float32)


def ones(seed: bytes, count: int) -> npt.NDArray[np.uint8]:
    """Return the number of ones in each byte of the seed's key stream, from which the chips are made.

    Source: NIST SP 800-38A, AES-256 in counter mode from block zero; FIPS 197.
    """
    stream = Cipher(AES256(seed), CTR(_FIRST_BLOCK)).encryptor().update(bytes(count))
    return np.asarray(np.bitwise_count(np.frombuffer(stream, dtype=np.uint8)))
