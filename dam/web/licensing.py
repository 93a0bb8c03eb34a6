"""Lightbox, requests and licences as pages: partners ask, rights managers answer, partners accept and fetch."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import LazyString
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from dam.accounts.people import Actor
from dam.accounts.permissions import Permission
from dam.delivery.formats import CopyFormat
from dam.kernel.errors import Conflict, Fault, Invalid
from dam.kernel.ids import AssetId, LicenceId, RequestId
from dam.kernel.text import Bilingual
from dam.licensing.conditions import Conditions
from dam.licensing.drafts import ItemDecision, RequestDraft, Verdict
from dam.licensing.licence import STATE_LABELS as LICENCE_LABELS
from dam.licensing.licence import LicenceState
from dam.licensing.request import ITEM_LABELS, RequestState
from dam.licensing.request import STATE_LABELS as REQUEST_LABELS
from dam.licensing.views import ConsentState, OfferState, RequestView
from dam.web.doors import permission
from dam.web.forms import faults_by_field, safe_next, text, texts
from dam.web.session import the_house
from dam.web.uses import day_of, number_of, surroundings

blueprint = Blueprint("licensing", __name__)

Faults = Mapping[str, Sequence[Fault]]
_READS_REQUESTS = (Permission.REQUEST_READ_OWN, Permission.REQUEST_READ_ALL)
_READS_LICENCES = (Permission.LICENCE_READ_OWN, Permission.LICENCE_READ_ALL)
_ON = "on"
_USUAL_MEDIA = "editorial.news.web"
ENTRY_NAMES: Mapping[str, LazyString] = {
    "submitted": _l("asked for a licence"),
    "returned": _l("returned it for changes"),
    "resubmitted": _l("changed it and asked again"),
    "decided": _l("decided"),
    "withdrawn": _l("withdrew the request"),
    "commented": _l("wrote"),
    "countered": _l("offered another use"),
    "offer_accepted": _l("accepted the offer"),
    "offer_declined": _l("declined the offer"),
    "offer_taken_back": _l("took the offer back"),
    "completed": _l("completed a licence"),
    "released": _l("gave a held place up"),
    "consent_given": _l("gave the rights holder's consent"),
    "consent_refused": _l("refused the rights holder's consent"),
    "consent_withdrawn": _l("withdrew the rights holder's consent"),
}
OFFER_LABELS: Mapping[OfferState, Bilingual] = {
    OfferState.OPEN: Bilingual("Waiting for the partner", "等待申请方答复"),
    OfferState.ACCEPTED: Bilingual("Accepted", "已接受"),
    OfferState.DECLINED: Bilingual("Declined", "已谢绝"),
    OfferState.TAKEN_BACK: Bilingual("Taken back", "已收回"),
    OfferState.REPLACED: Bilingual("Replaced", "已被替换"),
    OfferState.WITHDRAWN: Bilingual("The request was withdrawn", "申请已撤回"),
    OfferState.LAPSED: Bilingual("Lapsed", "已失效"),
}
CONSENT_LABELS: Mapping[ConsentState, Bilingual] = {
    ConsentState.ASKED: Bilingual("Waiting for an answer", "等待答复"),
    ConsentState.GIVEN: Bilingual("Consented", "已同意"),
    ConsentState.REFUSED: Bilingual("Refused", "未同意"),
    ConsentState.WITHDRAWN: Bilingual("Withdrawn", "已撤回"),
    ConsentState.NOT_NEEDED: Bilingual("No longer asked", "不再需要"),
}


# Lightbox


@blueprint.get("/lightbox")
@permission(Permission.LIGHTBOX_KEEP)
def lightbox(actor: Actor) -> ResponseReturnValue:
    """Show what the person collected, and the form that asks for all of it."""
    return _lightbox_page(actor)


@blueprint.post("/lightbox/photographs")
@permission(Permission.LIGHTBOX_KEEP)
def collect(actor: Actor) -> ResponseReturnValue:
    """Put photographs into the lightbox."""
    held = the_house().licensing.collect(actor, _ids("asset"))
    flash(_("In your lightbox: %(n)s photographs.", n=len(held.items)))
    return redirect(safe_next(text("next"), "licensing.lightbox"), 303)


@blueprint.post("/lightbox/removals")
@permission(Permission.LIGHTBOX_KEEP)
def drop(actor: Actor) -> ResponseReturnValue:
    """Take photographs out of the lightbox."""
    the_house().licensing.drop(actor, _ids("asset"))
    return redirect(safe_next(text("next"), "licensing.lightbox"), 303)


# Requests


@blueprint.get("/requests")
@permission(*_READS_REQUESTS)
def requests(actor: Actor) -> ResponseReturnValue:
    """Show the requests one may see; rights managers first see those that wait."""
    state = request.args.get("state", "waiting" if actor.may(Permission.REQUEST_DECIDE) else "")
    page = the_house().licensing.requests(actor, state or None, request.args.get("cursor"))
    labels = [(each.value, REQUEST_LABELS[each]) for each in RequestState]
    return render_template("licensing/requests.html", page=page, state=state, labels=labels, of_state=REQUEST_LABELS)


@blueprint.post("/requests")
@permission(Permission.REQUEST_SUBMIT)
def submit(actor: Actor) -> ResponseReturnValue:
    """Ask for a licence for photographs of the lightbox; every one is answered at once."""
    try:
        asked = the_house().licensing.submit(actor, _draft())
    except Invalid as error:
        return _lightbox_page(actor, faults=faults_by_field(error)), 422
    the_house().licensing.drop(actor, [item.asset.asset_id for item in asked.items])
    flash(_("Your request %(number)s is with the rights desk.", number=asked.number))
    return redirect(url_for("licensing.request_page", request_id=asked.request_id), 303)


@blueprint.get("/requests/<uuid:request_id>")
@permission(*_READS_REQUESTS)
def request_page(actor: Actor, request_id: UUID) -> ResponseReturnValue:
    """Show one request with its photographs and thread, and what the reader can do."""
    return request_page_of(the_house().licensing.request(actor, RequestId(request_id)))


@blueprint.post("/requests/<uuid:request_id>/decisions")
@permission(Permission.REQUEST_DECIDE)
def decide(actor: Actor, request_id: UUID) -> ResponseReturnValue:
    """Decide the photographs that were marked; the others stay undecided."""
    desk, faults = the_house().licensing, list[Fault]()
    decisions = _decisions(faults)
    if faults:
        wrong = _by_photograph(Invalid(faults), decisions)
        return request_page_of(desk.request(actor, RequestId(request_id)), faults=wrong), 422
    try:
        decided = desk.decide(actor, RequestId(request_id), decisions, text("message"), seen_at=seen_at())
    except Invalid as error:
        return request_page_of(desk.request(actor, RequestId(request_id)), faults=_by_photograph(error, decisions)), 422
    except Conflict as error:
        return request_page_of(desk.request(actor, RequestId(request_id)), conflict=error), 409
    _say_decided(len(decided.licences))
    return redirect(url_for("licensing.request_page", request_id=request_id), 303)


@blueprint.post("/requests/<uuid:request_id>/return")
@permission(Permission.REQUEST_DECIDE)
def return_for_changes(actor: Actor, request_id: UUID) -> ResponseReturnValue:
    """Return a request with a message."""
    desk = the_house().licensing
    try:
        desk.return_for_changes(actor, RequestId(request_id), text("message"))
    except Invalid as error:
        return request_page_of(desk.request(actor, RequestId(request_id)), faults=faults_by_field(error)), 422
    flash(_("The request is back with the partner."))
    return redirect(url_for("licensing.requests"), 303)


@blueprint.post("/requests/<uuid:request_id>/resubmission")
@permission(Permission.REQUEST_SUBMIT)
def resubmit(actor: Actor, request_id: UUID) -> ResponseReturnValue:
    """Send a returned request again, changed."""
    desk = the_house().licensing
    try:
        desk.resubmit(actor, RequestId(request_id), _draft(), text("message"))
    except Invalid as error:
        return request_page_of(desk.request(actor, RequestId(request_id)), faults=faults_by_field(error)), 422
    flash(_("Your changed request is with the rights desk."))
    return redirect(url_for("licensing.request_page", request_id=request_id), 303)


@blueprint.post("/requests/<uuid:request_id>/withdrawal")
@permission(Permission.REQUEST_SUBMIT)
def withdraw(actor: Actor, request_id: UUID) -> ResponseReturnValue:
    """Withdraw a request; it stays on record."""
    the_house().licensing.withdraw(actor, RequestId(request_id), text("message"))
    flash(_("The request is withdrawn. It stays on record."))
    return redirect(url_for("licensing.request_page", request_id=request_id), 303)


@blueprint.post("/requests/<uuid:request_id>/messages")
@permission(Permission.REQUEST_SUBMIT, Permission.REQUEST_DECIDE)
def comment(actor: Actor, request_id: UUID) -> ResponseReturnValue:
    """Write into the thread of a request."""
    desk = the_house().licensing
    try:
        desk.comment(actor, RequestId(request_id), text("message"))
    except Invalid as error:
        return request_page_of(desk.request(actor, RequestId(request_id)), faults=faults_by_field(error)), 422
    return redirect(url_for("licensing.request_page", request_id=request_id, _anchor="thread"), 303)


# Licences


@blueprint.get("/licences")
@permission(*_READS_LICENCES)
def licences(actor: Actor) -> ResponseReturnValue:
    """Show the licences one may see, newest first."""
    page = the_house().licensing.licences(actor, request.args.get("cursor"))
    return render_template("licensing/licences.html", page=page, of_state=LICENCE_LABELS)


@blueprint.get("/licences/<uuid:licence_id>")
@permission(*_READS_LICENCES)
def licence(actor: Actor, licence_id: UUID) -> ResponseReturnValue:
    """Show one licence: terms, photographs, downloads, and what the reader can do."""
    return _licence_page(actor, LicenceId(licence_id))


@blueprint.post("/licences/<uuid:licence_id>/acceptance")
@permission(Permission.LICENCE_ACCEPT)
def accept(actor: Actor, licence_id: UUID) -> ResponseReturnValue:
    """Accept the terms that were shown, named by their hash."""
    if text("agreed") != _ON:
        sentence = Bilingual("Tick that you have read and accept the terms.", "请勾选表示已阅读并接受条款。")
        return _licence_page(
            actor, LicenceId(licence_id), faults={"agreed": [Fault("agreed", "required", sentence)]}
        ), 422
    the_house().licensing.accept(actor, LicenceId(licence_id), text("terms_sha256"))
    flash(_("The terms are accepted. The copies can be downloaded."))
    return redirect(url_for("licensing.licence", licence_id=licence_id), 303)


@blueprint.post("/licences/<uuid:licence_id>/<any(suspension, reinstatement, revocation):step>")
@permission(Permission.LICENCE_REVOKE)
def change_licence(actor: Actor, licence_id: UUID, step: str) -> ResponseReturnValue:
    """Suspend, reinstate or revoke a licence; it holds from the next request on."""
    desk = the_house().licensing
    steps = {"suspension": desk.suspend, "reinstatement": desk.reinstate, "revocation": desk.revoke}
    try:
        steps[step](actor, LicenceId(licence_id), text("reason"))
    except Invalid as error:
        return _licence_page(actor, LicenceId(licence_id), faults=faults_by_field(error)), 422
    flash(_("Done. It holds from the next request on."))
    return redirect(url_for("licensing.licence", licence_id=licence_id), 303)


# Parts


def _lightbox_page(actor: Actor, *, faults: Faults | None = None) -> str:
    return render_template(
        "licensing/lightbox.html",
        lightbox=the_house().licensing.lightbox(actor),
        faults=faults,
        sent=request.form if faults else {},
        media=texts("use.media") if faults else [_USUAL_MEDIA],
        territory=texts("use.territory"),
        excepted=texts("use.territory_except"),
        **surroundings(),
    )


def request_page_of(
    view: RequestView, *, faults: Faults | None = None, conflict: Conflict | None = None, countering: bool = False
) -> str:
    """Return the page of a request; `countering` shows again what was typed into the offer."""
    return render_template(
        "licensing/request.html",
        asked=view,
        faults=None if countering else faults,
        offer_faults=faults if countering else None,
        conflict=conflict,
        again=bool(faults or conflict) and not countering,
        countering=countering,
        of_state=REQUEST_LABELS,
        of_item=ITEM_LABELS,
        offer_states=OFFER_LABELS,
        entry_names=ENTRY_NAMES,
        **surroundings(),
    )


def _licence_page(actor: Actor, licence_id: LicenceId, *, faults: Faults | None = None) -> str:
    house = the_house()
    view = house.licensing.licence(actor, licence_id)
    return render_template(
        "licensing/licence.html",
        held=view,
        deliveries=house.delivery.deliveries(actor, licence_id),
        formats=tuple(CopyFormat),
        usage=house.audit.own_usage(actor, licence_id),
        faults=faults,
        of_state=LICENCE_LABELS,
        waits=house.licensing.reservation(actor, licence_id) if view.state is LicenceState.RESERVED else None,
        consent_states=CONSENT_LABELS,
        fetchable=view.state is LicenceState.ACTIVE and actor.organisation_id == view.licensee.organisation_id,
        at=house.clock(),
    )


def _draft() -> RequestDraft:
    """Return the request on the form.

    Raises: Invalid for what is not even a date or a number.
    """
    faults: list[Fault] = []
    starts_on, ends_on = day_of("use.starts_on", faults), day_of("use.ends_on", faults)
    print_run, max_px = number_of("use.print_run", faults), number_of("use.max_px", faults)
    for name, value in (("use.starts_on", starts_on), ("use.ends_on", ends_on)):
        if value is None and not any(fault.field == name for fault in faults):
            faults.append(Fault(name, "required", Bilingual("This is required.", "此项必填。")))
    if faults or starts_on is None or ends_on is None:
        raise Invalid(faults)
    return RequestDraft(
        asset_ids=_ids("asset"),
        media=texts("use.media"),
        territory=texts("use.territory"),
        territory_except=texts("use.territory_except"),
        starts_on=starts_on,
        ends_on=ends_on,
        purpose=text("use.purpose"),
        publication=text("use.publication"),
        print_run=print_run,
        max_px=max_px,
        exclusive=text("use.exclusive") == _ON,
    )


def _decisions(faults: list[Fault]) -> list[ItemDecision]:
    found = []
    for asset_id in _ids("asset"):
        verdict = text(f"decision-{asset_id}")
        if verdict in set(Verdict):
            found.append(
                ItemDecision(asset_id, Verdict(verdict), text(f"reason-{asset_id}"), _conditions(asset_id, faults))
            )
    if not found:
        sentence = Bilingual("Decide at least one photograph.", "请至少审批一张照片。")
        faults.append(Fault("items", "required", sentence))
    return found


def seen_at() -> datetime | None:
    """Return when the request on the form had last changed; our form always says it."""
    try:
        return datetime.fromisoformat(text("seen_at"))
    except ValueError:
        return None


def _conditions(asset_id: AssetId, faults: list[Fault]) -> Conditions:
    return Conditions(
        max_px=number_of(f"max_px-{asset_id}", faults),
        downloads=number_of(f"downloads-{asset_id}", faults),
        print_run=number_of(f"print_run-{asset_id}", faults),
        no_alteration=text(f"no_alteration-{asset_id}") == _ON,
        no_ai_training=text(f"no_ai_training-{asset_id}") == _ON,
        credit_line=text(f"credit_line-{asset_id}") or None,
        report_within_days=number_of(f"report_within_days-{asset_id}", faults),
        report_by=day_of(f"report_by-{asset_id}", faults),
    )


def _by_photograph(error: Invalid, decisions: Sequence[ItemDecision]) -> dict[str, list[Fault]]:
    """Return faults such as `items.2.conditions.max_px` under the field of that photograph on the form."""
    found: dict[str, list[Fault]] = {}
    for fault in error.faults:
        parts = fault.field.split(".")
        name = fault.field
        if parts[0] == "items" and len(parts) > 1 and parts[1].isdigit() and int(parts[1]) < len(decisions):
            name = f"{parts[-1]}-{decisions[int(parts[1])].asset_id}"
        found.setdefault(name, []).append(fault)
    return found


def _say_decided(licences: int) -> None:
    if licences:
        flash(_("Decided. The licence is made and waits for the partner to accept its terms."))
    else:
        flash(_("Decided."))


def _ids(name: str) -> list[AssetId]:
    """Return the photographs named on the form.

    Raises: Invalid for what is no id.
    """
    try:
        return [AssetId(UUID(value)) for value in texts(name)]
    except ValueError:
        sentence = Bilingual("Choose photographs from the list.", "请从列表中选择照片。")
        raise Invalid([Fault("assets", "unknown", sentence)]) from None
