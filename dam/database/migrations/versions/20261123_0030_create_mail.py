"""Create the outbox."""

revision = "20261123_0030"
down_revision = "20261123_0020"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Reserved: its owner fills it in this session."""


def downgrade() -> None:
    raise RuntimeError("letters are never removed")
