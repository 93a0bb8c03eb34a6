"""Create the receipts of decisions, and the facts they were made from; neither is ever changed."""

from alembic import op

revision = "20261122_2230"
down_revision = "20261122_2200"
branch_labels = None
depends_on = None

# The name of the facts is the hash of their bytes, and the database holds whoever inserts them to it.
_TABLES = """
CREATE TABLE decision_facts (
  digest text NOT NULL,
  facts bytea NOT NULL,
  CONSTRAINT pk_decision_facts PRIMARY KEY (digest),
  CONSTRAINT decision_facts_digest CHECK (digest = encode(sha256(facts), 'hex'))
);

CREATE TABLE decision_receipt (
  event_id uuid NOT NULL,
  at timestamptz NOT NULL,
  use jsonb NOT NULL,
  facts_digest text NOT NULL,
  verdict jsonb NOT NULL,
  reasons text[] NOT NULL,
  rule text NOT NULL,
  rule_version text NOT NULL,
  CONSTRAINT pk_decision_receipt PRIMARY KEY (event_id),
  CONSTRAINT decision_receipt_verdict CHECK (verdict ->> 'verdict' IN ('permit', 'refusal'))
);

SELECT au.guard('decision_facts'), au.guard('decision_receipt');
"""

# The facts come first and the receipt in the same statement, so no receipt is without its facts. There is no foreign
# key: checking one costs a lock on the shared row for every view.
_PRIVILEGES = """
GRANT SELECT, INSERT ON decision_facts, decision_receipt TO imprimatur_app;
"""


def upgrade() -> None:
    for part in (_TABLES, _PRIVILEGES):
        op.execute(part)


def downgrade() -> None:
    raise RuntimeError("receipts are never removed")
