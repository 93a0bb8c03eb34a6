"""Add the deep-zoom source of a photograph and its viewings."""

revision = "20261123_0070"
down_revision = "20261123_0060"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Reserved: its owner fills it in this session."""


def downgrade() -> None:
    raise RuntimeError("viewings are never removed")
