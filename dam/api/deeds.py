"""The deeds of supply agreements over the API: attached, listed, and read one by one."""

from typing import Any, BinaryIO, cast
from uuid import UUID

from apiflask import APIBlueprint
from flask import request, url_for
from flask.typing import ResponseReturnValue

from dam.accounts.people import Actor
from dam.accounts.permissions import Permission
from dam.api.deed_shapes import CREATED_DEED, DEED_PAGE, deed_files
from dam.api.delivery import sent as handed_on
from dam.api.doors import permission, the_house
from dam.api.shapes import answers
from dam.delivery.deed_files import deed_file
from dam.kernel.errors import Fault, Invalid
from dam.kernel.ids import AgreementId, DeedId
from dam.kernel.text import Bilingual
from dam.rights.deed import Deed, DeedFile

blueprint = APIBlueprint("api_deeds", __name__, url_prefix="/api/v1", tag="Rights")


@blueprint.post("/agreements/<uuid:agreement_id>/deeds")
@permission(Permission.AGREEMENT_RECORD)
@answers(blueprint, CREATED_DEED, 201, "Attached")
def attach_deed(actor: Actor, agreement_id: UUID) -> ResponseReturnValue:
    """Attach a PDF or a scan, as multipart `file`, with `supersedes` where it takes an older deed's place."""
    sent = request.files.get("file")
    if sent is None:
        raise Invalid([Fault("file", "required", Bilingual("Choose a file.", "请选择一个文件。"))])
    file = DeedFile(cast("BinaryIO", sent.stream), sent.filename or "")
    deeds = the_house().deeds
    deed_id = deeds.attach(actor, AgreementId(agreement_id), file, _superseded())
    address = url_for("api_deeds.get_deed", agreement_id=agreement_id, deed_id=deed_id)
    made = next(deed for deed in deeds.deeds(actor, AgreementId(agreement_id)) if deed.deed_id == deed_id)
    return {"id": str(deed_id), "sha256": made.sha256}, 201, {"Location": address}


@blueprint.get("/agreements/<uuid:agreement_id>/deeds")
@permission(Permission.AGREEMENT_READ)
@answers(blueprint, DEED_PAGE)
def list_deeds(actor: Actor, agreement_id: UUID) -> ResponseReturnValue:
    """List the deeds of a supply agreement, newest first; never more than one page."""
    house = the_house()
    house.rights.agreement(actor, AgreementId(agreement_id))
    return {"items": [deed_json(deed) for deed in house.deeds.deeds(actor, AgreementId(agreement_id))], "next": None}


@blueprint.get("/agreements/<uuid:agreement_id>/deeds/<uuid:deed_id>")
@permission(Permission.AGREEMENT_READ)
@deed_files(blueprint)
def get_deed(actor: Actor, agreement_id: UUID, deed_id: UUID) -> ResponseReturnValue:
    """Send one deed as a file to be saved; that it was read is logged first."""
    return handed_on(deed_file(the_house().deeds.fetch(actor, AgreementId(agreement_id), DeedId(deed_id))))


def deed_json(deed: Deed) -> dict[str, Any]:
    """Return a deed as JSON."""
    return {
        "id": str(deed.deed_id),
        "sha256": deed.sha256,
        "size_bytes": deed.size_bytes,
        "media_type": deed.media_type.value,
        "file_name": deed.file_name,
        "attached_at": deed.attached_at.isoformat(),
        "attached_by": deed.attached_by,
        "supersedes": str(deed.supersedes) if deed.supersedes else None,
        "superseded_by": str(deed.superseded_by) if deed.superseded_by else None,
    }


def _superseded() -> DeedId | None:
    written = request.form.get("supersedes", "")
    try:
        return DeedId(UUID(written)) if written else None
    except ValueError:
        sentence = Bilingual("This is no identifier of a deed.", "这不是协议文件的标识。")
        raise Invalid([Fault("supersedes", "invalid", sentence)]) from None
