"""Create the proposals: what photographs' own texts claim about their rights, until an archivist rules."""

from alembic import op

revision = "20261122_2200"
down_revision = "20261122_2106"
branch_labels = None
depends_on = None

_TABLE = """
CREATE TABLE rights_proposal (
  id uuid NOT NULL,
  asset_id uuid NOT NULL,
  source text NOT NULL,
  excerpt text NOT NULL,
  excerpt_start integer NOT NULL,
  words jsonb NOT NULL,
  confidence text NOT NULL,
  provider text,
  grantee text,
  exclusive boolean NOT NULL,
  needs_permission boolean NOT NULL,
  bar text,
  media_codes text[] NOT NULL,
  territory_codes text[] NOT NULL,
  free_from date,
  meaning text NOT NULL,
  state text NOT NULL,
  proposed_at timestamptz NOT NULL,
  ruled_by uuid,
  ruled_at timestamptz,
  reason text NOT NULL DEFAULT '',
  agreement_id uuid,
  restriction_id uuid,
  CONSTRAINT pk_rights_proposal PRIMARY KEY (id),
  CONSTRAINT fk_rights_proposal_asset_id_asset FOREIGN KEY (asset_id) REFERENCES asset (id),
  CONSTRAINT fk_rights_proposal_ruled_by_person FOREIGN KEY (ruled_by) REFERENCES person (id),
  CONSTRAINT fk_rights_proposal_agreement_id_agreement FOREIGN KEY (agreement_id) REFERENCES agreement (id),
  CONSTRAINT fk_rights_proposal_restriction_id_restriction FOREIGN KEY (restriction_id) REFERENCES restriction (id),
  CONSTRAINT rights_proposal_confidence CHECK (confidence IN ('certain', 'likely')),
  CONSTRAINT rights_proposal_state CHECK (state IN ('proposed', 'confirmed', 'dismissed')),
  CONSTRAINT rights_proposal_ruled
    CHECK (num_nulls(ruled_by, ruled_at) = CASE state WHEN 'proposed' THEN 2 ELSE 0 END),
  CONSTRAINT rights_proposal_dismissal_says_why CHECK ((state = 'dismissed') = (reason <> '')),
  CONSTRAINT rights_proposal_confirmed_by_something
    CHECK ((state = 'confirmed') = (num_nonnulls(agreement_id, restriction_id) > 0))
)
"""

_INDEXES = (
    "CREATE UNIQUE INDEX ix_rights_proposal_meaning ON rights_proposal (asset_id, meaning)",
    "CREATE INDEX ix_rights_proposal_open ON rights_proposal (asset_id) WHERE state = 'proposed'",
)

# What was claimed stays as it was read: the application adds the ruling, and deletes nothing.
_GRANTS = (
    "GRANT SELECT, INSERT ON rights_proposal TO imprimatur_app",
    """
GRANT UPDATE (state, ruled_by, ruled_at, reason, agreement_id, restriction_id) ON rights_proposal TO imprimatur_app
""",
)


def upgrade() -> None:
    for statement in (_TABLE, *_INDEXES, *_GRANTS):
        op.execute(statement)


def downgrade() -> None:
    op.drop_table("rights_proposal")
