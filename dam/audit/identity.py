"""Identifiers of events, which sort by the instant of the event to the microsecond."""

import os
from datetime import UTC, datetime, timedelta
from uuid import UUID

from dam.kernel.ids import EventId

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_VERSION_AND_VARIANT = (0x7 << 76) | (0b10 << 62)


def new_event_id(at: datetime) -> EventId:
    """Return a fresh UUID version 7 for an event of that instant.

    Shape: milliseconds, the microseconds within them (12 bits), 62 random bits.
    Source: RFC 9562 section 6.2, method 3.
    """
    return EventId(UUID(int=_floor(at) | (int.from_bytes(os.urandom(8)) >> 2)))


def lowest_event_id(at: datetime) -> EventId:
    """Return the least identifier an event of that instant could have: the edge for a range of time.

    Shape: before the first instant an identifier can tell, the least of all.
    """
    return EventId(UUID(int=_floor(max(at, _EPOCH))))


def instant_of(event_id: EventId) -> datetime:
    """Return the instant that an identifier tells.

    Units: to the millisecond.
    """
    return _EPOCH + timedelta(milliseconds=event_id.int >> 80)


def _floor(at: datetime) -> int:
    milliseconds, microseconds = divmod((at - _EPOCH) // timedelta(microseconds=1), 1000)
    return (milliseconds << 80) | (microseconds << 64) | _VERSION_AND_VARIANT
