"""Licensed copies: each made for one delivery, and deleted with it."""

from dam.storage.renditions import BucketRenditions


class BucketCopies(BucketRenditions):
    """The Copies port over one bucket: the same verbs, another bucket, so that its lifetime rules cannot mix."""
