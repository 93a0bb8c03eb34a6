"""Making the licensed copy of one delivery: short unit, work on files, short unit."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from dam.audit.events import Detail, Event, EventType
from dam.audit.service import append
from dam.database.unit import Database, Unit
from dam.delivery import store
from dam.delivery.delivered import Delivery, MadeCopy
from dam.delivery.names import file_name
from dam.delivery.options import DeliveryOptions
from dam.delivery.stamps import licensed_stamp
from dam.delivery.store import CopyWork
from dam.imaging import copies as copying
from dam.imaging.copies import RECIPE_VERSION, CopyFile
from dam.jobs.lease import Lease
from dam.jobs.service import JobService
from dam.kernel.clock import Clock
from dam.kernel.errors import BadImage, ImprimaturError, IntegrityFault, ServiceFault
from dam.kernel.hashing import digest_stream
from dam.kernel.ids import DeliveryId
from dam.kernel.text import Bilingual
from dam.kernel.version import VERSION
from dam.metadata.c2pa import Account, SigningFault, sign
from dam.metadata.fields import DeliveredAs
from dam.metadata.stamping import stamp
from dam.metadata.verifying import verify_stamp
from dam.rights.service import RightsService
from dam.storage.keys import copy_key
from dam.storage.ports import Copies, Originals

ORIGINAL_DAMAGED = "original_damaged"
"""The original in the store is not, or no longer, what was taken in."""
NOT_MADE = "not_made"
"""The copy could not be made, however often it was tried."""


class StampFault(ImprimaturError):
    """What was written into the copy does not read back; such a copy is never handed out."""

    code = "stamp_fault"

    def __init__(self, problems: Sequence[str]) -> None:
        message = Bilingual("The rights could not be written into the copy.", "无法将权利信息写入副本。")
        super().__init__(message, extra={"problems": list(problems)})


@dataclass(frozen=True, slots=True)
class CopyMaker:
    """Makes and deletes the copies of deliveries, on behalf of the workers."""

    database: Database
    clock: Clock
    jobs: JobService
    rights: RightsService
    originals: Originals
    copies: Copies
    options: DeliveryOptions

    def make_copy(self, lease: Lease) -> None:
        """Make the copy of the delivery the lease is about; a delivery that is not waiting for one is left alone.

        Raises: ServiceFault, to be tried again; Fenced.
        """
        delivery_id = DeliveryId(lease.subject_id)
        with self.database.unit() as unit:
            work = store.copy_work(unit, delivery_id)
            if work is None:
                self.jobs.finish(unit, lease)
                return
        with TemporaryDirectory(dir=self.options.work_dir) as folder:
            try:
                made, target = self._produce(work, Path(folder))
            except IntegrityFault:
                self._give_up_at_work(lease, work.delivery, ORIGINAL_DAMAGED)
                return
            except (BadImage, StampFault, SigningFault) as error:
                self._give_up_at_work(lease, work.delivery, error.code)
                return
            self._put(lease, made, target)
        self._hand_over(lease, work.delivery, made)

    def delete_copy(self, lease: Lease) -> None:
        """Delete the copy of an ended delivery; deleting what is not there is no error.

        Raises: ServiceFault, to be tried again; Fenced.
        """
        delivery_id = DeliveryId(lease.subject_id)
        self.copies.delete(copy_key(delivery_id))
        with self.database.unit() as unit:
            ended = store.find(unit, delivery_id)
            if ended is not None and ended.copy is not None:
                append(unit, _event(EventType.COPY_DELETED, ended), self.clock())
            self.jobs.finish(unit, lease)

    def give_up(self, delivery_id: DeliveryId, failure: str = NOT_MADE) -> None:
        """End a delivery whose copy cannot be made; the download is not charged. Doing it twice does no harm."""
        with self.database.unit() as unit:
            found = store.find(unit, delivery_id)
            if found is not None:
                self._fail(unit, found, failure)

    def _produce(self, work: CopyWork, folder: Path) -> tuple[MadeCopy, Path]:
        """Fetch, resize, stamp, check, sign; the file is unmarked from the start, and nobody sees it before the end.

        Raises: IntegrityFault when a byte of the original differs; BadImage when it cannot be opened; StampFault;
        SigningFault.
        """
        original, bare, signed = folder / "original", folder / "bare", folder / "signed"
        self.originals.fetch(work.asset.original_key, original)
        wanted = work.delivery.format.media_type
        picture = copying.make_copy(original, bare, max_px=work.terms.max_px, limits=self.options.limits, wanted=wanted)
        original.unlink()
        name = _file_name(work)
        self._stamp(work, bare, DeliveredAs(name, wanted.value, picture.size_bytes))
        manifest = self._sign(work, picture, bare, signed)
        return _measured(work, picture, signed, manifest), signed

    def _stamp(self, work: CopyWork, file: Path, delivered: DeliveredAs) -> None:
        fields = licensed_stamp(work, delivered, base_url=self.options.base_url, at=self.clock())
        stamp(file, fields)
        problems = verify_stamp(file, fields)
        if problems:
            raise StampFault(problems)

    def _sign(self, work: CopyWork, picture: CopyFile, source: Path, target: Path) -> str:
        """The last step: whatever came after it would break it."""
        if self.options.signer is None:
            raise SigningFault("no key: run `imprimatur migrate`, or set C2PA_KEY_PATH and C2PA_CHAIN_PATH")
        account = Account(
            title=_file_name(work),
            media_type=picture.media_type,
            original_title=work.asset.accession_number,
            original_media_type=work.asset.media_type,
            original_sha256=work.asset.sha256,
            licence_id=work.licence.number,
            version=VERSION,
            changes=_changes(picture),
            no_mining=work.terms.no_ai_training,
        )
        return sign(source, target, account, self.options.signer)

    def _put(self, lease: Lease, made: MadeCopy, target: Path) -> None:
        """Store the copy; bytes left by an attempt that was cut off make way, for no two signatures are the same.

        Raises: ServiceFault; Fenced.
        """
        try:
            self.copies.put(made.key, target, made.media_type)
        except IntegrityFault:
            self.jobs.hold(lease)  # else these may be the bytes of the worker that took over
            self.copies.delete(made.key)
            self._put_once(made, target)

    def _put_once(self, made: MadeCopy, target: Path) -> None:
        try:
            self.copies.put(made.key, target, made.media_type)
        except IntegrityFault as error:
            raise ServiceFault("s3") from error

    def _hand_over(self, lease: Lease, delivery: Delivery, made: MadeCopy) -> None:
        at = self.clock()
        with self.database.unit() as unit:
            taken = store.make_ready(unit, delivery.delivery_id, made, at + self.options.lifetime)
            if taken:
                append(unit, _made_event(delivery, made), at)
            self.jobs.finish(unit, lease)
        if not taken:
            self.copies.delete(made.key)

    def _give_up_at_work(self, lease: Lease, delivery: Delivery, failure: str) -> None:
        with self.database.unit() as unit:
            self._fail(unit, delivery, failure)
            self.jobs.finish(unit, lease)

    def _fail(self, unit: Unit, delivery: Delivery, failure: str) -> None:
        at = self.clock()
        if not store.make_failed(unit, delivery.delivery_id, failure, at + self.options.failure_pause):
            return
        self.rights.return_charge(unit, delivery.line_id)
        append(unit, _event(EventType.COPY_FAILED, delivery, failure), at)


def _changes(picture: CopyFile) -> list[str]:
    """Tell what was done to the picture, as actions of the C2PA specification."""
    done = {
        "c2pa.orientation": picture.turned,
        "c2pa.resized": picture.resized,
        "c2pa.transcoded": picture.recoded,
        "c2pa.repackaged": not picture.recoded,
        "c2pa.edited.metadata": True,
    }
    return [action for action, was_done in done.items() if was_done]


def _file_name(work: CopyWork) -> str:
    title = work.asset.description.get("title", {})
    words = title.get("en") or title.get("zh-Hans") or ""
    return file_name(work.asset.accession_number, words, work.delivery.format.media_type.value)


def _measured(work: CopyWork, picture: CopyFile, target: Path, manifest: str) -> MadeCopy:
    with target.open("rb") as stream:
        digest = digest_stream(stream)
    return MadeCopy(
        key=copy_key(work.delivery.delivery_id),
        sha256=digest.sha256,
        size_bytes=digest.size_bytes,
        media_type=picture.media_type,
        width_px=picture.width_px,
        height_px=picture.height_px,
        file_name=_file_name(work),
        manifest_sha256=manifest,
    )


def _made_event(delivery: Delivery, made: MadeCopy) -> Event:
    details: dict[str, Detail] = {
        "sha256": made.sha256,
        "width_px": made.width_px,
        "height_px": made.height_px,
        "format": delivery.format.value,
        "manifest_sha256": made.manifest_sha256,
        "recipe": RECIPE_VERSION,
    }
    return Event(
        type=EventType.COPY_MADE,
        actor=None,
        organisation=delivery.organisation_id,
        asset=delivery.asset_id,
        licence=delivery.licence_id,
        delivery=delivery.delivery_id,
        rendition="copy",
        size_bytes=made.size_bytes,
        details=details,
    )


def _event(kind: EventType, delivery: Delivery, *reasons: str) -> Event:
    return Event(
        type=kind,
        actor=None,
        organisation=delivery.organisation_id,
        asset=delivery.asset_id,
        licence=delivery.licence_id,
        delivery=delivery.delivery_id,
        decision="error" if reasons else None,
        reasons=reasons,
        rendition="copy",
    )
