"""The three servers of the embedded stack, started together and stopped together."""

import contextlib
import fcntl
import json
import os
import signal
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO
from urllib.parse import quote

import psutil

from dam.local import postgres, seaweedfs
from dam.local.identity import Identity
from dam.local.keys import Keys, load_keys
from dam.local.ports import free_pairs, free_ports
from dam.local.postgres import Postgres
from dam.local.process import Child, StartFailed, stop_all
from dam.local.seaweedfs import SeaweedFS
from dam.local.valkey import Valkey

_POSTGRES_LIMIT_S = 60
_VALKEY_LIMIT_S = 20
_SEAWEED_LIMIT_S = 90
_LEFTOVER_LIMIT_S = 10


@dataclass(frozen=True, slots=True)
class Servers:
    """Running servers, and how to reach them."""

    data_dir: Path
    keys: Keys
    postgres: Postgres
    valkey: Valkey
    seaweedfs: SeaweedFS

    @property
    def database_url(self) -> str:
        """The database as the service sees it: a role that owns nothing."""
        return self.database_urls(postgres.DATABASE)[0]

    @property
    def database_owner_url(self) -> str:
        """The database as migrations see it."""
        return self.database_urls(postgres.DATABASE)[1]

    @property
    def broker_url(self) -> str:
        """The broker."""
        return self.valkey.url

    @property
    def s3_endpoint(self) -> str:
        """The object store."""
        return self.seaweedfs.endpoint

    def database_urls(self, database: str) -> tuple[str, str]:
        """Return the addresses of one database for the service and for the owner."""
        return (
            self.postgres.url(postgres.SERVICE, self.keys.database_service, database),
            self.postgres.url(postgres.OWNER, self.keys.database_owner, database),
        )

    def environment(self) -> dict[str, str]:
        """Return the settings that lead the service to these servers, as environment variables."""
        return {
            "DATABASE_URL": self.database_url,
            "DATABASE_OWNER_URL": self.database_owner_url,
            "BROKER_URL": self.broker_url,
            "S3_ENDPOINT": self.s3_endpoint,
            "S3_REGION": seaweedfs.REGION,
            "S3_ACCESS_KEY": self.keys.s3_access_key,
            "S3_SECRET_KEY": self.keys.s3_secret_key,
            "SECRET_KEY": self.keys.secret_key,
            "SECURITY_PASSWORD_SALT": self.keys.password_salt,
            "DAM_DATA": str(self.data_dir),
            "MAIL_URL": os.environ.get("MAIL_URL") or f"file:{quote(str(self.data_dir / 'mail'))}",
        }

    def log_database_url(self, database: str) -> str:
        """Return the address of one database for the sequencer of the log."""
        return self.postgres.url(postgres.SEQUENCER, self.keys.database_log, database)

    def log_environment(self) -> dict[str, str]:
        """Return what the sequencer alone is told beside the rest, and the migration that makes its login."""
        return {
            "LOG_DATABASE_URL": self.log_database_url(postgres.DATABASE),
            "LOG_KEY_PATH": str(self.data_dir / "log.key"),
        }

    def children(self) -> list[Child]:
        """Return the server processes."""
        return [self.postgres.child, self.valkey.child, self.seaweedfs.child]


@contextlib.contextmanager
def servers(data_dir: Path, *, durable: bool = True) -> Iterator[Servers]:
    """Start PostgreSQL, Valkey and SeaweedFS on this data folder, wait until each works, and stop them at the end.

    Raises: StartFailed with a sentence for the person at the terminal.
    """
    data_dir = data_dir.resolve()
    data_dir.mkdir(parents=True, exist_ok=True)
    with held(data_dir):
        (data_dir / "endpoint").unlink(missing_ok=True)  # a killed supervisor leaves its address behind
        end_leftovers(data_dir)
        built = build(data_dir, durable=durable)
        try:
            launch(built)
            yield built
        finally:
            stop_all(built.children())
            built.seaweedfs.clear_sockets()
            (data_dir / "processes.json").unlink(missing_ok=True)


@contextlib.contextmanager
def held(data_dir: Path) -> Iterator[IO[str]]:
    """Hold the data folder, so that a second copy cannot open it.

    Raises: StartFailed where another copy holds it.
    """
    with (data_dir / "lock").open("a", encoding="utf-8") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as fault:
            raise StartFailed(
                f"Imprimatur is already running on {data_dir}; stop it first, or set DAM_DATA."
            ) from fault
        yield lock


def build(data_dir: Path, *, durable: bool) -> Servers:
    """Lay out the servers of a data folder on free ports, without starting any."""
    keys = load_keys(data_dir)
    identity = Identity.for_servers(data_dir / "postgres", postgres.binary("postgres"))
    logs = data_dir / "logs"
    database_port, broker_port = free_ports(2)
    return Servers(
        data_dir,
        keys,
        Postgres(
            data_dir / "postgres",
            logs,
            identity,
            password=keys.postgres_superuser,
            port=database_port,
            durable=durable,
        ),
        Valkey(data_dir / "valkey", logs, identity, password=keys.valkey, port=broker_port),
        SeaweedFS(
            data_dir / "seaweedfs",
            logs,
            identity,
            access_key=keys.s3_access_key,
            secret_key=keys.s3_secret_key,
            ports=free_pairs(seaweedfs.PORTS_NEEDED, os.getpid()),
        ),
    )


def launch(built: Servers) -> None:
    """Start all three, then wait for each: they come up side by side."""
    built.seaweedfs.configure()
    built.seaweedfs.child.start()
    built.valkey.child.start()
    built.postgres.initialise()
    built.postgres.child.start()
    remember(built.data_dir, built.children())
    built.postgres.child.wait_ready(built.postgres.ready, _POSTGRES_LIMIT_S)
    built.postgres.prepare(built.keys.database_owner)
    built.valkey.child.wait_ready(built.valkey.ready, _VALKEY_LIMIT_S)
    built.seaweedfs.child.wait_ready(built.seaweedfs.ready, _SEAWEED_LIMIT_S)


def remember(data_dir: Path, children: list[Child]) -> None:
    """Write down what runs, so that a start after a crash can end it."""
    running = [{"pid": child.pid, "started": psutil.Process(child.pid).create_time()} for child in children]
    (data_dir / "processes.json").write_text(json.dumps(running), encoding="utf-8")


def end_leftovers(data_dir: Path) -> None:
    """End processes of a supervisor that was killed: those still alive under the same number and start time."""
    record = data_dir / "processes.json"
    if not record.exists():
        return
    found = []
    for entry in json.loads(record.read_text(encoding="utf-8") or "[]"):
        with contextlib.suppress(psutil.NoSuchProcess):
            process = psutil.Process(entry["pid"])
            if abs(process.create_time() - entry["started"]) < 1:
                process.terminate()
                found.append(process)
    _, stubborn = psutil.wait_procs(found, timeout=_LEFTOVER_LIMIT_S)
    for process in found:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)  # each leads a group of its own
    psutil.wait_procs(stubborn, timeout=_LEFTOVER_LIMIT_S)
    record.unlink(missing_ok=True)
