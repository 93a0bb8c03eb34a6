"""Create what fixity keeps, and the keys of personal data."""

revision = "20261123_0120"
down_revision = "20261123_0110"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Reserved: its owner fills it in this session."""


def downgrade() -> None:
    raise RuntimeError("what was found is never removed")
