"""The only SQL about notices: who is told, what they were told, and whether they want letters."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, and_, delete, func, literal, or_, select, tuple_, update
from sqlalchemy.dialects.postgresql import ARRAY, insert
from sqlalchemy.types import Text

from dam.accounts.permissions import Role
from dam.database.tables.accounts import organisation, person
from dam.database.tables.mail import letter_preference, notice
from dam.database.unit import Unit
from dam.kernel.ids import EventId, NoticeId, OrganisationId, PersonId, new_id
from dam.kernel.text import Language
from dam.licensing.announcement import NoticeView
from dam.licensing.notices import words_of
from dam.licensing.paging import Place


@dataclass(frozen=True, slots=True)
class Listener:
    """Somebody who is told."""

    person_id: PersonId
    language: Language | None
    letters_off: bool


def listeners(
    unit: Unit, *, roles: frozenset[Role], of: OrganisationId | None, but_not: PersonId | None, across: bool
) -> list[Listener]:
    """Return the people with one of the roles who may act, of one organisation (None: of any).

    `but_not` is left out, and with `across` everybody of their organisation.
    """
    held = person.c.roles.op("&&")(literal(sorted(roles), ARRAY(Text)))
    conditions: list[ColumnElement[bool]] = [person.c.active, organisation.c.is_active, held]
    if of is not None:
        conditions.append(person.c.organisation_id == of)
    if but_not is not None:
        conditions.append(person.c.id != but_not)
        if across:
            conditions.append(person.c.organisation_id != _organisation_of(but_not))
    query = (
        select(person.c.id, person.c.language, letter_preference.c.person_id.is_not(None).label("letters_off"))
        .join(organisation, organisation.c.id == person.c.organisation_id)
        .outerjoin(letter_preference, letter_preference.c.person_id == person.c.id)
        .where(*conditions)
        .order_by(person.c.id)
    )
    return [Listener(PersonId(row.id), row.language, row.letters_off) for row in unit.connection.execute(query)]


def insert_notices(
    unit: Unit,
    event_id: EventId,
    told: Sequence[Listener],
    *,
    kind: str,
    facts: Mapping[str, str],
    path: str,
    at: datetime,
) -> None:
    """Write one notice a person; whoever was told of the event already is not told twice."""
    same = {"event_id": event_id, "kind": kind, "facts": dict(facts), "place": path, "at": at}
    rows = [{"id": new_id(), "person_id": one.person_id, **same} for one in told]
    wanted = insert(notice).values(rows).on_conflict_do_nothing(index_elements=["event_id", "person_id"])
    unit.connection.execute(wanted)


def page(unit: Unit, person_id: PersonId, *, after: Place | None, limit: int) -> list[NoticeView]:
    """Return one page of what the person was told, newest first."""
    mine = [notice.c.person_id == person_id]
    if after is not None:
        mine.append(tuple_(notice.c.at, notice.c.id) < tuple_(literal(after.at), literal(after.row_id)))
    query = select(notice).where(*mine).order_by(notice.c.at.desc(), notice.c.id.desc()).limit(limit)
    return [
        NoticeView(NoticeId(row.id), *words_of(row.kind, row.facts), row.place, row.at, row.read_at is not None)
        for row in unit.connection.execute(query)
    ]


def placed(row: NoticeView) -> Place:
    """Return the place of the row in its list."""
    return Place(row.at, UUID(str(row.notice_id)))


def count_unread(unit: Unit, person_id: PersonId) -> int:
    """Return how many notices the person has not read."""
    unread = and_(notice.c.person_id == person_id, notice.c.read_at.is_(None))
    return int(unit.connection.execute(select(func.count()).select_from(notice).where(unread)).scalar_one())


def mark_read(unit: Unit, person_id: PersonId, notice_ids: Sequence[NoticeId] | None, at: datetime) -> int:
    """Mark notices of the person as read (None: all of them), and return how many were not."""
    chosen = or_(literal(notice_ids is None), notice.c.id.in_(notice_ids or []))
    marked = update(notice).where(notice.c.person_id == person_id, notice.c.read_at.is_(None), chosen)
    return unit.connection.execute(marked.values(read_at=at)).rowcount


def wants_letters(unit: Unit, person_id: PersonId) -> bool:
    """Tell whether the person gets letters."""
    off = select(letter_preference.c.person_id).where(letter_preference.c.person_id == person_id)
    return unit.connection.execute(off).first() is None


def set_letters(unit: Unit, person_id: PersonId, *, wanted: bool, at: datetime) -> None:
    """Write whether the person gets letters."""
    if wanted:
        unit.connection.execute(delete(letter_preference).where(letter_preference.c.person_id == person_id))
        return
    off = insert(letter_preference).values(person_id=person_id, switched_off_at=at)
    unit.connection.execute(off.on_conflict_do_nothing())


def _organisation_of(person_id: PersonId) -> ColumnElement[UUID]:
    other = person.alias("other")
    return select(other.c.organisation_id).where(other.c.id == person_id).scalar_subquery()
