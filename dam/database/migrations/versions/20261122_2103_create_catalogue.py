"""Create the holdings: photographs, readings, renditions, collections, the search index, upload intents."""

from alembic import op

revision = "20261122_2103"
down_revision = "20261122_2102"
branch_labels = None
depends_on = None

_TABLES = (
    """
CREATE SEQUENCE asset_number MAXVALUE 134217727
""",
    """
CREATE TABLE collection (
  id uuid NOT NULL,
  number integer NOT NULL,
  holder_id uuid,
  title_en text NOT NULL,
  title_zh text NOT NULL DEFAULT '',
  created_at timestamptz NOT NULL DEFAULT now(),
  CONSTRAINT pk_collection PRIMARY KEY (id),
  CONSTRAINT uq_collection_holder_id_number UNIQUE NULLS NOT DISTINCT (holder_id, number),
  CONSTRAINT ck_collection_number CHECK (number BETWEEN 1 AND 4095)
)
""",
    """
CREATE TABLE asset (
  id uuid NOT NULL,
  scope_key bigint NOT NULL,
  accession_number text NOT NULL,
  state text NOT NULL,
  reason_code text,
  reason_detail jsonb,
  file_name text NOT NULL,
  media_type text NOT NULL,
  width_px integer,
  height_px integer,
  page_count integer,
  size_bytes bigint NOT NULL,
  sha256 text NOT NULL,
  original_key text NOT NULL,
  original_version text,
  holder_id uuid,
  collection_id uuid,
  description jsonb NOT NULL DEFAULT '{}'::jsonb,
  suggested jsonb NOT NULL DEFAULT '[]'::jsonb,
  credit_line text,
  rights_statement text,
  edtf text,
  date_earliest date,
  date_latest date,
  version integer NOT NULL DEFAULT 1,
  uploaded_by uuid,
  created_at timestamptz NOT NULL,
  updated_at timestamptz NOT NULL,
  ready_at timestamptz,
  CONSTRAINT pk_asset PRIMARY KEY (id),
  CONSTRAINT uq_asset_scope_key UNIQUE (scope_key),
  CONSTRAINT uq_asset_accession_number UNIQUE (accession_number),
  CONSTRAINT uq_asset_sha256 UNIQUE (sha256),
  CONSTRAINT fk_asset_collection_id_collection FOREIGN KEY (collection_id) REFERENCES collection (id),
  CONSTRAINT fk_asset_uploaded_by_person FOREIGN KEY (uploaded_by) REFERENCES person (id),
  CONSTRAINT ck_asset_state CHECK (state IN ('received', 'processing', 'ready', 'quarantined', 'withdrawn')),
  CONSTRAINT ck_asset_state_says_why CHECK (state NOT IN ('quarantined', 'withdrawn') OR reason_code IS NOT NULL),
  CONSTRAINT ck_asset_ready_was_opened CHECK (state <> 'ready' OR num_nulls(ready_at, width_px, height_px) = 0),
  CONSTRAINT ck_asset_scope_key CHECK (scope_key >= 0),
  CONSTRAINT ck_asset_size CHECK (size_bytes > 0),
  CONSTRAINT ck_asset_sha256 CHECK (sha256 ~ '^[0-9a-f]{64}$'),
  CONSTRAINT ck_asset_version CHECK (version > 0),
  CONSTRAINT ck_asset_dates_in_order CHECK (date_latest >= date_earliest)
)
""",
    "CREATE INDEX ix_asset_holder_id ON asset (holder_id, id)",
    "CREATE INDEX ix_asset_collection_id ON asset (collection_id, id)",
    "CREATE INDEX ix_asset_waiting ON asset (state, id) WHERE state <> 'ready'",
    """
CREATE TABLE asset_reading (
  asset_id uuid NOT NULL,
  claims jsonb NOT NULL,
  warnings jsonb NOT NULL,
  read_at timestamptz NOT NULL,
  CONSTRAINT pk_asset_reading PRIMARY KEY (asset_id),
  CONSTRAINT fk_asset_reading_asset_id_asset FOREIGN KEY (asset_id) REFERENCES asset (id)
)
""",
    """
CREATE TABLE rendition (
  asset_id uuid NOT NULL,
  kind text NOT NULL,
  recipe_version integer NOT NULL,
  key text NOT NULL,
  sha256 text NOT NULL,
  media_type text NOT NULL,
  width_px integer NOT NULL,
  height_px integer NOT NULL,
  size_bytes bigint NOT NULL,
  created_at timestamptz NOT NULL,
  CONSTRAINT pk_rendition PRIMARY KEY (asset_id, kind),
  CONSTRAINT uq_rendition_key UNIQUE (key),
  CONSTRAINT fk_rendition_asset_id_asset FOREIGN KEY (asset_id) REFERENCES asset (id),
  CONSTRAINT ck_rendition_kind CHECK (kind IN ('thumbnail', 'preview')),
  CONSTRAINT ck_rendition_sha256 CHECK (sha256 ~ '^[0-9a-f]{64}$'),
  CONSTRAINT ck_rendition_sizes CHECK (width_px > 0 AND height_px > 0 AND size_bytes > 0)
)
""",
    """
CREATE TABLE asset_search (
  asset_id uuid NOT NULL,
  tsv tsvector NOT NULL,
  CONSTRAINT pk_asset_search PRIMARY KEY (asset_id),
  CONSTRAINT fk_asset_search_asset_id_asset FOREIGN KEY (asset_id) REFERENCES asset (id)
)
""",
    # Without it the planner guesses thousands of hits for a rare word and walks the whole table by date.
    "ALTER TABLE asset_search ALTER COLUMN tsv SET STATISTICS 3000",
    "CREATE INDEX ix_asset_search_tsv ON asset_search USING gin (tsv) WITH (fastupdate = off)",
    """
CREATE TABLE upload_intent (
  id uuid NOT NULL,
  bucket text NOT NULL,
  key text NOT NULL,
  version text,
  state text NOT NULL DEFAULT 'open',
  due_at timestamptz NOT NULL,
  CONSTRAINT pk_upload_intent PRIMARY KEY (id),
  CONSTRAINT ck_upload_intent_bucket CHECK (bucket IN ('originals', 'renditions')),
  CONSTRAINT ck_upload_intent_state CHECK (state IN ('open', 'doomed'))
)
""",
    "CREATE INDEX ix_upload_intent_due_at ON upload_intent (due_at)",
    "CREATE INDEX ix_upload_intent_key ON upload_intent (bucket, key)",
)
# The original and the identity of a photograph never change: the application cannot write those columns again.
_GRANTS = (
    "GRANT USAGE ON SEQUENCE asset_number TO imprimatur_app",
    "GRANT SELECT, INSERT ON collection, asset TO imprimatur_app",
    "GRANT UPDATE (title_en, title_zh) ON collection TO imprimatur_app",
    (
        "GRANT UPDATE (scope_key, state, reason_code, reason_detail, width_px, height_px, page_count, holder_id,"
        " collection_id, description, suggested, credit_line, rights_statement, edtf, date_earliest, date_latest,"
        " version, updated_at, ready_at) ON asset TO imprimatur_app"
    ),
    "GRANT SELECT, INSERT, UPDATE ON asset_reading, rendition, asset_search TO imprimatur_app",
    "GRANT SELECT, INSERT, UPDATE, DELETE ON upload_intent TO imprimatur_app",
)


def upgrade() -> None:
    for statement in _TABLES + _GRANTS:
        op.execute(statement)


def downgrade() -> None:
    for table in ("upload_intent", "asset_search", "rendition", "asset_reading", "asset", "collection"):
        op.drop_table(table)
    op.execute("DROP SEQUENCE asset_number")
