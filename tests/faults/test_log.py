"""Sequencer and PostgreSQL are killed at random moments under load: no event loses its place, no checkpoint lies."""

import os
import random
import signal
import subprocess
import sys
import time
from contextlib import contextmanager

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError
from sqlalchemy import text

from dam.audit import log_store, merkle
from dam.audit.checkpoint import Signer, open_checkpoint
from dam.audit.publishing import DatabaseTiles
from dam.audit.tiles import Tile, TileHashes, entries_of
from dam.database.engine import make_engine
from dam.database.migrate import migrate
from dam.database.unit import Database
from dam.local import postgres
from dam.storage.s3 import S3Access
from dam.storage.stores import open_stores
from tests.faults.conftest import ROOT

CLIENTS, PAUSE_S = 3, 0.01
KILLS_OF_THE_SEQUENCER, KILLS_OF_POSTGRESQL = 4, 2


class LogUnderLoad:
    """Clients, a sequencer and a watcher, on servers that may be killed."""

    def __init__(self, servers):
        self.servers = servers
        self.key = servers.data_dir / "faults-log.key"
        self.signer = Signer("faults.example/log", os.urandom(32))
        self.key.write_text(self.signer.text, encoding="utf-8")
        self.key.chmod(0o600)
        self.owner = Database(make_engine(servers.database_owner_url, pool_size=2))
        keys = servers.keys
        self.stores = open_stores(S3Access(servers.s3_endpoint, "us-east-1", keys.s3_access_key, keys.s3_secret_key))
        self.stores.prepare()
        self.sequencer = None
        self.seen = {}
        self.s3 = boto3.client(
            "s3",
            endpoint_url=servers.s3_endpoint,
            region_name="us-east-1",
            aws_access_key_id=keys.s3_access_key,
            aws_secret_access_key=keys.s3_secret_key,
            config=Config(s3={"addressing_style": "path"}),
        )

    def environment(self):
        own = {
            "LOG_DATABASE_URL": self.servers.log_database_url(postgres.DATABASE),
            "LOG_KEY_PATH": str(self.key),
            "LOG_ORIGIN": self.signer.name,
            "LOG_EVERY_S": "0.1",
            "PYTHONPATH": str(ROOT),
        }
        return os.environ | self.servers.environment() | own

    def start(self, *words):
        log = (self.servers.data_dir / "logs" / "faults-log.log").open("ab")
        command = [sys.executable, *words]
        return subprocess.Popen(command, env=self.environment(), stdout=log, stderr=log, start_new_session=True)

    @contextmanager
    def clients(self):
        script = str(ROOT / "tests" / "faults" / "log_clients.py")
        running = [self.start(script, str(PAUSE_S), str(number)) for number in range(CLIENTS)]
        try:
            yield
        finally:
            for one in running:
                one.terminate()
                one.wait(10)

    def watch(self, seconds):
        """Look at the published checkpoint from outside for so long, as an auditor's machine would."""
        over = time.monotonic() + seconds
        while time.monotonic() < over:
            try:
                note = self.s3.get_object(Bucket="log-end", Key="checkpoint")["Body"].read().decode()
            except (ClientError, BotoCoreError):
                time.sleep(0.05)
                continue
            head = open_checkpoint(note, self.signer.verifier)
            assert self.seen.setdefault(head.size, head.root) == head.root, "two roots for one size"
            time.sleep(0.03)

    def kill_sequencer(self):
        self.sequencer.send_signal(signal.SIGKILL)
        self.sequencer.wait(10)
        self.sequencer = self.start("-m", "workers.audit")

    def kill_postgresql(self):
        """Kill the server's main process; its children end with it, and it recovers when started."""
        child = self.servers.postgres.child
        os.kill(child.pid, signal.SIGKILL)
        child.process.wait(10)
        (self.servers.postgres.folder / "postmaster.pid").unlink(missing_ok=True)
        for _ in range(100):
            child.start()
            time.sleep(0.3)
            if child.alive():
                break
        child.wait_ready(self.servers.postgres.ready, 60)
        self.owner.close()

    def scalar(self, statement):
        with self.owner.unit() as unit:
            return unit.connection.execute(text(statement)).scalar()

    def settle(self, limit_s=60):
        """Wait until nothing is left to be given a place or to be published."""
        over = time.monotonic() + limit_s
        while True:
            waiting = self.scalar("SELECT count(*) FROM au.pending")
            behind = self.scalar("SELECT size - coalesce((SELECT max(size) FROM au.publication), 0) FROM au.head")
            if not waiting and not behind:
                return
            assert time.monotonic() < over, f"{waiting} events wait and {behind} are not published"
            time.sleep(0.2)


@pytest.fixture
def load(own_servers):
    login = (postgres.SEQUENCER, own_servers.keys.database_log)
    keys = own_servers.keys
    migrate(own_servers.database_owner_url, postgres.SERVICE, keys.database_service, sequencer=login)
    made = LogUnderLoad(own_servers)
    with made.owner.unit() as unit:
        unit.connection.execute(text("CREATE TABLE effect (event_id uuid PRIMARY KEY)"))
        unit.connection.execute(text("GRANT INSERT ON effect TO imprimatur_app"))
    yield made
    if made.sequencer is not None:
        made.sequencer.kill()
        made.sequencer.wait(10)
    made.owner.close()


def test_kill_9_of_sequencer_and_postgresql_loses_and_doubles_nothing(load):
    chance = random.Random(20261123)
    deeds = [load.kill_sequencer] * KILLS_OF_THE_SEQUENCER + [load.kill_postgresql] * KILLS_OF_POSTGRESQL
    chance.shuffle(deeds)
    load.sequencer = load.start("-m", "workers.audit")
    with load.clients():
        load.watch(4)
        for deed in deeds:
            deed()
            load.watch(chance.uniform(0.5, 3.5))
        load.watch(1.5)
    load.settle()
    load.watch(0.2)

    events = load.scalar("SELECT count(*) FROM au.event WHERE type = 'delivery.rendition.viewed'")
    whole = load.scalar("SELECT count(*) FROM au.event")
    assert load.scalar("SELECT count(*) FROM effect") == events > 300
    assert load.scalar("SELECT count(*) FROM effect JOIN au.leaf USING (event_id)") == events
    assert load.scalar("SELECT count(*) FROM au.leaf") == whole == load.scalar("SELECT size FROM au.head")
    assert load.scalar("SELECT max(leaf_index) + 1 FROM au.leaf") == whole
    holds_together(load, whole)
    stops_when_asked(load)


def holds_together(load, size):
    """The bucket holds the very bytes that were logged, and everything ever seen from outside is its beginning."""
    with load.owner.unit() as unit:
        published, note = log_store.published(unit)
    head = open_checkpoint(note, load.signer.verifier)
    assert published == head.size == size
    tree = merkle.Frontier.empty()
    for index in range((size + 255) // 256):
        width = min(256, size - index * 256)
        for entry in entries_of(load.stores.log.read(Tile("entries", index, width).path), width):
            list(tree.push(merkle.leaf_hash(entry)))
    assert tree.root() == head.root
    assert len(load.seen) > 10
    hashes = TileHashes(size, DatabaseTiles(load.owner))
    for old, root in load.seen.items():
        assert merkle.extends(old, size, merkle.consistency_proof(old, size, hashes), root, head.root), old


def stops_when_asked(load):
    load.sequencer.terminate()
    assert load.sequencer.wait(10) == 0
