"""The only SQL of the log's writing side."""

from sqlalchemy import insert as insert_into
from sqlalchemy import text

from dam.database.tables.audit import event as event_table
from dam.database.unit import Unit
from dam.kernel.ids import EventId

_INSERT = insert_into(event_table)


def insert(unit: Unit, event_id: EventId, entry: bytes) -> None:
    """Insert one entry; a trigger lists it as pending."""
    unit.connection.execute(_INSERT, {"event_id": event_id, "entry": entry})


def extend(unit: Unit, months: int) -> int:
    """Make the monthly partitions up to that many months ahead, and return how many were missing."""
    made = unit.connection.execute(text("SELECT au.extend(:months)"), {"months": months}).scalar_one()
    return int(made)
