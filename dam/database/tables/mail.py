"""The outbox, and what people are told on the page of their notices."""

from sqlalchemy import (
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
from sqlalchemy.dialects.postgresql import JSONB

from dam.database.tables import metadata

letter = Table(
    "letter",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("letter_key", Text, nullable=False, unique=True),
    Column("person_id", Uuid, ForeignKey("person.id")),
    Column("address", Text),
    Column("language", Text),
    Column("subject_en", Text, nullable=False),
    Column("subject_zh", Text, nullable=False),
    Column("paragraphs", JSONB, nullable=False),
    Column("path", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("tries", Integer, nullable=False, server_default=text("0")),
    Column("reason", Text, nullable=False, server_default=""),
    Column("posted_at", DateTime(timezone=True), nullable=False),
    Column("reopened_at", DateTime(timezone=True)),
    Column("settled_at", DateTime(timezone=True)),
    CheckConstraint("num_nonnulls(person_id, address) = 1", name="letter_to_somebody"),
    CheckConstraint("language IN ('en', 'zh-Hans')", name="letter_language"),
    CheckConstraint("state IN ('waiting', 'sent', 'failed', 'withheld')", name="letter_state"),
    CheckConstraint("(state = 'waiting') = (settled_at IS NULL)", name="letter_settled"),
    CheckConstraint("state IN ('waiting', 'sent') OR reason <> ''", name="letter_says_why"),
)
"""`letter_key` says what the letter is about and to whom, so that it is written once. A person's address is read when
the letter is sent, not kept here."""
Index("ix_letter_newest", letter.c.posted_at, letter.c.id)
Index("ix_letter_failed", letter.c.posted_at, letter.c.id, postgresql_where=letter.c.state == "failed")

notice = Table(
    "notice",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("event_id", Uuid, nullable=False),
    Column("person_id", Uuid, ForeignKey("person.id"), nullable=False),
    Column("kind", Text, nullable=False),
    Column("place", Text, nullable=False),
    Column("facts", JSONB, nullable=False),
    Column("at", DateTime(timezone=True), nullable=False),
    Column("read_at", DateTime(timezone=True)),
)
"""`event_id` is the event of the usage log it tells of; `kind` names its sentence, `facts` fill it, `place` is the path
of the page it leads to."""
Index("ix_notice_once", notice.c.event_id, notice.c.person_id, unique=True)
Index("ix_notice_own", notice.c.person_id, notice.c.at, notice.c.id)
Index("ix_notice_unread", notice.c.person_id, postgresql_where=notice.c.read_at.is_(None))

letter_preference = Table(
    "letter_preference",
    metadata,
    Column("person_id", Uuid, ForeignKey("person.id"), primary_key=True),
    Column("switched_off_at", DateTime(timezone=True), nullable=False),
)
"""People who read their notices on the page only; whoever has no row gets letters."""
