"""The transparency log over the API: checkpoint, entries and proofs, each read logged."""

from typing import Any

from apiflask import APIBlueprint, fields
from apiflask.validators import Range
from flask import Response
from flask.typing import ResponseReturnValue

from dam.accounts.people import Actor
from dam.accounts.permissions import Permission
from dam.api import shapes
from dam.api.doors import permission, the_house
from dam.api.log_shapes import ENTRY, GROWTH, INCLUSION
from dam.api.schemas import StrictSchema
from dam.api.shapes import answers

blueprint = APIBlueprint("api_log", __name__, url_prefix="/api/v1", tag="Usage")

_LARGEST = 2**53
_PRIVATE = {"Cache-Control": "private, no-store", "X-Content-Type-Options": "nosniff"}


class ProofQuery(StrictSchema):
    """The size of the tree to prove against; left out, the newest published."""

    size = fields.Integer(validate=Range(min=1, max=_LARGEST))


class GrowthQuery(StrictSchema):
    """Two sizes of the log; `to` left out is the newest published."""

    since = fields.Integer(data_key="from", attribute="from", required=True, validate=Range(min=0, max=_LARGEST))
    until = fields.Integer(data_key="to", attribute="to", validate=Range(min=1, max=_LARGEST))


@blueprint.get("/log/checkpoint")
@permission(Permission.LOG_READ)
@answers(blueprint, shapes.TEXT, sentence="The signed note", media_type="text/plain")
def checkpoint(actor: Actor) -> ResponseReturnValue:
    """Send the newest published checkpoint: keep it, and nobody can rewrite what is before it unnoticed."""
    return Response(the_house().log.checkpoint(actor), content_type="text/plain; charset=utf-8", headers=_PRIVATE)


@blueprint.get("/log/entries/<int:index>")
@permission(Permission.LOG_READ)
@answers(blueprint, ENTRY, sentence="The exact logged bytes")
def entry(actor: Actor, index: int) -> ResponseReturnValue:
    """Send one entry, byte for byte as it was hashed."""
    return Response(the_house().log.entry(actor, index), content_type="application/json", headers=_PRIVATE)


@blueprint.get("/log/entries/<int:index>/proof")
@permission(Permission.LOG_READ)
@blueprint.input(ProofQuery, location="query")
@answers(blueprint, INCLUSION)
def inclusion(actor: Actor, index: int, query_data: dict[str, Any]) -> ResponseReturnValue:
    """Prove that an entry stands at its place in the log of the given size."""
    proof = the_house().log.inclusion(actor, index, query_data.get("size"))
    return {
        "index": proof.index,
        "size": proof.size,
        "leaf_hash": proof.leaf_hash.hex(),
        "hashes": [one.hex() for one in proof.hashes],
    }


@blueprint.get("/log/consistency")
@permission(Permission.LOG_READ)
@blueprint.input(GrowthQuery, location="query")
@answers(blueprint, GROWTH)
def consistency(actor: Actor, query_data: dict[str, Any]) -> ResponseReturnValue:
    """Prove that the log of the one size is the beginning of the log of the other."""
    growth = the_house().log.growth(actor, query_data["from"], query_data.get("to"))
    return {"from": growth.old, "to": growth.size, "hashes": [one.hex() for one in growth.hashes]}
