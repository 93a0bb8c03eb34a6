"""One row for each admitted download: the copy made for it, and how long it may be fetched again."""

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    DateTime,
    ForeignKey,
    Index,
    Integer,
    Table,
    Text,
    Uuid,
    text,
)

from dam.database.tables import metadata

delivery = Table(
    "delivery",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("licence_id", Uuid, ForeignKey("licence.id"), nullable=False),
    Column("line_id", BigInteger, ForeignKey("grant_line.id"), nullable=False),
    Column("asset_id", Uuid, ForeignKey("asset.id"), nullable=False),
    Column("organisation_id", Uuid, ForeignKey("organisation.id"), nullable=False),
    Column("format", Text, nullable=False),
    Column("started_by", Uuid, ForeignKey("person.id"), nullable=False),
    Column("started_at", DateTime(timezone=True), nullable=False),
    Column("expires_at", DateTime(timezone=True), nullable=False),
    Column("state", Text, nullable=False),
    Column("failure", Text),
    Column("copy_key", Text),
    Column("copy_sha256", Text),
    Column("size_bytes", BigInteger),
    Column("media_type", Text),
    Column("width_px", Integer),
    Column("height_px", Integer),
    Column("file_name", Text),
    Column("manifest_sha256", Text),
    CheckConstraint("format IN ('jpeg', 'tiff', 'png', 'webp')", name="format"),
    CheckConstraint("state IN ('making', 'ready', 'failed', 'deleted')", name="state"),
    CheckConstraint("expires_at > started_at", name="lapses"),
    CheckConstraint("(state = 'failed') = (failure IS NOT NULL)", name="failure_says_why"),
    CheckConstraint(
        "state <> 'ready' OR num_nulls(copy_key, copy_sha256, size_bytes, media_type, width_px, height_px, "
        "file_name) = 0",
        name="ready_has_copy",
    ),
    Index(
        "delivery_open",
        "organisation_id",
        "licence_id",
        "asset_id",
        "format",
        unique=True,
        postgresql_where=text("state IN ('making', 'ready')"),
    ),
    Index("delivery_lapsing", "expires_at", postgresql_where=text("state IN ('making', 'ready')")),
    Index("delivery_latest", "licence_id", "asset_id", "started_at"),
)
"""`expires_at`: until when a ready copy may be fetched again, or until when a failure is the answer."""
