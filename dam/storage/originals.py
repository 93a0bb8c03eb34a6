"""The originals: stored once, write-once, read by three rooms, sent to nobody."""

import hashlib
from datetime import datetime
from pathlib import Path
from typing import BinaryIO

from dam.kernel.errors import IntegrityFault
from dam.storage.keys import original_key, sha256_of_key
from dam.storage.ports import StoredObject
from dam.storage.s3 import SERVICE, Bucket, LockMode


class BucketOriginals:
    """The Originals port over one bucket; `lock_mode` says whether anybody at all may lift a lock early."""

    def __init__(self, bucket: Bucket, lock_mode: LockMode = "GOVERNANCE") -> None:
        self._bucket = bucket
        self._lock_mode = lock_mode

    def put(self, sha256: str, stream: BinaryIO, size_bytes: int, media_type: str) -> StoredObject:
        """Store the seekable stream under its SHA-256; storing the same bytes twice is one object.

        Raises: ServiceFault; IntegrityFault when the bytes are not those of the SHA-256.
        """
        return self._bucket.put(original_key(sha256), stream, sha256, size_bytes, media_type)

    def fetch(self, key: str, target: Path) -> None:
        """Write the original to the file, hashing every byte of it.

        Raises: ServiceFault; IntegrityFault when it is missing or a byte differs (no file is left then).
        """
        promised = sha256_of_key(key)
        body = self._bucket.open(key)
        found = hashlib.sha256()
        try:
            with target.open("wb") as file:
                for chunk in body.chunks:
                    found.update(chunk)
                    file.write(chunk)
            _require(found.hexdigest() == promised)
        except BaseException:
            target.unlink(missing_ok=True)
            raise
        finally:
            body.close()

    def lock(self, key: str, version: str | None, until: datetime) -> None:
        """Forbid everybody to delete this version before the instant.

        Raises: ServiceFault.
        """
        self._bucket.lock(key, version or self._present(key), until, self._lock_mode)

    def discard(self, key: str, version: str | None) -> None:
        """Remove an upload that never became an asset.

        Raises: ServiceFault, also when it is locked already.
        """
        self._bucket.delete(key, version or self._present(key))

    def _present(self, key: str) -> str:
        return self._bucket.head(key)["VersionId"]


def _require(intact: bool) -> None:  # noqa: FBT001  reads as the sentence it is
    if not intact:
        raise IntegrityFault(SERVICE)
