"""Requests, licences and lightboxes; what a licence covers stands in `grant_line`, beside what agreements claim."""

from sqlalchemy import (
    ARRAY,
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Date,
    DateTime,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Integer,
    Sequence,
    Table,
    Text,
    UniqueConstraint,
    Uuid,
)
from sqlalchemy.dialects.postgresql import JSONB

from dam.database.tables import metadata

request_number = Sequence("request_number", metadata=metadata)
licence_number = Sequence("licence_number", metadata=metadata)


def _use_columns() -> list[Column[object]]:
    """Return the columns of one use, as asked and as licensed."""
    columns: list[Column[object]] = [
        Column("media", ARRAY(Text), nullable=False),
        Column("territory", ARRAY(Text), nullable=False),
        Column("territory_except", ARRAY(Text), nullable=False),
        Column("starts_on", Date, nullable=False),
        Column("ends_on", Date, nullable=False),
        Column("time_zone", Text, nullable=False),
        Column("purpose", Text, nullable=False),
        Column("publication", Text, nullable=False),
        Column("print_run", Integer),
        Column("max_px", Integer),
    ]
    return columns


def _person(name: str, *, nullable: bool = False) -> Column[object]:
    column: Column[object] = Column(name, Uuid, ForeignKey("person.id"), nullable=nullable)
    return column


_FINITE_DAYS = "ends_on >= starts_on AND isfinite(starts_on) AND isfinite(ends_on)"

permission_request = Table(
    "permission_request",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("number", Text, nullable=False, unique=True),
    Column("organisation_id", Uuid, ForeignKey("organisation.id"), nullable=False),
    _person("requested_by"),
    Column("state", Text, nullable=False),
    *_use_columns(),
    Column("created_at", DateTime(timezone=True), nullable=False),
    Column("updated_at", DateTime(timezone=True), nullable=False),
    CheckConstraint("state IN ('submitted', 'in_review', 'returned', 'decided', 'withdrawn')", name="state"),
    CheckConstraint(_FINITE_DAYS, name="days"),
    CheckConstraint("cardinality(media) > 0 AND cardinality(territory) > 0", name="use"),
)
Index("permission_request_queue", permission_request.c.state, permission_request.c.created_at, permission_request.c.id)
Index(
    "permission_request_own",
    permission_request.c.organisation_id,
    permission_request.c.created_at,
    permission_request.c.id,
)

licence = Table(
    "licence",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("number", Text, nullable=False, unique=True),
    Column("request_id", Uuid, ForeignKey("permission_request.id"), nullable=False, index=True),
    Column("licensor_id", Uuid, ForeignKey("organisation.id"), nullable=False),
    Column("organisation_id", Uuid, ForeignKey("organisation.id"), nullable=False),
    Column("state", Text, nullable=False),
    *_use_columns(),
    Column("starts_at", DateTime(timezone=True), nullable=False),
    Column("ends_at", DateTime(timezone=True), nullable=False),
    Column("terms_en", Text, nullable=False),
    Column("terms_zh", Text, nullable=False),
    Column("terms_sha256", Text, nullable=False),
    _person("granted_by"),
    Column("granted_at", DateTime(timezone=True), nullable=False),
    Column("state_reason", Text, nullable=False, server_default=""),
    Column("state_changed_at", DateTime(timezone=True)),
    _person("state_changed_by", nullable=True),
    CheckConstraint("state IN ('offered', 'active', 'suspended', 'revoked')", name="state"),
    CheckConstraint(_FINITE_DAYS, name="days"),
    CheckConstraint("ends_at > starts_at AND isfinite(starts_at) AND isfinite(ends_at)", name="has_an_end"),
    CheckConstraint("cardinality(media) > 0 AND cardinality(territory) > 0", name="use"),
    CheckConstraint("terms_sha256 ~ '^[0-9a-f]{64}$'", name="terms_sha256"),
    CheckConstraint(
        "state IN ('offered', 'active') OR"
        " (state_reason <> '' AND state_changed_at IS NOT NULL AND state_changed_by IS NOT NULL)",
        name="says_why",
    ),
    UniqueConstraint("id", "terms_sha256", name="uq_licence_terms"),
)
Index("licence_own", licence.c.organisation_id, licence.c.granted_at, licence.c.id)
Index("licence_all", licence.c.granted_at, licence.c.id)

licence_acceptance = Table(
    "licence_acceptance",
    metadata,
    Column("licence_id", Uuid, primary_key=True),
    Column("terms_sha256", Text, nullable=False),
    _person("person_id"),
    Column("accepted_at", DateTime(timezone=True), nullable=False),
    ForeignKeyConstraint(
        ["licence_id", "terms_sha256"], ["licence.id", "licence.terms_sha256"], name="accepted_text_is_the_licence_s"
    ),
)
"""Who accepted which text, when: one row a licence, and only of the text the licence has."""

licence_item = Table(
    "licence_item",
    metadata,
    Column("licence_id", Uuid, ForeignKey("licence.id"), primary_key=True),
    Column("asset_id", Uuid, ForeignKey("asset.id"), primary_key=True),
    Column("position", Integer, nullable=False),
    Column("line_id", BigInteger, ForeignKey("grant_line.id"), nullable=False, unique=True),
    Column("max_px", Integer, nullable=False),
    Column("downloads", Integer, nullable=False),
    Column("print_run", Integer),
    Column("no_alteration", Boolean, nullable=False),
    Column("no_ai_training", Boolean, nullable=False),
    Column("credit_line", Text, nullable=False),
    CheckConstraint("max_px > 0 AND downloads > 0 AND (print_run IS NULL OR print_run > 0)", name="limits"),
)
"""The photographs of a licence with the conditions its text states; the live counter is the grant line's."""

request_item = Table(
    "request_item",
    metadata,
    Column("request_id", Uuid, ForeignKey("permission_request.id"), primary_key=True),
    Column("asset_id", Uuid, ForeignKey("asset.id"), primary_key=True),
    Column("position", Integer, nullable=False),
    Column("state", Text, nullable=False),
    Column("verdict", Text, nullable=False),
    Column("reasons", JSONB, nullable=False),
    Column("free_from", Date),
    Column("refusal_reason", Text, nullable=False, server_default=""),
    Column("licence_id", Uuid, ForeignKey("licence.id"), index=True),
    _person("decided_by", nullable=True),
    Column("decided_at", DateTime(timezone=True)),
    CheckConstraint("state IN ('undecided', 'granted', 'refused', 'dropped')", name="state"),
    CheckConstraint("verdict IN ('available', 'on_request', 'exclusive', 'never')", name="verdict"),
    CheckConstraint("(state = 'granted') = (licence_id IS NOT NULL)", name="granted_has_licence"),
    CheckConstraint("(state = 'refused') = (refusal_reason <> '')", name="refused_says_why"),
    CheckConstraint(
        "(state IN ('granted', 'refused')) = (decided_by IS NOT NULL AND decided_at IS NOT NULL)",
        name="decided_by_whom",
    ),
)

request_message = Table(
    "request_message",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("request_id", Uuid, ForeignKey("permission_request.id"), nullable=False),
    _person("author_id"),
    Column("at", DateTime(timezone=True), nullable=False),
    Column("kind", Text, nullable=False),
    Column("text", Text, nullable=False),
    CheckConstraint(
        "kind IN ('submitted', 'returned', 'resubmitted', 'decided', 'withdrawn', 'commented')", name="kind"
    ),
    Index("request_message_thread", "request_id", "at", "id"),
)

lightbox = Table(
    "lightbox",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("person_id", Uuid, ForeignKey("person.id"), nullable=False, unique=True),
    Column("title", Text, nullable=False, server_default=""),
    Column("created_at", DateTime(timezone=True), nullable=False),
)

lightbox_item = Table(
    "lightbox_item",
    metadata,
    Column("lightbox_id", Uuid, ForeignKey("lightbox.id"), primary_key=True),
    Column("asset_id", Uuid, ForeignKey("asset.id"), primary_key=True),
    Column("added_at", DateTime(timezone=True), nullable=False),
)
