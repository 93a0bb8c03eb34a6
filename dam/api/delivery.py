"""Pixels over the API: marked renditions, and licensed copies under a licence."""

from typing import Any
from uuid import UUID

from apiflask import APIBlueprint, Schema, fields
from flask import Response, request
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import RequestedRangeNotSatisfiable

from dam.accounts.people import Actor
from dam.accounts.permissions import Permission
from dam.api import shapes
from dam.api.doors import gated, the_house
from dam.api.problems import problem_of
from dam.api.shapes import pictures
from dam.catalogue.asset import RenditionKind
from dam.delivery.asks import Method
from dam.delivery.delivered import Delivered, Preparing
from dam.delivery.formats import CopyFormat
from dam.delivery.ranges import Answer
from dam.kernel.ids import AssetId, LicenceId

blueprint = APIBlueprint("api_delivery", __name__, url_prefix="/api/v1", tag="Delivery")

_ACCEPTED = 202


class CopyQuery(Schema):
    """How a copy is wanted; each format is a delivery of its own."""

    format = fields.String(metadata={"enum": [each.value for each in CopyFormat], "default": CopyFormat.JPEG.value})


@blueprint.get("/assets/<uuid:asset_id>/renditions/<any(thumbnail, preview):kind>")
@gated(Permission.RENDITION_VIEW)
@pictures(blueprint, "The marked picture")
def rendition(actor: Actor, asset_id: UUID, kind: str) -> ResponseReturnValue:
    """Send the marked thumbnail or preview; decided and logged at this moment, and never to be cached."""
    delivered = the_house().delivery.view_rendition(
        actor,
        AssetId(asset_id),
        RenditionKind(kind),
        Method(request.method),
        range_header=request.headers.get("Range"),
        if_range=request.headers.get("If-Range"),
        if_none_match=request.headers.get("If-None-Match"),
    )
    return sent(delivered)


@blueprint.get("/licences/<uuid:licence_id>/assets/<uuid:asset_id>/copy")
@gated(Permission.COPY_FETCH)
@blueprint.input(CopyQuery, location="query")
@pictures(blueprint, "The licensed copy", shapes.MAKING)
def licensed_copy(actor: Actor, licence_id: UUID, asset_id: UUID, query_data: dict[str, Any]) -> ResponseReturnValue:
    """Send the licensed, unmarked, signed copy; the first ask starts a delivery and answers 202 until it is made."""
    answer = the_house().delivery.fetch_copy(
        actor,
        LicenceId(licence_id),
        AssetId(asset_id),
        Method(request.method),
        request.headers.get("Range"),
        request.headers.get("If-Range"),
        if_none_match=request.headers.get("If-None-Match"),
        wanted=query_data.get("format"),
    )
    if isinstance(answer, Preparing):
        return preparing(answer)
    return sent(answer)


def preparing(answer: Preparing) -> ResponseReturnValue:
    """Say when to ask again."""
    body = {"state": "making", "delivery": str(answer.delivery_id), "retry_after_s": answer.retry_after_s}
    headers = {"Retry-After": str(answer.retry_after_s), "Cache-Control": "private, no-store"}
    return body, _ACCEPTED, headers


def sent(delivered: Delivered) -> Response:
    """Hand the answer on as it is; the server closes the stream when the client is done or gone."""
    headers = dict(delivered.headers)
    if delivered.answer is Answer.UNSATISFIABLE:
        answer = problem_of(RequestedRangeNotSatisfiable())
        answer.headers["Content-Range"] = headers["Content-Range"]
        return answer
    return Response(delivered.stream, delivered.answer.value, headers, direct_passthrough=True)
