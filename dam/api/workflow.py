"""Counter-offers, consents and second signatures over the API."""

from typing import Any
from uuid import UUID

from apiflask import APIBlueprint, fields
from apiflask.validators import Length
from flask.typing import ResponseReturnValue

from dam.accounts.people import Actor
from dam.accounts.permissions import Permission
from dam.api import shapes, workflow_shapes
from dam.api.doors import permission, the_house
from dam.api.licensing import ConditionsIn, MessageIn, ReasonIn, UseIn
from dam.api.licensing_json import decided_json, licence_json, request_json, use_json
from dam.api.schemas import PageQuery, StrictSchema, text_json
from dam.api.shapes import answers
from dam.kernel.ids import ConsentId, LicenceId, OfferId, RequestId
from dam.licensing.conditions import Conditions
from dam.licensing.drafts import RequestDraft
from dam.licensing.offers import OfferDraft
from dam.licensing.views import ConsentView, Reservation

blueprint = APIBlueprint("api_workflow", __name__, url_prefix="/api/v1", tag="Licensing")

_READS_LICENCES = (Permission.LICENCE_READ_OWN, Permission.LICENCE_READ_ALL)
_ANSWERS = (Permission.CONSENT_ANSWER, Permission.REQUEST_DECIDE)


class OfferIn(StrictSchema):
    """Another use for the undecided photographs of a request."""

    use = fields.Nested(UseIn, required=True)
    conditions = fields.Nested(ConditionsIn, load_default=dict)
    message = fields.String(required=True)
    valid_until = fields.Date(load_default=None, allow_none=True)
    seen_at = fields.AwareDateTime(load_default=None, allow_none=True)


class ConsentIn(StrictSchema):
    """A consent; whoever speaks for a holder names the document."""

    words = fields.String(load_default="")


class ConsentsQuery(PageQuery):
    """Filters of the list of consents."""

    state = fields.String(validate=Length(max=16))


@blueprint.post("/requests/<uuid:request_id>/counter-offers")
@permission(Permission.REQUEST_DECIDE)
@blueprint.input(OfferIn)
@answers(blueprint, shapes.REQUEST, 201, "Offered")
def counter_request(actor: Actor, request_id: UUID, json_data: dict[str, Any]) -> ResponseReturnValue:
    """Offer another use for the undecided photographs; an offer that is open is replaced."""
    draft = OfferDraft(
        use=RequestDraft(asset_ids=[], **json_data["use"]),
        conditions=Conditions(**json_data["conditions"]),
        message=json_data["message"],
        valid_until=json_data["valid_until"],
    )
    made = the_house().licensing.counter(actor, RequestId(request_id), draft, seen_at=json_data["seen_at"])
    return request_json(made), 201


@blueprint.post("/requests/<uuid:request_id>/counter-offers/<uuid:offer_id>/acceptance")
@permission(Permission.REQUEST_SUBMIT)
@answers(blueprint, shapes.DECIDED)
def accept_counter_offer(actor: Actor, request_id: UUID, offer_id: UUID) -> ResponseReturnValue:
    """Accept an open offer: all of it is granted, or nothing."""
    return decided_json(the_house().licensing.accept_offer(actor, RequestId(request_id), OfferId(offer_id)))


@blueprint.post("/requests/<uuid:request_id>/counter-offers/<uuid:offer_id>/refusal")
@permission(Permission.REQUEST_SUBMIT)
@blueprint.input(MessageIn)
@answers(blueprint, shapes.REQUEST)
def decline_counter_offer(
    actor: Actor, request_id: UUID, offer_id: UUID, json_data: dict[str, Any]
) -> ResponseReturnValue:
    """Decline an open offer; the use that was asked waits for a decision again."""
    desk = the_house().licensing
    return request_json(desk.decline_offer(actor, RequestId(request_id), OfferId(offer_id), json_data["message"]))


@blueprint.post("/requests/<uuid:request_id>/counter-offers/<uuid:offer_id>/withdrawal")
@permission(Permission.REQUEST_DECIDE)
@answers(blueprint, shapes.REQUEST)
def take_back_counter_offer(actor: Actor, request_id: UUID, offer_id: UUID) -> ResponseReturnValue:
    """Take an open offer back."""
    return request_json(the_house().licensing.take_back_offer(actor, RequestId(request_id), OfferId(offer_id)))


@blueprint.get("/licences/<uuid:licence_id>/reservation")
@permission(*_READS_LICENCES)
@answers(blueprint, workflow_shapes.RESERVATION)
def get_reservation(actor: Actor, licence_id: UUID) -> ResponseReturnValue:
    """Return what a licence waits for, or waited for."""
    desk, named = the_house().licensing, LicenceId(licence_id)
    return reservation_json(desk.reservation(actor, named))


@blueprint.post("/licences/<uuid:licence_id>/signature")
@permission(Permission.REQUEST_DECIDE)
@answers(blueprint, shapes.LICENCE)
def sign_licence(actor: Actor, licence_id: UUID) -> ResponseReturnValue:
    """Sign an exclusive licence as the second person."""
    desk, named = the_house().licensing, LicenceId(licence_id)
    desk.sign(actor, named)
    return licence_json(desk.licence(actor, named))


@blueprint.post("/licences/<uuid:licence_id>/release")
@permission(Permission.REQUEST_DECIDE)
@blueprint.input(ReasonIn)
@answers(blueprint, shapes.LICENCE)
def release_licence(actor: Actor, licence_id: UUID, json_data: dict[str, Any]) -> ResponseReturnValue:
    """Give a reserved licence up; its place is free."""
    desk, named = the_house().licensing, LicenceId(licence_id)
    desk.release(actor, named, json_data["reason"])
    return licence_json(desk.licence(actor, named))


@blueprint.get("/consents")
@permission(*_ANSWERS)
@blueprint.input(ConsentsQuery, location="query")
@answers(blueprint, workflow_shapes.CONSENT_PAGE)
def list_consents(actor: Actor, query_data: dict[str, Any]) -> ResponseReturnValue:
    """List what one's organisation is asked to consent to, newest first."""
    asked = query_data.get("state"), query_data.get("cursor")
    page = the_house().licensing.consents(actor, *asked, limit=query_data["limit"])
    return {"items": [consent_json(view) for view in page.items], "next": page.next}


@blueprint.get("/consents/<uuid:consent_id>")
@permission(*_ANSWERS)
@answers(blueprint, workflow_shapes.CONSENT)
def get_consent(actor: Actor, consent_id: UUID) -> ResponseReturnValue:
    """Return one consent."""
    return consent_json(the_house().licensing.consent(actor, ConsentId(consent_id)))


@blueprint.post("/consents/<uuid:consent_id>/consent")
@permission(*_ANSWERS)
@blueprint.input(ConsentIn)
@answers(blueprint, workflow_shapes.CONSENT)
def give_consent(actor: Actor, consent_id: UUID, json_data: dict[str, Any]) -> ResponseReturnValue:
    """Consent to the use."""
    return consent_json(the_house().licensing.give_consent(actor, ConsentId(consent_id), json_data["words"]))


@blueprint.post("/consents/<uuid:consent_id>/refusal")
@permission(*_ANSWERS)
@blueprint.input(ReasonIn)
@answers(blueprint, workflow_shapes.CONSENT)
def refuse_consent(actor: Actor, consent_id: UUID, json_data: dict[str, Any]) -> ResponseReturnValue:
    """Refuse to consent, with the reason."""
    return consent_json(the_house().licensing.refuse_consent(actor, ConsentId(consent_id), json_data["reason"]))


@blueprint.post("/consents/<uuid:consent_id>/withdrawal")
@permission(*_ANSWERS)
@blueprint.input(ReasonIn)
@answers(blueprint, workflow_shapes.CONSENT)
def withdraw_consent(actor: Actor, consent_id: UUID, json_data: dict[str, Any]) -> ResponseReturnValue:
    """Withdraw a consent; nothing more is delivered on it."""
    return consent_json(the_house().licensing.withdraw_consent(actor, ConsentId(consent_id), json_data["reason"]))


def consent_json(view: ConsentView) -> dict[str, Any]:
    """Return a consent as JSON."""
    return {
        "id": str(view.consent_id),
        "state": view.state.value,
        "licence": str(view.licence_id),
        "asset": str(view.asset.asset_id),
        "accession_number": view.asset.accession_number,
        "title": text_json(view.asset.title),
        "holder": text_json(view.holder),
        "agreement": view.agreement_number,
        "licensee": text_json(view.licensee.name),
        "use": use_json(view.use),
        "credit_line": view.credit_line,
        "reserved_until": view.reserved_until.isoformat() if view.reserved_until else None,
        "asked_at": view.asked_at.isoformat(),
        "answered_at": view.answered_at.isoformat() if view.answered_at else None,
        "answered_by": view.answered_by.name if view.answered_by else None,
        "on_behalf": view.on_behalf,
        "words": view.words,
        "answerable": view.answerable,
        "withdrawable": view.withdrawable,
    }


def reservation_json(held: Reservation) -> dict[str, Any]:
    """Return what a licence waits for as JSON."""
    return {
        "until": held.until.isoformat() if held.until else None,
        "consents": [consent_json(one) for one in held.consents],
        "needs_signature": held.needs_signature,
        "signed_by": held.signed_by.name if held.signed_by else None,
        "signed_at": held.signed_at.isoformat() if held.signed_at else None,
        "may_sign": held.may_sign,
        "may_release": held.may_release,
        "other_signers": held.other_signers,
    }
