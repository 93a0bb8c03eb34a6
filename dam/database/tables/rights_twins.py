"""What photographs look like, and which of them look alike."""

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    DateTime,
    ForeignKey,
    Identity,
    Index,
    Integer,
    SmallInteger,
    Table,
    Text,
    UniqueConstraint,
    Uuid,
)
from sqlalchemy.dialects.postgresql import BIT

from dam.database.tables import metadata

asset_look = Table(
    "asset_look",
    metadata,
    Column("asset_id", Uuid, ForeignKey("asset.id"), primary_key=True),
    Column("number", BigInteger, Identity(always=True), nullable=False),
    Column("bits", BIT(256), nullable=False),
    Column("quality", SmallInteger, nullable=False),
    Column("made_at", DateTime(timezone=True), nullable=False),
    UniqueConstraint("number"),
    CheckConstraint("quality BETWEEN 0 AND 100", name="asset_look_quality"),
)
"""The perceptual hash of the upright, unmarked picture. `number` counts in the order of the commits, for each row is
written under one lock: whoever has compared with every row up to a number need only look at those after it."""

rights_twin = Table(
    "rights_twin",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("low_id", Uuid, ForeignKey("asset.id"), nullable=False),
    Column("high_id", Uuid, ForeignKey("asset.id"), nullable=False),
    Column("distance", SmallInteger, nullable=False),
    Column("found_at", DateTime(timezone=True), nullable=False),
    Column("state", Text, nullable=False, server_default="open"),
    Column("version", Integer, nullable=False, server_default="1"),
    Column("ruled_by", Uuid, ForeignKey("person.id")),
    Column("ruled_at", DateTime(timezone=True)),
    Column("note", Text, nullable=False, server_default=""),
    UniqueConstraint("low_id", "high_id"),
    CheckConstraint("low_id < high_id", name="rights_twin_once"),
    CheckConstraint("distance BETWEEN 0 AND 256", name="rights_twin_distance"),
    CheckConstraint("state IN ('open', 'same', 'different')", name="rights_twin_state"),
    CheckConstraint(
        "num_nulls(ruled_by, ruled_at) = CASE state WHEN 'open' THEN 2 ELSE 0 END", name="rights_twin_ruled"
    ),
    CheckConstraint("state <> 'different' OR note <> ''", name="rights_twin_difference_says_why"),
)
"""Two photographs that look alike, each pair once; `version` counts the rulings, whose history the log keeps."""
Index("ix_rights_twin_high_id", rights_twin.c.high_id)
Index("ix_rights_twin_queue", rights_twin.c.state, rights_twin.c.id)
