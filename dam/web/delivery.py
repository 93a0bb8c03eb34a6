"""Pixels on pages: marked renditions, and the licensed copy with a page to wait on while it is made."""

from uuid import UUID

from flask import Blueprint, Response, make_response, render_template, request, url_for
from flask.typing import ResponseReturnValue

from dam.accounts.people import Actor
from dam.accounts.permissions import Permission
from dam.catalogue.asset import RenditionKind
from dam.delivery.asks import Method
from dam.delivery.delivered import Delivered, Preparing
from dam.kernel.ids import AssetId, LicenceId
from dam.web.doors import gated
from dam.web.session import the_house

blueprint = Blueprint("delivery", __name__)


@blueprint.get("/assets/<uuid:asset_id>/thumbnail")
@gated(Permission.RENDITION_VIEW)
def thumbnail(actor: Actor, asset_id: UUID) -> ResponseReturnValue:
    """Send the marked thumbnail; decided and logged at this moment."""
    return _rendition(actor, asset_id, RenditionKind.THUMBNAIL)


@blueprint.get("/assets/<uuid:asset_id>/preview")
@gated(Permission.RENDITION_VIEW)
def preview(actor: Actor, asset_id: UUID) -> ResponseReturnValue:
    """Send the marked preview; decided and logged at this moment."""
    return _rendition(actor, asset_id, RenditionKind.PREVIEW)


@blueprint.get("/licences/<uuid:licence_id>/assets/<uuid:asset_id>/copy")
@gated(Permission.COPY_FETCH)
def licensed_copy(actor: Actor, licence_id: UUID, asset_id: UUID) -> ResponseReturnValue:
    """Send the licensed copy, or a page that asks again by itself while it is made."""
    answer = the_house().delivery.fetch_copy(
        actor,
        LicenceId(licence_id),
        AssetId(asset_id),
        Method(request.method),
        request.headers.get("Range"),
        request.headers.get("If-Range"),
        if_none_match=request.headers.get("If-None-Match"),
        wanted=request.args.get("format"),
    )
    return _waiting(answer, licence_id) if isinstance(answer, Preparing) else handed_on(answer)


def _rendition(actor: Actor, asset_id: UUID, kind: RenditionKind) -> Response:
    delivered = the_house().delivery.view_rendition(
        actor,
        AssetId(asset_id),
        kind,
        Method(request.method),
        range_header=request.headers.get("Range"),
        if_range=request.headers.get("If-Range"),
        if_none_match=request.headers.get("If-None-Match"),
    )
    return handed_on(delivered)


def handed_on(delivered: Delivered) -> Response:
    """Hand the answer on as it is; the server closes the stream when the client is done or gone."""
    headers = dict(delivered.headers)
    return Response(delivered.stream, delivered.answer.value, headers, direct_passthrough=True)


def _waiting(answer: Preparing, licence_id: UUID) -> Response:
    """Say that the copy is being made; the browser itself asks again, with or without scripts."""
    # Changing the language here leads to the licence: asking again would start the download a second time.
    onward = url_for("licensing.licence", licence_id=licence_id)
    response = make_response(render_template("delivery/waiting.html", licence_id=licence_id, onward=onward), 202)
    response.headers["Refresh"] = str(answer.retry_after_s)
    response.headers["Retry-After"] = str(answer.retry_after_s)
    return response
