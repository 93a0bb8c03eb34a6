"""What a person was told, as a page, and whether they want letters as well."""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from dam.accounts.people import Actor
from dam.accounts.permissions import Permission
from dam.kernel.ids import NoticeId
from dam.web.doors import permission, present_actor
from dam.web.forms import NOTHING, text, texts, uuid_of
from dam.web.session import the_house

blueprint = Blueprint("notices", __name__)

_ON = "on"


@blueprint.app_template_global()
def unread_notices() -> int:
    """Return how many notices the signed-in person has not read, for the badge beside their name."""
    actor = present_actor()
    return the_house().licensing.unread_notices(actor) if actor else 0


@blueprint.get("/notices")
@permission(Permission.SELF_READ)
def notices(actor: Actor) -> ResponseReturnValue:
    """Show what the person was told, newest first."""
    desk = the_house().licensing
    page = desk.notices(actor, request.args.get("cursor"))
    return render_template("notices/notices.html", page=page, letters=desk.wants_letters(actor))


@blueprint.post("/notices/read")
@permission(Permission.SELF_READ)
def read(actor: Actor) -> ResponseReturnValue:
    """Mark the named notices as read, or all of them."""
    chosen = [NoticeId(uuid_of(one) or NOTHING) for one in texts("notice")]
    the_house().licensing.read_notices(actor, None if text("all") == _ON else chosen)
    return redirect(url_for("notices.notices"), 303)


@blueprint.post("/notices/letters")
@permission(Permission.SELF_READ)
def letters(actor: Actor) -> ResponseReturnValue:
    """Switch letters on or off."""
    wanted = text("letters") == _ON
    the_house().licensing.switch_letters(actor, wanted=wanted)
    flash(_("You will get letters.") if wanted else _("You will get no more letters. Notices stay on this page."))
    return redirect(url_for("notices.notices"), 303)
