"""The SQL of deeds, and of deed files on their way in."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import Row, Select, delete, exists, func, insert, or_, select, update

from dam.database.tables.accounts import person
from dam.database.tables.rights import agreement
from dam.database.tables.rights_deeds import agreement_deed, deed_intent
from dam.database.unit import Unit
from dam.kernel.ids import AgreementId, DeedId, new_id
from dam.rights.deed import Deed, DeedType, Inspected

_SWEEP_TURN = timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class Orphan:
    """A stored file that is no deed, and ours to delete."""

    intent_id: UUID
    sha256: str


@dataclass(frozen=True, slots=True)
class Unlocked:
    """A deed whose object nobody has forbidden to delete yet."""

    deed_id: DeedId
    sha256: str
    version: str | None


def hold_agreement(unit: Unit, agreement_id: AgreementId) -> bool:
    """Let nobody else attach to the agreement before the unit ends; False when there is no such agreement."""
    wanted = select(agreement.c.id).where(agreement.c.id == agreement_id).with_for_update()
    return unit.connection.execute(wanted).scalar() is not None


def add(unit: Unit, deed_id: DeedId, agreement_id: AgreementId, found: Inspected, **values: object) -> None:
    """Insert a deed."""
    row = {
        "id": deed_id,
        "agreement_id": agreement_id,
        "sha256": found.digest.sha256,
        "size_bytes": found.digest.size_bytes,
        "media_type": found.media_type.value,
        "file_name": found.file_name,
        **values,
    }
    unit.connection.execute(insert(agreement_deed).values(row))


def deeds_of(unit: Unit, agreement_id: AgreementId) -> tuple[Deed, ...]:
    """Return the deeds of an agreement, newest first."""
    wanted = _deeds().where(agreement_deed.c.agreement_id == agreement_id).order_by(agreement_deed.c.id.desc())
    return tuple(_deed(row) for row in unit.connection.execute(wanted))


def digests(unit: Unit, agreement_id: AgreementId) -> tuple[str, ...]:
    """Return the SHA-256 of every deed of an agreement, oldest first."""
    wanted = select(agreement_deed.c.sha256).where(agreement_deed.c.agreement_id == agreement_id)
    return tuple(unit.connection.execute(wanted.order_by(agreement_deed.c.id)).scalars())


def find(unit: Unit, agreement_id: AgreementId, deed_id: DeedId) -> Deed | None:
    """Return one deed of the agreement."""
    wanted = _deeds().where(agreement_deed.c.agreement_id == agreement_id, agreement_deed.c.id == deed_id)
    row = unit.connection.execute(wanted).one_or_none()
    return None if row is None else _deed(row)


def unlocked(unit: Unit, limit: int) -> Sequence[Unlocked]:
    """Return deeds whose objects are not locked yet, oldest first."""
    columns = (agreement_deed.c.id, agreement_deed.c.sha256, agreement_deed.c.object_version)
    waiting = select(*columns).where(agreement_deed.c.locked_until.is_(None)).order_by(agreement_deed.c.id)
    rows = unit.connection.execute(waiting.limit(limit))
    return [Unlocked(DeedId(row.id), row.sha256, row.object_version) for row in rows]


def mark_locked(unit: Unit, deed_id: DeedId, until: datetime) -> None:
    """Write down until when nobody can delete the deed's object."""
    mine = update(agreement_deed).where(agreement_deed.c.id == deed_id)
    unit.connection.execute(mine.values(locked_until=until))


# ---- files on their way in


def announce(unit: Unit, sha256: str, due_at: datetime) -> UUID | None:
    """Write down that a file is about to be stored; None while a sweep is deleting that very file."""
    _hold(unit, sha256)
    doomed = exists().where(deed_intent.c.sha256 == sha256, deed_intent.c.state == "doomed")
    if unit.connection.execute(select(doomed)).scalar_one():
        return None
    intent_id = new_id()
    unit.connection.execute(insert(deed_intent).values(id=intent_id, sha256=sha256, due_at=due_at))
    return intent_id


def settle(unit: Unit, intent_id: UUID) -> bool:
    """Strike the intent out in the unit that makes the file a deed; False when a sweep was faster."""
    mine = delete(deed_intent).where(deed_intent.c.id == intent_id, deed_intent.c.state == "open")
    return unit.connection.execute(mine).rowcount == 1


def take_orphans(unit: Unit, at: datetime, limit: int) -> Sequence[Orphan]:
    """Return due files that are no deed, marked so that nobody starts on them; forget the other due ones."""
    due = (
        select(deed_intent.c.id, deed_intent.c.sha256)
        .where(deed_intent.c.due_at <= at)
        .order_by(deed_intent.c.sha256)
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    found = [Orphan(row.id, row.sha256) for row in unit.connection.execute(due).all()]
    return [orphan for orphan in found if _doom(unit, orphan, at)]


def forget(unit: Unit, intent_id: UUID) -> None:
    """Strike an intent out: its file is gone, or is a deed."""
    unit.connection.execute(delete(deed_intent).where(deed_intent.c.id == intent_id))


def _doom(unit: Unit, orphan: Orphan, at: datetime) -> bool:
    _hold(unit, orphan.sha256)
    of_same = deed_intent.c.sha256 == orphan.sha256
    busy = exists().where(of_same, deed_intent.c.id != orphan.intent_id, deed_intent.c.due_at > at)
    owned = exists().where(agreement_deed.c.sha256 == orphan.sha256)
    if unit.connection.execute(select(or_(owned, busy))).scalar_one():
        forget(unit, orphan.intent_id)
        return False
    mine = update(deed_intent).where(deed_intent.c.id == orphan.intent_id)
    unit.connection.execute(mine.values(state="doomed", due_at=at + _SWEEP_TURN))
    return True


def _hold(unit: Unit, sha256: str) -> None:
    """Let nobody else start on or sweep this file before the unit ends."""
    unit.connection.execute(select(func.pg_advisory_xact_lock(func.hashtextextended(f"deed:{sha256}", 0))))


# ---- rows


def _deeds() -> Select[Any]:
    newer = agreement_deed.alias("newer")
    columns = (agreement_deed, person.c.name.label("by_name"), newer.c.id.label("newer_id"))
    return (
        select(*columns)
        .join(person, person.c.id == agreement_deed.c.attached_by)
        .outerjoin(newer, newer.c.supersedes == agreement_deed.c.id)
    )


def _deed(row: Row[Any]) -> Deed:
    return Deed(
        deed_id=DeedId(row.id),
        agreement_id=AgreementId(row.agreement_id),
        sha256=row.sha256,
        size_bytes=row.size_bytes,
        media_type=DeedType(row.media_type),
        file_name=row.file_name,
        attached_at=row.attached_at,
        attached_by=row.by_name,
        supersedes=_deed_id(row.supersedes),
        superseded_by=_deed_id(row.newer_id),
    )


def _deed_id(found: UUID | None) -> DeedId | None:
    return None if found is None else DeedId(found)
