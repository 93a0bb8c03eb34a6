"""What a score may be called: never an accusation above the bound."""

from math import exp

import pytest

from dam.fingerprint.judgement import MOST_FALSE, Finding, bound, judge, threshold


def test_nobody_is_named_below_eight_deviations():
    assert threshold(candidates=1, fits=1) == 8


@pytest.mark.parametrize("candidates", [1, 100, 79_000, 1_000_000, 50_000_000])
def test_at_the_threshold_the_bound_holds_whatever_was_tried(candidates):
    least = threshold(candidates=candidates, fits=4)
    assert bound(least, candidates=candidates, fits=4) <= MOST_FALSE * (1 + 1e-9)
    assert judge(least, candidates=candidates, fits=4).finding is Finding.IDENTIFIED


@pytest.mark.parametrize(
    ("score", "finding"),
    [
        (7.99, Finding.INDICATIVE),
        (6.2, Finding.INDICATIVE),
        (5.9, Finding.NONE),
        (0.0, Finding.NONE),
        (-9.0, Finding.NONE),
    ],
)
def test_below_it_only_a_person_may_look(score, finding):
    assert judge(score, candidates=10_000, fits=1).finding is finding


def test_the_bound_counts_every_candidate_and_every_fit():
    assert bound(6, candidates=10, fits=3) == pytest.approx(30 * exp(-18))
    assert bound(1, candidates=10, fits=3) == 1
    assert bound(-20, candidates=1, fits=1) == 1, "pointing away is no evidence"


def test_more_candidates_never_make_an_accusation_easier():
    levels = [threshold(candidates=10**power, fits=2) for power in range(10)]
    assert levels == sorted(levels)


def test_nothing_tried_is_nothing_judged():
    with pytest.raises(ValueError, match="tried"):
        bound(9, candidates=0, fits=1)
