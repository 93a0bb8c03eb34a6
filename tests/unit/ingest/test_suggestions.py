"""A file's claims fill what was left empty, and nothing else."""

from hypothesis import given
from hypothesis import strategies as st

from dam.catalogue.description import as_json, from_json, parse_description
from dam.ingest.suggestions import filled
from dam.kernel.text import Bilingual
from dam.metadata.claims import Suggested

SAID = Suggested(
    title=Bilingual("Claimed title", ""),
    caption=Bilingual("", "照" * 9000),
    creator="Claimed creator",
    credit_line="Free for everybody",
    rights_notice=Bilingual("CC0", ""),
    date="1942-07",
    keywords=("a", "b" * 400),
)


def test_only_empty_fields_are_filled_and_remembered():
    description, taken = filled(parse_description({"title": {"en": "Ours"}}), SAID)
    assert description.title == Bilingual("Ours", "")
    assert description.creator == "Claimed creator"
    assert description.date == "1942-07"
    assert description.keywords == ("a", "b" * 100)
    assert description.caption.zh == "照" * 5000
    assert taken == {"caption", "creator", "date", "keywords"}


def test_a_claim_about_rights_is_never_taken():
    description, _ = filled(parse_description({}), SAID)
    assert "Free" not in str(as_json(description))
    assert "CC0" not in str(as_json(description))


def test_a_claim_that_breaks_its_field_is_left_out():
    description, taken = filled(parse_description({}), Suggested(date="0000:00:00", creator="\u202e\x00"))
    assert (description.date, description.creator, taken) == ("", "", frozenset())


@given(st.text(), st.text(), st.text(), st.lists(st.text()))
def test_whatever_a_file_claims_becomes_a_valid_description(title, creator, date, words):
    said = Suggested(title=Bilingual(title, title), creator=creator, date=date, people=tuple(words))
    description, taken = filled(parse_description({}), said)
    assert from_json(as_json(description)) == description
    assert parse_description(as_json(description)) == description
    assert taken <= set(as_json(description))
