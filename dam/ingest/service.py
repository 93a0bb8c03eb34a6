"""From upload to ready, and what becomes of what never gets there."""

import logging
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Protocol
from uuid import UUID

from dam.accounts.people import Actor
from dam.accounts.permissions import Permission
from dam.audit.events import Detail, Event, EventType
from dam.audit.service import append
from dam.catalogue import holdings
from dam.catalogue.asset import Asset, AssetState, Original, Rendition, RenditionKind
from dam.catalogue.description import Description, parse_description
from dam.catalogue.file_names import display_name
from dam.database.unit import Database, Unit
from dam.imaging.inspection import RECIPE_VERSION, Prepared, RenditionFile, prepare
from dam.imaging.limits import Limits
from dam.imaging.perceptual import PerceptualHash
from dam.ingest import store
from dam.ingest.checks import Upload, check
from dam.ingest.claiming import claiming_texts
from dam.ingest.marking import Words, mark_of, stamp_of, words_of
from dam.ingest.suggestions import filled
from dam.ingest.sweeps import Comparing, Sweeps
from dam.jobs.lease import Lease
from dam.jobs.names import JobKind
from dam.jobs.service import JobService
from dam.kernel.clock import Clock
from dam.kernel.errors import BadImage, Duplicate, NotFound, ServiceFault
from dam.kernel.ids import AssetId, new_id
from dam.kernel.text import Bilingual
from dam.metadata.stamping import stamp
from dam.metadata.warnings import name_warning
from dam.rights.provided import SourcedText
from dam.rights.twin import Likeness
from dam.storage.keys import original_key, rendition_key
from dam.storage.ports import Originals, Renditions

_log = logging.getLogger(__name__)
_UPLOAD_TAKES = timedelta(hours=1)
_LAST_LOOK = timedelta(minutes=1)
_S3 = "s3"
_HELD = Bilingual("This archive already holds exactly this file.", "本档案库已收藏完全相同的文件。")
_FAILED = Bilingual(
    "This file could not be prepared, though it was tried several times. Nothing was lost; it can be tried again.",
    "该文件多次处理均未成功。原件没有丢失，可以重新处理。",
)


@dataclass(frozen=True, slots=True)
class Received:
    """What an upload became."""

    asset_id: AssetId
    accession_number: str
    state: AssetState


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """What one archive decides about its way in.

    Units: `upload_limit_bytes` bytes; `retention` how long from preparing an original nobody may delete it.
    Shape: `institution` is the name tiled over every preview; `base_url`, where it is set, is written into each;
    `scratch` the folder of temporary files, None for the system's.
    """

    institution: Bilingual
    limits: Limits
    upload_limit_bytes: int
    retention: timedelta
    base_url: str = ""
    scratch: Path | None = None


class Credits(Comparing, Protocol):
    """What ingest asks of rights: whose credit a preview shows, a hearing for what the file claims, and its twins."""

    def credit_line_for(self, unit: Unit, asset_id: AssetId) -> str | None:
        """Return the photograph's own credit line, or else the one its supply agreement asks for now."""

    def propose(self, unit: Unit, asset_id: AssetId, texts: Sequence[SourcedText], at: datetime) -> int:
        """Put what a photograph's texts claim about its rights before the archivists."""

    def likeness(self, asset_id: AssetId, looks: Sequence[PerceptualHash]) -> Likeness | None:
        """Return what looks like the picture; None when that is known already."""

    def keep_look(
        self, unit: Unit, asset_id: AssetId, looks: Sequence[PerceptualHash], likeness: Likeness | None, at: datetime
    ) -> int:
        """Pair the photograph with all that looks like it."""


class IngestService(Sweeps):
    """The way in."""

    rights: Credits

    def __init__(
        self,
        *,
        database: Database,
        clock: Clock,
        jobs: JobService,
        originals: Originals,
        renditions: Renditions,
        rights: Credits,
        policy: Policy,
    ) -> None:
        self.database = database
        self.clock = clock
        self.jobs = jobs
        self.originals = originals
        self.renditions = renditions
        self.rights = rights
        self.policy = policy

    def receive(self, actor: Actor, upload: Upload) -> Received:
        """Store the original and take the photograph in; a worker opens it afterwards.

        Raises: NotAllowed; Invalid; BadImage when empty or no image; TooMuch; Duplicate, `extra["asset"]` being the one
        that holds these bytes; ServiceFault, and then no photograph was taken in.
        """
        actor.require(Permission.ASSET_UPLOAD)
        description = parse_description(upload.description or {})
        checked = check(upload.stream, limit_bytes=self.policy.upload_limit_bytes)
        digest = checked.digest
        intent = self._announce_original(digest.sha256)
        stored = self.originals.put(digest.sha256, upload.stream, digest.size_bytes, checked.media_type.value)
        original = Original(
            stored.key,
            stored.version,
            digest.sha256,
            digest.size_bytes,
            checked.media_type.value,
            display_name(upload.file_name),
        )
        return self._take_in(actor, original, description, intent)

    def prepare(self, lease: Lease) -> None:
        """Open a received photograph and make its marked renditions; a ready one is marked anew.

        Raises: ServiceFault; IntegrityFault; Fenced when another worker has the job.
        """
        asset_id = AssetId(lease.subject_id)
        with self.database.unit() as unit:
            asset = holdings.begin(unit, asset_id, self.clock())
            if asset is None:
                self.jobs.finish(unit, lease)
                return
            words = self._words(unit, asset)
        original = asset.original
        self.originals.lock(original.key, original.version, self.clock() + self.policy.retention)
        with TemporaryDirectory(prefix="ingest-", dir=self.policy.scratch) as folder:
            self._open(lease, asset, words, Path(folder))

    def retry(self, actor: Actor, asset_id: AssetId) -> None:
        """Send a quarantined photograph to be prepared again.

        Raises: NotAllowed; NotFound; WrongState when it is not quarantined.
        """
        actor.require(Permission.ASSET_UPLOAD)
        at = self.clock()
        with self.database.unit() as unit:
            now = holdings.asset(unit, asset_id, lock=True)
            if now is None:
                raise NotFound(Bilingual("photograph", "照片"))
            holdings.release(unit, now, at)
            self.jobs.enqueue(unit, JobKind.PREPARE_ASSET, asset_id, params={"version": now.version + 1})
            event = Event(
                type=EventType.ASSET_RELEASED, actor=actor.person_id, organisation=actor.organisation_id, asset=asset_id
            )
            append(unit, event, at)

    def on_exhausted(self, subject_id: UUID) -> None:
        """Quarantine a photograph whose preparation was tried in vain; told twice, it changes nothing."""
        with self.database.unit() as unit:
            now = holdings.asset(unit, AssetId(subject_id), lock=True)
            if now is not None and now.state in (AssetState.RECEIVED, AssetState.PROCESSING):
                self._quarantine(unit, now, "processing_failed", _FAILED)

    def _announce_original(self, sha256: str) -> UUID:
        with self.database.unit() as unit:
            _refuse_held(holdings.held(unit, sha256))
            return self._announce(unit, "originals", original_key(sha256))

    def _announce(self, unit: Unit, bucket: store.Bucket, key: str) -> UUID:
        intent = store.announce(unit, bucket, key, self.clock() + _UPLOAD_TAKES)
        if intent is None:  # a sweep is deleting these very bytes; in a moment they can be sent again
            raise ServiceFault(_S3)
        return intent

    def _take_in(self, actor: Actor, original: Original, description: Description, intent: UUID) -> Received:
        asset_id, at = AssetId(new_id()), self.clock()
        with self.database.unit() as unit:
            arrival = holdings.Arrival(asset_id, original, description, actor.person_id)
            number = holdings.take_in(unit, arrival, at)
            self._settle(unit, [intent])
            if number is not None:
                self._log_arrival(unit, actor, asset_id, original, number, at)
                self.jobs.enqueue(unit, JobKind.PREPARE_ASSET, asset_id, recipe_version=RECIPE_VERSION)
            held = holdings.held(unit, original.sha256)
        if number is None:
            _refuse_held(held)
            raise ServiceFault("postgresql")
        return Received(asset_id, number, AssetState.RECEIVED)

    def _settle(self, unit: Unit, intents: Sequence[UUID]) -> None:
        if not store.settle(unit, intents):
            raise ServiceFault(_S3)

    def _log_arrival(
        self, unit: Unit, actor: Actor, asset_id: AssetId, original: Original, number: str, at: datetime
    ) -> None:
        details: dict[str, Detail] = {
            "accession_number": number,
            "sha256": original.sha256,
            "file_name": original.file_name,
            "media_type": original.media_type,
        }
        event = Event(
            type=EventType.ASSET_RECEIVED,
            actor=actor.person_id,
            organisation=actor.organisation_id,
            asset=asset_id,
            size_bytes=original.size_bytes,
            details=details,
        )
        append(unit, event, at)

    def _words(self, unit: Unit, asset: Asset) -> Words:
        holder = holdings.holder_mark(unit, asset.holder_id) if asset.holder_id else None
        credit = self.rights.credit_line_for(unit, asset.asset_id)
        return words_of(asset, credit, holder, self.policy.institution)

    def _open(self, lease: Lease, asset: Asset, words: Words, folder: Path) -> None:
        original, out_dir = folder / "original", folder / "renditions"
        out_dir.mkdir()
        self.originals.fetch(asset.original.key, original)
        try:
            prepared = prepare(original, out_dir, mark_of(words), self.policy.limits)
        except BadImage as bad:
            self._set_aside(lease, asset.asset_id, bad)
            return
        finally:
            original.unlink(missing_ok=True)
        made = [self._stamped(asset.asset_id, file, words) for file in prepared.renditions]
        intents = self._store(made)
        self._conclude(lease, asset.asset_id, prepared, words, [rendition for rendition, _ in made], intents)

    def _stamped(self, asset_id: AssetId, file: RenditionFile, words: Words) -> tuple[Rendition, Path]:
        if file.tiles is None:  # a pyramid leaves tile by tile: what stood in its head would never be read
            stamp(file.path, stamp_of(words, self.policy.base_url))
        done = file.measured()
        key = rendition_key(asset_id, done.kind, RECIPE_VERSION, done.sha256)
        rendition = Rendition(
            RenditionKind(done.kind),
            RECIPE_VERSION,
            key,
            done.sha256,
            done.media_type,
            done.width_px,
            done.height_px,
            done.size_bytes,
            None if done.tiles is None else done.tiles.to_dict(),
        )
        return rendition, done.path

    def _store(self, made: Sequence[tuple[Rendition, Path]]) -> Sequence[UUID]:
        with self.database.unit() as unit:
            intents = [self._announce(unit, "renditions", rendition.key) for rendition, _ in made]
        for rendition, path in made:
            self.renditions.put(rendition.key, path, rendition.media_type)
        return intents

    def _conclude(
        self,
        lease: Lease,
        asset_id: AssetId,
        prepared: Prepared,
        words: Words,
        made: Sequence[Rendition],
        intents: Sequence[UUID],
    ) -> None:
        likeness, at = self.rights.likeness(asset_id, prepared.looks), self.clock()
        with self.database.unit() as unit:
            now = holdings.asset(unit, asset_id, lock=True)
            if now is not None and self._still_wanted(unit, now, words):
                self._settle(unit, intents)
                self._keep(unit, now, made, at)
                self._finish_asset(unit, now, prepared, at)
                self.rights.keep_look(unit, asset_id, prepared.looks, likeness, at)
            self.jobs.finish(unit, lease)

    def _still_wanted(self, unit: Unit, now: Asset, words: Words) -> bool:
        """Tell whether these renditions may be kept: a withdrawn photograph needs none, and newer words win.

        Whoever changed the words queued the job that uses them; until that is done, an unready photograph may become
        ready under the words it had.
        """
        if now.state is AssetState.READY:
            return words == self._words(unit, now)
        return now.state is AssetState.PROCESSING

    def _keep(self, unit: Unit, now: Asset, made: Sequence[Rendition], at: datetime) -> None:
        replaced = [holdings.keep_rendition(unit, now.asset_id, rendition, at) for rendition in made]
        store.abandon(unit, "renditions", [key for key in replaced if key], at + _LAST_LOOK)

    def _finish_asset(self, unit: Unit, now: Asset, prepared: Prepared, at: datetime) -> None:
        kind = EventType.ASSET_REMARKED
        if now.state is AssetState.PROCESSING:
            kind = EventType.ASSET_PREPARED
            opened = _opened(now, prepared)
            holdings.make_ready(unit, now, opened, at)
            self.rights.propose(unit, now.asset_id, claiming_texts(opened.description, prepared.reading.claims), at)
        append(unit, Event(type=kind, actor=None, organisation=None, asset=now.asset_id), at)

    def _set_aside(self, lease: Lease, asset_id: AssetId, bad: BadImage) -> None:
        with self.database.unit() as unit:
            now = holdings.asset(unit, asset_id, lock=True)
            if now is not None and now.state is AssetState.PROCESSING:
                self._quarantine(unit, now, bad.code, bad.message)
            self.jobs.finish(unit, lease)

    def _quarantine(self, unit: Unit, now: Asset, code: str, reason: Bilingual) -> None:
        at = self.clock()
        holdings.set_aside(unit, now, AssetState.QUARANTINED, code, reason, at)
        event = Event(
            type=EventType.ASSET_QUARANTINED,
            actor=None,
            organisation=None,
            asset=now.asset_id,
            details={"reason": code},
        )
        append(unit, event, at)


def _opened(now: Asset, prepared: Prepared) -> holdings.Opened:
    complete, suggested = filled(now.description, prepared.reading.suggested)
    claims = prepared.reading.to_dict()["claims"]
    misnamed = name_warning(now.original.file_name, prepared.media_type)
    found = (*prepared.warnings, misnamed) if misnamed else prepared.warnings
    warnings = [asdict(warning) for warning in found]
    return holdings.Opened(
        prepared.width_px,
        prepared.height_px,
        prepared.page_count,
        complete,
        suggested,
        claims,
        warnings,
    )


def _refuse_held(asset_id: AssetId | None) -> None:
    if asset_id is not None:
        raise Duplicate(_HELD, extra={"asset": str(asset_id)})
