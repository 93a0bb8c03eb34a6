"""Add counter-offers, consents, reservations and second signatures; none of them can be removed."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "20261123_0020"
down_revision = "20261123_0010"
branch_labels = None
depends_on = None

_NEW = ("counter_offer", "consent", "licence_signature")
_FINITE_DAYS = "ends_on >= starts_on AND isfinite(starts_on) AND isfinite(ends_on)"

_RIGHTS = (
    "ALTER TABLE agreement ADD COLUMN consent_required boolean NOT NULL DEFAULT false",
    """
ALTER TABLE grant_line ADD COLUMN reserved_until timestamptz,
  ADD COLUMN consents uuid[] NOT NULL DEFAULT '{}'::uuid[],
  ADD COLUMN consents_withdrawn uuid[] NOT NULL DEFAULT '{}'::uuid[],
  DROP CONSTRAINT grant_line_state,
  ADD CONSTRAINT grant_line_state
    CHECK (state IN ('reserved', 'offered', 'active', 'suspended', 'revoked', 'released', 'ended')),
  ADD CONSTRAINT grant_line_reservation_ends
    CHECK (state <> 'reserved' OR (reserved_until IS NOT NULL AND isfinite(reserved_until)))
""",
    # The exclusion constraint and the indexes over `live` are built anew with it.
    """
ALTER TABLE grant_line ALTER COLUMN live
  SET EXPRESSION AS (state IN ('reserved', 'offered', 'active', 'suspended'))
""",
    "CREATE INDEX ix_grant_line_reserved ON grant_line (reserved_until) WHERE state = 'reserved'",
    "GRANT UPDATE (consents, consents_withdrawn) ON grant_line TO imprimatur_app",
)

_REQUESTS = (
    """
ALTER TABLE permission_request ADD COLUMN exclusive boolean NOT NULL DEFAULT false,
  ADD COLUMN offer_until timestamptz,
  DROP CONSTRAINT state,
  ADD CONSTRAINT state CHECK
    (state IN ('submitted', 'in_review', 'countered', 'pending', 'returned', 'decided', 'withdrawn')),
  ADD CONSTRAINT offer_ends CHECK ((state = 'countered') = (offer_until IS NOT NULL))
""",
    """
ALTER TABLE licence ADD COLUMN exclusive boolean NOT NULL DEFAULT false,
  ADD COLUMN reserved_until timestamptz,
  DROP CONSTRAINT state,
  ADD CONSTRAINT state
    CHECK (state IN ('reserved', 'offered', 'active', 'suspended', 'revoked', 'released')),
  DROP CONSTRAINT says_why,
  ADD CONSTRAINT says_why CHECK (CASE WHEN state IN ('reserved', 'offered', 'active') THEN true
    WHEN state = 'released' THEN state_reason <> '' AND state_changed_at IS NOT NULL
    ELSE state_reason <> '' AND state_changed_at IS NOT NULL AND state_changed_by IS NOT NULL END),
  ADD CONSTRAINT reservation_ends CHECK
    (state NOT IN ('reserved', 'released') OR (reserved_until IS NOT NULL AND isfinite(reserved_until)))
""",
    "CREATE INDEX licence_reserved ON licence (reserved_until) WHERE state = 'reserved'",
    """
ALTER TABLE request_item DROP CONSTRAINT state,
  ADD CONSTRAINT state
    CHECK (state IN ('undecided', 'consent_pending', 'reserved', 'granted', 'refused', 'dropped')),
  DROP CONSTRAINT granted_has_licence,
  ADD CONSTRAINT granted_has_licence
    CHECK ((state IN ('consent_pending', 'reserved', 'granted')) = (licence_id IS NOT NULL)),
  DROP CONSTRAINT decided_by_whom,
  ADD CONSTRAINT decided_by_whom CHECK
    ((state IN ('consent_pending', 'reserved', 'granted', 'refused'))
     = (decided_by IS NOT NULL AND decided_at IS NOT NULL))
""",
    """
ALTER TABLE request_message DROP CONSTRAINT kind,
  ADD CONSTRAINT kind CHECK
    (kind IN ('submitted', 'returned', 'resubmitted', 'decided', 'withdrawn', 'commented', 'countered',
     'offer_accepted', 'offer_declined', 'offer_taken_back', 'completed', 'released',
     'consent_given', 'consent_refused', 'consent_withdrawn'))
""",
    "GRANT UPDATE (exclusive, offer_until) ON permission_request TO imprimatur_app",
)

_GUARD = """
CREATE OR REPLACE FUNCTION licence_guard() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    changing text[] := ARRAY['state', 'state_reason', 'state_changed_at', 'state_changed_by'];
BEGIN
    IF to_jsonb(NEW) - changing IS DISTINCT FROM to_jsonb(OLD) - changing THEN
        RAISE EXCEPTION 'the terms of a licence do not change' USING ERRCODE = 'insufficient_privilege';
    END IF;
    IF OLD.state IN ('revoked', 'released') THEN
        RAISE EXCEPTION 'a % licence stays %', OLD.state, OLD.state USING ERRCODE = 'insufficient_privilege';
    END IF;
    IF (OLD.state = 'reserved') <> (NEW.state IN ('offered', 'released')) THEN
        RAISE EXCEPTION 'a licence is reserved first, then offered or released'
            USING ERRCODE = 'insufficient_privilege';
    END IF;
    IF NEW.state = 'offered' AND EXISTS (
        SELECT FROM consent WHERE licence_id = NEW.id AND state <> 'given') THEN
        RAISE EXCEPTION 'a consent is missing' USING ERRCODE = 'insufficient_privilege';
    END IF;
    IF NEW.state = 'offered' AND NEW.exclusive AND NOT EXISTS (
        SELECT FROM licence_signature WHERE licence_id = NEW.id AND person_id <> NEW.granted_by) THEN
        RAISE EXCEPTION 'a second person has not signed' USING ERRCODE = 'insufficient_privilege';
    END IF;
    IF NEW.state IN ('active', 'suspended')
       AND NOT EXISTS (SELECT FROM licence_acceptance WHERE licence_id = NEW.id) THEN
        RAISE EXCEPTION 'the terms were not accepted' USING ERRCODE = 'insufficient_privilege';
    END IF;
    RETURN NEW;
END $$
"""

# An exclusive licence begins as a reservation, whoever writes it.
_BEGINS = """
CREATE FUNCTION licence_begins() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.state NOT IN ('reserved', 'offered') OR (NEW.exclusive AND NEW.state <> 'reserved') THEN
        RAISE EXCEPTION 'an exclusive licence is reserved first' USING ERRCODE = 'insufficient_privilege';
    END IF;
    RETURN NEW;
END $$
"""

_ANSWERS = """
CREATE FUNCTION consent_guard() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    changing text[] := ARRAY['state', 'answered_by', 'answered_at', 'on_behalf', 'words'];
BEGIN
    IF to_jsonb(NEW) - changing IS DISTINCT FROM to_jsonb(OLD) - changing
       OR (OLD.state, NEW.state) NOT IN
          (('asked', 'given'), ('asked', 'refused'), ('asked', 'not_needed'), ('given', 'withdrawn')) THEN
        RAISE EXCEPTION 'an answer stands' USING ERRCODE = 'insufficient_privilege';
    END IF;
    RETURN NEW;
END $$
"""

_CLOSES = """
CREATE FUNCTION counter_offer_guard() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    changing text[] := ARRAY['state', 'closed_by', 'closed_at'];
BEGIN
    IF to_jsonb(NEW) - changing IS DISTINCT FROM to_jsonb(OLD) - changing OR OLD.state <> 'open' THEN
        RAISE EXCEPTION 'what was offered stands' USING ERRCODE = 'insufficient_privilege';
    END IF;
    RETURN NEW;
END $$
"""


def _use_columns() -> list[sa.Column[object]]:
    return [
        sa.Column("media", sa.ARRAY(sa.Text), nullable=False),
        sa.Column("territory", sa.ARRAY(sa.Text), nullable=False),
        sa.Column("territory_except", sa.ARRAY(sa.Text), nullable=False),
        sa.Column("starts_on", sa.Date, nullable=False),
        sa.Column("ends_on", sa.Date, nullable=False),
        sa.Column("time_zone", sa.Text, nullable=False),
        sa.Column("purpose", sa.Text, nullable=False),
        sa.Column("publication", sa.Text, nullable=False),
        sa.Column("print_run", sa.Integer),
        sa.Column("max_px", sa.Integer),
        sa.Column("exclusive", sa.Boolean, nullable=False, server_default=sa.text("false")),
    ]


def _references(name: str, target: str, *, nullable: bool = False) -> sa.Column[object]:
    return sa.Column(name, sa.Uuid, sa.ForeignKey(f"{target}.id"), nullable=nullable)


def _instant(name: str, *, nullable: bool = False) -> sa.Column[object]:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=nullable)


def upgrade() -> None:
    for statement in (*_RIGHTS, *_REQUESTS):
        op.execute(statement)
    _create_counter_offer()
    _create_consent()
    op.create_table(
        "licence_signature",
        sa.Column("licence_id", sa.Uuid, sa.ForeignKey("licence.id"), primary_key=True),
        _references("person_id", "person"),
        _instant("signed_at"),
    )
    _grant()
    _guard()


def _create_counter_offer() -> None:
    op.create_table(
        "counter_offer",
        sa.Column("id", sa.Uuid, primary_key=True),
        _references("request_id", "permission_request"),
        sa.Column("state", sa.Text, nullable=False),
        *_use_columns(),
        sa.Column("conditions", JSONB, nullable=False),
        sa.Column("message", sa.Text, nullable=False),
        _instant("valid_until"),
        _references("made_by", "person"),
        _instant("made_at"),
        _references("closed_by", "person", nullable=True),
        _instant("closed_at", nullable=True),
        sa.CheckConstraint(
            "state IN ('open', 'accepted', 'declined', 'taken_back', 'replaced', 'withdrawn', 'lapsed')", name="state"
        ),
        sa.CheckConstraint(_FINITE_DAYS, name="days"),
        sa.CheckConstraint("cardinality(media) > 0 AND cardinality(territory) > 0", name="use"),
        sa.CheckConstraint("valid_until > made_at AND isfinite(valid_until)", name="has_an_end"),
        sa.CheckConstraint("(state = 'open') = (closed_at IS NULL)", name="closed_when"),
    )
    op.create_index("counter_offer_of_request", "counter_offer", ["request_id", "made_at", "id"])
    op.create_index(
        "counter_offer_open", "counter_offer", ["request_id"], unique=True, postgresql_where=sa.text("state = 'open'")
    )


def _create_consent() -> None:
    op.create_table(
        "consent",
        sa.Column("id", sa.Uuid, primary_key=True),
        _references("licence_id", "licence"),
        _references("asset_id", "asset"),
        sa.Column("line_id", sa.BigInteger, sa.ForeignKey("grant_line.id"), nullable=False, unique=True),
        _references("agreement_id", "agreement"),
        _references("holder_id", "rights_holder"),
        sa.Column("state", sa.Text, nullable=False),
        _references("asked_by", "person"),
        _instant("asked_at"),
        _references("answered_by", "person", nullable=True),
        _instant("answered_at", nullable=True),
        sa.Column("on_behalf", sa.Boolean, nullable=False, server_default=sa.text("false")),
        sa.Column("words", sa.Text, nullable=False, server_default=""),
        sa.CheckConstraint("state IN ('asked', 'given', 'refused', 'withdrawn', 'not_needed')", name="state"),
        sa.CheckConstraint("state NOT IN ('refused', 'withdrawn') OR words <> ''", name="refused_says_why"),
        sa.CheckConstraint("NOT on_behalf OR words <> ''", name="on_behalf_names_its_document"),
        sa.CheckConstraint("(state IN ('asked', 'not_needed')) = (answered_at IS NULL)", name="answered_when"),
        sa.CheckConstraint("(answered_at IS NULL) = (answered_by IS NULL)", name="answered_by_whom"),
    )
    op.create_index(op.f("ix_consent_licence_id"), "consent", ["licence_id"])
    op.create_index("consent_of_holder", "consent", ["holder_id", "asked_at", "id"])


def _grant() -> None:
    """Let the application add, and change only what has a state."""
    for table in _NEW:
        op.execute(f"GRANT SELECT, INSERT ON {table} TO imprimatur_app")
    op.execute("GRANT UPDATE (state, closed_by, closed_at) ON counter_offer TO imprimatur_app")
    op.execute("GRANT UPDATE (state, answered_by, answered_at, on_behalf, words) ON consent TO imprimatur_app")


def _guard() -> None:
    """Hold the same against the owner of the tables."""
    for function in (_GUARD, _BEGINS, _ANSWERS, _CLOSES):
        op.execute(function)
    for table in _NEW:
        op.execute(
            f"CREATE TRIGGER {table}_kept BEFORE DELETE OR TRUNCATE ON {table}"
            " FOR EACH STATEMENT EXECUTE FUNCTION licensing_refuse_removal()"
        )
    op.execute(
        "CREATE TRIGGER licence_signature_written_once BEFORE UPDATE ON licence_signature"
        " FOR EACH STATEMENT EXECUTE FUNCTION licensing_refuse_removal()"
    )
    op.execute("CREATE TRIGGER licence_begins BEFORE INSERT ON licence FOR EACH ROW EXECUTE FUNCTION licence_begins()")
    op.execute("CREATE TRIGGER consent_stands BEFORE UPDATE ON consent FOR EACH ROW EXECUTE FUNCTION consent_guard()")
    op.execute(
        "CREATE TRIGGER counter_offer_stands BEFORE UPDATE ON counter_offer"
        " FOR EACH ROW EXECUTE FUNCTION counter_offer_guard()"
    )


def downgrade() -> None:
    raise RuntimeError("what was agreed is never removed")
