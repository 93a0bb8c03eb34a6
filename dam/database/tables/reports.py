"""What comes after a grant: renewals, reports of use, and what people were reminded of."""

from sqlalchemy import (
    ARRAY,
    Boolean,
    CheckConstraint,
    Column,
    Date,
    DateTime,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Integer,
    Table,
    Text,
    Uuid,
)

from dam.database.tables import metadata

renewal = Table(
    "renewal",
    metadata,
    Column("request_id", Uuid, ForeignKey("permission_request.id"), primary_key=True),
    Column("licence_id", Uuid, ForeignKey("licence.id"), nullable=False, index=True),
)
"""The request asks for the term after the licence's."""

use_report = Table(
    "use_report",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("licence_id", Uuid, nullable=False),
    Column("asset_id", Uuid, nullable=False),
    Column("amends", Uuid, ForeignKey("use_report.id"), unique=True),
    Column("reported_by", Uuid, ForeignKey("person.id"), nullable=False),
    Column("reported_at", DateTime(timezone=True), nullable=False),
    Column("unused", Boolean, nullable=False),
    Column("medium", Text),
    Column("territory", ARRAY(Text), nullable=False),
    Column("title", Text, nullable=False),
    Column("url", Text, nullable=False),
    Column("published_on", Date),
    Column("print_run", Integer),
    Column("note", Text, nullable=False),
    Column("flags", ARRAY(Text), nullable=False),
    ForeignKeyConstraint(
        ["licence_id", "asset_id"],
        ["licence_item.licence_id", "licence_item.asset_id"],
        name="report_of_a_licensed_photograph",
    ),
    CheckConstraint("unused = (published_on IS NULL) AND unused = (medium IS NULL)", name="use_report_used_or_not"),
    CheckConstraint("print_run > 0", name="use_report_print_run"),
    CheckConstraint("published_on IS NULL OR isfinite(published_on)", name="use_report_day"),
)
"""A partner's statement about one photograph; an amendment is a further row that names the one it amends. `flags` are
what the statement was found to be outside of when it was made."""
Index("ix_use_report_newest", use_report.c.licence_id, use_report.c.reported_at, use_report.c.id)
Index("ix_use_report_item", use_report.c.licence_id, use_report.c.asset_id)

reminder = Table(
    "reminder",
    metadata,
    Column("kind", Text, primary_key=True),
    Column("subject_id", Uuid, primary_key=True),
    Column("due_on", Date, primary_key=True),
    Column("step", Integer, primary_key=True),
    Column("at", DateTime(timezone=True), nullable=False),
    CheckConstraint("kind IN ('licence', 'agreement', 'report')", name="reminder_kind"),
    CheckConstraint("step IN (90, 30, 7, 0)", name="reminder_step"),
)
"""People were reminded, so many days ahead, that something ends or is due on that day; nought means it is overdue."""
