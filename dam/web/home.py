"""The first page, and the switch of language."""

from dataclasses import dataclass

from flask import Blueprint, abort, current_app, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import LazyString
from flask_babel import lazy_gettext as _l

from dam.accounts.doors import Guarded, door_of
from dam.accounts.people import Actor
from dam.web.doors import present_actor, public
from dam.web.forms import safe_next, text
from dam.web.i18n import keep_language, language_of
from dam.web.session import the_house

blueprint = Blueprint("home", __name__)


@dataclass(frozen=True, slots=True)
class Step:
    """One thing a person can do next."""

    title: LazyString
    text: LazyString
    url: str


_STEPS: tuple[tuple[str, LazyString, LazyString], ...] = (
    (
        "ingest.upload",
        _l("Bring photographs in"),
        _l("Drop files, or choose them; each is checked and prepared by itself."),
    ),
    ("rights.agreements", _l("Record rights"), _l("Who provides the photographs, to whom, where, for how long.")),
    ("licensing.requests", _l("Requests"), _l("What is asked, what is decided, and what waits for an answer.")),
    ("catalogue.search", _l("Search the catalogue"), _l("Marked previews, and what each photograph is free for.")),
    ("licensing.lightbox", _l("Your lightbox"), _l("Collect photographs, then ask for all of them at once.")),
    ("licensing.licences", _l("Licences"), _l("Terms, what is left to download, and the copies themselves.")),
    ("audit.usage", _l("Usage log"), _l("Every delivery and every refusal, with the reason.")),
    ("accounts.people", _l("People and organisations"), _l("Open and close accounts. No role overrides rights.")),
    ("accounts.profile", _l("Your profile"), _l("Language, password, and keys for the API.")),
)


@blueprint.get("/")
@public("The first page says what this service is.")
def home() -> ResponseReturnValue:
    """Show what the service is, or what to do next."""
    actor = present_actor()
    if actor is None:
        return render_template("home/welcome.html")
    return render_template("home/desk.html", steps=_steps_for(actor))


@blueprint.post("/language")
@public("Strangers choose the language they read in, too.")
def choose_language() -> ResponseReturnValue:
    """Change the language of the pages, for good where somebody is signed in."""
    language = language_of(text("language"))
    if language is None:
        abort(400)
    keep_language(language)
    actor = present_actor()
    if actor:
        the_house().accounts.choose_language(actor, language)
    return redirect(safe_next(text("next")), 303)


def _steps_for(actor: Actor) -> list[Step]:
    return [Step(title, note, url_for(endpoint)) for endpoint, title, note in _STEPS if _open_to(actor, endpoint)]


def _open_to(actor: Actor, endpoint: str) -> bool:
    view = current_app.view_functions.get(endpoint)
    door = door_of(view) if view else None
    return isinstance(door, Guarded) and door.opens_to(actor.permissions)
