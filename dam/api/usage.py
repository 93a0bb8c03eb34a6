"""The usage log over the API: every decision about pixels, newest first, and its export."""

from typing import Any
from uuid import UUID

from apiflask import APIBlueprint, fields
from apiflask.validators import Length
from flask import Response
from flask.typing import ResponseReturnValue

from dam.accounts.people import Actor
from dam.accounts.permissions import Permission
from dam.api import shapes
from dam.api.cursors import cursor_of, key_of
from dam.api.doors import permission, the_house
from dam.api.schemas import PageQuery, StrictSchema, text_json
from dam.api.shapes import answers
from dam.audit.usage.asking import parse_usage
from dam.audit.usage.nouns import Outcome, Rendition, UsageEvent
from dam.kernel.errors import Fault, Invalid
from dam.kernel.ids import EventId
from dam.kernel.text import Bilingual

blueprint = APIBlueprint("api_usage", __name__, url_prefix="/api/v1", tag="Usage")


class UsageFilters(StrictSchema):
    """Which events are meant; a bare date in `to` includes that day."""

    since = fields.String(data_key="from", attribute="from", validate=Length(max=40))
    until = fields.String(data_key="to", attribute="to", validate=Length(max=40))
    partner = fields.String(metadata={"format": "uuid"})
    asset = fields.String(metadata={"format": "uuid"})
    licence = fields.String(metadata={"format": "uuid"})
    actor = fields.String(metadata={"format": "uuid"})
    rendition = fields.String(metadata={"enum": [each.value for each in Rendition]})
    outcome = fields.String(metadata={"enum": [each.value for each in Outcome]})


class UsageQuery(PageQuery, UsageFilters):
    """A page of them."""


@blueprint.get("/usage-events")
@permission(Permission.USAGE_READ)
@blueprint.input(UsageQuery, location="query")
@answers(blueprint, shapes.USAGE_PAGE)
def usage_events(actor: Actor, query_data: dict[str, Any]) -> ResponseReturnValue:
    """List every delivery and refusal, newest first; reading is itself logged."""
    key = key_of(query_data.get("cursor"), 1)
    before = None if key is None else _event_id(key[0])
    page = the_house().audit.usage(
        actor, parse_usage(query_data, the_house().settings.zone), before, query_data["limit"]
    )
    return {
        "items": [event_json(event) for event in page.items],
        "next": None if page.next is None else cursor_of(str(page.next)),
    }


@blueprint.get("/usage-events.csv")
@permission(Permission.USAGE_READ)
@blueprint.input(UsageFilters, location="query")
@answers(blueprint, shapes.TEXT, sentence="The table", media_type="text/csv")
def usage_events_csv(actor: Actor, query_data: dict[str, Any]) -> ResponseReturnValue:
    """Export every delivery and refusal that is meant; the export is itself logged."""
    lines = the_house().audit.usage_csv(actor, parse_usage(query_data, the_house().settings.zone))
    headers = {
        "Content-Disposition": 'attachment; filename="usage-events.csv"',
        "Cache-Control": "private, no-store",
        "X-Content-Type-Options": "nosniff",
    }
    return Response(lines, content_type="text/csv; charset=utf-8", headers=headers)


def event_json(event: UsageEvent) -> dict[str, object]:
    """Return the event as the API shows it, identifiers first, names of today beside them."""
    return {
        "id": str(event.event_id),
        "at": event.at.isoformat(timespec="microseconds").replace("+00:00", "Z"),
        "outcome": event.outcome.value,
        "asset": _text(event.asset),
        "accession_number": event.accession_number,
        "licence": _text(event.licence),
        "licence_number": event.licence_number,
        "partner": _text(event.partner),
        "partner_name": None if event.partner_name is None else text_json(event.partner_name),
        "actor": _text(event.actor),
        "actor_name": event.actor_name,
        "rendition": event.rendition,
        "method": event.method,
        "reasons": list(event.reasons),
        "size_bytes": event.size_bytes,
        "log_index": event.log_index,
    }


def _event_id(key: object) -> EventId:
    try:
        return EventId(UUID(str(key)))
    except ValueError as error:
        text = Bilingual("This cursor is not one of ours; start from the first page.", "游标无效，请从第一页开始。")
        raise Invalid([Fault("cursor", "invalid", text)]) from error


def _text(value: object) -> str | None:
    return None if value is None else str(value)
