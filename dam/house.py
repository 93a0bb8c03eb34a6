"""The composition root: every service of the house, built once with its real adapters.

Tests build the same house on their own servers; nothing else names an adapter.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from urllib.parse import unquote, urlsplit

from config.settings import Settings
from dam.accounts.outbox import OutboxDesk
from dam.accounts.service import AccountsService
from dam.audit.log import LogService
from dam.audit.usage.service import AuditService
from dam.catalogue.service import CatalogueService
from dam.database.engine import make_engine
from dam.database.unit import Database
from dam.delivery.options import DeliveryOptions
from dam.delivery.service import DeliveryService
from dam.discovery.service import DiscoveryService
from dam.imaging.limits import Limits
from dam.ingest.service import IngestService, Policy
from dam.jobs.celery_queue import CeleryQueue, make_celery
from dam.jobs.names import JobKind
from dam.jobs.service import JobService
from dam.kernel.clock import Clock, utc_now
from dam.kernel.text import Bilingual
from dam.licensing.ports import Holds
from dam.licensing.service import LicensingService
from dam.local.credentials import load_signer_of_copies
from dam.log_house import receipts_of, s3_access
from dam.mail.folder import FolderTransport
from dam.mail.ports import Transport
from dam.mail.service import MailService
from dam.mail.smtp import SmtpTransport, access_of
from dam.mail.writing import Sender
from dam.rights.deeds import DeedPolicy, DeedService
from dam.rights.service import RightsService
from dam.storage.stores import Stores, open_stores

Check = Callable[[], bool]


@dataclass(frozen=True, slots=True)
class House:
    """Every service, and what operations may ask of the ground they stand on."""

    settings: Settings
    clock: Clock
    database: Database
    stores: Stores
    jobs: JobService
    mail: MailService
    outbox: OutboxDesk
    accounts: AccountsService
    audit: AuditService
    log: LogService
    catalogue: CatalogueService
    rights: RightsService
    deeds: DeedService
    licensing: LicensingService
    discovery: DiscoveryService
    ingest: IngestService
    delivery: DeliveryService
    checks: Mapping[str, Check]


def build_house(settings: Settings, *, clock: Clock = utc_now) -> House:
    """Return the house; no connection is made before the first use."""
    database = Database(make_engine(settings.database_url.get_secret_value(), pool_size=settings.database_pool_size))
    stores = open_stores(s3_access(settings), lock_mode=settings.original_lock_mode)
    queue = CeleryQueue(make_celery(settings.broker_url.get_secret_value()))
    jobs = JobService(database=database, queue=queue, lease_s=settings.lease_s, rehint_s=settings.rehint_s)
    rights = RightsService(database=database, clock=clock)
    log = LogService(database=database, clock=clock)
    ingest = IngestService(
        database=database,
        clock=clock,
        jobs=jobs,
        rights=rights,
        originals=stores.originals,
        renditions=stores.renditions,
        policy=_policy(settings),
    )
    jobs.when_exhausted(JobKind.PREPARE_ASSET, ingest.on_exhausted)
    mail = MailService(
        database=database, clock=clock, jobs=jobs, transport=_transport(settings), sender=_sender(settings)
    )
    jobs.when_exhausted(JobKind.SEND_LETTER, mail.on_exhausted)
    return House(
        settings=settings,
        clock=clock,
        database=database,
        stores=stores,
        jobs=jobs,
        mail=mail,
        outbox=OutboxDesk(database=database, clock=clock, mail=mail),
        accounts=AccountsService(
            database=database, clock=clock, password_pepper=settings.security_password_salt.get_secret_value()
        ),
        audit=AuditService(database=database, clock=clock, time_zone=settings.time_zone),
        log=log,
        catalogue=CatalogueService(database=database, clock=clock, jobs=jobs, barred=rights.hides_preview),
        rights=rights,
        deeds=DeedService(database=database, clock=clock, deeds=stores.deeds, policy=_deed_policy(settings)),
        licensing=LicensingService(database=database, clock=clock, rights=rights, holds=_holds(settings)),
        discovery=DiscoveryService(database=database, clock=clock, rights=rights, barred=rights.hides_preview),
        ingest=ingest,
        delivery=DeliveryService(
            database=database,
            clock=clock,
            rights=rights,
            jobs=jobs,
            originals=stores.originals,
            renditions=stores.renditions,
            copies=stores.copies,
            options=_delivery_options(settings, clock),
        ),
        checks={"postgresql": database.healthy, "broker": queue.healthy, "s3": stores.healthy, "log": log.sound},
    )


def _transport(settings: Settings) -> Transport | None:
    """Return whoever carries letters, None where no mail server is set."""
    if settings.mail_url is None:
        return None
    url = settings.mail_url.get_secret_value()
    if url.startswith("file:"):
        return FolderTransport(Path(unquote(urlsplit(url).path)))
    return SmtpTransport(access_of(url), sender=settings.mail_from)


def _sender(settings: Settings) -> Sender:
    archive = Bilingual(settings.institution_name_en, settings.institution_name_zh)
    return Sender(settings.mail_from, archive, settings.base_url)


def _limits(settings: Settings) -> Limits:
    return Limits(max_pixels=settings.pixel_limit)


def _policy(settings: Settings) -> Policy:
    return Policy(
        institution=Bilingual(settings.institution_name_en, settings.institution_name_zh),
        limits=_limits(settings),
        upload_limit_bytes=settings.upload_limit_bytes,
        base_url=settings.base_url,
        retention=timedelta(days=settings.original_lock_days),
    )


def _deed_policy(settings: Settings) -> DeedPolicy:
    return DeedPolicy(settings.deed_limit_bytes, timedelta(days=settings.original_lock_days))


def _holds(settings: Settings) -> Holds:
    return Holds(timedelta(days=settings.reservation_days), timedelta(days=settings.offer_days))


def _delivery_options(settings: Settings, clock: Clock) -> DeliveryOptions:
    return DeliveryOptions(
        lifetime=timedelta(seconds=settings.delivery_lifetime_s),
        base_url=settings.base_url,
        x_accel=settings.x_accel,
        limits=_limits(settings),
        signer=load_signer_of_copies(settings, clock),
        receipts=receipts_of(settings),
    )
