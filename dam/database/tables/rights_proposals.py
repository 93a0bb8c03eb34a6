"""What photographs' own texts claim about their rights, and what archivists ruled."""

from sqlalchemy import (
    ARRAY,
    Boolean,
    CheckConstraint,
    Column,
    Date,
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

rights_proposal = Table(
    "rights_proposal",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("asset_id", Uuid, ForeignKey("asset.id"), nullable=False),
    Column("source", Text, nullable=False),
    Column("excerpt", Text, nullable=False),
    Column("excerpt_start", Integer, nullable=False),
    Column("words", JSONB, nullable=False),
    Column("confidence", Text, nullable=False),
    Column("provider", Text),
    Column("grantee", Text),
    Column("exclusive", Boolean, nullable=False),
    Column("needs_permission", Boolean, nullable=False),
    Column("bar", Text),
    Column("media_codes", ARRAY(Text), nullable=False),
    Column("territory_codes", ARRAY(Text), nullable=False),
    Column("free_from", Date),
    Column("meaning", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("proposed_at", DateTime(timezone=True), nullable=False),
    Column("ruled_by", Uuid, ForeignKey("person.id")),
    Column("ruled_at", DateTime(timezone=True)),
    Column("reason", Text, nullable=False, server_default=""),
    Column("agreement_id", Uuid, ForeignKey("agreement.id")),
    Column("restriction_id", Uuid, ForeignKey("restriction.id")),
    CheckConstraint("confidence IN ('certain', 'likely')", name="rights_proposal_confidence"),
    CheckConstraint("state IN ('proposed', 'confirmed', 'dismissed')", name="rights_proposal_state"),
    CheckConstraint(
        "num_nulls(ruled_by, ruled_at) = CASE state WHEN 'proposed' THEN 2 ELSE 0 END", name="rights_proposal_ruled"
    ),
    CheckConstraint("(state = 'dismissed') = (reason <> '')", name="rights_proposal_dismissal_says_why"),
    CheckConstraint(
        "(state = 'confirmed') = (num_nonnulls(agreement_id, restriction_id) > 0)",
        name="rights_proposal_confirmed_by_something",
    ),
)
"""`words` holds the offsets of the exact words in the text they stand in; `excerpt` is the part of that text around
them. `meaning` tells two claims about one photograph apart, so that nothing is proposed twice."""
Index("ix_rights_proposal_meaning", rights_proposal.c.asset_id, rights_proposal.c.meaning, unique=True)
Index(
    "ix_rights_proposal_open",
    rights_proposal.c.asset_id,
    postgresql_where=text("state = 'proposed'"),
)
