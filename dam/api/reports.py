"""Renewals and reports of use over the API."""

from typing import Any
from uuid import UUID

from apiflask import APIBlueprint, fields
from apiflask.validators import Length
from flask.typing import ResponseReturnValue

from dam.accounts.people import Actor
from dam.accounts.permissions import Permission
from dam.api import report_shapes as shapes
from dam.api.doors import permission, the_house
from dam.api.licensing_json import request_json
from dam.api.schemas import PageQuery, StrictSchema, text_json
from dam.api.shapes import answers
from dam.kernel.ids import AssetId, LicenceId, ReportId
from dam.licensing.renewals import RenewalDraft
from dam.licensing.reports import DueRow, ReportDraft, ReportView
from dam.licensing.views import Renewal

blueprint = APIBlueprint("api_reports", __name__, url_prefix="/api/v1", tag="Licensing")

_READS = (Permission.LICENCE_READ_OWN, Permission.LICENCE_READ_ALL)


class RenewalIn(StrictSchema):
    """What may differ in the next term; days left out follow the term that ends."""

    starts_on = fields.Date(load_default=None, allow_none=True)
    ends_on = fields.Date(load_default=None, allow_none=True)
    message = fields.String(load_default="")


class ReportIn(StrictSchema):
    """A publication of one photograph, or that it was not used."""

    asset = fields.UUID(required=True)
    unused = fields.Boolean(load_default=False)
    medium = fields.String(load_default=None, allow_none=True, validate=Length(max=64))
    territory = fields.List(fields.String(validate=Length(max=16)), load_default=list, validate=Length(max=300))
    title = fields.String(load_default="")
    url = fields.String(load_default="")
    published_on = fields.Date(load_default=None, allow_none=True)
    print_run = fields.Integer(load_default=None, allow_none=True)
    note = fields.String(load_default="")
    amends = fields.UUID(load_default=None, allow_none=True)


@blueprint.post("/licences/<uuid:licence_id>/renewal")
@permission(Permission.REQUEST_SUBMIT)
@blueprint.input(RenewalIn)
@answers(blueprint, shapes.REQUEST, 201, "Asked")
def renew(actor: Actor, licence_id: UUID, json_data: dict[str, Any]) -> ResponseReturnValue:
    """Ask for the next term: the same photographs and use, from the day after the last one, judged at once."""
    asked = the_house().licensing.renew(actor, LicenceId(licence_id), RenewalDraft(**json_data))
    return request_json(asked), 201


@blueprint.get("/licences/<uuid:licence_id>/renewals")
@permission(*_READS)
@answers(blueprint, shapes.RENEWALS)
def list_renewals(actor: Actor, licence_id: UUID) -> ResponseReturnValue:
    """List the requests for a further term, newest first, and the licences they came to."""
    return {"items": [renewal_json(one) for one in the_house().licensing.renewals(actor, LicenceId(licence_id))]}


@blueprint.post("/licences/<uuid:licence_id>/reports")
@permission(Permission.USE_REPORT)
@blueprint.input(ReportIn)
@answers(blueprint, shapes.REPORT, 201, "Taken down")
def report_use(actor: Actor, licence_id: UUID, json_data: dict[str, Any]) -> ResponseReturnValue:
    """Report where a licensed photograph was published; what is outside the licence is flagged, not refused."""
    sent = dict(json_data)
    draft = ReportDraft(asset_id=AssetId(sent.pop("asset")), **sent)
    return report_json(the_house().licensing.report_use(actor, LicenceId(licence_id), draft)), 201


@blueprint.get("/licences/<uuid:licence_id>/reports")
@permission(*_READS)
@blueprint.input(PageQuery, location="query")
@answers(blueprint, shapes.REPORT_PAGE)
def list_reports(actor: Actor, licence_id: UUID, query_data: dict[str, Any]) -> ResponseReturnValue:
    """List what was reported under a licence, newest first, amended reports too."""
    desk = the_house().licensing
    page = desk.reports(actor, LicenceId(licence_id), query_data.get("cursor"), limit=query_data["limit"])
    return {"items": [report_json(one) for one in page.items], "next": page.next}


@blueprint.get("/licences/<uuid:licence_id>/reports/<uuid:report_id>")
@permission(*_READS)
@answers(blueprint, shapes.REPORT)
def get_report(actor: Actor, licence_id: UUID, report_id: UUID) -> ResponseReturnValue:
    """Return one report of use."""
    return report_json(the_house().licensing.report(actor, LicenceId(licence_id), ReportId(report_id)))


@blueprint.get("/reports-due")
@permission(*_READS)
@blueprint.input(PageQuery, location="query")
@answers(blueprint, shapes.DUE_PAGE)
def list_reports_due(actor: Actor, query_data: dict[str, Any]) -> ResponseReturnValue:
    """List the licences whose reports of use are due or overdue, the earliest day first."""
    page = the_house().licensing.reports_due(actor, query_data.get("cursor"), limit=query_data["limit"])
    return {"items": [due_json(one) for one in page.items], "next": page.next}


def renewal_json(one: Renewal) -> dict[str, Any]:
    """Return a request for a further term as JSON."""
    return {
        "request": str(one.request_id),
        "number": one.number,
        "state": one.state.value,
        "licence": str(one.licence_id) if one.licence_id else None,
        "licence_number": one.licence_number,
    }


def report_json(one: ReportView) -> dict[str, Any]:
    """Return a report of use as JSON."""
    return {
        "id": str(one.report_id),
        "licence": str(one.licence_id),
        "asset": str(one.asset.asset_id),
        "accession_number": one.asset.accession_number,
        "unused": one.unused,
        "medium": one.medium.code if one.medium else None,
        "territory": [code.code for code in one.territory],
        "title": one.title,
        "url": one.url,
        "published_on": one.published_on.isoformat() if one.published_on else None,
        "print_run": one.print_run,
        "note": one.note,
        "outside": [flag.value for flag in one.flags],
        "amends": str(one.amends) if one.amends else None,
        "amended_by": str(one.amended_by) if one.amended_by else None,
        "reported_by": one.reported_by.name,
        "reported_at": one.reported_at.isoformat(),
    }


def due_json(one: DueRow) -> dict[str, Any]:
    """Return a licence with reports due as JSON."""
    return {
        "licence": str(one.licence_id),
        "number": one.number,
        "licensee": text_json(one.licensee.name),
        "due_on": one.due_on.isoformat(),
        "time_zone": one.time_zone,
        "photographs": one.missing,
        "overdue": one.overdue,
    }
