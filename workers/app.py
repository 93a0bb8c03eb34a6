"""The Celery application: `celery --app workers.app worker`."""

from celery.signals import setup_logging

from config.logging import configure_logging
from config.settings import read_settings
from dam.jobs.celery_queue import make_celery

settings = read_settings()
app = make_celery(settings.broker_url.get_secret_value())
app.conf.worker_concurrency = settings.worker_concurrency
app.conf.imports = ("workers.ingest", "workers.delivery", "workers.mail")


@setup_logging.connect
def log_as_the_house_does(**_: object) -> None:
    """Keep Celery from setting up logs of its own: a receiver of this signal is all it takes."""
    configure_logging(settings.log_level)
