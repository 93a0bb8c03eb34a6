"""The log of events.

Only `entry` is evidence; a trigger reads the other columns out of it, for searching. Nothing refers to this schema,
and this schema refers to nothing.
"""

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    DateTime,
    Index,
    LargeBinary,
    SmallInteger,
    Table,
    Text,
    UniqueConstraint,
    Uuid,
    true,
)

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

leaf = Table(
    "leaf",
    metadata,
    Column("leaf_index", BigInteger, primary_key=True, autoincrement=False),
    Column("event_id", Uuid, nullable=False),
    Column("leaf_hash", LargeBinary, nullable=False),
    UniqueConstraint("event_id", name="uq_leaf_event"),
    CheckConstraint("leaf_index >= 0", name="leaf_index_counts"),
    CheckConstraint("octet_length(leaf_hash) = 32", name="leaf_hash_size"),
    schema="au",
)
"""The place of each event in the log; without gaps, given by the sequencer."""

node = Table(
    "node",
    metadata,
    Column("level", SmallInteger, primary_key=True, autoincrement=False),
    Column("number", BigInteger, primary_key=True, autoincrement=False),
    Column("hash", LargeBinary, nullable=False),
    CheckConstraint("level BETWEEN 1 AND 7 AND number >= 0", name="node_above_leaves"),
    CheckConstraint("octet_length(hash) = 32", name="node_hash_size"),
    schema="au",
)
"""The hashes of complete subtrees of 256**level leaves: the rows of the tiles above the leaves."""

head = Table(
    "head",
    metadata,
    Column("one", Boolean, primary_key=True, server_default=true()),
    Column("size", BigInteger, nullable=False),
    Column("root", LargeBinary, nullable=False),
    Column("frontier", LargeBinary, nullable=False),
    CheckConstraint("one", name="head_is_one"),
    CheckConstraint(
        "size >= 0 AND octet_length(root) = 32 AND octet_length(frontier) % 32 = 0",
        name="head_sizes",
    ),
    schema="au",
)
"""The right edge of the tree, in one row that only grows."""

checkpoint = Table(
    "checkpoint",
    metadata,
    Column("size", BigInteger, primary_key=True, autoincrement=False),
    Column("note", Text, nullable=False),
    Column("signed_at", DateTime(timezone=True), nullable=False),
    CheckConstraint("size > 0", name="checkpoint_counts"),
    schema="au",
)
"""Every checkpoint that was ever signed, as the signed note."""

publication = Table(
    "publication",
    metadata,
    Column("size", BigInteger, primary_key=True, autoincrement=False),
    Column("published_at", DateTime(timezone=True), nullable=False),
    schema="au",
)
"""The checkpoints that lie in the bucket, with everything below them; only these are handed out."""

sequencer = Table(
    "sequencer",
    metadata,
    Column("one", Boolean, primary_key=True, server_default=true()),
    Column("state", Text, nullable=False),
    Column("fault", Text),
    Column("size", BigInteger, nullable=False),
    Column("published", BigInteger, nullable=False),
    Column("waiting", BigInteger, nullable=False),
    Column("waiting_since", DateTime(timezone=True)),
    Column("seen_at", DateTime(timezone=True)),
    CheckConstraint("one", name="sequencer_is_one"),
    CheckConstraint("state IN ('never', 'working', 'refused')", name="sequencer_state"),
    schema="au",
)
"""What the sequencer last said of itself: no evidence, only for operations."""
