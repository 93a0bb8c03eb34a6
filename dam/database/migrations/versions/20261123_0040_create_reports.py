"""Create reports of use, renewals and reminders."""

from alembic import op

revision = "20261123_0040"
down_revision = "20261123_0030"
branch_labels = None
depends_on = None

_TABLES = (
    """
CREATE TABLE renewal (
  request_id uuid NOT NULL,
  licence_id uuid NOT NULL,
  CONSTRAINT pk_renewal PRIMARY KEY (request_id),
  CONSTRAINT fk_renewal_request_id_permission_request FOREIGN KEY (request_id) REFERENCES permission_request (id),
  CONSTRAINT fk_renewal_licence_id_licence FOREIGN KEY (licence_id) REFERENCES licence (id)
)
""",
    """
CREATE TABLE use_report (
  id uuid NOT NULL,
  licence_id uuid NOT NULL,
  asset_id uuid NOT NULL,
  amends uuid,
  reported_by uuid NOT NULL,
  reported_at timestamptz NOT NULL,
  unused boolean NOT NULL,
  medium text,
  territory text[] NOT NULL,
  title text NOT NULL,
  url text NOT NULL,
  published_on date,
  print_run integer,
  note text NOT NULL,
  flags text[] NOT NULL,
  CONSTRAINT pk_use_report PRIMARY KEY (id),
  CONSTRAINT uq_use_report_amends UNIQUE (amends),
  CONSTRAINT fk_use_report_amends_use_report FOREIGN KEY (amends) REFERENCES use_report (id),
  CONSTRAINT fk_use_report_reported_by_person FOREIGN KEY (reported_by) REFERENCES person (id),
  CONSTRAINT report_of_a_licensed_photograph
    FOREIGN KEY (licence_id, asset_id) REFERENCES licence_item (licence_id, asset_id),
  CONSTRAINT use_report_used_or_not CHECK (unused = (published_on IS NULL) AND unused = (medium IS NULL)),
  CONSTRAINT use_report_print_run CHECK (print_run > 0),
  CONSTRAINT use_report_day CHECK (published_on IS NULL OR isfinite(published_on))
)
""",
    """
CREATE TABLE reminder (
  kind text NOT NULL,
  subject_id uuid NOT NULL,
  due_on date NOT NULL,
  step integer NOT NULL,
  at timestamptz NOT NULL,
  CONSTRAINT pk_reminder PRIMARY KEY (kind, subject_id, due_on, step),
  CONSTRAINT reminder_kind CHECK (kind IN ('licence', 'agreement', 'report')),
  CONSTRAINT reminder_step CHECK (step IN (90, 30, 7, 0))
)
""",
    """
ALTER TABLE licence_item ADD COLUMN report_within_days integer, ADD COLUMN report_by date,
  ADD CONSTRAINT report_condition CHECK
    (coalesce(report_within_days, 1) > 0 AND (report_by IS NULL OR isfinite(report_by)))
""",
)

_INDEXES = (
    "CREATE INDEX ix_renewal_licence_id ON renewal (licence_id)",
    "CREATE INDEX ix_use_report_newest ON use_report (licence_id, reported_at, id)",
    "CREATE INDEX ix_use_report_item ON use_report (licence_id, asset_id)",
    "CREATE INDEX licence_ending ON licence (ends_on, id) WHERE state IN ('active', 'suspended')",
    "CREATE INDEX ix_agreement_ending ON agreement (ends_on, id) WHERE state = 'active'",
    """
CREATE INDEX licence_item_to_report ON licence_item (licence_id)
  WHERE report_within_days IS NOT NULL OR report_by IS NOT NULL
""",
)

_GRANTS = ("GRANT SELECT, INSERT ON renewal, use_report, reminder TO imprimatur_app",)

_KEPT = ("renewal", "use_report", "reminder")


def upgrade() -> None:
    for statement in (*_TABLES, *_INDEXES, *_GRANTS):
        op.execute(statement)
    for table in _KEPT:
        op.execute(
            f"CREATE TRIGGER {table}_kept BEFORE UPDATE OR DELETE OR TRUNCATE ON {table}"
            " FOR EACH STATEMENT EXECUTE FUNCTION licensing_refuse_removal()"
        )


def downgrade() -> None:
    raise RuntimeError("reports are never removed")
