"""The sequencer: gives every committed event its place, signs the tree, and publishes it; one at a time, for ever.

Events wait in `au.pending` from the very transaction that wrote them, so nothing is lost while the sequencer is away.
Its own transaction gives places, moves the head and keeps the signed checkpoint, all or nothing. Only what lies in the
bucket is handed out; a database that is older than the bucket, or another one, is refused.
"""

import json
import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from time import monotonic

from dam.audit import log_store
from dam.audit.checkpoint import Checkpoint, Signer, sign
from dam.audit.events import Event, EventType
from dam.audit.identity import instant_of
from dam.audit.log_store import Placed, Row, Waiting
from dam.audit.merkle import Frontier, leaf_hash
from dam.audit.publishing import LogRefused, Publisher
from dam.audit.service import append
from dam.audit.standing import Spoken
from dam.audit.tiles import HEIGHT
from dam.database.unit import Database
from dam.kernel.clock import Clock
from dam.kernel.errors import IntegrityFault, ServiceFault, Stale

BATCH = 5000
_LOOK_AGAIN_S = 10.0
_LONGEST_WAIT_S = 30.0
_log = logging.getLogger(__name__)


@dataclass(slots=True)
class Sequencer:
    """One log's only writer.

    Shape: `announced` are the public keys the log shall tell of, by what they sign.
    """

    database: Database
    publisher: Publisher
    clock: Clock
    signer: Signer
    announced: Mapping[str, Sequence[str]]
    batch: int = BATCH
    fault: str | None = None
    _edge: tuple[int, bytes] | None = None
    _look_at_s: float = 0.0
    _publish_at_s: float = 0.0
    _waited_s: float = 0.5

    def work(self) -> None:
        """Give places to all that waits, sign, publish; do nothing while another sequencer has the turn.

        Raises: ServiceFault when PostgreSQL does not answer; S3 is waited for without stopping.
        """
        if monotonic() < self._look_at_s:
            return
        try:
            if self._ready():
                while self.sequence() == self.batch:
                    pass
                self._publish()
        except LogRefused as refused:
            self._refuse(refused)
        except ServiceFault:
            self._edge = None  # whether the last unit was committed is not known: look before going on
            raise

    def sequence(self) -> int:
        """Give places to one batch, and return how many got one.

        Raises: ServiceFault.
        """
        with self.database.unit() as unit:
            if not log_store.take_turn(unit):
                self._edge = None
                return 0
            grown = log_store.frontier(unit, lock=True)
            if (grown.size, grown.root()) != self._edge:
                self._edge = None
                return 0
            found = log_store.waiting(unit, self.batch)
            if not found:
                return 0
            log_store.place(unit, *_grow(grown, found), grown)
            checkpoint = Checkpoint(self.signer.name, grown.size, grown.root())
            log_store.add_checkpoint(unit, grown.size, sign(checkpoint.text, [self.signer]), self.clock())
        self._edge = (grown.size, checkpoint.root)
        return len(found)

    def say(self) -> None:
        """Write down how it stands, for operations; a sequencer without the turn keeps silent.

        Raises: ServiceFault.
        """
        with self.database.unit() as unit:
            if not log_store.take_turn(unit):
                return
            count, oldest = log_store.queue(unit)
            said = Spoken(
                state="refused" if self.fault else "working",
                fault=self.fault,
                size=log_store.frontier(unit, lock=False).size,
                published=self.publisher.size,
                waiting=count,
                waiting_since=None if oldest is None else instant_of(oldest),
                seen_at=self.clock(),
            )
            log_store.speak(unit, said)

    def sweep(self) -> int:
        """Withdraw unfinished tiles that are no longer needed, and return how many.

        Raises: ServiceFault.
        """
        return self.publisher.sweep() if self._edge is not None else 0

    def _ready(self) -> bool:
        """Look, before the first batch and after every doubt, whether bucket and database are one log.

        Raises: LogRefused; ServiceFault, also when the bucket does not answer: then nothing is signed.
        """
        if self._edge is not None:
            return True
        with self.database.unit() as unit:
            if not log_store.take_turn(unit):
                return False
            edge = log_store.frontier(unit, lock=False)
        self.publisher.compare()
        self._edge = (edge.size, edge.root())
        self._announce()
        if self.fault:
            _log.warning("the log is one again; going on")
            self.fault = None
        return True

    def _announce(self) -> None:
        """Write into the log itself which keys sign for it; each once."""
        with self.database.unit() as unit:
            told = [json.loads(entry)["more"] for entry in log_store.entries_of_type(unit, EventType.KEY_ANNOUNCED)]
            known = {(more["use"], more["key"]) for more in told}
            for use, keys in self.announced.items():
                for key in keys:
                    if (use, key) not in known:
                        append(unit, _announcement(use, self.signer.name, key), self.clock())

    def _publish(self) -> None:
        """Publish the newest checkpoint; while the bucket is away, go on giving places and try again later.

        Raises: LogRefused when the bucket holds other bytes.
        """
        if self._edge is None or monotonic() < self._publish_at_s:
            return
        with self.database.unit() as unit:
            newest = log_store.newest_checkpoint(unit)
        if newest is None or newest[0] <= self.publisher.size:
            return
        try:
            self.publisher.publish(*newest)
        except Stale:
            self._edge = None
        except IntegrityFault as fault:
            raise LogRefused("FORK", "the bucket holds other bytes where this log would be published") from fault
        except ServiceFault as fault:
            self._waited_s = min(2 * self._waited_s, _LONGEST_WAIT_S)
            self._publish_at_s = monotonic() + self._waited_s
            _log.warning("publishing waits %.0f s: %s does not answer", self._waited_s, fault.extra.get("service"))
        else:
            self._waited_s = 0.5

    def _refuse(self, refused: LogRefused) -> None:
        """Sign nothing, say why, and look again later: a person may be putting it right."""
        self._edge = None
        self._look_at_s = monotonic() + _LOOK_AGAIN_S
        self.fault = str(refused)
        _log.error("refusing to sign: %s", refused)
        self.say()


def _grow(tree: Frontier, found: Sequence[Waiting]) -> tuple[list[Placed], list[Row]]:
    """Append the events to the tree, and return their places and the tile rows that they complete."""
    placed, rows = list[Placed](), list[Row]()
    for one in found:
        leaf = leaf_hash(one.entry)
        placed.append(Placed(tree.size, one.event_id, leaf))
        for node in tree.push(leaf):
            if node.height and node.height % HEIGHT == 0:
                rows.append(Row(node.height // HEIGHT, node.number, node.hash))
    return placed, rows


def _announcement(use: str, origin: str, key: str) -> Event:
    details = {"use": use, "origin": origin, "key": key}
    return Event(type=EventType.KEY_ANNOUNCED, actor=None, organisation=None, details=details)
