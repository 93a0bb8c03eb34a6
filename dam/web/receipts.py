"""The receipt of a decision as a page: what was asked, what was known, and what if it had been otherwise."""

from collections.abc import Mapping
from uuid import UUID

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import LazyString
from flask_babel import lazy_gettext as _l

from dam.accounts.people import Actor
from dam.accounts.permissions import Permission
from dam.kernel.errors import Fault, Invalid
from dam.kernel.ids import EventId, OrganisationId
from dam.rights.explanation import Answer, Explanation, Kind
from dam.rights.receipt import RULE_VERSION
from dam.rights.receipts import WhatIf, instant_asked
from dam.rights.territories import territory_names
from dam.rights.vocabularies import MEDIA, media_names
from dam.web.doors import permission
from dam.web.forms import NOTHING, faults_by_field, uuid_of
from dam.web.i18n import say
from dam.web.session import the_house
from dam.web.usage import RENDITION_NAMES
from dam.web.uses import territory_groups

blueprint = Blueprint("receipts", __name__)

_READERS = (Permission.USAGE_READ, Permission.AGREEMENT_READ, Permission.REQUEST_READ_OWN)
_ASKED = ("at", "media", "territory", "partner")
RULE_NAMES: Mapping[str, LazyString] = {
    "facts": _l("What is not known whole is refused."),
    "view": _l("A marked picture is shown to whoever may see it, unless a bar hides it from everybody."),
    "bar": _l("A bar wins over every licence."),
    "no_clean_line": _l("No licence covers the whole use without fault."),
    "licence_line": _l("A licence covers the whole use, stands on a recorded right, and nothing bars it."),
}
KIND_NAMES: Mapping[Kind, LazyString] = {
    Kind.STANDING: _l("Photograph and people"),
    Kind.RESTRICTION: _l("Restriction"),
    Kind.LICENCE: _l("Licence"),
    Kind.RIGHT: _l("Recorded right"),
    Kind.EXCLUSIVE: _l("Exclusivity"),
    Kind.TWIN: _l("Photograph that looks alike"),
}


@blueprint.get("/usage/<uuid:event_id>")
@permission(*_READERS)
def receipt(actor: Actor, event_id: UUID) -> ResponseReturnValue:
    """Explain a decision; with a date, territory, medium or partner in the query, say what would have been."""
    desk, asked = the_house().rights.receipts, _asked()
    found = desk.explain(actor, EventId(event_id))
    if found.receipt is None or not asked:
        return _page(actor, found)
    try:
        return _page(actor, found, answer=desk.what_if(actor, EventId(event_id), _wanted(asked)))
    except Invalid as error:
        faults = [Fault(fault.field.partition(".")[0], fault.code, fault.message) for fault in error.faults]
        return _page(actor, found, faults=faults_by_field(Invalid(faults))), 422


def _page(
    actor: Actor,
    found: Explanation,
    *,
    answer: Answer | None = None,
    faults: Mapping[str, list[Fault]] | None = None,
) -> str:
    partners = the_house().accounts.organisations(actor) if found.in_full else ()
    return render_template(
        "audit/receipt.html",
        found=found,
        answer=answer,
        faults=faults,
        asked=_asked(),
        rules_now=RULE_VERSION,
        rule_names=RULE_NAMES,
        kind_names=KIND_NAMES,
        rendition_names={each.value: name for each, name in RENDITION_NAMES.items()},
        media_names=media_names,
        territory_names=territory_names,
        media_options=[(node.code, "\u2003" * max(0, node.depth - 1) + say(node.name)) for node in MEDIA.values()],
        territory_options=[(one.code, say(one.label)) for _, choices in territory_groups() for one in choices],
        partner_options=[(str(each.organisation_id), say(each.name)) for each in partners if each.active],
    )


def _asked() -> dict[str, str]:
    return {name: request.args[name].strip() for name in _ASKED if request.args.get(name, "").strip()}


def _wanted(asked: Mapping[str, str]) -> WhatIf:
    """Return what should be otherwise.

    Raises: Invalid for a date that is none.
    """
    partner = asked.get("partner")
    return WhatIf(
        at=instant_asked(asked["at"], the_house().settings.zone) if "at" in asked else None,
        media=[asked["media"]] if "media" in asked else [],
        territory=[asked["territory"]] if "territory" in asked else [],
        party=OrganisationId(uuid_of(partner) or NOTHING) if partner else None,
    )
