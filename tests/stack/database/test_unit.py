"""The unit of work on a real PostgreSQL."""

import contextlib
import threading
import time

import pytest
from sqlalchemy import text
from sqlalchemy.exc import OperationalError

from dam.database.engine import make_engine
from dam.database.faults import Contended
from dam.database.unit import Database
from dam.kernel.errors import ExclusivityConflict, ServiceFault
from dam.local.ports import free_ports


@pytest.fixture(scope="module")
def scratch_tables(stack):
    """Tables of the owner that the service may write."""
    with stack.owner.unit() as unit:
        unit.connection.execute(text("CREATE EXTENSION IF NOT EXISTS btree_gist"))
        unit.connection.execute(text("CREATE TABLE thing (id int PRIMARY KEY, n int NOT NULL DEFAULT 0)"))
        unit.connection.execute(
            text("CREATE TABLE slot (a int, during int4range, EXCLUDE USING gist (a WITH =, during WITH &&))")
        )
        unit.connection.execute(text("GRANT ALL ON thing, slot TO imprimatur_app"))


@pytest.fixture
def database(stack, scratch_tables):
    with stack.owner.unit() as unit:
        unit.connection.execute(text("TRUNCATE thing"))
        unit.connection.execute(text("INSERT INTO thing (id) VALUES (1), (2)"))
    return stack.database


def count(database, at_least=0):
    with database.unit() as unit:
        return unit.connection.execute(text("SELECT count(*) FROM thing WHERE id > :n"), {"n": at_least}).scalar_one()


def test_what_raises_is_rolled_back_and_tells_nobody(database):
    told = []
    with pytest.raises(RuntimeError), database.unit() as unit:
        unit.connection.execute(text("INSERT INTO thing (id) VALUES (10)"))
        unit.after_commit(lambda: told.append("early"))
        raise RuntimeError
    assert count(database, 9) == 0
    assert told == []


def test_actions_after_the_commit_see_it_committed_and_may_fail(database):
    seen = []

    def broken():
        raise RuntimeError("the broker is down")

    with database.unit() as unit:
        unit.connection.execute(text("INSERT INTO thing (id) VALUES (10)"))
        unit.after_commit(broken)
        unit.after_commit(lambda: seen.append(count(database, 9)))
        assert seen == []
    assert seen == [1]


def test_a_broken_exclusion_is_an_exclusivity_conflict(database):
    taken = text("INSERT INTO slot VALUES (1, '[1,5)')")
    with database.unit() as unit:
        unit.connection.execute(taken)
    with pytest.raises(ExclusivityConflict) as caught, database.unit() as unit:
        unit.connection.execute(taken)
    assert caught.value.extra["constraint"] == "slot_a_during_excl"


def test_a_deadlock_is_named_and_repeating_the_unit_wins(database):
    meet = threading.Barrier(2, timeout=5)
    outcomes = []

    def cross(first, second):
        tries = []

        def work(unit):
            tries.append(1)
            unit.connection.execute(text("UPDATE thing SET n = n + 1 WHERE id = :i"), {"i": first})
            if len(tries) == 1:
                meet.wait()
            unit.connection.execute(text("UPDATE thing SET n = n + 1 WHERE id = :i"), {"i": second})

        database.repeat(work)
        outcomes.append(len(tries))

    threads = [threading.Thread(target=cross, args=pair) for pair in ((1, 2), (2, 1))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    # Which of the two is the victim, and whether they meet a second time, is the scheduler's to say.
    assert len(outcomes) == 2
    assert 2 <= max(outcomes) <= 3
    with database.unit() as unit:
        assert unit.connection.execute(text("SELECT sum(n) FROM thing")).scalar_one() == 4


def test_a_lock_that_is_not_had_is_contention(database):
    with database.unit() as holder, pytest.raises(Contended), database.unit() as unit:
        holder.connection.execute(text("SELECT * FROM thing WHERE id = 1 FOR UPDATE"))
        unit.connection.execute(text("SELECT * FROM thing WHERE id = 1 FOR UPDATE NOWAIT"))


def test_a_database_that_is_not_there_is_a_fault_at_once():
    (port,) = free_ports(1)
    missing = Database(make_engine(f"postgresql://u:p@127.0.0.1:{port}/d", pool_size=1))
    started = time.monotonic()
    with pytest.raises(ServiceFault) as caught, missing.unit():
        pytest.fail("a unit was opened on nothing")
    assert time.monotonic() - started < 1
    assert caught.value.extra == {"service": "postgresql"}
    assert not missing.healthy()


def test_a_pool_that_is_used_up_is_a_fault_after_three_seconds(stack):
    small = Database(make_engine(stack.database_url, pool_size=1))
    started = time.monotonic()
    with small.unit(), pytest.raises(ServiceFault), small.unit():
        pytest.fail("the pool gave what it had not")
    assert 2.5 < time.monotonic() - started < 5
    small.close()


def end_sessions(stack):
    """End every session of the service's role on this database, as a restart of the server would."""
    other = Database(make_engine(stack.database_url, pool_size=1))
    kill = (
        "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE pid <> pg_backend_pid() AND datname = :n"
    )
    with other.unit() as unit:
        killed = unit.connection.execute(text(kill + " AND usename = current_user"), {"n": stack.name}).scalar_one()
    other.close()
    assert killed


def test_a_session_that_is_lost_in_the_middle_is_a_fault(stack, database):
    with pytest.raises(ServiceFault), database.unit() as unit:
        unit.connection.execute(text("INSERT INTO thing (id) VALUES (10)"))
        end_sessions(stack)
        unit.connection.execute(text("INSERT INTO thing (id) VALUES (11)"))
    assert count(database, 9) == 0


def test_a_loss_that_was_swallowed_is_still_a_fault_at_the_end(stack, database):
    with pytest.raises(ServiceFault), database.unit() as unit:
        end_sessions(stack)
        with contextlib.suppress(OperationalError):
            unit.connection.execute(text("SELECT 1"))


def test_a_connection_the_server_dropped_is_replaced(stack, database):
    """A restart of PostgreSQL costs nobody a request once it is back."""
    assert database.healthy()
    end_sessions(stack)
    assert database.healthy()


def test_every_session_is_bounded(database):
    with database.unit() as unit:
        shown = {
            name: unit.connection.execute(text(f"SHOW {name}")).scalar_one()
            for name in ("statement_timeout", "lock_timeout", "idle_in_transaction_session_timeout", "timezone")
        }
    assert shown == {
        "statement_timeout": "15s",
        "lock_timeout": "10s",
        "idle_in_transaction_session_timeout": "1min",
        "timezone": "UTC",
    }
