"""Add what a delivery's fingerprint was made with."""

revision = "20261123_0100"
down_revision = "20261123_0090"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Reserved: its owner fills it in this session."""


def downgrade() -> None:
    raise RuntimeError("fingerprints are never removed")
