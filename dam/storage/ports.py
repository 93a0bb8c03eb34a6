"""What the rooms above may ask of the object store; no address of an object ever leaves these ports."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import BinaryIO, Protocol

CHUNK_BYTES = 256 * 1024


@dataclass(frozen=True, slots=True)
class StoredObject:
    """An object the store has acknowledged.

    Units: `sha256` 64 lower-case hex digits of the whole object; `version` None where the bucket keeps no versions.
    """

    key: str
    version: str | None
    sha256: str
    size_bytes: int


@dataclass(frozen=True, slots=True)
class Body:
    """Bytes on their way out of the store.

    Units: `size_bytes` is what will come, `total_bytes` is the whole object.
    """

    size_bytes: int
    total_bytes: int
    chunks: Iterator[bytes]
    close: Callable[[], None]


class Originals(Protocol):
    """The photographs as they came: content-addressed, versioned, under Object Lock."""

    def put(self, sha256: str, stream: BinaryIO, size_bytes: int, media_type: str) -> StoredObject:
        """Store the seekable stream under its SHA-256; storing the same bytes twice is one object.

        Raises: ServiceFault; IntegrityFault when the bytes are not those of the SHA-256.
        """

    def fetch(self, key: str, target: Path) -> None:
        """Write the original to the file, hashing every byte of it.

        Raises: ServiceFault; IntegrityFault when a byte differs from what was stored (no file is left then).
        """

    def lock(self, key: str, version: str | None, until: datetime) -> None:
        """Forbid anybody to delete this version before the instant; locking again may only lengthen."""

    def discard(self, key: str, version: str | None) -> None:
        """Remove an upload that never became an asset."""


class Deeds(Protocol):
    """The signed papers behind supply agreements: content-addressed, versioned, under Object Lock."""

    def put(self, sha256: str, stream: BinaryIO, size_bytes: int, media_type: str) -> StoredObject:
        """Store the seekable stream under its SHA-256; storing the same bytes twice is one object.

        Raises: ServiceFault; IntegrityFault when the bytes are not those of the SHA-256.
        """

    def open(self, key: str) -> Body:
        """Open the deed; its last bytes come only if all of them are those that were stored.

        Raises: ServiceFault; IntegrityFault when it is missing, and at its end when a byte differs.
        """

    def lock(self, key: str, version: str | None, until: datetime) -> None:
        """Forbid anybody to delete this version before the instant; locking again may only lengthen."""

    def discard(self, key: str, version: str | None) -> None:
        """Remove a file that never became a deed."""


class Renditions(Protocol):
    """Thumbnails and marked previews."""

    def put(self, key: str, source: Path | bytes, media_type: str) -> StoredObject:
        """Store the bytes under the key; the same bytes again are the same object, other bytes are refused.

        Raises: ServiceFault; IntegrityFault.
        """

    def open(self, key: str, start: int = 0, end: int | None = None) -> Body:
        """Open the half-open range `[start, end)` of the object; close the body when done.

        Raises: ServiceFault, also when the object is missing.
        """

    def delete(self, key: str) -> None:
        """Remove the object; removing what is not there is no error."""


class LogShelf(Protocol):
    """The published log: what is kept for good under Object Lock, and its moving end, which is only offered."""

    def keep(self, key: str, data: bytes, until: datetime) -> None:
        """Store the bytes for good; the same bytes again are as good, other bytes are refused.

        Raises: ServiceFault; IntegrityFault.
        """

    def offer(self, key: str, data: bytes) -> None:
        """Store the bytes until they are withdrawn; other bytes under the same key are refused.

        Raises: ServiceFault; IntegrityFault.
        """

    def withdraw(self, key: str) -> None:
        """Remove what was offered; what is not there is no error.

        Raises: ServiceFault.
        """

    def offered(self) -> Iterator[str]:
        """Yield every key that is offered, the checkpoint's left out.

        Raises: ServiceFault.
        """

    def kept(self, prefix: str) -> Iterator[str]:
        """Yield every key under the prefix that is kept for good, in order.

        Raises: ServiceFault.
        """

    def read(self, key: str) -> bytes | None:
        """Return what is kept or offered under the key, or None.

        Raises: ServiceFault.
        """

    def checkpoint(self) -> tuple[str, str] | None:
        """Return the published checkpoint and its tag, or None where none was published yet.

        Raises: ServiceFault.
        """

    def advance(self, note: str, after: str | None) -> str:
        """Publish the next checkpoint in the place of the one tagged `after`, and return its tag.

        Raises: Stale when somebody else advanced it meanwhile; ServiceFault.
        """


@dataclass(frozen=True, slots=True)
class HandOver:
    """What lets a front server beside us fetch one object itself: a path, and headers that are good for minutes.

    It goes from us to that server and no further; the headers cannot be made into a link.
    """

    path: str
    authorization: str
    date: str


class Copies(Renditions, Protocol):
    """Licensed copies, each living as long as its delivery."""

    def hand_over(self, key: str) -> HandOver:
        """Return what the front server needs to fetch the object in our stead."""
