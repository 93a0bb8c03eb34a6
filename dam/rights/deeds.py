"""Keeping the deeds of supply agreements: attached once, never replaced, and every reading of one written down."""

import logging
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from dam.accounts.people import Actor
from dam.accounts.permissions import Permission
from dam.audit.events import Detail, Event, EventType
from dam.audit.service import append
from dam.database.unit import Database, Unit
from dam.kernel.clock import Clock
from dam.kernel.errors import Conflict, Duplicate, Fault, IntegrityFault, Invalid, NotFound, ServiceFault
from dam.kernel.ids import AgreementId, DeedId, new_id
from dam.kernel.text import Bilingual
from dam.rights import deeds_store as store
from dam.rights.deed import MOST_DEEDS, Deed, DeedFile, Inspected, inspect
from dam.storage.keys import original_key
from dam.storage.ports import Body, Deeds, StoredObject

_log = logging.getLogger(__name__)
_UPLOAD_TAKES = timedelta(hours=1)
_SWEEP_BATCH = 100
_S3 = "s3"
_AGREEMENT = Bilingual("supply agreement", "供稿协议")
_DEED = Bilingual("deed", "协议文件")
_HELD = Bilingual("This agreement already holds exactly this file.", "此协议已附有完全相同的文件。")
_FULL = Bilingual(f"An agreement holds at most {MOST_DEEDS} deeds.", f"每份协议最多附 {MOST_DEEDS} 份文件。")
_NOT_SUPERSEDABLE = Bilingual(
    "Choose a deed of this agreement that no other has taken the place of.", "请选择此协议中尚未被取代的文件。"
)


@dataclass(frozen=True, slots=True)
class DeedPolicy:
    """What one archive decides about deeds.

    Units: `limit_bytes` bytes; `retention` how long from attaching nobody may delete a deed's object.
    """

    limit_bytes: int
    retention: timedelta


@dataclass(frozen=True, slots=True)
class OpenDeed:
    """A deed and its bytes, ready to leave; close the body when done."""

    deed: Deed
    body: Body


class DeedService:
    """The drawer of signed papers."""

    def __init__(self, *, database: Database, clock: Clock, deeds: Deeds, policy: DeedPolicy) -> None:
        self._database = database
        self._clock = clock
        self._deeds = deeds
        self._policy = policy

    def attach(
        self, actor: Actor, agreement_id: AgreementId, sent: DeedFile, supersedes: DeedId | None = None
    ) -> DeedId:
        """Attach a file to an agreement, beside those it has; `supersedes` names the one it takes the place of.

        Raises: NotAllowed; NotFound; Invalid for what is no deed; TooMuch; Duplicate, `extra["deed"]` being the one
        that holds these bytes; Conflict when it is full; ServiceFault, and then nothing was attached.
        """
        actor.require(Permission.AGREEMENT_RECORD)
        found = inspect(sent, self._policy.limit_bytes)
        intent = self._announce(agreement_id, found, supersedes)
        digest = found.digest
        stored = self._deeds.put(digest.sha256, sent.stream, digest.size_bytes, found.media_type.value)
        deed_id = self._keep(actor, agreement_id, found, stored, supersedes, intent)
        self._try_lock(store.Unlocked(deed_id, digest.sha256, stored.version))
        return deed_id

    def deeds(self, actor: Actor, agreement_id: AgreementId) -> tuple[Deed, ...]:
        """Return the deeds of an agreement, newest first; none for an agreement that is not there.

        Raises: NotAllowed.
        """
        actor.require(Permission.AGREEMENT_READ)
        with self._database.unit() as unit:
            return store.deeds_of(unit, agreement_id)

    def fetch(self, actor: Actor, agreement_id: AgreementId, deed_id: DeedId) -> OpenDeed:
        """Open a deed for somebody to read; that is written down and committed before the first byte leaves.

        Raises: NotAllowed; NotFound; ServiceFault; IntegrityFault when the store holds other bytes.
        """
        actor.require(Permission.AGREEMENT_READ)
        at = self._clock()
        with self._database.unit() as unit:
            found = store.find(unit, agreement_id, deed_id)
            if found is None:
                raise NotFound(_DEED)
            append(unit, _event(EventType.DEED_READ, actor, found), at)
        body = self._deeds.open(original_key(found.sha256))
        if body.size_bytes != found.size_bytes:
            body.close()
            raise IntegrityFault(_S3)
        return OpenDeed(found, body)

    def sweep(self) -> int:
        """Lock what could not be locked at once, and delete files that never became a deed; return how many of both.

        Raises: ServiceFault; what was not done is left for the next sweep.
        """
        with self._database.unit() as unit:
            waiting = store.unlocked(unit, _SWEEP_BATCH)
            orphans = store.take_orphans(unit, self._clock(), _SWEEP_BATCH)
        for one in waiting:
            self._lock(one)
        for orphan in orphans:
            self._delete(orphan)
        return len(waiting) + len(orphans)

    # ---- inside

    def _announce(self, agreement_id: AgreementId, found: Inspected, supersedes: DeedId | None) -> UUID:
        sha256 = found.digest.sha256
        with self._database.unit() as unit:
            _require_room(unit, agreement_id, sha256, supersedes)
            intent = store.announce(unit, sha256, self._clock() + _UPLOAD_TAKES)
        if intent is None:  # a sweep is deleting these very bytes; in a moment they can be sent again
            raise ServiceFault(_S3)
        return intent

    def _keep(
        self,
        actor: Actor,
        agreement_id: AgreementId,
        found: Inspected,
        stored: StoredObject,
        supersedes: DeedId | None,
        intent: UUID,
    ) -> DeedId:
        at, deed_id = self._clock(), DeedId(new_id())
        with self._database.unit() as unit:
            _require_room(unit, agreement_id, found.digest.sha256, supersedes)
            if not store.settle(unit, intent):
                raise ServiceFault(_S3)
            values = {"object_version": stored.version, "attached_by": actor.person_id, "attached_at": at}
            store.add(unit, deed_id, agreement_id, found, supersedes=supersedes, **values)
            made = store.find(unit, agreement_id, deed_id)
            if made is None:
                raise ServiceFault("postgresql")
            append(unit, _event(EventType.DEED_ATTACHED, actor, made), at)
        return deed_id

    def _try_lock(self, one: store.Unlocked) -> None:
        """Lock the object of a deed that is attached already: what fails here, the sweep does again."""
        try:
            self._lock(one)
        except ServiceFault:
            _log.warning("deed %s could not be locked yet", one.deed_id)

    def _lock(self, one: store.Unlocked) -> None:
        until = self._clock() + self._policy.retention
        self._deeds.lock(original_key(one.sha256), one.version, until)
        with self._database.unit() as unit:
            store.mark_locked(unit, one.deed_id, until)

    def _delete(self, orphan: store.Orphan) -> None:
        key = original_key(orphan.sha256)
        try:
            self._deeds.discard(key, None)
        except IntegrityFault:
            _log.info("an orphan was gone already")
        with self._database.unit() as unit:
            store.forget(unit, orphan.intent_id)
            event = Event(type=EventType.DEED_DISCARDED, actor=None, organisation=None, details={"key": key})
            append(unit, event, self._clock())


def _require_room(unit: Unit, agreement_id: AgreementId, sha256: str, supersedes: DeedId | None) -> None:
    """Go on only where the agreement takes this file; the agreement is held until the unit ends."""
    if not store.hold_agreement(unit, agreement_id):
        raise NotFound(_AGREEMENT)
    held = store.deeds_of(unit, agreement_id)
    for deed in held:
        if deed.sha256 == sha256:
            raise Duplicate(_HELD, extra={"deed": str(deed.deed_id)})
    if len(held) >= MOST_DEEDS:
        raise Conflict(_FULL)
    standing = {deed.deed_id for deed in held if deed.superseded_by is None}
    if supersedes is not None and supersedes not in standing:
        raise Invalid([Fault("supersedes", "not_supersedable", _NOT_SUPERSEDABLE)])


def _event(kind: EventType, actor: Actor, deed: Deed) -> Event:
    details: dict[str, Detail] = {"deed": str(deed.deed_id), "sha256": deed.sha256}
    if deed.supersedes is not None:
        details["supersedes"] = str(deed.supersedes)
    return Event(
        type=kind,
        actor=actor.person_id,
        organisation=actor.organisation_id,
        agreement=deed.agreement_id,
        size_bytes=deed.size_bytes,
        details=details,
    )
