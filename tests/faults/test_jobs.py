"""Workers, broker, database and store are killed in the middle: nothing is lost, nothing takes effect twice."""

import os
import random
import signal
import time

import psutil
import pytest

from dam.database import patience
from dam.jobs.names import JobKind
from dam.kernel.errors import ServiceFault
from dam.kernel.ids import new_id


def enqueue(bench, count, **params):
    subjects = [new_id() for _ in range(count)]
    for subject in subjects:
        with bench.database.unit() as unit:
            bench.jobs.enqueue(unit, JobKind.PREPARE_ASSET, subject, params=params)
    return subjects


def all_done(bench, count):
    return lambda: bench.states().get("done", 0) == count


def once_each(bench, subjects):
    effects = bench.effects()
    assert [effects.get(str(subject)) for subject in subjects] == [1] * len(subjects)


def test_work_is_done_without_any_reconciler(bench):
    """The hint after the commit is enough while nothing breaks."""
    with bench.worker():
        subjects = enqueue(bench, 10)
        started = time.monotonic()
        while bench.states().get("done", 0) < 10:
            assert time.monotonic() - started < 30
            time.sleep(0.1)
    once_each(bench, subjects)


def test_kill_9_of_a_worker_in_the_middle_loses_and_doubles_nothing(bench):
    subjects = enqueue(bench, 40, work_s=0.2)
    worker = bench.start_worker()
    rng = random.Random(20261122)
    for _ in range(4):
        bench.reconcile_until(lambda: bench.states().get("running", 0) > 0, 20)
        time.sleep(rng.uniform(0, 0.6))
        os.killpg(worker.pid, signal.SIGKILL)
        worker.wait(10)
        worker = bench.start_worker()
    try:
        bench.reconcile_until(all_done(bench, 40), 90)
    finally:
        os.killpg(worker.pid, signal.SIGKILL)
        worker.wait(10)
    once_each(bench, subjects)
    assert max(bench.scalars("SELECT attempts FROM job")) >= 2, "no kill hit a running job"


def test_kill_9_of_one_child_loses_and_doubles_nothing(bench):
    """The main process lives on and acknowledges the message of its dead child; the lease still brings the job back."""
    with bench.worker() as worker:
        subjects = enqueue(bench, 10, work_s=0.5)
        bench.reconcile_until(lambda: bench.states().get("running", 0) > 0, 20)
        children = psutil.Process(worker.pid).children(recursive=True)
        children[0].kill()
        bench.reconcile_until(all_done(bench, 10), 60)
    once_each(bench, subjects)


def test_wiping_the_broker_loses_nothing(bench):
    with bench.worker():
        subjects = enqueue(bench, 60, work_s=0.1)
        broker = bench.celery.connection().default_channel.client
        for _ in range(3):
            time.sleep(0.5)
            broker.flushall()
        bench.reconcile_until(all_done(bench, 60), 60)
    once_each(bench, subjects)


def test_a_broker_that_is_killed_and_comes_back_empty_loses_nothing(bench):
    child = bench.servers.valkey.child
    with bench.worker():
        subjects = enqueue(bench, 20, work_s=0.1)
        os.kill(child.pid, signal.SIGKILL)
        child.process.wait(10)
        started = time.monotonic()
        subjects += enqueue(bench, 5)
        assert time.monotonic() - started < 5, "the front door waited for the broker"
        child.start()
        child.wait_ready(bench.servers.valkey.ready, 20)
        bench.celery.connection().default_channel.client.flushall()
        bench.reconcile_until(all_done(bench, 25), 120)
    once_each(bench, subjects)


def test_a_store_that_is_away_costs_no_job_an_attempt(bench):
    child = bench.servers.seaweedfs.child
    with bench.worker():
        os.kill(child.pid, signal.SIGKILL)
        child.process.wait(10)
        subjects = enqueue(bench, 6)
        bench.reconcile_until(lambda: sum(bench.scalars("SELECT infra FROM job")) >= 6, 60)
        child.start()
        child.wait_ready(bench.servers.seaweedfs.ready, 60)
        bench.reconcile_until(all_done(bench, 6), 120)
    once_each(bench, subjects)
    assert max(bench.scalars("SELECT attempts FROM job")) == 1


@pytest.mark.parametrize("poison", ["raise", "kill"])
def test_a_poison_job_is_quarantined_after_five_attempts_and_its_subject_told(bench, poison):
    told = []
    bench.jobs.when_exhausted(JobKind.PREPARE_ASSET, told.append)
    with bench.worker():
        (bad,) = enqueue(bench, 1, poison=poison)
        good = enqueue(bench, 5)
        bench.reconcile_until(lambda: bench.states() == {"done": 5, "quarantined": 1}, 120)
    once_each(bench, good)
    assert told == [bad]
    assert str(bad) not in bench.effects()
    assert bench.scalars("SELECT attempts FROM job WHERE state = 'quarantined'") == [5]


def test_a_worker_paused_beyond_its_lease_is_fenced(bench):
    """SIGSTOP, another worker takes over, SIGCONT: the first one's result is thrown away."""
    with bench.worker(concurrency=1) as slow:
        (subject,) = enqueue(bench, 1, work_s=1.0)
        bench.reconcile_until(lambda: bench.states().get("running", 0) == 1, 20)
        stopped = [psutil.Process(slow.pid), *psutil.Process(slow.pid).children(recursive=True)]
        for process in stopped:
            process.suspend()
        with bench.worker(concurrency=1):
            bench.reconcile_until(all_done(bench, 1), 60)
        for process in stopped:
            process.resume()
        time.sleep(2)
    once_each(bench, [subject])
    assert bench.scalars("SELECT attempts FROM job") == [2]


def test_a_database_that_stops_is_a_fault_at_once_and_work_goes_on_after(bench):
    """D3: PostgreSQL stopped: a clear fault in under five seconds, and nothing done meanwhile."""
    child = bench.servers.postgres.child
    with bench.worker():
        subjects = enqueue(bench, 20, work_s=0.2)
        os.kill(child.pid, signal.SIGQUIT)
        child.process.wait(20)
        started = time.monotonic()
        with pytest.raises(ServiceFault), bench.database.unit():
            pytest.fail("a unit was opened on a stopped database")
        assert time.monotonic() - started < 5
        time.sleep(1)
        child.start()
        child.wait_ready(bench.servers.postgres.ready, 30)
        bench.reconcile_until(all_done(bench, 20), 90)
    once_each(bench, subjects)


def test_a_database_that_hangs_is_a_fault_and_not_a_hang(bench, monkeypatch):
    """D3: PostgreSQL frozen, not gone: an open session and a new one both end in a fault, and heal when it thaws."""
    monkeypatch.setattr(patience, "_ANSWER_WAIT_S", 2.0)
    assert bench.database.healthy()
    postmaster = psutil.Process(bench.servers.postgres.child.pid)
    frozen = [postmaster, *postmaster.children(recursive=True)]
    for process in frozen:
        process.suspend()
    try:
        started = time.monotonic()
        with pytest.raises(ServiceFault), bench.database.unit():
            pytest.fail("a unit was opened on a frozen database")
        assert time.monotonic() - started < 10
    finally:
        for process in frozen:
            process.resume()
    assert bench.database.healthy()
