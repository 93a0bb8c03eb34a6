"""Create the perceptual hash of a photograph and the pairs that look alike."""

revision = "20261123_0010"
down_revision = "20261122_2230"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Reserved: its owner fills it in this session."""


def downgrade() -> None:
    raise RuntimeError("rulings are never removed")
