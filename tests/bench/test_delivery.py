"""What a licensed copy costs the server: 10 MB through gate, log and application, against a bare GET from the store.

Both are measured in turns in the same run. Processor time of every server process is counted, that of the client is
not. The goal is held one fetch at a time, where a fetch costs what it costs; with several at a time the bare GET gets
cheaper (the client, one Python process, drains it in fewer and larger reads), so that figure is shown but not judged.
"""

import http.client
import os
import subprocess
import sys
import time
import urllib.parse
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import psutil
import pytest
from sqlalchemy import select

from dam.database.tables.accounts import api_token
from dam.database.tables.delivery import delivery
from dam.kernel.hashing import sha256_hex
from dam.kernel.ids import new_id
from dam.local.ports import free_ports
from tests.stack.delivery.world import World, open_world

ROOT = Path(__file__).resolve().parents[2]
COPY_BYTES = 10_000_000
FETCHES, ROUNDS = 24, 4
SEVERAL = 4
GOAL = 2.5
START_LIMIT_S = 60


@pytest.fixture(scope="module")
def world(stack: Any) -> World:
    made = open_world(stack)
    made.at = datetime.now(UTC)
    made.first, made.last = date.today() - timedelta(days=2), date.today() + timedelta(days=2)
    return made


@pytest.fixture(scope="module")
def copy_path(world: World) -> str:
    """Return the path of a ready licensed copy of exactly 10 MB."""
    photo = world.photograph()
    world.agreement(photo)
    licence_id = world.licence(photo)
    world.made_copy(licence_id, photo)
    _swell(world, licence_id)
    return f"/api/v1/licences/{licence_id}/assets/{photo.asset_id}/copy"


def _swell(world: World, licence_id: UUID) -> None:
    """Put 10 MB where the small made copy lies, in the store and in its row."""
    (row,) = world.deliveries(licence_id)
    data = os.urandom(COPY_BYTES)
    world.stores.copies.delete(row.copy_key)
    world.stores.copies.put(row.copy_key, data, "image/jpeg")
    world.change(delivery, row.id, size_bytes=COPY_BYTES, copy_sha256=sha256_hex(data))


@pytest.fixture(scope="module")
def token(world: World) -> str:
    secret, now = "imp_bench", datetime.now(UTC)
    world.add(
        api_token,
        id=new_id(),
        person_id=world.people["partner"].person_id,
        name="bench",
        sha256=sha256_hex(secret.encode()),
        created_at=now,
        expires_at=now + timedelta(days=1),
    )
    return secret


@pytest.fixture(scope="module")
def service(stack: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    """The web server as `imprimatur web` starts it, one process of threads; yields its port."""
    (port,) = free_ports(1)
    given = stack.servers.environment() | {
        "DATABASE_URL": stack.database_url,
        "S3_BUCKET_PREFIX": "test-",
        "PORT": str(port),
        "BASE_URL": f"http://127.0.0.1:{port}",
        "WEB_PROCESSES": "1",
        "LOG_LEVEL": "WARNING",
    }
    output = tmp_path_factory.mktemp("bench") / "web.log"
    with output.open("wb") as sink:
        process = subprocess.Popen(
            [sys.executable, "-m", "dam.cli", "web"], cwd=ROOT, env=os.environ | given, stdout=sink, stderr=sink
        )
    try:
        _await(port, process, output)
        yield port
    finally:
        process.terminate()
        process.wait(20)


def _await(port: int, process: subprocess.Popen[bytes], output: Path) -> None:
    deadline = time.monotonic() + START_LIMIT_S
    while time.monotonic() < deadline and process.poll() is None:
        try:
            connection = http.client.HTTPConnection("127.0.0.1", port, timeout=2)
            connection.request("GET", "/healthz")
            if connection.getresponse().status == 200:
                return
        except OSError:
            time.sleep(0.2)
    pytest.fail(output.read_text(errors="replace")[-3000:])


def test_a_copy_costs_at_most_two_and_a_half_bare_gets(world, service, token, copy_path):
    bearer = {"Authorization": f"Bearer {token}"}
    through = _fetcher("127.0.0.1", service, copy_path, bearer)
    key = world.one(select(delivery.c.copy_key).where(delivery.c.size_bytes == COPY_BYTES))
    address = urllib.parse.urlsplit(
        world.stack.s3.generate_presigned_url(
            "get_object", Params={"Bucket": f"{world.stack.settings.s3_bucket_prefix}copies", "Key": key}
        )
    )
    direct = _fetcher(str(address.hostname), int(address.port or 80), f"{address.path}?{address.query}", {})
    for fetch in (through, direct):
        _load(fetch, SEVERAL, SEVERAL)
    logged = len(world.events(type="delivery.copy.delivered"))
    ratios = {clients: _compare(through, direct, clients) for clients in (1, SEVERAL)}
    assert len(world.events(type="delivery.copy.delivered")) == logged + 2 * ROUNDS * FETCHES
    assert ratios[1] <= GOAL


def _compare(through: Callable[[int], None], direct: Callable[[int], None], clients: int) -> float:
    spent = {"direct": 0.0, "through": 0.0}
    for _ in range(ROUNDS):
        spent["direct"] += _cost(direct, clients)
        spent["through"] += _cost(through, clients)
    each = {name: 1000 * seconds / (ROUNDS * FETCHES) for name, seconds in spent.items()}
    ratio = spent["through"] / spent["direct"]
    print(
        f"\n10 MB licensed copy, {clients} at a time: {each['through']:.1f} CPU-ms through the service,"
        f" {each['direct']:.1f} straight from the store: {ratio:.2f}x; {ROUNDS * FETCHES} fetches each"
        + (f" (goal {GOAL}x)" if clients == 1 else "")
    )
    return ratio


def _fetcher(host: str, port: int, path: str, headers: dict[str, str]) -> Callable[[int], None]:
    def fetch(_: int) -> None:
        connection = http.client.HTTPConnection(host, port, timeout=60)
        connection.request("GET", path, headers=headers)
        answer, size = connection.getresponse(), 0
        assert answer.status == 200, answer.read(500)
        while piece := answer.read(1 << 20):
            size += len(piece)
        connection.close()
        assert size == COPY_BYTES

    return fetch


def _load(fetch: Callable[[int], None], times: int, clients: int) -> None:
    with ThreadPoolExecutor(clients) as pool:
        list(pool.map(fetch, range(times)))


def _cost(fetch: Callable[[int], None], clients: int) -> float:
    """Return the processor seconds all server processes spent while the load ran."""
    before = _server_seconds()
    _load(fetch, FETCHES, clients)
    return _server_seconds() - before


def _server_seconds() -> float:
    """Everything this session started is a server; the client is this process itself."""
    seconds = 0.0
    for process in psutil.Process().children(recursive=True):
        try:
            times = process.cpu_times()
        except psutil.NoSuchProcess:
            continue
        seconds += times.user + times.system
    return seconds
