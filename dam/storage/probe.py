"""The start-up probe: an S3 that ignores conditions, checksums or locks would lose originals silently."""

from datetime import timedelta

from dam.kernel.clock import utc_now
from dam.kernel.errors import ImprimaturError, IntegrityFault, ServiceFault
from dam.kernel.hashing import sha256_hex
from dam.kernel.ids import new_id
from dam.kernel.text import Bilingual
from dam.storage.s3 import SERVICE, Bucket

_FOLDER = "probe/"
_LOCKED_FOR = timedelta(seconds=10)
_UNFIT = Bilingual(
    "This object store cannot keep originals: {broken}.",
    "此对象存储不适合保存原件：{broken}。",
)


class StoreUnfit(ImprimaturError):
    """The store answers, but does not do what the house relies on."""

    code = "store_unfit"

    def __init__(self, broken: str) -> None:
        super().__init__(_UNFIT.format(broken=broken), extra={"service": SERVICE})


def probe(bucket: Bucket) -> None:
    """Prove on a small object that the store keeps its three promises.

    Raises: StoreUnfit naming the broken promise; ServiceFault when the store does not answer.
    """
    _sweep(bucket)
    key = f"{_FOLDER}{new_id()}"
    _require_condition(bucket, key)
    _require_checksum(bucket, f"{key}.wrong")
    _require_lock(bucket, key)


def _require_condition(bucket: Bucket, key: str) -> None:
    first = _content(key)
    bucket.put(key, first, sha256_hex(first), len(first), "text/plain")
    other = first + b"!"
    try:
        bucket.put(key, other, sha256_hex(other), len(other), "text/plain")
    except IntegrityFault:
        return
    raise StoreUnfit("a second conditional PUT replaced the first")


def _require_checksum(bucket: Bucket, key: str) -> None:
    content = _content(key)
    try:
        bucket.put(key, content, sha256_hex(content + b"!"), len(content), "text/plain")
    except IntegrityFault:
        return
    raise StoreUnfit("a wrong checksum was accepted")


def _require_lock(bucket: Bucket, key: str) -> None:
    version = bucket.head(key).get("VersionId")
    if version is None:
        raise StoreUnfit("the bucket of the originals keeps no versions")
    try:
        bucket.lock(key, version, utc_now() + _LOCKED_FOR, "COMPLIANCE")
    except ServiceFault as fault:
        raise StoreUnfit("Object Lock is not available on the bucket of the originals") from fault
    try:
        bucket.delete(key, version)
    except ServiceFault:
        return
    raise StoreUnfit("a locked version was deleted")


def _sweep(bucket: Bucket) -> None:
    """Delete what earlier probes left behind; what is still locked stays for the next start."""
    for key, version in list(bucket.versions(_FOLDER)):
        try:
            bucket.delete(key, version)
        except ServiceFault:
            continue


def _content(key: str) -> bytes:
    return f"a probe of the store: {key}".encode()
