"""The object store, real: conditional, checksummed, locked, closed to strangers."""

import io
import os
import socket
import urllib.error
import urllib.request
from datetime import timedelta

import pytest

from dam.kernel.clock import utc_now
from dam.kernel.errors import IntegrityFault, ServiceFault
from dam.kernel.hashing import sha256_hex
from dam.kernel.ids import new_id
from dam.local.ports import free_ports
from dam.storage.keys import copy_key, original_key, rendition_key
from dam.storage.ports import CHUNK_BYTES, Copies, Originals, Renditions
from dam.storage.probe import StoreUnfit, probe
from dam.storage.s3 import S3, Bucket, S3Access
from dam.storage.stores import open_stores

JPEG = "image/jpeg"


def access(stack, **changes):
    keys = stack.servers.keys
    found = {"endpoint": stack.servers.s3_endpoint, "region": "us-east-1", "bucket_prefix": "test-"}
    return S3Access(**found | {"access_key": keys.s3_access_key, "secret_key": keys.s3_secret_key} | changes)


@pytest.fixture(scope="module")
def stores(stack):
    return open_stores(access(stack))


def put_original(stores, data):
    return stores.originals.put(sha256_hex(data), io.BytesIO(data), len(data), JPEG)


def ports(stores) -> tuple[Originals, Renditions, Copies]:
    """The adapters fit the ports, as mypy reads it."""
    return stores.originals, stores.renditions, stores.copies


def test_an_original_comes_back_byte_for_byte(stores, tmp_path):
    data = os.urandom(3 * CHUNK_BYTES + 17)
    stored = put_original(stores, data)
    assert (stored.key, stored.size_bytes, stored.sha256) == (
        original_key(sha256_hex(data)),
        len(data),
        sha256_hex(data),
    )
    assert stored.version
    stores.originals.fetch(stored.key, tmp_path / "original")
    assert (tmp_path / "original").read_bytes() == data


def test_the_same_bytes_twice_are_one_object(stores, stack):
    data = os.urandom(1000)
    first = put_original(stores, data)
    assert put_original(stores, data) == first
    found = stack.s3.list_object_versions(Bucket="test-originals", Prefix=first.key)
    assert len(found["Versions"]) == 1


def test_bytes_that_are_not_what_they_claim_are_not_stored(stores, stack):
    data = os.urandom(1000)
    with pytest.raises(IntegrityFault):
        stores.originals.put(sha256_hex(data), io.BytesIO(data[:-1] + b"!"), len(data), JPEG)
    assert "Versions" not in stack.s3.list_object_versions(
        Bucket="test-originals", Prefix=original_key(sha256_hex(data))
    )


@pytest.mark.parametrize("at", [0, 500_000, -1], ids=["first", "middle", "last"])
def test_one_changed_byte_of_a_stored_original_is_found(stores, stack, tmp_path, at):
    """D29: not the first 50 kB: every byte, the last one included."""
    data = bytearray(os.urandom(1_000_000))
    key = original_key(sha256_hex(bytes(data)))
    put_original(stores, bytes(data))
    data[at] ^= 1
    stack.s3.put_object(Bucket="test-originals", Key=key, Body=bytes(data))
    with pytest.raises(IntegrityFault):
        stores.originals.fetch(key, tmp_path / "original")
    assert not (tmp_path / "original").exists()


def test_an_original_cut_short_is_found(stores, stack, tmp_path):
    """D29."""
    data = os.urandom(200_000)
    key = original_key(sha256_hex(data))
    stack.s3.put_object(Bucket="test-originals", Key=key, Body=data[:-1])
    with pytest.raises(IntegrityFault):
        stores.originals.fetch(key, tmp_path / "original")
    with pytest.raises(IntegrityFault):
        put_original(stores, data)


def test_a_missing_original_is_no_outage(stores, tmp_path):
    with pytest.raises(IntegrityFault) as caught:
        stores.originals.fetch(original_key(sha256_hex(b"never stored")), tmp_path / "original")
    assert not caught.value.retryable


def test_a_locked_original_cannot_be_discarded(stores, stack):
    stored = put_original(stores, os.urandom(100))
    stores.originals.lock(stored.key, stored.version, utc_now() + timedelta(hours=1))
    with pytest.raises(ServiceFault):
        stores.originals.discard(stored.key, stored.version)
    with pytest.raises(ServiceFault):
        stores.originals.discard(stored.key, None)
    kept = stack.s3.get_object_retention(Bucket="test-originals", Key=stored.key, VersionId=stored.version)
    assert kept["Retention"]["Mode"] == "GOVERNANCE"


def test_compliance_is_a_choice(stack):
    strict = open_stores(access(stack), lock_mode="COMPLIANCE")
    stored = put_original(strict, os.urandom(100))
    strict.originals.lock(stored.key, None, utc_now() + timedelta(seconds=2))
    kept = stack.s3.get_object_retention(Bucket="test-originals", Key=stored.key, VersionId=stored.version)
    assert kept["Retention"]["Mode"] == "COMPLIANCE"


def test_an_upload_that_came_to_nothing_leaves_nothing(stores, stack):
    stored = put_original(stores, os.urandom(100))
    stores.originals.discard(stored.key, stored.version)
    found = stack.s3.list_object_versions(Bucket="test-originals", Prefix=stored.key)
    assert "Versions" not in found
    assert "DeleteMarkers" not in found


def test_a_rendition_is_put_from_a_file_or_from_memory(stores, tmp_path):
    data = os.urandom(100_000)
    (tmp_path / "preview").write_bytes(data)
    key = rendition_key(new_id(), "preview", 1, sha256_hex(data))
    assert stores.renditions.put(key, tmp_path / "preview", JPEG) == stores.renditions.put(key, data, JPEG)
    body = stores.renditions.open(key)
    assert (body.size_bytes, body.total_bytes) == (len(data), len(data))
    assert b"".join(body.chunks) == data


def test_a_key_that_is_taken_is_never_overwritten(stores):
    key = copy_key(new_id())
    stores.copies.put(key, b"made for this delivery", JPEG)
    with pytest.raises(IntegrityFault):
        stores.copies.put(key, b"made for another one..", JPEG)
    assert b"".join(stores.copies.open(key).chunks) == b"made for this delivery"


@pytest.mark.parametrize(
    ("start", "end"), [(0, None), (0, 1), (10, 20), (999_999, None), (5, 1_000_000), (0, 1_000_000)]
)
def test_a_range_is_half_open(stores, start, end):
    data = bytes(range(250)) * 4000
    key = f"range/{sha256_hex(data)}"
    stores.copies.put(key, data, JPEG)
    body = stores.copies.open(key, start, end)
    assert b"".join(body.chunks) == data[start:end]
    assert (body.size_bytes, body.total_bytes) == (len(data[start:end]), len(data))


def test_a_large_body_comes_in_few_chunks(stores):
    data = os.urandom(2_000_000)
    key = f"large/{sha256_hex(data)}"
    stores.copies.put(key, data, JPEG)
    chunks = list(stores.copies.open(key).chunks)
    assert b"".join(chunks) == data
    assert len(chunks) == -(-len(data) // CHUNK_BYTES)


def test_a_body_that_is_not_read_to_its_end_gives_its_connection_up(stores):
    """Forty readers who go away, on 32 connections."""
    data = os.urandom(3_000_000)
    key = f"abandoned/{sha256_hex(data)}"
    stores.copies.put(key, data, JPEG)
    for _ in range(40):
        body = stores.copies.open(key)
        next(body.chunks)
        body.close()
    assert sum(map(len, stores.copies.open(key).chunks)) == len(data)


def test_deleting_twice_is_no_error(stores):
    key = copy_key(new_id())
    stores.copies.put(key, b"x", JPEG)
    stores.copies.delete(key)
    stores.copies.delete(key)
    with pytest.raises(ServiceFault):
        stores.copies.open(key)


def test_a_store_that_is_not_there_is_a_fault(stack):
    (port,) = free_ports(1)
    away = open_stores(access(stack, endpoint=f"http://127.0.0.1:{port}"))
    assert not away.healthy()
    with pytest.raises(ServiceFault) as caught:
        away.copies.open("any")
    assert caught.value.retryable
    assert caught.value.extra == {"service": "s3"}


def test_a_wrong_key_is_a_fault_that_shows_no_secret(stack):
    wrong = open_stores(access(stack, secret_key="not-the-secret-of-this-store"))
    with pytest.raises(ServiceFault) as caught:
        wrong.copies.open("any")
    assert "not-the-secret" not in f"{caught.value!r} {caught.value.__cause__!r}"


def test_preparing_twice_is_no_error_and_leaves_one_probe_at_most(stack):
    fresh = open_stores(access(stack, bucket_prefix="prepared-"))
    fresh.prepare()
    fresh.prepare()
    assert fresh.healthy()
    held = stack.s3.get_object_lock_configuration(Bucket="prepared-originals")
    assert held["ObjectLockConfiguration"]["ObjectLockEnabled"] == "Enabled"
    assert stack.s3.get_bucket_versioning(Bucket="prepared-originals")["Status"] == "Enabled"


def test_a_bucket_without_object_lock_is_refused_at_start(stack):
    """An original that anybody may overwrite or delete is not kept: the house does not start on such a bucket."""
    bucket = Bucket(S3(access(stack, bucket_prefix="unlocked-")), "originals")
    bucket.make(write_once=False)
    with pytest.raises(StoreUnfit):
        probe(bucket)


def test_a_client_is_made_anew_after_a_fork(stack):
    s3 = S3(access(stack))
    before = s3.client()
    assert s3.client() is before
    s3._made_in = -1
    assert s3.client() is not before


def every_key(stack):
    for bucket in ("test-originals", "test-renditions", "test-copies"):
        for page in stack.s3.get_paginator("list_objects_v2").paginate(Bucket=bucket):
            for one in page.get("Contents", []):
                yield f"{bucket}/{one['Key']}"


def status(url, method="GET"):
    try:
        with urllib.request.urlopen(urllib.request.Request(url, method=method), timeout=5) as answer:
            return answer.status, answer.read()
    except urllib.error.HTTPError as error:
        return error.code, error.read()


def test_a_stranger_gets_no_stored_key_from_the_s3_port(stores, stack):
    """D4: anonymous GET and HEAD of every stored key is 403, and no bucket can be listed."""
    put_original(stores, b"an original that stays" * 100)
    stores.renditions.put(f"stays/{new_id()}", b"a preview that stays" * 100, JPEG)
    stores.copies.put(copy_key(new_id()), b"a copy that stays" * 100, JPEG)
    keys = list(every_key(stack))
    assert {key.split("/")[0] for key in keys} == {"test-originals", "test-renditions", "test-copies"}
    for key in keys:
        assert status(f"{stack.servers.s3_endpoint}/{key}")[0] == 403
        assert status(f"{stack.servers.s3_endpoint}/{key}", "HEAD")[0] == 403
    for bucket in ("", "test-originals", "test-renditions", "test-copies"):
        assert status(f"{stack.servers.s3_endpoint}/{bucket}")[0] == 403
    assert status(f"{stack.servers.s3_endpoint}/{keys[0]}", "DELETE")[0] == 403


def test_a_stranger_gets_no_byte_from_the_other_ports(stores, stack):
    """D4: master, volume and filer either refuse the connection, or answer without the photograph."""
    marker = b"the bytes of a photograph, told by these words " * 50
    stored = put_original(stores, marker)
    seaweed = stack.servers.seaweedfs
    paths = [f"buckets/test-originals/{stored.key}", f"buckets/test-originals/{stored.key}.versions", "buckets/", ""]
    paths += [f"{volume},{needle:02x}00000000" for volume in range(1, 8) for needle in range(1, 4)]
    for port in (seaweed.master, seaweed.volume, seaweed.filer):
        for path in paths:
            try:
                answered = status(f"http://127.0.0.1:{port}/{path}")[1]
            except (OSError, urllib.error.URLError):
                continue
            assert b"the bytes of a photograph" not in answered
            assert stored.sha256.encode() not in answered


def test_the_store_listens_on_loopback_alone(stack):
    """D4."""
    others = {info[4][0] for info in socket.getaddrinfo(socket.gethostname(), None, socket.AF_INET)} - {"127.0.0.1"}
    seaweed = stack.servers.seaweedfs
    for address in others:
        for port in (seaweed.s3, seaweed.filer, seaweed.volume, seaweed.master, seaweed.filer + 10_000):
            with socket.socket() as probe_socket:
                probe_socket.settimeout(1)
                assert probe_socket.connect_ex((address, port)) != 0
