"""Create reports of use, renewals and reminders."""

revision = "20261123_0040"
down_revision = "20261123_0030"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Reserved: its owner fills it in this session."""


def downgrade() -> None:
    raise RuntimeError("reports are never removed")
