"""Add counter-offers, consents and second signatures."""

revision = "20261123_0020"
down_revision = "20261123_0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Reserved: its owner fills it in this session."""


def downgrade() -> None:
    raise RuntimeError("what was agreed is never removed")
