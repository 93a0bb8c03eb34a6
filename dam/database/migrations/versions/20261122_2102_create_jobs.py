"""Create the job table: background work as rows, with leases."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "20261122_2102"
down_revision = "20261122_2101"
branch_labels = None
depends_on = None

_STATES = "state IN ('queued', 'running', 'done', 'failed', 'quarantined')"
_LEASE = "(state = 'running') = (lease_token IS NOT NULL AND lease_until IS NOT NULL)"


def upgrade() -> None:
    now = sa.text("now()")
    op.create_table(
        "job",
        sa.Column("id", sa.BigInteger, sa.Identity(always=True), primary_key=True),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("subject_id", sa.Uuid, nullable=False),
        sa.Column("params", JSONB, nullable=False, server_default=sa.text("'{}'::jsonb")),
        sa.Column("params_sha256", sa.LargeBinary, nullable=False),
        sa.Column("recipe_version", sa.Integer, nullable=False, server_default=sa.text("1")),
        sa.Column("state", sa.Text, nullable=False, server_default=sa.text("'queued'")),
        sa.Column("attempts", sa.Integer, nullable=False, server_default=sa.text("0")),
        sa.Column("max_attempts", sa.Integer, nullable=False, server_default=sa.text("5")),
        sa.Column("infra", sa.Integer, nullable=False, server_default=sa.text("0")),
        sa.Column("lease_token", sa.Uuid),
        sa.Column("lease_until", sa.DateTime(timezone=True)),
        sa.Column("next_at", sa.DateTime(timezone=True), nullable=False, server_default=now),
        sa.Column("hinted_at", sa.DateTime(timezone=True)),
        sa.Column("last_error", sa.Text),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False, server_default=now),
        sa.Column("ended_at", sa.DateTime(timezone=True)),
        sa.CheckConstraint(_STATES, name="job_state"),
        sa.CheckConstraint("octet_length(params_sha256) = 32", name="job_params_sha256"),
        sa.CheckConstraint(_LEASE, name="job_lease"),
        sa.UniqueConstraint("subject_id", "kind", "params_sha256", "recipe_version", name="uq_job_work"),
    )
    op.create_index("ix_job_due", "job", ["next_at"], postgresql_where=sa.text("state = 'queued'"))
    op.create_index("ix_job_lease", "job", ["lease_until"], postgresql_where=sa.text("state = 'running'"))
    op.create_index("ix_job_failed", "job", ["id"], postgresql_where=sa.text("state = 'failed'"))
    op.execute("GRANT SELECT, INSERT, UPDATE ON job TO imprimatur_app")


def downgrade() -> None:
    op.drop_table("job")
