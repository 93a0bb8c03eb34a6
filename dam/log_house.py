"""The small house of the log: what its sequencer needs, and nothing that reads pictures or serves people."""

from datetime import timedelta

from config.settings import Settings
from dam.audit.key_file import BadKeyFile, load_signer
from dam.audit.publishing import Publisher
from dam.audit.receipt import Receipts
from dam.audit.sequencer import Sequencer
from dam.database.engine import make_engine
from dam.database.unit import Database
from dam.kernel.clock import Clock, utc_now
from dam.storage.s3 import S3Access
from dam.storage.stores import open_stores


def build_sequencer(settings: Settings, *, clock: Clock = utc_now) -> Sequencer:
    """Return the sequencer of the log, under its own login and with the signing key, which no other process reads.

    Raises: BadKeyFile; OSError.
    """
    if settings.log_database_url is None:
        raise BadKeyFile("LOG_DATABASE_URL is not set: the sequencer has a login of its own")
    signer = load_signer(settings.log_key_path or settings.data_dir / "log.key", settings.log_origin)
    # One connection: it carries the turn, so that whoever loses it cannot commit either.
    database = Database(make_engine(settings.log_database_url.get_secret_value(), pool_size=1))
    publisher = Publisher(
        database=database,
        shelf=open_stores(s3_access(settings), lock_mode=settings.original_lock_mode).log,
        clock=clock,
        verifier=signer.verifier,
        anchor_every=timedelta(seconds=settings.log_anchor_every_s),
        retention=timedelta(days=settings.log_lock_days),
    )
    keys = {"log": [signer.verifier.text], "receipts": [receipts_of(settings).signer.verifier.text]}
    return Sequencer(database=database, publisher=publisher, clock=clock, signer=signer, announced=keys)


def receipts_of(settings: Settings) -> Receipts:
    """Return what signs the receipts of downloads."""
    return Receipts.of(settings.log_origin, settings.secret_key.get_secret_value())


def s3_access(settings: Settings) -> S3Access:
    """Return how the object store is reached."""
    return S3Access(
        endpoint=settings.s3_endpoint,
        region=settings.s3_region,
        access_key=settings.s3_access_key.get_secret_value(),
        secret_key=settings.s3_secret_key.get_secret_value(),
        bucket_prefix=settings.s3_bucket_prefix,
    )
