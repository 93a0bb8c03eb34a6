"""Create the deliveries: one row for each admitted download."""

from alembic import op

revision = "20261122_2106"
down_revision = "20261122_2105"
branch_labels = None
depends_on = None

_TABLE = """
CREATE TABLE delivery (
  id uuid NOT NULL,
  licence_id uuid NOT NULL,
  line_id bigint NOT NULL,
  asset_id uuid NOT NULL,
  organisation_id uuid NOT NULL,
  started_by uuid NOT NULL,
  started_at timestamptz NOT NULL,
  expires_at timestamptz NOT NULL,
  state text NOT NULL,
  failure text,
  copy_key text,
  copy_sha256 text,
  size_bytes bigint,
  media_type text,
  width_px integer,
  height_px integer,
  file_name text,
  CONSTRAINT pk_delivery PRIMARY KEY (id),
  CONSTRAINT fk_delivery_licence_id_licence FOREIGN KEY (licence_id) REFERENCES licence (id),
  CONSTRAINT fk_delivery_line_id_grant_line FOREIGN KEY (line_id) REFERENCES grant_line (id),
  CONSTRAINT fk_delivery_asset_id_asset FOREIGN KEY (asset_id) REFERENCES asset (id),
  CONSTRAINT fk_delivery_organisation_id_organisation FOREIGN KEY (organisation_id) REFERENCES organisation (id),
  CONSTRAINT fk_delivery_started_by_person FOREIGN KEY (started_by) REFERENCES person (id),
  CONSTRAINT ck_delivery_state CHECK (state IN ('making', 'ready', 'failed', 'deleted')),
  CONSTRAINT ck_delivery_lapses CHECK (expires_at > started_at),
  CONSTRAINT ck_delivery_failure_says_why CHECK ((state = 'failed') = (failure IS NOT NULL)),
  CONSTRAINT ck_delivery_ready_has_copy CHECK (state <> 'ready'
    OR num_nulls(copy_key, copy_sha256, size_bytes, media_type, width_px, height_px, file_name) = 0)
)
"""

_INDEXES = (
    (
        "CREATE UNIQUE INDEX delivery_open ON delivery (organisation_id, licence_id, asset_id)"
        " WHERE state IN ('making', 'ready')"
    ),
    "CREATE INDEX delivery_latest ON delivery (licence_id, asset_id, started_at)",
    "CREATE INDEX delivery_lapsing ON delivery (expires_at) WHERE state IN ('making', 'ready')",
)

_GRANTS = (
    "GRANT SELECT, INSERT ON delivery TO imprimatur_app",
    (
        "GRANT UPDATE (expires_at, state, failure, copy_key, copy_sha256, size_bytes, media_type, width_px, height_px,"
        " file_name) ON delivery TO imprimatur_app"
    ),
)


def upgrade() -> None:
    for statement in (_TABLE, *_INDEXES, *_GRANTS):
        op.execute(statement)


def downgrade() -> None:
    op.execute("DROP TABLE delivery")
