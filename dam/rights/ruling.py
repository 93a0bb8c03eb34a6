"""Ruling on what a photograph's own texts claim: proposed at ingest, then confirmed or dismissed by an archivist."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from dam.accounts.people import Actor
from dam.accounts.permissions import Permission
from dam.audit.events import Detail, Event, EventType
from dam.audit.service import append
from dam.database.unit import Database, Unit
from dam.kernel.clock import Clock
from dam.kernel.errors import NotFound, WrongState
from dam.kernel.ids import AgreementId, AssetId, PersonId, ProposalId, RestrictionId
from dam.kernel.text import Bilingual
from dam.rights import proposals_store as store
from dam.rights.agreement import RestrictionDraft, ScopeLine, Terms, check_reason
from dam.rights.proposal import Proposal, already_ruled, answers, excerpt_of, is_over
from dam.rights.provided import ProvidedClaim, SourcedText, read_claims

_CLAIM = Bilingual("claim", "权利声明")
_PHOTOGRAPH = Bilingual("photograph", "照片")
_NOT_COVERED = Bilingual(
    "No agreement in force covers this photograph. Record the agreement, or dismiss the claim.",
    "没有生效的供稿协议涵盖此照片。请登记协议，或驳回该声明。",
)
_LONGEST_QUOTE = 300


class Rulings:
    """What archivists do with claims."""

    database: Database
    clock: Clock

    def propose(self, unit: Unit, asset_id: AssetId, texts: Sequence[SourcedText], at: datetime) -> int:
        """Put what a photograph's texts claim before the archivists, and return how many claims are new.

        Shape: the caller holds the photograph's row, so that an agreement recorded at the same time is seen here, or
        sees these. A claim about a photograph that an agreement covers is confirmed by it at once.
        """
        by_source = {text.source: text.text for text in texts}
        claims = [claim for claim in read_claims(texts) if not is_over(claim, at)]
        made = [
            proposal_id
            for claim in claims
            if (proposal_id := self._put(unit, asset_id, claim, by_source[claim.source], at))
        ]
        covering = store.covering(unit, asset_id, at) if made else None
        if covering is not None:
            done = store.confirm(unit, made, covering.agreement_id, by=covering.recorded_by, at=at)
            _log_confirmed(unit, None, done, covering.agreement_id, at)
        return len(made)

    def proposals(self, actor: Actor, asset_id: AssetId) -> tuple[Proposal, ...]:
        """Return every claim read from a photograph's texts, with what became of it.

        Raises: NotAllowed, NotFound.
        """
        actor.require(Permission.AGREEMENT_READ)
        with self.database.unit() as unit:
            if not store.asset_exists(unit, asset_id):
                raise NotFound(_PHOTOGRAPH)
            return store.of_asset(unit, asset_id)

    def proposal(self, actor: Actor, proposal_id: ProposalId) -> Proposal:
        """Return one claim.

        Raises: NotAllowed, NotFound.
        """
        actor.require(Permission.AGREEMENT_READ)
        with self.database.unit() as unit:
            return self._proposal(unit, proposal_id)

    def dismiss_proposal(self, actor: Actor, proposal_id: ProposalId, reason_given: str) -> Proposal:
        """Rule that a claim does not hold; it stays on record.

        Raises: NotAllowed, NotFound, Invalid without a reason, WrongState when it was ruled on before.
        """
        actor.require(Permission.AGREEMENT_RECORD)
        at, said = self.clock(), check_reason(reason_given)
        with self.database.unit() as unit:
            found = self._proposal(unit, proposal_id)
            if not store.dismiss(unit, proposal_id, said, by=actor.person_id, at=at):
                raise already_ruled()
            details: dict[str, Detail] = {"proposal": str(proposal_id), "reason": said}
            append(unit, _event(EventType.PROPOSAL_DISMISSED, actor, found.asset_id, details), at)
            return self._proposal(unit, proposal_id)

    def confirm_proposal(self, actor: Actor, proposal_id: ProposalId) -> Proposal:
        """Rule that the agreement which covers the photograph already is the one the claim speaks of.

        Raises: NotAllowed, NotFound, WrongState when it was ruled on before or no agreement in force covers it.
        """
        actor.require(Permission.AGREEMENT_RECORD)
        at = self.clock()
        with self.database.unit() as unit:
            found = self._proposal(unit, proposal_id)
            covering = store.covering(unit, found.asset_id, at)
            if covering is None:
                raise WrongState(_NOT_COVERED)
            done = store.confirm(unit, [proposal_id], covering.agreement_id, by=actor.person_id, at=at)
            if not done:
                raise already_ruled()
            _log_confirmed(unit, actor, done, covering.agreement_id, at)
            return self._proposal(unit, proposal_id)

    # ---- inside

    def _proposal(self, unit: Unit, proposal_id: ProposalId) -> Proposal:
        found = store.one(unit, proposal_id)
        if found is None:
            raise NotFound(_CLAIM)
        return found

    def _put(self, unit: Unit, asset_id: AssetId, claim: ProvidedClaim, text: str, at: datetime) -> ProposalId | None:
        proposal_id = store.add(unit, asset_id, claim, excerpt_of(text, claim), at)
        if proposal_id is not None:
            details: dict[str, Detail] = {
                "proposal": str(proposal_id),
                "source": claim.source,
                "words": " … ".join(words.text for words in claim.words)[:_LONGEST_QUOTE],
                "exclusive": claim.exclusive,
                "bar": None if claim.bar is None else claim.bar.value,
                "confidence": claim.confidence.value,
            }
            append(unit, _event(EventType.PROPOSAL_MADE, None, asset_id, details), at)
        return proposal_id

    def _confirm_by_agreement(
        self, unit: Unit, actor: Actor, agreement_id: AgreementId, lines: Sequence[ScopeLine], at: datetime
    ) -> None:
        """Take an agreement as the ruling on the open claims of the photographs that it covers now."""
        done = store.confirm_scope(unit, lines, agreement_id, by=actor.person_id, at=at)
        _log_confirmed(unit, actor, done, agreement_id, at)

    def _confirm_by_restriction(
        self,
        unit: Unit,
        actor: Actor,
        restriction_id: RestrictionId,
        draft: RestrictionDraft,
        terms: Terms,
        at: datetime,
    ) -> None:
        """Take a restriction as the ruling on the claims that ask for no more, of the photographs it names."""
        for asset_id in draft.scope.asset_ids:
            for found in store.of_asset(unit, asset_id):
                if found.placeable and answers(found.claim, draft.kind, terms, draft.tz):
                    self._place(unit, actor, found, restriction_id, at)

    def _place(self, unit: Unit, actor: Actor, found: Proposal, restriction_id: RestrictionId, at: datetime) -> None:
        if store.placed(unit, found.proposal_id, restriction_id, by=actor.person_id, at=at):
            details: dict[str, Detail] = {"proposal": str(found.proposal_id), "restriction": str(restriction_id)}
            append(unit, _event(EventType.PROPOSAL_CONFIRMED, actor, found.asset_id, details), at)


def _log_confirmed(
    unit: Unit,
    actor: Actor | None,
    done: Iterable[tuple[ProposalId, AssetId]],
    agreement_id: AgreementId,
    at: datetime,
) -> None:
    for proposal_id, asset_id in done:
        details: dict[str, Detail] = {"proposal": str(proposal_id)}
        append(unit, _event(EventType.PROPOSAL_CONFIRMED, actor, asset_id, details, agreement_id), at)


def _event(
    kind: EventType,
    actor: Actor | None,
    asset_id: AssetId,
    details: dict[str, Detail],
    agreement_id: AgreementId | None = None,
) -> Event:
    by: PersonId | None = None if actor is None else actor.person_id
    organisation = None if actor is None else actor.organisation_id
    return Event(
        type=kind, actor=by, organisation=organisation, asset=asset_id, agreement=agreement_id, details=details
    )
