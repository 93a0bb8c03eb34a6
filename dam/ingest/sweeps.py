"""What ingest does again and again: deletes what nobody owns, and makes again what an older recipe made."""

import logging
from collections.abc import Mapping
from types import MappingProxyType
from typing import Protocol

from dam.audit.events import Detail, Event, EventType
from dam.audit.service import append
from dam.database.unit import Database
from dam.imaging.inspection import RECIPE_VERSION
from dam.ingest import store
from dam.jobs.names import JobKind
from dam.jobs.store import enqueue_each
from dam.kernel.clock import Clock
from dam.kernel.errors import IntegrityFault
from dam.storage.ports import Originals, Renditions

_log = logging.getLogger(__name__)
_SWEEP_BATCH = 100
_REMADE_AT_ONCE = 20
"""So few that uploads never wait long behind them."""
_REMADE: Mapping[str, object] = MappingProxyType({"recipe": RECIPE_VERSION})


class Comparing(Protocol):
    """What sweeping asks of rights."""

    def prepare_unlooked(self) -> int:
        """Have photographs prepared again that are ready and were never compared with the others."""


class Sweeps:
    """The chores of ingest."""

    database: Database
    clock: Clock
    originals: Originals
    renditions: Renditions
    rights: Comparing

    def sweep(self) -> int:
        """Delete objects that never got an owner or lost it; return how many.

        Raises: ServiceFault; what was not deleted is left for the next sweep.
        """
        with self.database.unit() as unit:
            orphans = store.take_orphans(unit, self.clock(), _SWEEP_BATCH)
        for orphan in orphans:
            self._delete(orphan)
        return len(orphans)

    def compare_all(self) -> int:
        """Have photographs compared that became ready before there were hashes to compare; return how many."""
        return self.rights.prepare_unlooked()

    def remake_old(self) -> int:
        """Have the renditions made again that an older recipe made, a few at a time; return how many."""
        with self.database.unit() as unit:
            found = store.of_older_recipe(unit, RECIPE_VERSION, _REMADE, _REMADE_AT_ONCE)
            enqueue_each(unit, JobKind.PREPARE_ASSET, found, params=_REMADE)
        return len(found)

    def _delete(self, orphan: store.Orphan) -> None:
        try:
            if orphan.bucket == "originals":
                self.originals.discard(orphan.key, None)
            else:
                self.renditions.delete(orphan.key)
        except IntegrityFault:
            _log.info("an orphan was gone already")
        with self.database.unit() as unit:
            store.forget(unit, orphan.intent_id)
            if orphan.bucket == "originals":
                details: dict[str, Detail] = {"key": orphan.key}
                append(
                    unit,
                    Event(type=EventType.UPLOAD_DISCARDED, actor=None, organisation=None, details=details),
                    self.clock(),
                )
