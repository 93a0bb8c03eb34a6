"""What a reader takes away from the page of a licence or an agreement: its certificate, and its ODRL document."""

import json
from collections.abc import Mapping
from uuid import UUID

from flask import Blueprint, Response
from flask.typing import ResponseReturnValue

from dam.accounts.people import Actor
from dam.accounts.permissions import Permission
from dam.kernel.ids import AgreementId, LicenceId
from dam.licensing.odrl import licence_policy
from dam.rights.odrl import MEDIA_TYPE, agreement_policy
from dam.rights.odrl_terms import Iris
from dam.web.doors import permission
from dam.web.session import the_house

blueprint = Blueprint("certificates", __name__)

_READS_LICENCES = (Permission.LICENCE_READ_OWN, Permission.LICENCE_READ_ALL)
_PDF = "application/pdf"


@blueprint.get("/licences/<uuid:licence_id>/certificate.pdf")
@permission(*_READS_LICENCES)
def certificate(actor: Actor, licence_id: UUID) -> ResponseReturnValue:
    """Send the certificate of a licence whose terms are accepted."""
    house = the_house()
    number, made = house.licensing.certificate(actor, LicenceId(licence_id), base_url=house.settings.base_url)
    return Response(made, content_type=_PDF, headers={"Content-Disposition": f'inline; filename="{number}.pdf"'})


@blueprint.get("/licences/<uuid:licence_id>/odrl")
@permission(*_READS_LICENCES)
def licence_odrl(actor: Actor, licence_id: UUID) -> ResponseReturnValue:
    """Send a licence as an ODRL document."""
    house = the_house()
    view, sources = house.licensing.licence_with_sources(actor, LicenceId(licence_id))
    iris = Iris(house.settings.base_url, view.licensor.organisation_id)
    return _saved(licence_policy(view, sources, iris), view.number)


@blueprint.get("/rights/agreements/<uuid:agreement_id>/odrl")
@permission(Permission.AGREEMENT_READ)
def agreement_odrl(actor: Actor, agreement_id: UUID) -> ResponseReturnValue:
    """Send a supply agreement as an ODRL document."""
    house = the_house()
    found = house.rights.agreement(actor, AgreementId(agreement_id))
    return _saved(agreement_policy(found, Iris(house.settings.base_url)), found.agreement.number)


def _saved(policy: Mapping[str, object], number: str) -> Response:
    named = {"Content-Disposition": f'attachment; filename="{number}.jsonld"'}
    return Response(json.dumps(policy, ensure_ascii=False, indent=2), content_type=MEDIA_TYPE, headers=named)
