"""Let the index of the exclusive lines know their dates and uses, so that a whole collection is checked in it alone."""

from alembic import op

revision = "20261123_0140"
down_revision = "20261123_0090"
branch_labels = None
depends_on = None

_WHERE = "WHERE live AND exclusive AND space = 'out'"


def upgrade() -> None:
    op.execute("DROP INDEX ix_grant_line_exclusive")
    op.execute(
        f"CREATE INDEX ix_grant_line_exclusive ON grant_line USING gist (scope, term, media, territory) {_WHERE}"
    )


def downgrade() -> None:
    op.execute("DROP INDEX ix_grant_line_exclusive")
    op.execute(f"CREATE INDEX ix_grant_line_exclusive ON grant_line USING gist (scope) {_WHERE}")
