"""What a photograph's own texts claim about its rights, on its page: the exact words, and the ruling."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from uuid import UUID

from flask import Blueprint, flash, redirect, url_for
from flask.typing import ResponseReturnValue
from flask_babel import LazyString
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from dam.accounts.organisation import OrganisationKind
from dam.accounts.people import Actor
from dam.accounts.permissions import Permission
from dam.catalogue.asset import AssetView
from dam.kernel.errors import Invalid, WrongState
from dam.kernel.ids import ProposalId
from dam.kernel.text import Bilingual
from dam.rights.proposal import Proposal, ProposalState
from dam.rights.provided import Confidence, named_alike
from dam.web.doors import permission
from dam.web.forms import text
from dam.web.i18n import say
from dam.web.session import the_house

blueprint = Blueprint("proposals", __name__)

STATE_NAMES: Mapping[ProposalState, LazyString] = {
    ProposalState.PROPOSED: _l("Waits for a ruling"),
    ProposalState.CONFIRMED: _l("Confirmed"),
    ProposalState.DISMISSED: _l("Dismissed"),
}
STATE_BADGES: Mapping[ProposalState, str] = {
    ProposalState.PROPOSED: "on_request",
    ProposalState.CONFIRMED: "active",
    ProposalState.DISMISSED: "expired",
}
CONFIDENCE_NAMES: Mapping[Confidence, LazyString] = {
    Confidence.CERTAIN: _l("Certain"),
    Confidence.LIKELY: _l("Likely"),
}


@dataclass(frozen=True)
class Row:
    """One claim on the page, with what the form of its agreement already knows."""

    proposal: Proposal
    badge: str
    state: str
    confidence: str
    begun: Mapping[str, str]

    @property
    def open(self) -> bool:
        """Tell whether nobody has ruled on it."""
        return self.proposal.state is ProposalState.PROPOSED


@blueprint.app_template_global()
def claims_about(actor: Actor, photo: AssetView) -> list[Row]:
    """Return the claims about a photograph for its page."""
    found = the_house().rights.proposals(actor, photo.asset_id)
    return [
        Row(
            proposal=one,
            badge=STATE_BADGES[one.state],
            state=str(STATE_NAMES[one.state]),
            confidence=str(CONFIDENCE_NAMES[one.claim.confidence]),
            begun=_begun(actor, photo, one),
        )
        for one in found
    ]


@blueprint.post("/rights-proposals/<uuid:proposal_id>/dismissal")
@permission(Permission.AGREEMENT_RECORD)
def dismiss(actor: Actor, proposal_id: UUID) -> ResponseReturnValue:
    """Rule that a claim does not hold, and go back to its photograph."""
    rights = the_house().rights
    return _ruled(
        actor,
        proposal_id,
        lambda one: rights.dismiss_proposal(actor, one, text("reason")),
        _("The claim is dismissed. It stays on record."),
    )


@blueprint.post("/rights-proposals/<uuid:proposal_id>/confirmation")
@permission(Permission.AGREEMENT_RECORD)
def confirm(actor: Actor, proposal_id: UUID) -> ResponseReturnValue:
    """Rule that the agreement on record is the one the claim speaks of, and go back to its photograph."""
    rights = the_house().rights
    return _ruled(actor, proposal_id, lambda one: rights.confirm_proposal(actor, one), _("The claim is confirmed."))


@blueprint.post("/rights-proposals/<uuid:proposal_id>/restriction")
@permission(Permission.RESTRICTION_PLACE)
def place(actor: Actor, proposal_id: UUID) -> ResponseReturnValue:
    """Place the restriction that a claim asks for, and go back to its photograph."""
    rights = the_house().rights
    return _ruled(actor, proposal_id, lambda one: rights.place_proposed(actor, one), _("The restriction is placed."))


def _ruled(actor: Actor, proposal_id: UUID, rule: Callable[[ProposalId], object], done: str) -> ResponseReturnValue:
    found = the_house().rights.proposal(actor, ProposalId(proposal_id))
    try:
        rule(found.proposal_id)
    except Invalid as error:
        flash(" ".join(say(fault.message) for fault in error.faults), "error")
    except WrongState as error:
        flash(say(error.message), "error")
    else:
        flash(done)
    return redirect(url_for("catalogue.asset", asset_id=found.asset_id) + "#claims", 303)


def _begun(actor: Actor, photo: AssetView, proposal: Proposal) -> Mapping[str, str]:
    """Return the agreement's form as far as the claim fills it in: parties that are known here, by name or website."""
    house, claim = the_house(), proposal.claim
    grantees = [
        (str(each.organisation_id), each.name)
        for each in house.accounts.organisations(actor)
        if each.active and each.kind != OrganisationKind.ARCHIVE
    ]
    holder = _named(claim.provider, ((str(each.holder_id), each.name) for each in house.rights.holders(actor)))
    known = {
        "asset": str(photo.asset_id),
        "holder": holder or (str(photo.holder.id) if photo.holder else ""),
        "grantee": _named(claim.grantee, grantees),
        "exclusive": "on" if claim.exclusive else "",
    }
    return {name: value for name, value in known.items() if value}


def _named(said: str | None, parties: Iterable[tuple[str, Bilingual]]) -> str:
    """Return the id of the party that goes by this name, empty when there is none or more than one."""
    alike = [party for party, name in parties if said and (named_alike(said, name.en) or named_alike(said, name.zh))]
    return alike[0] if len(alike) == 1 else ""
