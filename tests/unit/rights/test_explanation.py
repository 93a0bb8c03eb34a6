"""A decision in plain words: every fact is told, and those it rests on are marked."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID

from hypothesis import given, settings

from dam.kernel.ids import AgreementId, AssetId, LicenceId, OrganisationId, RestrictionId
from dam.kernel.span import Span
from dam.rights.decision import decide
from dam.rights.explanation import Kind, limits_said, tell
from dam.rights.facts import (
    Action,
    Exclusive,
    Facts,
    LicenceLine,
    LineState,
    Permit,
    Restriction,
    RestrictionKind,
    RightsIn,
    Twin,
    Use,
)
from dam.rights.territories import WORLD, territory_set
from dam.rights.vocabularies import EVERY_MEDIUM, media_set
from tests.laws.test_decision import Asked, asked

AT = datetime(2026, 3, 10, 4, tzinfo=UTC)
YEAR = Span(AT - timedelta(days=30), AT + timedelta(days=300))
DAILY, RIVAL = OrganisationId(UUID(int=50)), OrganisationId(UUID(int=60))
NEWS, BOOK = media_set(["editorial.news"]), media_set(["editorial.book"])
USE = Use(Action.PUBLISH, DAILY, media_set(["editorial.news.web"]), territory_set(["FR"]))
LINE = LicenceLine(
    7, LicenceId(UUID(int=1)), DAILY, LineState.ACTIVE, True, YEAR, NEWS, WORLD, 3, 1, 900, DAILY, number="LIC-7"
)
RIGHT = RightsIn(AgreementId(UUID(int=2)), "AGR-2", None, NEWS, WORLD, YEAR, False, None, True)
BAR = Restriction(RestrictionId(UUID(int=3)), RestrictionKind.EMBARGO, EVERY_MEDIUM, WORLD, Span(AT, None))
CLAIM = Exclusive(RIVAL, AgreementId(UUID(int=4)), None, "AGR-4", BOOK, WORLD, YEAR)
FACTS = Facts(True, "ready", True, True, (), (LINE,), (RIGHT,), (CLAIM,))


def told(use=USE, facts=FACTS, *, in_full=True):
    found = tell(use, facts, AT, decide(use, facts, AT), in_full=in_full)
    return [(one.kind, one.counted) for one in found], " ".join(one.sentence.en for one in found)


def test_a_permit_rests_on_its_line_and_its_right() -> None:
    kinds, words = told()
    assert kinds == [(Kind.STANDING, True), (Kind.LICENCE, True), (Kind.RIGHT, True), (Kind.EXCLUSIVE, False)]
    for part in ("Licence LIC-7, active: news, in the whole world", "1 of 3 downloads used", "AGR-2", "under AGR-4"):
        assert part in words


def test_a_partner_is_told_what_counted_and_no_agreement_by_name() -> None:
    kinds, words = told(in_full=False)
    assert kinds == [(Kind.STANDING, True), (Kind.LICENCE, True), (Kind.RIGHT, True)]
    assert "AGR" not in words
    barred, words = told(replace(USE, media=BOOK), in_full=False)
    assert (Kind.EXCLUSIVE, True) in barred
    assert "AGR" not in words


def test_a_bar_that_meets_the_use_counts_and_one_elsewhere_does_not() -> None:
    elsewhere = replace(BAR, territory=territory_set(["DE"]))
    kinds, words = told(facts=replace(FACTS, restrictions=(BAR, elsewhere)))
    assert [counted for kind, counted in kinds if kind is Kind.RESTRICTION] == [True, False]
    assert "An embargo from 10 March 2026 (Beijing time)" in words


def test_a_look_rests_on_sight_and_hiding_bars_alone() -> None:
    looking = replace(USE, action=Action.VIEW)
    kinds, words = told(looking, replace(FACTS, restrictions=(BAR, replace(BAR, territory=territory_set(["DE"])))))
    assert [one for one in kinds if one[1]] == [(Kind.STANDING, True)] * 2 + [(Kind.RESTRICTION, True)]
    assert "may see" in words
    assert "may not see" in told(looking, replace(FACTS, may_view=False))[1]


def test_a_claim_nobody_ruled_on_is_told() -> None:
    kinds, _ = told(facts=replace(FACTS, unconfirmed_claim=True))
    assert kinds.count((Kind.STANDING, True)) == 2


def test_a_refusal_names_the_state_of_the_licence() -> None:
    for line, part in (
        (replace(LINE, state=LineState.REVOKED), "revoked"),
        (replace(LINE, accepted=False), "terms not accepted"),
        (replace(LINE, cap=None), "Licence LIC-7, active: news"),
    ):
        assert part in told(facts=replace(FACTS, lines=(line,)))[1]


@settings(max_examples=200, deadline=None)
@given(asked)
def test_every_fact_is_told_once_in_both_languages(case: Asked) -> None:
    verdict = decide(case.use, case.facts, case.at)
    found = tell(case.use, case.facts, case.at, verdict, in_full=True)
    by_kind = {kind: [one for one in found if one.kind is kind] for kind in Kind}
    known = case.facts
    for kind, items in (
        (Kind.RESTRICTION, known.restrictions),
        (Kind.LICENCE, known.lines),
        (Kind.RIGHT, known.rights_in),
        (Kind.EXCLUSIVE, known.exclusives),
    ):
        assert len(by_kind[kind]) == len(items)
    assert by_kind[Kind.STANDING]
    assert all(one.sentence.en and one.sentence.zh for one in found)
    if isinstance(verdict, Permit) and case.use.action is Action.PUBLISH:
        assert any(one.counted for one in by_kind[Kind.LICENCE])
        assert any(one.counted for one in by_kind[Kind.RIGHT])


def test_a_twin_is_told_under_its_name_and_by_its_number_only_to_who_may_know_it() -> None:
    other = Twin(AssetId(UUID(int=9)), "IMP-9", "ready", unruled=True, may_view=False, restrictions=(BAR,))
    seen = replace(other, may_view=True, restrictions=(), rights_in=(RIGHT,), unruled=False)
    kinds, words = told(facts=replace(FACTS, twins=(other, seen)))
    assert [kind for kind, _ in kinds].count(Kind.TWIN) == 4
    assert "Photograph IMP-9 looks the same, and nobody has ruled on it." in words
    assert "Photograph IMP-9 was ruled the same picture." in words
    assert "Photograph IMP-9: An embargo" in words
    _, partner = told(facts=replace(FACTS, twins=(other,)), in_full=False)
    assert "Another photograph looks the same" in partner
    assert "IMP-9" not in partner


def test_what_limits_a_photograph_is_said_whole() -> None:
    bare = Facts(True, "ready", True, True, unconfirmed_claim=True)
    claim, none = limits_said(bare)
    assert "claims rights" in claim.en
    assert none.zh == "没有可授权的权利记录。"
    said = " ".join(one.en for one in limits_said(replace(FACTS, restrictions=(BAR,))))
    assert all(word in said for word in ("An embargo", "Exclusive under AGR-4", "Supply agreement AGR-2"))
