"""How long a job waits."""

from hypothesis import given
from hypothesis import strategies as st

from dam.jobs.backoff import wait_s
from dam.jobs.celery_queue import make_celery, queue_name
from dam.jobs.names import JobKind


@given(st.integers(0, 10_000), st.floats(0, 1, exclude_max=True))
def test_a_wait_is_never_zero_and_never_long(times, jitter):
    assert 0.25 <= wait_s(times, jitter) <= 60


def test_waits_double_up_to_a_minute():
    assert [wait_s(times, 0) for times in range(9)] == [0.5, 1, 2, 4, 8, 16, 32, 60, 60]


def test_two_workers_do_not_wait_in_step():
    assert len({wait_s(5) for _ in range(50)}) > 40


def test_every_kind_has_a_queue_that_the_workers_listen_to():
    listened = {queue.name for queue in make_celery("redis://unused").conf.task_queues}
    assert {queue_name(kind) for kind in JobKind} == listened == {"ingest", "delivery", "mail"}


def test_a_running_job_is_never_sent_out_twice_by_the_broker():
    conf = make_celery("redis://unused").conf
    assert conf.broker_transport_options["visibility_timeout"] > conf.task_time_limit > conf.task_soft_time_limit
    assert conf.accept_content == ["json"]
