"""Licensed copies: each made for one delivery, and deleted with it."""

from dam.storage.ports import HandOver
from dam.storage.renditions import BucketRenditions


class BucketCopies(BucketRenditions):
    """The Copies port over one bucket: the same verbs, another bucket, so that its lifetime rules cannot mix."""

    def hand_over(self, key: str) -> HandOver:
        """Return what the front server needs to fetch the object in our stead."""
        return self._bucket.hand_over(key)
