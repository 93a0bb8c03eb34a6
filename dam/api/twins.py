"""Photographs that look alike, over the API, and the rulings on them."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from apiflask import APIBlueprint, fields
from apiflask.validators import OneOf
from flask.typing import ResponseReturnValue

from dam.accounts.people import Actor
from dam.accounts.permissions import Permission
from dam.api.doors import permission, the_house
from dam.api.schemas import PageQuery, StrictSchema, text_json
from dam.api.shapes import BILINGUAL, COUNT, FLAG, ID, INSTANT, TEXT, answers, many, maybe, members, named, one_of, page
from dam.catalogue.asset import AssetState
from dam.kernel.ids import AssetId, TwinId
from dam.kernel.text import Bilingual
from dam.rights.twin import Comparison, Side, TwinState

blueprint = APIBlueprint("api_twins", __name__, url_prefix="/api/v1", tag="Rights")

_SIDE = members(
    asset=ID,
    accession_number=TEXT,
    title=BILINGUAL,
    state=one_of(AssetState),
    holder=maybe(BILINGUAL),
    alone=many(BILINGUAL),
)
TWINS = named(
    "RightsTwins",
    members(
        id=ID,
        state=one_of(TwinState),
        distance={"type": "integer", "minimum": 0, "maximum": 256, "description": "bits in which the hashes differ"},
        certain=FLAG,
        photographs=many(_SIDE),
        both=many(BILINGUAL),
        found_at=INSTANT,
        version=COUNT,
        ruled_at=maybe(INSTANT),
        ruled_by=maybe(TEXT),
        note=TEXT,
    ),
)
TWINS_PAGE = page("RightsTwinsPage", TWINS)


class TwinsQuery(PageQuery):
    """Which pairs are listed; without a state, all of them."""

    state = fields.String(load_default=None, validate=OneOf([one.value for one in TwinState]))


class RulingIn(StrictSchema):
    """A ruling on a pair; `version` is that of the pair as it was read, so that no newer ruling is overwritten."""

    ruling = fields.String(required=True)
    note = fields.String(load_default="")
    version = fields.Integer(load_default=None, allow_none=True, strict=True)


@blueprint.get("/rights-twins")
@permission(Permission.AGREEMENT_READ)
@blueprint.input(TwinsQuery, location="query")
@answers(blueprint, TWINS_PAGE)
def list_twins(actor: Actor, query_data: dict[str, Any]) -> ResponseReturnValue:
    """List pairs of photographs that look alike, the longest known first."""
    found = the_house().rights.twins(actor, query_data["state"], query_data.get("cursor"), query_data["limit"])
    return {"items": [twins_json(one) for one in found.items], "next": found.next}


@blueprint.get("/assets/<uuid:asset_id>/rights-twins")
@permission(Permission.AGREEMENT_READ)
@answers(blueprint, TWINS_PAGE)
def list_twins_of_asset(actor: Actor, asset_id: UUID) -> ResponseReturnValue:
    """List what looks like one photograph, whatever was ruled; never more than one page."""
    found = the_house().rights.twins_of(actor, AssetId(asset_id))
    return {"items": [twins_json(one) for one in found], "next": None}


@blueprint.post("/rights-twins/<uuid:twin_id>/ruling")
@permission(Permission.TWINS_RULE)
@blueprint.input(RulingIn)
@answers(blueprint, TWINS)
def rule_twins(actor: Actor, twin_id: UUID, json_data: dict[str, Any]) -> ResponseReturnValue:
    """Rule that a pair is the `same` picture or two `different` ones; a later ruling replaces it, the log keeps all."""
    said = json_data["ruling"], json_data["note"]
    return twins_json(the_house().rights.rule_twins(actor, TwinId(twin_id), *said, seen=json_data["version"]))


def twins_json(found: Comparison) -> dict[str, Any]:
    """Return a pair as JSON."""
    pair = found.pair
    return {
        "id": str(pair.twin_id),
        "state": pair.state.value,
        "distance": pair.distance,
        "certain": pair.strong,
        "photographs": [_side(side, alone) for side, alone in zip(pair.sides, found.alone, strict=True)],
        "both": [text_json(said) for said in found.both],
        "found_at": pair.found_at.isoformat(),
        "version": pair.version,
        "ruled_at": pair.ruled_at.isoformat() if pair.ruled_at else None,
        "ruled_by": pair.ruled_by,
        "note": pair.note,
    }


def _side(side: Side, alone: Sequence[Bilingual]) -> dict[str, Any]:
    return {
        "asset": str(side.asset_id),
        "accession_number": side.accession_number,
        "title": text_json(side.title),
        "state": side.state,
        "holder": text_json(side.holder) if side.holder else None,
        "alone": [text_json(said) for said in alone],
    }
