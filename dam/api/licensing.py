"""Requests, decisions and licences over the API."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from apiflask import APIBlueprint, fields
from apiflask.validators import Length, OneOf
from flask.typing import ResponseReturnValue

from dam.accounts.people import Actor
from dam.accounts.permissions import Permission
from dam.api import shapes
from dam.api.doors import permission, the_house
from dam.api.licensing_json import decided_json, licence_json, licence_row_json, request_json, request_row_json
from dam.api.schemas import PageQuery, StrictSchema
from dam.api.shapes import answers
from dam.kernel.ids import AssetId, LicenceId, RequestId
from dam.licensing.conditions import Conditions
from dam.licensing.drafts import ItemDecision, RequestDraft, Verdict

blueprint = APIBlueprint("api_licensing", __name__, url_prefix="/api/v1", tag="Licensing")

_ANY_PARTY = (Permission.REQUEST_READ_OWN, Permission.REQUEST_READ_ALL)
_ANY_LICENCE = (Permission.LICENCE_READ_OWN, Permission.LICENCE_READ_ALL)
_CODES = Length(max=300)


class UseIn(StrictSchema):
    """One use: codes of media and territory, first and last day, purpose."""

    media = fields.List(fields.String(validate=Length(max=64)), required=True, validate=_CODES)
    territory = fields.List(fields.String(validate=Length(max=16)), required=True, validate=_CODES)
    territory_except = fields.List(fields.String(validate=Length(max=16)), load_default=list, validate=_CODES)
    starts_on = fields.Date(required=True)
    ends_on = fields.Date(required=True)
    purpose = fields.String(required=True)
    publication = fields.String(load_default="")
    print_run = fields.Integer(load_default=None, allow_none=True)
    max_px = fields.Integer(load_default=None, allow_none=True)
    time_zone = fields.String(load_default="Asia/Shanghai", validate=Length(max=64))
    exclusive = fields.Boolean(load_default=False)


class RequestIn(StrictSchema):
    """Photographs, and the one use that is asked for all of them."""

    assets = fields.List(fields.UUID(), required=True)
    use = fields.Nested(UseIn, required=True)


class ResubmissionIn(RequestIn):
    """A returned request, changed, with an answer to the rights manager."""

    message = fields.String(load_default="")


class ConditionsIn(StrictSchema):
    """Conditions of a grant; what is left out is as asked or the house's default."""

    max_px = fields.Integer()
    downloads = fields.Integer()
    print_run = fields.Integer()
    no_alteration = fields.Boolean()
    no_ai_training = fields.Boolean()
    credit_line = fields.String()
    report_within_days = fields.Integer()
    report_by = fields.Date()


class DecisionIn(StrictSchema):
    """The decision on one photograph."""

    asset = fields.UUID(required=True)
    decision = fields.String(required=True, validate=OneOf([verdict.value for verdict in Verdict]))
    reason = fields.String(load_default="")
    conditions = fields.Nested(ConditionsIn, load_default=dict)


class DecisionsIn(StrictSchema):
    """Decisions, item by item."""

    items = fields.List(fields.Nested(DecisionIn), required=True, validate=Length(min=1, max=200))
    message = fields.String(load_default="")
    seen_at = fields.AwareDateTime(
        load_default=None,
        allow_none=True,
        metadata={"description": "The request's `updated_at` as it was read: if it changed since, nothing is decided"},
    )


class MessageIn(StrictSchema):
    """A message to the other side."""

    message = fields.String(required=True)


class AcceptanceIn(StrictSchema):
    """The hash of the terms that were read."""

    terms_sha256 = fields.String(required=True, validate=Length(equal=64))


class ReasonIn(StrictSchema):
    """Why."""

    reason = fields.String(required=True)


class RequestsQuery(PageQuery):
    """Filters of the list of requests."""

    state = fields.String(validate=Length(max=16))


@blueprint.post("/requests")
@permission(Permission.REQUEST_SUBMIT)
@blueprint.input(RequestIn)
@answers(blueprint, shapes.REQUEST, 201, "Submitted")
def submit_request(actor: Actor, json_data: dict[str, Any]) -> ResponseReturnValue:
    """Ask for a licence; every photograph is answered at once with its verdict and reasons."""
    return request_json(the_house().licensing.submit(actor, draft_of(json_data))), 201


@blueprint.get("/requests")
@permission(*_ANY_PARTY)
@blueprint.input(RequestsQuery, location="query")
@answers(blueprint, shapes.REQUEST_PAGE)
def list_requests(actor: Actor, query_data: dict[str, Any]) -> ResponseReturnValue:
    """List the requests one may see, newest first."""
    asked = query_data.get("state"), query_data.get("cursor")
    page = the_house().licensing.requests(actor, *asked, limit=query_data["limit"])
    return {"items": [request_row_json(row) for row in page.items], "next": page.next}


@blueprint.get("/requests/<uuid:request_id>")
@permission(*_ANY_PARTY)
@answers(blueprint, shapes.REQUEST)
def get_request(actor: Actor, request_id: UUID) -> ResponseReturnValue:
    """Return one request with its thread."""
    return request_json(the_house().licensing.request(actor, RequestId(request_id)))


@blueprint.post("/requests/<uuid:request_id>/decisions")
@permission(Permission.REQUEST_DECIDE)
@blueprint.input(DecisionsIn)
@answers(blueprint, shapes.DECIDED)
def decide_request(actor: Actor, request_id: UUID, json_data: dict[str, Any]) -> ResponseReturnValue:
    """Decide photographs of a request; what is granted together becomes one licence."""
    decisions = [decision_of(item) for item in json_data["items"]]
    desk = the_house().licensing
    decided = desk.decide(actor, RequestId(request_id), decisions, json_data["message"], seen_at=json_data["seen_at"])
    return decided_json(decided)


@blueprint.post("/requests/<uuid:request_id>/return")
@permission(Permission.REQUEST_DECIDE)
@blueprint.input(MessageIn)
@answers(blueprint, shapes.REQUEST)
def return_request(actor: Actor, request_id: UUID, json_data: dict[str, Any]) -> ResponseReturnValue:
    """Return a request to the partner for changes."""
    desk = the_house().licensing
    return request_json(desk.return_for_changes(actor, RequestId(request_id), json_data["message"]))


@blueprint.post("/requests/<uuid:request_id>/resubmission")
@permission(Permission.REQUEST_SUBMIT)
@blueprint.input(ResubmissionIn)
@answers(blueprint, shapes.REQUEST)
def resubmit_request(actor: Actor, request_id: UUID, json_data: dict[str, Any]) -> ResponseReturnValue:
    """Send a returned request again, changed."""
    desk = the_house().licensing
    return request_json(desk.resubmit(actor, RequestId(request_id), draft_of(json_data), json_data["message"]))


@blueprint.post("/requests/<uuid:request_id>/withdrawal")
@permission(Permission.REQUEST_SUBMIT)
@answers(blueprint, shapes.REQUEST)
def withdraw_request(actor: Actor, request_id: UUID) -> ResponseReturnValue:
    """Withdraw a request; it stays on record."""
    return request_json(the_house().licensing.withdraw(actor, RequestId(request_id)))


@blueprint.post("/requests/<uuid:request_id>/messages")
@permission(Permission.REQUEST_SUBMIT, Permission.REQUEST_DECIDE)
@blueprint.input(MessageIn)
@answers(blueprint, shapes.REQUEST)
def comment_request(actor: Actor, request_id: UUID, json_data: dict[str, Any]) -> ResponseReturnValue:
    """Write into the thread of a request; nothing else changes."""
    return request_json(the_house().licensing.comment(actor, RequestId(request_id), json_data["message"]))


@blueprint.get("/licences")
@permission(*_ANY_LICENCE)
@blueprint.input(PageQuery, location="query")
@answers(blueprint, shapes.LICENCE_PAGE)
def list_licences(actor: Actor, query_data: dict[str, Any]) -> ResponseReturnValue:
    """List the licences one may see, newest first."""
    page = the_house().licensing.licences(actor, query_data.get("cursor"), limit=query_data["limit"])
    return {"items": [licence_row_json(row) for row in page.items], "next": page.next}


@blueprint.get("/licences/<uuid:licence_id>")
@permission(*_ANY_LICENCE)
@answers(blueprint, shapes.LICENCE)
def get_licence(actor: Actor, licence_id: UUID) -> ResponseReturnValue:
    """Return one licence with its terms and photographs."""
    return licence_json(the_house().licensing.licence(actor, LicenceId(licence_id)))


@blueprint.post("/licences/<uuid:licence_id>/acceptance")
@permission(Permission.LICENCE_ACCEPT)
@blueprint.input(AcceptanceIn)
@answers(blueprint, shapes.LICENCE)
def accept_licence(actor: Actor, licence_id: UUID, json_data: dict[str, Any]) -> ResponseReturnValue:
    """Accept the terms, named by their hash."""
    return licence_json(the_house().licensing.accept(actor, LicenceId(licence_id), json_data["terms_sha256"]))


@blueprint.post("/licences/<uuid:licence_id>/revocation")
@permission(Permission.LICENCE_REVOKE)
@blueprint.input(ReasonIn)
@answers(blueprint, shapes.LICENCE)
def revoke_licence(actor: Actor, licence_id: UUID, json_data: dict[str, Any]) -> ResponseReturnValue:
    """Revoke a licence; it holds from the next request on."""
    return licence_json(the_house().licensing.revoke(actor, LicenceId(licence_id), json_data["reason"]))


@blueprint.post("/licences/<uuid:licence_id>/suspension")
@permission(Permission.LICENCE_REVOKE)
@blueprint.input(ReasonIn)
@answers(blueprint, shapes.LICENCE)
def suspend_licence(actor: Actor, licence_id: UUID, json_data: dict[str, Any]) -> ResponseReturnValue:
    """Stop deliveries for a while; the licence keeps its place."""
    return licence_json(the_house().licensing.suspend(actor, LicenceId(licence_id), json_data["reason"]))


@blueprint.post("/licences/<uuid:licence_id>/reinstatement")
@permission(Permission.LICENCE_REVOKE)
@answers(blueprint, shapes.LICENCE)
def reinstate_licence(actor: Actor, licence_id: UUID) -> ResponseReturnValue:
    """Let deliveries go on."""
    return licence_json(the_house().licensing.reinstate(actor, LicenceId(licence_id)))


def draft_of(sent: Mapping[str, Any]) -> RequestDraft:
    """Return the draft of a loaded `RequestIn`."""
    return RequestDraft(asset_ids=[AssetId(asset) for asset in sent["assets"]], **sent["use"])


def decision_of(sent: Mapping[str, Any]) -> ItemDecision:
    """Return the decision of a loaded `DecisionIn`."""
    return ItemDecision(
        asset_id=AssetId(sent["asset"]),
        decision=Verdict(sent["decision"]),
        reason=sent["reason"],
        conditions=Conditions(**sent["conditions"]),
    )
