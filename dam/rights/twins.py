"""Photographs that look alike: found as each becomes ready, and held to the stricter rights until somebody rules."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from types import MappingProxyType
from uuid import UUID

from dam.accounts.people import Actor
from dam.accounts.permissions import Permission
from dam.audit.events import Detail, Event, EventType
from dam.audit.service import append
from dam.database.unit import Database, Unit
from dam.imaging.perceptual import PerceptualHash
from dam.jobs.names import JobKind
from dam.jobs.store import enqueue_each
from dam.kernel.clock import Clock
from dam.kernel.errors import Fault, Invalid, NotFound
from dam.kernel.ids import AssetId, TwinId
from dam.kernel.text import Bilingual
from dam.rights import facts_store, grants_store
from dam.rights import twins_store as store
from dam.rights.exclusivity import Claim, conflict
from dam.rights.twin import (
    Comparison,
    Likeness,
    Resemblance,
    TwinPage,
    TwinPair,
    TwinState,
    check_ruling,
    check_standing,
    compare,
)
from dam.rights.twins_store import Beside

_PAIR = Bilingual("pair of photographs", "照片对")
_PHOTOGRAPH = Bilingual("photograph", "照片")
_NO_STATE = Bilingual("A pair has no such state.", "没有此状态。")
_NO_CURSOR = Bilingual("This cursor is not one of ours; start from the first page.", "游标无效，请从第一页开始。")
COMPARISON: Mapping[str, object] = MappingProxyType({"reason": "no_look"})
"""What the job of a photograph says that is prepared again only to be compared."""
_MOST_ROWS = 100
_BATCH = 100


class Twins:
    """What archivists and ingest do with photographs that look alike."""

    database: Database
    clock: Clock

    # ---- for ingest

    def likeness(self, asset_id: AssetId, looks: Sequence[PerceptualHash]) -> Likeness | None:
        """Return what looks like the picture, before its unit begins; None when its hash is kept already.

        Shape: `looks` are the hashes of its eight turns, the upright one first.
        """
        with self.database.unit() as unit:
            return None if store.has_look(unit, asset_id) else store.alike(unit, looks)

    def keep_look(
        self, unit: Unit, asset_id: AssetId, looks: Sequence[PerceptualHash], likeness: Likeness | None, at: datetime
    ) -> int:
        """Keep a photograph's hash and pair it with all that looks like it; return how many pairs are new.

        Shape: called in the unit that makes it ready. Only hashes younger than the likeness are compared under the
        lock, so two photographs prepared at once find each other and neither waits for a long scan.
        """
        if likeness is None or store.has_look(unit, asset_id):
            return 0
        store.lock_looks(unit)
        late = store.alike(unit, looks, after=likeness.seen)
        store.add_look(unit, asset_id, looks[0], at)
        near = {one.asset_id: one for one in (*likeness.found, *late.found)}
        return sum(self._pair(unit, asset_id, one, at) for one in near.values())

    def prepare_unlooked(self) -> int:
        """Have photographs prepared again, once, that became ready before hashes were kept; return how many."""
        with self.database.unit() as unit:
            found = store.without_look(unit, COMPARISON, _BATCH)
            enqueue_each(unit, JobKind.PREPARE_ASSET, found, params=COMPARISON)
        return len(found)

    # ---- for archivists

    def twins(self, actor: Actor, state: str | None = None, cursor: str | None = None, limit: int = 24) -> TwinPage:
        """Return pairs with the difference of their rights in words, the longest known first.

        Shape: `state` is a `TwinState` value, or None for all. Raises: NotAllowed; Invalid.
        """
        actor.require(Permission.AGREEMENT_READ)
        wanted, after, most = _state(state), _after(cursor), max(1, min(limit, _MOST_ROWS))
        with self.database.unit() as unit:
            found = store.pairs(unit, wanted, after, most + 1)
            items = self._compared(unit, actor, found[:most])
        return TwinPage(items, str(found[most - 1].twin_id) if len(found) > most else None)

    def twins_of(self, actor: Actor, asset_id: AssetId) -> tuple[Comparison, ...]:
        """Return every pair of a photograph, whatever was ruled.

        Raises: NotAllowed, NotFound.
        """
        actor.require(Permission.AGREEMENT_READ)
        with self.database.unit() as unit:
            if not store.asset_exists(unit, asset_id):
                raise NotFound(_PHOTOGRAPH)
            return self._compared(unit, actor, store.of_asset(unit, asset_id))

    def rule_twins(
        self, actor: Actor, twin_id: TwinId, ruling: str, note: str = "", *, seen: int | None = None
    ) -> Comparison:
        """Rule that a pair is one picture ("same") or two ("different"); a later ruling replaces it, the log keeps all.

        Shape: `seen` is the version of the pair the ruling was made on; None rules on it as it is now.
        Raises: NotAllowed, NotFound, Invalid; Conflict `twin_changed`; WrongState when it is ruled so already.
        """
        actor.require(Permission.TWINS_RULE)
        at, said = self.clock(), check_ruling(ruling, note)
        with self.database.unit() as unit:
            pair = store.one(unit, twin_id, lock=True)
            if pair is None:
                raise NotFound(_PAIR)
            check_standing(pair, said, seen)
            store.rule(unit, twin_id, said, by=actor.person_id, at=at)
            more: dict[str, Detail] = {"before": pair.state.value, "ruling": said.state.value, "note": said.note}
            append(unit, _event(EventType.TWINS_RULED, actor, pair.sides[0].asset_id, _details(pair) | more), at)
            ruled = store.one(unit, twin_id)
            return self._compared(unit, actor, [ruled] if ruled else [])[0]

    # ---- inside

    def _pair(self, unit: Unit, asset_id: AssetId, found: Resemblance, at: datetime) -> bool:
        twin_id = store.add_pair(unit, asset_id, found, at)
        if twin_id is None:
            return False
        details: dict[str, Detail] = {
            "twins": str(twin_id),
            "other": str(found.asset_id),
            "distance": found.distance,
        }
        append(unit, _event(EventType.TWINS_FOUND, None, asset_id, details), at)
        return True

    def _compared(self, unit: Unit, actor: Actor, pairs: Sequence[TwinPair]) -> tuple[Comparison, ...]:
        shown = {side.asset_id for pair in pairs for side in pair.sides}
        known = facts_store.facts(unit, shown, party=actor.organisation_id, licence_id=None, at=self.clock())
        return tuple(compare(pair, (known[pair.sides[0].asset_id], known[pair.sides[1].asset_id])) for pair in pairs)

    def _refuse_beside(self, unit: Unit, claims: Sequence[Claim], at: datetime) -> None:
        """Go on only when nothing is granted of a photograph's twin that clashes with what is claimed of it.

        Raises: ExclusivityConflict naming what stands in the way, and the twin.
        """
        found = store.beside(unit, claims)
        if not found:
            return
        grants_store.hold(unit, [*claims, *(one.claim for one in found)], at)
        for some in _by_terms(found):
            held = grants_store.standing_over(unit, some[0].claim, [one.claim.scope for one in some])
            if held is not None:
                (low, high), holding = held
                named = next(one for one in some if low <= one.claim.scope[0] < high)
                raise conflict(holding, beside=named.accession_number)


def _by_terms(found: Sequence[Beside]) -> Sequence[Sequence[Beside]]:
    """Return them sorted into those that are claimed in the same terms, so that each lot is asked about once."""
    lots: dict[tuple[object, ...], list[Beside]] = {}
    for one in found:
        claim = one.claim
        key = (claim.space, claim.slot_owner, claim.media, claim.territory, claim.span, claim.exclusive)
        lots.setdefault(key, []).append(one)
    return list(lots.values())


def _event(kind: EventType, actor: Actor | None, asset_id: AssetId, details: dict[str, Detail]) -> Event:
    by = None if actor is None else actor.person_id
    organisation = None if actor is None else actor.organisation_id
    return Event(type=kind, actor=by, organisation=organisation, asset=asset_id, details=details)


def _details(pair: TwinPair) -> dict[str, Detail]:
    return {"twins": str(pair.twin_id), "other": str(pair.sides[1].asset_id), "distance": pair.distance}


def _state(said: str | None) -> TwinState | None:
    try:
        return TwinState(said) if said else None
    except ValueError:
        raise Invalid([Fault("state", "unknown", _NO_STATE)]) from None


def _after(cursor: str | None) -> TwinId | None:
    try:
        return TwinId(UUID(cursor)) if cursor else None
    except ValueError:
        raise Invalid([Fault("cursor", "invalid", _NO_CURSOR)]) from None
