"""Writing the log: one event, in the unit of work whose effect it records."""

from datetime import datetime
from typing import NamedTuple

from dam.audit import store
from dam.audit.entry import entry_of
from dam.audit.events import Event
from dam.audit.identity import new_event_id
from dam.audit.merkle import leaf_hash
from dam.database.unit import Database, Unit
from dam.kernel.ids import EventId


class Logged(NamedTuple):
    """An event that was written, and the hash by which the log will know it."""

    event_id: EventId
    leaf_hash: bytes


def append(unit: Unit, event: Event, at: datetime) -> EventId:
    """Write the event in the caller's transaction: it is committed with its effect, or neither is.

    Raises: ValueError when the event lacks what its type must say, or says what the log cannot hold.
    """
    return append_hashed(unit, event, at).event_id


def append_hashed(unit: Unit, event: Event, at: datetime) -> Logged:
    """Write the event like `append`, and return what a receipt of it must say.

    Raises: ValueError as `append`.
    """
    event_id = new_event_id(at)
    entry = entry_of(event, event_id, at)
    store.insert(unit, event_id, entry)
    return Logged(event_id, leaf_hash(entry))


def extend(database: Database, months: int) -> int:
    """Make the log's monthly partitions up to that many months ahead, and return how many were missing.

    Raises: ServiceFault.
    """
    with database.unit() as unit:
        return store.extend(unit, months)
