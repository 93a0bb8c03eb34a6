"""Receipts of decisions: kept in the unit that logs them, explained, judged again, and asked "what if"."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from dam.accounts.people import Actor
from dam.accounts.permissions import Permission
from dam.audit.events import Detail, Event, EventType
from dam.audit.service import append
from dam.database.unit import Database, Unit
from dam.kernel.clock import Clock
from dam.kernel.errors import Conflict, Fault, Invalid, NotAllowed, NotFound
from dam.kernel.ids import EventId, OrganisationId
from dam.kernel.text import Bilingual
from dam.rights import facts_store, receipts_store, store
from dam.rights.agreement import Scope, UseDraft, check_use
from dam.rights.decision import decide
from dam.rights.explanation import Answer, Explanation, LoggedEvent, tell
from dam.rights.facts import Facts, Permit, Refusal, Use
from dam.rights.receipt import Receipt, Replay, compare, facts_digest, read_verdict, receipt_digest, replay
from dam.rights.wording import Unreadable, plain, read

EVENT = Bilingual("delivery or refusal", "交付或拒绝记录")
_STAFF = frozenset({Permission.USAGE_READ, Permission.AGREEMENT_READ})
_NO_RECEIPT = Bilingual(
    "No stored decision can be judged again here: there is no receipt, or it cannot be relied on.",
    "此处没有可重新判定的决定：没有凭证，或凭证不可靠。",
)
_NOT_AN_INSTANT = Bilingual(
    "Give a date (2026-11-22) or an instant with its zone (2026-11-22T08:00:00Z).",
    "请填写日期（2026-11-22）或带时区的时刻（2026-11-22T08:00:00Z）。",
)
_NOT_YOURS = Bilingual("You can ask only about your own organisation.", "您只能查询本机构。")
_UNKNOWN = Bilingual("Choose an organisation that is active here.", "请选择本系统中已启用的机构。")


@dataclass(frozen=True, slots=True)
class WhatIf:
    """What should be otherwise; what is None or empty stays as it was asked."""

    at: datetime | None = None
    media: Sequence[str] = ()
    territory: Sequence[str] = ()
    territory_except: Sequence[str] = ()
    party: OrganisationId | None = None


def instant_asked(written: str, zone: ZoneInfo) -> datetime:
    """Return the instant that was written; a bare day is its first moment in the zone.

    Raises: Invalid.
    """
    try:
        # An unescaped plus sign of an offset arrives as a space.
        at = datetime.fromisoformat(written.strip().replace(" ", "+"))
        at = at if at.tzinfo else datetime.combine(date.fromisoformat(written.strip()), time.min, zone)
        return at.astimezone(UTC)
    except (ValueError, OverflowError):
        raise Invalid([Fault("at", "invalid", _NOT_AN_INSTANT)]) from None


def keep(unit: Unit, event_id: EventId, receipt: Receipt, known: bytes) -> None:
    """Store the receipt with the event that tells of it, and its facts unless equal ones are stored already."""
    verdict = receipt.verdict
    codes = [why.code for why in verdict.reasons] if isinstance(verdict, Refusal) else []
    said = receipt.said()
    row = {
        "event_id": event_id,
        "at": receipt.at,
        "use": said["use"],
        "facts_digest": receipt.facts_digest,
        "verdict": said["verdict"],
        "reasons": codes,
        "rule": verdict.rule,
        "rule_version": receipt.rule_version,
    }
    receipts_store.keep(unit, row, known)


class ReceiptService:
    """The desk where a decision is explained."""

    def __init__(self, *, database: Database, clock: Clock) -> None:
        self.database = database
        self.clock = clock

    def explain(self, actor: Actor, event_id: EventId) -> Explanation:
        """Return the decision in words, judged again from what was stored; the reading is logged.

        Raises: NotAllowed, NotFound also for an event of another organisation.
        """
        with self.database.unit() as unit:
            row = _row(unit, actor, event_id)
            _log(unit, actor, row, self.clock(), {})
        return _explained(row, in_full=_is_staff(actor))

    def what_if(self, actor: Actor, event_id: EventId, wanted: WhatIf) -> Answer:
        """Judge the stored facts again with another date, territory, medium or partner; for staff, today's too.

        Raises: NotAllowed, NotFound, Invalid with every fault, Conflict where no receipt can be relied on.
        """
        staff = _is_staff(actor)
        with self.database.unit() as unit:
            row = _row(unit, actor, event_id)
            case = _case(row)
            if case is None:
                raise Conflict(_NO_RECEIPT, code="no_receipt")
            receipt, known = case
            use = _changed(receipt.use, wanted, _party_faults(unit, actor, wanted, staff=staff))
            at = wanted.at or receipt.at
            _log(unit, actor, row, self.clock(), {"what_if": _said(wanted)})
            today = self._today(unit, row, known, use, wanted) if staff else None
        return Answer(use, at, decide(use, known, at), today)

    def _today(
        self, unit: Unit, row: Mapping[str, Any], known: Facts, use: Use, wanted: WhatIf
    ) -> Permit | Refusal | None:
        """Judge what is on record now, at the date named, or else this moment."""
        at = wanted.at or self.clock()
        licence = row["licence"] if wanted.party is None else None
        found = facts_store.facts(unit, [row["asset"]], party=use.party, licence_id=licence, at=at)
        if row["asset"] not in found:
            return None
        fresh = replace(found[row["asset"]], counts_against_quota=known.counts_against_quota)
        return decide(use, fresh, at)


def _is_staff(actor: Actor) -> bool:
    return not _STAFF.isdisjoint(actor.permissions)


def _row(unit: Unit, actor: Actor, event_id: EventId) -> Mapping[str, Any]:
    if not (_is_staff(actor) or actor.may(Permission.REQUEST_READ_OWN)):
        raise NotAllowed(Permission.USAGE_READ.value)
    row = receipts_store.told(unit, event_id)
    if row is None or not (_is_staff(actor) or row["organisation"] == actor.organisation_id):
        raise NotFound(EVENT)
    return row


def _log(unit: Unit, actor: Actor, row: Mapping[str, Any], at: datetime, more: Mapping[str, Detail]) -> None:
    details = {"event": str(row["event_id"]), **more}
    event = Event(type=EventType.USAGE_READ, actor=actor.person_id, organisation=actor.organisation_id, details=details)
    append(unit, event, at)


def _explained(row: Mapping[str, Any], *, in_full: bool) -> Explanation:
    event = _event(row) if in_full or row["decision"] == "allow" else replace(_event(row), accession_number=None)
    if row["verdict"] is None:
        return Explanation(event, replay=Replay.TAMPERED if row["digest"] else None, in_full=in_full)
    if _tampered(row):
        return Explanation(event, replay=Replay.TAMPERED, in_full=in_full)
    try:
        receipt, known = _read(row)
    except Unreadable:
        return Explanation(event, replay=Replay.UNREADABLE, in_full=in_full)
    again = replay(receipt, known)
    told = tell(receipt.use, known, receipt.at, receipt.verdict, in_full=in_full)
    came = compare(receipt.verdict, again)
    return Explanation(event, receipt, came, again, told, known if in_full else None, in_full)


def _case(row: Mapping[str, Any]) -> tuple[Receipt, Facts] | None:
    """Return the receipt and its facts, where both are what was stored and can be read."""
    if row["verdict"] is None or _tampered(row):
        return None
    try:
        return _read(row)
    except Unreadable:
        return None


def _tampered(row: Mapping[str, Any]) -> bool:
    """Tell whether the facts or the receipt differ from those whose hash the log holds."""
    if row["facts"] is None or facts_digest(bytes(row["facts"])) != row["facts_digest"]:
        return True
    said = {
        "use": row["use"],
        "facts": row["facts_digest"],
        "at": plain(row["judged_at"]),
        "verdict": row["verdict"],
        "rules": row["rule_version"],
    }
    return bool(receipt_digest(said) != row["digest"])


def _read(row: Mapping[str, Any]) -> tuple[Receipt, Facts]:
    receipt = Receipt(
        use=read(Use, row["use"]),
        facts_digest=row["facts_digest"],
        at=row["judged_at"],
        verdict=read_verdict(row["verdict"]),
        rule_version=row["rule_version"],
    )
    return receipt, read(Facts, json.loads(bytes(row["facts"])))


def _event(row: Mapping[str, Any]) -> LoggedEvent:
    return LoggedEvent(
        event_id=row["event_id"],
        at=row["at"],
        type=row["type"],
        decision=row["decision"],
        reasons=tuple(row["why"] or ()),
        rendition=row["rendition"],
        asset=row["asset"],
        accession_number=row["accession_number"],
        licence=row["licence"],
        licence_number=row["licence_number"],
        organisation=row["organisation"],
        organisation_name=None if row["name_en"] is None else Bilingual(row["name_en"], row["name_zh"] or ""),
        person_name=row["person"],
    )


def _party_faults(unit: Unit, actor: Actor, wanted: WhatIf, *, staff: bool) -> list[Fault]:
    if wanted.party is None:
        return []
    if not staff and wanted.party != actor.organisation_id:
        return [Fault("partner", "not_yours", _NOT_YOURS)]
    if wanted.party not in store.known(unit, Scope(), None, wanted.party).organisations:
        return [Fault("partner", "unknown_organisation", _UNKNOWN)]
    return []


def _changed(use: Use, wanted: WhatIf, faults: list[Fault]) -> Use:
    """Return the use with what should be otherwise.

    Raises: Invalid with every fault.
    """
    draft = UseDraft(wanted.media or ["all"], wanted.territory or ["WORLD"], wanted.territory_except)
    try:
        media, territory, _ = check_use(draft)
    except Invalid as error:
        raise Invalid([*error.faults, *faults]) from None
    if faults:
        raise Invalid(faults)
    placed = bool(wanted.territory or wanted.territory_except)
    return replace(
        use,
        media=media if wanted.media else use.media,
        territory=territory if placed else use.territory,
        party=wanted.party or use.party,
    )


def _said(wanted: WhatIf) -> dict[str, Detail]:
    return {
        "at": None if wanted.at is None else wanted.at.isoformat(),
        "media": list(wanted.media),
        "territory": list(wanted.territory),
        "territory_except": list(wanted.territory_except),
        "partner": None if wanted.party is None else str(wanted.party),
    }
