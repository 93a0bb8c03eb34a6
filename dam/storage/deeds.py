"""The deeds of agreements: stored once, write-once, and sent whole or not to the end."""

import hashlib
from collections.abc import Iterator
from dataclasses import replace

from dam.kernel.errors import IntegrityFault
from dam.storage.keys import sha256_of_key
from dam.storage.originals import BucketOriginals
from dam.storage.ports import Body
from dam.storage.s3 import SERVICE


class BucketDeeds(BucketOriginals):
    """The Deeds port over one bucket: kept like the originals, in a bucket of its own, and read by people."""

    def open(self, key: str) -> Body:
        """Open the deed; its last bytes come only if all of them are those that were stored.

        Raises: ServiceFault; IntegrityFault when it is missing, and at its end when a byte differs.
        """
        body = self._bucket.open(key)
        return replace(body, chunks=_verified(body.chunks, sha256_of_key(key)))


def _verified(chunks: Iterator[bytes], promised: str) -> Iterator[bytes]:
    """Yield the chunks one behind, so that a damaged deed ends short of its announced length and is known as broken."""
    found, kept = hashlib.sha256(), b""
    for chunk in chunks:
        if kept:
            yield kept
        found.update(chunk)
        kept = chunk
    if found.hexdigest() != promised:
        raise IntegrityFault(SERVICE)
    yield kept
