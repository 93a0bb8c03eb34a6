"""Descriptions: every fault at once, and nothing hidden in a text."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dam.catalogue.description import (
    Description,
    as_json,
    clean_text,
    empty_fields,
    from_json,
    merge,
    parse_description,
)
from dam.kernel.errors import Invalid
from dam.kernel.text import Bilingual

FULL = {
    "title": {"en": "Chai Shirong, July 1942", "zh-Hans": "柴世荣,1942年7月"},
    "caption": {"en": "Chai Shirong (fourth right front)", "zh-Hans": "柴世荣(前排右四)"},
    "alt_text": {"en": "Officers in two rows"},
    "creator": "Unknown photographer",
    "date": "1942-07",
    "people": ["Chai Shirong", "柴世荣"],
    "places": ["Khabarovsk"],
    "keywords": ["resistance"],
    "notes": "first line\nsecond line",
}


def faults_of(draft, at="description"):
    with pytest.raises(Invalid) as caught:
        parse_description(draft, at=at)
    return {(fault.field, fault.code) for fault in caught.value.faults}


def test_a_full_description_travels_there_and_back_unchanged():
    read = parse_description(FULL)
    assert read.title == Bilingual("Chai Shirong, July 1942", "柴世荣,1942年7月")
    assert as_json(read) == FULL
    assert from_json(json.loads(json.dumps(as_json(read)))) == read


def test_every_fault_is_told_at_once_each_with_its_path():
    draft = {
        "title": "x",
        "caption": {"fr": "x", "en": 3},
        "people": "z",
        "keywords": ["ok", 4],
        "date": "yesterday",
        "notes": [],
        "credit": "nobody",
    }
    assert faults_of(draft) == {
        ("description.title", "not_by_language"),
        ("description.caption.fr", "unknown_language"),
        ("description.caption.en", "not_text"),
        ("description.people", "not_a_list"),
        ("description.keywords.1", "not_text"),
        ("description.date", "not_a_date"),
        ("description.notes", "not_text"),
        ("description.credit", "unknown_field"),
    }


@pytest.mark.parametrize(
    ("field", "sent", "path"),
    [
        ("title", {"en": "x" * 301}, "title.en"),
        ("caption", {"zh-Hans": "照" * 5001}, "caption.zh-Hans"),
        ("people", ["x" * 201], "people.0"),
        ("creator", "x" * 201, "creator"),
    ],
)
def test_too_long_is_a_fault_and_never_cut(field, sent, path):
    assert faults_of({field: sent}) == {(f"description.{path}", "too_long")}


def test_more_words_than_a_list_holds_is_a_fault():
    assert faults_of({"people": ["a"] * 51}) == {("description.people", "too_many")}


@pytest.mark.parametrize("sent", [None, [], "x", 3])
def test_what_is_no_object_is_a_fault(sent):
    assert faults_of(sent) == {("description", "not_an_object")}


def test_a_patch_changes_what_it_names_and_null_empties():
    now = parse_description(FULL)
    changed = merge(now, {"creator": None, "title": {"en": "New"}, "people": None})
    assert changed.title == Bilingual("New", "")
    assert (changed.creator, changed.people) == ("", ())
    assert changed.caption == now.caption
    assert list(empty_fields(Description())) == list(Description.__slots__)


def test_hidden_and_reordering_characters_are_taken_out():
    assert clean_text("photo\u202egpj.exe\x00\x1b[31m \u2066x\u2069") == "photogpj.exe[31m x"
    assert clean_text("a\r\nb\n\n  c  ", lines=True) == "a\nb\n\nc"
    assert clean_text("a\nb\tc") == "a b c"


@given(st.text())
def test_cleaning_is_settled_after_once(text):
    once = clean_text(text)
    assert clean_text(once) == once
    assert not any(character < " " for character in once)
