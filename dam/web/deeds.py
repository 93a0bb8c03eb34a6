"""The deeds of a supply agreement as part of its page: attaching one, and reading one."""

from typing import BinaryIO, cast
from uuid import UUID

from flask import Blueprint, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from dam.accounts.people import Actor
from dam.accounts.permissions import Permission
from dam.delivery.deed_files import deed_file
from dam.kernel.errors import Duplicate, Fault, Invalid, TooMuch
from dam.kernel.ids import AgreementId, DeedId
from dam.kernel.text import Bilingual
from dam.rights.deed import DeedFile
from dam.web.delivery import handed_on
from dam.web.doors import permission
from dam.web.forms import faults_by_field, named
from dam.web.rights import agreement_page
from dam.web.session import the_house

blueprint = Blueprint("deeds", __name__)


@blueprint.post("/rights/agreements/<uuid:agreement_id>/deeds")
@permission(Permission.AGREEMENT_RECORD)
def attach(actor: Actor, agreement_id: UUID) -> ResponseReturnValue:
    """Attach a file to an agreement; what is wrong with it is said beside the field."""
    agreement = AgreementId(agreement_id)
    try:
        the_house().deeds.attach(actor, agreement, _file_sent(), _superseded())
    except Invalid as error:
        return agreement_page(actor, agreement, deed_faults=faults_by_field(error)), 422
    except (Duplicate, TooMuch) as error:
        wrong = faults_by_field(Invalid([Fault("file", error.code, error.message)]))
        return agreement_page(actor, agreement, deed_faults=wrong), 409 if isinstance(error, Duplicate) else 413
    flash(_("The deed is attached. It is kept as it is."))
    return redirect(url_for("rights.agreement", agreement_id=agreement_id), 303)


@blueprint.get("/rights/agreements/<uuid:agreement_id>/deeds/<uuid:deed_id>")
@permission(Permission.AGREEMENT_READ)
def fetch(actor: Actor, agreement_id: UUID, deed_id: UUID) -> ResponseReturnValue:
    """Send one deed as a file to be saved; that it was read is logged first."""
    return handed_on(deed_file(the_house().deeds.fetch(actor, AgreementId(agreement_id), DeedId(deed_id))))


def _file_sent() -> DeedFile:
    sent = request.files.get("file")
    if sent is None or not sent.filename:
        raise Invalid([Fault("file", "required", Bilingual("Choose a file.", "请选择一个文件。"))])
    return DeedFile(cast("BinaryIO", sent.stream), sent.filename)


def _superseded() -> DeedId | None:
    found = named("supersedes")
    return None if found is None else DeedId(found)
