"""Thumbnails and marked previews."""

from pathlib import Path

from dam.kernel.hashing import digest_stream, sha256_hex
from dam.storage.ports import Body, StoredObject
from dam.storage.s3 import Bucket


class BucketRenditions:
    """The Renditions port over one bucket."""

    def __init__(self, bucket: Bucket) -> None:
        self._bucket = bucket

    def put(self, key: str, source: Path | bytes, media_type: str) -> StoredObject:
        """Store the bytes, or the file's, under the key; the same bytes again are the same object.

        Raises: ServiceFault; IntegrityFault when the key holds other bytes.
        """
        if isinstance(source, bytes):
            return self._bucket.put(key, source, sha256_hex(source), len(source), media_type)
        with source.open("rb") as file:
            digest = digest_stream(file)
            file.seek(0)
            return self._bucket.put(key, file, digest.sha256, digest.size_bytes, media_type)

    def open(self, key: str, start: int = 0, end: int | None = None) -> Body:
        """Open the half-open range `[start, end)` of the object; close the body when done.

        Raises: ServiceFault; IntegrityFault when the object is missing.
        """
        return self._bucket.open(key, start, end)

    def delete(self, key: str) -> None:
        """Remove the object; removing what is not there is no error.

        Raises: ServiceFault.
        """
        self._bucket.delete(key)
