"""Create requests, licences and lightboxes; what was asked, granted and accepted can be added to but not undone."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "20261122_2105"
down_revision = "20261122_2104"
branch_labels = None
depends_on = None

_KEPT = ("permission_request", "request_item", "request_message", "licence", "licence_item", "licence_acceptance")
_WRITTEN_ONCE = ("request_message", "licence_item", "licence_acceptance")
_FINITE_DAYS = "ends_on >= starts_on AND isfinite(starts_on) AND isfinite(ends_on)"

_REFUSE = """
CREATE FUNCTION licensing_refuse_removal() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% is kept: rows are not removed or replaced', TG_TABLE_NAME
        USING ERRCODE = 'insufficient_privilege';
END $$
"""

_GUARD = """
CREATE FUNCTION licence_guard() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    changing text[] := ARRAY['state', 'state_reason', 'state_changed_at', 'state_changed_by'];
BEGIN
    IF to_jsonb(NEW) - changing IS DISTINCT FROM to_jsonb(OLD) - changing THEN
        RAISE EXCEPTION 'the terms of a licence do not change' USING ERRCODE = 'insufficient_privilege';
    END IF;
    IF OLD.state = 'revoked' THEN
        RAISE EXCEPTION 'a revoked licence stays revoked' USING ERRCODE = 'insufficient_privilege';
    END IF;
    IF NEW.state IN ('active', 'suspended')
       AND NOT EXISTS (SELECT FROM licence_acceptance WHERE licence_id = NEW.id) THEN
        RAISE EXCEPTION 'the terms were not accepted' USING ERRCODE = 'insufficient_privilege';
    END IF;
    RETURN NEW;
END $$
"""

_DECIDED = """
CREATE FUNCTION request_item_guard() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.state IN ('granted', 'refused') THEN
        RAISE EXCEPTION 'a decision stands' USING ERRCODE = 'insufficient_privilege';
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
    ]


def _references(name: str, target: str, *, nullable: bool = False) -> sa.Column[object]:
    return sa.Column(name, sa.Uuid, sa.ForeignKey(f"{target}.id"), nullable=nullable)


def _instant(name: str, *, nullable: bool = False) -> sa.Column[object]:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=nullable)


def upgrade() -> None:
    op.execute("CREATE SEQUENCE request_number")
    op.execute("CREATE SEQUENCE licence_number")
    _create_request()
    _create_licence()
    _create_licence_parts()
    _create_request_parts()
    _create_lightbox()
    op.create_foreign_key(op.f("fk_grant_line_licence_id_licence"), "grant_line", "licence", ["licence_id"], ["id"])
    _grant()
    _guard()


def _create_request() -> None:
    op.create_table(
        "permission_request",
        sa.Column("id", sa.Uuid, primary_key=True),
        sa.Column("number", sa.Text, nullable=False, unique=True),
        _references("organisation_id", "organisation"),
        _references("requested_by", "person"),
        sa.Column("state", sa.Text, nullable=False),
        *_use_columns(),
        _instant("created_at"),
        _instant("updated_at"),
        sa.CheckConstraint("state IN ('submitted', 'in_review', 'returned', 'decided', 'withdrawn')", name="state"),
        sa.CheckConstraint(_FINITE_DAYS, name="days"),
        sa.CheckConstraint("cardinality(media) > 0 AND cardinality(territory) > 0", name="use"),
    )
    op.create_index("permission_request_queue", "permission_request", ["state", "created_at", "id"])
    op.create_index("permission_request_own", "permission_request", ["organisation_id", "created_at", "id"])


def _create_licence() -> None:
    op.create_table(
        "licence",
        sa.Column("id", sa.Uuid, primary_key=True),
        sa.Column("number", sa.Text, nullable=False, unique=True),
        _references("request_id", "permission_request"),
        _references("licensor_id", "organisation"),
        _references("organisation_id", "organisation"),
        sa.Column("state", sa.Text, nullable=False),
        *_use_columns(),
        _instant("starts_at"),
        _instant("ends_at"),
        sa.Column("terms_en", sa.Text, nullable=False),
        sa.Column("terms_zh", sa.Text, nullable=False),
        sa.Column("terms_sha256", sa.Text, nullable=False),
        _references("granted_by", "person"),
        _instant("granted_at"),
        sa.Column("state_reason", sa.Text, nullable=False, server_default=""),
        _instant("state_changed_at", nullable=True),
        _references("state_changed_by", "person", nullable=True),
        sa.CheckConstraint("state IN ('offered', 'active', 'suspended', 'revoked')", name="state"),
        sa.CheckConstraint(_FINITE_DAYS, name="days"),
        sa.CheckConstraint("ends_at > starts_at AND isfinite(starts_at) AND isfinite(ends_at)", name="has_an_end"),
        sa.CheckConstraint("cardinality(media) > 0 AND cardinality(territory) > 0", name="use"),
        sa.CheckConstraint("terms_sha256 ~ '^[0-9a-f]{64}$'", name="terms_sha256"),
        sa.CheckConstraint(
            "state IN ('offered', 'active') OR"
            " (state_reason <> '' AND state_changed_at IS NOT NULL AND state_changed_by IS NOT NULL)",
            name="says_why",
        ),
        sa.UniqueConstraint("id", "terms_sha256", name="uq_licence_terms"),
    )
    op.create_index(op.f("ix_licence_request_id"), "licence", ["request_id"])
    op.create_index("licence_own", "licence", ["organisation_id", "granted_at", "id"])
    op.create_index("licence_all", "licence", ["granted_at", "id"])


def _create_licence_parts() -> None:
    op.create_table(
        "licence_acceptance",
        sa.Column("licence_id", sa.Uuid, primary_key=True),
        sa.Column("terms_sha256", sa.Text, nullable=False),
        _references("person_id", "person"),
        _instant("accepted_at"),
        sa.ForeignKeyConstraint(
            ["licence_id", "terms_sha256"],
            ["licence.id", "licence.terms_sha256"],
            name="accepted_text_is_the_licence_s",
        ),
    )
    op.create_table(
        "licence_item",
        sa.Column("licence_id", sa.Uuid, sa.ForeignKey("licence.id"), primary_key=True),
        sa.Column("asset_id", sa.Uuid, sa.ForeignKey("asset.id"), primary_key=True),
        sa.Column("position", sa.Integer, nullable=False),
        sa.Column("line_id", sa.BigInteger, sa.ForeignKey("grant_line.id"), nullable=False, unique=True),
        sa.Column("max_px", sa.Integer, nullable=False),
        sa.Column("downloads", sa.Integer, nullable=False),
        sa.Column("print_run", sa.Integer),
        sa.Column("no_alteration", sa.Boolean, nullable=False),
        sa.Column("no_ai_training", sa.Boolean, nullable=False),
        sa.Column("credit_line", sa.Text, nullable=False),
        sa.CheckConstraint("max_px > 0 AND downloads > 0 AND (print_run IS NULL OR print_run > 0)", name="limits"),
    )


def _create_request_parts() -> None:
    op.create_table(
        "request_item",
        sa.Column("request_id", sa.Uuid, sa.ForeignKey("permission_request.id"), primary_key=True),
        sa.Column("asset_id", sa.Uuid, sa.ForeignKey("asset.id"), primary_key=True),
        sa.Column("position", sa.Integer, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("verdict", sa.Text, nullable=False),
        sa.Column("reasons", JSONB, nullable=False),
        sa.Column("free_from", sa.Date),
        sa.Column("refusal_reason", sa.Text, nullable=False, server_default=""),
        _references("licence_id", "licence", nullable=True),
        _references("decided_by", "person", nullable=True),
        _instant("decided_at", nullable=True),
        sa.CheckConstraint("state IN ('undecided', 'granted', 'refused', 'dropped')", name="state"),
        sa.CheckConstraint("verdict IN ('available', 'on_request', 'exclusive', 'never')", name="verdict"),
        sa.CheckConstraint("(state = 'granted') = (licence_id IS NOT NULL)", name="granted_has_licence"),
        sa.CheckConstraint("(state = 'refused') = (refusal_reason <> '')", name="refused_says_why"),
        sa.CheckConstraint(
            "(state IN ('granted', 'refused')) = (decided_by IS NOT NULL AND decided_at IS NOT NULL)",
            name="decided_by_whom",
        ),
    )
    op.create_index(op.f("ix_request_item_licence_id"), "request_item", ["licence_id"])
    op.create_table(
        "request_message",
        sa.Column("id", sa.Uuid, primary_key=True),
        _references("request_id", "permission_request"),
        _references("author_id", "person"),
        _instant("at"),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("text", sa.Text, nullable=False),
        sa.CheckConstraint(
            "kind IN ('submitted', 'returned', 'resubmitted', 'decided', 'withdrawn', 'commented')", name="kind"
        ),
    )
    op.create_index("request_message_thread", "request_message", ["request_id", "at", "id"])


def _create_lightbox() -> None:
    op.create_table(
        "lightbox",
        sa.Column("id", sa.Uuid, primary_key=True),
        sa.Column("person_id", sa.Uuid, sa.ForeignKey("person.id"), nullable=False, unique=True),
        sa.Column("title", sa.Text, nullable=False, server_default=""),
        _instant("created_at"),
    )
    op.create_table(
        "lightbox_item",
        sa.Column("lightbox_id", sa.Uuid, sa.ForeignKey("lightbox.id"), primary_key=True),
        sa.Column("asset_id", sa.Uuid, sa.ForeignKey("asset.id"), primary_key=True),
        _instant("added_at"),
    )


def _grant() -> None:
    """Let the application add; change only what has a state; remove only from a lightbox."""
    for table in (*_KEPT, "lightbox", "lightbox_item"):
        op.execute(f"GRANT SELECT, INSERT ON {table} TO imprimatur_app")
    op.execute("GRANT USAGE ON SEQUENCE request_number, licence_number TO imprimatur_app")
    op.execute(
        "GRANT UPDATE (state, updated_at, media, territory, territory_except, starts_on, ends_on, time_zone, purpose,"
        " publication, print_run, max_px) ON permission_request TO imprimatur_app"
    )
    op.execute(
        "GRANT UPDATE (position, state, verdict, reasons, free_from, refusal_reason, licence_id, decided_by,"
        " decided_at) ON request_item TO imprimatur_app"
    )
    op.execute("GRANT UPDATE (state, state_reason, state_changed_at, state_changed_by) ON licence TO imprimatur_app")
    op.execute("GRANT UPDATE (title) ON lightbox TO imprimatur_app")
    op.execute("GRANT DELETE ON lightbox_item TO imprimatur_app")


def _guard() -> None:
    """Hold the same against the owner of the tables."""
    op.execute(_REFUSE)
    op.execute(_GUARD)
    op.execute(_DECIDED)
    for table in _KEPT:
        op.execute(
            f"CREATE TRIGGER {table}_kept BEFORE DELETE OR TRUNCATE ON {table}"
            " FOR EACH STATEMENT EXECUTE FUNCTION licensing_refuse_removal()"
        )
    for table in _WRITTEN_ONCE:
        op.execute(
            f"CREATE TRIGGER {table}_written_once BEFORE UPDATE ON {table}"
            " FOR EACH STATEMENT EXECUTE FUNCTION licensing_refuse_removal()"
        )
    op.execute(
        "CREATE TRIGGER licence_terms_stand BEFORE UPDATE ON licence FOR EACH ROW EXECUTE FUNCTION licence_guard()"
    )
    op.execute(
        "CREATE TRIGGER request_item_stands BEFORE UPDATE ON request_item"
        " FOR EACH ROW EXECUTE FUNCTION request_item_guard()"
    )


def downgrade() -> None:
    op.drop_constraint(op.f("fk_grant_line_licence_id_licence"), "grant_line", type_="foreignkey")
    for table in (
        "lightbox_item",
        "lightbox",
        "request_message",
        "request_item",
        "licence_item",
        "licence_acceptance",
        "licence",
        "permission_request",
    ):
        op.drop_table(table)
    op.execute("DROP FUNCTION request_item_guard()")
    op.execute("DROP FUNCTION licence_guard()")
    op.execute("DROP FUNCTION licensing_refuse_removal()")
    op.execute("DROP SEQUENCE licence_number")
    op.execute("DROP SEQUENCE request_number")
