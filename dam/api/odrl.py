"""Agreements and licences as W3C ODRL 2.2, and agreements that come as ODRL."""

import json
from collections.abc import Mapping
from uuid import UUID

from apiflask import APIBlueprint
from flask import Response, request
from flask.typing import ResponseReturnValue

from dam.accounts.people import Actor
from dam.accounts.permissions import Permission
from dam.api import shapes
from dam.api.doors import permission, the_house
from dam.api.shapes import answers
from dam.kernel.errors import Fault, Invalid, TooMuch
from dam.kernel.ids import AgreementId, LicenceId
from dam.kernel.text import Bilingual
from dam.licensing.odrl import licence_policy
from dam.rights.odrl import MEDIA_TYPE, agreement_policy
from dam.rights.odrl_reading import read_agreement
from dam.rights.odrl_terms import Iris

blueprint = APIBlueprint("api_odrl", __name__, url_prefix="/api/v1", tag="Rights")

LARGEST_BYTES = 4 << 20

_ANY_LICENCE = (Permission.LICENCE_READ_OWN, Permission.LICENCE_READ_ALL)
_TOO_LARGE = Bilingual("The document is larger than 4 MiB.", "文档超过 4 MiB。")
_NOT_JSON = Bilingual("This is not JSON.", "这不是 JSON。")
_NOT_KNOWN = Bilingual("Only document and same_as can be sent.", "只能发送 document 与 same_as。")
_NOT_IRIS = Bilingual("Give one of our addresses for each of theirs, both as text.", "请以文本逐一写明对应的本馆地址。")


@blueprint.get("/agreements/<uuid:agreement_id>/odrl")
@permission(Permission.AGREEMENT_READ)
@answers(blueprint, shapes.ODRL, media_type=MEDIA_TYPE)
def agreement_odrl(actor: Actor, agreement_id: UUID) -> ResponseReturnValue:
    """Return a supply agreement as an ODRL Agreement."""
    house = the_house()
    found = house.rights.agreement(actor, AgreementId(agreement_id))
    return document(agreement_policy(found, Iris(house.settings.base_url)))


@blueprint.get("/licences/<uuid:licence_id>/odrl")
@permission(*_ANY_LICENCE)
@answers(blueprint, shapes.ODRL, media_type=MEDIA_TYPE)
def licence_odrl(actor: Actor, licence_id: UUID) -> ResponseReturnValue:
    """Return a licence as an ODRL Agreement, as an Offer before its terms are accepted."""
    house = the_house()
    view, sources = house.licensing.licence_with_sources(actor, LicenceId(licence_id))
    return document(licence_policy(view, sources, Iris(house.settings.base_url, view.licensor.organisation_id)))


@blueprint.post("/agreements/odrl")
@permission(Permission.AGREEMENT_RECORD)
@answers(blueprint, shapes.CREATED, 201, "Recorded")
def record_odrl_agreement(actor: Actor) -> ResponseReturnValue:
    """Record a supply agreement from an ODRL Agreement; what cannot be recorded exactly is a fault, field by field."""
    house = the_house()
    sent, same_as = _sent()
    draft = read_agreement(sent, Iris(house.settings.base_url, actor.organisation_id), same_as)
    return {"id": str(house.rights.record_agreement(actor, draft))}, 201


def document(policy: Mapping[str, object]) -> Response:
    """Return an ODRL document as it goes out."""
    return Response(json.dumps(policy, ensure_ascii=False), content_type=MEDIA_TYPE)


def _sent() -> tuple[object, Mapping[str, str]]:
    """Return the document, sent by itself or beside what its names mean here.

    Raises: Invalid, TooMuch.
    """
    if (request.content_length or 0) > LARGEST_BYTES:
        raise TooMuch(_TOO_LARGE)
    try:
        body = json.loads(request.get_data(cache=False))
    except (ValueError, RecursionError):
        raise Invalid([Fault("document", "not_json", _NOT_JSON)]) from None
    if not isinstance(body, dict) or "document" not in body or "@context" in body:
        return body, {}
    faults = [Fault(name, "unknown_field", _NOT_KNOWN) for name in sorted(body.keys() - {"document", "same_as"})]
    same_as = body.get("same_as", {})
    if not isinstance(same_as, dict) or not all(isinstance(iri, str) for iri in same_as.values()):
        faults.append(Fault("same_as", "not_addresses", _NOT_IRIS))
    if faults:
        raise Invalid(faults)
    return body["document"], same_as
