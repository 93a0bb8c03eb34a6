"""What an auditor asks of the log itself: its checkpoint, an entry, a proof, and the evidence to take away."""

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta

from dam.audit import log_store, merkle
from dam.audit.bundle import Chosen, Head, selection_bundle, whole_bundle
from dam.audit.checkpoint import Checkpoint, note_of
from dam.audit.events import Event, EventType
from dam.audit.identity import lowest_event_id
from dam.audit.publishing import DatabaseTiles
from dam.audit.service import append
from dam.audit.standing import Spoken
from dam.audit.tiles import Tile, TileHashes
from dam.audit.usage import store as usage_store
from dam.audit.usage.nouns import Reader, UsageFilter
from dam.database.unit import Database, Unit
from dam.kernel.clock import Clock
from dam.kernel.errors import Fault, Invalid, NotAllowed, NotFound
from dam.kernel.text import Bilingual

LOG_READ = "audit.log.read"
"""The permission's name; the enum of permissions lies on a floor above this one, and a test holds the two together."""

_SAID_AGAIN_AFTER = timedelta(hours=1)
_PAGE = 500
_ENTRY = Bilingual("entry of the log", "日志条目")
_CHECKPOINT = Bilingual("checkpoint: the log was not published yet", "检查点：日志尚未发布")
_TOO_LARGE = Bilingual("The published log has {size} entries.", "已发布的日志共有 {size} 条。")
_WRONG_WAY = Bilingual("The log only grows: give the smaller size first.", "日志只会增长：请先填较小的大小。")


@dataclass(frozen=True, slots=True)
class Inclusion:
    """Why an entry stands at its place in the tree of `size` entries."""

    index: int
    size: int
    leaf_hash: bytes
    hashes: tuple[bytes, ...]


@dataclass(frozen=True, slots=True)
class Growth:
    """Why the tree of `old` entries is the beginning of the tree of `size`."""

    old: int
    size: int
    hashes: tuple[bytes, ...]


@dataclass(frozen=True, slots=True)
class _UnitTiles:
    """Tiles read in the caller's unit."""

    unit: Unit

    def hashes(self, tile: Tile) -> list[bytes]:
        return log_store.hashes(self.unit, tile)


class LogService:
    """The auditor's way to the evidence. Only what is published is handed out.

    Reading an entry is logged each time. Asking for hashes alone is logged once an hour and person: each event makes
    the log grow, and somebody who asks until nothing is new would otherwise never be done.
    """

    def __init__(self, *, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    def checkpoint(self, actor: Reader) -> str:
        """Return the newest published checkpoint as the signed note.

        Raises: NotAllowed; NotFound before the first.
        """
        with self._consulted(actor) as unit:
            return _published(unit)[1]

    def entry(self, actor: Reader, index: int) -> bytes:
        """Return the exact bytes that were logged at the place.

        Raises: NotAllowed; NotFound.
        """
        _require(actor)
        with self._database.unit() as unit:
            size, _ = _published(unit)
            found = log_store.entry_at(unit, index) if index < size else None
            if found is None:
                raise NotFound(_ENTRY)
            append(unit, _access(EventType.LOG_READ, actor, what="entry", index=index), self._clock())
            return found

    def inclusion(self, actor: Reader, index: int, size: int | None = None) -> Inclusion:
        """Return the proof that the entry stands at its place in the tree of that size, or of the newest published.

        Raises: NotAllowed; NotFound; Invalid when the published log is smaller.
        """
        with self._consulted(actor) as unit:
            size = _size(unit, "size", size)
            if index >= size:
                raise NotFound(_ENTRY)
            tree = TileHashes(size, _UnitTiles(unit))
            proof = tuple(merkle.inclusion_proof(index, size, tree))
            return Inclusion(index, size, tree.node(0, index), proof)

    def growth(self, actor: Reader, old: int, size: int | None = None) -> Growth:
        """Return the proof that the tree of `old` entries is the beginning of a later one.

        Raises: NotAllowed; NotFound; Invalid.
        """
        with self._consulted(actor) as unit:
            size = _size(unit, "to", size)
            if old > size:
                raise Invalid([Fault("from", "invalid", _WRONG_WAY)])
            return Growth(old, size, tuple(merkle.consistency_proof(old, size, TileHashes(size, _UnitTiles(unit)))))

    def export(self, actor: Reader | None) -> Iterator[bytes]:
        """Return the bundle of the whole published log, piece by piece; the export is logged before the first.

        Shape: `actor` is None where the operator exports at the machine itself.
        Raises: NotAllowed; NotFound before the first checkpoint.
        """
        head = self._begin_export(actor, {"what": "whole"})
        return whole_bundle(head, DatabaseTiles(self._database), self._clock())

    def export_selection(self, actor: Reader | None, wanted: UsageFilter, kept: Sequence[int] = ()) -> Iterator[bytes]:
        """Return the bundle of the usage events that are meant, each with its proof, and of the log's announced keys.

        Shape: `kept` are sizes of checkpoints somebody holds, from which the bundle proves the log to have grown.
        Raises: NotAllowed; NotFound before the first checkpoint.
        """
        head = self._begin_export(actor, {"what": "selection", **wanted.said()})
        tiles = DatabaseTiles(self._database)
        return selection_bundle(head, self._chosen(wanted, head.size), tiles, self._clock(), kept)

    def keys(self) -> dict[str, list[str]]:
        """Return the public keys that the log has announced, by what they sign, oldest first.

        Raises: ServiceFault.
        """
        found: dict[str, list[str]] = {}
        with self._database.unit() as unit:
            entries = log_store.entries_of_type(unit, EventType.KEY_ANNOUNCED)
        for entry in entries:
            told = json.loads(entry)["more"]
            found.setdefault(told["use"], []).append(told["key"])
        return found

    def standing(self) -> Spoken:
        """Return what the sequencer last said of itself, for operations.

        Raises: ServiceFault.
        """
        with self._database.unit() as unit:
            return log_store.spoken(unit)

    def sound(self) -> bool:
        """Tell whether database and published log are one, as far as the sequencer has said.

        A database that is older than what was published lacks licences, revocations and events: it must not serve.
        """
        return self.standing().state != "refused"

    def _begin_export(self, actor: Reader | None, details: dict[str, str]) -> Head:
        if actor is not None:
            _require(actor)
        with self._database.unit() as unit:
            size, note = _published(unit)
            append(unit, _access(EventType.LOG_EXPORTED, actor, size=size, **details), self._clock())
        return Head(Checkpoint.of(note_of(note).text).origin, size, note, self.keys())

    def _chosen(self, wanted: UsageFilter, size: int) -> Iterator[Chosen]:
        """A short unit for each page: a slow reader must not hold a transaction open."""
        after = -1
        while True:
            with self._database.unit() as unit:
                found = usage_store.placed(unit, wanted, after=after, size=size, limit=_PAGE)
            yield from (Chosen(index, entry) for index, entry in found)
            if len(found) < _PAGE:
                return
            after = found[-1][0]

    @contextmanager
    def _consulted(self, actor: Reader) -> Iterator[Unit]:
        """Open a unit for hashes alone, logged unless this person was logged within the hour."""
        _require(actor)
        present = self._clock()
        with self._database.unit() as unit:
            yield unit
            since = lowest_event_id(present - _SAID_AGAIN_AFTER)
            if not log_store.told_since(unit, EventType.LOG_READ, actor.person_id, since):
                append(unit, _access(EventType.LOG_READ, actor, what="proofs"), present)


def _published(unit: Unit) -> tuple[int, str]:
    found = log_store.published(unit)
    if found is None:
        raise NotFound(_CHECKPOINT)
    return found


def _size(unit: Unit, name: str, size: int | None) -> int:
    newest, _ = _published(unit)
    if size is not None and size > newest:
        raise Invalid([Fault(name, "invalid", _TOO_LARGE.format(size=newest))])
    return newest if size is None else size


def _require(actor: Reader) -> None:
    if LOG_READ not in actor.permissions:
        raise NotAllowed(LOG_READ)


def _access(kind: EventType, actor: Reader | None, **details: str | int) -> Event:
    person, organisation = (None, None) if actor is None else (actor.person_id, actor.organisation_id)
    return Event(type=kind, actor=person, organisation=organisation, details=details)
