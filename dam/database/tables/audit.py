"""The log of events.

Only `entry` is evidence; the generated columns exist for reading, and nothing refers to or from this schema.
"""

from typing import TypeVar

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    Computed,
    DateTime,
    Index,
    LargeBinary,
    Table,
    Text,
    Uuid,
)
from sqlalchemy.types import TypeEngine

from dam.database.tables import metadata

_T = TypeVar("_T")


def _said(name: str, kind: TypeEngine[_T], path: str, cast: str = "", *, always: bool = False) -> Column[_T]:
    return Column(name, kind, Computed(f"(au.j(entry) ->> '{path}'){cast}", persisted=True), nullable=not always)


event = Table(
    "event",
    metadata,
    Column("event_id", Uuid, primary_key=True),
    Column("entry", LargeBinary, nullable=False),
    _said("type", Text(), "type", always=True),
    Column(
        "at", DateTime(timezone=True), Computed("au.instant((au.j(entry) ->> 'at'))", persisted=True), nullable=False
    ),
    _said("decision", Text(), "dec"),
    _said("actor", Uuid(), "actor", "::uuid"),
    _said("organisation", Uuid(), "org", "::uuid"),
    _said("asset", Uuid(), "asset", "::uuid"),
    _said("licence", Uuid(), "lic", "::uuid"),
    _said("delivery", Uuid(), "dlv", "::uuid"),
    _said("rendition", Text(), "rend"),
    _said("size_bytes", BigInteger(), "bytes", "::bigint"),
    CheckConstraint("octet_length(entry) BETWEEN 2 AND 65535", name="event_entry_size"),
    CheckConstraint("event_id::text IS NOT DISTINCT FROM (au.j(entry) ->> 'id')", name="event_entry_id"),
    schema="au",
    postgresql_partition_by="RANGE (event_id)",
)
"""Every event, in monthly partitions by the time in `event_id`."""

Index("ix_event_type", event.c.type, event.c.event_id.desc())
Index("ix_event_organisation", event.c.organisation, event.c.event_id.desc())
Index("ix_event_asset", event.c.asset, event.c.event_id.desc())
Index("ix_event_licence", event.c.licence, event.c.event_id.desc())

pending = Table(
    "pending",
    metadata,
    Column("event_id", Uuid, primary_key=True),
    schema="au",
)
"""Events that have no place in the log yet; filled by a trigger, emptied by the sequencer alone."""
