"""Laws of the decision, over worlds drawn at random. D2, D5, D10, D16, D18.

A generator that refuses nearly everything would make every law hold for nothing, so the share of permits is tested too.
"""

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from uuid import UUID

from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from dam.kernel.ids import AgreementId, AssetId, LicenceId, OrganisationId, RestrictionId
from dam.kernel.span import Span
from dam.rights.decision import (
    Action,
    Exclusive,
    Facts,
    LicenceLine,
    LineState,
    Permit,
    Refusal,
    Restriction,
    RestrictionKind,
    RightsIn,
    Twin,
    Use,
    availability,
    decide,
)
from dam.rights.facts import Verdict
from dam.rights.territories import WORLD, territory_set
from dam.rights.vocabularies import EVERY_MEDIUM, media_set

START = datetime(2026, 1, 1, tzinfo=UTC)
DAY = timedelta(days=1)
PARTIES = [OrganisationId(UUID(int=number)) for number in (50, 60, 61)]
WIDE = settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.filter_too_much])
PLACES = [territory_set([code]) for code in ("CN", "JP", "030", "FR")]
NARROW = [media_set([code]) for code in ("editorial.news.web", "editorial.news", "editorial.book")]


def mostly(*usual, rarely):
    """One of the usual values nine times in ten."""
    rare = list(rarely)
    return st.sampled_from([*(list(usual) * 9 * len(rare)), *(rare * len(usual))])


parties = mostly(PARTIES[0], rarely=PARTIES[1:])
media = mostly(media_set(["all"]), media_set(["editorial"]), rarely=[*NARROW, media_set(["machine"])])
territories = mostly(WORLD, rarely=[*PLACES, territory_set(["142"]), territory_set(["WORLD"], ["CN"])])
narrow_media = st.sampled_from(NARROW)
narrow_territories = st.sampled_from(PLACES)


def span_strategy(first: tuple[int, int], length: tuple[int, int]):
    edges = st.tuples(st.integers(*first), st.integers(*length))
    return edges.map(lambda edge: Span(START + edge[0] * DAY, START + (edge[0] + edge[1]) * DAY))


wide_spans = span_strategy((0, 30), (150, 365))
spans = span_strategy((0, 300), (1, 200))
short_spans = span_strategy((20, 150), (1, 20))
instants = st.integers(20 * 24, 200 * 24).map(lambda hours: START + timedelta(hours=hours))

lines = st.builds(
    LicenceLine,
    line_id=st.integers(1, 10**6),
    licence_id=st.just(LicenceId(UUID(int=1))),
    licensee=parties,
    state=mostly(LineState.ACTIVE, rarely=LineState),
    accepted=mostly(True, rarely=[False]),
    span=wide_spans,
    media=media,
    territory=territories,
    cap=st.sampled_from([None, 5]),
    used=mostly(0, 4, rarely=[5]),
    max_px=st.none() | st.integers(500, 4000),
    slot_owner=parties,
    number=st.just("LIC-2026-000001"),
    consents=mostly((AgreementId(UUID(int=2)),), rarely=[()]),
    consents_withdrawn=mostly((), rarely=[(AgreementId(UUID(int=2)),)]),
)
rights = st.builds(
    RightsIn,
    agreement_id=st.just(AgreementId(UUID(int=2))),
    number=st.integers(1, 9).map("AGR-2026-{:06d}".format),
    grantee=mostly(None, rarely=PARTIES),
    media=media,
    territory=territories,
    span=wide_spans,
    exclusive=st.booleans(),
    credit_line=st.sampled_from([None, "Museum"]),
    live=mostly(True, rarely=[False]),
    sublicensable=st.booleans(),
    consent_required=mostly(False, rarely=[True]),
)
exclusives = st.builds(
    Exclusive,
    holder=parties,
    agreement_id=st.none(),
    licence_id=st.none(),
    number=st.just("AGR-2026-000009"),
    media=narrow_media,
    territory=narrow_territories,
    span=spans,
)
restrictions = st.builds(
    Restriction,
    restriction_id=st.just(RestrictionId(UUID(int=3))),
    kind=st.sampled_from(RestrictionKind),
    media=st.sampled_from([*NARROW, EVERY_MEDIUM]),
    territory=st.sampled_from([*PLACES, WORLD]),
    span=spans,
)


def few(items):
    """None as often as up to two: a world full of bars permits next to nothing, and laws about permits say nothing."""
    return st.just(()) | st.lists(items, max_size=2).map(tuple)


twins = st.builds(
    Twin,
    asset_id=st.just(AssetId(UUID(int=4))),
    accession_number=st.just("IMP-2026-000004"),
    asset_state=mostly("ready", rarely=["withdrawn", "quarantined"]),
    unruled=st.booleans(),
    may_view=st.booleans(),
    restrictions=few(restrictions),
    rights_in=st.lists(rights, max_size=3).map(tuple),
    exclusives=few(exclusives),
    unconfirmed_claim=mostly(False, rarely=[True]),
)
worlds = st.builds(
    Facts,
    complete=mostly(True, rarely=[False]),
    asset_state=mostly("ready", rarely=["received", "withdrawn", "quarantined"]),
    party_active=mostly(True, rarely=[False]),
    may_view=st.booleans(),
    restrictions=few(restrictions),
    lines=st.lists(lines, min_size=1, max_size=3).map(tuple),
    rights_in=st.lists(rights, min_size=1, max_size=3).map(tuple),
    exclusives=few(exclusives),
    counts_against_quota=st.booleans(),
    unconfirmed_claim=mostly(False, rarely=[True]),
    twins=mostly((), rarely=[()]) | st.lists(twins, max_size=1).map(tuple),
)
uses = st.builds(
    Use,
    action=mostly(Action.PUBLISH, rarely=[Action.VIEW]),
    party=parties,
    media=narrow_media,
    territory=narrow_territories,
    span=st.none() | short_spans,
)


@dataclass(frozen=True)
class Asked:
    use: Use
    facts: Facts
    at: datetime


asked = st.builds(Asked, uses, worlds, instants)


def permits(use: Use, facts: Facts, at: datetime) -> bool:
    return isinstance(decide(use, facts, at), Permit)


def test_at_least_a_fifth_of_what_is_drawn_is_permitted() -> None:
    seen: list[bool] = []

    @settings(max_examples=600, deadline=None, database=None, derandomize=True)
    @given(asked)
    def draw(case: Asked) -> None:
        if case.use.action is Action.PUBLISH:
            seen.append(permits(case.use, case.facts, case.at))

    draw()
    assert sum(seen) / len(seen) >= 0.2


@WIDE
@given(asked)
def test_a_claim_nobody_has_ruled_on_never_widens(case: Asked) -> None:
    """D10: what a photograph says of itself may hold it back and permits nothing."""
    claimed, ruled = (replace(case.facts, unconfirmed_claim=held) for held in (True, False))
    assert permits(case.use, ruled, case.at) or not permits(case.use, claimed, case.at)
    assert case.use.action is Action.VIEW or not permits(case.use, claimed, case.at)
    assert availability(case.use, claimed, case.at).verdict is not Verdict.AVAILABLE


@WIDE
@given(asked, twins)
def test_adding_a_twin_never_widens(case: Asked, added: Twin) -> None:
    """Whatever is known of another photograph that looks the same, it may hold this one back and permits nothing."""
    more = replace(case.facts, twins=(*case.facts.twins, added))
    assert permits(case.use, case.facts, case.at) or not permits(case.use, more, case.at)
    order = [Verdict.AVAILABLE, Verdict.ON_REQUEST, Verdict.EXCLUSIVE, Verdict.NEVER]
    without, within = (availability(case.use, known, case.at).verdict for known in (case.facts, more))
    assert order.index(within) >= order.index(without)


@WIDE
@given(asked, twins)
def test_a_pair_is_as_strict_from_either_side(case: Asked, other: Twin) -> None:
    """What bars a use of one by its rights bars the same use of the other, while both are ready."""
    assume(case.use.action is Action.PUBLISH)
    there = replace(other, asset_state="ready")
    here = Twin(
        AssetId(UUID(int=5)),
        "IMP-2026-000005",
        "ready",
        there.unruled,
        may_view=True,
        restrictions=case.facts.restrictions,
        rights_in=case.facts.rights_in,
        exclusives=case.facts.exclusives,
        unconfirmed_claim=case.facts.unconfirmed_claim,
    )
    one = replace(case.facts, twins=(there,))
    swapped = replace(
        case.facts,
        restrictions=there.restrictions,
        rights_in=there.rights_in,
        exclusives=there.exclusives,
        unconfirmed_claim=there.unconfirmed_claim,
        twins=(here,),
    )
    assert permits(case.use, one, case.at) == permits(case.use, swapped, case.at)


@WIDE
@given(asked, restrictions)
def test_adding_a_restriction_never_widens(case: Asked, added: Restriction) -> None:
    """D2, D5: a bar wins over every permission, whatever else is known."""
    more = replace(case.facts, restrictions=(*case.facts.restrictions, added))
    assert permits(case.use, case.facts, case.at) or not permits(case.use, more, case.at)


@WIDE
@given(asked, exclusives)
def test_adding_an_exclusive_never_widens(case: Asked, added: Exclusive) -> None:
    more = replace(case.facts, exclusives=(*case.facts.exclusives, added))
    assert permits(case.use, case.facts, case.at) or not permits(case.use, more, case.at)


@WIDE
@given(asked, st.data())
def test_removing_a_licence_or_a_right_never_permits(case: Asked, data: st.DataObject) -> None:
    kept_lines = tuple(line for line in case.facts.lines if data.draw(st.booleans()))
    kept_rights = tuple(right for right in case.facts.rights_in if data.draw(st.booleans()))
    fewer = replace(case.facts, lines=kept_lines, rights_in=kept_rights)
    assert permits(case.use, case.facts, case.at) or not permits(case.use, fewer, case.at)


@WIDE
@given(asked)
def test_withdrawing_consent_never_permits(case: Asked) -> None:
    withdrawn = tuple(replace(one, consents=(), consents_withdrawn=one.consents) for one in case.facts.lines)
    without = replace(case.facts, lines=withdrawn)
    assert permits(case.use, case.facts, case.at) or not permits(case.use, without, case.at)
    asking = replace(without, rights_in=tuple(replace(one, consent_required=True) for one in case.facts.rights_in))
    assert case.use.action is Action.VIEW or not permits(case.use, asking, case.at)


@WIDE
@given(asked)
def test_nothing_granted_permits_nothing(case: Asked) -> None:
    """D10."""
    assume(case.use.action is Action.PUBLISH)
    assert not permits(case.use, replace(case.facts, lines=()), case.at)
    assert not permits(case.use, replace(case.facts, rights_in=()), case.at)


@WIDE
@given(asked, narrow_media, narrow_territories)
def test_a_narrower_use_stays_permitted(case: Asked, fewer_media, fewer_places) -> None:
    less = replace(
        case.use, media=case.use.media.common(fewer_media), territory=case.use.territory.common(fewer_places)
    )
    assume(less.media and less.territory)
    assert permits(less, case.facts, case.at) or not permits(case.use, case.facts, case.at)


@WIDE
@given(asked)
def test_a_permit_holds_until_the_instant_it_names(case: Asked) -> None:
    verdict = decide(case.use, case.facts, case.at)
    assume(isinstance(verdict, Permit) and verdict.valid_until is not None and case.use.span is None)
    assert permits(case.use, case.facts, verdict.valid_until - timedelta(microseconds=1))
    assert permits(case.use, case.facts, case.at + (verdict.valid_until - case.at) / 2)


@WIDE
@given(asked, instants)
def test_expiry_only_ever_removes(case: Asked, later: datetime) -> None:
    """D16, D17: with every grant begun and no bar or other claim to end, time never permits what it refused."""
    begun = {"start": START - DAY}
    still = replace(
        case.facts,
        restrictions=tuple(replace(bar, span=Span(START - DAY, None)) for bar in case.facts.restrictions),
        exclusives=tuple(replace(claim, span=Span(START - DAY, None)) for claim in case.facts.exclusives),
        lines=tuple(replace(line, span=Span(begun["start"], line.span.end)) for line in case.facts.lines),
        rights_in=tuple(replace(right, span=Span(begun["start"], right.span.end)) for right in case.facts.rights_in),
        twins=(),
    )
    first, second = sorted((case.at, later))
    assert permits(case.use, still, first) or not permits(case.use, still, second)


@WIDE
@given(asked)
def test_no_permit_while_another_s_exclusive_stands_unwaived(case: Asked) -> None:
    verdict = decide(case.use, case.facts, case.at)
    assume(isinstance(verdict, Permit) and verdict.line_id is not None)
    waived_by = {line.slot_owner for line in case.facts.lines if line.line_id == verdict.line_id}
    for claim in case.facts.exclusives:
        live = claim.span.holds(case.at) or (case.use.span is not None and claim.span.overlaps(case.use.span))
        if live and claim.media.overlaps(case.use.media) and claim.territory.overlaps(case.use.territory):
            assert claim.holder == case.use.party or claim.holder in waived_by


@WIDE
@given(asked, st.randoms(use_true_random=False))
def test_the_order_of_facts_does_not_matter(case: Asked, random) -> None:
    def shuffled(items: tuple) -> tuple:
        return tuple(random.sample(items, len(items)))

    numbers = [line.line_id for line in case.facts.lines]
    assume(len(set(numbers)) == len(numbers))
    mixed = replace(
        case.facts,
        restrictions=shuffled(case.facts.restrictions),
        lines=shuffled(case.facts.lines),
        exclusives=shuffled(case.facts.exclusives),
    )
    one, other = decide(case.use, case.facts, case.at), decide(case.use, mixed, case.at)
    if isinstance(one, Permit):
        assert one == other
    else:
        assert isinstance(other, Refusal)
        assert set(one.reasons) == set(other.reasons)


@WIDE
@given(asked)
def test_every_refusal_gives_a_reason_with_a_next_step(case: Asked) -> None:
    verdict = decide(case.use, case.facts, case.at)
    if isinstance(verdict, Refusal):
        assert verdict.reasons
        assert all(reason.message.en and reason.message.zh and reason.next_step.zh for reason in verdict.reasons)


@WIDE
@given(asked, lines, spans)
def test_another_party_s_line_changes_nothing(case: Asked, other: LicenceLine, over: Span) -> None:
    """D18: A's licence, running or expired, neither opens nor closes the photograph for B."""
    theirs = replace(other, licensee=OrganisationId(UUID(int=99)), span=over, line_id=10**6 + 1)
    more = replace(case.facts, lines=(*case.facts.lines, theirs))
    assert permits(case.use, case.facts, case.at) == permits(case.use, more, case.at)


@WIDE
@given(asked)
def test_what_is_available_could_be_published_under_a_licence_for_it(case: Asked) -> None:
    """The promise before the request and the decision after the grant agree."""
    assume(case.use.action is Action.PUBLISH and case.use.span is None)
    assume(availability(case.use, case.facts, case.at).verdict is Verdict.AVAILABLE)
    granted = LicenceLine(
        line_id=10**7,
        licence_id=LicenceId(UUID(int=5)),
        licensee=case.use.party,
        state=LineState.ACTIVE,
        accepted=True,
        span=Span(case.at, None),
        media=case.use.media,
        territory=case.use.territory,
        cap=1,
        used=0,
        max_px=None,
        slot_owner=case.use.party,
    )
    assert permits(case.use, replace(case.facts, lines=(granted,)), case.at)
