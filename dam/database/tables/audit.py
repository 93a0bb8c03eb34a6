"""The log of events.

Only `entry` is evidence; a trigger reads the other columns out of it, for searching. Nothing refers to this schema,
and this schema refers to nothing.
"""

from sqlalchemy import BigInteger, CheckConstraint, Column, DateTime, Index, LargeBinary, Table, Text, Uuid

from dam.database.tables import metadata

event = Table(
    "event",
    metadata,
    Column("event_id", Uuid, primary_key=True),
    Column("entry", LargeBinary, nullable=False),
    Column("type", Text, nullable=False),
    Column("at", DateTime(timezone=True), nullable=False),
    Column("decision", Text),
    Column("actor", Uuid),
    Column("organisation", Uuid),
    Column("asset", Uuid),
    Column("licence", Uuid),
    Column("delivery", Uuid),
    Column("rendition", Text),
    Column("size_bytes", BigInteger),
    CheckConstraint("octet_length(entry) BETWEEN 2 AND 65535", name="event_entry_size"),
    schema="au",
    postgresql_partition_by="RANGE (event_id)",
)
"""Every event, in monthly partitions by the time in `event_id`; inserted as `event_id` and `entry` alone."""

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
