"""Create organisations, people and API tokens."""

import sqlalchemy as sa
from alembic import op

revision = "20261122_2100"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the tables and say what the application may do with them."""
    _create_organisation()
    _create_person()
    _create_api_token()
    op.execute("GRANT SELECT, INSERT, UPDATE ON organisation, person, api_token TO imprimatur_app")


def downgrade() -> None:
    """Drop the tables, the dependent ones first."""
    for table in ("api_token", "person", "organisation"):
        op.drop_table(table)


def _create_organisation() -> None:
    op.create_table(
        "organisation",
        sa.Column("id", sa.Uuid, primary_key=True),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("name_en", sa.Text, nullable=False),
        sa.Column("name_zh", sa.Text, nullable=False, server_default=""),
        sa.Column("country", sa.Text),
        sa.Column("is_active", sa.Boolean, nullable=False, server_default=sa.text("true")),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False, server_default=sa.text("now()")),
        sa.CheckConstraint("kind IN ('archive', 'publisher', 'holder')", name="organisation_kind"),
        sa.CheckConstraint("country ~ '^[A-Z]{2}$'", name="organisation_country"),
    )


def _create_person() -> None:
    op.create_table(
        "person",
        sa.Column("id", sa.Uuid, primary_key=True),
        sa.Column("email", sa.Text, nullable=False, unique=True),
        sa.Column("password", sa.Text, nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("active", sa.Boolean, nullable=False, server_default=sa.text("true")),
        sa.Column("fs_uniquifier", sa.Text, nullable=False, unique=True),
        sa.Column(
            "organisation_id", sa.Uuid, sa.ForeignKey("organisation.id", name="person_organisation"), nullable=False
        ),
        sa.Column("roles", sa.ARRAY(sa.Text), nullable=False),
        sa.Column("language", sa.Text),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False, server_default=sa.text("now()")),
        sa.Column("last_login_at", sa.DateTime(timezone=True)),
        sa.Column("current_login_at", sa.DateTime(timezone=True)),
        sa.Column("last_login_ip", sa.Text),
        sa.Column("current_login_ip", sa.Text),
        sa.Column("login_count", sa.Integer, nullable=False, server_default="0"),
        sa.CheckConstraint("email = lower(email)", name="person_email_lower"),
        sa.CheckConstraint("language IN ('en', 'zh-Hans')", name="person_language"),
        sa.CheckConstraint(
            "cardinality(roles) > 0 AND roles <@ ARRAY['archivist', 'rights_manager', 'partner', 'rights_holder',"
            " 'auditor', 'administrator']",
            name="person_roles",
        ),
    )
    op.create_index("person_by_organisation", "person", ["organisation_id"])


def _create_api_token() -> None:
    op.create_table(
        "api_token",
        sa.Column("id", sa.Uuid, primary_key=True),
        sa.Column("person_id", sa.Uuid, sa.ForeignKey("person.id", name="api_token_person"), nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("sha256", sa.Text, nullable=False, unique=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_used_at", sa.DateTime(timezone=True)),
        sa.Column("revoked_at", sa.DateTime(timezone=True)),
        sa.CheckConstraint("sha256 ~ '^[0-9a-f]{64}$'", name="api_token_sha256"),
        sa.CheckConstraint(
            "expires_at > created_at AND expires_at <= created_at + interval '365 days'", name="api_token_life"
        ),
    )
    op.create_index("api_token_by_person", "api_token", ["person_id"])
