"""The caller's own lightbox over the API: photographs collected before asking."""

from typing import Any

from apiflask import APIBlueprint, fields
from apiflask.validators import Length
from flask.typing import ResponseReturnValue

from dam.accounts.people import Actor
from dam.accounts.permissions import Permission
from dam.api.doors import permission, the_house
from dam.api.lightbox_shapes import LIGHTBOX
from dam.api.problems import reason_json
from dam.api.schemas import StrictSchema, text_json
from dam.api.shapes import answers
from dam.kernel.ids import AssetId
from dam.licensing.drafts import MOST_ASSETS
from dam.licensing.views import Lightbox

blueprint = APIBlueprint("api_lightbox", __name__, url_prefix="/api/v1", tag="Licensing")


class LightboxIn(StrictSchema):
    """Photographs to collect, and a title where it is to have another."""

    assets = fields.List(fields.UUID(), required=True, validate=Length(max=MOST_ASSETS))
    title = fields.String(load_default=None, allow_none=True)


class RemovalIn(StrictSchema):
    """Photographs to take out."""

    assets = fields.List(fields.UUID(), required=True, validate=Length(max=MOST_ASSETS))


@blueprint.get("/lightbox")
@permission(Permission.LIGHTBOX_KEEP)
@answers(blueprint, LIGHTBOX)
def get_lightbox(actor: Actor) -> ResponseReturnValue:
    """Return what one collected and may still see, each with its availability for a news site, now."""
    return lightbox_json(the_house().licensing.lightbox(actor))


@blueprint.post("/lightbox")
@permission(Permission.LIGHTBOX_KEEP)
@blueprint.input(LightboxIn)
@answers(blueprint, LIGHTBOX)
def collect(actor: Actor, json_data: dict[str, Any]) -> ResponseReturnValue:
    """Put photographs into the lightbox; one that is in already stays where it is."""
    desk = the_house().licensing
    if json_data["title"] is not None:
        desk.entitle(actor, json_data["title"])
    return lightbox_json(desk.collect(actor, [AssetId(asset) for asset in json_data["assets"]]))


@blueprint.post("/lightbox/removals")
@permission(Permission.LIGHTBOX_KEEP)
@blueprint.input(RemovalIn)
@answers(blueprint, LIGHTBOX)
def drop(actor: Actor, json_data: dict[str, Any]) -> ResponseReturnValue:
    """Take photographs out of the lightbox; one that is not in changes nothing."""
    return lightbox_json(the_house().licensing.drop(actor, [AssetId(asset) for asset in json_data["assets"]]))


def lightbox_json(held: Lightbox) -> dict[str, Any]:
    """Return a lightbox as JSON."""
    items = [
        {
            "asset": str(item.asset.asset_id),
            "accession_number": item.asset.accession_number,
            "title": text_json(item.asset.title),
            "added_at": item.added_at.isoformat(),
            "verdict": item.verdict,
            "reasons": [reason_json(reason) for reason in item.reasons],
            "free_from": item.free_from.isoformat() if item.free_from else None,
        }
        for item in held.items
    ]
    return {"title": held.title, "items": items}
