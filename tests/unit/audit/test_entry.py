"""From events to entries."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dam.audit.entry import REQUIRED_FIELDS, entry_of, instant_text
from dam.audit.events import USAGE_TYPES, Event, EventType
from dam.audit.identity import lowest_event_id, new_event_id
from dam.kernel.ids import new_id

AT = datetime(2026, 11, 22, 8, 0, 0, 123456, tzinfo=UTC)
INSTANTS = st.datetimes(datetime(2020, 1, 1), datetime(2100, 1, 1), timezones=st.just(UTC))


def viewed(**changes):
    fields = {"actor": new_id(), "organisation": new_id(), "asset": new_id(), "rendition": "preview"}
    return Event(type=EventType.RENDITION_VIEWED, decision="allow", **fields | changes)


def test_an_entry_says_what_the_event_says_and_leaves_out_the_rest():
    event, event_id = viewed(size_bytes=0, details={"method": "GET"}), new_event_id(AT)
    assert json.loads(entry_of(event, event_id, AT)) == {
        "v": 1,
        "id": str(event_id),
        "at": "2026-11-22T08:00:00.123456Z",
        "type": "delivery.rendition.viewed",
        "dec": "allow",
        "actor": str(event.actor),
        "org": str(event.organisation),
        "asset": str(event.asset),
        "rend": "preview",
        "bytes": 0,
        "more": {"method": "GET"},
    }


def test_every_type_says_what_it_must_hold():
    assert set(REQUIRED_FIELDS) == set(EventType)
    known = set(Event.__slots__)
    assert all(set(names) <= known for names in REQUIRED_FIELDS.values())
    assert set(EventType) >= USAGE_TYPES


@pytest.mark.parametrize("missing", ["asset", "rendition"])
def test_an_event_that_says_too_little_is_refused(missing):
    with pytest.raises(ValueError, match=missing):
        entry_of(viewed(**{missing: None}), new_event_id(AT), AT)


def test_only_a_public_page_is_looked_at_by_nobody():
    assert b"actor" not in entry_of(viewed(actor=None, organisation=None), new_event_id(AT), AT)
    sent = replace(viewed(actor=None), type=EventType.COPY_DELIVERED, licence=new_id(), delivery=new_id(), size_bytes=1)
    with pytest.raises(ValueError, match="actor"):
        entry_of(sent, new_event_id(AT), AT)


@pytest.mark.parametrize("decision", ["deny", "error"])
def test_a_refusal_without_a_reason_is_refused(decision):
    event = Event(type=EventType.COPY_REFUSED, actor=None, organisation=None, decision=decision)
    with pytest.raises(ValueError, match="reasons"):
        entry_of(event, new_event_id(AT), AT)


def test_instants_are_written_in_utc_to_the_microsecond_and_never_naive():
    beijing = timezone(timedelta(hours=8))
    assert instant_text(datetime(2026, 1, 1, 7, 59, 59, tzinfo=beijing)) == "2025-12-31T23:59:59.000000Z"
    with pytest.raises(ValueError, match="aware"):
        instant_text(datetime(2026, 1, 1))


@given(INSTANTS, INSTANTS)
def test_identifiers_sort_as_their_instants(one, other):
    first, second = sorted((one, other))
    if first != second:
        assert new_event_id(first) < new_event_id(second)


@given(INSTANTS)
def test_the_lowest_identifier_lies_below_every_one_of_its_instant_and_above_the_one_before(at):
    assert lowest_event_id(at) <= new_event_id(at)
    assert new_event_id(at - timedelta(microseconds=1)) < lowest_event_id(at)


def test_identifiers_are_version_7_and_differ():
    made = {new_event_id(AT) for _ in range(1000)}
    assert len(made) == 1000
    assert {UUID(str(one)).version for one in made} == {7}
    assert {one.variant for one in made} == {"specified in RFC 4122"}
