"""What the usage log costs, against the figures it promises: one table, every line judged.

- append: an effect with its event, against the bare effect: eight clients, in turns on one durable PostgreSQL;
- delay: from the commit of an event to the published checkpoint over it, at 200 events a second;
- proof: at a million leaves, out of the database, as the API asks for it; its size is that of its hashes;
- verification: a whole bundle, offline, by the one-file verifier, on one core.
"""

import io
import json
import os
import random
import statistics
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psutil
import pytest
from sqlalchemy import text

from dam.audit import merkle, verify
from dam.audit.bundle import Head, whole_bundle
from dam.audit.checkpoint import Checkpoint, Signer, sign
from dam.audit.entry import entry_of
from dam.audit.identity import new_event_id
from dam.audit.log import LOG_READ, LogService
from dam.audit.merkle import Frontier, leaf_hash
from dam.audit.tiles import HEIGHT
from dam.database.engine import make_engine
from dam.database.migrate import migrate
from dam.database.unit import Database
from dam.kernel.clock import utc_now
from dam.kernel.ids import new_id
from dam.local import postgres
from dam.local.servers import Servers
from dam.local.servers import servers as running_servers
from dam.storage.s3 import S3Access
from dam.storage.stores import open_stores
from tests.bench.log_client import viewed

ROOT = Path(__file__).resolve().parents[2]
CLIENTS, ROUNDS, ROUND_S = 8, 9, 1.5
RATE, RATE_S = 200, 20.0
LEAVES, SAMPLE, CHUNK = 1_000_000, 300, 50_000
ENTRIES = 200_000
ORIGIN = "bench.example/log"


@dataclass
class Bench:
    """A durable server with the log, and clients that are processes of their own."""

    servers: Servers
    owner: Database
    clients: list[subprocess.Popen[str]] = field(default_factory=list)

    def environment(self) -> dict[str, str]:
        own = {
            "LOG_DATABASE_URL": self.servers.log_database_url(postgres.DATABASE),
            "LOG_KEY_PATH": str(self.servers.data_dir / "bench-log.key"),
            "LOG_ORIGIN": ORIGIN,
            "PYTHONPATH": str(ROOT),
        }
        return os.environ | self.servers.environment() | own

    def start_clients(self) -> None:
        script = Path(__file__).with_name("log_client.py")
        self.clients = [
            subprocess.Popen(
                [sys.executable, str(script)], env=self.environment(), stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                text=True,
            )
            for _ in range(CLIENTS)
        ]  # fmt: skip
        self.work("bare", 0.2)
        self.work("logged", 0.2)

    def work(self, kind: str, seconds: float, pace_s: float = 0.0) -> list[tuple[float, str | None]]:
        for client in self.clients:
            assert client.stdin is not None
            client.stdin.write(f"{kind} {seconds} {pace_s}\n")
            client.stdin.flush()
        done: list[tuple[float, str | None]] = []
        for client in self.clients:
            assert client.stdout is not None
            done.extend(json.loads(client.stdout.readline()))
        return done

    def processor_s(self) -> float:
        """Return the processor time that clients and PostgreSQL have used up to now."""
        server = psutil.Process(self.servers.postgres.child.pid)
        family = [server, *server.children(recursive=True), *(psutil.Process(one.pid) for one in self.clients)]
        return sum(times.user + times.system for times in (one.cpu_times() for one in family))

    @contextmanager
    def sequencer(self) -> Iterator[None]:
        process = subprocess.Popen([sys.executable, "-m", "workers.audit"], cwd=ROOT, env=self.environment())
        try:
            yield
        finally:
            process.terminate()
            assert process.wait(20) == 0

    def scalar(self, statement: str, **values: Any) -> Any:
        with self.owner.unit() as unit:
            return unit.connection.execute(text(statement), values).scalar()


@pytest.fixture(scope="module")
def bench(scratch: Path) -> Iterator[Bench]:
    with running_servers(scratch / "bench-log", durable=True) as running:
        keys = running.keys
        migrate(
            running.database_owner_url,
            postgres.SERVICE,
            keys.database_service,
            sequencer=(postgres.SEQUENCER, keys.database_log),
        )
        open_stores(S3Access(running.s3_endpoint, "us-east-1", keys.s3_access_key, keys.s3_secret_key)).prepare()
        made = Bench(running, Database(make_engine(running.database_owner_url, pool_size=2)))
        with made.owner.unit() as unit:
            columns = "id uuid PRIMARY KEY, asset uuid, organisation uuid, at timestamptz DEFAULT now(), note text"
            unit.connection.execute(text(f"CREATE TABLE effect ({columns})"))
            unit.connection.execute(text("GRANT INSERT ON effect TO imprimatur_app"))
        made.start_clients()
        yield made
        for client in made.clients:
            client.kill()
            client.wait(10)
        made.owner.close()


def tell(name: str, found: str, goal: str) -> None:
    print(f"  {name:<44} {found:>34}   goal {goal}")


def test_appending_an_event(bench: Bench) -> None:
    """Judged by processor time, clients and PostgreSQL together: eight clients use up any machine, shared or not."""
    rates: dict[str, list[float]] = {"bare": [], "logged": []}
    costs: dict[str, list[float]] = {"bare": [], "logged": []}
    for turn in range(ROUNDS):
        for kind in sorted(rates, reverse=bool(turn % 2)):
            before = bench.processor_s()
            count = len(bench.work(kind, ROUND_S))
            costs[kind].append((bench.processor_s() - before) / count)
            rates[kind].append(count / ROUND_S)
    bare, logged = statistics.median(rates["bare"]), statistics.median(rates["logged"])
    ratio = statistics.median(one / other for one, other in zip(costs["bare"], costs["logged"], strict=True))
    tell("append, 8 clients, transactions by the clock", f"{bare:.0f}/s {logged:.0f}/s {logged / bare:.2f}", "-")
    spent = [1000 * statistics.median(costs[kind]) for kind in ("bare", "logged")]
    tell("append, 8 clients, processor time", f"{spent[0]:.2f} ms {spent[1]:.2f} ms {ratio:.2f}", "0.70")
    assert ratio >= 0.7


def test_an_event_is_published_soon(bench: Bench) -> None:
    shelf = _shelf(bench)
    with bench.sequencer():
        _settle(bench)
        first = bench.scalar("SELECT size FROM au.head")
        seen: list[tuple[float, int]] = []
        with _watching(shelf, seen):
            done = bench.work("logged", RATE_S, CLIENTS / RATE)
            _settle(bench)
            time.sleep(0.3)
    places = _places(bench, first)
    delays = sorted(_seen_at(seen, places[str(event)]) - at for at, event in done)
    rate = len(delays) / RATE_S
    p50, p99 = delays[len(delays) // 2], delays[int(len(delays) * 0.99)]
    tell(
        f"event to published checkpoint at {rate:.0f}/s",
        f"p50 {p50:.2f} s, p99 {p99:.2f} s, max {delays[-1]:.2f} s",
        "2 s",
    )
    assert rate >= 0.95 * RATE
    assert p99 < 2


def _shelf(bench: Bench) -> Any:
    keys = bench.servers.keys
    return open_stores(S3Access(bench.servers.s3_endpoint, "us-east-1", keys.s3_access_key, keys.s3_secret_key)).log


def _settle(bench: Bench) -> None:
    over = time.monotonic() + 120
    behind = "SELECT size - coalesce((SELECT max(size) FROM au.publication), 0) FROM au.head"
    while bench.scalar("SELECT count(*) FROM au.pending") or bench.scalar(behind):
        assert time.monotonic() < over
        time.sleep(0.1)


@contextmanager
def _watching(shelf: Any, seen: list[tuple[float, int]]) -> Iterator[None]:
    """Read the published checkpoint again and again, as somebody outside would."""
    over = threading.Event()

    def look() -> None:
        while not over.is_set():
            note = shelf.checkpoint()[0]
            seen.append((time.time(), int(note.split("\n")[1])))
            time.sleep(0.02)

    thread = threading.Thread(target=look)
    thread.start()
    yield
    over.set()
    thread.join()


def _places(bench: Bench, first: int) -> dict[str, int]:
    with bench.owner.unit() as unit:
        query = text("SELECT event_id, leaf_index FROM au.leaf WHERE leaf_index >= :first")
        return {str(row.event_id): row.leaf_index for row in unit.connection.execute(query, {"first": first})}


def _seen_at(seen: list[tuple[float, int]], index: int) -> float:
    low, high = 0, len(seen) - 1
    while low < high:
        middle = (low + high) // 2
        low, high = (low, middle) if seen[middle][1] > index else (middle + 1, high)
    return seen[low][0]


@dataclass
class Auditor:
    person_id: Any
    organisation_id: Any
    permissions: frozenset[str] = frozenset({LOG_READ})


def test_a_proof_at_a_million_leaves(fresh_stack: Any) -> None:
    head = _million(fresh_stack)
    desk, auditor = LogService(database=fresh_stack.database, clock=utc_now), Auditor(new_id(), new_id())
    desk.inclusion(auditor, 0)
    chance, spent, largest = random.Random(9), list[float](), 0
    for _ in range(SAMPLE):
        index = chance.randrange(LEAVES)
        started = time.perf_counter()
        proof = desk.inclusion(auditor, index)
        spent.append(1000 * (time.perf_counter() - started))
        largest = max(largest, 32 * len(proof.hashes))
        assert merkle.includes(index, LEAVES, proof.leaf_hash, proof.hashes, head.root)
    spent.sort()
    p50, p99 = spent[SAMPLE // 2], spent[int(SAMPLE * 0.99)]
    tell("inclusion proof at 1,000,000 leaves", f"{largest} B, p50 {p50:.1f} ms, p99 {p99:.1f} ms", "1,024 B, 10 ms")
    assert largest <= 1024
    assert p50 <= 10


def _million(stack: Any) -> Checkpoint:
    """Fill the tables of places as the sequencer would have, without the events behind them."""
    tree, rows, leaves = Frontier.empty(), list[tuple[int, int, bytes]](), list[bytes]()
    for number in range(LEAVES):
        leaves.append(leaf_hash(b"%d" % number))
        for node in tree.push(leaves[-1]):
            if node.height and node.height % HEIGHT == 0:
                rows.append((node.height // HEIGHT, node.number, node.hash))
    head = Checkpoint(ORIGIN, LEAVES, tree.root())
    with stack.owner.unit() as unit:
        raw = unit.connection.connection.driver_connection
        with raw.cursor().copy("COPY au.leaf FROM STDIN") as copy:
            for number, leaf in enumerate(leaves):
                copy.write_row((number, new_id(), leaf))
        with raw.cursor().copy("COPY au.node FROM STDIN") as copy:
            for row in rows:
                copy.write_row(row)
        run = unit.connection.execute
        run(text("UPDATE au.head SET size = :s, root = :r, frontier = :f"),
            {"s": LEAVES, "r": head.root, "f": tree.data()})  # fmt: skip
        note = sign(head.text, [Signer(ORIGIN, bytes(32))])
        run(text("INSERT INTO au.checkpoint VALUES (:s, :n, now())"), {"s": LEAVES, "n": note})
        run(text("INSERT INTO au.publication VALUES (:s, now())"), {"s": LEAVES})
    with stack.owner.unit() as unit:
        unit.connection.execute(text("ANALYZE au.leaf, au.node"))
    return head


class Entries:
    """A log in memory."""

    def __init__(self, count: int) -> None:
        at = utc_now()
        self.all = [entry_of(viewed(), new_event_id(at), at) for _ in range(count)]
        self.rows: list[list[bytes]] = [[leaf_hash(entry) for entry in self.all]]
        while len(row := self.rows[-1]) >= 256:
            self.rows.append([merkle.complete_root(row[at : at + 256]) for at in range(0, len(row) - 255, 256)])

    def hashes(self, tile: Any) -> list[bytes]:
        return self.rows[tile.level][tile.first : tile.first + tile.width]

    def entries(self, tile: Any) -> list[bytes]:
        return self.all[tile.first : tile.first + tile.width]


def test_verifying_a_whole_log_offline(tmp_path: Path) -> None:
    source, signer, tree = Entries(ENTRIES), Signer(ORIGIN, bytes(32)), Frontier.empty()
    for leaf in source.rows[0]:
        list(tree.push(leaf))
    note = sign(Checkpoint(ORIGIN, ENTRIES, tree.root()).text, [signer])
    bundle = b"".join(whole_bundle(Head(ORIGIN, ENTRIES, note, {}), source, utc_now()))
    size = statistics.fmean(map(len, source.all))
    spent = []
    for _ in range(3):
        started = time.process_time()
        report = verify.check(io.BytesIO(bundle), signer.verifier.text)
        spent.append(time.process_time() - started)
        assert report.status == verify.EXIT_GOOD
    rate = ENTRIES / min(spent)
    tell(f"offline verification, entries of {size:.0f} B", f"{rate:,.0f} entries/s and core", "200,000")
    assert rate >= 200_000
