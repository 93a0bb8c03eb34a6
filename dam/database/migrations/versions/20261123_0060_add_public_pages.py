"""Add what the public may see of a photograph."""

revision = "20261123_0060"
down_revision = "20261123_0050"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Reserved: its owner fills it in this session."""


def downgrade() -> None:
    raise RuntimeError("public pages are never removed")
