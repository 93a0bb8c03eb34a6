"""Reports of use: what is wrong, and what is outside the licence, as tables."""

from dataclasses import replace
from datetime import date

import pytest

from dam.kernel.ids import AssetId, new_id
from dam.licensing.codes import media_named, territory_named
from dam.licensing.conditions import SettledConditions
from dam.licensing.reports import FLAG_LABELS, Flag, Licensed, ReportDraft, flags_of, report_faults
from dam.licensing.views import UseView

TODAY = date(2026, 6, 15)
USE = UseView(
    media=media_named(["editorial.news"]),
    territory=territory_named(["CN", "FR"]),
    territory_except=territory_named(["HK"]),
    starts_on=date(2026, 3, 1),
    ends_on=date(2026, 6, 30),
    time_zone="Asia/Shanghai",
    purpose="x",
    publication="x",
    print_run=None,
    max_px=None,
)
PLAIN = SettledConditions(1000, 10, 5000, no_alteration=True, no_ai_training=True, credit_line="x")
REPORT = ReportDraft(
    AssetId(new_id()),
    medium="editorial.news.web",
    title="A page",
    published_on=date(2026, 6, 1),
    url="https://a.example/1",
)


@pytest.mark.parametrize(
    ("changes", "wrong"),
    [
        ({}, set()),
        ({"published_on": TODAY}, set()),
        ({"published_on": date(2026, 6, 16)}, {("published_on", "future")}),
        ({"published_on": date.max}, {("published_on", "future")}),
        ({"published_on": None}, {("published_on", "missing")}),
        ({"medium": None}, {("medium", "missing")}),
        ({"medium": "editorial.nothing"}, {("medium", "unknown_code")}),
        ({"territory": ("CN", "QQ")}, {("territory.1", "unknown_code")}),
        ({"url": "ftp://a.example/1"}, {("url", "invalid")}),
        ({"url": "javascript:alert(1)"}, {("url", "invalid")}),
        ({"url": "https://"}, {("url", "invalid")}),
        ({"url": "https://a.example/\x00"}, {("url", "invalid")}),
        ({"url": "https://[a"}, {("url", "invalid")}),
        ({"url": "https://a.example/" + "x" * 2000}, {("url", "too_long")}),
        ({"url": ""}, set()),
        ({"title": "", "url": ""}, {("title", "missing")}),
        ({"title": "a\x00"}, {("title", "control_character")}),
        ({"note": "x" * 4001}, {("note", "too_long")}),
        ({"print_run": 0}, {("print_run", "out_of_range")}),
        ({"print_run": 10**30}, {("print_run", "out_of_range")}),
        ({"unused": True}, {("unused", "contradicts")}),
        ({"unused": True, "medium": None, "title": "", "url": "", "published_on": None}, set()),
    ],
)
def test_what_is_wrong_is_told_field_by_field(changes, wrong):
    found = report_faults(replace(REPORT, **changes), today=TODAY)
    assert {(fault.field, fault.code) for fault in found} == wrong
    assert all(fault.message.en and fault.message.zh for fault in found)


@pytest.mark.parametrize(
    ("changes", "conditions", "revoked_on", "flags"),
    [
        ({}, {}, None, set()),
        ({"medium": "editorial.news"}, {}, None, set()),
        ({"medium": "editorial"}, {}, None, {Flag.MEDIA}),
        ({"medium": "commercial"}, {}, None, {Flag.MEDIA}),
        ({"territory": ("FR",)}, {}, None, set()),
        ({"territory": ("FR", "DE")}, {}, None, {Flag.TERRITORY}),
        ({"territory": ("HK",)}, {}, None, {Flag.TERRITORY}),
        ({"published_on": date(2026, 3, 1)}, {}, None, set()),
        ({"published_on": date(2026, 2, 28)}, {}, None, {Flag.BEFORE_TERM}),
        ({"print_run": 5000}, {}, None, set()),
        ({"print_run": 5001}, {}, None, {Flag.PRINT_RUN}),
        ({"print_run": 5001}, {"print_run": None}, None, set()),
        ({}, {}, date(2026, 6, 1), set()),
        ({}, {}, date(2026, 5, 31), {Flag.AFTER_REVOCATION}),
        ({}, {"report_within_days": 14}, None, set()),
        ({}, {"report_within_days": 13}, None, {Flag.LATE}),
        ({}, {"report_by": date(2026, 6, 15)}, None, set()),
        ({}, {"report_by": date(2026, 6, 14)}, None, {Flag.LATE}),
        ({"published_on": TODAY}, {"report_by": date(2026, 6, 14)}, None, set()),
        (
            {"medium": "commercial", "territory": ("DE",), "print_run": 9999},
            {},
            None,
            set(Flag) & {"media", "territory", "print_run"},
        ),
    ],
)
def test_what_is_outside_the_licence_is_flagged(changes, conditions, revoked_on, flags):
    licensed = Licensed(USE, replace(PLAIN, **conditions), revoked_on)
    assert set(flags_of(replace(REPORT, **changes), licensed, today=TODAY)) == flags


def test_a_publication_after_the_term_is_flagged():
    licensed = Licensed(replace(USE, ends_on=date(2026, 5, 31)), PLAIN, None)
    assert flags_of(REPORT, licensed, today=TODAY) == (Flag.AFTER_TERM,)


def test_a_photograph_that_was_not_used_is_outside_of_nothing():
    unused = ReportDraft(REPORT.asset_id, unused=True)
    assert (
        flags_of(unused, Licensed(USE, replace(PLAIN, report_by=date(2026, 1, 1)), date(2026, 1, 1)), today=TODAY) == ()
    )


def test_every_flag_has_its_sentence():
    assert set(FLAG_LABELS) == set(Flag)
