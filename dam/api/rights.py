"""Rights holders, supply agreements and restrictions over the API, and the codes they are written in."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from apiflask import APIBlueprint, fields
from apiflask.validators import Length, OneOf
from flask.typing import ResponseReturnValue

from dam.accounts.people import Actor
from dam.accounts.permissions import Permission
from dam.api import shapes
from dam.api.doors import permission, the_house
from dam.api.schemas import PageQuery, StrictSchema, TextIn, text_json, text_of
from dam.api.shapes import answers
from dam.imaging.mark import Strength
from dam.kernel.ids import AgreementId, AssetId, CollectionId, HolderId, OrganisationId, RestrictionId
from dam.rights.agreement import AgreementDraft, HolderDraft, RestrictionDraft, Scope
from dam.rights.facts import DEFAULT_TZ, RestrictionKind
from dam.rights.territories import GROUPS, TERRITORIES, territory_name
from dam.rights.views import AgreementInFull, AgreementView, Holder, RestrictionView
from dam.rights.vocabularies import MEDIA

blueprint = APIBlueprint("api_rights", __name__, url_prefix="/api/v1", tag="Rights")

_CODE = Length(max=64)


class HolderIn(StrictSchema):
    """A rights holder."""

    name = fields.Nested(TextIn, required=True)
    organisation = fields.UUID(load_default=None, allow_none=True)
    statement = fields.String(load_default="")
    contact = fields.String(load_default="")
    mark = fields.String(load_default=Strength.NORMAL.value, metadata={"enum": [each.value for each in Strength]})


class ScopeIn(StrictSchema):
    """Photographs by name, or a whole collection with all that joins it."""

    assets = fields.List(fields.UUID(), load_default=list)
    collection = fields.UUID(load_default=None, allow_none=True)


class AgreementIn(StrictSchema):
    """A supply agreement as it was signed."""

    holder = fields.UUID(required=True)
    grantee = fields.UUID(load_default=None, allow_none=True)
    scope = fields.Nested(ScopeIn, required=True)
    media = fields.List(fields.String(validate=_CODE), required=True)
    territory = fields.List(fields.String(validate=_CODE), required=True)
    territory_except = fields.List(fields.String(validate=_CODE), load_default=list)
    starts_on = fields.Date(load_default=None, allow_none=True)
    ends_on = fields.Date(load_default=None, allow_none=True)
    exclusive = fields.Boolean(required=True)
    sublicensable = fields.Boolean(load_default=False)
    consent_required = fields.Boolean(load_default=False)
    credit_line = fields.String(load_default=None, allow_none=True)
    conditions = fields.Dict(keys=fields.String(), load_default=dict)
    time_zone = fields.String(load_default=DEFAULT_TZ, validate=_CODE)


class RestrictionIn(StrictSchema):
    """A bar that holds for everybody."""

    kind = fields.String(required=True, validate=OneOf([kind.value for kind in RestrictionKind]))
    scope = fields.Nested(ScopeIn, required=True)
    reason = fields.String(required=True)
    media = fields.List(fields.String(validate=_CODE), load_default=list)
    territory = fields.List(fields.String(validate=_CODE), load_default=list)
    starts_on = fields.Date(load_default=None, allow_none=True)
    ends_on = fields.Date(load_default=None, allow_none=True)
    time_zone = fields.String(load_default=DEFAULT_TZ, validate=_CODE)


class ReasonIn(StrictSchema):
    """Why."""

    reason = fields.String(required=True)


@blueprint.get("/vocabularies")
@permission(Permission.AVAILABILITY_READ)
@answers(blueprint, shapes.VOCABULARIES)
def vocabularies(actor: Actor) -> ResponseReturnValue:  # noqa: ARG001 - the door asks; the answer is the same for all
    """List the codes of media and territories with their names."""
    return {
        "media": [{"code": node.code, "name": text_json(node.name)} for node in MEDIA.values()],
        "territory": [{"code": code, "name": text_json(territory_name(code))} for code in (*TERRITORIES, *GROUPS)],
    }


@blueprint.post("/rights-holders")
@permission(Permission.HOLDER_RECORD)
@blueprint.input(HolderIn)
@answers(blueprint, shapes.CREATED, 201, "Recorded")
def record_holder(actor: Actor, json_data: dict[str, Any]) -> ResponseReturnValue:
    """Record a rights holder."""
    return {"id": str(the_house().rights.record_holder(actor, _holder_of(json_data)))}, 201


@blueprint.put("/rights-holders/<uuid:holder_id>")
@permission(Permission.HOLDER_RECORD)
@blueprint.input(HolderIn)
@answers(blueprint, shapes.MARKED_ANEW)
def correct_holder(actor: Actor, holder_id: UUID, json_data: dict[str, Any]) -> ResponseReturnValue:
    """Correct a rights holder; where its name or the strength of its mark changes, its previews are made again."""
    count = the_house().rights.correct_holder(actor, HolderId(holder_id), _holder_of(json_data))
    return {"marked_anew": count}


@blueprint.get("/rights-holders")
@permission(Permission.AGREEMENT_READ)
@answers(blueprint, shapes.HOLDER_PAGE)
def list_holders(actor: Actor) -> ResponseReturnValue:
    """List the rights holders; never more than one page."""
    return {"items": [holder_json(holder) for holder in the_house().rights.holders(actor)], "next": None}


@blueprint.post("/agreements")
@permission(Permission.AGREEMENT_RECORD)
@blueprint.input(AgreementIn)
@answers(blueprint, shapes.CREATED, 201, "Recorded")
def record_agreement(actor: Actor, json_data: dict[str, Any]) -> ResponseReturnValue:
    """Record a supply agreement; what it says is exclusive is claimed in the same moment, or it is not recorded."""
    return {"id": str(the_house().rights.record_agreement(actor, agreement_of(json_data)))}, 201


@blueprint.get("/agreements")
@permission(Permission.AGREEMENT_READ)
@blueprint.input(PageQuery, location="query")
@answers(blueprint, shapes.AGREEMENT_PAGE)
def list_agreements(actor: Actor, query_data: dict[str, Any]) -> ResponseReturnValue:
    """List the supply agreements, newest first."""
    page = the_house().rights.agreements(actor, query_data.get("cursor"), query_data["limit"])
    return {"items": [agreement_json(found) for found in page.items], "next": page.next}


@blueprint.get("/agreements/<uuid:agreement_id>")
@permission(Permission.AGREEMENT_READ)
@answers(blueprint, shapes.AGREEMENT_IN_FULL)
def get_agreement(actor: Actor, agreement_id: UUID) -> ResponseReturnValue:
    """Return one supply agreement with what it covers."""
    return agreement_in_full_json(the_house().rights.agreement(actor, AgreementId(agreement_id)))


@blueprint.post("/agreements/<uuid:agreement_id>/end")
@permission(Permission.AGREEMENT_RECORD)
@blueprint.input(ReasonIn)
@answers(blueprint, shapes.AGREEMENT_IN_FULL)
def end_agreement(actor: Actor, agreement_id: UUID, json_data: dict[str, Any]) -> ResponseReturnValue:
    """End a supply agreement before its last day; what stands on it stops at once."""
    service = the_house().rights
    service.end_agreement(actor, AgreementId(agreement_id), json_data["reason"])
    return agreement_in_full_json(service.agreement(actor, AgreementId(agreement_id)))


@blueprint.post("/restrictions")
@permission(Permission.RESTRICTION_PLACE)
@blueprint.input(RestrictionIn)
@answers(blueprint, shapes.CREATED, 201, "Placed")
def place_restriction(actor: Actor, json_data: dict[str, Any]) -> ResponseReturnValue:
    """Hold photographs back, for everybody, from the next decision on."""
    return {"id": str(the_house().rights.place_restriction(actor, restriction_of(json_data)))}, 201


@blueprint.post("/restrictions/<uuid:restriction_id>/lifting")
@permission(Permission.RESTRICTION_PLACE)
@blueprint.input(ReasonIn)
@answers(blueprint, shapes.LIFTED)
def lift_restriction(actor: Actor, restriction_id: UUID, json_data: dict[str, Any]) -> ResponseReturnValue:
    """Lift a restriction; it stays on record."""
    the_house().rights.lift_restriction(actor, RestrictionId(restriction_id), json_data["reason"])
    return {"id": str(restriction_id), "state": "lifted"}


@blueprint.get("/assets/<uuid:asset_id>/restrictions")
@permission(Permission.AGREEMENT_READ)
@answers(blueprint, shapes.RESTRICTION_PAGE)
def list_restrictions(actor: Actor, asset_id: UUID) -> ResponseReturnValue:
    """List every restriction ever placed on a photograph, newest first."""
    found = the_house().rights.restrictions(actor, AssetId(asset_id))
    return {"items": [restriction_json(one) for one in found], "next": None}


def agreement_of(sent: Mapping[str, Any]) -> AgreementDraft:
    """Return the draft of a loaded `AgreementIn`."""
    return AgreementDraft(
        holder=HolderId(sent["holder"]),
        scope=scope_of(sent["scope"]),
        media=sent["media"],
        territory=sent["territory"],
        territory_except=sent["territory_except"],
        starts_on=sent["starts_on"],
        ends_on=sent["ends_on"],
        exclusive=sent["exclusive"],
        grantee=OrganisationId(sent["grantee"]) if sent["grantee"] else None,
        sublicensable=sent["sublicensable"],
        consent_required=sent["consent_required"],
        credit_line=sent["credit_line"],
        conditions=sent["conditions"],
        tz=sent["time_zone"],
    )


def restriction_of(sent: Mapping[str, Any]) -> RestrictionDraft:
    """Return the draft of a loaded `RestrictionIn`."""
    return RestrictionDraft(
        kind=RestrictionKind(sent["kind"]),
        scope=scope_of(sent["scope"]),
        reason=sent["reason"],
        media=sent["media"],
        territory=sent["territory"],
        starts_on=sent["starts_on"],
        ends_on=sent["ends_on"],
        tz=sent["time_zone"],
    )


def scope_of(sent: Mapping[str, Any]) -> Scope:
    """Return the scope of a loaded `ScopeIn`."""
    collection = sent["collection"]
    return Scope(tuple(AssetId(asset) for asset in sent["assets"]), CollectionId(collection) if collection else None)


def _holder_of(sent: Mapping[str, Any]) -> HolderDraft:
    organisation = sent["organisation"]
    return HolderDraft(
        name=text_of(sent["name"]),
        organisation_id=OrganisationId(organisation) if organisation else None,
        statement=sent["statement"],
        contact=sent["contact"],
        mark=sent["mark"],
    )


def holder_json(holder: Holder) -> dict[str, Any]:
    """Return a rights holder as JSON."""
    return {
        "id": str(holder.holder_id),
        "name": text_json(holder.name),
        "organisation": str(holder.organisation_id) if holder.organisation_id else None,
        "statement": holder.statement,
        "contact": holder.contact,
        "mark": holder.mark.value,
    }


def agreement_in_full_json(found: AgreementInFull) -> dict[str, Any]:
    """Return a supply agreement and its scope as JSON."""
    assets = [str(part.asset_id) for part in found.scope if part.asset_id]
    collections = [str(part.collection_id) for part in found.scope if part.collection_id]
    scope = {"assets": assets, "collection": collections[0] if collections else None}
    return {**agreement_json(found.agreement), "scope": scope}


def agreement_json(view: AgreementView) -> dict[str, Any]:
    """Return a supply agreement as JSON."""
    return {
        "id": str(view.agreement_id),
        "number": view.number,
        "holder": {"id": str(view.holder_id), "name": text_json(view.holder_name)},
        "grantee": {"id": str(view.grantee_id), "name": text_json(view.grantee_name)} if view.grantee_name else None,
        "media": list(view.media),
        "territory": list(view.territory),
        "territory_except": list(view.territory_except),
        "starts_on": view.starts_on.isoformat(),
        "ends_on": view.ends_on.isoformat(),
        "time_zone": view.tz,
        "exclusive": view.exclusive,
        "sublicensable": view.sublicensable,
        "consent_required": view.consent_required,
        "credit_line": view.credit_line,
        "conditions": dict(view.conditions),
        "state": view.state,
        "over": view.over,
        "end_reason": view.end_reason,
    }


def restriction_json(view: RestrictionView) -> dict[str, Any]:
    """Return a restriction as JSON."""
    return {
        "id": str(view.restriction_id),
        "kind": view.kind.value,
        "media": list(view.media),
        "territory": list(view.territory),
        "from": view.span.start.isoformat(),
        "until": view.span.end.isoformat() if view.span.end else None,
        "reason": view.reason,
        "placed_at": view.placed_at.isoformat(),
        "lifted_at": view.lifted_at.isoformat() if view.lifted_at else None,
        "lift_reason": view.lift_reason,
    }
