"""Searches and cursors: what was sent, read strictly."""

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dam.catalogue.asset import AssetState
from dam.discovery.query import Search, Years, parse_search, parse_years, read_cursor, write_cursor
from dam.kernel.errors import Invalid
from dam.kernel.ids import new_id
from dam.rights.facts import Verdict


def test_words_that_are_not_sent_are_not_asked():
    assert parse_search({"q": "  ", "holder": "", "utm_source": "x"}) == Search()


def test_every_word_is_read():
    holder, collection = new_id(), new_id()
    sent = {"q": " 柴世荣 ", "holder": str(holder), "collection": str(collection), "year": "1940s"}
    asked = parse_search({**sent, "availability": "on_request", "state": "quarantined"})
    assert asked == Search("柴世荣", holder, collection, Years(1940, 1949), Verdict.ON_REQUEST, AssetState.QUARANTINED)


def test_every_fault_is_told_at_once():
    sent = {
        "q": "x" * 201,
        "holder": "me",
        "collection": "1",
        "year": "long ago",
        "availability": "maybe",
        "state": "lost",
    }
    with pytest.raises(Invalid) as caught:
        parse_search(sent)
    assert {fault.field for fault in caught.value.faults} == set(sent)


@pytest.mark.parametrize(
    ("text", "years"),
    [("1942", (1942, 1942)), ("1940s", (1940, 1949)), ("194X", (1940, 1949)), ("1937-1945", (1937, 1945))],
)
def test_years_are_read(text, years):
    assert parse_years(text) == Years(*years)


@pytest.mark.parametrize("text", ["", "42", "0000", "000X", "1945-1937", "1942s", "19420", "１９４２", "1942-7"])
def test_what_is_no_year_is_refused(text):
    with pytest.raises(ValueError, match=r"."):
        parse_years(text)


def test_a_cursor_gives_back_its_place():
    place = new_id()
    assert read_cursor(write_cursor(place)) == place


@given(st.text())
def test_whatever_is_sent_as_a_cursor_is_a_place_or_a_fault(text):
    with contextlib.suppress(Invalid):
        assert len(read_cursor(text).bytes) == 16
