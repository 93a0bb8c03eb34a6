"""Reading over kept connections: whole, in part, cut off, by many at once, and after the store closed the line."""

import os
import signal
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from dam.kernel.errors import IntegrityFault, ServiceFault
from dam.kernel.ids import new_id
from dam.storage import reading
from dam.storage.reading import Reader

SIZE = 1_500_000


@pytest.fixture
def reader(stack):
    settings = stack.settings
    return Reader(
        settings.s3_endpoint,
        region=settings.s3_region,
        access_key=settings.s3_access_key.get_secret_value(),
        secret_key=settings.s3_secret_key.get_secret_value(),
    )


@pytest.fixture
def held(stack):
    key, data = f"read/{new_id()} 柴", os.urandom(SIZE)
    stack.s3.put_object(Bucket="test-copies", Key=key, Body=data)
    yield key, data
    stack.s3.delete_object(Bucket="test-copies", Key=key)


def test_wholes_and_parts_come_byte_for_byte_over_one_connection(reader, held):
    key, data = held
    for start, end in ((0, None), (0, 1), (7, 300_000), (SIZE - 1, None), (0, SIZE)):
        body = reader.open("test-copies", key, start, end)
        assert b"".join(body.chunks) == data[start:end]
        assert (body.size_bytes, body.total_bytes) == (len(data[start:end]), SIZE)
        body.close()
    assert reader._idle.qsize() == 1


def test_a_body_closed_half_way_takes_its_connection_along(reader, held):
    key, data = held
    body = reader.open("test-copies", key)
    next(iter(body.chunks))
    body.close()
    assert reader._idle.qsize() == 0
    assert b"".join(reader.open("test-copies", key).chunks) == data


def test_closing_after_the_end_leaves_the_next_readers_connection_alone(reader, held):
    key, data = held
    first = reader.open("test-copies", key)
    assert b"".join(first.chunks) == data
    second = reader.open("test-copies", key)
    first.close()
    assert b"".join(second.chunks) == data


def test_a_connection_that_was_closed_meanwhile_is_replaced(reader, held):
    key, data = held
    b"".join(reader.open("test-copies", key).chunks)
    reader._idle.queue[0][1].sock.close()
    assert b"".join(reader.open("test-copies", key).chunks) == data


def test_many_at_once_never_get_each_others_bytes(reader, stack):
    held = {f"many/{new_id()}": os.urandom(400_000) for _ in range(8)}
    for key, data in held.items():
        stack.s3.put_object(Bucket="test-copies", Key=key, Body=data)

    def read(key):
        body = reader.open("test-copies", key)
        found = b"".join(body.chunks)
        body.close()
        return found == held[key]

    with ThreadPoolExecutor(16) as pool:
        assert all(pool.map(read, list(held) * 12))


def test_what_is_missing_forbidden_or_away_is_a_fault(reader, held, stack):
    key, _ = held
    with pytest.raises(IntegrityFault):
        reader.open("test-copies", "no/such")
    stranger = Reader(stack.settings.s3_endpoint, region="us-east-1", access_key="x", secret_key="y")
    with pytest.raises(ServiceFault):
        stranger.open("test-copies", key)
    nowhere = Reader("http://127.0.0.1:9", region="us-east-1", access_key="x", secret_key="y")
    with pytest.raises(ServiceFault):
        nowhere.open("test-copies", key)


def test_a_store_that_keeps_silent_is_waited_for_once(reader, held, stack, monkeypatch):
    """A frozen store must not hold a thread of the web twice as long as it is given."""
    key, data = held
    monkeypatch.setattr(reading, "_READ_WAIT_S", 1)
    b"".join(reader.open("test-copies", key).chunks)
    store = stack.servers.seaweedfs.child.pid
    os.kill(store, signal.SIGSTOP)
    try:
        asked_at = time.monotonic()
        with pytest.raises(ServiceFault):
            reader.open("test-copies", key)
        assert time.monotonic() - asked_at < 1.8
    finally:
        os.kill(store, signal.SIGCONT)
    assert b"".join(reader.open("test-copies", key).chunks) == data
