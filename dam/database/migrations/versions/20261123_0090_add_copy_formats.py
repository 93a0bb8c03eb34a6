"""Let a delivery remember its format, and the manifest its copy was signed with."""

from alembic import op

revision = "20261123_0090"
down_revision = "20261123_0080"
branch_labels = None
depends_on = None

# One photograph may be fetched in two formats under one licence: each is a download of its own.
_STEPS = (
    "ALTER TABLE delivery ADD COLUMN format text NOT NULL DEFAULT 'jpeg'",
    "ALTER TABLE delivery ALTER COLUMN format DROP DEFAULT",
    "ALTER TABLE delivery ADD COLUMN manifest_sha256 text",
    "ALTER TABLE delivery ADD CONSTRAINT ck_delivery_format CHECK (format IN ('jpeg', 'tiff', 'png', 'webp'))",
    "DROP INDEX delivery_open",
    (
        "CREATE UNIQUE INDEX delivery_open ON delivery (organisation_id, licence_id, asset_id, format)"
        " WHERE state IN ('making', 'ready')"
    ),
    "GRANT UPDATE (manifest_sha256) ON delivery TO imprimatur_app",
)


def upgrade() -> None:
    for statement in _STEPS:
        op.execute(statement)


def downgrade() -> None:
    raise RuntimeError("what was delivered is never forgotten")
