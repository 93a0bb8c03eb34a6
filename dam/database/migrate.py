"""Brings a database to the present shape, and makes the roles that may use it."""

from collections.abc import Callable, Mapping
from pathlib import Path

from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import URL, Connection, create_engine, pool
from sqlalchemy.exc import DBAPIError

from dam.database.engine import psycopg_url
from dam.database.faults import translate
from dam.database.privileges import LOG_ROLE, ensure_groups, ensure_login
from dam.database.tables import every_table

_LATEST = "head"


def migrate(
    owner_url: str | URL,
    app_user: str,
    app_password: str,
    *,
    sequencer: tuple[str, str] | None = None,
    to: str = _LATEST,
) -> None:
    """Make the application's roles and bring every table to the present shape, in one transaction; safe to repeat.

    Shape: `sequencer` is the login of the log's sequencer and its password, where it shall have one.

    Raises: ServiceFault when PostgreSQL does not answer.
    """

    def work(connection: Connection) -> None:
        ensure_groups(connection)
        ensure_login(connection, app_user, app_password)
        if sequencer is not None:
            ensure_login(connection, *sequencer, group=LOG_ROLE)
        config = _config()
        config.attributes["connection"] = connection
        command.upgrade(config, to)

    _as_owner(owner_url, work)


def differences(owner_url: str | URL) -> list[object]:
    """Return what separates the database from the tables of the code; empty when nothing does."""
    found: list[object] = []
    _as_owner(owner_url, lambda connection: found.extend(_compare(connection)))
    return found


def revision(owner_url: str | URL) -> str | None:
    """Return the revision the database is at."""
    found: list[str | None] = []
    _as_owner(owner_url, lambda on: found.append(MigrationContext.configure(on).get_current_revision()))
    return found[0]


def newest_revision() -> str | None:
    """Return the revision the code expects."""
    return ScriptDirectory.from_config(_config()).get_current_head()


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations").replace("%", "%%"))
    return config


def _compare(connection: Connection) -> list[object]:
    options = {"include_schemas": True, "include_name": _is_ours, "compare_server_default": False}
    return list(compare_metadata(MigrationContext.configure(connection, opts=options), every_table()))


def _is_ours(name: str | None, kind: str, parents: Mapping[str, str | None]) -> bool:
    """Leave out the monthly partitions of the log, which come and go by the calendar."""
    if kind == "schema":
        return name in (None, "au")
    return not (kind == "table" and parents.get("schema_name") == "au" and (name or "").startswith("event_"))


def _as_owner(owner_url: str | URL, work: Callable[[Connection], None]) -> None:
    engine = create_engine(psycopg_url(owner_url), poolclass=pool.NullPool, connect_args={"connect_timeout": 3})
    try:
        with engine.begin() as connection:
            work(connection)
    except DBAPIError as error:
        meaning = translate(error)
        if meaning is None:
            raise
        raise meaning from error
