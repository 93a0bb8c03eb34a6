"""Create the deeds of agreements."""

from alembic import op

revision = "20261123_0050"
down_revision = "20261123_0040"
branch_labels = None
depends_on = None

_TABLES = (
    """
CREATE TABLE agreement_deed (
  id uuid NOT NULL,
  agreement_id uuid NOT NULL,
  sha256 text NOT NULL,
  size_bytes bigint NOT NULL,
  media_type text NOT NULL,
  file_name text NOT NULL,
  object_version text,
  attached_by uuid NOT NULL,
  attached_at timestamptz NOT NULL,
  supersedes uuid,
  locked_until timestamptz,
  CONSTRAINT pk_agreement_deed PRIMARY KEY (id),
  CONSTRAINT deed_once UNIQUE (agreement_id, sha256),
  CONSTRAINT deed_of_agreement UNIQUE (agreement_id, id),
  CONSTRAINT deed_superseded_once UNIQUE (supersedes),
  CONSTRAINT fk_agreement_deed_agreement_id_agreement FOREIGN KEY (agreement_id) REFERENCES agreement (id),
  CONSTRAINT fk_agreement_deed_attached_by_person FOREIGN KEY (attached_by) REFERENCES person (id),
  CONSTRAINT fk_agreement_deed_supersedes
    FOREIGN KEY (agreement_id, supersedes) REFERENCES agreement_deed (agreement_id, id),
  CONSTRAINT deed_sha256 CHECK (sha256 ~ '^[0-9a-f]{64}$'),
  CONSTRAINT deed_size CHECK (size_bytes > 0),
  CONSTRAINT deed_type CHECK (media_type IN ('application/pdf', 'image/jpeg', 'image/tiff', 'image/png')),
  CONSTRAINT deed_has_a_name CHECK (file_name <> ''),
  CONSTRAINT deed_supersedes_another CHECK (supersedes <> id)
)
""",
    """
CREATE TABLE deed_intent (
  id uuid NOT NULL,
  sha256 text NOT NULL,
  state text NOT NULL DEFAULT 'open',
  due_at timestamptz NOT NULL,
  CONSTRAINT pk_deed_intent PRIMARY KEY (id),
  CONSTRAINT deed_intent_sha256 CHECK (sha256 ~ '^[0-9a-f]{64}$'),
  CONSTRAINT deed_intent_state CHECK (state IN ('open', 'doomed'))
)
""",
)
_INDEXES = (
    "CREATE INDEX ix_agreement_deed_sha256 ON agreement_deed (sha256)",
    "CREATE INDEX ix_agreement_deed_unlocked ON agreement_deed (id) WHERE locked_until IS NULL",
    "CREATE INDEX ix_deed_intent_due_at ON deed_intent (due_at)",
    "CREATE INDEX ix_deed_intent_sha256 ON deed_intent (sha256)",
)
# A deed is evidence: the application can neither change nor remove one, only write down that its object is locked.
_GRANTS = (
    "GRANT SELECT, INSERT ON agreement_deed TO imprimatur_app",
    "GRANT UPDATE (locked_until) ON agreement_deed TO imprimatur_app",
    "GRANT SELECT, INSERT, DELETE ON deed_intent TO imprimatur_app",
    "GRANT UPDATE (state, due_at) ON deed_intent TO imprimatur_app",
)


def upgrade() -> None:
    for statement in (*_TABLES, *_INDEXES, *_GRANTS):
        op.execute(statement)


def downgrade() -> None:
    raise RuntimeError("deeds are never removed")
