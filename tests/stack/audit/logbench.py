"""A sequencer on the test's own database and buckets, driven by hand."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import psycopg
from sqlalchemy import text

from dam.audit.checkpoint import Checkpoint, Signer, open_checkpoint
from dam.audit.events import Event, EventType
from dam.audit.publishing import Publisher
from dam.audit.sequencer import BATCH, Sequencer
from dam.audit.service import append
from dam.database.engine import make_engine
from dam.database.unit import Database
from dam.kernel.clock import utc_now
from dam.kernel.ids import EventId, new_id
from dam.local import postgres
from dam.storage.s3 import S3Access
from dam.storage.stores import open_stores

ORIGIN = "test.example/log"


@dataclass
class LogBench:
    """A database with its log, and buckets of its own."""

    stack: Any
    prefix: str
    signer: Signer = field(default_factory=lambda: Signer(ORIGIN, bytes(range(32))))
    ahead: timedelta = timedelta()
    made: list[Sequencer] = field(default_factory=list)

    def __post_init__(self) -> None:
        keys = self.stack.servers.keys
        access = S3Access(
            self.stack.servers.s3_endpoint, "us-east-1", keys.s3_access_key, keys.s3_secret_key, self.prefix
        )
        self.stores = open_stores(access)
        self.shelf = self.stores.log
        self.stores.log_bucket.make(write_once=True)
        self.stores.other_buckets[-1].make(write_once=False)

    def clock(self) -> datetime:
        """The present, moved ahead as far as the test says."""
        return utc_now() + self.ahead

    def sequencer(self, *, signer: Signer | None = None, url: str | None = None, batch: int = BATCH) -> Sequencer:
        """Return another sequencer on a connection of its own."""
        database = Database(make_engine(url or self.stack.log_url, pool_size=1))
        signer = signer or self.signer
        publisher = Publisher(
            database=database,
            shelf=self.shelf,
            clock=self.clock,
            verifier=signer.verifier,
            anchor_every=timedelta(hours=1),
            retention=timedelta(minutes=1),
        )
        made = Sequencer(
            database=database,
            publisher=publisher,
            clock=self.clock,
            signer=signer,
            announced={"log": [signer.verifier.text]},
            batch=batch,
        )
        self.made.append(made)
        return made

    def write(self, count: int, database: Database | None = None) -> list[EventId]:
        """Commit so many events, ten in a unit."""
        written: list[EventId] = []
        while len(written) < count:
            with (database or self.stack.database).unit() as unit:
                more = min(10, count - len(written))
                written.extend(append(unit, viewed(), utc_now()) for _ in range(more))
        return written

    def scalar(self, statement: str, **values: object) -> Any:
        """Return one value, read as the owner."""
        with self.stack.owner.unit() as unit:
            return unit.connection.execute(text(statement), values).scalar()

    def copy(self, name: str) -> str:
        """Copy the database as a backup would, and return the sequencer's address of the copy."""
        self.close()
        for name_of in ("database", "owner"):
            getattr(self.stack, name_of).close()
        servers = self.stack.servers
        address = servers.postgres.url(postgres.SUPERUSER, servers.keys.postgres_superuser, "postgres")
        with psycopg.connect(address.replace("+psycopg", ""), autocommit=True) as session:
            session.execute(f"CREATE DATABASE {name} TEMPLATE {self.stack.name} OWNER {postgres.OWNER}".encode())
        return servers.log_database_url(name)

    def published(self) -> Checkpoint | None:
        """Return the checkpoint that lies in the bucket."""
        found = self.shelf.checkpoint()
        return None if found is None else open_checkpoint(found[0], self.signer.verifier)

    def close(self) -> None:
        """Give every connection back."""
        for one in self.made:
            one.database.close()


def viewed(**changes: Any) -> Event:
    """Return an event as the gate writes it."""
    fields = {"actor": new_id(), "organisation": new_id(), "asset": new_id(), "rendition": "preview"}
    return Event(type=EventType.RENDITION_VIEWED, decision="allow", **fields | changes)
