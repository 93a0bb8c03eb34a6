"""Create the outbox and the notices."""

from alembic import op

revision = "20261123_0030"
down_revision = "20261123_0020"
branch_labels = None
depends_on = None

_TABLES = (
    """
CREATE TABLE letter (
  id uuid NOT NULL,
  letter_key text NOT NULL,
  person_id uuid,
  address text,
  language text,
  subject_en text NOT NULL,
  subject_zh text NOT NULL,
  paragraphs jsonb NOT NULL,
  path text NOT NULL,
  state text NOT NULL,
  tries integer NOT NULL DEFAULT 0,
  reason text NOT NULL DEFAULT '',
  posted_at timestamptz NOT NULL,
  reopened_at timestamptz,
  settled_at timestamptz,
  CONSTRAINT pk_letter PRIMARY KEY (id),
  CONSTRAINT uq_letter_letter_key UNIQUE (letter_key),
  CONSTRAINT fk_letter_person_id_person FOREIGN KEY (person_id) REFERENCES person (id),
  CONSTRAINT letter_to_somebody CHECK (num_nonnulls(person_id, address) = 1),
  CONSTRAINT letter_language CHECK (language IN ('en', 'zh-Hans')),
  CONSTRAINT letter_state CHECK (state IN ('waiting', 'sent', 'failed', 'withheld')),
  CONSTRAINT letter_settled CHECK ((state = 'waiting') = (settled_at IS NULL)),
  CONSTRAINT letter_says_why CHECK (state IN ('waiting', 'sent') OR reason <> '')
)
""",
    """
CREATE TABLE notice (
  id uuid NOT NULL,
  event_id uuid NOT NULL,
  person_id uuid NOT NULL,
  kind text NOT NULL,
  place text NOT NULL,
  facts jsonb NOT NULL,
  at timestamptz NOT NULL,
  read_at timestamptz,
  CONSTRAINT pk_notice PRIMARY KEY (id),
  CONSTRAINT fk_notice_person_id_person FOREIGN KEY (person_id) REFERENCES person (id)
)
""",
    """
CREATE TABLE letter_preference (
  person_id uuid NOT NULL,
  switched_off_at timestamptz NOT NULL,
  CONSTRAINT pk_letter_preference PRIMARY KEY (person_id),
  CONSTRAINT fk_letter_preference_person_id_person FOREIGN KEY (person_id) REFERENCES person (id)
)
""",
)

_INDEXES = (
    "CREATE INDEX ix_letter_newest ON letter (posted_at, id)",
    "CREATE INDEX ix_letter_failed ON letter (posted_at, id) WHERE state = 'failed'",
    "CREATE UNIQUE INDEX ix_notice_once ON notice (event_id, person_id)",
    "CREATE INDEX ix_notice_own ON notice (person_id, at, id)",
    "CREATE INDEX ix_notice_unread ON notice (person_id) WHERE read_at IS NULL",
)

# What was written stays as it was written: the application adds what became of it.
_GRANTS = (
    "GRANT SELECT, INSERT ON letter, notice, letter_preference TO imprimatur_app",
    "GRANT UPDATE (state, tries, reason, reopened_at, settled_at) ON letter TO imprimatur_app",
    "GRANT UPDATE (read_at) ON notice TO imprimatur_app",
    "GRANT DELETE ON letter_preference TO imprimatur_app",
)


def upgrade() -> None:
    for statement in (*_TABLES, *_INDEXES, *_GRANTS):
        op.execute(statement)


def downgrade() -> None:
    raise RuntimeError("letters are never removed")
