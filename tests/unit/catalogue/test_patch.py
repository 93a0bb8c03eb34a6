"""What may be changed about a photograph, and what follows from it."""

from dataclasses import replace

import pytest

from dam.catalogue.asset import NEXT_STATES, AssetState, may_become
from dam.catalogue.collection import parse_title
from dam.catalogue.description import parse_description
from dam.catalogue.patch import Wanted, changed_parts, changes_mark, patched
from dam.catalogue.public_page import PublicLevel
from dam.catalogue.rights_statements import RIGHTS_STATEMENTS
from dam.kernel.errors import Invalid
from dam.kernel.ids import new_id

NOW = Wanted(
    parse_description({"title": {"en": "From the file"}, "creator": "Somebody"}),
    frozenset({"title", "creator"}),
    "Old credit",
    None,
    PublicLevel.NOTHING,
    None,
    None,
)


def test_a_field_written_by_hand_is_no_suggestion_any_more():
    after = patched(NOW, {"description": {"title": {"en": "From the file"}}})
    assert after.suggested == {"creator"}
    assert changed_parts(NOW, after) == ("suggested",)


def test_links_and_lines_are_set_and_emptied():
    holder, collection = new_id(), new_id()
    after = patched(NOW, {"holder": str(holder), "collection": str(collection), "credit_line": None})
    assert (after.holder_id, after.collection_id, after.credit_line) == (holder, collection, None)
    assert patched(after, {"holder": None}).holder_id is None
    assert changes_mark(NOW, after)
    assert not changes_mark(NOW, patched(NOW, {"description": {"notes": "x"}}))


def test_every_fault_is_told_at_once():
    with pytest.raises(Invalid) as caught:
        patched(
            NOW,
            {
                "description": {"date": "soon"},
                "credit_line": 3,
                "holder": "nobody",
                "state": "ready",
                "rights_statement": "x" * 501,
            },
        )
    assert {(fault.field, fault.code) for fault in caught.value.faults} == {
        ("state", "unknown_field"),
        ("description.date", "not_a_date"),
        ("credit_line", "not_text"),
        ("holder", "not_an_id"),
        ("rights_statement", "too_long"),
    }


def test_no_state_leads_back_to_ready_without_a_worker_and_withdrawn_is_the_end():
    assert [state for state in AssetState if may_become(state, AssetState.READY)] == [AssetState.PROCESSING]
    assert not NEXT_STATES[AssetState.WITHDRAWN]
    assert set(NEXT_STATES) == set(AssetState)


@pytest.mark.parametrize(
    "sent", [None, {}, "x", {"en": ""}, {"en": 3}, {"fr": "x"}, {"en": "x" * 301}, {"en": "\u202e"}]
)
def test_a_collection_needs_a_title_in_a_language_of_the_house(sent):
    with pytest.raises(Invalid):
        parse_title(sent)


def test_a_rights_statement_is_one_of_the_list_or_the_one_that_stood_there():
    for uri, statement in RIGHTS_STATEMENTS.items():
        assert patched(NOW, {"rights_statement": uri}).rights_statement == statement.uri
        assert statement.name.en
        assert statement.name.zh != statement.name.en
    old = replace(NOW, rights_statement="Ask the museum")
    assert patched(old, {"rights_statement": "Ask the museum"}) == old
    with pytest.raises(Invalid) as caught:
        patched(NOW, {"rights_statement": "https://rightsstatements.org/vocab/InC/1.0/"})
    assert [(fault.field, fault.code) for fault in caught.value.faults] == [
        ("rights_statement", "unknown_rights_statement")
    ]
    assert len(RIGHTS_STATEMENTS) == 20


def test_a_page_is_published_by_its_own_word_and_null_takes_it_back():
    shown = patched(NOW, {"public_page": "preview"})
    assert shown.public_page is PublicLevel.PREVIEW
    assert changed_parts(NOW, shown) == ("public_page",)
    assert not changes_mark(NOW, shown)
    assert patched(shown, {"public_page": None}).public_page is PublicLevel.NOTHING
    for wrong in ("everything", 3, ["text"]):
        with pytest.raises(Invalid) as caught:
            patched(NOW, {"public_page": wrong})
        assert caught.value.faults[0].field == "public_page"
