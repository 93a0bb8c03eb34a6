"""What must stand before anything runs: the schema, the buckets, and a store that keeps its promises."""

from urllib.parse import unquote, urlsplit

from pydantic import SecretStr

from config.settings import Settings
from dam.database.migrate import migrate
from dam.kernel.clock import utc_now
from dam.local import credentials
from dam.local.process import StartFailed
from dam.storage.s3 import S3Access
from dam.storage.stores import open_stores


def prepare(settings: Settings) -> None:
    """Bring the database to the present shape, make buckets and signing key, and prove the store; safe to repeat.

    Raises: ServiceFault, StoreUnfit; StartFailed where the owner of the tables is not known.
    """
    if settings.database_owner_url is None:
        raise StartFailed("DATABASE_OWNER_URL is not set: only the owner of the tables may change them.")
    sequencer = None if settings.log_database_url is None else login_of(settings.log_database_url)
    migrate(settings.database_owner_url.get_secret_value(), *login_of(settings.database_url), sequencer=sequencer)
    access = S3Access(
        settings.s3_endpoint,
        settings.s3_region,
        settings.s3_access_key.get_secret_value(),
        settings.s3_secret_key.get_secret_value(),
        settings.s3_bucket_prefix,
    )
    open_stores(access, lock_mode=settings.original_lock_mode).prepare()
    if settings.c2pa_key_path is None:
        credentials.issue(settings.credentials_dir, settings.institution_name_en, utc_now())


def login_of(url: SecretStr) -> tuple[str, str]:
    """Return user and password of a database address."""
    parts = urlsplit(url.get_secret_value())
    return unquote(parts.username or ""), unquote(parts.password or "")
