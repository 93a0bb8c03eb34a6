"""The outbox as a page: which letters went out, and which were refused."""

from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from dam.accounts.people import Actor
from dam.accounts.permissions import Permission
from dam.kernel.ids import LetterId
from dam.licensing.paging import Place, cursor_of, place_of
from dam.mail.letter import LetterState
from dam.web.doors import permission
from dam.web.session import the_house

blueprint = Blueprint("outbox", __name__)

_ROWS = 50
STATE_NAMES = {
    LetterState.WAITING: _l("Waiting"),
    LetterState.SENT: _l("Sent"),
    LetterState.FAILED: _l("Refused"),
    LetterState.WITHHELD: _l("Not sent"),
}


@blueprint.get("/outbox")
@permission(Permission.OUTBOX_READ)
def outbox(actor: Actor) -> ResponseReturnValue:
    """Show the letters, newest first."""
    desk, chosen = the_house().outbox, request.args.get("state", "")
    state = LetterState(chosen) if chosen in set(LetterState) else None
    after = place_of(request.args.get("cursor"))
    found = desk.letters(actor, state, (after.at, after.row_id) if after else None, limit=_ROWS + 1)
    shown = found[:_ROWS]
    onward = cursor_of(Place(shown[-1].posted_at, shown[-1].letter_id)) if len(found) > _ROWS else None
    return render_template(
        "outbox/outbox.html",
        letters=shown,
        next=onward,
        state=chosen,
        names=STATE_NAMES,
        failed=desk.failed_count(actor),
    )


@blueprint.post("/outbox/<uuid:letter_id>/retry")
@permission(Permission.OUTBOX_READ)
def try_again(actor: Actor, letter_id: UUID) -> ResponseReturnValue:
    """Have a letter tried again."""
    the_house().outbox.try_again(actor, LetterId(letter_id))
    flash(_("The letter is tried again."))
    return redirect(url_for("outbox.outbox"), 303)
