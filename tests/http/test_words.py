"""Dates, sizes and sentences in the terms of the page's language."""

from datetime import UTC, date, datetime

import pytest
from flask import session

from dam.kernel.text import Bilingual
from dam.web import i18n
from dam.web.forms import safe_next
from dam.web.shell import query_with

AT = datetime(2026, 12, 31, 16, 30, tzinfo=UTC)


@pytest.fixture(params=["en", "zh-Hans"])
def language(request, place):
    """The language of a page that is being rendered."""
    with place.app.test_request_context("/catalogue?q=1942&cursor=a&holder=x&holder=y"):
        session["language"] = request.param
        yield request.param


def test_dates_and_instants(language):
    """D16: the page shows the house's time zone, and names it."""
    expected = {
        "en": ("1 July 1942", "1 Jan 2027, 00:30 GMT+08:00"),
        "zh-Hans": ("1942年7月1日", "2027年1月1日 00:30 GMT+08:00"),
    }
    assert (i18n.day(date(1942, 7, 1)), i18n.moment(AT)) == expected[language]
    assert i18n.day(AT).startswith("1 January 2027" if language == "en" else "2027年1月1日")
    assert i18n.day(None) == i18n.moment(None) == ""


def test_sizes_and_numbers(language):
    assert [i18n.size(value) for value in (0, 1023, 1024, 1536, 10_485_760, 123_456_789)] == [
        "0 B",
        "1,023 B",
        "1 KB",
        "1.5 KB",
        "10 MB",
        "118 MB",
    ]
    assert i18n.number(1942000) == "1,942,000"


def test_a_text_in_one_language_stands_in_for_the_other(language):
    assert i18n.say(Bilingual("both", "双语")) == ("both" if language == "en" else "双语")
    assert i18n.say(Bilingual("only", "")) == "only"
    assert i18n.say(None) == ""


def test_addresses_keep_the_rest_of_the_query(language):
    assert query_with(cursor=None) == "/catalogue?q=1942&holder=x&holder=y"
    assert query_with(cursor="b&c") == "/catalogue?q=1942&holder=x&holder=y&cursor=b%26c"


@pytest.mark.parametrize("target", ["/profile", "/catalogue?q=柴世荣&x=1", "/a#b"])
def test_ways_on_that_are_kept(place, target):
    with place.app.test_request_context():
        assert safe_next(target) == target


@pytest.mark.parametrize("target", [None, "", "profile", "//x", "/\\x", "http://x", "/a\\b", "/\tx", "/a\nb", "\x00"])
def test_ways_on_that_are_not(place, target):
    with place.app.test_request_context():
        assert safe_next(target) == "/"


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        ("zh-TW", "zh-Hans"),
        ("zh", "zh-Hans"),
        ("en-US,zh;q=0.9", "en"),
        ("fr,zh;q=0.5", "zh-Hans"),
        ("fr", "en"),
        ("", "en"),
    ],
)
def test_the_browser_is_asked_before_anybody_has_chosen(place, asked, expected):
    page = place.browser().get("/", headers={"Accept-Language": asked})
    assert f'<html lang="{expected}">' in page.text
