"""Cursors of the API's lists."""

import base64
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dam.api.cursors import cursor_of, key_of, page_of
from dam.api.faults import faults_of_schema
from dam.kernel.errors import Invalid


@given(st.lists(st.one_of(st.text(), st.integers(), st.none()), min_size=1, max_size=4))
def test_a_cursor_carries_its_key(key):
    assert key_of(cursor_of(*key), len(key)) == tuple(key)


@given(st.text(min_size=1))
def test_anything_else_is_refused_and_never_an_accident(text):
    key = None
    with suppress(Invalid):
        key = key_of(text, 2)
    assert key is None or len(key) == 2


@pytest.mark.parametrize("body", [b"{}", b"[[1],2]", b"[1.5,2]", b"[1]", b"null", b"\xff", b"["])
def test_wrong_shapes_are_refused(body):
    with pytest.raises(Invalid):
        key_of(base64.urlsafe_b64encode(body).decode(), 2)


def test_no_cursor_is_the_start():
    assert key_of(None, 2) is None
    assert key_of("", 2) is None


def test_pages_end():
    items = list(range(5))
    first = page_of(items[:4], 3, lambda item: (item,))
    assert first["items"] == [0, 1, 2]
    assert key_of(first["next"], 1) == (2,)
    assert page_of(items[3:], 3, lambda item: (item,)) == {"items": [3, 4], "next": None}
    assert page_of([], 3, lambda item: (item,)) == {"items": [], "next": None}


def test_faults_keep_their_path():
    sent = {"json": {"use": {"territory": {0: ["Not a valid string."]}}, "_schema": ["Invalid input type."]}}
    found = {(fault.field, fault.code) for fault in faults_of_schema(sent)}
    assert found == {("use.territory.0", "wrong_type"), ("body", "wrong_type")}
