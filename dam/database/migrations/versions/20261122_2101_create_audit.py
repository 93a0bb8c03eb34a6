"""Create the log: events in monthly partitions, the pending list, and the guards that let nobody change either."""

from alembic import op

revision = "20261122_2101"
down_revision = "20261122_2100"
branch_labels = None
depends_on = None

_READING = """
CREATE SCHEMA au;

CREATE FUNCTION au.j(entry bytea) RETURNS jsonb LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
  RETURN convert_from(entry, 'UTF8')::jsonb;

CREATE FUNCTION au.first_id(at timestamptz) RETURNS uuid LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
  RETURN (lpad(to_hex((extract(epoch FROM at) * 1000)::bigint), 12, '0') || '00000000000000000000')::uuid;
"""

_TABLES = """
CREATE TABLE au.event (
  event_id uuid NOT NULL,
  entry bytea NOT NULL,
  type text NOT NULL,
  at timestamptz NOT NULL,
  decision text,
  actor uuid,
  organisation uuid,
  asset uuid,
  licence uuid,
  delivery uuid,
  rendition text,
  size_bytes bigint,
  CONSTRAINT pk_event PRIMARY KEY (event_id),
  CONSTRAINT event_entry_size CHECK (octet_length(entry) BETWEEN 2 AND 65535)
) PARTITION BY RANGE (event_id);

CREATE INDEX ix_event_type ON au.event (type, event_id DESC);
CREATE INDEX ix_event_organisation ON au.event (organisation, event_id DESC);
CREATE INDEX ix_event_asset ON au.event (asset, event_id DESC);
CREATE INDEX ix_event_licence ON au.event (licence, event_id DESC);

CREATE TABLE au.pending (event_id uuid NOT NULL, CONSTRAINT pk_pending PRIMARY KEY (event_id));
"""

# Only `entry` is evidence. A trigger reads the other columns out of it and heeds nothing said beside it; generated
# columns would parse the entry a dozen times, which costs three times as much.
_COLUMNS = """
CREATE FUNCTION au.read_entry() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog AS $$
DECLARE
  said jsonb := convert_from(NEW.entry, 'UTF8')::jsonb;
BEGIN
  IF (said ->> 'id') IS DISTINCT FROM NEW.event_id::text THEN
    RAISE EXCEPTION 'the entry says it is event %', said ->> 'id'
      USING ERRCODE = 'check_violation', CONSTRAINT = 'event_entry_id';
  END IF;
  NEW.type := said ->> 'type';
  NEW.at := said ->> 'at';
  NEW.decision := said ->> 'dec';
  NEW.actor := said ->> 'actor';
  NEW.organisation := said ->> 'org';
  NEW.asset := said ->> 'asset';
  NEW.licence := said ->> 'lic';
  NEW.delivery := said ->> 'dlv';
  NEW.rendition := said ->> 'rend';
  NEW.size_bytes := said ->> 'bytes';
  RETURN NEW;
END $$;

CREATE TRIGGER read_entry BEFORE INSERT ON au.event FOR EACH ROW EXECUTE FUNCTION au.read_entry();
ALTER TABLE au.event ENABLE ALWAYS TRIGGER read_entry;
"""

# Guards are per statement and ENABLE ALWAYS: they speak up for the owner, for no rows, and under replication settings.
_GUARDS = """
CREATE FUNCTION au.refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'the log is never changed: % on %.%', TG_OP, TG_TABLE_SCHEMA, TG_TABLE_NAME
    USING ERRCODE = 'insufficient_privilege';
END $$;

CREATE FUNCTION au.guard(guarded regclass) RETURNS void LANGUAGE plpgsql SET search_path = pg_catalog AS $$
BEGIN
  EXECUTE format('CREATE TRIGGER refuse_change BEFORE UPDATE OR DELETE OR TRUNCATE ON %s '
                 'FOR EACH STATEMENT EXECUTE FUNCTION au.refuse()', guarded);
  EXECUTE format('ALTER TABLE %s ENABLE ALWAYS TRIGGER refuse_change', guarded);
END $$;

CREATE FUNCTION au.note_pending() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog AS $$
BEGIN
  INSERT INTO au.pending (event_id) VALUES (NEW.event_id);
  RETURN NULL;
END $$;

CREATE TRIGGER note_pending AFTER INSERT ON au.event FOR EACH ROW EXECUTE FUNCTION au.note_pending();
ALTER TABLE au.event ENABLE ALWAYS TRIGGER note_pending;
SELECT au.guard('au.event');
"""

_PARTITIONS = """
CREATE TABLE au.event_default PARTITION OF au.event DEFAULT;
SELECT au.guard('au.event_default');

-- The service may call this, and so make partitions without owning anything. A month whose events already lie in the
-- default partition stays there: they may not be moved.
CREATE FUNCTION au.extend(months int) RETURNS int LANGUAGE plpgsql SECURITY DEFINER
  SET search_path = pg_catalog SET timezone = 'UTC' SET lock_timeout = '2s' AS $$
DECLARE
  made int := 0;
  first timestamptz;
  name text;
BEGIN
  FOR step IN 0..least(months, 24) LOOP
    first := date_trunc('month', now()) + make_interval(months => step);
    name := 'event_' || to_char(first, 'YYYYMM');
    CONTINUE WHEN to_regclass('au.' || name) IS NOT NULL;
    BEGIN
      EXECUTE format('CREATE TABLE au.%I PARTITION OF au.event FOR VALUES FROM (%L) TO (%L)',
                     name, au.first_id(first), au.first_id(first + interval '1 month'));
      PERFORM au.guard(('au.' || name)::regclass);
      made := made + 1;
    EXCEPTION WHEN check_violation THEN
      RAISE WARNING 'the events of % stay in the default partition', name;
    END;
  END LOOP;
  RETURN made;
END $$;

SELECT au.extend(3);
"""

_PRIVILEGES = """
REVOKE ALL ON FUNCTION au.extend(int), au.guard(regclass), au.note_pending(), au.read_entry(), au.refuse() FROM PUBLIC;
GRANT USAGE ON SCHEMA au TO imprimatur_app;
GRANT SELECT, INSERT (event_id, entry) ON au.event TO imprimatur_app;
GRANT EXECUTE ON FUNCTION au.extend(int) TO imprimatur_app;
"""


def upgrade() -> None:
    for part in (_READING, _TABLES, _COLUMNS, _GUARDS, _PARTITIONS, _PRIVILEGES):
        op.execute(part)


def downgrade() -> None:
    raise RuntimeError("the log is never removed")
