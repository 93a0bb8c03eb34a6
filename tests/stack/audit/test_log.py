"""The log on a real PostgreSQL: written with its effect, changed by nobody."""

import threading
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from dam.audit.events import Event, EventType
from dam.audit.service import append, extend
from dam.kernel.clock import utc_now
from dam.kernel.ids import new_id

TABLES = ("au.event", "au.event_default", f"au.event_{utc_now():%Y%m}")


def viewed(**changes):
    fields = {"actor": new_id(), "organisation": new_id(), "asset": new_id(), "rendition": "preview"}
    return Event(type=EventType.RENDITION_VIEWED, decision="allow", **fields | changes)


def write(database, event, at):
    with database.unit() as unit:
        return append(unit, event, at)


def scalar(database, statement, **values):
    with database.unit() as unit:
        return unit.connection.execute(text(statement), values).scalar_one()


def refusal(database, statement):
    with pytest.raises(DBAPIError) as caught, database.unit() as unit:
        unit.connection.execute(text(statement))
    return str(caught.value.orig)


def test_an_event_can_be_read_by_what_it_says(stack):
    at = utc_now()
    event = viewed(size_bytes=123, licence=new_id(), delivery=new_id(), details={"caption": "柴世荣 1942"})
    event_id = write(stack.database, event, at)
    with stack.database.unit() as unit:
        row = unit.connection.execute(text("SELECT * FROM au.event WHERE event_id = :i"), {"i": event_id}).one()
    assert (row.type, row.decision, row.at) == ("delivery.rendition.viewed", "allow", at)
    assert (row.actor, row.organisation, row.asset) == (event.actor, event.organisation, event.asset)
    assert (row.licence, row.delivery, row.rendition) == (event.licence, event.delivery, "preview")
    assert row.size_bytes == 123
    assert "柴世荣".encode() in bytes(row.entry)


def test_an_event_is_committed_with_its_effect_or_not_at_all(stack):
    """D28: there is no second, later write that could be lost."""
    with pytest.raises(RuntimeError), stack.database.unit() as unit:
        event_id = append(unit, viewed(), utc_now())
        raise RuntimeError
    count = "SELECT count(*) FROM au.event WHERE event_id = :i"
    assert scalar(stack.database, count, i=event_id) == 0
    assert scalar(stack.owner, "SELECT count(*) FROM au.pending WHERE event_id = :i", i=event_id) == 0


def test_every_event_waits_for_its_place_in_the_log(stack):
    events = [write(stack.database, viewed(), utc_now()) for _ in range(5)]
    waiting = scalar(stack.owner, "SELECT count(*) FROM au.pending WHERE event_id = ANY(:ids)", ids=events)
    assert waiting == 5


@pytest.mark.parametrize("table", TABLES)
@pytest.mark.parametrize(
    "statement",
    ["UPDATE {} SET entry = entry", "DELETE FROM {}", "TRUNCATE {}", "UPDATE {} SET entry = entry WHERE false"],
)
def test_nobody_changes_the_log(stack, table, statement):
    """D27: the service's role may not; guards on every partition stop the owner, even for no row at all."""
    write(stack.database, viewed(), utc_now())
    before = scalar(stack.owner, "SELECT count(*) FROM au.event")
    assert "permission denied" in refusal(stack.database, statement.format(table))
    assert "the log is never changed" in refusal(stack.owner, statement.format(table))
    assert scalar(stack.owner, "SELECT count(*) FROM au.event") == before


def test_a_conflicting_insert_cannot_change_an_event_either(stack):
    """D27."""
    event_id = write(stack.database, viewed(), utc_now())
    entry = scalar(stack.owner, "SELECT encode(entry, 'hex') FROM au.event WHERE event_id = :i", i=event_id)
    upsert = (
        f"INSERT INTO au.event (event_id, entry) VALUES ('{event_id}', '\\x{entry}') "
        "ON CONFLICT (event_id) DO UPDATE SET entry = excluded.entry"
    )
    assert "permission denied" in refusal(stack.database, upsert)
    assert "the log is never changed" in refusal(stack.owner, upsert)


@pytest.mark.parametrize(
    "statement",
    [
        "SELECT * FROM au.pending",
        "DELETE FROM au.pending",
        "INSERT INTO au.pending VALUES (gen_random_uuid())",
        "SELECT au.guard('au.event')",
        "ALTER TABLE au.event DISABLE TRIGGER ALL",
        "DROP TABLE au.event",
        "ALTER TABLE au.event DETACH PARTITION au.event_default",
        "SET session_replication_role = replica",
    ],
)
def test_the_service_cannot_reach_behind_the_log(stack, statement):
    """D27."""
    assert refusal(stack.database, statement).startswith(("permission denied", "must be owner"))


@pytest.mark.parametrize(
    ("entry", "why"),
    [
        (b"not json", "invalid input syntax"),
        (b'{"id":"00000000-0000-7000-8000-000000000000","type":"x","at":"2026-01-01T00:00:00Z"}', "says it is event"),
        (b'{"type":"x","at":"2026-01-01T00:00:00Z"}', "says it is event"),
        (b"{}", "says it is event"),
        (b"\xff\xfe", "invalid byte sequence"),
    ],
)
def test_an_entry_that_is_not_its_own_is_refused(stack, entry, why):
    insert = f"INSERT INTO au.event (event_id, entry) VALUES ('{new_id()}', '\\x{entry.hex()}')"
    assert why in refusal(stack.database, insert)


def test_what_an_entry_says_cannot_be_written_beside_it(stack):
    """The service may not; what the owner writes beside the entry is not heeded."""
    event_id, at = new_id(), "2026-01-01T00:00:00Z"
    entry = f'{{"id":"{event_id}","type":"said","at":"{at}"}}'.encode().hex()
    insert = (
        f"INSERT INTO au.event (event_id, entry, type, asset) VALUES ('{event_id}', '\\x{entry}', 'x', '{event_id}')"
    )
    assert "permission denied" in refusal(stack.database, insert)
    with stack.owner.unit() as unit:
        unit.connection.execute(text(insert))
        told = unit.connection.execute(text("SELECT type, asset FROM au.event WHERE event_id = :i"), {"i": event_id})
        assert tuple(told.one()) == ("said", None)


def test_every_trigger_of_every_partition_always_fires(fresh_stack):
    """D27: a partition made later is guarded like the first."""
    extend(fresh_stack.database, 5)
    with fresh_stack.owner.unit() as unit:
        found = unit.connection.execute(
            text(
                "SELECT relname, array_agg(tgname ORDER BY tgname), bool_and(tgenabled = 'A') FROM pg_trigger "
                "JOIN pg_class c ON c.oid = tgrelid WHERE relnamespace = 'au'::regnamespace AND relname ~ '^event' "
                "GROUP BY relname"
            )
        ).all()
    assert len(found) == 8
    assert {tuple(names) for _, names, _ in found} == {("note_pending", "read_entry", "refuse_change")}
    assert all(always for *_, always in found)


def test_events_lie_in_the_month_they_happened(stack):
    at = utc_now()
    event_id = write(stack.database, viewed(), at)
    where = "SELECT tableoid::regclass::text FROM au.event WHERE event_id = :i"
    assert scalar(stack.owner, where, i=event_id) == f"au.event_{at:%Y%m}"
    long_ago = write(stack.database, viewed(), datetime(2001, 2, 3, tzinfo=UTC))
    assert scalar(stack.owner, where, i=long_ago) == "au.event_default"


def test_months_are_made_ahead_by_the_service_and_guarded(fresh_stack):
    months = "SELECT count(*) FROM pg_inherits WHERE inhparent = 'au.event'::regclass"
    before = scalar(fresh_stack.owner, months)
    assert before == 5  # this month, three ahead, and the default
    assert extend(fresh_stack.database, 5) == 2
    assert extend(fresh_stack.database, 5) == 0
    assert scalar(fresh_stack.owner, months) == 7
    newest = scalar(
        fresh_stack.owner,
        "SELECT max(inhrelid::regclass::text) FROM pg_inherits "
        "WHERE inhparent = 'au.event'::regclass AND inhrelid::regclass::text ~ '[0-9]'",
    )
    assert "the log is never changed" in refusal(fresh_stack.owner, f"TRUNCATE {newest}")


def test_a_month_with_early_events_stays_in_the_default_partition(fresh_stack):
    """A clock that ran ahead must not stop the housekeeping; the events stay where they are."""
    early = write(fresh_stack.database, viewed(), utc_now().replace(day=15) + timedelta(days=150))
    assert extend(fresh_stack.database, 6) == 2
    where = "SELECT tableoid::regclass::text FROM au.event WHERE event_id = :i"
    assert scalar(fresh_stack.owner, where, i=early) == "au.event_default"


def test_many_writers_at_once_lose_nothing(fresh_stack):
    """Eight writers, one in ten rolled back: events, pending rows and effects stay equal."""
    kept = []

    def work():
        for turn in range(25):
            try:
                with fresh_stack.database.unit() as unit:
                    event_id = append(unit, viewed(), utc_now())
                    if turn % 10 == 9:
                        raise RuntimeError
            except RuntimeError:
                continue
            kept.append(event_id)

    threads = [threading.Thread(target=work) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(kept) == 8 * 23
    assert scalar(fresh_stack.owner, "SELECT count(*) FROM au.event") == len(kept)
    same = "SELECT count(*) FROM au.event JOIN au.pending USING (event_id) WHERE event_id = ANY(:ids)"
    assert scalar(fresh_stack.owner, same, ids=kept) == len(kept)


def test_filters_newest_first_need_no_sort(stack):
    """What the usage pages ask for is read in the order of an index, partition by partition."""
    with stack.owner.unit() as unit:
        unit.connection.execute(
            text("SET LOCAL enable_bitmapscan = off; SET LOCAL enable_seqscan = off; SET LOCAL enable_sort = off")
        )
        for column in ("organisation", "asset", "licence", "type"):
            value = "'x'" if column == "type" else f"'{new_id()}'"
            query = f"SELECT event_id FROM au.event WHERE {column} = {value} ORDER BY event_id DESC LIMIT 50"
            plan = "\n".join(unit.connection.execute(text(f"EXPLAIN {query}")).scalars())
            assert "->  Sort" not in plan, plan
            assert "Index" in plan, plan
