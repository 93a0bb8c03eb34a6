"""Byte ranges and validators, case by case and for every whole."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dam.delivery.asks import Method, Terms
from dam.delivery.ranges import Answer, Extent, extent

ETAG = '"abc"'


def ask(text: str | None, **more: object) -> Extent:
    return extent(Terms(range_text=text, **more), ETAG, 1000)


@pytest.mark.parametrize(
    ("text", "start", "end"),
    [
        ("bytes=0-0", 0, 1),
        ("bytes=0-499", 0, 500),
        ("bytes=500-999", 500, 1000),
        ("bytes=500-", 500, 1000),
        ("bytes=-500", 500, 1000),
        ("bytes=-1", 999, 1000),
        ("bytes=-5000", 0, 1000),
        ("bytes=999-5000", 999, 1000),
        ("BYTES=1-2", 1, 3),
        ("bytes= 1-2 ", 1, 3),
    ],
)
def test_a_single_range_is_served_as_a_part(text, start, end):
    assert ask(text) == Extent(Answer.PART, start, end, 1000)


@pytest.mark.parametrize("text", ["bytes=1000-", "bytes=1000-1001", "bytes=-0", "bytes=5000-6000"])
def test_a_range_outside_the_whole_is_unsatisfiable_and_has_no_bytes(text):
    assert ask(text) == Extent(Answer.UNSATISFIABLE, 0, 0, 1000)


@pytest.mark.parametrize(
    "text",
    [
        None,
        "",
        "bytes",
        "bytes=",
        "bytes=-",
        "bytes=5-2",
        "bytes=0-1,5-9",
        "items=0-1",
        "bytes=a-b",
        "bytes=٠-٩",
        "bytes=0-1 x",
    ],
)
def test_anything_else_is_answered_with_the_whole(text):
    assert ask(text) == Extent(Answer.WHOLE, 0, 1000, 1000)


def test_a_range_on_head_is_ignored():
    assert ask("bytes=0-9", method=Method.HEAD).answer is Answer.WHOLE


@pytest.mark.parametrize(
    ("if_range", "answer"),
    [
        (ETAG, Answer.PART),
        ('W/"abc"', Answer.WHOLE),
        ('"old"', Answer.WHOLE),
        ("Sat, 22 Nov 2025 00:00:00 GMT", Answer.WHOLE),
    ],
)
def test_a_resume_of_another_copy_starts_again(if_range, answer):
    assert ask("bytes=0-9", if_range=if_range).answer is answer


@pytest.mark.parametrize("tag", [ETAG, 'W/"abc"', '"x", "abc"', "*"])
def test_an_unchanged_copy_sends_no_bytes(tag):
    assert ask("bytes=0-9", if_none_match=tag) == Extent(Answer.UNCHANGED, 0, 0, 1000)


def test_a_changed_copy_is_sent():
    assert ask(None, if_none_match='"old"').answer is Answer.WHOLE


@given(st.text(alphabet="bytes=0123456789-, ", max_size=30), st.integers(1, 10**6))
def test_no_range_ever_leaves_the_whole(text, total):
    found = extent(Terms(range_text=text), ETAG, total)
    assert 0 <= found.start <= found.end <= total
    assert (found.size_bytes == 0) == (found.answer is Answer.UNSATISFIABLE)


@given(st.integers(0, 999), st.integers(0, 999))
def test_parts_join_to_the_whole(first, second):
    """D26: ranges add up to the bytes they say, so the log's sizes add up too."""
    cut, end = sorted((first, second))
    parts = [ask(f"bytes={a}-{b - 1}") for a, b in ((0, cut), (cut, end), (end, 1000)) if a < b]
    assert sum(part.size_bytes for part in parts) == 1000
