"""The published log: two buckets, because what is locked for years should not move every second."""

from collections.abc import Iterator
from datetime import datetime

from dam.kernel.hashing import sha256_hex
from dam.storage.s3 import Bucket, LockMode

_CHECKPOINT = "checkpoint"
_TEXT = "text/plain; charset=utf-8"
_BYTES = "application/octet-stream"


class BucketLog:
    """The LogShelf port: `kept` is write-once and locked, `end` holds unfinished tiles and the newest checkpoint."""

    def __init__(self, kept: Bucket, end: Bucket, lock_mode: LockMode = "GOVERNANCE") -> None:
        self._kept = kept
        self._end = end
        self._lock_mode = lock_mode

    def keep(self, key: str, data: bytes, until: datetime) -> None:
        """Store the bytes for good; the same bytes again are as good, other bytes are refused.

        Raises: ServiceFault; IntegrityFault.
        """
        stored = self._kept.put(key, data, sha256_hex(data), len(data), _BYTES)
        self._kept.lock(key, stored.version or "", until, self._lock_mode)

    def offer(self, key: str, data: bytes) -> None:
        """Store the bytes until they are withdrawn; other bytes under the same key are refused.

        Raises: ServiceFault; IntegrityFault.
        """
        self._end.put(key, data, sha256_hex(data), len(data), _BYTES)

    def withdraw(self, key: str) -> None:
        """Remove what was offered; what is not there is no error.

        Raises: ServiceFault.
        """
        self._end.delete(key)

    def offered(self) -> Iterator[str]:
        """Yield every key that is offered, the checkpoint's left out.

        Raises: ServiceFault.
        """
        return (key for key in self._end.keys("") if key != _CHECKPOINT)

    def kept(self, prefix: str) -> Iterator[str]:
        """Yield every key under the prefix that is kept for good, in order.

        Raises: ServiceFault.
        """
        return self._kept.keys(prefix)

    def read(self, key: str) -> bytes | None:
        """Return what is kept or offered under the key, or None.

        Raises: ServiceFault.
        """
        found = self._kept.find(key) or self._end.find(key)
        return None if found is None else found[0]

    def checkpoint(self) -> tuple[str, str] | None:
        """Return the published checkpoint and its tag, or None where none was published yet.

        Raises: ServiceFault.
        """
        found = self._end.find(_CHECKPOINT)
        return None if found is None else (found[0].decode(), found[1])

    def advance(self, note: str, after: str | None) -> str:
        """Publish the next checkpoint in the place of the one tagged `after`, and return its tag.

        Raises: Stale when somebody else advanced it meanwhile; ServiceFault.
        """
        data = note.encode()
        return self._end.replace(_CHECKPOINT, data, sha256_hex(data), _TEXT, after=after)
