"""Leases, fences and the reconciler on a real PostgreSQL and a real broker."""

import threading
from datetime import timedelta

import pytest
from sqlalchemy import text

from dam.jobs.celery_queue import CeleryQueue, make_celery
from dam.jobs.lease import Fenced
from dam.jobs.names import JobKind
from dam.jobs.service import JobService
from dam.kernel.clock import utc_now
from dam.kernel.errors import ServiceFault
from dam.kernel.ids import new_id
from dam.local.ports import free_ports

KIND = JobKind.PREPARE_ASSET


@pytest.fixture
def jobs(stack):
    with stack.owner.unit() as unit:
        unit.connection.execute(text("TRUNCATE job"))
    stack.broker.flushall()
    app = make_celery(stack.servers.broker_url)
    yield JobService(database=stack.database, queue=CeleryQueue(app), lease_s=1.0, rehint_s=0.5)
    app.close()


def add(jobs, subject=None, **options):
    with jobs.database.unit() as unit:
        return jobs.enqueue(unit, options.pop("kind", KIND), subject or new_id(), **options)


def row(jobs, job_id):
    with jobs.database.unit() as unit:
        return unit.connection.execute(text("SELECT * FROM job WHERE id = :i"), {"i": job_id}).one()


def write(jobs, job_id, **values):
    changes = ", ".join(f"{name} = {value}" for name, value in values.items())
    with jobs.database.unit() as unit:
        unit.connection.execute(text(f"UPDATE job SET {changes} WHERE id = :i"), {"i": job_id})


def end(jobs, lease):
    with jobs.database.unit() as unit:
        jobs.finish(unit, lease)


def test_the_same_work_asked_for_twice_is_one_job(jobs):
    subject = new_id()
    first = add(jobs, subject, params={"b": 1, "a": [1, 2]})
    assert add(jobs, subject, params={"a": [1, 2], "b": 1}) == first
    assert add(jobs, subject, params={"a": [2, 1], "b": 1}) != first
    assert add(jobs, subject, params={"b": 1, "a": [1, 2]}, recipe_version=2) != first
    assert add(jobs, subject, kind=JobKind.MAKE_COPY, params={"b": 1, "a": [1, 2]}) != first


def test_a_job_of_a_unit_that_rolled_back_never_was(jobs, stack):
    with pytest.raises(RuntimeError), jobs.database.unit() as unit:
        jobs.enqueue(unit, KIND, new_id())
        raise RuntimeError
    assert jobs.census().due == 0
    assert stack.broker.llen("ingest") == 0


def test_the_broker_is_told_after_the_commit_and_by_kind(jobs, stack):
    with jobs.database.unit() as unit:
        jobs.enqueue(unit, KIND, new_id())
        assert stack.broker.llen("ingest") == 0
    add(jobs, kind=JobKind.MAKE_COPY)
    assert (stack.broker.llen("ingest"), stack.broker.llen("delivery")) == (1, 1)


def test_work_is_taken_even_when_the_broker_is_down(stack):
    (port,) = free_ports(1)
    app = make_celery(f"redis://127.0.0.1:{port}/0")
    jobs = JobService(database=stack.database, queue=CeleryQueue(app), lease_s=1, rehint_s=0.5)
    job_id = add(jobs)
    assert row(jobs, job_id).hinted_at is None
    assert jobs.reconcile() == 0
    assert row(jobs, job_id).state == "queued"
    assert not CeleryQueue(app).healthy()
    app.close()


def test_one_claim_wins(jobs):
    job_id, won = add(jobs), []
    gate = threading.Barrier(8)

    def race():
        gate.wait()
        won.append(jobs.claim(job_id))

    threads = [threading.Thread(target=race) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    (lease,) = filter(None, won)
    assert (lease.job_id, lease.attempt, lease.kind) == (job_id, 1, KIND)
    assert row(jobs, job_id).attempts == 1


def test_a_finished_job_is_over(jobs):
    job_id = add(jobs)
    end(jobs, jobs.claim(job_id))
    assert row(jobs, job_id).state == "done"
    assert jobs.claim(job_id) is None
    assert jobs.reconcile() == 0


def test_whoever_lost_the_lease_cannot_finish_nor_fail(jobs):
    """The fence: a worker that was paused past its lease rolls back what it made."""
    job_id = add(jobs)
    slow = jobs.claim(job_id)
    write(jobs, job_id, lease_until="now() - interval '1 s'")
    fast = jobs.claim(job_id)
    assert fast.attempt == 2
    with pytest.raises(Fenced), jobs.database.unit() as unit:
        unit.connection.execute(text("UPDATE job SET last_error = 'written by the slow one'"))
        jobs.finish(unit, slow)
    jobs.fail(slow, "too late", give_back=False)
    jobs.fail(slow, "too late", give_back=True)
    assert (row(jobs, job_id).state, row(jobs, job_id).last_error) == ("running", None)
    end(jobs, fast)
    assert row(jobs, job_id).state == "done"


def test_a_lease_is_kept_alive_while_the_handler_works(jobs):
    """Three times the lease, and nobody takes the job away."""
    job_id, claims = add(jobs), []

    def handler(lease):
        for _ in range(15):
            threading.Event().wait(0.2)
            jobs.reconcile()
            claims.append(jobs.claim(job_id))
        end(jobs, lease)

    jobs.run(job_id, handler)
    assert claims == [None] * 15
    assert (row(jobs, job_id).state, row(jobs, job_id).attempts) == ("done", 1)


def test_a_failure_counts_and_waits(jobs):
    job_id = add(jobs)

    def broken(_lease):
        raise RuntimeError("cannot\x00 be worked")

    jobs.run(job_id, broken)
    kept = row(jobs, job_id)
    assert (kept.state, kept.attempts, kept.infra) == ("queued", 1, 0)
    assert kept.last_error == "RuntimeError: cannot be worked"
    assert kept.next_at > kept.created_at
    assert jobs.claim(job_id) is None


def test_a_service_that_is_down_gives_the_attempt_back(jobs):
    job_id = add(jobs)

    def cut_off(_lease):
        raise ServiceFault("s3")

    for outage in range(1, 8):
        write(jobs, job_id, next_at="now()")
        jobs.run(job_id, cut_off)
        kept = row(jobs, job_id)
        assert (kept.state, kept.attempts, kept.infra) == ("queued", 0, outage)
    assert kept.next_at - utc_now() > timedelta(seconds=10)


def test_a_handler_that_forgets_to_finish_has_failed(jobs):
    job_id = add(jobs)
    jobs.run(job_id, lambda _lease: None)
    assert "without finishing" in row(jobs, job_id).last_error


def test_the_fifth_failure_is_the_last_and_its_subject_is_told(jobs):
    subject, told = new_id(), []
    job_id = add(jobs, subject)
    jobs.when_exhausted(KIND, told.append)

    def broken(_lease):
        raise RuntimeError

    for _ in range(5):
        write(jobs, job_id, next_at="now()")
        jobs.run(job_id, broken)
    assert (row(jobs, job_id).state, told) == ("failed", [])
    jobs.reconcile()
    jobs.reconcile()
    assert (row(jobs, job_id).state, told) == ("quarantined", [subject])
    assert jobs.revive(job_id)
    assert jobs.claim(job_id).attempt == 1


def test_a_subject_that_could_not_be_told_is_told_again(jobs):
    told = []

    def tell(subject):
        told.append(subject)
        if len(told) == 1:
            raise ServiceFault("postgresql")

    jobs.when_exhausted(KIND, tell)
    job_id = add(jobs)
    write(jobs, job_id, attempts="4")
    jobs.claim(job_id)
    write(jobs, job_id, lease_until="now() - interval '1 s'")
    jobs.reconcile()
    assert row(jobs, job_id).state == "failed"
    jobs.reconcile()
    assert row(jobs, job_id).state == "quarantined"
    assert len(told) == 2


def test_one_subject_that_cannot_be_told_does_not_hold_up_the_others(jobs):
    told = []

    def tell(subject):
        if not told:
            told.append(None)
            raise KeyError(subject)
        told.append(subject)

    jobs.when_exhausted(KIND, tell)
    for _ in range(3):
        write(jobs, add(jobs), attempts="5", state="'failed'")
    jobs.reconcile()
    assert len(told) == 3


def test_a_silent_worker_loses_its_job_to_the_next(jobs, stack):
    job_id = add(jobs)
    jobs.claim(job_id)
    stack.broker.flushall()
    assert jobs.reconcile() == 0
    write(jobs, job_id, lease_until="now() - interval '1 s'")
    assert jobs.reconcile() == 1
    assert stack.broker.llen("ingest") == 1
    assert jobs.claim(job_id).attempt == 2


def test_work_for_later_is_told_of_later(jobs, stack):
    later = add(jobs, next_at=utc_now() + timedelta(hours=1))
    assert (stack.broker.llen("ingest"), jobs.reconcile(), jobs.claim(later)) == (0, 0, None)
    write(jobs, later, next_at="now()")
    assert jobs.reconcile() == 1


def test_many_reconcilers_tell_of_a_job_once(jobs, stack):
    for _ in range(40):
        write(jobs, add(jobs), hinted_at="NULL")
    stack.broker.flushall()
    counts, gate = [], threading.Barrier(4)

    def go_round():
        gate.wait()
        counts.append(jobs.reconcile())

    threads = [threading.Thread(target=go_round) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sum(counts) == stack.broker.llen("ingest") == 40


def test_a_long_queue_is_not_put_into_the_broker_again_and_again(jobs, stack):
    jobs.rehint_s = 60
    many = "INSERT INTO job (kind, subject_id, params_sha256) SELECT :k, gen_random_uuid(), sha256('')"
    with jobs.database.unit() as unit:
        unit.connection.execute(text(f"{many} FROM generate_series(1, 900)"), {"k": KIND.value})
    assert [jobs.reconcile() for _ in range(3)] == [500, 0, 0]
    assert stack.broker.llen("ingest") == 500


def test_the_census_counts(jobs):
    add(jobs)
    jobs.claim(add(jobs))
    end(jobs, jobs.claim(add(jobs)))
    census = jobs.census()
    assert (census.due, census.running, census.quarantined) == (1, 1, 0)
    assert 0 <= census.last_end_s < 5
    assert census.oldest_due_s < 5


def test_the_service_cannot_delete_jobs(jobs):
    with pytest.raises(Exception, match="permission denied"), jobs.database.unit() as unit:
        unit.connection.execute(text("DELETE FROM job"))
