"""The roles of the application, which own nothing.

`imprimatur_app` is a group that migrations grant to, table by table; the service logs in as a member of it.
`imprimatur_log` is another, for the sequencer of the log alone.
"""

from typing import cast

import psycopg
from psycopg import sql
from sqlalchemy import Connection, text

APP_ROLE = "imprimatur_app"
LOG_ROLE = "imprimatur_log"


def ensure_groups(connection: Connection) -> None:
    """Make the group roles that are missing."""
    for role in (APP_ROLE, LOG_ROLE):
        if not _exists(connection, role):
            _run(connection, sql.SQL("CREATE ROLE {} NOLOGIN").format(sql.Identifier(role)))
    _run(connection, sql.SQL("GRANT USAGE ON SCHEMA public TO {}").format(sql.Identifier(APP_ROLE)))


def ensure_login(connection: Connection, user: str, password: str, group: str = APP_ROLE) -> None:
    """Make a login in the group, or give it this password; the server sees a SCRAM verifier, never the word.

    Raises: ValueError when the login could step around its privileges.
    """
    _require_powerless(connection, user)
    verb = "ALTER" if _exists(connection, user) else "CREATE"
    login = sql.SQL(verb + " ROLE {} LOGIN PASSWORD {}")
    raw = _psycopg(connection)
    verifier = raw.pgconn.encrypt_password(password.encode(), user.encode(), b"scram-sha-256").decode()
    _run(connection, login.format(sql.Identifier(user), sql.Literal(verifier)))
    _run(connection, sql.SQL("GRANT {} TO {}").format(sql.Identifier(group), sql.Identifier(user)))


def _require_powerless(connection: Connection, user: str) -> None:
    """Refuse an owner or superuser as the service: the log's guards and grants would mean nothing to it."""
    query = text("SELECT pg_has_role(rolname, current_user, 'MEMBER') FROM pg_roles WHERE rolname = :user")
    if connection.execute(query, {"user": user}).scalar():
        raise ValueError(f"the service may not log in as {user}, which owns the tables or is a superuser")


def _exists(connection: Connection, role: str) -> bool:
    held = connection.execute(text("SELECT 1 FROM pg_roles WHERE rolname = :role"), {"role": role})
    return held.scalar() is not None


def _run(connection: Connection, statement: sql.Composed) -> None:
    _psycopg(connection).execute(statement)


def _psycopg(connection: Connection) -> psycopg.Connection:
    return cast("psycopg.Connection", connection.connection.driver_connection)
