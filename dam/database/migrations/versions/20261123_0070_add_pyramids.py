"""Add the deep-zoom source of a photograph, and how strongly each holder wants its photographs marked."""

from alembic import op

revision = "20261123_0070"
down_revision = "20261123_0060"
branch_labels = None
depends_on = None

_STATEMENTS = (
    """
ALTER TABLE rendition
  ADD COLUMN tile_index jsonb,
  DROP CONSTRAINT ck_rendition_kind,
  ADD CONSTRAINT ck_rendition_kind CHECK (kind IN ('thumbnail', 'preview', 'pyramid')),
  ADD CONSTRAINT ck_rendition_pyramid_has_tiles CHECK ((kind = 'pyramid') = (tile_index IS NOT NULL))
""",
    "CREATE INDEX ix_rendition_recipe_version ON rendition (recipe_version, asset_id) WHERE kind = 'preview'",
    """
ALTER TABLE rights_holder
  ADD COLUMN mark_strength text NOT NULL DEFAULT 'normal',
  ADD CONSTRAINT ck_rights_holder_mark_strength CHECK (mark_strength IN ('subtle', 'normal', 'strong'))
""",
    "GRANT UPDATE (mark_strength) ON rights_holder TO imprimatur_app",
)


def upgrade() -> None:
    for statement in _STATEMENTS:
        op.execute(statement)


def downgrade() -> None:
    raise RuntimeError("renditions are made again, never removed: there is no way back")
