"""The table of notices: every sentence filled, in both languages, with nothing that is not needed."""

from dataclasses import replace
from string import Formatter

import pytest

from dam.accounts.permissions import Role
from dam.audit.events import Event, EventType
from dam.kernel.ids import LicenceId, OrganisationId, PersonId, RequestId, new_id
from dam.licensing.announcement import Audience, concerns, organisation_of, roles_of
from dam.licensing.notices import NOTICES, kind_of, words_of

LINES = [(event_type, told) for event_type, lines in NOTICES.items() for told in lines]


def placeholders(sentence):
    return {name for _, name, _, _ in Formatter().parse(sentence) if name}


@pytest.mark.parametrize(("event_type", "told"), LINES)
def test_both_languages_say_the_same_things(event_type, told):
    for words in (told.subject, told.sentence):
        assert placeholders(words.en) == placeholders(words.zh)
        assert words.en != words.zh
    facts = dict.fromkeys(placeholders(told.subject.en + told.sentence.en), "7")
    subject, sentence = words_of(kind_of(event_type, told.audience), facts)
    assert "{" not in subject.en + subject.zh + sentence.en + sentence.zh


def test_only_what_the_sentence_needs_is_kept():
    (told,) = NOTICES[EventType.LICENCE_REVOKED]
    facts = told.facts({"number": "LIC-1", "reason": "a name", "terms_sha256": "0"})
    assert facts == {"number": "LIC-1"}


def test_a_detail_that_is_missing_is_a_fault_of_the_event():
    (told,) = NOTICES[EventType.LICENCE_ENDING]
    with pytest.raises(KeyError):
        told.facts({"number": "LIC-1"})


def test_nothing_leads_to_a_store():
    event = Event(
        type=EventType.LICENCE_REVOKED,
        actor=PersonId(new_id()),
        organisation=OrganisationId(new_id()),
        licence=LicenceId(new_id()),
        request=RequestId(new_id()),
    )
    for _, told in LINES:
        assert told.path(event).startswith(("/requests/", "/licences/", "/rights/agreements/", "/consents"))
        assert "://" not in told.path(event)


def test_who_is_told():
    assert roles_of(Audience.MANAGERS) == {Role.RIGHTS_MANAGER}
    assert roles_of(Audience.PARTNER) == {Role.PARTNER}
    party = OrganisationId(new_id())
    event = Event(type=EventType.LICENCE_REVOKED, actor=None, organisation=party)
    assert organisation_of(Audience.PARTNER, event) == party
    assert organisation_of(Audience.MANAGERS, event) is None
    asked = replace(event, details={"holder_organisation": str(party)})
    assert [concerns(Audience.HOLDER, one) for one in (event, asked)] == [False, True]
    assert organisation_of(Audience.HOLDER, asked) == party
