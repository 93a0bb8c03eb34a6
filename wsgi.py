"""The door for a WSGI server: `gunicorn wsgi:app`."""

from config.logging import configure_logging
from config.settings import read_settings
from dam.app import create_app

settings = read_settings()
configure_logging(settings.log_level)
app = create_app(settings)
