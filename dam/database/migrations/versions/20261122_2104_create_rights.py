"""Create rights: holders, agreements, restrictions, and the grant lines with their exclusion constraint.

The constraint is made with the table: on millions of lines it would take minutes under an exclusive lock.
"""

from alembic import op

revision = "20261122_2104"
down_revision = "20261122_2103"
branch_labels = None
depends_on = None

_SETS = """NOT isempty(media) AND NOT lower_inf(media) AND NOT upper_inf(media)
    AND NOT isempty(territory) AND NOT lower_inf(territory) AND NOT upper_inf(territory)"""
_SCOPE = "NOT isempty(scope) AND lower(scope) >= 0 AND NOT upper_inf(scope)"
_BEGINS = "NOT isempty(term) AND NOT lower_inf(term) AND isfinite(lower(term))"
_ENDS = f"{_BEGINS} AND NOT upper_inf(term) AND isfinite(upper(term))"


def _scope_table(owner: str) -> tuple[str, ...]:
    """Return the statements that make a table of scopes of one owner."""
    table = f"{owner}_line"
    return (
        f"""
CREATE TABLE {table} (
  id bigint GENERATED ALWAYS AS IDENTITY,
  {owner}_id uuid NOT NULL,
  asset_id uuid,
  collection_id uuid,
  scope int8range NOT NULL,
  CONSTRAINT pk_{table} PRIMARY KEY (id),
  CONSTRAINT fk_{table}_{owner}_id_{owner} FOREIGN KEY ({owner}_id) REFERENCES {owner} (id),
  CONSTRAINT fk_{table}_asset_id_asset FOREIGN KEY (asset_id) REFERENCES asset (id),
  CONSTRAINT fk_{table}_collection_id_collection FOREIGN KEY (collection_id) REFERENCES collection (id),
  CONSTRAINT {table}_scope CHECK ({_SCOPE}),
  CONSTRAINT {table}_one_scope CHECK (num_nonnulls(asset_id, collection_id) = 1)
)
""",
        f"CREATE INDEX ix_{table}_{owner}_id ON {table} ({owner}_id)",
        f"CREATE INDEX ix_{table}_asset_id ON {table} (asset_id)",
        f"CREATE INDEX ix_{table}_scope ON {table} USING gist (scope)",
    )


_TABLES = (
    "CREATE EXTENSION IF NOT EXISTS btree_gist",
    "CREATE SEQUENCE holder_number MAXVALUE 4095",
    "CREATE SEQUENCE agreement_number",
    """
CREATE TABLE rights_holder (
  id uuid NOT NULL,
  number integer NOT NULL,
  name_en text NOT NULL,
  name_zh text NOT NULL DEFAULT '',
  organisation_id uuid,
  statement text NOT NULL DEFAULT '',
  contact text NOT NULL DEFAULT '',
  recorded_by uuid NOT NULL,
  recorded_at timestamptz NOT NULL,
  CONSTRAINT pk_rights_holder PRIMARY KEY (id),
  CONSTRAINT uq_rights_holder_number UNIQUE (number),
  CONSTRAINT fk_rights_holder_organisation_id_organisation FOREIGN KEY (organisation_id) REFERENCES organisation (id),
  CONSTRAINT fk_rights_holder_recorded_by_person FOREIGN KEY (recorded_by) REFERENCES person (id),
  CONSTRAINT holder_number_fits CHECK (number BETWEEN 1 AND 4095),
  CONSTRAINT holder_has_a_name CHECK (name_en <> '')
)
""",
    """
ALTER TABLE asset ADD CONSTRAINT fk_asset_holder_id_rights_holder FOREIGN KEY (holder_id) REFERENCES rights_holder (id)
""",
    """
ALTER TABLE collection ADD CONSTRAINT fk_collection_holder_id_rights_holder
  FOREIGN KEY (holder_id) REFERENCES rights_holder (id)
""",
    f"""
CREATE TABLE agreement (
  id uuid NOT NULL,
  number text NOT NULL,
  holder_id uuid NOT NULL,
  grantee_id uuid,
  media int4multirange NOT NULL,
  territory int4multirange NOT NULL,
  term tstzrange NOT NULL,
  media_codes text[] NOT NULL,
  territory_codes text[] NOT NULL,
  territory_except text[] NOT NULL,
  vocabulary text NOT NULL,
  starts_on date NOT NULL,
  ends_on date NOT NULL,
  tz text NOT NULL,
  exclusive boolean NOT NULL,
  sublicensable boolean NOT NULL,
  credit_line text,
  conditions jsonb NOT NULL,
  state text NOT NULL,
  recorded_by uuid NOT NULL,
  recorded_at timestamptz NOT NULL,
  ended_at timestamptz,
  ended_by uuid,
  end_reason text NOT NULL DEFAULT '',
  CONSTRAINT pk_agreement PRIMARY KEY (id),
  CONSTRAINT uq_agreement_number UNIQUE (number),
  CONSTRAINT fk_agreement_holder_id_rights_holder FOREIGN KEY (holder_id) REFERENCES rights_holder (id),
  CONSTRAINT fk_agreement_grantee_id_organisation FOREIGN KEY (grantee_id) REFERENCES organisation (id),
  CONSTRAINT fk_agreement_recorded_by_person FOREIGN KEY (recorded_by) REFERENCES person (id),
  CONSTRAINT fk_agreement_ended_by_person FOREIGN KEY (ended_by) REFERENCES person (id),
  CONSTRAINT agreement_sets CHECK ({_SETS}),
  CONSTRAINT agreement_has_an_end CHECK ({_ENDS}),
  CONSTRAINT agreement_state CHECK (state IN ('active', 'ended')),
  CONSTRAINT agreement_end_says_why
    CHECK (state = 'active' OR (num_nulls(ended_at, ended_by) = 0 AND end_reason <> '')),
  CONSTRAINT agreement_credit_line CHECK (credit_line <> '')
)
""",
    "CREATE INDEX ix_agreement_holder_id ON agreement (holder_id)",
    "CREATE INDEX ix_agreement_recorded ON agreement (recorded_at, id)",
    *_scope_table("agreement"),
    f"""
CREATE TABLE restriction (
  id uuid NOT NULL,
  kind text NOT NULL,
  media int4multirange NOT NULL,
  territory int4multirange NOT NULL,
  term tstzrange NOT NULL,
  media_codes text[] NOT NULL,
  territory_codes text[] NOT NULL,
  vocabulary text NOT NULL,
  tz text NOT NULL,
  reason text NOT NULL,
  placed_by uuid NOT NULL,
  placed_at timestamptz NOT NULL,
  lifted_at timestamptz,
  lifted_by uuid,
  lift_reason text NOT NULL DEFAULT '',
  CONSTRAINT pk_restriction PRIMARY KEY (id),
  CONSTRAINT fk_restriction_placed_by_person FOREIGN KEY (placed_by) REFERENCES person (id),
  CONSTRAINT fk_restriction_lifted_by_person FOREIGN KEY (lifted_by) REFERENCES person (id),
  CONSTRAINT restriction_kind CHECK
    (kind IN ('embargo', 'takedown', 'sensitivity', 'cultural', 'legal', 'privacy', 'territory_bar')),
  CONSTRAINT restriction_sets CHECK ({_SETS}),
  CONSTRAINT restriction_begins CHECK ({_BEGINS}),
  CONSTRAINT restriction_says_why CHECK (reason <> ''),
  CONSTRAINT restriction_lift_says_why CHECK
    ((lifted_at IS NULL AND lifted_by IS NULL) OR (num_nulls(lifted_at, lifted_by) = 0 AND lift_reason <> ''))
)
""",
    *_scope_table("restriction"),
    f"""
CREATE TABLE grant_line (
  id bigint GENERATED ALWAYS AS IDENTITY,
  space text NOT NULL,
  agreement_id uuid,
  licence_id uuid,
  number text NOT NULL,
  asset_id uuid,
  licensee_id uuid,
  slot_owner uuid NOT NULL,
  scope int8range NOT NULL,
  media int4multirange NOT NULL,
  territory int4multirange NOT NULL,
  term tstzrange NOT NULL,
  tz text NOT NULL,
  exclusive boolean NOT NULL,
  state text NOT NULL,
  accepted boolean NOT NULL DEFAULT false,
  live boolean GENERATED ALWAYS AS (state IN ('offered', 'active', 'suspended')) STORED,
  xr int8range GENERATED ALWAYS AS
    (CASE WHEN exclusive THEN int8range(0, NULL) ELSE int8range(id, id + 1) END) STORED,
  cap integer,
  used integer NOT NULL DEFAULT 0,
  max_px integer,
  conditions jsonb NOT NULL DEFAULT '{{}}'::jsonb,
  created_at timestamptz NOT NULL,
  CONSTRAINT pk_grant_line PRIMARY KEY (id),
  CONSTRAINT fk_grant_line_agreement_id_agreement FOREIGN KEY (agreement_id) REFERENCES agreement (id),
  CONSTRAINT fk_grant_line_asset_id_asset FOREIGN KEY (asset_id) REFERENCES asset (id),
  CONSTRAINT fk_grant_line_licensee_id_organisation FOREIGN KEY (licensee_id) REFERENCES organisation (id),
  CONSTRAINT grant_line_space CHECK (space IN ('out', 'in')),
  CONSTRAINT grant_line_one_source CHECK (num_nonnulls(agreement_id, licence_id) = 1),
  CONSTRAINT grant_line_licensee CHECK (space = 'in' OR licensee_id IS NOT NULL),
  CONSTRAINT grant_line_scope CHECK ({_SCOPE}),
  CONSTRAINT grant_line_sets CHECK ({_SETS}),
  CONSTRAINT grant_line_has_an_end CHECK ({_ENDS}),
  CONSTRAINT grant_line_state CHECK (state IN ('offered', 'active', 'suspended', 'revoked', 'ended')),
  CONSTRAINT grant_line_state_of_source
    CHECK (CASE WHEN licence_id IS NULL THEN state IN ('active', 'ended') ELSE state <> 'ended' END),
  CONSTRAINT grant_line_quota CHECK (used >= 0 AND (cap IS NULL OR used <= cap)),
  CONSTRAINT grant_line_limits CHECK (cap > 0 AND max_px > 0),
  CONSTRAINT no_double_grant EXCLUDE USING gist (
    space WITH =, scope WITH &&, term WITH &&, xr WITH &&, media WITH &&, territory WITH &&, slot_owner WITH <>
  ) WHERE (live)
)
""",
    "CREATE INDEX ix_grant_line_agreement_id ON grant_line (agreement_id)",
    "CREATE INDEX ix_grant_line_licence_id ON grant_line (licence_id)",
    "CREATE INDEX ix_grant_line_asset_id ON grant_line (asset_id)",
    """
CREATE INDEX ix_grant_line_licensed ON grant_line USING gist (scope, licensee_id) WHERE licence_id IS NOT NULL
""",
    """
CREATE INDEX ix_grant_line_exclusive ON grant_line USING gist (scope)
  WHERE live AND exclusive AND space = 'out'
""",
)

# A photograph that moves takes its own lines along; the exclusion constraint then judges them in their new place, so
# joining a collection that is exclusively claimed is refused while another holds a line on the photograph.
REKEY = (
    """
CREATE FUNCTION rekey_asset_lines() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
  SET search_path = pg_catalog, public AS $$
BEGIN
  UPDATE public.agreement_line SET scope = int8range(NEW.scope_key, NEW.scope_key + 1) WHERE asset_id = NEW.id;
  UPDATE public.restriction_line SET scope = int8range(NEW.scope_key, NEW.scope_key + 1) WHERE asset_id = NEW.id;
  UPDATE public.grant_line SET scope = int8range(NEW.scope_key, NEW.scope_key + 1) WHERE asset_id = NEW.id;
  RETURN NULL;
END $$
""",
    "REVOKE ALL ON FUNCTION rekey_asset_lines() FROM PUBLIC",
    """
CREATE TRIGGER asset_rekeys_its_lines AFTER UPDATE OF scope_key ON asset
  FOR EACH ROW WHEN (OLD.scope_key IS DISTINCT FROM NEW.scope_key) EXECUTE FUNCTION rekey_asset_lines()
""",
)

# What was agreed stays as it was written: the application changes states and counters, and deletes nothing.
_GRANTS = (
    "GRANT USAGE ON SEQUENCE holder_number, agreement_number TO imprimatur_app",
    """
GRANT SELECT, INSERT ON rights_holder, agreement, agreement_line, restriction, restriction_line, grant_line
  TO imprimatur_app
""",
    "GRANT UPDATE (name_en, name_zh, organisation_id, statement, contact) ON rights_holder TO imprimatur_app",
    "GRANT UPDATE (state, ended_at, ended_by, end_reason) ON agreement TO imprimatur_app",
    "GRANT UPDATE (lifted_at, lifted_by, lift_reason) ON restriction TO imprimatur_app",
    "GRANT UPDATE (state, accepted, used) ON grant_line TO imprimatur_app",
)


def upgrade() -> None:
    for statement in _TABLES + REKEY + _GRANTS:
        op.execute(statement)


def downgrade() -> None:
    op.execute("DROP TRIGGER asset_rekeys_its_lines ON asset")
    op.execute("DROP FUNCTION rekey_asset_lines()")
    for table in ("grant_line", "restriction_line", "restriction", "agreement_line", "agreement"):
        op.drop_table(table)
    op.execute("ALTER TABLE collection DROP CONSTRAINT fk_collection_holder_id_rights_holder")
    op.execute("ALTER TABLE asset DROP CONSTRAINT fk_asset_holder_id_rights_holder")
    op.drop_table("rights_holder")
    op.execute("DROP SEQUENCE agreement_number")
    op.execute("DROP SEQUENCE holder_number")
