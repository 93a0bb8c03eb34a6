"""The only SQL of ingest: objects on their way in, and objects nobody owns any more."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal
from uuid import UUID

from sqlalchemy import ColumnElement, and_, delete, exists, func, or_, select, update
from sqlalchemy.dialects.postgresql import insert

from dam.database.tables.catalogue import asset, rendition, upload_intent
from dam.database.tables.jobs import job
from dam.database.unit import Unit
from dam.kernel.ids import AssetId, new_id

Bucket = Literal["originals", "renditions"]
_SWEEP_TURN = timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class Orphan:
    """An object that belongs to nobody and is ours to delete."""

    intent_id: UUID
    bucket: Bucket
    key: str


def announce(unit: Unit, bucket: Bucket, key: str, due_at: datetime) -> UUID | None:
    """Write down that an object is about to be stored; None while a sweep is deleting that very object."""
    _hold(unit, bucket, key)
    doomed = exists().where(*_on(bucket, key), upload_intent.c.state == "doomed")
    if unit.connection.execute(select(doomed)).scalar_one():
        return None
    intent_id = new_id()
    unit.connection.execute(insert(upload_intent).values(id=intent_id, bucket=bucket, key=key, due_at=due_at))
    return intent_id


def settle(unit: Unit, intent_ids: Sequence[UUID]) -> bool:
    """Strike the intents out in the unit that gives their objects an owner; False when a sweep was faster."""
    mine = and_(upload_intent.c.id.in_(intent_ids), upload_intent.c.state == "open")
    return unit.connection.execute(delete(upload_intent).where(mine)).rowcount == len(intent_ids)


def abandon(unit: Unit, bucket: Bucket, keys: Iterable[str], due_at: datetime) -> None:
    """Write down objects that lost their owner, to be deleted once they are due."""
    rows = [{"id": new_id(), "bucket": bucket, "key": key, "due_at": due_at} for key in keys]
    if rows:
        unit.connection.execute(insert(upload_intent).values(rows))


def take_orphans(unit: Unit, at: datetime, limit: int) -> Sequence[Orphan]:
    """Return due objects that are nobody's, marked so that nobody starts on them; forget the other due ones."""
    due = (
        select(upload_intent.c.id, upload_intent.c.bucket, upload_intent.c.key)
        .where(upload_intent.c.due_at <= at)
        .order_by(upload_intent.c.key)
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    rows = unit.connection.execute(due).all()
    found = [Orphan(row.id, row.bucket, row.key) for row in rows]
    return [orphan for orphan in found if _doom(unit, orphan, at)]


def forget(unit: Unit, intent_id: UUID) -> None:
    """Strike an intent out: its object is gone."""
    unit.connection.execute(delete(upload_intent).where(upload_intent.c.id == intent_id))


def _doom(unit: Unit, orphan: Orphan, at: datetime) -> bool:
    _hold(unit, orphan.bucket, orphan.key)
    busy = exists().where(
        *_on(orphan.bucket, orphan.key), upload_intent.c.id != orphan.intent_id, upload_intent.c.due_at > at
    )
    if unit.connection.execute(select(or_(_owned(orphan), busy))).scalar_one():
        forget(unit, orphan.intent_id)
        return False
    mine = upload_intent.c.id == orphan.intent_id
    unit.connection.execute(update(upload_intent).where(mine).values(state="doomed", due_at=at + _SWEEP_TURN))
    return True


def _owned(orphan: Orphan) -> ColumnElement[bool]:
    if orphan.bucket == "originals":
        return exists().where(asset.c.original_key == orphan.key)
    return exists().where(rendition.c.key == orphan.key)


def _on(bucket: Bucket, key: str) -> tuple[ColumnElement[bool], ...]:
    return upload_intent.c.bucket == bucket, upload_intent.c.key == key


def _hold(unit: Unit, bucket: Bucket, key: str) -> None:
    """Let nobody else start on or sweep this object before the unit ends."""
    unit.connection.execute(select(func.pg_advisory_xact_lock(func.hashtextextended(f"{bucket}:{key}", 0))))


def of_older_recipe(unit: Unit, recipe_version: int, params: Mapping[str, object], limit: int) -> Sequence[AssetId]:
    """Return ready photographs whose preview an older recipe made, and that have no job with these parameters."""
    older = rendition.c.kind == "preview", rendition.c.recipe_version < recipe_version
    queued = exists().where(job.c.subject_id == rendition.c.asset_id, job.c.params.contains(dict(params)))
    ready = asset.c.state == "ready"
    found = select(rendition.c.asset_id).join(asset, asset.c.id == rendition.c.asset_id).where(*older, ready, ~queued)
    in_order = found.order_by(rendition.c.recipe_version, rendition.c.asset_id).limit(limit)
    return [AssetId(one) for one in unit.connection.execute(in_order).scalars()]
