"""The catalogue as pages: searching, one photograph, and what an archivist writes about it."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from flask import Blueprint, flash, jsonify, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import LazyString
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from dam.accounts.people import Actor
from dam.accounts.permissions import Permission
from dam.catalogue.asset import AssetState, AssetView
from dam.catalogue.description import LANGUAGES
from dam.catalogue.public_page import PublicLevel
from dam.catalogue.rights_statements import RIGHTS_STATEMENTS
from dam.discovery.facets import Facet
from dam.discovery.query import Search, parse_search
from dam.kernel.errors import Conflict, Fault, Invalid, Stale
from dam.kernel.ids import AssetId, HolderId
from dam.rights.agreement import UseDraft
from dam.rights.facts import Availability, RestrictionKind
from dam.web.doors import permission
from dam.web.forms import faults_by_field, named, text
from dam.web.holders import holders_page
from dam.web.i18n import say
from dam.web.session import the_house
from dam.web.uses import day_of_text, surroundings

blueprint = Blueprint("catalogue", __name__)

Faults = Mapping[str, Sequence[Fault]]
_FILTERS = ("q", "holder", "collection", "year", "availability", "state")
_ON_THE_WAY = frozenset({AssetState.RECEIVED, AssetState.PROCESSING})
USUAL_USE = UseDraft(media=("editorial.news.web",), territory=("WORLD",))
_LISTS = ("people", "places", "keywords")
STATE_NAMES: Mapping[AssetState, LazyString] = {
    AssetState.RECEIVED: _l("Received"),
    AssetState.PROCESSING: _l("Being prepared"),
    AssetState.READY: _l("Ready"),
    AssetState.QUARANTINED: _l("In quarantine"),
    AssetState.WITHDRAWN: _l("Withdrawn"),
}
RESTRICTION_NAMES: Mapping[RestrictionKind, LazyString] = {
    RestrictionKind.EMBARGO: _l("Embargo"),
    RestrictionKind.TAKEDOWN: _l("Takedown"),
    RestrictionKind.SENSITIVITY: _l("Sensitive"),
    RestrictionKind.CULTURAL: _l("Community's wish"),
    RestrictionKind.LEGAL: _l("Legal reasons"),
    RestrictionKind.PRIVACY: _l("Privacy"),
    RestrictionKind.TERRITORY_BAR: _l("Barred territory"),
}
LEVEL_NAMES: Mapping[PublicLevel, LazyString] = {
    PublicLevel.NOTHING: _l("Nothing: only that permission is needed"),
    PublicLevel.TEXT: _l("The text, without the picture"),
    PublicLevel.PREVIEW: _l("The text and the marked preview"),
}
AVAILABILITY_NAMES: Mapping[str, LazyString] = {
    "available": _l("Available"),
    "on_request": _l("On request"),
    "exclusive": _l("Exclusive to another"),
    "never": _l("Not available"),
}


@blueprint.app_template_global()
def state_name(state: AssetState) -> str:
    """Return a photograph's state in the language of the page."""
    return str(STATE_NAMES[state])


@blueprint.app_template_global()
def verdict_name(verdict: str) -> str:
    """Return an availability in the language of the page."""
    return str(AVAILABILITY_NAMES.get(verdict, verdict))


@blueprint.app_template_global()
def statement_said(uri: str | None) -> str:
    """Return the name of a rights statement in the language of the page; what is not of the list, as it was written."""
    known = RIGHTS_STATEMENTS.get(uri or "")
    return say(known.name) if known else uri or ""


@blueprint.get("/catalogue")
@permission(Permission.ASSET_READ)
def search(actor: Actor) -> ResponseReturnValue:
    """Search the photographs one may see."""
    asked = {name: request.args[name] for name in _FILTERS if request.args.get(name)}
    house, faults = the_house(), None
    try:
        page = house.discovery.search(actor, parse_search(asked), request.args.get("cursor"))
    except Invalid as error:
        page, faults = house.discovery.search(actor, Search()), faults_by_field(error)
    facets = (
        ("holder", _("Rights holder"), page.facets.holder),
        ("collection", _("Collection"), page.facets.collection),
        ("year", _("Decade"), page.facets.year),
        ("state", _("State"), page.facets.state),
    )
    body = render_template(
        "catalogue/search.html",
        page=page,
        facets=facets,
        asked=asked,
        chosen=_chosen(facets, asked),
        faults=faults,
        verdicts=AVAILABILITY_NAMES,
    )
    return body, 422 if faults else 200


@blueprint.get("/assets/<uuid:asset_id>")
@permission(Permission.ASSET_READ)
def asset(actor: Actor, asset_id: UUID) -> ResponseReturnValue:
    """Show one photograph, and to its archivists everything that is held about it."""
    return asset_page(actor, the_house().catalogue.asset(actor, AssetId(asset_id)))


@blueprint.get("/assets/<uuid:asset_id>/state")
@permission(Permission.ASSET_READ)
def state(actor: Actor, asset_id: UUID) -> ResponseReturnValue:
    """Answer how far a photograph has come: a fragment for its page, JSON for the upload page."""
    view = the_house().catalogue.asset(actor, AssetId(asset_id))
    if request.accept_mimetypes.best == "application/json":
        return jsonify(
            state=view.state.value,
            label=state_name(view.state),
            reason=_said(view),
            settled=view.state not in _ON_THE_WAY,
        )
    answer = make_response(render_template("catalogue/_state.html", photo=view, on_the_way=_on_the_way(view)))
    if not _on_the_way(view):
        answer.headers["HX-Refresh"] = "true"
    return answer


@blueprint.post("/assets/<uuid:asset_id>")
@permission(Permission.ASSET_DESCRIBE)
def describe(actor: Actor, asset_id: UUID) -> ResponseReturnValue:
    """Keep what an archivist wrote, unless somebody was faster."""
    catalogue = the_house().catalogue
    version = int(text("version")) if text("version").isdigit() else 0
    try:
        catalogue.describe(actor, AssetId(asset_id), _patch(), version)
    except Invalid as error:
        view = catalogue.asset(actor, AssetId(asset_id))
        return asset_page(actor, view, faults=faults_by_field(error)), 422
    except (Stale, Conflict) as error:
        view = catalogue.asset(actor, AssetId(asset_id))
        return asset_page(actor, view, refusal=error), 412 if isinstance(error, Stale) else 409
    flash(_("The description is kept."))
    return redirect(url_for("catalogue.asset", asset_id=asset_id), 303)


@blueprint.post("/assets/<uuid:asset_id>/withdrawal")
@permission(Permission.ASSET_WITHDRAW)
def withdraw(actor: Actor, asset_id: UUID) -> ResponseReturnValue:
    """Take a photograph out of use, for good."""
    the_house().catalogue.withdraw(actor, AssetId(asset_id), text("reason"))
    flash(_("The photograph is withdrawn."))
    return redirect(url_for("catalogue.asset", asset_id=asset_id), 303)


@blueprint.post("/assets/<uuid:asset_id>/retry")
@permission(Permission.ASSET_UPLOAD)
def retry(actor: Actor, asset_id: UUID) -> ResponseReturnValue:
    """Have a quarantined photograph prepared again."""
    the_house().ingest.retry(actor, AssetId(asset_id))
    return redirect(url_for("catalogue.asset", asset_id=asset_id), 303)


@blueprint.post("/collections")
@permission(Permission.ASSET_DESCRIBE)
def create_collection(actor: Actor) -> ResponseReturnValue:
    """Open a collection."""
    title, holder = {tag: text(f"title.{tag}") for tag in LANGUAGES}, named("holder")
    try:
        the_house().catalogue.create_collection(actor, title, None if holder is None else HolderId(holder))
    except Invalid as error:
        return holders_page(actor, collection_faults=faults_by_field(error)), 422
    flash(_("The collection is opened."))
    return redirect(url_for("rights.holders"), 303)


def asset_page(
    actor: Actor,
    view: AssetView,
    *,
    faults: Faults | None = None,
    refusal: Conflict | None = None,
    bar_faults: Faults | None = None,
) -> str:
    """Return the page of one photograph; the form with faults, or that was refused, keeps what was typed into it."""
    house = the_house()
    reads_rights = actor.may(Permission.AGREEMENT_READ)
    use_faults, use, found = _availability(actor, view)
    holders = house.rights.holders(actor) if reads_rights else ()
    collections = house.catalogue.collections(actor) if actor.may(Permission.ASSET_DESCRIBE) else ()
    return render_template(
        "catalogue/asset.html",
        photo=view,
        on_the_way=_on_the_way(view),
        faults=faults,
        bar_faults=bar_faults,
        refusal=refusal,
        again=bool(faults or refusal),
        availability=found,
        credit_line=house.rights.credit_line(actor, view.asset_id),
        use=use,
        use_faults=use_faults,
        verdicts=AVAILABILITY_NAMES,
        holder_options=[(str(each.holder_id), say(each.name)) for each in holders],
        collection_options=[(str(each.collection_id), say(each.title)) for each in collections],
        restrictions=house.rights.restrictions(actor, view.asset_id) if reads_rights else (),
        kinds=RESTRICTION_NAMES,
        kind_options=[(kind.value, label) for kind, label in RESTRICTION_NAMES.items()],
        statement_options=_statement_options(view.rights_statement),
        level_options=[(level.value, LEVEL_NAMES[level]) for level in PublicLevel],
        reading=house.catalogue.reading(actor, view.asset_id) if actor.may(Permission.ASSET_INSPECT) else None,
        **surroundings(),
    )


def _availability(actor: Actor, view: AssetView) -> tuple[Faults | None, UseDraft, Availability | None]:
    """Return whether the use in the query, or the usual one, is open to the one who looks."""
    if view.state is not AssetState.READY or not actor.may(Permission.AVAILABILITY_READ):
        return None, USUAL_USE, None
    faults: list[Fault] = []
    use = _use(faults) if request.args.get("check") else USUAL_USE
    if faults:
        return faults_by_field(Invalid(faults)), use, None
    try:
        return None, use, the_house().rights.availability(actor, view.asset_id, use)
    except Invalid as error:
        return faults_by_field(error), use, None


def _use(faults: list[Fault]) -> UseDraft:
    return UseDraft(
        media=request.args.getlist("media"),
        territory=request.args.getlist("territory"),
        starts_on=day_of_text("starts_on", request.args.get("starts_on", ""), faults),
        ends_on=day_of_text("ends_on", request.args.get("ends_on", ""), faults),
    )


def _patch() -> dict[str, Any]:
    """Return the form as a change: only what the form has, lists one entry a line."""
    description: dict[str, Any] = {
        name: {tag: text(f"description.{name}.{tag}") for tag in LANGUAGES} for name in ("title", "caption", "alt_text")
    }
    description |= {name: text(f"description.{name}") for name in ("creator", "date", "notes")}
    description |= {
        name: [line.strip() for line in text(f"description.{name}").splitlines() if line.strip()] for name in _LISTS
    }
    links = {name: text(name) or None for name in ("holder", "collection", "credit_line", "rights_statement")}
    links["public_page"] = text("public_page") or PublicLevel.NOTHING.value
    return {"description": description, **links}


def _chosen(facets: Sequence[tuple[str, str, Sequence[Facet]]], asked: Mapping[str, str]) -> list[tuple[str, str, str]]:
    """Return the filters in force as (name, title, label), each to be taken off by itself."""
    found = []
    for name, title, choices in facets:
        if name in asked:
            label = next((choice.label for choice in choices if choice.value == asked[name]), None)
            found.append((name, title, say(label) if label else asked[name]))
    return found


def _statement_options(now: str | None) -> list[tuple[str, str]]:
    """Return the rights statements to choose from, with the one that stands there if it is of no list."""
    known = [(each.uri, say(each.name)) for each in RIGHTS_STATEMENTS.values()]
    return known if not now or now in RIGHTS_STATEMENTS else [*known, (now, now)]


def _on_the_way(view: AssetView) -> bool:
    return view.state in _ON_THE_WAY


def _said(view: AssetView) -> str | None:
    return say(view.reason) if view.reason else None
