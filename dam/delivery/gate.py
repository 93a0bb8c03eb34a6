"""The only way to pixels: one decision for every ask, logged and committed before anything leaves."""

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import TypeAlias, assert_never, overload

from dam.accounts.people import Actor
from dam.accounts.permissions import Permission, Role
from dam.audit.events import Decision, Event, EventType
from dam.audit.service import Logged, append_hashed
from dam.catalogue.asset import RenditionKind
from dam.database.unit import Database, Unit
from dam.delivery import store
from dam.delivery.asks import CopyAsk, Method, PublicAsk, RenditionAsk
from dam.delivery.delivered import Delivery, DeliveryState, MadeCopy, Preparing
from dam.delivery.lapsing import lapse
from dam.delivery.ranges import Answer, Extent, extent
from dam.delivery.reasons import (
    COPY_FAILED,
    LICENCE_OR_PHOTOGRAPH,
    NOT_ALLOWED,
    NOT_IN_LICENCE,
    NOT_YOUR_LICENCE,
    PHOTOGRAPH,
    UNKNOWN_ID,
    CopyFailed,
)
from dam.jobs.names import JobKind
from dam.jobs.service import JobService
from dam.kernel.errors import ImprimaturError, LogFault, NotAllowed, NotFound, NotLicensed, Reason, ServiceFault
from dam.kernel.ids import AssetId, DeliveryId, OrganisationId, new_id
from dam.rights.decision import decide
from dam.rights.facts import COMP, Action, Facts, Permit, Refusal, Use
from dam.rights.receipt import issue
from dam.rights.receipts import keep
from dam.rights.service import RightsService
from dam.rights.territories import WORLD

Ask: TypeAlias = RenditionAsk | PublicAsk | CopyAsk

_RETRY_AFTER_S = 2
_SEES_EVERY_HOLDER = frozenset({Role.ARCHIVIST, Role.RIGHTS_MANAGER, Role.PARTNER, Role.AUDITOR})
_SEAL = object()


class Shelf(StrEnum):
    """Where admitted bytes lie."""

    RENDITIONS = "renditions"
    COPIES = "copies"


@dataclass(frozen=True, slots=True)
class Admitted:
    """The permit to send: what may leave and how much of it. Nobody but the gate can make one.

    Shape: `key` is for the store alone and never shown, not even in a trace.
    """

    shelf: Shelf
    key: str = field(repr=False)
    sha256: str
    media_type: str
    method: Method
    extent: Extent
    file_name: str | None
    logged: Logged
    seal: object = field(repr=False)

    def __post_init__(self) -> None:
        if self.seal is not _SEAL:
            raise TypeError("only the gate admits")


@dataclass(frozen=True, slots=True)
class _Refused:
    """A refusal already written down, to be raised once it is committed."""

    error: ImprimaturError


@dataclass(frozen=True, slots=True)
class _Decided:
    """A decision about rights, whose receipt is kept with the event that tells of it."""

    use: Use
    facts: Facts
    verdict: Permit | Refusal


@dataclass(frozen=True, slots=True)
class Gate:
    """Decides at the moment of asking, from facts read in the same unit that writes the decision down.

    Units: a copy may be fetched again for `lifetime`.
    """

    database: Database
    rights: RightsService
    jobs: JobService
    lifetime: timedelta = timedelta(hours=24)

    @overload
    def admit(self, actor: Actor, ask: RenditionAsk, at: datetime) -> Admitted: ...
    @overload
    def admit(self, actor: None, ask: PublicAsk, at: datetime) -> Admitted: ...
    @overload
    def admit(self, actor: Actor, ask: CopyAsk, at: datetime) -> Admitted | Preparing: ...
    def admit(self, actor: Actor | None, ask: Ask, at: datetime) -> Admitted | Preparing:
        """Admit the ask, or say that its copy is being made; whatever is said is logged and committed first.

        Shape: `actor` is None for the public, which may ask for one thing alone.
        Raises: NotAllowed, NotFound, NotLicensed with every reason, CopyFailed; ServiceFault when the facts cannot be
        read, LogFault when the event cannot be written: then nothing leaves.
        """
        verdict = self.database.repeat(lambda unit: _Case(self, unit, actor, ask, at).judge())
        if isinstance(verdict, _Refused):
            raise verdict.error
        return verdict


@dataclass(frozen=True, slots=True)
class _Case:
    """One ask inside its unit of work."""

    gate: Gate
    unit: Unit
    actor: Actor | None
    ask: Ask
    at: datetime
    public_asset: AssetId | None = None
    decided: _Decided | None = None

    def judge(self) -> Admitted | Preparing | _Refused:
        """Return the verdict, its event written."""
        if isinstance(self.ask, PublicAsk):
            return self._judge_public(self.ask)
        needed = Permission.RENDITION_VIEW if isinstance(self.ask, RenditionAsk) else Permission.COPY_FETCH
        if self.actor is None or not self.actor.may(needed):
            return self._refuse(NotAllowed(needed.value), NOT_ALLOWED)
        match self.ask:
            case RenditionAsk():
                return self._judge_rendition(self.ask)
            case CopyAsk():
                return self._judge_copy(self.ask)
            case _:
                assert_never(self.ask)

    # ---- marked renditions

    def _judge_rendition(self, ask: RenditionAsk) -> Admitted | _Refused:
        held = store.held(self.unit, ask.asset_id, ask.kind)
        if held is None:
            return self._refuse(NotFound(PHOTOGRAPH), UNKNOWN_ID)
        facts = self._facts(ask.asset_id)
        facts = replace(facts, may_view=facts.may_view and self._may_see(held))
        return self.judged_view(facts).show(held, ask.kind)

    def _judge_public(self, ask: PublicAsk) -> Admitted | _Refused:
        """Judge for the public; whatever the log says, a refusal is the answer for a number nobody has."""
        found = store.held_under(self.unit, ask.accession_number, RenditionKind.PREVIEW)
        if found is None:
            return self._refuse(NotFound(PHOTOGRAPH), UNKNOWN_ID)
        asset_id, held = found
        return replace(self, public_asset=asset_id).judged_view(self._facts(asset_id)).show(held, RenditionKind.PREVIEW)

    def judged_view(self, facts: Facts) -> "_Case":
        """Return the case with the decision about a marked rendition."""
        use = Use(Action.VIEW, self._party, COMP, WORLD)
        return replace(self, decided=_Decided(use, facts, decide(use, facts, self.at)))

    def show(self, held: store.Held, kind: RenditionKind) -> Admitted | _Refused:
        """Show the marked rendition, if the decision permits it."""
        verdict = self.decided.verdict if self.decided else None
        if not isinstance(verdict, Permit):
            return self._not_licensed(verdict.reasons if verdict else ())
        if held.rendition is None:
            raise ServiceFault("renditions")
        picture = held.rendition
        meant = extent(self.ask.terms, etag(picture.sha256), picture.size_bytes)
        logged = self._allowed(EventType.RENDITION_VIEWED, kind.value, meant)
        return Admitted(
            shelf=Shelf.RENDITIONS,
            key=picture.key,
            sha256=picture.sha256,
            media_type=picture.media_type,
            method=self.ask.terms.method,
            extent=meant,
            file_name=None,
            logged=logged,
            seal=_SEAL,
        )

    def _may_see(self, held: store.Held) -> bool:
        """A person who is here for a rights holder alone sees that holder's photographs; a role not named sees none."""
        roles = self.actor.roles if self.actor else frozenset[Role]()
        if not _SEES_EVERY_HOLDER.isdisjoint(roles):
            return True
        return Role.RIGHTS_HOLDER in roles and held.holder_organisation == self._party

    # ---- licensed copies

    def _judge_copy(self, ask: CopyAsk) -> Admitted | Preparing | _Refused:
        covered = self._covered(ask)
        if covered is None:
            return self._refuse(NotFound(LICENCE_OR_PHOTOGRAPH), UNKNOWN_ID)
        if covered.organisation_id != self._asker.organisation_id:
            return self._not_licensed((NOT_YOUR_LICENCE,))
        if covered.line_id is None:
            return self._not_licensed((NOT_IN_LICENCE,))
        known = covered.latest or self._latest_after_queueing(ask)
        decided = self._decide_copy(ask, covered.line_id, again=known is not None and known.failure is None)
        if decided is None:
            return self._not_licensed((NOT_IN_LICENCE,))
        return replace(self, decided=decided).hand_over(ask, covered.line_id, known, decided.verdict)

    def hand_over(
        self, ask: CopyAsk, line_id: int, known: Delivery | None, verdict: Permit | Refusal
    ) -> Admitted | Preparing | _Refused:
        """Hand the copy over, or have it made, if the decision permits it."""
        if isinstance(verdict, Refusal):
            return self._not_licensed(verdict.reasons)
        if known is None:
            return self._start(ask, line_id)
        return self._answer(ask, known)

    def _covered(self, ask: CopyAsk) -> store.Covered | None:
        return store.covered(self.unit, ask.licence_id, ask.asset_id, ask.format, self.at)

    def _latest_after_queueing(self, ask: CopyAsk) -> Delivery | None:
        """Of many that find no delivery at once, one starts it and the others find it here."""
        store.queue_up(self.unit, ask.licence_id)
        covered = self._covered(ask)
        return None if covered is None else covered.latest

    def _decide_copy(self, ask: CopyAsk, line_id: int, *, again: bool) -> _Decided | None:
        """Judge the whole of what the line covers, for whoever holds the file may use it for all of that."""
        facts = self._facts(ask.asset_id, ask)
        lines = tuple(line for line in facts.lines if line.line_id == line_id)
        if not lines:
            return None
        use = Use(Action.PUBLISH, self._asker.organisation_id, lines[0].media, lines[0].territory)
        judged = replace(facts, lines=lines, counts_against_quota=not again)
        return _Decided(use, judged, decide(use, judged, self.at))

    def _start(self, ask: CopyAsk, line_id: int) -> Preparing | _Refused:
        started = self._delivery(ask, line_id)
        for old in store.lapsed_of(self.unit, started, self.at):
            lapse(self.unit, old, jobs=self.gate.jobs, rights=self.gate.rights)
        spent = self.gate.rights.charge_line(self.unit, line_id)
        if spent is not None:
            return self._not_licensed((spent,))
        store.add(self.unit, started)
        self.gate.jobs.enqueue(self.unit, JobKind.MAKE_COPY, started.delivery_id)
        event = self._event(EventType.COPY_STARTED, "copy", "allow", delivery=started.delivery_id)
        self._log(replace(event, details={"format": started.format.value}))
        return Preparing(started.delivery_id, _RETRY_AFTER_S)

    def _delivery(self, ask: CopyAsk, line_id: int) -> Delivery:
        return Delivery(
            delivery_id=DeliveryId(new_id()),
            licence_id=ask.licence_id,
            line_id=line_id,
            asset_id=ask.asset_id,
            organisation_id=self._asker.organisation_id,
            format=ask.format,
            started_by=self._asker.person_id,
            started_at=self.at,
            expires_at=self.at + self.gate.lifetime,
            state=DeliveryState.MAKING,
            failure=None,
            copy=None,
        )

    def _answer(self, ask: CopyAsk, known: Delivery) -> Admitted | Preparing | _Refused:
        if known.failure is not None:
            return self._refuse(CopyFailed(known.failure), COPY_FAILED, decision="error")
        if known.copy is None:
            return Preparing(known.delivery_id, _RETRY_AFTER_S)
        return self._send(ask, known.delivery_id, known.copy)

    def _send(self, ask: CopyAsk, delivery_id: DeliveryId, copy: MadeCopy) -> Admitted:
        meant = extent(ask.terms, etag(copy.sha256), copy.size_bytes)
        logged = self._allowed(EventType.COPY_DELIVERED, "copy", meant, delivery=delivery_id)
        return Admitted(
            shelf=Shelf.COPIES,
            key=copy.key,
            sha256=copy.sha256,
            media_type=copy.media_type,
            method=ask.terms.method,
            extent=meant,
            file_name=copy.file_name,
            logged=logged,
            seal=_SEAL,
        )

    # ---- facts and log

    @property
    def _asker(self) -> Actor:
        """The person who asks for a copy; the public was turned away before this.

        Raises: NotAllowed.
        """
        if self.actor is None:
            raise NotAllowed(Permission.COPY_FETCH.value)
        return self.actor

    @property
    def _party(self) -> OrganisationId | None:
        """The organisation asked for; the public is none."""
        return self.actor.organisation_id if self.actor else None

    def _facts(self, asset_id: AssetId, copy: CopyAsk | None = None) -> Facts:
        """For a copy the rows are locked, so that a revocation comes either before this decision or after its event."""
        return self.gate.rights.facts(
            self.unit,
            asset_id,
            party=self._party,
            licence_id=copy.licence_id if copy else None,
            at=self.at,
            lock=copy is not None,
        )

    def _allowed(self, kind: EventType, rendition: str, meant: Extent, *, delivery: DeliveryId | None = None) -> Logged:
        event = self._event(kind, rendition, "allow", delivery=delivery)
        sends = self.ask.terms.method is Method.GET
        details = {"method": self.ask.terms.method.value, "status": meant.answer.value}
        if meant.answer is Answer.PART:
            details |= {"from_byte": meant.start}
        return self._log(replace(event, size_bytes=meant.size_bytes if sends else 0, details=details))

    def _not_licensed(self, reasons: tuple[Reason, ...]) -> _Refused:
        told = NotFound(PHOTOGRAPH) if isinstance(self.ask, PublicAsk) else NotLicensed(reasons)
        return self._refuse(told, *(reason.code for reason in reasons))

    def _refuse(self, error: ImprimaturError, *codes: str, decision: Decision = "deny") -> _Refused:
        match self.ask:
            case RenditionAsk(kind=asked):
                kind, rendition = EventType.RENDITION_REFUSED, asked.value
            case PublicAsk():
                kind, rendition = EventType.RENDITION_REFUSED, RenditionKind.PREVIEW.value
            case CopyAsk():
                kind, rendition = EventType.COPY_REFUSED, "copy"
        event = self._event(kind, rendition, decision)
        self._log(replace(event, reasons=codes, size_bytes=0, details={"method": self.ask.terms.method.value}))
        return _Refused(error)

    def _event(
        self, kind: EventType, rendition: str, decision: Decision, *, delivery: DeliveryId | None = None
    ) -> Event:
        return Event(
            type=kind,
            actor=self.actor.person_id if self.actor else None,
            organisation=self._party,
            asset=self.public_asset if isinstance(self.ask, PublicAsk) else self.ask.asset_id,
            licence=self.ask.licence_id if isinstance(self.ask, CopyAsk) else None,
            delivery=delivery,
            decision=decision,
            rendition=rendition,
        )

    def _log(self, event: Event) -> Logged:
        """Whatever keeps the event from being written keeps the bytes from leaving.

        Raises: LogFault.
        """
        try:
            if self.decided is None:
                return append_hashed(self.unit, event, self.at)
            return self._log_with_receipt(event, self.decided)
        except Exception as error:
            raise LogFault("audit") from error

    def _log_with_receipt(self, event: Event, decided: _Decided) -> Logged:
        """The log carries the receipt's hash, so neither can be changed without the other giving it away."""
        receipt, known = issue(decided.use, decided.facts, self.at, decided.verdict)
        details = {**event.details, "receipt": receipt.digest()}
        logged = append_hashed(self.unit, replace(event, details=details), self.at)
        keep(self.unit, logged.event_id, receipt, known)
        return logged


def etag(sha256: str) -> str:
    """Return the strong validator of the bytes with this hash."""
    return f'"{sha256}"'
