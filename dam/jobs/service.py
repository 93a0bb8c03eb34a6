"""Running background jobs so that none is lost and none takes effect twice."""

import logging
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from types import MappingProxyType
from uuid import UUID

from dam.database.unit import Database, Unit
from dam.jobs import store
from dam.jobs.backoff import wait_s
from dam.jobs.heartbeat import heartbeat
from dam.jobs.lease import Fenced, Lease
from dam.jobs.names import JobKind
from dam.jobs.ports import Queue
from dam.kernel.errors import ImprimaturError, ServiceFault

_log = logging.getLogger(__name__)
_NONE: Mapping[str, object] = MappingProxyType({})
_BATCH = 200
_MOST_HINTS = 500
_UNFINISHED = "the handler returned without finishing the job"

Handler = Callable[[Lease], None]
OnExhausted = Callable[[UUID], None]


class JobService:
    """The job table and its leases.

    Units: `lease_s` how long a silent worker keeps a job; `rehint_s` how long before a waiting job is told of again.
    """

    def __init__(self, *, database: Database, queue: Queue, lease_s: float = 60, rehint_s: float = 30) -> None:
        self.database = database
        self.queue = queue
        self.lease_s = lease_s
        self.rehint_s = rehint_s
        self._on_exhausted: dict[JobKind, OnExhausted] = {}

    def when_exhausted(self, kind: JobKind, tell: OnExhausted) -> None:
        """Register who is told when a job of the kind is given up; telling twice must do no harm."""
        self._on_exhausted[kind] = tell

    def enqueue(
        self,
        unit: Unit,
        kind: JobKind,
        subject_id: UUID,
        *,
        params: Mapping[str, object] = _NONE,
        recipe_version: int = 1,
        next_at: datetime | None = None,
    ) -> int:
        """Insert the job in the caller's transaction, and hint the broker once that is committed.

        Shape: `params` is JSON; subject, kind, params and recipe version together are one piece of work, done once.
        """
        job_id = store.enqueue(unit, kind, subject_id, params=params, recipe_version=recipe_version, next_at=next_at)
        if next_at is None:
            unit.after_commit(partial(self._hint, store.Due(job_id, kind)))
        return job_id

    def claim(self, job_id: int) -> Lease | None:
        """Take the job for one attempt; None when it is not due, not ours to take, or over."""
        with self.database.unit() as unit:
            return store.claim(unit, job_id, self.lease_s)

    def finish(self, unit: Unit, lease: Lease) -> None:
        """Mark the job done in the unit that writes its effect.

        Raises: Fenced when the lease was lost: the unit must roll back.
        """
        if not store.finish(unit, lease):
            raise Fenced

    def hold(self, lease: Lease) -> None:
        """Make sure, before something that cannot be taken back, that no other worker has the job by now.

        Raises: Fenced.
        """
        if not self._extend(lease):
            raise Fenced

    def fail(self, lease: Lease, error_text: str, *, give_back: bool) -> None:
        """End the attempt without result: counted against the job, or given back when a service was down."""
        with self.database.unit() as unit:
            if give_back:
                store.give_back(unit, lease, error_text, wait_s(store.failures(unit, lease)))
            else:
                store.fail(unit, lease, error_text, wait_s(lease.attempt))

    def revive(self, job_id: int) -> bool:
        """Give a quarantined job a fresh set of attempts; False when it is not quarantined."""
        with self.database.unit() as unit:
            return store.revive(unit, job_id)

    def census(self) -> store.Census:
        """Count the jobs, for whoever watches that work goes on."""
        with self.database.unit() as unit:
            return store.census(unit)

    def run(self, job_id: int, handler: Handler) -> None:
        """Claim the job, keep its lease alive, call the handler, and settle whatever it raises.

        The handler ends by calling `finish` in the unit that holds its effect.
        """
        lease = self.claim(job_id)
        if lease is None:
            return
        with heartbeat(partial(self._extend, lease), self.lease_s / 3):
            failure = _attempt(handler, lease)
        if failure is not None:
            self._settle(lease, failure)

    def reconcile(self) -> int:
        """Collect lapsed leases, close what is out of attempts, hint what is due; return how many hints went out."""
        with self.database.unit() as unit:
            store.collect_lapsed(unit, _BATCH)
        with self.database.unit() as unit:
            exhausted = store.exhausted(unit, _BATCH)
        for job in exhausted:
            self._close(job)
        return self._hint_due()

    def _extend(self, lease: Lease) -> bool:
        with self.database.unit() as unit:
            return store.extend(unit, lease, self.lease_s)

    def _settle(self, lease: Lease, failure: "_Failure") -> None:
        """Write the failure down; while PostgreSQL is away, try for as long as the lease lasts, then let it lapse."""
        started = time.monotonic()
        for times in range(_BATCH):
            try:
                return self.fail(lease, failure.text, give_back=failure.give_back)
            except ServiceFault:
                pause = wait_s(times)
                if time.monotonic() - started + pause > self.lease_s:
                    break
                time.sleep(pause)
        _log.error("job %s could not be put back; its lease will lapse", lease.job_id)
        return None

    def _close(self, job: store.Exhausted) -> None:
        """Tell the subject first and mark the job second: a crash between them tells it twice, not never."""
        tell = self._on_exhausted.get(job.kind)
        try:
            if tell is not None:
                tell(job.subject_id)
            with self.database.unit() as unit:
                store.quarantine(unit, job.job_id)
        except Exception:  # noqa: BLE001  one subject that cannot be told must not hold up the others
            _log.exception("job %s is out of attempts but its subject could not be told yet", job.job_id)
        else:
            _log.error("job %s (%s) was quarantined: %s", job.job_id, job.kind, job.last_error)

    def _hint_due(self) -> int:
        with self.database.unit() as unit:
            due = store.take_due(unit, self.rehint_s, _MOST_HINTS)
        for told, job in enumerate(due):
            if not self._hint(job):
                self._forget([left.job_id for left in due[told + 1 :]])
                return told
        return len(due)

    def _hint(self, job: store.Due) -> bool:
        try:
            self.queue.hint(job.kind, job.job_id)
        except ServiceFault:
            _log.warning("the broker does not answer; job %s waits for the reconciler", job.job_id)
            self._forget([job.job_id])
            return False
        return True

    def _forget(self, job_ids: Sequence[int]) -> None:
        with self.database.unit() as unit:
            store.forget_hints(unit, job_ids)


@dataclass(frozen=True, slots=True)
class _Failure:
    """Why an attempt ended without result; harmless to write down when it did end with one."""

    text: str
    give_back: bool


def _attempt(handler: Handler, lease: Lease) -> _Failure | None:
    """Call the handler; None when somebody else owns the job now, so there is nothing left to write."""
    try:
        handler(lease)
    except Fenced:
        _log.warning("job %s was taken over; result thrown away", lease.job_id)
        return None
    except Exception as error:  # noqa: BLE001  whatever the handler raises is the job's failure, not the worker's
        blameless = isinstance(error, ImprimaturError) and error.retryable
        _log.warning("job %s, attempt %s failed", lease.job_id, lease.attempt, exc_info=error)
        return _Failure(f"{type(error).__name__}: {error}", give_back=blameless)
    return _Failure(_UNFINISHED, give_back=False)
