"""The deeds of supply agreements, and deed files on their way in."""

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    DateTime,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Table,
    Text,
    UniqueConstraint,
    Uuid,
    text,
)

from dam.database.tables import metadata

_SHA256 = "sha256 ~ '^[0-9a-f]{64}$'"

agreement_deed = Table(
    "agreement_deed",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("agreement_id", Uuid, ForeignKey("agreement.id"), nullable=False),
    Column("sha256", Text, nullable=False),
    Column("size_bytes", BigInteger, nullable=False),
    Column("media_type", Text, nullable=False),
    Column("file_name", Text, nullable=False),
    Column("object_version", Text),
    Column("attached_by", Uuid, ForeignKey("person.id"), nullable=False),
    Column("attached_at", DateTime(timezone=True), nullable=False),
    Column("supersedes", Uuid),
    Column("locked_until", DateTime(timezone=True)),
    UniqueConstraint("agreement_id", "sha256", name="deed_once"),
    UniqueConstraint("agreement_id", "id", name="deed_of_agreement"),
    UniqueConstraint("supersedes", name="deed_superseded_once"),
    ForeignKeyConstraint(
        ["agreement_id", "supersedes"],
        ["agreement_deed.agreement_id", "agreement_deed.id"],
        name="fk_agreement_deed_supersedes",
    ),
    CheckConstraint(_SHA256, name="deed_sha256"),
    CheckConstraint("size_bytes > 0", name="deed_size"),
    CheckConstraint("media_type IN ('application/pdf', 'image/jpeg', 'image/tiff', 'image/png')", name="deed_type"),
    CheckConstraint("file_name <> ''", name="deed_has_a_name"),
    CheckConstraint("supersedes <> id", name="deed_supersedes_another"),
)
"""A deed is never changed nor removed; `locked_until` alone is written later, once its object is locked."""
Index("ix_agreement_deed_sha256", agreement_deed.c.sha256)
Index("ix_agreement_deed_unlocked", agreement_deed.c.id, postgresql_where=text("locked_until IS NULL"))

deed_intent = Table(
    "deed_intent",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("sha256", Text, nullable=False),
    Column("state", Text, nullable=False, server_default="open"),
    Column("due_at", DateTime(timezone=True), nullable=False),
    CheckConstraint(_SHA256, name="deed_intent_sha256"),
    CheckConstraint("state IN ('open', 'doomed')", name="deed_intent_state"),
)
"""A file that is being stored and is no deed yet. `doomed`: a sweep is deleting it, and nobody may start on it."""
Index("ix_deed_intent_due_at", deed_intent.c.due_at)
Index("ix_deed_intent_sha256", deed_intent.c.sha256)
