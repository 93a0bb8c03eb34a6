"""The test bed: real servers once a session, a fresh database a module, the whole service for black-box tests.

| fixture | life | what |
|---|---|---|
| `servers` | session | embedded PostgreSQL, Valkey, SeaweedFS on free ports, in a temporary folder |
| `stack` | module | a migrated database of its own on them: `settings`, `database`, `house`, `s3`, `broker` |
| `fresh_stack` | test | the same, for a test that must not share |
| `live` | session | the whole service as `python -m dam.cli up` on its own data: `base_url`, `account(role)` |
| `corpus` | session | the folder of real photographs |
| `browser_page` | test | a Chromium page |
"""

import itertools
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import boto3
import psycopg
import pytest
import redis
from botocore.config import Config
from playwright.sync_api import sync_playwright
from pytest_socket import disable_socket, enable_socket
from xdist.scheduler import LoadScopeScheduling

from config.settings import Settings
from dam.database.engine import make_engine
from dam.database.migrate import migrate
from dam.database.unit import Database
from dam.kernel.clock import utc_now
from dam.local import credentials, postgres, seaweedfs
from dam.local.servers import Servers
from dam.local.servers import servers as running_servers
from dam.storage.s3 import S3Access
from dam.storage.stores import open_stores

if TYPE_CHECKING:
    from dam.house import House

ROOT = Path(__file__).resolve().parent.parent
CORPUS = Path(os.environ.get("IMPRIMATUR_CORPUS", ROOT.parent / "shared" / "corpus"))
REQUIRED = frozenset(filter(None, os.environ.get("IMPRIMATUR_REQUIRE", "").split(",")))
"""What must be present (`corpus`, `browser`, `exiftool`, `exiv2`, `nginx`, `go`): its absence is a failure, no skip."""

LONGEST_FIRST = frozenset({"journeys", "faults"})
BUCKET_PREFIX = "test-"
LIVE_START_LIMIT_S = 240
LIVE_STOP_LIMIT_S = 20
_numbers = itertools.count(1)


def chromium() -> str | None:
    """Return the browser on this machine."""
    names = ("chromium", "chromium-browser", "google-chrome")
    return os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, names)), None)


def nginx() -> str | None:
    """Return the front server on this machine."""
    return os.environ.get("NGINX_PROGRAM") or shutil.which("nginx", path=f"{os.environ.get('PATH', '')}:/usr/sbin")


def go_peer() -> bool:
    """Whether this machine can build the independent judge of the log."""
    compiler = shutil.which("go") or Path("/usr/lib/go-1.19/bin/go").exists()
    return bool(compiler) and Path("/usr/share/gocode/src/golang.org/x/mod/sumdb/tlog").exists()


class FilesTogether(LoadScopeScheduling):
    """Keeps a file on one of several workers, and all that use the live service on the same one."""

    def _split_scope(self, nodeid: str) -> str:
        file = nodeid.partition("::")[0]
        return "live" if file.startswith("tests/journeys/") else file


def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> FilesTogether:
    """Lay out what runs where."""
    return FilesTogether(config, log)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Begin with the longest where several work, and mark what cannot run here."""
    if "PYTEST_XDIST_WORKER" in os.environ:
        items.sort(key=lambda item: LONGEST_FIRST.isdisjoint(item.path.parts))
    skip_absent(items)


def skip_absent(items: list[pytest.Item]) -> None:
    """Skip, loudly, what this machine cannot run; fail where the caller said it must be there."""
    absent = {
        "corpus": None if (CORPUS / "MANIFEST.jsonl").exists() else f"THE TEST CORPUS IS MISSING: {CORPUS}",
        "browser": None if chromium() else "CHROMIUM IS MISSING",
        "exiftool": None if shutil.which("exiftool") else "EXIFTOOL IS MISSING (Debian: libimage-exiftool-perl)",
        "exiv2": None if shutil.which("exiv2") else "EXIV2 IS MISSING (Debian: exiv2)",
        "go": None if go_peer() else "THE GO PEER IS MISSING (Debian: golang-go, golang-golang-x-mod-dev)",
        "nginx": None if nginx() else "NGINX IS MISSING (Debian: nginx-light): its configuration is not tried",
    }
    for marker, reason in absent.items():
        wanting = [item for item in items if reason and item.get_closest_marker(marker)]
        if wanting and marker in REQUIRED:
            raise pytest.UsageError(f"{reason}; {len(wanting)} tests need it and may not be skipped here.")
        for item in wanting:
            item.add_marker(pytest.mark.skip(reason=str(reason)))


@pytest.fixture(autouse=True)
def no_sockets(request: pytest.FixtureRequest) -> Iterator[None]:
    """Unit tests and laws do no I/O: opening a socket fails them."""
    pure = {"unit", "laws"} & set(request.path.relative_to(ROOT).parts)
    if pure:
        disable_socket(allow_unix_socket=True)
    yield
    if pure:
        enable_socket()


# -------------------------------------------------------------------------------------------------------- servers
@pytest.fixture(scope="session")
def scratch() -> Iterator[Path]:
    """A folder for this session that the servers' own account can pass through."""
    folder = Path(tempfile.mkdtemp(prefix="imprimatur-"))
    folder.chmod(0o711)
    yield folder
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def servers(scratch: Path) -> Iterator[Servers]:
    """Real PostgreSQL, Valkey and SeaweedFS."""
    with running_servers(scratch / "servers", durable=False) as running:
        credentials.issue(running.data_dir / "credentials", "Test Archive", utc_now())
        yield running


@pytest.fixture(scope="session")
def template(servers: Servers) -> str:
    """The name of a migrated, empty database to copy from."""
    name = "template_migrated"
    _admin(servers, f'CREATE DATABASE {name} OWNER "{postgres.OWNER}"')
    sequencer = (postgres.SEQUENCER, servers.keys.database_log)
    migrate(servers.database_urls(name)[1], postgres.SERVICE, servers.keys.database_service, sequencer=sequencer)
    return name


@dataclass
class Stack:
    """A database of its own on shared servers, and everything built on it, each on first use."""

    servers: Servers
    name: str
    environment: dict[str, str] = field(default_factory=dict)

    @property
    def database_url(self) -> str:
        """The database as the service sees it."""
        return self.servers.database_urls(self.name)[0]

    @property
    def owner_url(self) -> str:
        """The database as its owner sees it."""
        return self.servers.database_urls(self.name)[1]

    @property
    def log_url(self) -> str:
        """The database as the sequencer of the log sees it."""
        return self.servers.log_database_url(self.name)

    @cached_property
    def settings(self) -> Settings:
        """Settings that lead here."""
        given = self.servers.environment() | self.environment
        given |= {
            "DATABASE_URL": self.database_url,
            "DATABASE_OWNER_URL": self.owner_url,
            "S3_BUCKET_PREFIX": BUCKET_PREFIX,
        }
        return Settings(**{name if name == "DAM_DATA" else name.lower(): value for name, value in given.items()})

    @cached_property
    def database(self) -> Database:
        """The unit of work, as the service's role."""
        return Database(make_engine(self.database_url, pool_size=8))

    @cached_property
    def owner(self) -> Database:
        """The unit of work as the owner, for looking behind the service's back."""
        return Database(make_engine(self.owner_url, pool_size=2))

    @cached_property
    def house(self) -> "House":
        """Every service with its real adapters."""
        from dam.house import build_house  # noqa: PLC0415 - unit tests shall not load every room

        return build_house(self.settings)

    @cached_property
    def s3(self) -> Any:
        """A plain S3 client with the service's key."""
        return _s3(self.servers)

    @cached_property
    def broker(self) -> Any:
        """A plain client of the broker."""
        return redis.Redis.from_url(self.servers.broker_url)

    def close(self) -> None:
        """Give back every connection and drop the database."""
        for name in ("database", "owner"):
            if name in self.__dict__:
                self.__dict__[name].close()
        for name in ("house", "s3", "broker"):
            held = self.__dict__.get(name)
            if hasattr(held, "close"):
                held.close()
        _admin(self.servers, f"DROP DATABASE IF EXISTS {self.name} WITH (FORCE)")


def _admin(servers: Servers, statement: str) -> None:
    address = servers.postgres.url(postgres.SUPERUSER, servers.keys.postgres_superuser, "postgres")
    with psycopg.connect(address.replace("+psycopg", ""), autocommit=True) as session:
        session.execute(statement.encode())


def _s3(servers: Servers) -> Any:
    return boto3.client(
        "s3",
        endpoint_url=servers.s3_endpoint,
        region_name="us-east-1",
        aws_access_key_id=servers.keys.s3_access_key,
        aws_secret_access_key=servers.keys.s3_secret_key,
        config=Config(s3={"addressing_style": "path"}, connect_timeout=3, read_timeout=30),
    )


@pytest.fixture(scope="session")
def buckets(servers: Servers) -> None:
    """The buckets of the tests, prefix `test-`, made and probed as at every start."""
    access = S3Access(
        servers.s3_endpoint, seaweedfs.REGION, servers.keys.s3_access_key, servers.keys.s3_secret_key, BUCKET_PREFIX
    )
    open_stores(access).prepare()


def _new_stack(servers: Servers, template: str) -> Stack:
    name = f"test_{next(_numbers)}"
    _admin(servers, f'CREATE DATABASE {name} TEMPLATE {template} OWNER "{postgres.OWNER}"')
    return Stack(servers, name)


@pytest.fixture(scope="module")
def stack(servers: Servers, template: str, buckets: None) -> Iterator[Stack]:
    """A migrated database for this module."""
    made = _new_stack(servers, template)
    made.broker.flushall()
    yield made
    made.close()


@pytest.fixture
def fresh_stack(servers: Servers, template: str, buckets: None) -> Iterator[Stack]:
    """A migrated database for one test."""
    made = _new_stack(servers, template)
    yield made
    made.close()


# ------------------------------------------------------------------------------------------------- whole service
@dataclass
class Live:
    """The whole service as a child process, known only by what it wrote down."""

    data_dir: Path
    process: subprocess.Popen[bytes]

    @property
    def base_url(self) -> str:
        """Where it answers."""
        return (self.data_dir / "endpoint").read_text(encoding="utf-8").strip()

    @cached_property
    def accounts(self) -> list[dict[str, str]]:
        """The demo accounts."""
        return json.loads((self.data_dir / "demo-accounts.json").read_text(encoding="utf-8"))

    def account(self, role: str, number: int = 0) -> dict[str, str]:
        """Return the n-th demo account of a role."""
        return [account for account in self.accounts if account["role"] == role][number]

    def stop(self, sent: signal.Signals = signal.SIGINT) -> int:
        """Stop it as a person would, and return its exit status."""
        if self.process.poll() is None:
            self.process.send_signal(sent)
        return self.process.wait(LIVE_STOP_LIMIT_S)


def start_live(data_dir: Path, *options: str, **environment: str) -> Live:
    """Start the whole service on a data folder and wait until it has said where it answers.

    Raises: AssertionError with its output when it stops or takes too long.
    """
    data_dir.mkdir(parents=True, exist_ok=True)
    data_dir.chmod(0o711)
    (data_dir / "endpoint").unlink(missing_ok=True)
    output = data_dir / "up.log"
    given = os.environ | {"DAM_DATA": str(data_dir), "PORT": "0"} | environment
    with output.open("wb") as sink:
        process = subprocess.Popen(
            [sys.executable, "-m", "dam.cli", "up", *options], cwd=ROOT, env=given, stdout=sink, stderr=sink
        )
    deadline = time.monotonic() + LIVE_START_LIMIT_S
    while not (data_dir / "endpoint").exists():
        if process.poll() is not None or time.monotonic() > deadline:
            process.kill()
            pytest.fail(f"The service did not start.\n{output.read_text(encoding='utf-8', errors='replace')[-4000:]}")
        time.sleep(0.1)
    return Live(data_dir, process)


@pytest.fixture(scope="session")
def live(scratch: Path) -> Iterator[Live]:
    """The whole service with its demo, as `make run` starts it."""
    running = start_live(scratch / "live", "--demo")
    yield running
    running.stop()


# -------------------------------------------------------------------------------------------- corpus and browser
@pytest.fixture(scope="session")
def corpus() -> Path:
    """The folder of real photographs (mark the test `corpus`)."""
    return CORPUS


@pytest.fixture(scope="session")
def corpus_or_none() -> Path | None:
    """The folder of real photographs, or None where the test can also do with drawn ones."""
    return CORPUS if (CORPUS / "MANIFEST.jsonl").exists() else None


@pytest.fixture(scope="session")
def browser() -> Iterator[Any]:
    """One Chromium for the session (mark the test `browser`)."""
    with sync_playwright() as driver:
        flags = ["--no-sandbox"] if os.geteuid() == 0 else []
        running = driver.chromium.launch(executable_path=chromium(), args=flags)
        yield running
        running.close()


@pytest.fixture
def browser_page(browser: Any) -> Iterator[Any]:
    """A page in a context of its own."""
    context = browser.new_context(locale="en-GB", viewport={"width": 1440, "height": 900})
    yield context.new_page()
    context.close()
