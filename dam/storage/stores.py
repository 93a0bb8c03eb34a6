"""All the buckets of one house."""

from dataclasses import dataclass

from dam.storage.copies import BucketCopies
from dam.storage.deeds import BucketDeeds
from dam.storage.log import BucketLog
from dam.storage.originals import BucketOriginals
from dam.storage.probe import probe
from dam.storage.renditions import BucketRenditions
from dam.storage.s3 import S3, Bucket, LockMode, S3Access


@dataclass(frozen=True, slots=True)
class Stores:
    """The object store as the house uses it."""

    originals: BucketOriginals
    renditions: BucketRenditions
    copies: BucketCopies
    deeds: BucketDeeds
    log: BucketLog
    originals_bucket: Bucket
    deeds_bucket: Bucket
    log_bucket: Bucket
    other_buckets: tuple[Bucket, ...]

    def prepare(self) -> None:
        """Make the buckets and prove that the store keeps its promises; nothing starts on a store that does not.

        Raises: ServiceFault; StoreUnfit.
        """
        for bucket in (self.originals_bucket, self.deeds_bucket, self.log_bucket):
            bucket.make(write_once=True)
        for bucket in self.other_buckets:
            bucket.make(write_once=False)
        probe(self.originals_bucket)

    def healthy(self) -> bool:
        """Tell whether the store answers."""
        return self.originals_bucket.answers()


def open_stores(access: S3Access, *, lock_mode: LockMode = "GOVERNANCE") -> Stores:
    """Return the stores; no connection is made before the first use."""
    s3 = S3(access)
    originals, renditions, copies, deeds = (Bucket(s3, name) for name in ("originals", "renditions", "copies", "deeds"))
    log, log_end = Bucket(s3, "log"), Bucket(s3, "log-end")
    return Stores(
        BucketOriginals(originals, lock_mode),
        BucketRenditions(renditions),
        BucketCopies(copies),
        BucketDeeds(deeds, lock_mode),
        BucketLog(log, log_end, lock_mode),
        originals,
        deeds,
        log,
        (renditions, copies, log_end),
    )
