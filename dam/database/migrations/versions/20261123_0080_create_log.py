"""Create the transparency log: leaves, head, checkpoints."""

revision = "20261123_0080"
down_revision = "20261123_0070"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Reserved: its owner fills it in this session."""


def downgrade() -> None:
    raise RuntimeError("the log is never removed")
