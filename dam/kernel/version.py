"""The version of the service; `pyproject.toml` says the same."""

VERSION = "0.2.0"
