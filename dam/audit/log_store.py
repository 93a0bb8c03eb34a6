"""The only SQL of the transparency log: places, nodes, head, checkpoints."""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import ColumnElement, LargeBinary, delete, func, literal, select, text, update
from sqlalchemy import insert as insert_into
from sqlalchemy.dialects.postgresql import aggregate_order_by, array

from dam.audit.merkle import HASH_BYTES, Frontier
from dam.audit.standing import Spoken
from dam.audit.tiles import Tile, hashes_of
from dam.database.tables.audit import checkpoint, event, head, leaf, node, pending, publication, sequencer
from dam.database.unit import Unit
from dam.kernel.ids import EventId, PersonId

_ONE_SEQUENCER = 0x696D7072  # "impr"
_GIVE_PLACES = text(
    "INSERT INTO au.leaf (leaf_index, event_id, leaf_hash) SELECT * FROM "
    "unnest(CAST(:indexes AS bigint[]), CAST(:events AS uuid[]), CAST(:hashes AS bytea[]))"
)
_ADD_NODES = text(
    "INSERT INTO au.node (level, number, hash) SELECT * FROM "
    "unnest(CAST(:levels AS smallint[]), CAST(:numbers AS bigint[]), CAST(:hashes AS bytea[]))"
)


class Waiting(NamedTuple):
    """An event that has no place yet."""

    event_id: EventId
    entry: bytes


class Placed(NamedTuple):
    """An event and its place."""

    number: int
    event_id: EventId
    leaf_hash: bytes


class Row(NamedTuple):
    """One hash of a tile above the leaves."""

    level: int
    number: int
    hash: bytes


# ---------------------------------------------------------------------------------------------- the sequencer's verbs
def take_turn(unit: Unit) -> bool:
    """Tell whether this session is the one sequencer; the lock goes with the session, and asking again is free."""
    taken = func.pg_try_advisory_lock(_ONE_SEQUENCER)
    held = text("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND objid = :key AND pid = pg_backend_pid()")
    if unit.connection.execute(held, {"key": _ONE_SEQUENCER}).scalar_one():
        return True
    return bool(unit.connection.execute(select(taken)).scalar_one())


def frontier(unit: Unit, *, lock: bool) -> Frontier:
    """Return the right edge of the tree; with `lock`, nobody else may move it before the unit ends."""
    query = select(head.c.size, head.c.frontier)
    row = unit.connection.execute(query.with_for_update() if lock else query).one()
    return Frontier.of(row.size, bytes(row.frontier))


def waiting(unit: Unit, limit: int) -> list[Waiting]:
    """Return the oldest events without a place, in the order of their identifiers."""
    found = select(pending.c.event_id).order_by(pending.c.event_id).limit(limit)
    ids = list(unit.connection.execute(found).scalars())
    if not ids:
        return []
    # Both edges are said once more, so that old partitions are not even looked into.
    query = (
        select(event.c.event_id, event.c.entry)
        .where(event.c.event_id == func.any(array(ids)))
        .where(event.c.event_id.between(ids[0], ids[-1]))
        .order_by(event.c.event_id)
    )
    return [Waiting(EventId(row.event_id), bytes(row.entry)) for row in unit.connection.execute(query)]


def place(unit: Unit, placed: Sequence[Placed], nodes: Sequence[Row], grown: Frontier) -> None:
    """Give the events their places and move the head."""
    indexes, events, hashes = zip(*placed, strict=True)
    unit.connection.execute(_GIVE_PLACES, {"indexes": [*indexes], "events": [*events], "hashes": [*hashes]})
    if nodes:
        levels, numbers, sums = zip(*nodes, strict=True)
        unit.connection.execute(_ADD_NODES, {"levels": [*levels], "numbers": [*numbers], "hashes": [*sums]})
    unit.connection.execute(delete(pending).where(pending.c.event_id == func.any(array(events))))
    unit.connection.execute(update(head).values(size=grown.size, root=grown.root(), frontier=grown.data()))


def add_checkpoint(unit: Unit, size: int, note: str, at: datetime) -> None:
    """Keep a signed checkpoint."""
    unit.connection.execute(insert_into(checkpoint), {"size": size, "note": note, "signed_at": at})


def newest_checkpoint(unit: Unit) -> tuple[int, str] | None:
    """Return size and note of the newest signed checkpoint, published or not."""
    query = select(checkpoint.c.size, checkpoint.c.note).order_by(checkpoint.c.size.desc()).limit(1)
    row = unit.connection.execute(query).one_or_none()
    return None if row is None else (row.size, row.note)


def add_publication(unit: Unit, size: int, at: datetime) -> None:
    """Note that everything up to this size lies in the bucket; noting it twice changes nothing."""
    known = unit.connection.execute(select(publication.c.size).where(publication.c.size == size)).scalar()
    if known is None:
        unit.connection.execute(insert_into(publication), {"size": size, "published_at": at})


def queue(unit: Unit) -> tuple[int, EventId | None]:
    """Return how many events wait for a place, and the oldest."""
    count = unit.connection.execute(select(func.count()).select_from(pending)).scalar_one()
    oldest = unit.connection.execute(select(pending.c.event_id).order_by(pending.c.event_id).limit(1)).scalar()
    return count, None if oldest is None else EventId(oldest)


def speak(unit: Unit, said: Spoken) -> None:
    """Write down what the sequencer says of itself."""
    values = {name: getattr(said, name) for name in Spoken.__slots__}
    unit.connection.execute(update(sequencer).values(values))


# -------------------------------------------------------------------------------------------------- everybody's verbs
def spoken(unit: Unit) -> Spoken:
    """Return what the sequencer last said of itself."""
    columns = [sequencer.c[name] for name in Spoken.__slots__]
    return Spoken(*unit.connection.execute(select(*columns)).one())


def published(unit: Unit) -> tuple[int, str] | None:
    """Return size and note of the newest published checkpoint."""
    query = (
        select(checkpoint.c.size, checkpoint.c.note)
        .join(publication, publication.c.size == checkpoint.c.size)
        .order_by(checkpoint.c.size.desc())
        .limit(1)
    )
    row = unit.connection.execute(query).one_or_none()
    return None if row is None else (row.size, row.note)


def hashes(unit: Unit, tile: Tile) -> list[bytes]:
    """Return the hashes of a tile, as far as they are there; the database joins them, which costs it less than rows."""
    first, last = tile.first, tile.first + tile.width - 1
    if tile.level == 0:
        joined = _joined(leaf.c.leaf_hash, leaf.c.leaf_index)
        query = select(joined).where(leaf.c.leaf_index.between(first, last))
    else:
        joined = _joined(node.c.hash, node.c.number)
        query = select(joined).where(node.c.level == tile.level, node.c.number.between(first, last))
    data = bytes(unit.connection.execute(query).scalar() or b"")
    return hashes_of(data, len(data) // HASH_BYTES)


def _joined(what: ColumnElement[bytes], by: ColumnElement[int]) -> ColumnElement[bytes]:
    """Return the bytes of all rows, one behind the other."""
    return func.string_agg(what, aggregate_order_by(literal(b""), by), type_=LargeBinary)


def entries(unit: Unit, tile: Tile) -> list[bytes]:
    """Return the entries of a bundle, in order."""
    query = (
        select(event.c.entry)
        .select_from(leaf.join(event, event.c.event_id == leaf.c.event_id))
        .where(leaf.c.leaf_index.between(tile.first, tile.first + tile.width - 1))
        .order_by(leaf.c.leaf_index)
    )
    return [bytes(one) for one in unit.connection.execute(query).scalars()]


def entry_at(unit: Unit, index: int) -> bytes | None:
    """Return the entry at one place, or None beyond the end."""
    joined = leaf.join(event, event.c.event_id == leaf.c.event_id)
    query = select(event.c.entry).select_from(joined).where(leaf.c.leaf_index == index)
    found = unit.connection.execute(query).scalar()
    return None if found is None else bytes(found)


def told_since(unit: Unit, kind: str, actor: PersonId, since: EventId) -> bool:
    """Tell whether the log tells such an event of this person since that identifier."""
    query = select(event.c.event_id).where(event.c.type == kind, event.c.actor == actor, event.c.event_id >= since)
    return unit.connection.execute(query.limit(1)).first() is not None


def entries_of_type(unit: Unit, kind: str) -> list[bytes]:
    """Return every entry of one type, oldest first."""
    query = select(event.c.entry).where(event.c.type == kind).order_by(event.c.event_id)
    return [bytes(one) for one in unit.connection.execute(query).scalars()]
