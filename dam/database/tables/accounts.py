"""Tables of the accounts room."""

from sqlalchemy import (
    ARRAY,
    Boolean,
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

_NOW = text("now()")

organisation = Table(
    "organisation",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("kind", Text, nullable=False),
    Column("name_en", Text, nullable=False),
    Column("name_zh", Text, nullable=False, server_default=""),
    Column("country", Text),
    Column("is_active", Boolean, nullable=False, server_default=text("true")),
    Column("created_at", DateTime(timezone=True), nullable=False, server_default=_NOW),
    CheckConstraint("kind IN ('archive', 'publisher', 'holder')", name="organisation_kind"),
    CheckConstraint("country ~ '^[A-Z]{2}$'", name="organisation_country"),
)

person = Table(
    "person",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("email", Text, nullable=False, unique=True),
    Column("password", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("active", Boolean, nullable=False, server_default=text("true")),
    Column("fs_uniquifier", Text, nullable=False, unique=True),
    Column("organisation_id", Uuid, ForeignKey("organisation.id", name="person_organisation"), nullable=False),
    Column("roles", ARRAY(Text), nullable=False),
    Column("language", Text),
    Column("created_at", DateTime(timezone=True), nullable=False, server_default=_NOW),
    Column("last_login_at", DateTime(timezone=True)),
    Column("current_login_at", DateTime(timezone=True)),
    Column("last_login_ip", Text),
    Column("current_login_ip", Text),
    Column("login_count", Integer, nullable=False, server_default="0"),
    CheckConstraint("email = lower(email)", name="person_email_lower"),
    CheckConstraint("language IN ('en', 'zh-Hans')", name="person_language"),
    CheckConstraint(
        "cardinality(roles) > 0 AND roles <@ ARRAY['archivist', 'rights_manager', 'partner', 'rights_holder',"
        " 'auditor', 'administrator']",
        name="person_roles",
    ),
    Index("person_by_organisation", "organisation_id"),
)

api_token = Table(
    "api_token",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("person_id", Uuid, ForeignKey("person.id", name="api_token_person"), nullable=False),
    Column("name", Text, nullable=False),
    Column("sha256", Text, nullable=False, unique=True),
    Column("created_at", DateTime(timezone=True), nullable=False),
    Column("expires_at", DateTime(timezone=True), nullable=False),
    Column("last_used_at", DateTime(timezone=True)),
    Column("revoked_at", DateTime(timezone=True)),
    CheckConstraint("sha256 ~ '^[0-9a-f]{64}$'", name="api_token_sha256"),
    CheckConstraint(
        "expires_at > created_at AND expires_at <= created_at + interval '365 days'", name="api_token_life"
    ),
    Index("api_token_by_person", "person_id"),
)
