"""Runs migrations under lock time-outs, one process at a time."""

from alembic import context
from sqlalchemy import Connection, text

from dam.database.tables import every_table

_ONE_AT_A_TIME = 7_361_942


def run(connection: Connection) -> None:
    """Upgrade over the connection: a lock that is not had in 4 s fails the migration instead of stopping the house."""
    connection.execute(text("SET lock_timeout = '4s'"))
    connection.execute(text("SET statement_timeout = '10min'"))
    connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _ONE_AT_A_TIME})
    context.configure(connection=connection, target_metadata=every_table(), include_schemas=True)
    with context.begin_transaction():
        context.run_migrations()


run(context.config.attributes["connection"])
