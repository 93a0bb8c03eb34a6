"""Identifiers of events as edges of time."""

from datetime import UTC, datetime, timedelta, timezone

import pytest

from dam.audit.identity import lowest_event_id, new_event_id

AT = datetime(2026, 11, 22, 8, tzinfo=UTC)
LONG_AGO = (
    datetime(1, 1, 1, tzinfo=UTC),
    datetime(1, 1, 1, tzinfo=timezone(timedelta(hours=14))),
    datetime(1969, 12, 31, 23, 59, 59, tzinfo=UTC),
)


def test_an_event_lies_between_the_edges_around_its_instant():
    assert lowest_event_id(AT) <= new_event_id(AT) < lowest_event_id(AT + timedelta(microseconds=1))


@pytest.mark.parametrize("at", LONG_AGO)
def test_an_instant_before_any_identifier_is_an_edge_below_all(at):
    assert lowest_event_id(at) <= lowest_event_id(datetime(1970, 1, 1, tzinfo=UTC))
