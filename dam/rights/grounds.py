"""The grounds of a decision, one question each: what stands against a use, as reasons a person can act on."""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import datetime
from typing import assert_never
from zoneinfo import ZoneInfo

from dam.kernel.errors import Reason
from dam.kernel.span import Span
from dam.kernel.text import Bilingual
from dam.rights.facts import Exclusive, Facts, LicenceLine, LineState, Restriction, RightsIn, Twin, Use
from dam.rights.reasons import ReasonCode, day_text, from_text, last_day, reason, until_text
from dam.rights.territories import territory_names
from dam.rights.vocabularies import media_names


def occasions(use: Use) -> tuple[Use, ...]:
    """Return the use as it is to be judged now: at this instant, and over its own dates where it has some."""
    return (use,) if use.span is None else (use, replace(use, span=None))


def meets(use: Use, item: Restriction | Exclusive, at: datetime) -> bool:
    """Tell whether the item overlaps the use in media, territory and time (its dates, or else this instant)."""
    timely = item.span.holds(at) if use.span is None else item.span.overlaps(use.span)
    return timely and item.media.overlaps(use.media) and item.territory.overlaps(use.territory)


def contains(item: Restriction | RightsIn, use: Use, at: datetime) -> bool:
    """Tell whether the item holds all of the use: media, territory and time (its dates, or else this instant)."""
    timely = item.span.holds(at) if use.span is None else item.span.covers(use.span)
    return timely and item.media.covers(use.media) and item.territory.covers(use.territory)


def hides(bar: Restriction, at: datetime) -> bool:
    """Tell whether the bar hides even the marked preview at this instant."""
    return bar.hides_preview and bar.span.holds(at)


def rights_behind(use: Use, known: Facts | Twin, at: datetime) -> list[RightsIn]:
    """Return the rights from which the use could be licensed to its party, consent given."""
    return [
        right
        for right in known.rights_in
        if right.live and right.grantee in {None, use.party} and contains(right, use, at)
    ]


def standing_reasons(facts: Facts) -> Iterator[Reason]:
    """Yield why the asset or the party is out of play altogether, whatever the use."""
    if facts.asset_state != "ready":
        codes = {"withdrawn": ReasonCode.ASSET_WITHDRAWN, "quarantined": ReasonCode.ASSET_QUARANTINED}
        yield reason(codes.get(facts.asset_state, ReasonCode.ASSET_NOT_READY))
    if not facts.party_active:
        yield reason(ReasonCode.PARTY_INACTIVE)


def claim_reasons(known: Facts | Twin) -> Iterator[Reason]:
    """Yield that the photograph's own texts claim rights which nobody has confirmed or dismissed."""
    if known.unconfirmed_claim:
        yield reason(ReasonCode.CLAIM_UNCONFIRMED)


def use_reasons(use: Use, at: datetime) -> Iterator[Reason]:
    """Yield what is wrong with the use itself."""
    if not use.media or not use.territory:
        yield reason(ReasonCode.EMPTY_USE)
    if use.span is not None and use.span.end is not None and use.span.end <= at:
        yield reason(ReasonCode.USE_PERIOD_PAST)


def restriction_reason(bar: Restriction) -> Reason:
    """Return the restriction as a reason."""
    where, what = territory_names(bar.territory), media_names(bar.media)
    return reason(ReasonCode(bar.kind.value), media=what, territory=where, until=until_text(bar.span.end, bar.tz))


def exclusive_reason(claim: Exclusive) -> Reason:
    """Return another party's exclusivity as a reason; it never names the holder."""
    end, what = claim.span.end, media_names(claim.media)
    until, later = until_text(end, claim.tz), from_text(end, claim.tz)
    return reason(ReasonCode.EXCLUSIVE_TO_ANOTHER, media=what, until=until, from_day=later)


def others_exclusives(use: Use, known: Facts | Twin, at: datetime) -> list[Exclusive]:
    """Return the exclusive claims of anybody else that meet the use."""
    return [claim for claim in known.exclusives if claim.holder != use.party and meets(use, claim, at)]


def line_reasons(use: Use, line: LicenceLine, facts: Facts, at: datetime) -> Iterator[Reason]:
    """Yield everything that keeps this licence line from permitting the use; nothing when it does permit."""
    if use.party is None or line.licensee != use.party:
        yield reason(ReasonCode.OTHER_ORGANISATION)
        return
    yield from _state_reasons(line)
    yield from _term_reasons(use, line, at)
    yield from _width_reasons(use, line)
    if facts.counts_against_quota and line.cap is not None and line.used >= line.cap:
        yield reason(ReasonCode.QUOTA_USED, number=line.number, cap=line.cap)
    for occasion in occasions(use):
        # A consent counts only on the very line that carries it.
        claims = others_exclusives(occasion, facts, at)
        yield from (exclusive_reason(claim) for claim in claims if claim.holder != line.slot_owner)
    yield from _right_behind(use, line, [right for right in facts.rights_in if serves(right, line)], at)
    for twin in facts.twins:
        yield from twin_reasons(twin, _twin_line_reasons(use, line, twin, at), at)


def twin_reasons(twin: Twin, against: Iterable[Reason], at: datetime) -> Iterator[Reason]:
    """Yield what a twin's rights say against a use, if anything, after the reason why they count here."""
    told = list(against)
    if told:
        yield _twin_reason(twin, at)
        yield from told


def narrows(twin: Twin) -> bool:
    """Tell whether its rights must cover a use, too: not those of a spare copy, ruled the same and withdrawn."""
    return twin.unruled or twin.asset_state == "ready"


def twin_bars(use: Use, twin: Twin, at: datetime) -> Iterator[Reason]:
    """Yield what bars the use of a twin whoever asks: a claim nobody has ruled on, and its restrictions."""
    if narrows(twin):
        yield from claim_reasons(twin)
    judged = occasions(use)
    yield from (restriction_reason(bar) for bar in twin.restrictions if any(meets(each, bar, at) for each in judged))


def twin_name(twin: Twin, at: datetime, *, in_full: bool = False) -> Bilingual:
    """Return how a twin is called: by its number only where the party may see it, or the reader may know all."""
    seen = twin.may_view and twin.asset_state == "ready" and not any(hides(bar, at) for bar in twin.restrictions)
    if seen or in_full:
        return Bilingual(f"photograph {twin.accession_number}", f"照片 {twin.accession_number} ")
    return Bilingual("another photograph", "另一张照片")


def _twin_reason(twin: Twin, at: datetime) -> Reason:
    code = ReasonCode.TWIN_UNRULED if twin.unruled else ReasonCode.TWIN_SAME
    return reason(code, other=twin_name(twin, at))


def _twin_line_reasons(use: Use, line: LicenceLine, twin: Twin, at: datetime) -> Iterator[Reason]:
    """Yield what keeps the line from permitting the same use of a twin: another's exclusivity, or no right behind."""
    for occasion in occasions(use):
        claims = others_exclusives(occasion, twin, at)
        yield from (exclusive_reason(one) for one in claims if one.holder != line.slot_owner)
    if narrows(twin):
        yield from _right_behind(use, line, [right for right in twin.rights_in if serves(right, line)], at)


def serves(right: RightsIn, line: LicenceLine) -> bool:
    """Tell whether the line may stand on the right: the archive's, the licensee's own, or one passed on to it."""
    if right.grantee is None or right.grantee == line.licensee:
        return True
    return right.sublicensable and right.grantee == line.slot_owner


def consented(right: RightsIn, line: LicenceLine) -> bool:
    """Tell whether nobody need consent to the line, or whoever must does."""
    return not right.consent_required or right.agreement_id in line.consents


def _right_behind(use: Use, line: LicenceLine, rights: list[RightsIn], at: datetime) -> list[Reason]:
    """Return why the line stands on no right; a right that lacks only its holder's consent says just that."""
    if not basis_reasons(use, [right for right in rights if consented(right, line)], at):
        return []
    return basis_reasons(use, rights, at) or [_consent_reason(rights, line)]


def _consent_reason(rights: Iterable[RightsIn], line: LicenceLine) -> Reason:
    withdrawn = any(right.agreement_id in line.consents_withdrawn for right in rights)
    code = ReasonCode.CONSENT_WITHDRAWN if withdrawn else ReasonCode.CONSENT_NEEDED
    return reason(code, number=line.number)


def basis_reasons(use: Use, rights: Iterable[RightsIn], at: datetime) -> list[Reason]:
    """Return why none of the rights contains the whole use; empty when one does."""
    live = [right for right in rights if right.live]
    if any(all(contains(right, occasion, at) for occasion in occasions(use)) for right in live):
        return []
    if not live:
        return [reason(ReasonCode.RIGHTS_NOT_RECORDED)]
    return [why for right in live for why in _right_reasons(use, right, at)]


def _right_reasons(use: Use, right: RightsIn, at: datetime) -> Iterator[Reason]:
    start = at if use.span is None else min(at, use.span.start)
    if start < right.span.start:
        yield reason(ReasonCode.RIGHTS_NOT_STARTED, first_day=_first_day(right.span, right.tz))
    if (at >= right.span.start and not right.span.holds(at)) or _outlasts(use.span, right.span):
        yield reason(ReasonCode.RIGHTS_ENDED, last_day=_last_day(right.span, right.tz))
    if not (right.media.covers(use.media) and right.territory.covers(use.territory)):
        where, what = territory_names(right.territory), media_names(right.media)
        yield reason(ReasonCode.RIGHTS_NARROWER, media=what, territory=where)


def _outlasts(span: Span | None, right: Span) -> bool:
    return span is not None and right.end is not None and (span.end is None or span.end > right.end)


def _state_reasons(line: LicenceLine) -> Iterator[Reason]:
    match line.state:
        case LineState.RESERVED:
            yield reason(ReasonCode.LICENCE_RESERVED, number=line.number)
        case LineState.RELEASED:
            yield reason(ReasonCode.LICENCE_RELEASED, number=line.number)
        case LineState.REVOKED:
            yield reason(ReasonCode.LICENCE_REVOKED, number=line.number)
        case LineState.SUSPENDED:
            yield reason(ReasonCode.LICENCE_SUSPENDED, number=line.number)
        case LineState.OFFERED:
            yield reason(ReasonCode.TERMS_NOT_ACCEPTED, number=line.number)
        case LineState.ACTIVE:
            if not line.accepted:
                yield reason(ReasonCode.TERMS_NOT_ACCEPTED, number=line.number)
        case _:
            assert_never(line.state)


def _term_reasons(use: Use, line: LicenceLine, at: datetime) -> Iterator[Reason]:
    first, last = _first_day(line.span, line.tz), _last_day(line.span, line.tz)
    if at < line.span.start:
        yield reason(ReasonCode.LICENCE_NOT_STARTED, number=line.number, first_day=first)
    elif not line.span.holds(at):
        yield reason(ReasonCode.LICENCE_EXPIRED, number=line.number, last_day=last)
    if use.span is not None and not line.span.covers(use.span):
        yield reason(ReasonCode.OUTSIDE_TERM, number=line.number, first_day=first, last_day=last)


def _width_reasons(use: Use, line: LicenceLine) -> Iterator[Reason]:
    if not line.media.covers(use.media):
        yield reason(ReasonCode.OUTSIDE_MEDIA, number=line.number, media=media_names(line.media))
    if not line.territory.covers(use.territory):
        yield reason(ReasonCode.OUTSIDE_TERRITORY, number=line.number, territory=territory_names(line.territory))
    print_run = line.conditions.get("print_run")
    if use.print_run is not None and isinstance(print_run, int) and use.print_run > print_run:
        yield reason(ReasonCode.PRINT_RUN_EXCEEDED, number=line.number, print_run=print_run)
    if use.alters and line.conditions.get("no_alteration"):
        yield reason(ReasonCode.ALTERATION_BARRED, number=line.number)


def _first_day(span: Span, tz: str) -> Bilingual:
    return day_text(span.start.astimezone(ZoneInfo(tz)).date(), tz)


def _last_day(span: Span, tz: str) -> Bilingual:
    return Bilingual("", "") if span.end is None else day_text(last_day(span.end, tz), tz)
