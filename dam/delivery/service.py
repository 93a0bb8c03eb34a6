"""What people and workers ask of this room."""

from collections.abc import Sequence

from dam.accounts.people import Actor
from dam.accounts.permissions import Permission
from dam.catalogue.asset import RenditionKind
from dam.database.unit import Database
from dam.delivery import store
from dam.delivery.asks import CopyAsk, Method, PublicAsk, RenditionAsk, Terms
from dam.delivery.delivered import Delivered, Delivery, Preparing
from dam.delivery.download import deliver
from dam.delivery.formats import parse_format
from dam.delivery.gate import Gate
from dam.delivery.lapsing import lapse
from dam.delivery.licensed_copy import CopyMaker
from dam.delivery.options import DeliveryOptions
from dam.jobs.lease import Lease
from dam.jobs.names import JobKind
from dam.jobs.service import JobService
from dam.kernel.clock import Clock
from dam.kernel.errors import NotAllowed, NotFound
from dam.kernel.ids import AssetId, DeliveryId, LicenceId
from dam.kernel.text import Bilingual
from dam.rights.service import RightsService
from dam.storage.ports import Copies, Originals, Renditions

_SWEEP_BATCH = 100
_MOST_LISTED = 100
_LICENCE = Bilingual("licence", "许可证")


class DeliveryService:
    """Renditions and licensed copies, each through the gate."""

    def __init__(
        self,
        *,
        database: Database,
        clock: Clock,
        rights: RightsService,
        jobs: JobService,
        originals: Originals,
        renditions: Renditions,
        copies: Copies,
        options: DeliveryOptions | None = None,
    ) -> None:
        self._database = database
        self._clock = clock
        self._rights = rights
        self._jobs = jobs
        self._renditions = renditions
        self._copies = copies
        self._options = options or DeliveryOptions()
        self._gate = Gate(database=database, rights=rights, jobs=jobs, lifetime=self._options.lifetime)
        self._maker = CopyMaker(
            database=database,
            clock=clock,
            jobs=jobs,
            rights=rights,
            originals=originals,
            copies=copies,
            options=self._options,
        )
        jobs.when_exhausted(JobKind.MAKE_COPY, lambda subject_id: self._maker.give_up(DeliveryId(subject_id)))

    @property
    def root_certificate(self) -> bytes:
        """The root that readers of signed copies are asked to trust, in PEM; empty where the archive has none."""
        return self._options.signer.root if self._options.signer else b""

    def view_rendition(
        self,
        actor: Actor,
        asset_id: AssetId,
        kind: RenditionKind,
        method: Method = Method.GET,
        *,
        range_header: str | None = None,
        if_range: str | None = None,
        if_none_match: str | None = None,
    ) -> Delivered:
        """Return a marked thumbnail or preview, decided and logged now.

        Raises: NotAllowed, NotFound, NotLicensed; ServiceFault, LogFault.
        """
        ask = RenditionAsk(asset_id, kind, Terms(method, range_header, if_range, if_none_match))
        admitted = self._gate.admit(actor, ask, self._clock())
        return deliver(admitted, renditions=self._renditions, copies=self._copies)

    def view_public(
        self,
        accession_number: str,
        method: Method = Method.GET,
        *,
        range_header: str | None = None,
        if_range: str | None = None,
        if_none_match: str | None = None,
    ) -> Delivered:
        """Return the marked preview on a public page, decided and logged now, for whoever asks.

        Raises: NotFound, the same for a number nobody has and for whatever is refused; ServiceFault, LogFault.
        """
        ask = PublicAsk(accession_number, Terms(method, range_header, if_range, if_none_match))
        admitted = self._gate.admit(None, ask, self._clock())
        return deliver(admitted, renditions=self._renditions, copies=self._copies)

    def fetch_copy(
        self,
        actor: Actor,
        licence_id: LicenceId,
        asset_id: AssetId,
        method: Method = Method.GET,
        range_header: str | None = None,
        if_range: str | None = None,
        *,
        if_none_match: str | None = None,
        wanted: str | None = None,
    ) -> Preparing | Delivered:
        """Return the licensed copy of the photograph, or start its making; decided and logged now.

        Shape: `wanted` names the format; JPEG comes where it is None.
        Raises: Invalid for a format that is none; NotAllowed, NotFound, NotLicensed, CopyFailed; ServiceFault,
        LogFault.
        """
        ask = CopyAsk(licence_id, asset_id, parse_format(wanted), Terms(method, range_header, if_range, if_none_match))
        admitted = self._gate.admit(actor, ask, self._clock())
        if isinstance(admitted, Preparing):
            return admitted
        return deliver(
            admitted,
            renditions=self._renditions,
            copies=self._copies,
            accel=self._options.x_accel,
            receipts=self._options.receipts,
        )

    def deliveries(self, actor: Actor, licence_id: LicenceId) -> Sequence[Delivery]:
        """Return the newest hundred deliveries under a licence, for its licensee or whoever reads every licence.

        Raises: NotAllowed; NotFound.
        """
        if not (actor.may(Permission.LICENCE_READ_OWN) or actor.may(Permission.LICENCE_READ_ALL)):
            raise NotAllowed(Permission.LICENCE_READ_OWN.value)
        with self._database.unit() as unit:
            licensee = store.licensee_of(unit, licence_id)
            theirs = licensee == actor.organisation_id or actor.may(Permission.LICENCE_READ_ALL)
            if licensee is None or not theirs:
                raise NotFound(_LICENCE)
            return store.of_licence(unit, licence_id, _MOST_LISTED)

    def make_copy(self, lease: Lease) -> None:
        """Make the copy of a delivery; the worker's verb.

        Raises: ServiceFault, to be tried again; Fenced.
        """
        self._maker.make_copy(lease)

    def delete_copy(self, lease: Lease) -> None:
        """Delete the copy of an ended delivery; the worker's verb.

        Raises: ServiceFault, to be tried again; Fenced.
        """
        self._maker.delete_copy(lease)

    def sweep(self) -> int:
        """End the deliveries whose time is over and have their copies deleted; return how many."""
        with self._database.unit() as unit:
            over = store.lapsed(unit, self._clock() - self._options.sweep_grace, _SWEEP_BATCH)
            for ended in over:
                lapse(unit, ended, jobs=self._jobs, rights=self._rights)
        return len(over)
