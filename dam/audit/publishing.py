"""Bringing the log into the bucket: tiles first, the checkpoint last, and the check that both tell the same story.

Full tiles and bundles are write-once and locked. Unfinished ones are offered for a while and swept; every anchor, one
an hour unless told otherwise, is locked with its unfinished tiles, so that no more than that could be undone.
"""

import logging
from collections import deque
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from dam.audit import log_store
from dam.audit.bundle import LogSource
from dam.audit.checkpoint import BadNote, Checkpoint, Verifier, open_checkpoint
from dam.audit.merkle import root
from dam.audit.tiles import CHECKPOINT, Tile, TileHashes, bundle, tiles_between
from dam.database.unit import Database
from dam.kernel.clock import Clock
from dam.storage.ports import LogShelf

_log = logging.getLogger(__name__)
_ANCHORS = "anchors/"
_OFFERED_FOR = timedelta(minutes=2)


class LogRefused(Exception):
    """What was published and what the database holds are not one log; nothing may be signed until a person has looked.

    Shape: `kind` is ROLLBACK where the database is older than what was published, FORK where both differ, or KEY
    where the published checkpoint is not ours.
    """

    def __init__(self, kind: str, sentence: str) -> None:
        super().__init__(f"{kind}: {sentence}")
        self.kind = kind


@dataclass(frozen=True, slots=True)
class DatabaseTiles:
    """Tiles and bundles out of the database, each read in a short unit."""

    database: Database

    def hashes(self, tile: Tile) -> list[bytes]:
        """Return the hashes of a tile."""
        with self.database.unit() as unit:
            return log_store.hashes(unit, tile)

    def entries(self, tile: Tile) -> list[bytes]:
        """Return the entries of a bundle."""
        with self.database.unit() as unit:
            return log_store.entries(unit, tile)


@dataclass(slots=True)
class Publisher:
    """Publishes one log.

    Units: anchors every `anchor_every`; what is locked stays so for `retention`.
    """

    database: Database
    shelf: LogShelf
    clock: Clock
    verifier: Verifier
    anchor_every: timedelta
    retention: timedelta
    size: int = 0
    _tag: str | None = None
    _anchored_at: datetime | None = None
    _offered: deque[tuple[datetime, str]] = field(default_factory=deque)

    def compare(self) -> None:
        """Go on only if everything published is the beginning of what the database holds.

        Raises: LogRefused; ServiceFault.
        """
        found = self.shelf.checkpoint()
        newest = None if found is None else self._read(found[0])
        anchor = self._newest_anchor()
        for published in (newest, anchor):
            if published is not None:
                self._require_beginning(published)
        if newest is not None:
            self._note(newest.size)  # its own note of this publication may have been lost with a connection
        self.size = newest.size if newest else 0
        self._tag = found[1] if found else None
        if newest is None and anchor is not None:
            _log.warning("the end of the published log is gone; everything is published again")
        known = {key for _, key in self._offered}
        self._offered.extend((self.clock(), key) for key in self.shelf.offered() if key not in known)

    def publish(self, size: int, note: str) -> None:
        """Publish the log up to a signed checkpoint; what is already there is compared, not replaced.

        Raises: Stale when another sequencer published meanwhile; ServiceFault; IntegrityFault.
        """
        present = self.clock()
        anchor = self._anchored_at is None or present - self._anchored_at >= self.anchor_every
        for tile in tiles_between(self.size, size):
            self._put(tile, present, locked=anchor)
        if anchor:
            self._keep(f"{_ANCHORS}{present:%Y-%m-%dT%H:%M:%SZ}.{size}", note.encode(), present)
        self._tag = self.shelf.advance(note, self._tag)
        self._note(size)
        self.size = size
        self._anchored_at = present if anchor else self._anchored_at

    def sweep(self) -> int:
        """Withdraw unfinished tiles that nobody needs any more, and return how many."""
        before, swept = self.clock() - _OFFERED_FOR, 0
        needed = {tile.path for tile in tiles_between(self.size - 1, self.size)} if self.size else set()
        while self._offered and self._offered[0][0] < before:
            at, key = self._offered.popleft()
            if key in needed:
                self._offered.append((self.clock(), key))
                continue
            try:
                self.shelf.withdraw(key)
            except BaseException:
                self._offered.appendleft((at, key))
                raise
            swept += 1
        return swept

    def _put(self, tile: Tile, present: datetime, *, locked: bool) -> None:
        data = tile_bytes(DatabaseTiles(self.database), tile)
        if tile.full or locked:
            self._keep(tile.path, data, present)
        if not tile.full:
            self.shelf.offer(tile.path, data)
            self._offered.append((present, tile.path))

    def _note(self, size: int) -> None:
        with self.database.unit() as unit:
            log_store.add_publication(unit, size, self.clock())

    def _keep(self, key: str, data: bytes, present: datetime) -> None:
        self.shelf.keep(key, data, present + self.retention)

    def _newest_anchor(self) -> Checkpoint | None:
        newest = None
        for key in self.shelf.kept(_ANCHORS):
            newest = key
        if newest is None:
            return None
        stamp = newest.removeprefix(_ANCHORS).partition(".")[0]
        self._anchored_at = datetime.fromisoformat(stamp)
        found = self.shelf.read(newest)
        return None if found is None else self._read(found.decode())

    def _read(self, note: str) -> Checkpoint:
        try:
            return open_checkpoint(note, self.verifier)
        except BadNote as fault:
            raise LogRefused(
                "KEY", f"the published checkpoint was not signed by {self.verifier.name}: {fault}"
            ) from None

    def _require_beginning(self, published: Checkpoint) -> None:
        with self.database.unit() as unit:
            size = log_store.frontier(unit, lock=False).size
        if published.size > size:
            raise LogRefused("ROLLBACK", f"{published.size} entries were published, the database holds {size}")
        if root(published.size, TileHashes(size, DatabaseTiles(self.database))) != published.root:
            raise LogRefused("FORK", f"the first {published.size} entries are not those that were published")


def tile_bytes(source: LogSource, tile: Tile) -> bytes:
    """Return the bytes of a tile or bundle as they are published."""
    if tile.level == "entries":
        return bundle(source.entries(tile))
    return b"".join(source.hashes(tile)[: tile.width])


__all__ = ["CHECKPOINT", "DatabaseTiles", "LogRefused", "Publisher", "tile_bytes"]
