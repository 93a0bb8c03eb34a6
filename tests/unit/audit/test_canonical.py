"""The bytes of an entry are the only bytes its document could have."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dam.audit.canonical import ENTRY_LIMIT_BYTES, canonical_bytes

KEYS = st.from_regex(r"[a-z][a-z0-9_]{0,8}", fullmatch=True)
SCALARS = (
    st.none()
    | st.booleans()
    | st.integers(-(2**53) + 1, 2**53 - 1)
    | st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"), max_size=20)
)
VALUES = st.recursive(SCALARS, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(KEYS, inner, max_size=4))
DOCUMENTS = st.dictionaries(KEYS, VALUES, max_size=6)


@given(DOCUMENTS)
def test_reading_the_bytes_gives_the_document_back(document):
    assert json.loads(canonical_bytes(document)) == document


@given(DOCUMENTS, st.randoms())
def test_the_order_in_which_it_was_built_does_not_show(document, random):
    items = list(document.items())
    random.shuffle(items)
    assert canonical_bytes(dict(items)) == canonical_bytes(document)


def test_what_rfc_8785_prescribes_is_printed():
    """RFC 8785 section 3.2: no spaces, sorted keys, only the escapes JSON needs, UTF-8 as it is."""
    document = {"z": [True, None, -7], "a": '€$\x0f\nA\'B"\\\\"/柴世荣', "m": {"y": 2, "b": 9007199254740991}}
    assert canonical_bytes(document) == (
        '{"a":"€$\\u000f\\nA\'B\\"\\\\\\\\\\"/柴世荣","m":{"b":9007199254740991,"y":2},"z":[true,null,-7]}'.encode()
    )


@pytest.mark.parametrize(
    "value",
    [1.0, float("nan"), 2**53, -(2**53), "\ud800", "a\x00b", b"bytes", {1, 2}, {"Upper": 1}, {"é": 1}, {"": 1}, {1: 1}],
    ids=repr,
)
@pytest.mark.parametrize("wrap", [lambda v: v, lambda v: [v], lambda v: {"deep": [v]}], ids=["bare", "list", "object"])
def test_what_two_programs_could_print_differently_is_refused(value, wrap):
    with pytest.raises(ValueError):
        canonical_bytes({"more": wrap(value)})


def test_an_entry_that_fits_no_log_bundle_is_refused():
    room = ENTRY_LIMIT_BYTES - len('{"a":""}')
    assert len(canonical_bytes({"a": "x" * room})) == ENTRY_LIMIT_BYTES
    with pytest.raises(ValueError, match="65535"):
        canonical_bytes({"a": "x" * (room + 1)})


def test_nesting_without_end_is_refused():
    document = {}
    for _ in range(40):
        document = {"a": document}
    with pytest.raises(ValueError, match="deep"):
        canonical_bytes(document)
