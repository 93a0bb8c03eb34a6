"""The door for a WSGI server: `gunicorn wsgi:app`."""

from config.settings import read_settings
from dam.app import create_app

app = create_app(read_settings())
