"""What every page has around it: who is here, where they can go, in which language."""

from dataclasses import dataclass
from urllib.parse import urlencode

from flask import Flask, current_app, request, url_for
from flask_babel import LazyString
from flask_babel import lazy_gettext as _l
from werkzeug.routing import BuildError

from dam.accounts.doors import Guarded, door_of
from dam.accounts.people import Actor
from dam.accounts.permissions import Permission
from dam.web.i18n import page_language
from dam.web.session import signed_in_person

_PLACES: tuple[tuple[str, LazyString], ...] = (
    ("catalogue.search", _l("Catalogue")),
    ("ingest.upload", _l("Upload")),
    ("rights.agreements", _l("Rights")),
    ("licensing.requests", _l("Requests")),
    ("workflow.consents", _l("Consents")),
    ("licensing.licences", _l("Licences")),
    ("licensing.lightbox", _l("Lightbox")),
    ("audit.usage", _l("Usage log")),
    ("accounts.people", _l("People")),
    ("outbox.outbox", _l("Outbox")),
)


@dataclass(frozen=True, slots=True)
class Place:
    """One entry of the main navigation."""

    label: str
    url: str
    current: bool


def install(app: Flask) -> None:
    """Give every template its surroundings."""
    app.context_processor(_surroundings)


def navigation_for(actor: Actor | None) -> list[Place]:
    """Return the places that exist and that the person may open."""
    if actor is None:
        return []
    return [place for endpoint, label in _PLACES if (place := _place(actor, endpoint, label))]


def _place(actor: Actor, endpoint: str, label: LazyString) -> Place | None:
    view = current_app.view_functions.get(endpoint)
    door = door_of(view) if view else None
    if not isinstance(door, Guarded) or not door.opens_to(actor.permissions):
        return None
    try:
        url = url_for(endpoint)
    except BuildError:
        return None
    return Place(
        str(label), url, current=request.blueprint == endpoint.partition(".")[0] and request.path.startswith(url)
    )


def query_with(**changes: str | None) -> str:
    """Return this page's address with some of its query changed; None takes a part out."""
    kept = {key: values for key, values in request.args.to_dict(flat=False).items() if key not in changes}
    added = {key: value for key, value in changes.items() if value is not None}
    query = urlencode({**kept, **added}, doseq=True)
    return f"{request.path}?{query}" if query else request.path


def _surroundings() -> dict[str, object]:
    person = signed_in_person()
    actor = person.actor if person else None
    return {
        "actor": actor,
        "account": person.account if person else None,
        "language": page_language(),
        "navigation": navigation_for(actor),
        "may": lambda permission: actor is not None and actor.may(Permission(permission)),
        "query_with": query_with,
    }
