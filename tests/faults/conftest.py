"""Servers that a test may stop, starve and wipe: nobody else uses them."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest
from sqlalchemy import text

from dam.audit.events import EventType
from dam.database.engine import make_engine
from dam.database.migrate import migrate
from dam.database.unit import Database
from dam.jobs.celery_queue import CeleryQueue, make_celery
from dam.jobs.service import JobService
from dam.local import postgres
from dam.local.servers import Servers
from dam.local.servers import servers as running_servers
from dam.storage.s3 import S3Access
from dam.storage.stores import Stores, open_stores

ROOT = Path(__file__).resolve().parents[2]
LEASE_S = 2.0
REHINT_S = 2.0


@pytest.fixture(scope="module")
def own_servers(scratch) -> Iterator[Servers]:
    """PostgreSQL, Valkey and SeaweedFS of this module alone, migrated."""
    folder = scratch / f"faults-{time.monotonic_ns()}"
    with running_servers(folder, durable=True) as running:
        migrate(running.database_owner_url, postgres.SERVICE, running.keys.database_service)
        yield running


class Bench:
    """A house small enough to break: jobs, log and store, on servers of its own."""

    def __init__(self, servers: Servers) -> None:
        self.servers = servers
        self.database = Database(make_engine(servers.database_url, pool_size=6))
        self.owner = Database(make_engine(servers.database_owner_url, pool_size=2))
        self.celery = make_celery(servers.broker_url)
        self.jobs = JobService(
            database=self.database, queue=CeleryQueue(self.celery), lease_s=LEASE_S, rehint_s=REHINT_S
        )
        self.stores: Stores = open_stores(
            S3Access(servers.s3_endpoint, "us-east-1", servers.keys.s3_access_key, servers.keys.s3_secret_key)
        )

    def scalars(self, statement: str, **values: object) -> list:
        """Return the first column, read as the owner."""
        with self.owner.unit() as unit:
            return list(unit.connection.execute(text(statement), values).scalars())

    def states(self) -> dict[str, int]:
        """Count jobs by state."""
        with self.owner.unit() as unit:
            return dict(unit.connection.execute(text("SELECT state, count(*) FROM job GROUP BY state")).all())

    def effects(self) -> dict[str, int]:
        """Count the prepared events of each subject: the effect of a job, of which there may be one."""
        counted = "SELECT asset::text, count(*) FROM au.event WHERE type = :type GROUP BY asset"
        with self.owner.unit() as unit:
            return dict(unit.connection.execute(text(counted), {"type": EventType.ASSET_PREPARED.value}).all())

    def reconcile_until(self, done, limit_s: float) -> float:
        """Do the reconciler's rounds until the condition holds, and return how long that took."""
        started = time.monotonic()
        while not done():
            assert time.monotonic() - started < limit_s, f"not reached in {limit_s} s: {self.states()}"
            self.jobs.reconcile()
            time.sleep(0.2)
        return time.monotonic() - started

    @contextmanager
    def worker(self, *, concurrency: int = 2) -> Iterator[subprocess.Popen]:
        """Run a real Celery worker in a process group of its own."""
        process = self.start_worker(concurrency)
        try:
            yield process
        finally:
            kill_group(process)

    def start_worker(self, concurrency: int = 2) -> subprocess.Popen:
        """Start a worker and return its main process."""
        log = (self.servers.data_dir / "logs" / "bench-worker.log").open("ab")
        return subprocess.Popen(
            [
                *(sys.executable, "-m", "celery", "--workdir", str(Path(__file__).parent), "--app", "bench_worker"),
                *("worker", "--concurrency", str(concurrency), "--without-gossip", "--without-mingle"),
            ],
            env=os.environ | self.servers.environment() | {"PYTHONPATH": str(ROOT), "LEASE_S": str(LEASE_S)},
            stdout=log,
            stderr=log,
            start_new_session=True,
        )

    def close(self) -> None:
        """Give everything back."""
        self.database.close()
        self.owner.close()
        self.celery.close()


def kill_group(process: subprocess.Popen) -> None:
    """Kill -9 the worker and every child of it."""
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait(10)


@pytest.fixture
def bench(own_servers) -> Iterator[Bench]:
    """The bench, its jobs and queue empty."""
    made = Bench(own_servers)
    made.stores.prepare()
    with made.owner.unit() as unit:
        unit.connection.execute(text("TRUNCATE job"))
    made.celery.connection().default_channel.client.flushall()
    yield made
    made.close()
