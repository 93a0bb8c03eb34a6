"""Let an archivist publish the page of a photograph: nothing of it, its text, or its text with the marked preview."""

from alembic import op

revision = "20261123_0060"
down_revision = "20261123_0050"
branch_labels = None
depends_on = None

# Nothing is public that nobody published: every photograph that is there already starts with nothing.
_STATEMENTS = (
    """
ALTER TABLE asset
  ADD COLUMN public_page text NOT NULL DEFAULT 'nothing',
  ADD CONSTRAINT public_page CHECK (public_page IN ('nothing', 'text', 'preview'))
""",
    "GRANT UPDATE (public_page) ON asset TO imprimatur_app",
)


def upgrade() -> None:
    for statement in _STATEMENTS:
        op.execute(statement)


def downgrade() -> None:
    op.drop_column("asset", "public_page")
