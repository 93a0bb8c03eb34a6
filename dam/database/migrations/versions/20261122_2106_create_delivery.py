"""Create the deliveries: one row for each admitted download."""

import sqlalchemy as sa
from alembic import op

revision = "20261122_2106"
down_revision = "20261122_2105"
branch_labels = None
depends_on = None

_OPEN = sa.text("state IN ('making', 'ready')")
_CHANGING = (
    "expires_at, state, failure, copy_key, copy_sha256, size_bytes, media_type, width_px, height_px, file_name"
)


def upgrade() -> None:
    op.create_table(
        "delivery",
        sa.Column("id", sa.Uuid, primary_key=True),
        sa.Column("licence_id", sa.Uuid, sa.ForeignKey("licence.id"), nullable=False),
        sa.Column("line_id", sa.BigInteger, sa.ForeignKey("grant_line.id"), nullable=False),
        sa.Column("asset_id", sa.Uuid, sa.ForeignKey("asset.id"), nullable=False),
        sa.Column("organisation_id", sa.Uuid, sa.ForeignKey("organisation.id"), nullable=False),
        sa.Column("started_by", sa.Uuid, sa.ForeignKey("person.id"), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("failure", sa.Text),
        sa.Column("copy_key", sa.Text),
        sa.Column("copy_sha256", sa.Text),
        sa.Column("size_bytes", sa.BigInteger),
        sa.Column("media_type", sa.Text),
        sa.Column("width_px", sa.Integer),
        sa.Column("height_px", sa.Integer),
        sa.Column("file_name", sa.Text),
        sa.CheckConstraint("state IN ('making', 'ready', 'failed', 'deleted')", name="delivery_state"),
        sa.CheckConstraint("expires_at > started_at", name="delivery_lapses"),
        sa.CheckConstraint("(state = 'failed') = (failure IS NOT NULL)", name="delivery_failure_says_why"),
        sa.CheckConstraint(
            "state <> 'ready' OR num_nulls(copy_key, copy_sha256, size_bytes, media_type, width_px, height_px, "
            "file_name) = 0",
            name="delivery_ready_has_copy",
        ),
    )
    op.create_index(
        "delivery_open",
        "delivery",
        ["organisation_id", "licence_id", "asset_id"],
        unique=True,
        postgresql_where=_OPEN,
    )
    op.create_index("delivery_lapsing", "delivery", ["expires_at"], postgresql_where=_OPEN)
    op.create_index("delivery_of_licence", "delivery", ["licence_id", "started_at"])
    op.execute("GRANT SELECT, INSERT ON delivery TO imprimatur_app")
    op.execute(f"GRANT UPDATE ({_CHANGING}) ON delivery TO imprimatur_app")


def downgrade() -> None:
    op.drop_table("delivery")
