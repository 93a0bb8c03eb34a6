"""Create the transparency log: leaves, head, checkpoints."""

from alembic import op

revision = "20261123_0080"
down_revision = "20261123_0070"
branch_labels = None
depends_on = None

_TABLES = """
CREATE TABLE au.leaf (
  leaf_index bigint NOT NULL,
  event_id uuid NOT NULL,
  leaf_hash bytea NOT NULL,
  CONSTRAINT pk_leaf PRIMARY KEY (leaf_index),
  CONSTRAINT uq_leaf_event UNIQUE (event_id),
  CONSTRAINT leaf_index_counts CHECK (leaf_index >= 0),
  CONSTRAINT leaf_hash_size CHECK (octet_length(leaf_hash) = 32)
);

CREATE TABLE au.node (
  level smallint NOT NULL,
  number bigint NOT NULL,
  hash bytea NOT NULL,
  CONSTRAINT pk_node PRIMARY KEY (level, number),
  CONSTRAINT node_above_leaves CHECK (level BETWEEN 1 AND 7 AND number >= 0),
  CONSTRAINT node_hash_size CHECK (octet_length(hash) = 32)
);

CREATE TABLE au.head (
  one boolean NOT NULL DEFAULT true,
  size bigint NOT NULL,
  root bytea NOT NULL,
  frontier bytea NOT NULL,
  CONSTRAINT pk_head PRIMARY KEY (one),
  CONSTRAINT head_is_one CHECK (one),
  CONSTRAINT head_sizes CHECK (size >= 0 AND octet_length(root) = 32 AND octet_length(frontier) % 32 = 0)
);
INSERT INTO au.head (size, root, frontier) VALUES (0, sha256(''), '');

CREATE TABLE au.checkpoint (
  size bigint NOT NULL,
  note text NOT NULL,
  signed_at timestamptz NOT NULL,
  CONSTRAINT pk_checkpoint PRIMARY KEY (size),
  CONSTRAINT checkpoint_counts CHECK (size > 0)
);

CREATE TABLE au.publication (
  size bigint NOT NULL,
  published_at timestamptz NOT NULL,
  CONSTRAINT pk_publication PRIMARY KEY (size)
);

CREATE TABLE au.sequencer (
  one boolean NOT NULL DEFAULT true,
  state text NOT NULL,
  fault text,
  size bigint NOT NULL,
  published bigint NOT NULL,
  waiting bigint NOT NULL,
  waiting_since timestamptz,
  seen_at timestamptz,
  CONSTRAINT pk_sequencer PRIMARY KEY (one),
  CONSTRAINT sequencer_is_one CHECK (one),
  CONSTRAINT sequencer_state CHECK (state IN ('never', 'working', 'refused'))
);
INSERT INTO au.sequencer (state, size, published, waiting) VALUES ('never', 0, 0, 0);
"""

# Leaves, nodes and checkpoints are as unchangeable as the events; the head only ever grows.
_GUARDS = """
SELECT au.guard('au.leaf'), au.guard('au.node'), au.guard('au.checkpoint'), au.guard('au.publication');

CREATE FUNCTION au.grow_only() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog AS $$
BEGIN
  IF NEW.size <= OLD.size THEN
    RAISE EXCEPTION 'the log only grows: % after %', NEW.size, OLD.size USING ERRCODE = 'insufficient_privilege';
  END IF;
  RETURN NEW;
END $$;

CREATE TRIGGER grow_only BEFORE UPDATE ON au.head FOR EACH ROW EXECUTE FUNCTION au.grow_only();
ALTER TABLE au.head ENABLE ALWAYS TRIGGER grow_only;
CREATE TRIGGER refuse_removal BEFORE DELETE OR TRUNCATE ON au.head FOR EACH STATEMENT EXECUTE FUNCTION au.refuse();
ALTER TABLE au.head ENABLE ALWAYS TRIGGER refuse_removal;
"""

# The service reads what proofs are made of. The sequencer alone gives places; what it may do beside that is to
# announce its keys as events, like anybody.
_PRIVILEGES = """
REVOKE ALL ON FUNCTION au.grow_only() FROM PUBLIC;
GRANT SELECT ON au.leaf, au.node, au.checkpoint, au.publication, au.sequencer TO imprimatur_app;
GRANT USAGE ON SCHEMA au TO imprimatur_log;
GRANT SELECT, INSERT (event_id, entry) ON au.event TO imprimatur_log;
GRANT SELECT, DELETE ON au.pending TO imprimatur_log;
GRANT SELECT, INSERT ON au.leaf, au.node, au.checkpoint, au.publication TO imprimatur_log;
GRANT SELECT, UPDATE ON au.head, au.sequencer TO imprimatur_log;
"""


def upgrade() -> None:
    for part in (_TABLES, _GUARDS, _PRIVILEGES):
        op.execute(part)


def downgrade() -> None:
    raise RuntimeError("the log is never removed")
