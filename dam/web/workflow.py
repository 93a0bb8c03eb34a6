"""Counter-offers, consents and second signatures as pages."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any
from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from dam.accounts.people import Actor
from dam.accounts.permissions import Permission
from dam.kernel.errors import Conflict, Fault, Invalid
from dam.kernel.ids import ConsentId, LicenceId, OfferId, RequestId
from dam.kernel.text import Bilingual
from dam.licensing.conditions import Conditions
from dam.licensing.drafts import RequestDraft
from dam.licensing.offers import OfferDraft
from dam.licensing.views import ConsentState
from dam.web.doors import permission
from dam.web.forms import faults_by_field, safe_next, text, texts
from dam.web.licensing import CONSENT_LABELS, request_page_of, seen_at
from dam.web.session import the_house
from dam.web.uses import day_of, number_of

blueprint = Blueprint("workflow", __name__)

_ANSWERS = (Permission.CONSENT_ANSWER, Permission.REQUEST_DECIDE)
_ON = "on"


@blueprint.post("/requests/<uuid:request_id>/counter-offers")
@permission(Permission.REQUEST_DECIDE)
def counter(actor: Actor, request_id: UUID) -> ResponseReturnValue:
    """Offer another use for the undecided photographs."""
    desk = the_house().licensing
    try:
        desk.counter(actor, RequestId(request_id), _offer(), seen_at=seen_at())
    except Invalid as error:
        view = desk.request(actor, RequestId(request_id))
        return request_page_of(view, faults=faults_by_field(error), countering=True), 422
    except Conflict as error:
        return request_page_of(desk.request(actor, RequestId(request_id)), conflict=error, countering=True), 409
    flash(_("The offer is with the partner."))
    return _back(request_id)


@blueprint.post("/requests/<uuid:request_id>/counter-offers/<uuid:offer_id>/<any(acceptance, refusal):answer>")
@permission(Permission.REQUEST_SUBMIT)
def answer_offer(actor: Actor, request_id: UUID, offer_id: UUID, answer: str) -> ResponseReturnValue:
    """Accept or decline an open offer."""
    desk, asked, offer = the_house().licensing, RequestId(request_id), OfferId(offer_id)
    try:
        if answer == "acceptance":
            desk.accept_offer(actor, asked, offer)
            flash(_("You accepted the offer. Its licence is on the page of the request."))
        else:
            desk.decline_offer(actor, asked, offer, text("message"))
            flash(_("You declined the offer. The rights desk decides on the use you asked."))
    except Invalid as error:
        return request_page_of(desk.request(actor, asked), faults=faults_by_field(error)), 422
    except Conflict as error:
        return request_page_of(desk.request(actor, asked), conflict=error), 409
    return _back(request_id)


@blueprint.post("/requests/<uuid:request_id>/counter-offers/<uuid:offer_id>/withdrawal")
@permission(Permission.REQUEST_DECIDE)
def take_back_offer(actor: Actor, request_id: UUID, offer_id: UUID) -> ResponseReturnValue:
    """Take an open offer back."""
    the_house().licensing.take_back_offer(actor, RequestId(request_id), OfferId(offer_id))
    flash(_("The offer is taken back."))
    return _back(request_id)


@blueprint.get("/consents")
@permission(*_ANSWERS)
def consents(actor: Actor) -> ResponseReturnValue:
    """Show what the rights holder's people are asked to consent to; rights managers see every asking."""
    return _consents_page(actor)


@blueprint.post("/consents/<uuid:consent_id>/<any(consent, refusal, withdrawal):answer>")
@permission(*_ANSWERS)
def answer_consent(actor: Actor, consent_id: UUID, answer: str) -> ResponseReturnValue:
    """Consent, refuse to, or withdraw a consent."""
    desk, named, words = the_house().licensing, ConsentId(consent_id), text("words")
    ways: Mapping[str, Callable[[Actor, ConsentId, str], object]] = {
        "consent": desk.give_consent,
        "refusal": desk.refuse_consent,
        "withdrawal": desk.withdraw_consent,
    }
    try:
        ways[answer](actor, named, words)
    except Invalid as error:
        wrong = {f"words-{consent_id}": list(error.faults)}
        return _consents_page(actor, faults=wrong), 422
    except Conflict as error:
        return _consents_page(actor, conflict=error), 409
    flash(_("Your answer is written down."))
    return redirect(safe_next(text("next"), "workflow.consents"), 303)


@blueprint.post("/licences/<uuid:licence_id>/signature")
@permission(Permission.REQUEST_DECIDE)
def sign(actor: Actor, licence_id: UUID) -> ResponseReturnValue:
    """Sign an exclusive licence as the second person."""
    the_house().licensing.sign(actor, LicenceId(licence_id))
    flash(_("Signed. The licence waits for the partner to accept its terms."))
    return redirect(url_for("licensing.licence", licence_id=licence_id), 303)


@blueprint.post("/licences/<uuid:licence_id>/release")
@permission(Permission.REQUEST_DECIDE)
def release(actor: Actor, licence_id: UUID) -> ResponseReturnValue:
    """Give a reserved licence up."""
    the_house().licensing.release(actor, LicenceId(licence_id), text("reason"))
    flash(_("The place is free again. Its photographs are undecided."))
    return redirect(url_for("licensing.licence", licence_id=licence_id), 303)


def _consents_page(
    actor: Actor, *, faults: Mapping[str, Sequence[Fault]] | None = None, conflict: Conflict | None = None
) -> str:
    state = request.args.get("state", "" if actor.may(Permission.REQUEST_DECIDE) else ConsentState.ASKED.value)
    page = the_house().licensing.consents(actor, state or None, request.args.get("cursor"))
    return render_template(
        "licensing/consents.html",
        page=page,
        state=state,
        labels=[(each.value, CONSENT_LABELS[each]) for each in ConsentState],
        of_state=CONSENT_LABELS,
        faults=faults,
        conflict=conflict,
    )


def _back(request_id: UUID) -> ResponseReturnValue:
    return redirect(url_for("licensing.request_page", request_id=request_id), 303)


def _offer() -> OfferDraft:
    """Return the offer on the form.

    Raises: Invalid for what is not even a date or a number.
    """
    faults: list[Fault] = []
    days = {name: day_of(name, faults) for name in ("use.starts_on", "use.ends_on", "valid_until")}
    numbers = {name: number_of(name, faults) for name in ("use.print_run", "use.max_px", "conditions.downloads")}
    for name in ("use.starts_on", "use.ends_on"):
        if days[name] is None and not any(fault.field == name for fault in faults):
            faults.append(Fault(name, "required", Bilingual("This is required.", "此项必填。")))
    if faults:
        raise Invalid(faults)
    said: dict[str, Any] = {"starts_on": days["use.starts_on"], "ends_on": days["use.ends_on"]}
    use = RequestDraft(
        asset_ids=[],
        media=texts("use.media"),
        territory=texts("use.territory"),
        territory_except=texts("use.territory_except"),
        purpose=text("use.purpose"),
        publication=text("use.publication"),
        print_run=numbers["use.print_run"],
        max_px=numbers["use.max_px"],
        time_zone=text("use.time_zone") or the_house().settings.time_zone,
        exclusive=text("use.exclusive") == _ON,
        **said,
    )
    conditions = Conditions(downloads=numbers["conditions.downloads"])
    return OfferDraft(use, conditions, text("message"), days["valid_until"])
