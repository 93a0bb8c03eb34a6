"""Create the deeds of agreements."""

revision = "20261123_0050"
down_revision = "20261123_0040"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Reserved: its owner fills it in this session."""


def downgrade() -> None:
    raise RuntimeError("deeds are never removed")
