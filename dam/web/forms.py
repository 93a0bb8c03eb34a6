"""Reading forms, and showing them again with what was wrong."""

from urllib.parse import urlsplit
from uuid import UUID

from flask import request, url_for

from dam.kernel.errors import Fault, Invalid

NOTHING = UUID(int=0)
"""An id that nothing has."""


def faults_by_field(error: Invalid) -> dict[str, list[Fault]]:
    """Return the faults under the name of their field, as the form macros take them."""
    found: dict[str, list[Fault]] = {}
    for fault in error.faults:
        found.setdefault(fault.field, []).append(fault)
    return found


def text(name: str) -> str:
    """Return one field of the posted form, trimmed, without the character no text has; empty when it was not sent."""
    return _plain(request.form.get(name, ""))


def texts(name: str) -> list[str]:
    """Return every value of a repeated field of the posted form."""
    return [value for value in map(_plain, request.form.getlist(name)) if value]


def uuid_of(written: str) -> UUID | None:
    """Return the id that was written, None for what is no id."""
    try:
        return UUID(written)
    except ValueError:
        return None


def named(name: str) -> UUID | None:
    """Return the id a field of the posted form names, None when it is empty; what is no id becomes one nothing has."""
    return (uuid_of(text(name)) or NOTHING) if text(name) else None


def safe_next(target: str | None, fallback: str = "home.home") -> str:
    """Return where to go on: a path on this site, or the fallback page; never another site."""
    if target and target.startswith("/") and not target.startswith(("//", "/\\")) and target.isprintable():
        parts = urlsplit(target)
        if not parts.scheme and not parts.netloc and "\\" not in target:
            return target
    return url_for(fallback)


def _plain(written: str) -> str:
    return written.replace("\x00", "").strip()
