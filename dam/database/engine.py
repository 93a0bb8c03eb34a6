"""How the house connects to PostgreSQL: bounded in number, in waiting and in running."""

from typing import Any

from sqlalchemy import URL, Dialect, Engine, create_engine, event, make_url
from sqlalchemy.pool import ConnectionPoolEntry

from dam.database.patience import PatientConnection

_CONNECT_WAIT_S = 3
_POOL_WAIT_S = 3
_RECYCLE_S = 1800
_SESSION = {
    "statement_timeout": "15s",
    "lock_timeout": "10s",
    "idle_in_transaction_session_timeout": "60s",
    "transaction_timeout": "5min",
    "timezone": "UTC",
}


def make_engine(url: str | URL, *, pool_size: int) -> Engine:
    """Return an engine whose connections cannot hang the house.

    Units: at most `pool_size` connections; a caller waits at most 3 s for one, and 3 s for PostgreSQL to answer.
    """
    engine = create_engine(
        psycopg_url(url),
        pool_size=pool_size,
        max_overflow=0,
        pool_timeout=_POOL_WAIT_S,
        pool_recycle=_RECYCLE_S,
        pool_pre_ping=True,
        connect_args={
            "connect_timeout": _CONNECT_WAIT_S,
            "application_name": "imprimatur",
            "options": " ".join(f"-c {name}={value}" for name, value in _SESSION.items()),
        },
    )
    event.listen(engine, "do_connect", _connect)
    return engine


def _connect(
    _dialect: Dialect, _entry: ConnectionPoolEntry, words: tuple[Any, ...], named: dict[str, Any]
) -> PatientConnection:
    return PatientConnection.connect(*words, **named)


def psycopg_url(url: str | URL) -> URL:
    """Return the URL with psycopg 3 as its driver, whatever driver it named."""
    return make_url(url).set(drivername="postgresql+psycopg")
