"""Create the perceptual hash of a photograph and the pairs that look alike."""

from alembic import op

revision = "20261123_0010"
down_revision = "20261122_2230"
branch_labels = None
depends_on = None

_TABLES = (
    """
CREATE TABLE asset_look (
  asset_id uuid NOT NULL,
  number bigint GENERATED ALWAYS AS IDENTITY,
  bits bit(256) NOT NULL,
  quality smallint NOT NULL,
  made_at timestamptz NOT NULL,
  CONSTRAINT pk_asset_look PRIMARY KEY (asset_id),
  CONSTRAINT uq_asset_look_number UNIQUE (number),
  CONSTRAINT fk_asset_look_asset_id_asset FOREIGN KEY (asset_id) REFERENCES asset (id),
  CONSTRAINT asset_look_quality CHECK (quality BETWEEN 0 AND 100)
)
""",
    """
CREATE TABLE rights_twin (
  id uuid NOT NULL,
  low_id uuid NOT NULL,
  high_id uuid NOT NULL,
  distance smallint NOT NULL,
  found_at timestamptz NOT NULL,
  state text NOT NULL DEFAULT 'open',
  version integer NOT NULL DEFAULT 1,
  ruled_by uuid,
  ruled_at timestamptz,
  note text NOT NULL DEFAULT '',
  CONSTRAINT pk_rights_twin PRIMARY KEY (id),
  CONSTRAINT uq_rights_twin_low_id_high_id UNIQUE (low_id, high_id),
  CONSTRAINT fk_rights_twin_low_id_asset FOREIGN KEY (low_id) REFERENCES asset (id),
  CONSTRAINT fk_rights_twin_high_id_asset FOREIGN KEY (high_id) REFERENCES asset (id),
  CONSTRAINT fk_rights_twin_ruled_by_person FOREIGN KEY (ruled_by) REFERENCES person (id),
  CONSTRAINT rights_twin_once CHECK (low_id < high_id),
  CONSTRAINT rights_twin_distance CHECK (distance BETWEEN 0 AND 256),
  CONSTRAINT rights_twin_state CHECK (state IN ('open', 'same', 'different')),
  CONSTRAINT rights_twin_ruled CHECK (num_nulls(ruled_by, ruled_at) = CASE state WHEN 'open' THEN 2 ELSE 0 END),
  CONSTRAINT rights_twin_difference_says_why CHECK (state <> 'different' OR note <> '')
)
""",
)

_INDEXES = (
    "CREATE INDEX ix_rights_twin_high_id ON rights_twin (high_id)",
    "CREATE INDEX ix_rights_twin_queue ON rights_twin (state, id)",
)

# A hash stays as it was made. A pair stays for ever, too: the application adds the ruling, and deletes nothing.
_GRANTS = (
    "GRANT SELECT, INSERT ON asset_look TO imprimatur_app",
    "GRANT SELECT, INSERT ON rights_twin TO imprimatur_app",
    "GRANT UPDATE (state, version, ruled_by, ruled_at, note) ON rights_twin TO imprimatur_app",
)


def upgrade() -> None:
    for statement in (*_TABLES, *_INDEXES, *_GRANTS):
        op.execute(statement)


def downgrade() -> None:
    raise RuntimeError("rulings are never removed")
