"""Create sightings, their candidates and their notes."""

revision = "20261123_0110"
down_revision = "20261123_0100"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Reserved: its owner fills it in this session."""


def downgrade() -> None:
    raise RuntimeError("sightings are never removed")
