"""Photographs that look alike as a page: side by side, what differs in their rights in words, and the ruling."""

from collections.abc import Mapping, Sequence
from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import LazyString
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from dam.accounts.people import Actor
from dam.accounts.permissions import Permission
from dam.catalogue.asset import AssetState, AssetView
from dam.kernel.errors import Conflict, Fault, Invalid
from dam.kernel.ids import AssetId, TwinId
from dam.rights.twin import Comparison, Side, TwinState
from dam.web.doors import permission
from dam.web.forms import faults_by_field, text
from dam.web.i18n import say
from dam.web.session import the_house

blueprint = Blueprint("twins", __name__)

_AT_ONCE = 10
STATE_NAMES: Mapping[TwinState, LazyString] = {
    TwinState.OPEN: _l("Waits for a ruling"),
    TwinState.SAME: _l("The same photograph"),
    TwinState.DIFFERENT: _l("Different photographs"),
}
STATE_BADGES: Mapping[TwinState, str] = {
    TwinState.OPEN: "on_request",
    TwinState.SAME: "active",
    TwinState.DIFFERENT: "expired",
}


@blueprint.app_template_global()
def twin_badge(state: TwinState) -> tuple[str, str]:
    """Return the colour and the name of where a pair stands."""
    return STATE_BADGES[state], str(STATE_NAMES[state])


@blueprint.app_template_global()
def twins_of(actor: Actor, photo: AssetView) -> Sequence[tuple[Comparison, Side]]:
    """Return the pairs of a photograph for its page, each with the other photograph."""
    found = the_house().rights.twins_of(actor, photo.asset_id)
    return [(one, _other(one, photo.asset_id)) for one in found]


@blueprint.app_template_global()
def shown(side: Side) -> bool:
    """Tell whether there may be a marked picture of one side to look at."""
    return side.state == AssetState.READY.value


@blueprint.get("/rights/twins")
@permission(Permission.AGREEMENT_READ)
def queue(actor: Actor) -> ResponseReturnValue:
    """Show the pairs that wait for a ruling, or those in another state."""
    return _page(actor)


@blueprint.post("/rights/twins/<uuid:twin_id>/ruling")
@permission(Permission.TWINS_RULE)
def rule(actor: Actor, twin_id: UUID) -> ResponseReturnValue:
    """Keep what an archivist rules on a pair, as long as nobody was faster."""
    seen = int(text("version")) if text("version").isdigit() else 0
    try:
        the_house().rights.rule_twins(actor, TwinId(twin_id), text("ruling"), text("note"), seen=seen)
    except Invalid as error:
        return _page(actor, faults=faults_by_field(error)), 422
    except Conflict as error:
        flash(say(error.message), "error")
    else:
        flash(_("The ruling is kept."))
    return redirect(url_for("twins.queue"), 303)


def _page(actor: Actor, faults: Mapping[str, Sequence[Fault]] | None = None) -> str:
    state = request.args.get("state") or TwinState.OPEN.value
    chosen = state if state in {one.value for one in TwinState} else TwinState.OPEN.value
    page = the_house().rights.twins(actor, chosen, request.args.get("cursor"), _AT_ONCE)
    states = [(one.value, str(name)) for one, name in STATE_NAMES.items()]
    return render_template("rights/twins.html", page=page, states=states, chosen=chosen, faults=faults)


def _other(found: Comparison, asset_id: AssetId) -> Side:
    one, other = found.pair.sides
    return other if one.asset_id == asset_id else one
