"""The decision about a use: pure, total, closed by default, and deny wins.

Restrictions and other parties' exclusivity count when they *overlap* the use; a licence, and the right it stands on,
count only when one of them *contains* the whole use. Nothing here reads a clock, a database or a role.
"""

from collections.abc import Iterable
from datetime import date, datetime
from typing import assert_never

from dam.kernel.errors import Reason
from dam.kernel.span import Span
from dam.rights.facts import (
    COMP,
    DEFAULT_TZ,
    Action,
    Availability,
    Exclusive,
    Facts,
    LicenceLine,
    LineState,
    Obligations,
    Permit,
    Refusal,
    Restriction,
    RestrictionKind,
    RightsIn,
    Twin,
    Use,
    Verdict,
)
from dam.rights.grounds import (
    basis_reasons,
    claim_reasons,
    consented,
    contains,
    exclusive_reason,
    hides,
    line_reasons,
    meets,
    narrows,
    occasions,
    others_exclusives,
    restriction_reason,
    rights_behind,
    serves,
    standing_reasons,
    twin_bars,
    twin_reasons,
    use_reasons,
)
from dam.rights.reasons import ReasonCode, first_free_day, reason

__all__ = [
    "COMP",
    "DEFAULT_TZ",
    "Action",
    "Availability",
    "Exclusive",
    "Facts",
    "LicenceLine",
    "LineState",
    "Obligations",
    "Permit",
    "Refusal",
    "Restriction",
    "RestrictionKind",
    "RightsIn",
    "Twin",
    "Use",
    "Verdict",
    "availability",
    "decide",
]


def decide(use: Use, facts: Facts, at: datetime) -> Permit | Refusal:
    """Say whether the use is permitted at the instant.

    Shape: refuses whatever it cannot be sure of, a naive instant included; never raises.
    """
    if not facts.complete or at.tzinfo is None:
        return Refusal((reason(ReasonCode.FACTS_INCOMPLETE),), "facts")
    match use.action:
        case Action.VIEW:
            return _decide_view(facts, at)
        case Action.PUBLISH:
            return _decide_publish(use, facts, at)
        case _:
            assert_never(use.action)


def availability(use: Use, facts: Facts, at: datetime) -> Availability:
    """Say whether the use could be licensed to its party, before anybody asks.

    Shape: a use with dates is judged over its dates alone; licences already held do not matter.
    """
    if not facts.complete or at.tzinfo is None:
        return Availability(Verdict.NEVER, (reason(ReasonCode.FACTS_INCOMPLETE),), None)
    against = [*standing_reasons(facts), *use_reasons(use, at), *_unavailable(use, facts, at)]
    for twin in facts.twins:
        against += twin_reasons(twin, _unavailable(use, twin, at), at)
    bars = [bar for known in facts.all_known for bar in _bars(use, known, at)]
    claims = [claim for known in facts.all_known for claim in others_exclusives(use, known, at)]
    final = [bar for bar in bars if contains(bar, use, at) or hides(bar, at)]
    return Availability(_verdict(facts, against, final, claims), distinct(against), _free_from([*bars, *claims]))


def distinct(reasons: Iterable[Reason]) -> tuple[Reason, ...]:
    """Return the reasons without repeats, in their order."""
    return tuple(dict.fromkeys(reasons))


def _decide_view(facts: Facts, at: datetime) -> Permit | Refusal:
    against = [*standing_reasons(facts), *_hidden(facts, at)]
    for twin in facts.twins:
        against += twin_reasons(twin, _hidden(twin, at), at)
    if not facts.may_view:
        against.append(reason(ReasonCode.NOT_VISIBLE))
    if against:
        return Refusal(distinct(against), "view")
    edge = _next_edge((bar.span for known in facts.all_known for bar in known.restrictions), at)
    return Permit(Obligations(None, facts.asset_credit_line), None, None, edge, "view")


def _hidden(known: Facts | Twin, at: datetime) -> list[Reason]:
    return [restriction_reason(bar) for bar in known.restrictions if hides(bar, at)]


def _decide_publish(use: Use, facts: Facts, at: datetime) -> Permit | Refusal:
    against = [*standing_reasons(facts), *use_reasons(use, at)]
    against += claim_reasons(facts)
    judged = occasions(use)
    against += [restriction_reason(bar) for bar in facts.restrictions if any(meets(one, bar, at) for one in judged)]
    against += [why for twin in facts.twins for why in twin_reasons(twin, twin_bars(use, twin, at), at)]
    tried = [(line, list(line_reasons(use, line, facts, at))) for line in sorted(facts.lines, key=_age)]
    clean = [line for line, missing in tried if not missing]
    if not clean:
        against += [why for _, missing in tried for why in missing] or _no_line_reasons(use, facts, at)
    if against:
        return Refusal(distinct(against), "no_clean_line" if not clean else "bar")
    return _permit(use, max(clean, key=_generosity), facts, at)


def _no_line_reasons(use: Use, facts: Facts, at: datetime) -> list[Reason]:
    found = [reason(ReasonCode.NO_LICENCE), *_exclusive_reasons(use, facts, at)]
    return found + [why for twin in facts.twins for why in twin_reasons(twin, _exclusive_reasons(use, twin, at), at)]


def _exclusive_reasons(use: Use, known: Facts | Twin, at: datetime) -> list[Reason]:
    claims = [claim for occasion in occasions(use) for claim in others_exclusives(occasion, known, at)]
    return list(map(exclusive_reason, claims))


def _permit(use: Use, line: LicenceLine, facts: Facts, at: datetime) -> Permit:
    rights = [right for right in facts.rights_in if serves(right, line) and consented(right, line)]
    bases = [right for right in rights if right.live and contains(right, use, at)]
    supplied = max((base for base in bases if base.credit_line), key=_precedence, default=None)
    agreed = line.conditions.get("credit_line")
    credit = str(agreed) if agreed else facts.asset_credit_line or (supplied.credit_line if supplied else None)
    around = [span for known in facts.all_known for span in _spans(known)]
    edge = _next_edge([line.span, *around], at)
    return Permit(Obligations(line.max_px, credit), line.line_id, line.licence_id, edge, "licence_line")


def _precedence(right: RightsIn) -> tuple[bool, str]:
    # Whose credit line stands: the exclusive supplier's, then the newest agreement's.
    return right.exclusive, right.number


def _age(line: LicenceLine) -> int:
    return line.line_id


def _generosity(line: LicenceLine) -> tuple[bool, int, int]:
    # The least limited line serves the party best; the oldest breaks a tie, whatever order the facts came in.
    return line.max_px is None, line.max_px or 0, -line.line_id


def _spans(known: Facts | Twin) -> list[Span]:
    return [item.span for items in (known.restrictions, known.exclusives, known.rights_in) for item in items]


def _next_edge(spans: Iterable[Span], at: datetime) -> datetime | None:
    edges = (edge for span in spans for edge in (span.start, span.end) if edge is not None and edge > at)
    return min(edges, default=None)


def _unavailable(use: Use, known: Facts | Twin, at: datetime) -> list[Reason]:
    """Return why one photograph's own rights do not make the use available."""
    bars = map(restriction_reason, _bars(use, known, at))
    claims = map(exclusive_reason, others_exclusives(use, known, at))
    if isinstance(known, Twin) and not narrows(known):
        return [*bars, *claims]
    return [*claim_reasons(known), *bars, *claims, *_availability_basis(use, known, at)]


def _bars(use: Use, known: Facts | Twin, at: datetime) -> list[Restriction]:
    return [bar for bar in known.restrictions if meets(use, bar, at) or hides(bar, at)]


def _availability_basis(use: Use, known: Facts | Twin, at: datetime) -> list[Reason]:
    behind = rights_behind(use, known, at)
    if behind:
        return [] if any(not right.consent_required for right in behind) else [reason(ReasonCode.CONSENT_NEEDED)]
    rights = [right for right in known.rights_in if right.grantee is None or right.grantee == use.party]
    # Seen from the first day of the use: a right that begins with it has begun.
    moment = at if use.span is None else use.span.start
    return basis_reasons(use, rights, moment)


def _verdict(facts: Facts, against: list[Reason], final: list[Restriction], claims: list[Exclusive]) -> Verdict:
    gone = facts.asset_state in {"withdrawn", "quarantined"} or not facts.party_active
    if gone or final:
        return Verdict.NEVER
    if claims:
        return Verdict.EXCLUSIVE
    return Verdict.ON_REQUEST if against else Verdict.AVAILABLE


def _free_from(items: Iterable[Restriction | Exclusive]) -> date | None:
    days = [None if item.span.end is None else first_free_day(item.span.end, item.tz) for item in items]
    known = [day for day in days if day is not None]
    return max(known) if known and len(known) == len(days) else None
