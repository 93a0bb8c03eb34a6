"""What must stand before anything runs: the schema, the buckets, and a store that keeps its promises."""

from urllib.parse import unquote, urlsplit

from config.settings import Settings
from dam.database.migrate import migrate
from dam.local.process import StartFailed
from dam.storage.s3 import S3Access
from dam.storage.stores import open_stores


def prepare(settings: Settings) -> None:
    """Bring the database to the present shape, make the buckets and prove the store; safe to repeat.

    Raises: ServiceFault, StoreUnfit; StartFailed where the owner of the tables is not known.
    """
    if settings.database_owner_url is None:
        raise StartFailed("DATABASE_OWNER_URL is not set: only the owner of the tables may change them.")
    service = urlsplit(settings.database_url.get_secret_value())
    migrate(
        settings.database_owner_url.get_secret_value(), unquote(service.username or ""), unquote(service.password or "")
    )
    access = S3Access(
        settings.s3_endpoint,
        settings.s3_region,
        settings.s3_access_key.get_secret_value(),
        settings.s3_secret_key.get_secret_value(),
        settings.s3_bucket_prefix,
    )
    open_stores(access, lock_mode=settings.original_lock_mode).prepare()
