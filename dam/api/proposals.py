"""What photographs' own texts claim about their rights, over the API, and the rulings on it."""

from typing import Any
from uuid import UUID

from apiflask import APIBlueprint
from flask.typing import ResponseReturnValue

from dam.accounts.people import Actor
from dam.accounts.permissions import Permission
from dam.api import shapes
from dam.api.doors import permission, the_house
from dam.api.rights import ReasonIn
from dam.api.shapes import DATE, FLAG, ID, INSTANT, JSON, TEXT, answers, many, maybe, members, named, one_of, page
from dam.kernel.ids import AssetId, ProposalId
from dam.rights.facts import RestrictionKind
from dam.rights.proposal import Proposal, ProposalState
from dam.rights.provided import Confidence

blueprint = APIBlueprint("api_proposals", __name__, url_prefix="/api/v1", tag="Rights")

_OFFSET: JSON = {"type": "integer", "minimum": 0, "description": "characters from the start of the field's text"}
PROPOSAL = named(
    "RightsProposal",
    members(
        id=ID,
        asset=ID,
        state=one_of(ProposalState),
        confidence=one_of(Confidence),
        source=TEXT,
        words=many(members(start=_OFFSET, end=_OFFSET, text=TEXT)),
        provider=maybe(TEXT),
        grantee=maybe(TEXT),
        exclusive=FLAG,
        needs_permission=FLAG,
        restriction=maybe(one_of(RestrictionKind)),
        media=many(TEXT),
        territory=many(TEXT),
        free_from=maybe(DATE),
        proposed_at=INSTANT,
        ruled_at=maybe(INSTANT),
        ruled_by=maybe(TEXT),
        reason=TEXT,
        agreement=maybe(ID),
        placed=maybe(ID),
    ),
)
PROPOSAL_PAGE = page("RightsProposalPage", PROPOSAL)


@blueprint.get("/assets/<uuid:asset_id>/rights-proposals")
@permission(Permission.AGREEMENT_READ)
@answers(blueprint, PROPOSAL_PAGE)
def list_proposals(actor: Actor, asset_id: UUID) -> ResponseReturnValue:
    """List what the photograph's texts claim about its rights, and what became of it; never more than one page."""
    found = the_house().rights.proposals(actor, AssetId(asset_id))
    return {"items": [proposal_json(one) for one in found], "next": None}


@blueprint.post("/rights-proposals/<uuid:proposal_id>/dismissal")
@permission(Permission.AGREEMENT_RECORD)
@blueprint.input(ReasonIn)
@answers(blueprint, PROPOSAL)
def dismiss_proposal(actor: Actor, proposal_id: UUID, json_data: dict[str, Any]) -> ResponseReturnValue:
    """Rule that a claim does not hold; it stays on record."""
    return proposal_json(the_house().rights.dismiss_proposal(actor, ProposalId(proposal_id), json_data["reason"]))


@blueprint.post("/rights-proposals/<uuid:proposal_id>/confirmation")
@permission(Permission.AGREEMENT_RECORD)
@answers(blueprint, PROPOSAL)
def confirm_proposal(actor: Actor, proposal_id: UUID) -> ResponseReturnValue:
    """Rule that the agreement which covers the photograph already is the one the claim speaks of."""
    return proposal_json(the_house().rights.confirm_proposal(actor, ProposalId(proposal_id)))


@blueprint.post("/rights-proposals/<uuid:proposal_id>/restriction")
@permission(Permission.RESTRICTION_PLACE)
@answers(blueprint, shapes.CREATED, 201, "Placed")
def place_proposed(actor: Actor, proposal_id: UUID) -> ResponseReturnValue:
    """Place the restriction that a claim asks for, as it was read; the claim is confirmed with it."""
    return {"id": str(the_house().rights.place_proposed(actor, ProposalId(proposal_id)))}, 201


def proposal_json(found: Proposal) -> dict[str, Any]:
    """Return a claim as JSON."""
    claim = found.claim
    return {
        "id": str(found.proposal_id),
        "asset": str(found.asset_id),
        "state": found.state.value,
        "confidence": claim.confidence.value,
        "source": claim.source,
        "words": [{"start": words.start, "end": words.end, "text": words.text} for words in claim.words],
        "provider": claim.provider,
        "grantee": claim.grantee,
        "exclusive": claim.exclusive,
        "needs_permission": claim.needs_permission,
        "restriction": claim.bar.value if claim.bar else None,
        "media": list(claim.media),
        "territory": list(claim.territory),
        "free_from": claim.free_from.isoformat() if claim.free_from else None,
        "proposed_at": found.proposed_at.isoformat(),
        "ruled_at": found.ruled_at.isoformat() if found.ruled_at else None,
        "ruled_by": found.ruled_by,
        "reason": found.reason,
        "agreement": str(found.agreement_id) if found.agreement_id else None,
        "placed": str(found.restriction_id) if found.restriction_id else None,
    }
