"""The SQL of claims and what became of them."""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, exists, func, or_, select, update
from sqlalchemy.dialects.postgresql import insert

from dam.database.tables.accounts import person
from dam.database.tables.catalogue import asset
from dam.database.tables.rights import agreement, agreement_line
from dam.database.tables.rights_proposals import rights_proposal
from dam.database.unit import Unit
from dam.kernel.ids import AgreementId, AssetId, PersonId, ProposalId, RestrictionId, new_id
from dam.rights.agreement import ScopeLine
from dam.rights.facts import RestrictionKind
from dam.rights.proposal import Excerpt, Proposal, ProposalState
from dam.rights.provided import Confidence, ProvidedClaim, Words

_OPEN = rights_proposal.c.state == ProposalState.PROPOSED.value


@dataclass(frozen=True, slots=True)
class Covering:
    """An agreement in force that covers a photograph, and who recorded it."""

    agreement_id: AgreementId
    recorded_by: PersonId


def add(unit: Unit, asset_id: AssetId, claim: ProvidedClaim, excerpt: Excerpt, at: datetime) -> ProposalId | None:
    """Insert a claim as proposed; None when the photograph's claim stands there already, ruled on or not."""
    row = insert(rights_proposal).values(
        id=new_id(),
        asset_id=asset_id,
        source=claim.source,
        excerpt=excerpt.text,
        excerpt_start=excerpt.start,
        words=[[words.start, words.end] for words in claim.words],
        confidence=claim.confidence.value,
        provider=claim.provider,
        grantee=claim.grantee,
        exclusive=claim.exclusive,
        needs_permission=claim.needs_permission,
        bar=None if claim.bar is None else claim.bar.value,
        media_codes=list(claim.media),
        territory_codes=list(claim.territory),
        free_from=claim.free_from,
        meaning=_meaning(claim),
        state=ProposalState.PROPOSED.value,
        proposed_at=at,
    )
    made = row.on_conflict_do_nothing(index_elements=["asset_id", "meaning"]).returning(rights_proposal.c.id)
    found = unit.connection.execute(made).scalar()
    return None if found is None else ProposalId(found)


def of_asset(unit: Unit, asset_id: AssetId) -> tuple[Proposal, ...]:
    """Return the claims about a photograph, in the order in which they were read."""
    rows = unit.connection.execute(_all().where(rights_proposal.c.asset_id == asset_id).order_by(rights_proposal.c.id))
    return tuple(_proposal(dict(row)) for row in rows.mappings())


def one(unit: Unit, proposal_id: ProposalId) -> Proposal | None:
    """Return one claim."""
    row = unit.connection.execute(_all().where(rights_proposal.c.id == proposal_id)).mappings().first()
    return None if row is None else _proposal(dict(row))


def asset_exists(unit: Unit, asset_id: AssetId) -> bool:
    """Tell whether there is such a photograph."""
    return bool(unit.connection.execute(select(exists().where(asset.c.id == asset_id))).scalar())


def covering(unit: Unit, asset_id: AssetId, at: datetime) -> Covering | None:
    """Return the newest agreement in force that covers the photograph."""
    key = select(asset.c.scope_key).where(asset.c.id == asset_id).scalar_subquery()
    line = agreement_line.c
    covers = exists().where(line.agreement_id == agreement.c.id, line.scope.contains(key))
    wanted = (
        select(agreement.c.id, agreement.c.recorded_by)
        .where(agreement.c.state == "active", func.upper(agreement.c.term) > at, covers)
        .order_by(agreement.c.number.desc())
        .limit(1)
    )
    row = unit.connection.execute(wanted).first()
    return None if row is None else Covering(AgreementId(row.id), PersonId(row.recorded_by))


def confirm(
    unit: Unit, proposal_ids: Iterable[ProposalId], agreement_id: AgreementId, *, by: PersonId, at: datetime
) -> tuple[tuple[ProposalId, AssetId], ...]:
    """Confirm those of the claims that are open by an agreement, and return them."""
    return _confirm(unit, rights_proposal.c.id.in_(list(proposal_ids)), agreement_id, by=by, at=at)


def confirm_scope(
    unit: Unit, lines: Sequence[ScopeLine], agreement_id: AgreementId, *, by: PersonId, at: datetime
) -> tuple[tuple[ProposalId, AssetId], ...]:
    """Confirm every open claim about a photograph of the scope by its agreement, and return them."""
    within = or_(*(asset.c.scope_key.between(low, high - 1) for low, high in (line.scope for line in lines)))
    inside = exists().where(asset.c.id == rights_proposal.c.asset_id, within)
    return _confirm(unit, inside, agreement_id, by=by, at=at)


def placed(unit: Unit, proposal_id: ProposalId, restriction_id: RestrictionId, *, by: PersonId, at: datetime) -> bool:
    """Confirm a claim by the restriction that it asks for; say whether it was there to be confirmed."""
    mine = rights_proposal.c.id == proposal_id, rights_proposal.c.restriction_id.is_(None)
    values = {"state": ProposalState.CONFIRMED.value, "restriction_id": restriction_id, "ruled_by": by, "ruled_at": at}
    standing = rights_proposal.c.state != ProposalState.DISMISSED.value
    return unit.connection.execute(update(rights_proposal).where(*mine, standing).values(values)).rowcount == 1


def dismiss(unit: Unit, proposal_id: ProposalId, reason: str, *, by: PersonId, at: datetime) -> bool:
    """Dismiss an open claim; say whether there was one."""
    values = {"state": ProposalState.DISMISSED.value, "reason": reason, "ruled_by": by, "ruled_at": at}
    mine = rights_proposal.c.id == proposal_id
    return unit.connection.execute(update(rights_proposal).where(mine, _OPEN).values(values)).rowcount == 1


def _confirm(
    unit: Unit, which: ColumnElement[bool], agreement_id: AgreementId, *, by: PersonId, at: datetime
) -> tuple[tuple[ProposalId, AssetId], ...]:
    values = {"state": ProposalState.CONFIRMED.value, "agreement_id": agreement_id, "ruled_by": by, "ruled_at": at}
    done = update(rights_proposal).where(which, _OPEN).values(values)
    rows = unit.connection.execute(done.returning(rights_proposal.c.id, rights_proposal.c.asset_id))
    return tuple((ProposalId(row.id), AssetId(row.asset_id)) for row in rows)


def _meaning(claim: ProvidedClaim) -> str:
    """Return what makes two claims about one photograph the same."""
    said = (
        claim.provider,
        claim.grantee,
        claim.exclusive,
        claim.needs_permission,
        claim.bar and claim.bar.value,
        claim.media,
        claim.territory,
        claim.free_from and claim.free_from.isoformat(),
    )
    return hashlib.sha256(repr(said).encode("utf-8", "surrogatepass")).hexdigest()


def _all() -> Select[Any]:
    return (
        select(rights_proposal, person.c.name.label("ruler"), agreement.c.number.label("agreement_number"))
        .outerjoin(person, person.c.id == rights_proposal.c.ruled_by)
        .outerjoin(agreement, agreement.c.id == rights_proposal.c.agreement_id)
    )


def _proposal(row: Mapping[str, Any]) -> Proposal:
    excerpt = Excerpt(row["excerpt_start"], row["excerpt"])
    return Proposal(
        proposal_id=ProposalId(row["id"]),
        asset_id=AssetId(row["asset_id"]),
        claim=_claim(row, excerpt),
        excerpt=excerpt,
        state=ProposalState(row["state"]),
        proposed_at=row["proposed_at"],
        ruled_by=row["ruler"],
        ruled_at=row["ruled_at"],
        reason=row["reason"],
        agreement_id=None if row["agreement_id"] is None else AgreementId(row["agreement_id"]),
        agreement_number=row["agreement_number"],
        restriction_id=None if row["restriction_id"] is None else RestrictionId(row["restriction_id"]),
    )


def _claim(row: Mapping[str, Any], excerpt: Excerpt) -> ProvidedClaim:
    words = tuple(
        Words(start, end, excerpt.text[start - excerpt.start : end - excerpt.start]) for start, end in row["words"]
    )
    return ProvidedClaim(
        source=row["source"],
        words=words,
        confidence=Confidence(row["confidence"]),
        provider=row["provider"],
        grantee=row["grantee"],
        exclusive=row["exclusive"],
        needs_permission=row["needs_permission"],
        bar=None if row["bar"] is None else RestrictionKind(row["bar"]),
        media=tuple(row["media_codes"]),
        territory=tuple(row["territory_codes"]),
        free_from=row["free_from"],
    )
