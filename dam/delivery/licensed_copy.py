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
from dam.imaging.copies import CopyFile
from dam.jobs.lease import Lease
from dam.jobs.service import JobService
from dam.kernel.clock import Clock
from dam.kernel.errors import BadImage, ImprimaturError, IntegrityFault, ServiceFault
from dam.kernel.hashing import digest_stream
from dam.kernel.ids import DeliveryId
from dam.kernel.text import Bilingual
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
            except (BadImage, StampFault) as error:
                self._give_up_at_work(lease, work.delivery, error.code)
                return
            self._put(made, target, work.delivery)
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
        """Fetch, resize, stamp, check; the file is unmarked from the resize on, and nobody sees it before the stamp.

        Raises: IntegrityFault when a byte of the original differs; BadImage when it cannot be opened; StampFault.
        """
        original, target = folder / "original", folder / "copy.jpg"
        self.originals.fetch(work.asset.original_key, original)
        picture = copying.make_copy(original, target, max_px=work.terms.max_px, limits=self.options.limits)
        fields = licensed_stamp(work, base_url=self.options.base_url, at=self.clock())
        stamp(target, fields)
        problems = verify_stamp(target, fields)
        if problems:
            raise StampFault(problems)
        return _measured(work, picture, target), target

    def _put(self, made: MadeCopy, target: Path, delivery: Delivery) -> None:
        """Store the copy; bytes left by an attempt that was cut off, of an older recipe, make way.

        Raises: ServiceFault.
        """
        try:
            self.copies.put(made.key, target, made.media_type)
        except IntegrityFault as error:
            with self.database.unit() as unit:
                waiting = store.copy_work(unit, delivery.delivery_id) is not None
            if waiting:
                self.copies.delete(made.key)
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


def _measured(work: CopyWork, picture: CopyFile, target: Path) -> MadeCopy:
    with target.open("rb") as stream:
        digest = digest_stream(stream)
    title = work.asset.description.get("title", {})
    return MadeCopy(
        key=copy_key(work.delivery.delivery_id),
        sha256=digest.sha256,
        size_bytes=digest.size_bytes,
        media_type=picture.media_type,
        width_px=picture.width_px,
        height_px=picture.height_px,
        file_name=file_name(
            work.asset.accession_number, title.get("en") or title.get("zh-Hans") or "", picture.media_type
        ),
    )


def _made_event(delivery: Delivery, made: MadeCopy) -> Event:
    details: dict[str, Detail] = {"sha256": made.sha256, "width_px": made.width_px, "height_px": made.height_px}
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
