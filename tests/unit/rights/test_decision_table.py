"""Every row of the table, and what a refusal and a permit say.

D2, D5, D10, D11, D15, D16, D17, D18: see the rows of `cases.py` that name them.
"""

from datetime import timedelta

import pytest

from dam.kernel.span import Span
from dam.rights.decision import Permit, Refusal, decide
from tests.unit.rights.cases import CASES, END, NOON, RIVALS, Case, bar, facts, line, rival, use


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.number}: {case.what}")
def test_every_row(case: Case) -> None:
    verdict = decide(case.use, case.facts, case.at)
    codes = [] if isinstance(verdict, Permit) else [reason.code for reason in verdict.reasons]
    assert codes == case.codes.split()
    assert isinstance(verdict, Permit) == (not case.codes)


@pytest.mark.parametrize("case", [case for case in CASES if case.codes], ids=lambda case: case.number)
def test_every_refusal_says_why_and_what_next_in_both_languages(case: Case) -> None:
    verdict = decide(case.use, case.facts, case.at)
    assert isinstance(verdict, Refusal)
    for reason in verdict.reasons:
        for sentence in (reason.message, reason.next_step):
            assert sentence.en.endswith(".")
            assert sentence.zh.endswith("。")
            assert "{" not in sentence.en + sentence.zh


def test_the_seed_s_refusal_reads_as_people_would_say_it() -> None:
    verdict = decide(RIVALS, facts(lines=(rival(),)), NOON)
    assert isinstance(verdict, Refusal)
    (why,) = verdict.reasons
    assert why.message.en == "Exclusively licensed for news until 31 July 2026 (Beijing time)."
    assert why.next_step.en == "You may ask for another use or for dates from 1 August 2026 (Beijing time)."
    assert why.message.zh == "已独家授权用于新闻，至2026年7月31日（北京时间）。"
    assert why.next_step.zh == "您可以申请其他用途，或申请2026年8月1日（北京时间）及之后的日期。"


def test_a_permit_carries_what_must_be_held_to() -> None:
    permit = decide(use(), facts(lines=(line(max_px=1200), line(line_id=2, max_px=3000))), NOON)
    assert isinstance(permit, Permit)
    assert (permit.line_id, permit.obligations.max_px, permit.obligations.credit_line) == (2, 3000, "Museum")
    assert permit.valid_until == END


def test_the_asset_s_own_credit_line_goes_before_the_agreement_s() -> None:
    permit = decide(use(), facts(asset_credit_line="[Photo exclusively provided]"), NOON)
    assert isinstance(permit, Permit)
    assert permit.obligations.credit_line == "[Photo exclusively provided]"


def test_a_coming_embargo_bounds_the_permit() -> None:
    soon = NOON + timedelta(hours=1)
    permit = decide(use(), facts(restrictions=(bar("embargo", span=Span(soon, None)),)), NOON)
    assert isinstance(permit, Permit)
    assert permit.valid_until == soon
