"""What can be wrong with a request, a decision and its conditions, field by field."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from dam.kernel.ids import AssetId, new_id
from dam.licensing.codes import asks_for_machine_use, code_faults, media_named, territory_named, use_of
from dam.licensing.conditions import Conditions, conditions_faults, settle
from dam.licensing.drafts import ItemDecision, RequestDraft, Verdict, decision_faults, request_faults, unique

TODAY = date(2026, 11, 22)
ASSETS = [AssetId(new_id()) for _ in range(201)]
GOOD = RequestDraft(
    asset_ids=ASSETS[:2],
    media=["editorial.news.web"],
    territory=["WORLD"],
    starts_on=TODAY,
    ends_on=TODAY + timedelta(days=365),
    purpose="The anniversary page.",
)


def faults_of(**changes):
    draft = replace(GOOD, **changes)
    found = [*request_faults(draft, today=lambda _zone: TODAY), *code_faults(draft)]
    assert all(fault.message.en and fault.message.zh for fault in found)
    return [(fault.field, fault.code) for fault in found]


def test_a_good_request_has_no_faults():
    assert faults_of() == []
    assert faults_of(ends_on=TODAY, print_run=1, max_px=256, publication="China Daily", asset_ids=ASSETS[:200]) == []


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"asset_ids": []}, ("assets", "missing")),
        ({"asset_ids": ASSETS}, ("assets", "too_many")),
        ({"media": []}, ("use.media", "missing")),
        ({"media": ["editorial.news.web", "editorial.nwes"]}, ("use.media.1", "unknown_code")),
        ({"territory": []}, ("use.territory", "missing")),
        ({"territory": ["China"]}, ("use.territory.0", "unknown_code")),
        ({"territory": ["cn"]}, ("use.territory.0", "unknown_code")),
        ({"territory_except": ["XX"]}, ("use.territory_except.0", "unknown_code")),
        ({"territory": ["CN"], "territory_except": ["030"]}, ("use.territory_except", "leaves_nothing")),
        ({"ends_on": TODAY - timedelta(days=1), "starts_on": date(2026, 1, 1)}, ("use.ends_on", "past")),
        ({"ends_on": TODAY - timedelta(days=1)}, ("use.ends_on", "before_start")),
        ({"ends_on": date(2052, 11, 22)}, ("use.ends_on", "too_long")),
        ({"time_zone": "Mars/Olympus"}, ("use.time_zone", "unknown")),
        ({"time_zone": "../etc/passwd"}, ("use.time_zone", "unknown")),
        ({"purpose": " "}, ("use.purpose", "missing")),
        ({"purpose": "a\x00b"}, ("use.purpose", "control_character")),
        ({"purpose": "x" * 2001}, ("use.purpose", "too_long")),
        ({"publication": "x" * 301}, ("use.publication", "too_long")),
        ({"print_run": 0}, ("use.print_run", "out_of_range")),
        ({"max_px": 255}, ("use.max_px", "out_of_range")),
    ],
)
def test_each_fault_names_its_field(changes, expected):
    assert faults_of(**changes) == [expected]


def test_all_faults_are_told_at_once():
    found = faults_of(asset_ids=[], media=[], purpose="", max_px=1)
    assert [field for field, _ in found] == ["assets", "use.media", "use.purpose", "use.max_px"]


def test_today_is_the_day_of_the_licence_s_own_zone():
    """D16: at 16:30 UTC it is already tomorrow in Shanghai."""
    draft = replace(GOOD, ends_on=TODAY)
    asked = []
    request_faults(draft, today=lambda zone: asked.append(zone.key) or TODAY)
    assert asked == ["Asia/Shanghai"]
    assert faults_of(ends_on=TODAY) == []


def test_a_code_said_twice_is_one_code_with_its_names():
    use = use_of(replace(GOOD, media=["editorial.news.web"] * 2, territory=["CN", "CN"], purpose=" p "))
    assert use.media == media_named(["editorial.news.web"])
    assert use.territory == territory_named(["CN"])
    assert use.territory[0].label.zh == "中国"
    assert use.purpose == "p"


def test_a_photograph_listed_twice_is_one_photograph():
    assert unique([ASSETS[0], ASSETS[1], ASSETS[0]]) == ASSETS[:2]
    assert faults_of(asset_ids=[ASSETS[0]] * 300) == []


@pytest.mark.parametrize(
    ("conditions", "expected"),
    [
        (Conditions(), []),
        (Conditions(256, 1, 1, True, True, "China Daily"), []),
        (Conditions(max_px=255), ["max_px"]),
        (Conditions(max_px=30_001), ["max_px"]),
        (Conditions(max_px=0), ["max_px"]),
        (Conditions(downloads=0), ["downloads"]),
        (Conditions(downloads=10_001), ["downloads"]),
        (Conditions(print_run=-1), ["print_run"]),
        (Conditions(credit_line="a\x00"), ["credit_line"]),
        (Conditions(credit_line="x" * 301), ["credit_line"]),
        (Conditions(max_px=1, downloads=0, print_run=0), ["max_px", "downloads", "print_run"]),
    ],
)
def test_conditions_are_checked_field_by_field(conditions, expected):
    found = conditions_faults(conditions, path="items.0.conditions", asks_for_machine_use=False)
    assert [fault.field for fault in found] == [f"items.0.conditions.{name}" for name in expected]


def test_a_grant_cannot_contradict_what_was_asked():
    written = Conditions(no_ai_training=True)
    found = conditions_faults(written, path="c", asks_for_machine_use=True)
    assert [(fault.field, fault.code) for fault in found] == [("c.no_ai_training", "contradicts_use")]
    assert asks_for_machine_use(["machine.ai.training"])
    assert not asks_for_machine_use(["all"])


def test_what_is_left_open_comes_from_the_request_or_the_house():
    asked = {"print_run": 500, "credit_line": "Museum", "asks_for_machine_use": False}
    assert settle(Conditions(), max_px=None, **asked).max_px == 4000
    settled = settle(Conditions(), max_px=2000, **asked)
    assert (settled.max_px, settled.downloads, settled.print_run, settled.credit_line) == (2000, 10, 500, "Museum")
    assert settled.no_alteration
    assert settled.no_ai_training
    written = Conditions(1200, 3, 100, no_alteration=False, no_ai_training=False, credit_line=" Other ")
    settled = settle(written, max_px=2000, **asked)
    assert (settled.max_px, settled.downloads, settled.print_run, settled.credit_line) == (1200, 3, 100, "Other")
    assert not settled.no_alteration
    assert not settled.no_ai_training
    assert not settle(Conditions(), max_px=None, **asked | {"asks_for_machine_use": True}).no_ai_training


@pytest.mark.parametrize(
    ("decisions", "expected"),
    [
        ([], [("items", "missing")]),
        ([ItemDecision(ASSETS[0], Verdict.GRANT), ItemDecision(ASSETS[1], Verdict.REFUSE, "No.")], []),
        ([ItemDecision(ASSETS[0], Verdict.REFUSE)], [("items.0.reason", "missing")]),
        ([ItemDecision(ASSETS[0], Verdict.REFUSE, "  ")], [("items.0.reason", "missing")]),
        ([ItemDecision(ASSETS[9], Verdict.GRANT)], [("items.0.asset", "not_in_request")]),
        ([ItemDecision(ASSETS[0], Verdict.GRANT)] * 2, [("items.1.asset", "repeated")]),
        (
            [ItemDecision(ASSETS[0], Verdict.GRANT, conditions=Conditions(downloads=0))],
            [("items.0.conditions.downloads", "out_of_range")],
        ),
    ],
)
def test_a_decision_says_what_is_wrong_with_it(decisions, expected):
    found = decision_faults(decisions, set(ASSETS[:2]), asks_for_machine_use=False)
    assert [(fault.field, fault.code) for fault in found] == expected
