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
    text,
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
        Column("exclusive", Boolean, nullable=False, server_default=text("false")),
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
    Column("offer_until", DateTime(timezone=True)),
    CheckConstraint(
        "state IN ('submitted', 'in_review', 'countered', 'pending', 'returned', 'decided', 'withdrawn')", name="state"
    ),
    CheckConstraint("(state = 'countered') = (offer_until IS NOT NULL)", name="offer_ends"),
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
    Column("reserved_until", DateTime(timezone=True)),
    CheckConstraint("state IN ('reserved', 'offered', 'active', 'suspended', 'revoked', 'released')", name="state"),
    CheckConstraint(_FINITE_DAYS, name="days"),
    CheckConstraint("ends_at > starts_at AND isfinite(starts_at) AND isfinite(ends_at)", name="has_an_end"),
    CheckConstraint("cardinality(media) > 0 AND cardinality(territory) > 0", name="use"),
    CheckConstraint("terms_sha256 ~ '^[0-9a-f]{64}$'", name="terms_sha256"),
    CheckConstraint(
        "CASE WHEN state IN ('reserved', 'offered', 'active') THEN true WHEN state = 'released'"
        " THEN state_reason <> '' AND state_changed_at IS NOT NULL"
        " ELSE state_reason <> '' AND state_changed_at IS NOT NULL AND state_changed_by IS NOT NULL END",
        name="says_why",
    ),
    CheckConstraint(
        "state NOT IN ('reserved', 'released') OR (reserved_until IS NOT NULL AND isfinite(reserved_until))",
        name="reservation_ends",
    ),
    UniqueConstraint("id", "terms_sha256", name="uq_licence_terms"),
)
Index("licence_own", licence.c.organisation_id, licence.c.granted_at, licence.c.id)
Index(
    "licence_ending",
    licence.c.ends_on,
    licence.c.id,
    postgresql_where=licence.c.state.in_(["active", "suspended"]),
)
Index("licence_all", licence.c.granted_at, licence.c.id)
Index("licence_reserved", licence.c.reserved_until, postgresql_where=text("state = 'reserved'"))

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
    Column("report_within_days", Integer),
    Column("report_by", Date),
    CheckConstraint(
        "coalesce(report_within_days, 1) > 0 AND (report_by IS NULL OR isfinite(report_by))", name="report_condition"
    ),
    Index(
        "licence_item_to_report",
        "licence_id",
        postgresql_where=text("report_within_days IS NOT NULL OR report_by IS NOT NULL"),
    ),
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
    CheckConstraint(
        "state IN ('undecided', 'consent_pending', 'reserved', 'granted', 'refused', 'dropped')", name="state"
    ),
    CheckConstraint("verdict IN ('available', 'on_request', 'exclusive', 'never')", name="verdict"),
    CheckConstraint(
        "(state IN ('consent_pending', 'reserved', 'granted')) = (licence_id IS NOT NULL)", name="granted_has_licence"
    ),
    CheckConstraint("(state = 'refused') = (refusal_reason <> '')", name="refused_says_why"),
    CheckConstraint(
        "(state IN ('consent_pending', 'reserved', 'granted', 'refused'))"
        " = (decided_by IS NOT NULL AND decided_at IS NOT NULL)",
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
        "kind IN ('submitted', 'returned', 'resubmitted', 'decided', 'withdrawn', 'commented', 'countered',"
        " 'offer_accepted', 'offer_declined', 'offer_taken_back', 'completed', 'released',"
        " 'consent_given', 'consent_refused', 'consent_withdrawn')",
        name="kind",
    ),
    Index("request_message_thread", "request_id", "at", "id"),
)

counter_offer = Table(
    "counter_offer",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("request_id", Uuid, ForeignKey("permission_request.id"), nullable=False),
    Column("state", Text, nullable=False),
    *_use_columns(),
    Column("conditions", JSONB, nullable=False),
    Column("message", Text, nullable=False),
    Column("valid_until", DateTime(timezone=True), nullable=False),
    _person("made_by"),
    Column("made_at", DateTime(timezone=True), nullable=False),
    _person("closed_by", nullable=True),
    Column("closed_at", DateTime(timezone=True)),
    CheckConstraint(
        "state IN ('open', 'accepted', 'declined', 'taken_back', 'replaced', 'withdrawn', 'lapsed')", name="state"
    ),
    CheckConstraint(_FINITE_DAYS, name="days"),
    CheckConstraint("cardinality(media) > 0 AND cardinality(territory) > 0", name="use"),
    CheckConstraint("valid_until > made_at AND isfinite(valid_until)", name="has_an_end"),
    CheckConstraint("(state = 'open') = (closed_at IS NULL)", name="closed_when"),
)
"""What a rights manager offered instead of the use that was asked; at most one is open on a request."""
Index("counter_offer_of_request", counter_offer.c.request_id, counter_offer.c.made_at, counter_offer.c.id)
Index("counter_offer_open", counter_offer.c.request_id, unique=True, postgresql_where=text("state = 'open'"))

consent = Table(
    "consent",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("licence_id", Uuid, ForeignKey("licence.id"), nullable=False, index=True),
    Column("asset_id", Uuid, ForeignKey("asset.id"), nullable=False),
    Column("line_id", BigInteger, ForeignKey("grant_line.id"), nullable=False, unique=True),
    Column("agreement_id", Uuid, ForeignKey("agreement.id"), nullable=False),
    Column("holder_id", Uuid, ForeignKey("rights_holder.id"), nullable=False),
    Column("state", Text, nullable=False),
    _person("asked_by"),
    Column("asked_at", DateTime(timezone=True), nullable=False),
    _person("answered_by", nullable=True),
    Column("answered_at", DateTime(timezone=True)),
    Column("on_behalf", Boolean, nullable=False, server_default=text("false")),
    Column("words", Text, nullable=False, server_default=""),
    CheckConstraint("state IN ('asked', 'given', 'refused', 'withdrawn', 'not_needed')", name="state"),
    CheckConstraint("state NOT IN ('refused', 'withdrawn') OR words <> ''", name="refused_says_why"),
    CheckConstraint("NOT on_behalf OR words <> ''", name="on_behalf_names_its_document"),
    CheckConstraint("(state IN ('asked', 'not_needed')) = (answered_at IS NULL)", name="answered_when"),
    CheckConstraint("(answered_at IS NULL) = (answered_by IS NULL)", name="answered_by_whom"),
)
"""What a rights holder was asked to consent to: one photograph's line of one licence, under one agreement."""
Index("consent_of_holder", consent.c.holder_id, consent.c.asked_at, consent.c.id)

licence_signature = Table(
    "licence_signature",
    metadata,
    Column("licence_id", Uuid, ForeignKey("licence.id"), primary_key=True),
    _person("person_id"),
    Column("signed_at", DateTime(timezone=True), nullable=False),
)
"""The second signature under an exclusive licence; never the person's who granted it."""

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
