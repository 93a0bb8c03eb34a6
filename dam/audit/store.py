"""The only SQL of the log's writing side."""

from sqlalchemy import text

from dam.database.unit import Unit
from dam.kernel.ids import EventId

_INSERT = "INSERT INTO au.event (event_id, entry) VALUES (%s, %s)"


def insert(unit: Unit, event_id: EventId, entry: bytes) -> None:
    """Insert one entry; a trigger lists it as pending.

    The commonest statement of the house is said in the driver's own words: building it each time costs as much again
    as building the entry.
    """
    unit.connection.exec_driver_sql(_INSERT, (event_id, entry))


def extend(unit: Unit, months: int) -> int:
    """Make the monthly partitions up to that many months ahead, and return how many were missing."""
    made = unit.connection.execute(text("SELECT au.extend(:months)"), {"months": months}).scalar_one()
    return int(made)
