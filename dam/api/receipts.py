"""Decisions explained over the API: the receipt behind a line of the usage log, what-if, and the calendar."""

from typing import Any
from uuid import UUID

from apiflask import APIBlueprint, fields
from apiflask.validators import Length, Range
from flask.typing import ResponseReturnValue

from dam.accounts.people import Actor
from dam.accounts.permissions import Permission
from dam.api import receipt_shapes
from dam.api.doors import permission, the_house
from dam.api.problems import reason_json
from dam.api.schemas import StrictSchema, text_json
from dam.api.shapes import answers
from dam.kernel.ids import AssetId, EventId, OrganisationId
from dam.rights.calendar import MEDIA_GROUPS, MOST_MONTHS, TERRITORY_GROUPS, Calendar, Column, product
from dam.rights.explanation import Explanation, LoggedEvent
from dam.rights.facts import Availability, Permit, Refusal, Use
from dam.rights.receipt import RULE_VERSION, Receipt
from dam.rights.receipts import WhatIf, instant_asked
from dam.rights.territories import territory_codes, territory_name, territory_names
from dam.rights.vocabularies import MEDIA, media_codes, media_names
from dam.rights.wording import plain

blueprint = APIBlueprint("api_receipts", __name__, url_prefix="/api/v1", tag="Usage")

_READERS = (Permission.USAGE_READ, Permission.AGREEMENT_READ, Permission.REQUEST_READ_OWN)
_CODES = fields.List(fields.String(validate=Length(max=64)), load_default=list, validate=Length(max=300))


class WhatIfIn(StrictSchema):
    """What should be otherwise; what is left out stays as it was asked."""

    at = fields.String(load_default=None, allow_none=True, validate=Length(max=40))
    media = _CODES
    territory = _CODES
    territory_except = _CODES
    partner = fields.UUID(load_default=None, allow_none=True)


class CalendarQuery(StrictSchema):
    """Which uses the calendar is for: every territory named with every medium named, codes parted by commas."""

    territory = fields.String(load_default="", validate=Length(max=2000))
    media = fields.String(load_default="", validate=Length(max=2000))
    months = fields.Integer(load_default=MOST_MONTHS, validate=Range(min=1, max=MOST_MONTHS))


@blueprint.get("/usage-events/<uuid:event_id>/receipt")
@permission(*_READERS)
@answers(blueprint, receipt_shapes.RECEIPT)
def receipt(actor: Actor, event_id: UUID) -> ResponseReturnValue:
    """Explain the decision behind a delivery or refusal, judged again from what was stored; reading is logged."""
    return explanation_json(the_house().rights.receipts.explain(actor, EventId(event_id)))


@blueprint.post("/usage-events/<uuid:event_id>/what-if")
@permission(*_READERS)
@blueprint.input(WhatIfIn)
@answers(blueprint, receipt_shapes.WHAT_IF)
def what_if(actor: Actor, event_id: UUID, json_data: dict[str, Any]) -> ResponseReturnValue:
    """Judge the stored facts, and for the archive's people today's, with something otherwise."""
    house, partner = the_house(), json_data["partner"]
    wanted = WhatIf(
        at=instant_asked(json_data["at"], house.settings.zone) if json_data["at"] else None,
        media=json_data["media"],
        territory=json_data["territory"],
        territory_except=json_data["territory_except"],
        party=None if partner is None else OrganisationId(partner),
    )
    found = house.rights.receipts.what_if(actor, EventId(event_id), wanted)
    return {
        "use": use_json(found.use),
        "at": found.at.isoformat(),
        "stored": decision_json(found.stored),
        "today": None if found.today is None else decision_json(found.today),
    }


@blueprint.get("/assets/<uuid:asset_id>/availability-calendar")
@permission(Permission.AVAILABILITY_READ)
@blueprint.input(CalendarQuery, location="query")
@answers(blueprint, receipt_shapes.CALENDAR)
def availability_calendar(actor: Actor, asset_id: UUID, query_data: dict[str, Any]) -> ResponseReturnValue:
    """Say month by month which uses your organisation could license."""
    columns = product(
        _listed(query_data["territory"]) or TERRITORY_GROUPS, _listed(query_data["media"]) or MEDIA_GROUPS
    )
    house = the_house()
    house.catalogue.asset(actor, AssetId(asset_id))
    return calendar_json(house.rights.availability_calendar(actor, AssetId(asset_id), columns, query_data["months"]))


def explanation_json(found: Explanation) -> dict[str, Any]:
    """Return an explanation as JSON."""
    return {
        "event": event_json(found.event),
        "receipt": None if found.receipt is None else receipt_json(found.receipt),
        "replay": None if found.replay is None else found.replay.value,
        "rules_now": RULE_VERSION,
        "again": None if found.again is None else decision_json(found.again),
        "told": [
            {"kind": one.kind.value, "sentence": text_json(one.sentence), "counted": one.counted} for one in found.told
        ],
        "facts": None if found.facts is None else plain(found.facts),
    }


def event_json(event: LoggedEvent) -> dict[str, Any]:
    """Return the event of a decision as JSON."""
    return {
        "id": str(event.event_id),
        "at": event.at.isoformat(),
        "type": event.type,
        "decision": event.decision,
        "reasons": list(event.reasons),
        "rendition": event.rendition,
        "asset": _text(event.asset),
        "accession_number": event.accession_number,
        "licence": _text(event.licence),
        "licence_number": event.licence_number,
        "partner": _text(event.organisation),
        "partner_name": None if event.organisation_name is None else text_json(event.organisation_name),
    }


def receipt_json(found: Receipt) -> dict[str, Any]:
    """Return a receipt as JSON."""
    return {
        "use": use_json(found.use),
        "at": found.at.isoformat(),
        "verdict": decision_json(found.verdict),
        "rules": found.rule_version,
        "facts_sha256": found.facts_digest,
        "sha256": found.digest(),
    }


def use_json(use: Use) -> dict[str, Any]:
    """Return a judged use as JSON, its sets as the fewest codes that name them."""
    return {
        "action": use.action.value,
        "partner": _text(use.party),
        "media": list(media_codes(use.media)),
        "media_name": text_json(media_names(use.media)),
        "territory": list(territory_codes(use.territory)),
        "territory_name": text_json(territory_names(use.territory)),
    }


def decision_json(verdict: Permit | Refusal) -> dict[str, Any]:
    """Return a verdict as JSON."""
    if isinstance(verdict, Refusal):
        nothing = dict.fromkeys(("max_px", "credit_line", "licence", "line", "valid_until"))
        reasons = [reason_json(reason) for reason in verdict.reasons]
        return {"permitted": False, "rule": verdict.rule, "reasons": reasons, **nothing}
    return {
        "permitted": True,
        "rule": verdict.rule,
        "reasons": [],
        "max_px": verdict.obligations.max_px,
        "credit_line": verdict.obligations.credit_line,
        "licence": _text(verdict.licence_id),
        "line": verdict.line_id,
        "valid_until": verdict.valid_until.isoformat() if verdict.valid_until else None,
    }


def calendar_json(found: Calendar) -> dict[str, Any]:
    """Return a calendar as JSON; the cells of a month stand in the order of the columns."""
    return {
        "columns": [column_json(column) for column in found.columns],
        "months": [
            {
                "first": month.first.isoformat(),
                "last": month.last.isoformat(),
                "cells": [cell_json(cell) for cell in cells],
            }
            for month, cells in zip(found.months, found.cells, strict=True)
        ],
    }


def column_json(column: Column) -> dict[str, Any]:
    """Return one use of the calendar as JSON."""
    return {
        "territory": column.territory,
        "territory_name": text_json(territory_name(column.territory)),
        "media": column.media,
        "media_name": text_json(MEDIA[column.media].name),
    }


def cell_json(cell: Availability) -> dict[str, Any]:
    """Return one cell of the calendar as JSON."""
    return {
        "verdict": cell.verdict.value,
        "reasons": [reason.code for reason in cell.reasons],
        "free_from": cell.free_from.isoformat() if cell.free_from else None,
    }


def _listed(codes: str) -> list[str]:
    return [code.strip() for code in codes.split(",") if code.strip()]


def _text(value: object) -> str | None:
    return None if value is None else str(value)
