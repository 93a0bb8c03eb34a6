"""Renewals and reports of use as pages: what partners do after a licence is granted, and what everybody sees of it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from dam.accounts.people import Actor
from dam.accounts.permissions import Permission
from dam.kernel.errors import Conflict, Fault, Invalid
from dam.kernel.ids import AssetId, LicenceId, ReportId
from dam.licensing.renewals import NextTerm, RenewalDraft, may_be_renewed, next_term
from dam.licensing.reports import FLAG_LABELS, DueRow, ReportDraft
from dam.licensing.request import STATE_LABELS
from dam.licensing.views import AssetRef, LicenceView, Renewal
from dam.web.doors import permission, present_actor
from dam.web.forms import NOTHING, faults_by_field, named, text, texts
from dam.web.i18n import say
from dam.web.session import the_house
from dam.web.uses import day_of, media_branches, number_of, surroundings

blueprint = Blueprint("reports", __name__)

Faults = Mapping[str, Sequence[Fault]]
_READS = (Permission.LICENCE_READ_OWN, Permission.LICENCE_READ_ALL)
_ON = "on"


@dataclass(frozen=True, slots=True)
class Afterwards:
    """What follows a licence: its renewals, the days proposed for one where one may be asked for, the reports due."""

    renewals: Sequence[Renewal]
    proposed: NextTerm | None
    due: Sequence[DueRow]


@blueprint.app_template_global()
def afterwards(held: LicenceView) -> Afterwards:
    """Return what follows the licence, for its page."""
    actor, house = present_actor(), the_house()
    if actor is None:
        return Afterwards((), None, ())
    asked = house.licensing.renewals(actor, held.licence_id)
    own = actor.organisation_id == held.licensee.organisation_id and actor.may(Permission.REQUEST_SUBMIT)
    free = own and may_be_renewed(held.state, accepted=held.acceptance is not None, asked=asked)
    due = house.licensing.report_due_of(actor, held.licence_id)
    return Afterwards(asked, next_term(held.use, house.clock()) if free else None, due)


@blueprint.app_template_global()
def request_state_name(one: Renewal) -> str:
    """Return where a request for a further term stands, in the language of the page."""
    return say(STATE_LABELS[one.state])


@blueprint.post("/licences/<uuid:licence_id>/renewal")
@permission(Permission.REQUEST_SUBMIT)
def renew(actor: Actor, licence_id: UUID) -> ResponseReturnValue:
    """Ask for the next term of a licence."""
    try:
        asked = the_house().licensing.renew(actor, LicenceId(licence_id), _renewal())
    except Invalid as error:
        for fault in error.faults:
            flash(say(fault.message), "error")
        return redirect(url_for("licensing.licence", licence_id=licence_id, _anchor="renewal"), 303)
    except Conflict as error:
        flash(say(error.message), "error")
        return redirect(url_for("licensing.licence", licence_id=licence_id), 303)
    flash(_("Your request %(number)s for the next term is with the rights desk.", number=asked.number))
    return redirect(url_for("licensing.request_page", request_id=asked.request_id), 303)


@blueprint.get("/licences/<uuid:licence_id>/reports")
@permission(*_READS)
def reports(actor: Actor, licence_id: UUID) -> ResponseReturnValue:
    """Show what was reported under a licence, and the form for a further report."""
    return _reports_page(actor, LicenceId(licence_id))


@blueprint.post("/licences/<uuid:licence_id>/reports")
@permission(Permission.USE_REPORT)
def report_use(actor: Actor, licence_id: UUID) -> ResponseReturnValue:
    """Take a report of use down."""
    try:
        made = the_house().licensing.report_use(actor, LicenceId(licence_id), _draft())
    except Invalid as error:
        return _reports_page(actor, LicenceId(licence_id), faults=faults_by_field(error)), 422
    if made.flags:
        flash(_("The report is on record. It says something the licence does not cover; the archive sees that too."))
    else:
        flash(_("The report is on record."))
    return redirect(url_for("reports.reports", licence_id=licence_id), 303)


@blueprint.get("/reports")
@permission(*_READS)
def due(actor: Actor) -> ResponseReturnValue:
    """Show the licences whose reports are due or overdue, the earliest day first."""
    page = the_house().licensing.reports_due(actor, request.args.get("cursor"))
    return render_template("reports/due.html", page=page)


def _reports_page(actor: Actor, licence_id: LicenceId, *, faults: Faults | None = None) -> str:
    desk = the_house().licensing
    held = desk.licence(actor, licence_id)
    own = actor.organisation_id == held.licensee.organisation_id and actor.may(Permission.USE_REPORT)
    return render_template(
        "reports/reports.html",
        held=held,
        page=desk.reports(actor, licence_id, request.args.get("cursor")),
        due=desk.report_due_of(actor, licence_id),
        flags=FLAG_LABELS,
        faults=faults,
        sent=request.form if faults else {},
        territory=texts("territory") if faults else [],
        media=_media(),
        photographs=[(str(item.asset.asset_id), _named(item.asset)) for item in held.items],
        may_report=own and held.acceptance is not None,
        **surroundings(),
    )


def _named(asset: AssetRef) -> str:
    return f"{asset.accession_number} {say(asset.title)}"


def _media() -> list[tuple[str, str]]:
    """Return every medium, one a line, each branch before what stands under it."""
    return [
        (each.code, f"{'– ' * depth}{say(each.label)}")
        for branch in media_branches()
        for each, depth in [(branch.top, 0), *((below, below.depth + 1) for below in branch.below)]
    ]


def _renewal() -> RenewalDraft:
    """Return the next term on the form.

    Raises: Invalid for what is not even a day.
    """
    faults: list[Fault] = []
    draft = RenewalDraft(day_of("starts_on", faults), day_of("ends_on", faults), text("message"))
    if faults:
        raise Invalid(faults)
    return draft


def _draft() -> ReportDraft:
    """Return the report on the form.

    Raises: Invalid for what is not even a day or a number.
    """
    faults: list[Fault] = []
    published_on, print_run = day_of("published_on", faults), number_of("print_run", faults)
    if faults:
        raise Invalid(faults)
    amends = named("amends")
    return ReportDraft(
        asset_id=AssetId(named("asset") or NOTHING),
        unused=text("unused") == _ON,
        medium=text("medium") or None,
        territory=texts("territory"),
        title=text("title"),
        url=text("url"),
        published_on=published_on,
        print_run=print_run,
        note=text("note"),
        amends=ReportId(amends) if amends else None,
    )
