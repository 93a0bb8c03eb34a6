"""Rights holders, supply agreements, restrictions, and the one space in which every claim on a photograph meets."""

from sqlalchemy import (
    ARRAY,
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Computed,
    Date,
    DateTime,
    ForeignKey,
    ForeignKeyConstraint,
    Identity,
    Index,
    Integer,
    Sequence,
    Table,
    Text,
    Uuid,
    literal_column,
    text,
)
from sqlalchemy.dialects.postgresql import INT4MULTIRANGE, INT8RANGE, JSONB, TSTZRANGE, ExcludeConstraint

from dam.database.tables import metadata
from dam.database.tables.catalogue import asset, collection

holder_number = Sequence("holder_number", metadata=metadata, maxvalue=4095)
"""The holder bits of its photographs' scope keys."""
agreement_number = Sequence("agreement_number", metadata=metadata)

_SETS = (
    "NOT isempty(media) AND NOT lower_inf(media) AND NOT upper_inf(media)"
    " AND NOT isempty(territory) AND NOT lower_inf(territory) AND NOT upper_inf(territory)"
)
_SCOPE = "NOT isempty(scope) AND lower(scope) >= 0 AND NOT upper_inf(scope)"
_BEGINS = "NOT isempty(term) AND NOT lower_inf(term) AND isfinite(lower(term))"
_ENDS = f"{_BEGINS} AND NOT upper_inf(term) AND isfinite(upper(term))"
_ONE_SCOPE = "num_nonnulls(asset_id, collection_id) = 1"


def _when(name: str, *, nullable: bool = False) -> Column[object]:
    column: Column[object] = Column(name, DateTime(timezone=True), nullable=nullable)
    return column


def _person(name: str, *, nullable: bool = False) -> Column[object]:
    column: Column[object] = Column(name, Uuid, ForeignKey("person.id"), nullable=nullable)
    return column


def _scope_columns() -> list[Column[object]]:
    columns: list[Column[object]] = [
        Column("asset_id", Uuid, ForeignKey("asset.id"), index=True),
        Column("collection_id", Uuid, ForeignKey("collection.id")),
        Column("scope", INT8RANGE, nullable=False),
    ]
    return columns


rights_holder = Table(
    "rights_holder",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("number", Integer, nullable=False, unique=True),
    Column("name_en", Text, nullable=False),
    Column("name_zh", Text, nullable=False, server_default=""),
    Column("organisation_id", Uuid, ForeignKey("organisation.id")),
    Column("statement", Text, nullable=False, server_default=""),
    Column("contact", Text, nullable=False, server_default=""),
    _person("recorded_by"),
    _when("recorded_at"),
    Column("mark_strength", Text, nullable=False, server_default="normal"),
    CheckConstraint("mark_strength IN ('subtle', 'normal', 'strong')", name="mark_strength"),
    CheckConstraint("number BETWEEN 1 AND 4095", name="holder_number_fits"),
    CheckConstraint("name_en <> ''", name="holder_has_a_name"),
)
"""`organisation_id` is set when the holder's people may sign in; `statement` is the holder's own rights statement."""

asset.append_constraint(ForeignKeyConstraint([asset.c.holder_id], [rights_holder.c.id]))
collection.append_constraint(ForeignKeyConstraint([collection.c.holder_id], [rights_holder.c.id]))

agreement = Table(
    "agreement",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("number", Text, nullable=False, unique=True),
    Column("holder_id", Uuid, ForeignKey("rights_holder.id"), nullable=False, index=True),
    Column("grantee_id", Uuid, ForeignKey("organisation.id")),
    Column("media", INT4MULTIRANGE, nullable=False),
    Column("territory", INT4MULTIRANGE, nullable=False),
    Column("term", TSTZRANGE, nullable=False),
    Column("media_codes", ARRAY(Text), nullable=False),
    Column("territory_codes", ARRAY(Text), nullable=False),
    Column("territory_except", ARRAY(Text), nullable=False),
    Column("vocabulary", Text, nullable=False),
    Column("starts_on", Date, nullable=False),
    Column("ends_on", Date, nullable=False),
    Column("tz", Text, nullable=False),
    Column("exclusive", Boolean, nullable=False),
    Column("sublicensable", Boolean, nullable=False),
    Column("consent_required", Boolean, nullable=False, server_default=text("false")),
    Column("credit_line", Text),
    Column("conditions", JSONB, nullable=False),
    Column("state", Text, nullable=False),
    _person("recorded_by"),
    _when("recorded_at"),
    _when("ended_at", nullable=True),
    _person("ended_by", nullable=True),
    Column("end_reason", Text, nullable=False, server_default=""),
    CheckConstraint(_SETS, name="agreement_sets"),
    CheckConstraint(_ENDS, name="agreement_has_an_end"),
    CheckConstraint("state IN ('active', 'ended')", name="agreement_state"),
    CheckConstraint(
        "state = 'active' OR (num_nulls(ended_at, ended_by) = 0 AND end_reason <> '')", name="agreement_end_says_why"
    ),
    CheckConstraint("credit_line <> ''", name="agreement_credit_line"),
)
"""The codes are what was signed; the sets are what those codes meant in the vocabulary of that day."""
Index("ix_agreement_recorded", agreement.c.recorded_at, agreement.c.id)
Index("ix_agreement_ending", agreement.c.ends_on, agreement.c.id, postgresql_where=agreement.c.state == "active")

agreement_line = Table(
    "agreement_line",
    metadata,
    Column("id", BigInteger, Identity(always=True), primary_key=True),
    Column("agreement_id", Uuid, ForeignKey("agreement.id"), nullable=False, index=True),
    *_scope_columns(),
    CheckConstraint(_SCOPE, name="agreement_line_scope"),
    CheckConstraint(_ONE_SCOPE, name="agreement_line_one_scope"),
)
Index("ix_agreement_line_scope", agreement_line.c.scope, postgresql_using="gist")

restriction = Table(
    "restriction",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("kind", Text, nullable=False),
    Column("media", INT4MULTIRANGE, nullable=False),
    Column("territory", INT4MULTIRANGE, nullable=False),
    Column("term", TSTZRANGE, nullable=False),
    Column("media_codes", ARRAY(Text), nullable=False),
    Column("territory_codes", ARRAY(Text), nullable=False),
    Column("vocabulary", Text, nullable=False),
    Column("tz", Text, nullable=False),
    Column("reason", Text, nullable=False),
    _person("placed_by"),
    _when("placed_at"),
    _when("lifted_at", nullable=True),
    _person("lifted_by", nullable=True),
    Column("lift_reason", Text, nullable=False, server_default=""),
    CheckConstraint(
        "kind IN ('embargo', 'takedown', 'sensitivity', 'cultural', 'legal', 'privacy', 'territory_bar')",
        name="restriction_kind",
    ),
    CheckConstraint(_SETS, name="restriction_sets"),
    CheckConstraint(_BEGINS, name="restriction_begins"),
    CheckConstraint("reason <> ''", name="restriction_says_why"),
    CheckConstraint(
        "(lifted_at IS NULL AND lifted_by IS NULL) OR (num_nulls(lifted_at, lifted_by) = 0 AND lift_reason <> '')",
        name="restriction_lift_says_why",
    ),
)
"""A bar for everybody. Empty code lists mean every medium, machine use included, and the whole world."""

restriction_line = Table(
    "restriction_line",
    metadata,
    Column("id", BigInteger, Identity(always=True), primary_key=True),
    Column("restriction_id", Uuid, ForeignKey("restriction.id"), nullable=False, index=True),
    *_scope_columns(),
    CheckConstraint(_SCOPE, name="restriction_line_scope"),
    CheckConstraint(_ONE_SCOPE, name="restriction_line_one_scope"),
)
Index("ix_restriction_line_scope", restriction_line.c.scope, postgresql_using="gist")

grant_line = Table(
    "grant_line",
    metadata,
    Column("id", BigInteger, Identity(always=True), primary_key=True),
    Column("space", Text, nullable=False),
    Column("agreement_id", Uuid, ForeignKey("agreement.id"), index=True),
    Column("licence_id", Uuid, ForeignKey("licence.id"), index=True),
    Column("number", Text, nullable=False),
    Column("asset_id", Uuid, ForeignKey("asset.id"), index=True),
    Column("licensee_id", Uuid, ForeignKey("organisation.id")),
    Column("slot_owner", Uuid, nullable=False),
    Column("scope", INT8RANGE, nullable=False),
    Column("media", INT4MULTIRANGE, nullable=False),
    Column("territory", INT4MULTIRANGE, nullable=False),
    Column("term", TSTZRANGE, nullable=False),
    Column("tz", Text, nullable=False),
    Column("exclusive", Boolean, nullable=False),
    Column("state", Text, nullable=False),
    Column("accepted", Boolean, nullable=False, server_default=text("false")),
    Column("live", Boolean, Computed("state IN ('reserved', 'offered', 'active', 'suspended')", persisted=True)),
    Column(
        "xr",
        INT8RANGE,
        Computed("CASE WHEN exclusive THEN int8range(0, NULL) ELSE int8range(id, id + 1) END", persisted=True),
    ),
    Column("cap", Integer),
    Column("used", Integer, nullable=False, server_default="0"),
    Column("max_px", Integer),
    Column("conditions", JSONB, nullable=False, server_default=text("'{}'::jsonb")),
    _when("created_at"),
    _when("reserved_until", nullable=True),
    Column("consents", ARRAY(Uuid), nullable=False, server_default=text("'{}'::uuid[]")),
    Column("consents_withdrawn", ARRAY(Uuid), nullable=False, server_default=text("'{}'::uuid[]")),
    CheckConstraint("space IN ('out', 'in')", name="grant_line_space"),
    CheckConstraint("num_nonnulls(agreement_id, licence_id) = 1", name="grant_line_one_source"),
    CheckConstraint("space = 'in' OR licensee_id IS NOT NULL", name="grant_line_licensee"),
    CheckConstraint(_SCOPE, name="grant_line_scope"),
    CheckConstraint(_SETS, name="grant_line_sets"),
    CheckConstraint(_ENDS, name="grant_line_has_an_end"),
    CheckConstraint(
        "state IN ('reserved', 'offered', 'active', 'suspended', 'revoked', 'released', 'ended')",
        name="grant_line_state",
    ),
    CheckConstraint(
        "state <> 'reserved' OR (reserved_until IS NOT NULL AND isfinite(reserved_until))",
        name="grant_line_reservation_ends",
    ),
    CheckConstraint(
        "CASE WHEN licence_id IS NULL THEN state IN ('active', 'ended') ELSE state <> 'ended' END",
        name="grant_line_state_of_source",
    ),
    CheckConstraint("used >= 0 AND (cap IS NULL OR used <= cap)", name="grant_line_quota"),
    CheckConstraint("cap > 0 AND max_px > 0", name="grant_line_limits"),
    ExcludeConstraint(
        (literal_column("space"), "="),
        (literal_column("scope"), "&&"),
        (literal_column("term"), "&&"),
        (literal_column("xr"), "&&"),
        (literal_column("media"), "&&"),
        (literal_column("territory"), "&&"),
        (literal_column("slot_owner"), "<>"),
        name="no_double_grant",
        using="gist",
        where=text("live"),
    ),
)
"""Every claim on photographs: licences, and what agreements claim for their grantee or for the archive.

`space` 'out' is what is granted to others, 'in' what is supplied to the archive. `xr` makes "exclusive against
anything" one overlap: plain claims never meet each other there, an exclusive one meets all. `slot_owner` lets one
holder stack claims, and lets an exclusive holder consent to another's. An empty set would overlap nothing and slip
past the constraint, so the checks refuse it.
"""
Index("ix_grant_line_reserved", grant_line.c.reserved_until, postgresql_where=text("state = 'reserved'"))
Index(
    "ix_grant_line_licensed",
    grant_line.c.scope,
    grant_line.c.licensee_id,
    postgresql_using="gist",
    postgresql_where=text("licence_id IS NOT NULL"),
)
Index(
    "ix_grant_line_exclusive",
    grant_line.c.scope,
    grant_line.c.term,
    grant_line.c.media,
    grant_line.c.territory,
    postgresql_using="gist",
    postgresql_where=text("live AND exclusive AND space = 'out'"),
)
