"""What may be changed about a photograph, and what follows from it."""

import pytest

from dam.catalogue.asset import NEXT_STATES, AssetState, may_become
from dam.catalogue.collection import parse_title
from dam.catalogue.description import parse_description
from dam.catalogue.patch import Wanted, changed_parts, changes_mark, patched
from dam.kernel.errors import Invalid
from dam.kernel.ids import new_id

NOW = Wanted(
    parse_description({"title": {"en": "From the file"}, "creator": "Somebody"}),
    frozenset({"title", "creator"}),
    "Old credit",
    None,
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
