"""Rights as pages: who provides what to whom, who holds it, and what is held back."""

import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import LazyString
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from werkzeug.datastructures import MultiDict

from dam.accounts.organisation import OrganisationKind
from dam.accounts.people import Actor
from dam.accounts.permissions import Permission
from dam.kernel.errors import ExclusivityConflict, Fault, Invalid
from dam.kernel.ids import AgreementId, AssetId, CollectionId, HolderId, OrganisationId, RestrictionId
from dam.kernel.text import Bilingual
from dam.rights.agreement import AgreementDraft, RestrictionDraft, Scope
from dam.rights.facts import RestrictionKind
from dam.rights.territories import territory_name
from dam.rights.views import AgreementView
from dam.rights.vocabularies import MEDIA
from dam.web.catalogue import asset_page
from dam.web.doors import permission
from dam.web.forms import NOTHING, faults_by_field, named, text, texts, uuid_of
from dam.web.holders import Faults, holder_draft, holder_page, holders_page
from dam.web.i18n import say
from dam.web.session import the_house
from dam.web.uses import day_of, surroundings, zone_options

blueprint = Blueprint("rights", __name__)

_ON = "on"
CONDITIONS_TEXT = "text"
"""The member of an agreement's conditions that holds what was written on the form."""
_MOST_NAMED = 10
_BAR_FIELDS = frozenset({"reason", "territory", "starts_on", "ends_on"})
STATE_NAMES: Mapping[str, LazyString] = {
    "active": _l("In force"),
    "offered": _l("Not yet begun"),
    "expired": _l("Over"),
    "revoked": _l("Ended early"),
}


@blueprint.app_template_filter()
def media_said(codes: Iterable[str]) -> str:
    """Return media codes as their names in the language of the page."""
    return str(_(", ")).join(say(MEDIA[code].name) for code in codes)


@blueprint.app_template_filter()
def territory_said(codes: Iterable[str]) -> str:
    """Return territory codes as their names in the language of the page."""
    return str(_(", ")).join(say(territory_name(code)) for code in codes)


@blueprint.app_template_global()
def agreement_state(view: AgreementView) -> tuple[str, str]:
    """Return where an agreement stands now, as the code of its badge and in the language of the page."""
    code = "active"
    if view.state == "ended":
        code = "revoked"
    elif view.over:
        code = "expired"
    elif view.span.start > the_house().clock():
        code = "offered"
    return code, str(STATE_NAMES[code])


# Agreements


@blueprint.get("/rights")
@permission(Permission.AGREEMENT_READ)
def agreements(actor: Actor) -> ResponseReturnValue:
    """Show the supply agreements, newest first."""
    page = the_house().rights.agreements(actor, request.args.get("cursor"))
    return render_template("rights/agreements.html", page=page)


@blueprint.get("/rights/agreements/new")
@permission(Permission.AGREEMENT_RECORD)
def new_agreement(actor: Actor) -> ResponseReturnValue:
    """Show the form of a supply agreement, begun with the photograph that `asset` names."""
    return _agreement_form(actor, _begun(actor, request.args.get("asset", "")))


@blueprint.post("/rights/agreements")
@permission(Permission.AGREEMENT_RECORD)
def record_agreement(actor: Actor) -> ResponseReturnValue:
    """Record a supply agreement; what stands in the way of it is named above the form, and nothing typed is lost."""
    day_faults: list[Fault] = []
    numbers = _numbers()
    draft = _agreement_draft(actor, numbers, day_faults)
    try:
        agreement_id = the_house().rights.record_agreement(actor, draft)
    except Invalid as error:
        faults = faults_by_field(Invalid(_agreement_faults(error.faults, numbers, day_faults)))
        return _agreement_form(actor, request.form, faults=faults), 422
    except ExclusivityConflict as error:
        return _agreement_form(actor, request.form, conflict=error), 409
    flash(_("The agreement is recorded."))
    return redirect(url_for("rights.agreement", agreement_id=agreement_id), 303)


@blueprint.get("/rights/agreements/<uuid:agreement_id>")
@permission(Permission.AGREEMENT_READ)
def agreement(actor: Actor, agreement_id: UUID) -> ResponseReturnValue:
    """Show one supply agreement with what it covers."""
    return agreement_page(actor, AgreementId(agreement_id))


@blueprint.post("/rights/agreements/<uuid:agreement_id>/end")
@permission(Permission.AGREEMENT_RECORD)
def end_agreement(actor: Actor, agreement_id: UUID) -> ResponseReturnValue:
    """End a supply agreement before its last day; what stands on it stops at once."""
    try:
        the_house().rights.end_agreement(actor, AgreementId(agreement_id), text("reason"))
    except Invalid as error:
        return agreement_page(actor, AgreementId(agreement_id), faults=faults_by_field(error)), 422
    flash(_("The agreement is ended. What stood on it has stopped."))
    return redirect(url_for("rights.agreement", agreement_id=agreement_id), 303)


# Holders


@blueprint.get("/rights/holders")
@permission(Permission.AGREEMENT_READ)
def holders(actor: Actor) -> ResponseReturnValue:
    """Show the rights holders and the collections."""
    return holders_page(actor)


@blueprint.post("/rights/holders")
@permission(Permission.HOLDER_RECORD)
def record_holder(actor: Actor) -> ResponseReturnValue:
    """Record a rights holder."""
    try:
        the_house().rights.record_holder(actor, holder_draft())
    except Invalid as error:
        return holders_page(actor, holder_faults=faults_by_field(error)), 422
    flash(_("The rights holder is recorded."))
    return redirect(url_for("rights.holders"), 303)


@blueprint.get("/rights/holders/<uuid:holder_id>")
@permission(Permission.HOLDER_RECORD)
def holder(actor: Actor, holder_id: UUID) -> ResponseReturnValue:
    """Show what is recorded of a rights holder, to be corrected."""
    return holder_page(actor, HolderId(holder_id))


@blueprint.post("/rights/holders/<uuid:holder_id>")
@permission(Permission.HOLDER_RECORD)
def correct_holder(actor: Actor, holder_id: UUID) -> ResponseReturnValue:
    """Correct a rights holder; its previews are made again where their mark changes."""
    try:
        count = the_house().rights.correct_holder(actor, HolderId(holder_id), holder_draft())
    except Invalid as error:
        return holder_page(actor, HolderId(holder_id), faults_by_field(error)), 422
    flash(_("The rights holder is corrected."))
    if count:
        flash(_("%(count)s previews are being marked again.", count=count))
    return redirect(url_for("rights.holders"), 303)


# Restrictions


@blueprint.post("/assets/<uuid:asset_id>/restrictions")
@permission(Permission.RESTRICTION_PLACE)
def place_restriction(actor: Actor, asset_id: UUID) -> ResponseReturnValue:
    """Hold a photograph back, for everybody, from the next decision on."""
    view = the_house().catalogue.asset(actor, AssetId(asset_id))
    try:
        the_house().rights.place_restriction(actor, _restriction_draft(view.asset_id))
    except Invalid as error:
        renamed = [Fault(_bar_field(fault.field), fault.code, fault.message) for fault in error.faults]
        return asset_page(actor, view, bar_faults=faults_by_field(Invalid(renamed))), 422
    flash(_("The restriction is placed."))
    return redirect(url_for("catalogue.asset", asset_id=asset_id), 303)


@blueprint.post("/restrictions/<uuid:restriction_id>/lifting")
@permission(Permission.RESTRICTION_PLACE)
def lift_restriction(actor: Actor, restriction_id: UUID) -> ResponseReturnValue:
    """Lift a restriction, and go back to the photograph it was lifted from."""
    try:
        the_house().rights.lift_restriction(actor, RestrictionId(restriction_id), text("reason"))
    except Invalid as error:
        flash(" ".join(say(fault.message) for fault in error.faults), "error")
    else:
        flash(_("The restriction is lifted. It stays on record."))
    asset_id = named("asset")
    onward = url_for("catalogue.asset", asset_id=asset_id) if asset_id else url_for("rights.agreements")
    return redirect(onward, 303)


# Parts


def agreement_page(
    actor: Actor, agreement_id: AgreementId, *, faults: Faults | None = None, deed_faults: Faults | None = None
) -> str:
    """Return the page of one agreement, each of its forms with what was wrong with it."""
    house = the_house()
    found = house.rights.agreement(actor, agreement_id)
    deeds = house.deeds.deeds(actor, agreement_id)
    return render_template(
        "rights/agreement.html",
        signed=found.agreement,
        conditions=_conditions_said(found.agreement.conditions),
        scope=found.scope,
        deeds=deeds,
        names={deed.deed_id: deed.file_name for deed in deeds},
        standing=[(str(deed.deed_id), deed.file_name) for deed in deeds if deed.superseded_by is None],
        faults=faults,
        deed_faults=deed_faults,
    )


def _conditions_said(conditions: Mapping[str, object]) -> str:
    """Return the free conditions as text: what was written on the form, and what else came over the API, by name."""
    written = str(conditions.get(CONDITIONS_TEXT, ""))
    others = (f"{name}: {_plain(value)}" for name, value in conditions.items() if name != CONDITIONS_TEXT)
    return "\n".join(filter(None, (written, *others)))


def _plain(value: object) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _agreement_form(
    actor: Actor,
    sent: MultiDict[str, str],
    *,
    faults: Faults | None = None,
    conflict: ExclusivityConflict | None = None,
) -> str:
    house = the_house()
    grantees = [
        each for each in house.accounts.organisations(actor) if each.active and each.kind != OrganisationKind.ARCHIVE
    ]
    return render_template(
        "rights/new_agreement.html",
        sent=sent,
        faults=faults,
        conflict=conflict,
        free_from=_day(conflict, "free_from"),
        holder_options=[(str(each.holder_id), say(each.name)) for each in house.rights.holders(actor)],
        grantee_options=[(str(each.organisation_id), say(each.name)) for each in grantees],
        collection_options=[(str(each.collection_id), say(each.title)) for each in house.catalogue.collections(actor)],
        zone_options=zone_options(),
        own_zone=house.settings.time_zone,
        **surroundings(),
    )


def _begun(actor: Actor, asset: str) -> MultiDict[str, str]:
    """Return what the form of a new agreement already knows: of its photograph, and of the claim it was opened from."""
    found = uuid_of(asset)
    if found is None:
        return MultiDict()
    photo = the_house().catalogue.asset(actor, AssetId(found))
    known = {"assets": photo.accession_number, "holder": str(photo.holder.id) if photo.holder else ""}
    told = {name: request.args[name] for name in ("holder", "grantee", "exclusive") if request.args.get(name)}
    return MultiDict(known | {"credit_line": photo.credit_line or ""} | told)


def _numbers() -> list[str]:
    """Return the accession numbers on the form, each once."""
    return list(dict.fromkeys(text("assets").upper().replace(",", " ").replace("，", " ").split()))


def _agreement_draft(actor: Actor, numbers: Sequence[str], faults: list[Fault]) -> AgreementDraft:
    """Return the agreement on the form; what names nothing stays in it for the rights room to find fault with."""
    found = the_house().catalogue.numbered(actor, numbers)
    holder, grantee, collection = named("holder"), named("grantee"), named("collection")
    return AgreementDraft(
        holder=None if holder is None else HolderId(holder),
        scope=Scope(
            tuple(found.get(number, AssetId(NOTHING)) for number in numbers),
            None if collection is None else CollectionId(collection),
        ),
        media=texts("media"),
        territory=texts("territory"),
        territory_except=texts("territory_except"),
        starts_on=day_of("starts_on", faults),
        ends_on=day_of("ends_on", faults),
        exclusive=text("exclusive") == _ON,
        grantee=None if grantee is None else OrganisationId(grantee),
        sublicensable=text("sublicensable") == _ON,
        consent_required=text("consent_required") == _ON,
        credit_line=text("credit_line") or None,
        conditions={CONDITIONS_TEXT: text("conditions")} if text("conditions") else {},
        tz=text("time_zone") or the_house().settings.time_zone,
    )


def _agreement_faults(faults: Iterable[Fault], numbers: Sequence[str], day_faults: Sequence[Fault]) -> Sequence[Fault]:
    """Return the faults under the fields of the form: unknown numbers in one sentence, no misspelt day as missing."""
    misspelt = {fault.field for fault in day_faults}
    found, unknown = list(day_faults), list[str]()
    for fault in faults:
        name, _dot, place = fault.field.rpartition(".")
        if name == "scope.assets" and place.isdigit():
            unknown.append(numbers[int(place)])
        elif fault.field not in misspelt:
            found.append(Fault(_agreement_field(fault.field), fault.code, fault.message))
    if unknown:
        found.append(_unknown_numbers(unknown))
    return found


def _unknown_numbers(numbers: Sequence[str]) -> Fault:
    some = numbers[:_MOST_NAMED]
    sentence = Bilingual("No photograph has the number {en}.", "没有登录号为 {zh} 的照片。")
    if len(numbers) > _MOST_NAMED:
        sentence = Bilingual("No photograph has these {n} numbers: {en}, …", "以下 {n} 个登录号没有对应的照片：{zh}……")
    return Fault("assets", "unknown_asset", sentence.format(n=len(numbers), en=", ".join(some), zh="、".join(some)))


def _agreement_field(name: str) -> str:
    first, _dot, rest = name.partition(".")
    if first == "scope":
        return "collection" if rest == "collection" else "assets"
    return "time_zone" if first == "tz" else first


def _restriction_draft(asset_id: AssetId) -> RestrictionDraft:
    """Return the restriction on the form.

    Raises: Invalid for what is no kind and no date.
    """
    faults: list[Fault] = []
    starts_on, ends_on = day_of("bar_starts_on", faults), day_of("bar_ends_on", faults)
    if text("kind") not in set(RestrictionKind):
        faults.append(Fault("kind", "unknown", Bilingual("Choose a kind from the list.", "请从列表中选择类型。")))
    if faults:
        raise Invalid(faults)
    return RestrictionDraft(
        kind=RestrictionKind(text("kind")),
        scope=Scope((asset_id,)),
        reason=text("bar_reason"),
        territory=texts("bar_territory"),
        starts_on=starts_on,
        ends_on=ends_on,
    )


def _bar_field(name: str) -> str:
    first = name.partition(".")[0]
    return f"bar_{first}" if first in _BAR_FIELDS else first


def _day(conflict: ExclusivityConflict | None, name: str) -> date | None:
    written = conflict.extra.get(name) if conflict else None
    return date.fromisoformat(str(written)) if written else None
