"""The certificate of a licence over the API."""

from uuid import UUID

from apiflask import APIBlueprint
from flask import Response
from flask.typing import ResponseReturnValue

from dam.accounts.people import Actor
from dam.accounts.permissions import Permission
from dam.api import shapes
from dam.api.doors import permission, the_house
from dam.api.shapes import answers
from dam.kernel.ids import LicenceId

blueprint = APIBlueprint("api_certificates", __name__, url_prefix="/api/v1", tag="Licensing")

PDF = "application/pdf"


@blueprint.get("/licences/<uuid:licence_id>/certificate.pdf")
@permission(Permission.LICENCE_READ_OWN, Permission.LICENCE_READ_ALL)
@answers(blueprint, shapes.PICTURE, media_type=PDF)
def certificate(actor: Actor, licence_id: UUID) -> ResponseReturnValue:
    """Return the certificate of a licence whose terms are accepted, with its state of this moment."""
    house = the_house()
    number, made = house.licensing.certificate(actor, LicenceId(licence_id), base_url=house.settings.base_url)
    return Response(made, content_type=PDF, headers={"Content-Disposition": f'attachment; filename="{number}.pdf"'})
