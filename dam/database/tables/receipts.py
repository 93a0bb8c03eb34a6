"""Receipts of decisions: what was asked, known and said, kept for as long as the log of events.

Like the log, these refer to nothing that could ever be deleted, and nothing here is ever changed.
"""

from sqlalchemy import ARRAY, CheckConstraint, Column, DateTime, LargeBinary, Table, Text, Uuid
from sqlalchemy.dialects.postgresql import JSONB

from dam.database.tables import metadata

decision_facts = Table(
    "decision_facts",
    metadata,
    Column("digest", Text, primary_key=True),
    Column("facts", LargeBinary, nullable=False),
    CheckConstraint("digest = encode(sha256(facts), 'hex')", name="decision_facts_digest"),
)
"""The facts of decisions, each set of them once, under the sha256 of its canonical JSON."""

decision_receipt = Table(
    "decision_receipt",
    metadata,
    Column("event_id", Uuid, primary_key=True),
    Column("at", DateTime(timezone=True), nullable=False),
    Column("use", JSONB, nullable=False),
    Column("facts_digest", Text, nullable=False),
    Column("verdict", JSONB, nullable=False),
    Column("reasons", ARRAY(Text), nullable=False),
    Column("rule", Text, nullable=False),
    Column("rule_version", Text, nullable=False),
    CheckConstraint("verdict ->> 'verdict' IN ('permit', 'refusal')", name="decision_receipt_verdict"),
)
"""One row a decision, under the event that tells of it; `reasons` and `rule` repeat the verdict's, for searching."""
