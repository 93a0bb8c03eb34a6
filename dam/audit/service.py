"""Writing the log: one event, in the unit of work whose effect it records."""

from datetime import datetime

from dam.audit import store
from dam.audit.entry import entry_of
from dam.audit.events import Event
from dam.audit.identity import new_event_id
from dam.database.unit import Database, Unit
from dam.kernel.ids import EventId


def append(unit: Unit, event: Event, at: datetime) -> EventId:
    """Write the event in the caller's transaction: it is committed with its effect, or neither is.

    Raises: ValueError when the event lacks what its type must say, or says what the log cannot hold.
    """
    event_id = new_event_id(at)
    store.insert(unit, event_id, entry_of(event, event_id, at))
    return event_id


def extend(database: Database, months: int) -> int:
    """Make the log's monthly partitions up to that many months ahead, and return how many were missing.

    Raises: ServiceFault.
    """
    with database.unit() as unit:
        return store.extend(unit, months)
