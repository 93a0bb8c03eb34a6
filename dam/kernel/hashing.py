"""SHA-256 of bytes and of streams too large to hold."""

import hashlib
from dataclasses import dataclass
from typing import BinaryIO

_CHUNK_BYTES = 1 << 20


@dataclass(frozen=True, slots=True)
class Digest:
    """What a stream held.

    Units: `size_bytes` in bytes; `sha256` 64 lower-case hex digits.
    """

    sha256: str
    size_bytes: int


def sha256_hex(data: bytes) -> str:
    """Return the SHA-256 of the bytes as lower-case hex."""
    return hashlib.sha256(data).hexdigest()


def digest_stream(stream: BinaryIO) -> Digest:
    """Read the stream to its end, one chunk in memory at a time, and return its digest."""
    state, size = hashlib.sha256(), 0
    while chunk := stream.read(_CHUNK_BYTES):
        state.update(chunk)
        size += len(chunk)
    return Digest(state.hexdigest(), size)
