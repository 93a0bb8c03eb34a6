"""The only speaker of S3: one client a process, every answer checked, every error in the house's words."""

import base64
import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import IO, TYPE_CHECKING, Literal, TypeAlias

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError, HTTPClientError

from dam.kernel.errors import IntegrityFault, ServiceFault, Stale
from dam.storage.ports import Body, HandOver, StoredObject
from dam.storage.reading import Reader

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client
    from mypy_boto3_s3.type_defs import HeadObjectOutputTypeDef

LockMode: TypeAlias = Literal["GOVERNANCE", "COMPLIANCE"]
SERVICE = "s3"
_DAMAGED = frozenset({"BadDigest", "InvalidDigest", "XAmzContentChecksumMismatch", "XAmzContentSHA256Mismatch"})
_MISSING = frozenset({"404", "NoSuchKey", "NoSuchVersion"})
_HELD_ALREADY = "PreconditionFailed"


@dataclass(frozen=True, slots=True)
class S3Access:
    """Where the store is and how to open it; `bucket_prefix` tells several houses on one store apart."""

    endpoint: str
    region: str
    access_key: str
    secret_key: str = field(repr=False)
    bucket_prefix: str = ""


class S3:
    """One client a process, made when first used: a client made before a fork would share its sockets."""

    def __init__(self, access: S3Access) -> None:
        self.access = access
        self.reader = Reader(
            access.endpoint, region=access.region, access_key=access.access_key, secret_key=access.secret_key
        )
        self._lock = threading.Lock()
        self._client: S3Client | None = None
        self._made_in = 0

    def client(self) -> "S3Client":
        """Return this process's client."""
        with self._lock:
            if self._client is None or self._made_in != os.getpid():
                self._client, self._made_in = _make_client(self.access), os.getpid()
            return self._client


def _make_client(access: S3Access) -> "S3Client":
    """Return a client that hashes nothing unasked (we always send SHA-256) and follows no proxy of the environment."""
    session = boto3.session.Session(
        aws_access_key_id=access.access_key,
        aws_secret_access_key=access.secret_key,
        region_name=access.region,
    )
    config = Config(
        connect_timeout=3,
        read_timeout=30,
        retries={"mode": "standard", "total_max_attempts": 3},
        max_pool_connections=32,
        tcp_keepalive=True,
        proxies={},
        s3={"addressing_style": "path"},
        request_checksum_calculation="when_required",
        response_checksum_validation="when_required",
    )
    return session.client("s3", endpoint_url=access.endpoint, config=config)


class Bucket:
    """One bucket."""

    def __init__(self, s3: S3, name: str) -> None:
        self._s3 = s3
        self.name = s3.access.bucket_prefix + name

    def make(self, *, write_once: bool) -> None:
        """Make the bucket if it is missing; `write_once` keeps every version and allows Object Lock."""
        with faults():
            try:
                self._s3.client().create_bucket(Bucket=self.name, ObjectLockEnabledForBucket=write_once)
            except ClientError as error:
                if code_of(error) not in {"BucketAlreadyOwnedByYou", "BucketAlreadyExists"}:
                    raise

    def answers(self) -> bool:
        """Tell whether the store answers for this bucket."""
        try:
            with faults():
                self._s3.client().head_bucket(Bucket=self.name)
        except ServiceFault:
            return False
        return True

    def put(self, key: str, body: IO[bytes] | bytes, sha256: str, size_bytes: int, media_type: str) -> StoredObject:
        """Store the bytes unless the key is taken; a key taken by the same bytes is as good.

        Raises: ServiceFault; IntegrityFault when the bytes or what the key holds are not those of the SHA-256.
        """
        checksum = _base64_of(sha256)
        with faults():
            try:
                answer = self._s3.client().put_object(
                    Bucket=self.name,
                    Key=key,
                    Body=body,
                    ContentLength=size_bytes,
                    ContentType=media_type,
                    ChecksumSHA256=checksum,
                    IfNoneMatch="*",
                )
            except ClientError as error:
                if code_of(error) != _HELD_ALREADY:
                    raise
                return self._held(key, sha256, size_bytes)
        if answer.get("ChecksumSHA256") != checksum:
            raise IntegrityFault(SERVICE)
        return StoredObject(key, answer.get("VersionId"), sha256, size_bytes)

    def replace(self, key: str, data: bytes, sha256: str, media_type: str, *, after: str | None) -> str:
        """Store the bytes in the place of the version tagged `after` (None: of nothing), and return the new tag.

        Raises: Stale when another was there; ServiceFault; IntegrityFault.
        """
        condition: dict[str, str] = {"IfNoneMatch": "*"} if after is None else {"IfMatch": after}
        with faults():
            try:
                answer = self._s3.client().put_object(
                    Bucket=self.name,
                    Key=key,
                    Body=data,
                    ContentType=media_type,
                    ChecksumSHA256=_base64_of(sha256),
                    **condition,  # type: ignore[arg-type]  # one of two names
                )
            except ClientError as error:
                if code_of(error) != _HELD_ALREADY:
                    raise
                raise Stale from error
        return answer["ETag"]

    def find(self, key: str) -> tuple[bytes, str] | None:
        """Return a small object and its tag, or None where there is none.

        Raises: ServiceFault.
        """
        with faults():
            try:
                answer = self._s3.client().get_object(Bucket=self.name, Key=key)
                return answer["Body"].read(), answer["ETag"]
            except ClientError as error:
                if code_of(error) not in _MISSING:
                    raise
                return None

    def keys(self, prefix: str) -> Iterator[str]:
        """Yield every key under the prefix, in order.

        Raises: ServiceFault.
        """
        with faults():
            pages = self._s3.client().get_paginator("list_objects_v2")
            for page in pages.paginate(Bucket=self.name, Prefix=prefix):
                yield from (one["Key"] for one in page.get("Contents", []))

    def _held(self, key: str, sha256: str, size_bytes: int) -> StoredObject:
        head = self.head(key)
        if head.get("ChecksumSHA256") != _base64_of(sha256) or head["ContentLength"] != size_bytes:
            raise IntegrityFault(SERVICE)
        return StoredObject(key, head.get("VersionId"), sha256, size_bytes)

    def head(self, key: str) -> "HeadObjectOutputTypeDef":
        """Return what the store knows about the object.

        Raises: ServiceFault; IntegrityFault when it is missing.
        """
        with faults():
            return self._s3.client().head_object(Bucket=self.name, Key=key, ChecksumMode="ENABLED")

    def open(self, key: str, start: int = 0, end: int | None = None) -> Body:
        """Open the half-open range of the object.

        Raises: ServiceFault; IntegrityFault when the object is missing.
        """
        return self._s3.reader.open(self.name, key, start, end)

    def hand_over(self, key: str) -> HandOver:
        """Return what a front server needs to fetch the object in our stead, now."""
        return self._s3.reader.hand_over(self.name, key)

    def delete(self, key: str, version: str | None = None) -> None:
        """Delete the object, or one version of it.

        Raises: ServiceFault, also when Object Lock forbids it.
        """
        with faults():
            if version is None:
                self._s3.client().delete_object(Bucket=self.name, Key=key)
            else:
                self._s3.client().delete_object(Bucket=self.name, Key=key, VersionId=version)

    def lock(self, key: str, version: str, until: datetime, mode: LockMode) -> None:
        """Forbid everybody to delete this version before the instant; GOVERNANCE yields to an account with the right.

        Raises: ServiceFault.
        """
        with faults():
            self._s3.client().put_object_retention(
                Bucket=self.name,
                Key=key,
                VersionId=version,
                Retention={"Mode": mode, "RetainUntilDate": until},
            )

    def versions(self, prefix: str) -> Iterator[tuple[str, str]]:
        """Yield key and version of everything under the prefix.

        Raises: ServiceFault.
        """
        with faults():
            pages = self._s3.client().get_paginator("list_object_versions")
            for page in pages.paginate(Bucket=self.name, Prefix=prefix):
                for one in page.get("Versions", []):
                    yield one["Key"], one["VersionId"]


@contextmanager
def faults() -> Iterator[None]:
    """Say every failure of the store in the house's words."""
    try:
        yield
    except ClientError as error:
        damaged = code_of(error) in _DAMAGED | _MISSING
        raise (IntegrityFault if damaged else ServiceFault)(SERVICE) from error
    except (BotoCoreError, HTTPClientError, OSError) as error:
        raise ServiceFault(SERVICE) from error


def code_of(error: ClientError) -> str:
    """Return the store's code of the error."""
    return error.response.get("Error", {}).get("Code", "")


def _base64_of(sha256: str) -> str:
    return base64.b64encode(bytes.fromhex(sha256)).decode()
