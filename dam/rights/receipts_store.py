"""The only SQL of receipts: kept with the event that tells of the decision, and never touched again."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import BindParameter, Column, bindparam, insert, select
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.dialects.postgresql import insert as insert_or_leave
from sqlalchemy.sql import func

from dam.audit.events import USAGE_TYPES, EventType
from dam.database.tables.accounts import organisation, person
from dam.database.tables.audit import event
from dam.database.tables.catalogue import asset
from dam.database.tables.licensing import licence
from dam.database.tables.receipts import decision_facts, decision_receipt
from dam.database.unit import Unit
from dam.kernel.ids import EventId

_TYPES = sorted(kind.value for kind in USAGE_TYPES | {EventType.COPY_STARTED})
_KNOWN = (
    insert_or_leave(decision_facts)
    .values(digest=bindparam("the_facts_digest"), facts=bindparam("the_facts"))
    .on_conflict_do_nothing()
    .cte("known")
)
_COLUMNS: dict[Column[Any], BindParameter[Any]] = {
    column: bindparam(f"the_{column.name}") for column in decision_receipt.c
}
_KEEP = insert(decision_receipt).values(_COLUMNS).add_cte(_KNOWN)
_ENTRY = func.au.j(event.c.entry, type_=JSONB)
_EVENT = (
    select(
        event.c.event_id,
        event.c.at,
        event.c.type,
        event.c.decision,
        event.c.organisation,
        event.c.asset,
        event.c.licence,
        event.c.rendition,
        _ENTRY["why"].label("why"),
        _ENTRY["more"]["receipt"].astext.label("digest"),
        asset.c.accession_number,
        licence.c.number.label("licence_number"),
        person.c.name.label("person"),
        organisation.c.name_en,
        organisation.c.name_zh,
        decision_receipt.c.at.label("judged_at"),
        decision_receipt.c.use,
        decision_receipt.c.facts_digest,
        decision_receipt.c.verdict,
        decision_receipt.c.reasons,
        decision_receipt.c.rule,
        decision_receipt.c.rule_version,
        decision_facts.c.facts,
    )
    .select_from(event)
    .outerjoin(decision_receipt, decision_receipt.c.event_id == event.c.event_id)
    .outerjoin(decision_facts, decision_facts.c.digest == decision_receipt.c.facts_digest)
    .outerjoin(asset, asset.c.id == event.c.asset)
    .outerjoin(licence, licence.c.id == event.c.licence)
    .outerjoin(person, person.c.id == event.c.actor)
    .outerjoin(organisation, organisation.c.id == event.c.organisation)
    .where(event.c.type.in_(_TYPES))
)


def keep(unit: Unit, row: Mapping[str, object], facts: bytes) -> None:
    """Insert one receipt, and its facts unless they are kept already; one round trip."""
    values = {f"the_{name}": value for name, value in row.items()}
    unit.connection.execute(_KEEP, {**values, "the_facts": facts})


def told(unit: Unit, event_id: EventId) -> Mapping[str, Any] | None:
    """Return a usage event with the names of today, its receipt and its facts, where it has them."""
    row = unit.connection.execute(_EVENT.where(event.c.event_id == event_id)).mappings().first()
    return None if row is None else dict(row)
