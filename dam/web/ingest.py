"""Bringing photographs in: many at once, each by itself, with scripts or without."""

from dataclasses import dataclass
from typing import Any, BinaryIO, cast

from flask import Blueprint, jsonify, render_template, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.datastructures import FileStorage

from dam.accounts.people import Actor
from dam.accounts.permissions import Permission
from dam.catalogue.description import LANGUAGES
from dam.catalogue.file_names import display_name
from dam.ingest.checks import Upload
from dam.kernel.errors import BadImage, Duplicate, Fault, Invalid, TooMuch
from dam.kernel.text import Bilingual
from dam.web.doors import permission
from dam.web.forms import faults_by_field, text
from dam.web.i18n import say
from dam.web.session import the_house

blueprint = Blueprint("ingest", __name__)

_CREATED, _CONFLICT, _BAD, _TOO_LARGE, _UNPROCESSABLE = 201, 409, 415, 413, 422


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one file."""

    file_name: str
    status: int
    asset_id: str | None = None
    accession_number: str | None = None
    message: Bilingual | None = None
    faults: tuple[Fault, ...] = ()


@blueprint.get("/upload")
@permission(Permission.ASSET_UPLOAD)
def upload(actor: Actor) -> ResponseReturnValue:  # noqa: ARG001 - the door asks; the empty form is the same for all
    """Show the form that brings photographs in."""
    return _page()


@blueprint.post("/upload")
@permission(Permission.ASSET_UPLOAD)
def receive(actor: Actor) -> ResponseReturnValue:
    """Take the files in: one for a script that shows progress, any number from the plain form."""
    files = [sent for sent in request.files.getlist("file") if sent.filename]
    if request.accept_mimetypes.best == "application/json":
        outcome = _received(actor, files[0]) if files else _nothing()
        return jsonify(_json(outcome)), outcome.status
    outcomes = [_received(actor, sent) for sent in files] or [_nothing()]
    status = next((outcome.status for outcome in outcomes if outcome.status != _CREATED), 200)
    return _page(outcomes), status


def _received(actor: Actor, sent: FileStorage) -> Outcome:
    name = display_name(sent.filename or "")
    upload_ = Upload(cast("BinaryIO", sent.stream), sent.filename or "", _description())
    try:
        received = the_house().ingest.receive(actor, upload_)
    except Duplicate as held:
        return Outcome(name, _CONFLICT, str(held.extra["asset"]), message=held.message)
    except BadImage as bad:
        return Outcome(name, _BAD, message=bad.message)
    except TooMuch as large:
        return Outcome(name, _TOO_LARGE, message=large.message)
    except Invalid as wrong:
        return Outcome(name, _UNPROCESSABLE, message=wrong.message, faults=wrong.faults)
    return Outcome(name, _CREATED, str(received.asset_id), received.accession_number)


def _nothing() -> Outcome:
    return Outcome("", _UNPROCESSABLE, message=Bilingual("Choose a photograph.", "请选择一张照片。"))


def _description() -> dict[str, object]:
    words: dict[str, object] = {
        name: {tag: text(f"description.{name}.{tag}") for tag in LANGUAGES} for name in ("title", "caption")
    }
    return words | {name: text(f"description.{name}") for name in ("creator", "date")}


def _page(outcomes: list[Outcome] | None = None) -> str:
    faults = [fault for outcome in outcomes or () for fault in outcome.faults]
    return render_template(
        "ingest/upload.html",
        outcomes=outcomes or (),
        faults=faults_by_field(Invalid(faults)) if faults else None,
        limit_bytes=the_house().settings.upload_limit_bytes,
    )


def _json(outcome: Outcome) -> dict[str, Any]:
    return {
        "message": say(outcome.message),
        "faults": [{"field": fault.field, "message": say(fault.message)} for fault in outcome.faults],
        "accession_number": outcome.accession_number,
        "page": url_for("catalogue.asset", asset_id=outcome.asset_id) if outcome.asset_id else None,
        "state": url_for("catalogue.state", asset_id=outcome.asset_id) if outcome.status == _CREATED else None,
    }
