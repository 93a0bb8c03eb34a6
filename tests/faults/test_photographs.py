"""The real worker and the real housekeeper, killed in the middle of real photographs."""

import io
import os
import signal
import subprocess
import sys
import time
from collections import Counter
from contextlib import contextmanager
from pathlib import Path

import psutil
import pytest
from sqlalchemy import text

from dam.audit.events import EventType
from dam.ingest.checks import Upload
from dam.local import postgres
from tests.conftest import Stack
from tests.stack.archive import Archive, picture

ROOT = Path(__file__).resolve().parents[2]
PHOTOGRAPHS = 6
RUNNING = "SELECT id FROM job WHERE state = 'running' AND lease_until > now()"


@pytest.fixture(scope="module")
def service(own_servers):
    """The house on servers of its own, with short leases."""
    made = Stack(own_servers, postgres.DATABASE, {"LEASE_S": "2", "REHINT_S": "1"})
    made.house.stores.prepare()
    yield made
    made.database.close()
    made.owner.close()


@pytest.fixture(scope="module")
def archive(service) -> Archive:
    """Its people."""
    return Archive(service)


@contextmanager
def process(service, *command):
    """Run one process of the service in a group of its own, and leave none of it behind."""
    environment = os.environ | service.servers.environment() | {"S3_BUCKET_PREFIX": "test-"} | service.environment
    log = (service.servers.data_dir / "logs" / "real-worker.log").open("ab")
    started = subprocess.Popen(
        [sys.executable, "-m", *command], cwd=ROOT, env=environment, stdout=log, stderr=log, start_new_session=True
    )
    try:
        yield started
    finally:
        if started.poll() is None:
            os.killpg(started.pid, signal.SIGKILL)
        started.wait(10)


def receive(service, archive, count, first):
    return [
        service.house.ingest.receive(
            archive.archivist, Upload(io.BytesIO(picture(first + number, 3000, 2000)), f"{number}.jpg")
        ).asset_id
        for number in range(count)
    ]


def column(service, statement, **values):
    with service.owner.unit() as unit:
        return list(unit.connection.execute(text(statement), values).scalars())


def states(service, assets):
    return Counter(column(service, "SELECT state FROM asset WHERE id = ANY(:ids)", ids=assets))


def wait_until(done, limit_s):
    started = time.monotonic()
    while not done():
        assert time.monotonic() - started < limit_s, f"not reached in {limit_s} s"
        time.sleep(0.05)


def once_each(service, assets):
    """Each photograph: one received event, one prepared event, one thumbnail, one preview and one zoom source."""
    for kind in (EventType.ASSET_RECEIVED, EventType.ASSET_PREPARED):
        told = column(
            service, "SELECT asset FROM au.event WHERE type = :t AND asset = ANY(:ids)", t=kind.value, ids=assets
        )
        assert Counter(told) == Counter(assets)
    rows = column(service, "SELECT key FROM rendition WHERE asset_id = ANY(:ids)", ids=assets)
    kinds = column(service, "SELECT asset_id || kind FROM rendition WHERE asset_id = ANY(:ids)", ids=assets)
    assert len(rows) == len(set(kinds)) == 3 * len(assets)
    for key in rows:
        body = service.house.stores.renditions.open(key)
        assert sum(map(len, body.chunks)) == body.total_bytes > 0


def test_kill_9_in_the_middle_of_a_photograph_loses_and_doubles_nothing(service, archive):
    with process(service, "workers.sweeps"):
        assets = receive(service, archive, PHOTOGRAPHS, 1000)
        for _ in range(3):
            with process(service, "dam.cli", "worker"):
                wait_until(lambda: column(service, RUNNING) or states(service, assets)["ready"] == PHOTOGRAPHS, 60)
                time.sleep(0.3)
        with process(service, "dam.cli", "worker"):
            wait_until(lambda: states(service, assets) == {"ready": PHOTOGRAPHS}, 120)
    once_each(service, assets)
    assert max(column(service, "SELECT attempts FROM job WHERE subject_id = ANY(:ids)", ids=assets)) >= 2
    assert column(service, "SELECT count(*) FROM job WHERE state <> 'done'") == [0]


def test_a_wiped_broker_delays_a_photograph_and_loses_none(service, archive):
    assets = receive(service, archive, 3, 2000)
    service.broker.flushall()
    with process(service, "dam.cli", "worker"), process(service, "workers.sweeps"):
        wait_until(lambda: states(service, assets)["processing"] or states(service, assets)["ready"], 60)
        service.broker.flushall()
        wait_until(lambda: states(service, assets) == {"ready": 3}, 90)
    once_each(service, assets)


def test_asked_to_stop_both_finish_what_they_hold_and_leave_nothing_running(service, archive):
    with process(service, "workers.sweeps") as sweeps, process(service, "dam.cli", "worker") as worker:
        assets = receive(service, archive, 2, 3000)
        wait_until(lambda: column(service, RUNNING), 60)
        family = psutil.Process(worker.pid).children(recursive=True)
        for asked in (sweeps, worker):
            asked.send_signal(signal.SIGTERM)
        assert sweeps.wait(10) == 0
        assert worker.wait(30) == 0
        _, alive = psutil.wait_procs(family, timeout=5)
        assert alive == []
    assert column(service, "SELECT count(*) FROM job WHERE state = 'running'") == [0]
    assert states(service, assets)["ready"] >= 1


@pytest.mark.parametrize("away", ["frozen", "killed"])
def test_a_broker_that_is_away_when_work_ends_leaves_no_worker_deaf(service, archive, monkeypatch, away):
    """The worker holds as many messages as it may, so only the end of its work meets the broken line."""
    monkeypatch.setitem(service.environment, "WORKER_CONCURRENCY", "1")
    valkey, first = service.servers.valkey, {"frozen": 4000, "killed": 5000}[away]
    with process(service, "dam.cli", "worker"), process(service, "workers.sweeps"):
        assets = receive(service, archive, 1, first)
        wait_until(lambda: column(service, RUNNING), 60)
        if away == "frozen":
            os.kill(valkey.child.pid, signal.SIGSTOP)
            time.sleep(15)
            os.kill(valkey.child.pid, signal.SIGCONT)
        else:
            valkey.child.process.kill()
            valkey.child.process.wait()
            time.sleep(4)
            valkey.child.start()
            valkey.child.wait_ready(valkey.ready, 20)
        assets += receive(service, archive, 3, first + 1)
        wait_until(lambda: states(service, assets) == {"ready": 4}, 90)
    once_each(service, assets)
