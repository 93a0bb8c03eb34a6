"""Photographs over the API: upload, read, describe, search, collections."""

from collections.abc import Mapping
from typing import Any, BinaryIO, cast
from uuid import UUID

from apiflask import APIBlueprint, fields
from apiflask.validators import Length
from flask import Response, json, jsonify, request, url_for
from flask.typing import ResponseReturnValue

from dam.accounts.people import Actor
from dam.accounts.permissions import Permission
from dam.api import shapes
from dam.api.doors import permission, the_house
from dam.api.problems import reason_json
from dam.api.schemas import PageQuery, StrictSchema, text_json
from dam.api.shapes import answers
from dam.catalogue.asset import AssetState, AssetView, Named
from dam.catalogue.collection import Collection
from dam.catalogue.description import as_json
from dam.discovery.facets import Facet, Facets
from dam.discovery.query import Card, parse_search
from dam.ingest.checks import Upload
from dam.kernel.errors import Fault, Invalid
from dam.kernel.ids import AssetId, HolderId
from dam.kernel.text import Bilingual
from dam.rights.agreement import UseDraft
from dam.rights.facts import Availability, Verdict

USUAL_USE = UseDraft(media=("editorial.news.web",), territory=("WORLD",))
"""What a badge speaks of where nobody named a use: news on the open web, now."""

blueprint = APIBlueprint("api_catalogue", __name__, url_prefix="/api/v1", tag="Catalogue")


class AssetPatch(StrictSchema):
    """What may be changed; the room itself says what is wrong with each field."""

    description = fields.Dict(allow_none=True)
    credit_line = fields.Raw(allow_none=True)
    rights_statement = fields.Raw(allow_none=True)
    public_page = fields.Raw(allow_none=True)
    holder = fields.Raw(allow_none=True)
    collection = fields.Raw(allow_none=True)


class AssetsQuery(PageQuery):
    """Filters of the catalogue."""

    q = fields.String()
    holder = fields.String()
    collection = fields.String()
    year = fields.String(metadata={"description": "`1942`, `1940s`, `194X` or `1937-1945`"})
    availability = fields.String(metadata={"description": ", ".join(Verdict)})
    state = fields.String(metadata={"description": ", ".join(AssetState)})


class AvailabilityQuery(StrictSchema):
    """One use; several codes are separated by commas."""

    media = fields.String(load_default="", validate=Length(max=2000))
    territory = fields.String(load_default="", validate=Length(max=2000))
    from_ = fields.Date(data_key="from", load_default=None)
    to = fields.Date(load_default=None)


class CollectionIn(StrictSchema):
    """A collection to be opened."""

    title = fields.Dict(required=True)
    holder = fields.UUID(load_default=None, allow_none=True)


class WithdrawalIn(StrictSchema):
    """Why a photograph is taken out of use."""

    reason = fields.String(required=True)


@blueprint.post("/assets")
@permission(Permission.ASSET_UPLOAD)
@answers(blueprint, shapes.RECEIVED, 202, "Received; a worker opens it now")
def upload_asset(actor: Actor) -> ResponseReturnValue:
    """Take one photograph in, as multipart `file` with an optional `description` as JSON; a worker opens it next."""
    sent = request.files.get("file")
    if sent is None:
        raise Invalid([Fault("file", "required", Bilingual("Choose a photograph.", "请选择一张照片。"))])
    upload = Upload(cast("BinaryIO", sent.stream), sent.filename or "", _description_sent())
    received = the_house().ingest.receive(actor, upload)
    answer = {
        "id": str(received.asset_id),
        "accession_number": received.accession_number,
        "state": received.state.value,
    }
    return answer, 202, {"Location": url_for("api_catalogue.get_asset", asset_id=received.asset_id)}


@blueprint.get("/assets")
@permission(Permission.ASSET_READ)
@blueprint.input(AssetsQuery, location="query")
@answers(blueprint, shapes.ASSET_PAGE)
def search_assets(actor: Actor, query_data: dict[str, Any]) -> ResponseReturnValue:
    """Search the photographs one may see."""
    asked = dict(query_data)
    limit, cursor = asked.pop("limit"), asked.pop("cursor", None)
    page = the_house().discovery.search(actor, parse_search(asked), cursor, limit)
    return {
        "items": [card_json(card) for card in page.items],
        "next": page.following,
        "facets": facets_json(page.facets),
    }


@blueprint.get("/assets/<uuid:asset_id>")
@permission(Permission.ASSET_READ)
@answers(blueprint, shapes.ASSET)
def get_asset(actor: Actor, asset_id: UUID) -> ResponseReturnValue:
    """Return one photograph, as far as one may see it; its `ETag` is what a change must carry as `If-Match`."""
    return _asset_answer(actor, the_house().catalogue.asset(actor, AssetId(asset_id)))


@blueprint.patch("/assets/<uuid:asset_id>")
@permission(Permission.ASSET_DESCRIBE)
@blueprint.input(AssetPatch)
@answers(blueprint, shapes.ASSET)
def describe_asset(actor: Actor, asset_id: UUID, json_data: dict[str, Any]) -> ResponseReturnValue:
    """Change what is written about a photograph."""
    view = the_house().catalogue.describe(actor, AssetId(asset_id), json_data, _version_sent())
    return _asset_answer(actor, view)


@blueprint.post("/assets/<uuid:asset_id>/withdrawal")
@permission(Permission.ASSET_WITHDRAW)
@blueprint.input(WithdrawalIn)
@answers(blueprint, shapes.ASSET)
def withdraw_asset(actor: Actor, asset_id: UUID, json_data: dict[str, Any]) -> ResponseReturnValue:
    """Take a photograph out of use, for good."""
    return _asset_answer(actor, the_house().catalogue.withdraw(actor, AssetId(asset_id), json_data["reason"]))


@blueprint.get("/assets/<uuid:asset_id>/availability")
@permission(Permission.AVAILABILITY_READ)
@blueprint.input(AvailabilityQuery, location="query")
@answers(blueprint, shapes.AVAILABILITY)
def asset_availability(actor: Actor, asset_id: UUID, query_data: dict[str, Any]) -> ResponseReturnValue:
    """Tell whether a use would be available to one's organisation, and if not, why."""
    house = the_house()
    house.catalogue.asset(actor, AssetId(asset_id))
    draft = UseDraft(
        media=_listed(query_data["media"]) or USUAL_USE.media,
        territory=_listed(query_data["territory"]) or USUAL_USE.territory,
        starts_on=query_data["from_"],
        ends_on=query_data["to"],
    )
    return availability_json(house.rights.availability(actor, AssetId(asset_id), draft))


@blueprint.get("/collections")
@permission(Permission.ASSET_READ)
@answers(blueprint, shapes.COLLECTION_PAGE)
def list_collections(actor: Actor) -> ResponseReturnValue:
    """List the collections one may see; never more than one page."""
    return {"items": [collection_json(found) for found in the_house().catalogue.collections(actor)], "next": None}


@blueprint.post("/collections")
@permission(Permission.ASSET_DESCRIBE)
@blueprint.input(CollectionIn)
@answers(blueprint, shapes.COLLECTION, 201, "Opened")
def create_collection(actor: Actor, json_data: dict[str, Any]) -> ResponseReturnValue:
    """Open a collection."""
    holder = HolderId(json_data["holder"]) if json_data["holder"] else None
    return collection_json(the_house().catalogue.create_collection(actor, json_data["title"], holder)), 201


def asset_json(view: AssetView, availability: Availability | None, credit_line: str | None) -> dict[str, Any]:
    """Return a photograph as JSON; addresses in it are this API's own and each passes the gate."""
    return {
        "id": str(view.asset_id),
        "accession_number": view.accession_number,
        "state": view.state.value,
        "reason": view.reason.en if view.reason else None,
        "reason_zh": view.reason.zh if view.reason else None,
        "reason_code": view.reason_code,
        "media_type": view.media_type,
        "width_px": view.width_px,
        "height_px": view.height_px,
        "page_count": view.page_count,
        "size_bytes": view.size_bytes,
        "sha256": view.sha256,
        "file_name": view.file_name,
        "description": as_json(view.description),
        "suggested": sorted(view.suggested),
        "credit_line": credit_line,
        "rights_statement": view.rights_statement,
        "public_page": view.public_page.value,
        "holder": named_json(view.holder),
        "collection": named_json(view.collection),
        "restricted": view.restricted,
        "availability": availability_json(availability) if availability else None,
        "renditions": {kind.value: _rendition_address(view.asset_id, kind.value) for kind in sorted(view.renditions)},
        "version": view.version,
        "created_at": view.created_at.isoformat(),
        "updated_at": view.updated_at.isoformat(),
        "ready_at": view.ready_at.isoformat() if view.ready_at else None,
    }


def card_json(card: Card) -> dict[str, Any]:
    """Return a photograph of a search as JSON."""
    found = card.photograph
    address = {"thumbnail": _rendition_address(found.asset_id, "thumbnail")} if found.has_preview else {}
    return {
        "id": str(found.asset_id),
        "accession_number": found.accession_number,
        "state": found.state.value,
        "title": text_json(found.title),
        "caption": text_json(found.caption),
        "date": found.date,
        "holder": named_json(found.holder),
        "credit_line": found.credit_line,
        "restricted": found.restricted,
        "availability": availability_json(card.availability),
        "renditions": address,
    }


def facets_json(facets: Facets) -> dict[str, Any]:
    """Return the counts of a search as JSON; each counts only what the caller may find."""
    return {
        "holder": [facet_json(facet) for facet in facets.holder],
        "collection": [facet_json(facet) for facet in facets.collection],
        "year": [facet_json(facet) for facet in facets.year],
        "state": [facet_json(facet) for facet in facets.state],
        "total": facets.total,
        "capped": facets.capped,
    }


def facet_json(facet: Facet) -> dict[str, Any]:
    """Return one choice and its count as JSON."""
    return {"value": facet.value, "label": text_json(facet.label), "count": facet.count}


def availability_json(found: Availability) -> dict[str, Any]:
    """Return an availability as JSON."""
    return {
        "verdict": found.verdict.value,
        "reasons": [reason_json(reason) for reason in found.reasons],
        "free_from": found.free_from.isoformat() if found.free_from else None,
    }


def collection_json(found: Collection) -> dict[str, Any]:
    """Return a collection as JSON."""
    return {
        "id": str(found.collection_id),
        "title": text_json(found.title),
        "holder": str(found.holder_id) if found.holder_id else None,
        "assets": found.assets,
    }


def named_json(named: Named | None) -> dict[str, Any] | None:
    """Return a thing by its id and name as JSON."""
    return {"id": str(named.id), "name": text_json(named.name)} if named else None


def _asset_answer(actor: Actor, view: AssetView) -> Response:
    house = the_house()
    found = house.rights.availability(actor, view.asset_id, USUAL_USE) if view.state is AssetState.READY else None
    answer = jsonify(asset_json(view, found, house.rights.credit_line(actor, view.asset_id)))
    answer.set_etag(str(view.version))
    return answer


def _rendition_address(asset_id: AssetId, kind: str) -> str:
    return url_for("api_delivery.rendition", asset_id=asset_id, kind=kind)


def _description_sent() -> Mapping[str, object] | None:
    text = request.form.get("description")
    if not text:
        return None
    try:
        sent = json.loads(text)
    except (ValueError, RecursionError):
        sent = None
    if not isinstance(sent, dict):
        sentence = Bilingual("This must be a JSON object.", "此处必须是 JSON 对象。")
        raise Invalid([Fault("description", "not_an_object", sentence)])
    return sent


def _version_sent() -> int:
    tags = [tag for tag in request.if_match if tag.isdigit()] if request.if_match else []
    if not tags:
        sentence = Bilingual(
            "Send the photograph's ETag as If-Match, so that nobody's change is lost.",
            "请在 If-Match 中发送照片的 ETag，以免覆盖他人的修改。",
        )
        raise Invalid([Fault("If-Match", "required", sentence)])
    return int(tags[0])


def _listed(text: str) -> list[str]:
    return [code.strip() for code in text.split(",") if code.strip()]
