"""What people do with rights: record holders and agreements, place and lift bars, ask what is available."""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from dam.accounts.people import Actor
from dam.accounts.permissions import Permission
from dam.audit.events import Detail, Event, EventType
from dam.audit.service import append
from dam.database.unit import Database, Unit
from dam.jobs.names import JobKind
from dam.jobs.store import enqueue
from dam.kernel.clock import Clock
from dam.kernel.errors import Fault, Invalid, NotFound, Reason, WrongState
from dam.kernel.ids import (
    AgreementId,
    AssetId,
    LicenceId,
    OrganisationId,
    ProposalId,
    RestrictionId,
    new_id,
)
from dam.kernel.span import Span
from dam.kernel.text import Bilingual
from dam.rights import deeds_store, facts_store, grants_store, store
from dam.rights.agreement import (
    AgreementDraft,
    RestrictionDraft,
    Scope,
    ScopeLine,
    UseDraft,
    check_agreement,
    check_reason,
    check_restriction,
    check_use,
)
from dam.rights.calendar import MOST_MONTHS, Calendar, Column, calendar, check_columns, months_from
from dam.rights.claims import LicenceClaim, agreement_claims, licence_claims
from dam.rights.decision import availability
from dam.rights.exclusivity import Claim, conflict
from dam.rights.facts import DEFAULT_TZ, Action, Availability, Facts, LineState, Use
from dam.rights.holders import Holders
from dam.rights.proposal import restriction_of
from dam.rights.public import PublicRights
from dam.rights.reasons import ReasonCode, reason
from dam.rights.receipts import ReceiptService
from dam.rights.reservations import Reservations
from dam.rights.ruling import Rulings
from dam.rights.twins import Twins
from dam.rights.views import AgreementInFull, AgreementPage, RestrictionView

PHOTOGRAPH = Bilingual("photograph", "照片")
AGREEMENT = Bilingual("supply agreement", "供稿协议")
RESTRICTION = Bilingual("restriction", "限制")
_MOST_ROWS = 100


class RightsService(Holders, Rulings, Reservations, Twins, PublicRights):
    """The rights room's door."""

    hides_preview = staticmethod(facts_store.hides_preview)
    """The condition, for search and asset pages, that a live restriction hides the marked preview of a scope key."""

    def __init__(self, *, database: Database, clock: Clock) -> None:
        self.database = database
        self.clock = clock
        self.receipts = ReceiptService(database=database, clock=clock)

    # ---- agreements

    def record_agreement(self, actor: Actor, draft: AgreementDraft) -> AgreementId:
        """Record a supply agreement and claim what it says is exclusive or somebody's.

        Raises: NotAllowed, Invalid with every fault, ExclusivityConflict naming what stands in the way.
        """
        actor.require(Permission.AGREEMENT_RECORD)
        at = self.clock()
        return self.database.repeat(lambda unit: self._record_agreement(unit, actor, draft, at))

    def end_agreement(self, actor: Actor, agreement_id: AgreementId, reason_given: str) -> None:
        """End an agreement before its last day; licences that stand on it stop permitting at once.

        Raises: NotAllowed, NotFound, Invalid without a reason, WrongState when it was ended before.
        """
        actor.require(Permission.AGREEMENT_RECORD)
        at, said = self.clock(), check_reason(reason_given)
        with self.database.unit() as unit:
            if store.agreement_of(unit, agreement_id, at) is None:
                raise NotFound(AGREEMENT)
            if not store.end_agreement(unit, agreement_id, said, by=actor.person_id, at=at):
                raise WrongState(Bilingual("This agreement was ended before.", "此协议此前已终止。"))
            grants_store.end_agreement_lines(unit, agreement_id)
            event = _event(EventType.AGREEMENT_ENDED, actor, agreement=agreement_id, details={"reason": said})
            append(unit, event, at)

    def agreements(self, actor: Actor, cursor: str | None = None, limit: int = 24) -> AgreementPage:
        """Return agreements, newest first.

        Raises: NotAllowed, Invalid for a cursor that is not ours.
        """
        actor.require(Permission.AGREEMENT_READ)
        before, most = _before(cursor), max(1, min(limit, _MOST_ROWS))
        with self.database.unit() as unit:
            found = store.agreements(unit, before, most + 1, self.clock())
        return AgreementPage(found[:most], str(found[most - 1].agreement_id) if len(found) > most else None)

    def agreement(self, actor: Actor, agreement_id: AgreementId) -> AgreementInFull:
        """Return one agreement with what it covers.

        Raises: NotAllowed, NotFound.
        """
        actor.require(Permission.AGREEMENT_READ)
        with self.database.unit() as unit:
            found = store.agreement_of(unit, agreement_id, self.clock())
            if found is None:
                raise NotFound(AGREEMENT)
            deeds = deeds_store.digests(unit, agreement_id)
            return AgreementInFull(found, store.agreement_scope(unit, agreement_id), deeds)

    # ---- restrictions

    def place_restriction(self, actor: Actor, draft: RestrictionDraft) -> RestrictionId:
        """Hold photographs back, for everybody, from the next decision on.

        Raises: NotAllowed, Invalid with every fault.
        """
        actor.require(Permission.RESTRICTION_PLACE)
        at, restriction_id = self.clock(), RestrictionId(new_id())
        with self.database.unit() as unit:
            terms = check_restriction(draft, store.known(unit, draft.scope, None, None), at)
            lines = store.scope_lines(unit, draft.scope)
            store.add_restriction(unit, restriction_id, draft, terms, lines, by=actor.person_id, at=at)
            self._confirm_by_restriction(unit, actor, restriction_id, draft, terms, at)
            details: dict[str, Detail] = {
                "restriction": str(restriction_id),
                "kind": draft.kind.value,
                **_scope_details(draft.scope),
            }
            append(unit, _event(EventType.RESTRICTION_PLACED, actor, asset=_only(draft.scope), details=details), at)
        return restriction_id

    def place_proposed(self, actor: Actor, proposal_id: ProposalId) -> RestrictionId:
        """Place the restriction that a photograph's own texts claim; the claim is confirmed with it.

        Raises: NotAllowed, NotFound, WrongState for a claim that is no bar, was dismissed, or is placed already.
        """
        actor.require(Permission.RESTRICTION_PLACE)
        with self.database.unit() as unit:
            found = self._proposal(unit, proposal_id)
        return self.place_restriction(actor, restriction_of(found))

    def lift_restriction(self, actor: Actor, restriction_id: RestrictionId, reason_given: str) -> None:
        """Lift a restriction; it stays on record.

        Raises: NotAllowed, NotFound, Invalid without a reason, WrongState when it was lifted before.
        """
        actor.require(Permission.RESTRICTION_PLACE)
        at, said = self.clock(), check_reason(reason_given)
        with self.database.unit() as unit:
            if not store.restriction_exists(unit, restriction_id):
                raise NotFound(RESTRICTION)
            if not store.lift_restriction(unit, restriction_id, said, by=actor.person_id, at=at):
                raise WrongState(Bilingual("This restriction was lifted before.", "此限制此前已解除。"))
            details = {"restriction": str(restriction_id), "reason": said}
            append(unit, _event(EventType.RESTRICTION_LIFTED, actor, details=details), at)

    def restrictions(self, actor: Actor, asset_id: AssetId) -> tuple[RestrictionView, ...]:
        """Return every restriction ever placed on a photograph, newest first.

        Raises: NotAllowed, NotFound.
        """
        actor.require(Permission.AGREEMENT_READ)
        with self.database.unit() as unit:
            found = store.restrictions(unit, asset_id)
        if found is None:
            raise NotFound(PHOTOGRAPH)
        return found

    # ---- facts and availability

    def availability(self, actor: Actor, asset_id: AssetId, draft: UseDraft) -> Availability:
        """Say whether the actor's organisation could license the use.

        Raises: NotAllowed, Invalid, NotFound also for a photograph the actor may not know of.
        """
        actor.require(Permission.AVAILABILITY_READ)
        media, territory, span = check_use(draft)
        at, party = self.clock(), actor.organisation_id
        return availability(Use(Action.PUBLISH, party, media, territory, span), self._known(actor, asset_id, at), at)

    def availability_calendar(
        self, actor: Actor, asset_id: AssetId, columns: Sequence[Column], months: int = MOST_MONTHS
    ) -> Calendar:
        """Say month by month which of the uses the actor's organisation could license; the facts are read once.

        Raises: NotAllowed, Invalid for an unknown code, NotFound also for a photograph the actor may not know of.
        """
        actor.require(Permission.AVAILABILITY_READ)
        check_columns(columns)
        at = self.clock()
        ahead = months_from(at.astimezone(ZoneInfo(DEFAULT_TZ)).date(), months)
        return calendar(self._known(actor, asset_id, at), actor.organisation_id, columns, ahead, at)

    def _known(self, actor: Actor, asset_id: AssetId, at: datetime) -> Facts:
        with self.database.unit() as unit:
            found = self.facts(unit, asset_id, party=actor.organisation_id, at=at)
        if not (found.asset_state == "ready" and found.may_view) and not actor.may(Permission.ASSET_INSPECT):
            raise NotFound(PHOTOGRAPH)
        return found

    def availability_many(
        self, unit: Unit, asset_ids: Iterable[AssetId], party: OrganisationId | None, at: datetime, use: Use
    ) -> dict[AssetId, Availability]:
        """Return the availability of each asset that exists, in one round trip; the use is judged for the party."""
        found = facts_store.facts(unit, asset_ids, party=party, licence_id=None, at=at)
        return {asset_id: availability(use, one, at) for asset_id, one in found.items()}

    def facts(
        self,
        unit: Unit,
        asset_id: AssetId,
        *,
        party: OrganisationId | None,
        at: datetime,
        licence_id: LicenceId | None = None,
        lock: bool = False,
    ) -> Facts:
        """Return what is known of one asset and one party; of one licence's lines alone when it is named.

        Shape: with `lock`, asset, agreements and lines stay as they are until the unit ends.
        Raises: NotFound.
        """
        if lock:
            facts_store.lock(unit, asset_id, licence_id)
        found = facts_store.facts(unit, [asset_id], party=party, licence_id=licence_id, at=at)
        if asset_id not in found:
            raise NotFound(PHOTOGRAPH)
        return found[asset_id]

    def credit_line(self, actor: Actor, asset_id: AssetId) -> str | None:
        """Return the credit a photograph is due now: its own, or else the one its supply agreement asks for.

        Raises: NotAllowed.
        """
        actor.require(Permission.AVAILABILITY_READ)
        with self.database.unit() as unit:
            return self.credit_line_for(unit, asset_id)

    def credit_line_for(self, unit: Unit, asset_id: AssetId) -> str | None:
        """Return the asset's own credit line, or else the one its supply agreement asks for now."""
        return facts_store.credit_line(unit, asset_id, self.clock())

    # ---- lines of licences, for the licensing and delivery rooms

    def claim_lines(self, unit: Unit, claim: LicenceClaim, at: datetime) -> dict[AssetId, int]:
        """Claim every line of a licence as offered, and return the line of each photograph.

        Raises: ExclusivityConflict naming what stands in the way; NotFound for an unknown photograph. The unit must
        then be rolled back.
        """
        wanted = Scope(tuple(line.asset_id for line in claim.lines))
        found = store.scope_lines(unit, wanted)
        scopes = {line.asset_id: line.scope for line in found if line.asset_id is not None}
        if not scopes.keys() >= set(wanted.asset_ids):
            raise NotFound(PHOTOGRAPH)
        return self._claim(unit, licence_claims(claim, scopes), at)

    def set_lines(self, unit: Unit, licence_id: LicenceId, state: LineState, *, accepted: bool = False) -> int:
        """Bring every line of a licence to a state, accepted from now on if so said, and return how many there are.

        Raises: ExclusivityConflict, when the unit ends, if a revived line meets what was granted since.
        """
        return grants_store.set_licence_state(unit, licence_id, state, accepted=accepted)

    def charge_line(self, unit: Unit, line_id: int) -> Reason | None:
        """Count one download against a line, or return why that is refused; exact however many ask at once."""
        if grants_store.charge(unit, line_id):
            return None
        number, cap = grants_store.number_and_cap(unit, line_id) or ("", None)
        if cap is None:
            return reason(ReasonCode.LICENCE_REVOKED, number=number)
        return reason(ReasonCode.QUOTA_USED, number=number, cap=cap)

    def return_charge(self, unit: Unit, line_id: int) -> None:
        """Take one counted download back, because nothing was delivered."""
        grants_store.return_charge(unit, line_id)

    # ---- inside

    def _record_agreement(self, unit: Unit, actor: Actor, draft: AgreementDraft, at: datetime) -> AgreementId:
        terms = check_agreement(draft, store.known(unit, draft.scope, draft.holder, draft.grantee))
        lines = store.scope_lines(unit, draft.scope)
        agreement_id, number = AgreementId(new_id()), store.next_agreement_number(unit, at)
        store.add_agreement(unit, agreement_id, number, draft, terms, lines, by=actor.person_id, at=at)
        self._claim(unit, list(agreement_claims(agreement_id, number, draft, terms, lines)), at)
        self._queue_credit(unit, number, draft.credit_line, terms.span, lines, at)
        details: dict[str, Detail] = {"number": number, "exclusive": draft.exclusive, **_scope_details(draft.scope)}
        details |= {"grantee": None if draft.grantee is None else str(draft.grantee), "holder": str(draft.holder)}
        event = _event(
            EventType.AGREEMENT_RECORDED, actor, agreement=agreement_id, asset=_only(draft.scope), details=details
        )
        append(unit, event, at)
        self._confirm_by_agreement(unit, actor, agreement_id, lines, at)
        return agreement_id

    def _claim(self, unit: Unit, claims: Sequence[Claim], at: datetime) -> dict[AssetId, int]:
        self._refuse_beside(unit, claims, at)
        made = grants_store.insert_claims(unit, claims, at)
        if isinstance(made, Claim):
            raise conflict(grants_store.standing_in_the_way(unit, made))
        return made

    def _queue_credit(
        self,
        unit: Unit,
        number: str,
        credit_line: str | None,
        span: Span,
        lines: Sequence[ScopeLine],
        at: datetime,
    ) -> None:
        """Have the previews made again that will show this credit line, now or on the agreement's first day."""
        said = (credit_line or "").strip()
        if not said or (span.end is not None and span.end <= at):
            return
        params = {"credit_line_sha": hashlib.sha256(said.encode()).hexdigest(), "agreement": number}
        due = max(span.start, at)
        for asset_id in store.without_own_credit(unit, lines):
            if due > at or facts_store.credit_line(unit, asset_id, at) == said:
                # Due, not hinted: the reconciler tells the workers, so rights need no broker.
                enqueue(unit, JobKind.PREPARE_ASSET, asset_id, params=params, next_at=due)


def _event(
    kind: EventType,
    actor: Actor,
    *,
    details: Mapping[str, Detail],
    agreement: AgreementId | None = None,
    asset: AssetId | None = None,
) -> Event:
    return Event(
        type=kind,
        actor=actor.person_id,
        organisation=actor.organisation_id,
        agreement=agreement,
        asset=asset,
        details=details,
    )


def _scope_details(scope: Scope) -> dict[str, Detail]:
    named = None if scope.collection_id is None else str(scope.collection_id)
    return {"assets": len(scope.asset_ids), "collection": named}


def _only(scope: Scope) -> AssetId | None:
    return scope.asset_ids[0] if len(scope.asset_ids) == 1 and scope.collection_id is None else None


def _before(cursor: str | None) -> AgreementId | None:
    try:
        return AgreementId(UUID(cursor)) if cursor else None
    except ValueError:
        sentence = Bilingual("This cursor is not one of ours; start from the first page.", "游标无效，请从第一页开始。")
        raise Invalid([Fault("cursor", "invalid", sentence)]) from None
