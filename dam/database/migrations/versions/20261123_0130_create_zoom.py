"""Create the viewings of the deep zoom."""

revision = "20261123_0130"
down_revision = "20261123_0120"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Reserved: its owner fills it in this session."""


def downgrade() -> None:
    raise RuntimeError("viewings are never removed")
