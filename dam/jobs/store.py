"""The only SQL of background jobs; every instant is the database's, so worker clocks need not agree."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from types import MappingProxyType
from uuid import UUID

from sqlalchemy import ColumnElement, and_, case, func, or_, select, update
from sqlalchemy.dialects.postgresql import insert

from dam.database.tables.jobs import job
from dam.database.unit import Unit
from dam.jobs.lease import Lease
from dam.jobs.names import JobKind
from dam.kernel.ids import new_id

_ERROR_TEXT_LIMIT = 2000
_NONE: Mapping[str, object] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Due:
    """A job somebody should be told about."""

    job_id: int
    kind: JobKind


@dataclass(frozen=True, slots=True)
class Exhausted:
    """A job that used up its attempts, whose subject must be told."""

    job_id: int
    kind: JobKind
    subject_id: UUID
    last_error: str | None


@dataclass(frozen=True, slots=True)
class Census:
    """How the work stands.

    Units: `oldest_due_s` how long the longest waiting due job has waited; `last_end_s` how long ago any job ended.
    """

    due: int
    running: int
    quarantined: int
    oldest_due_s: float
    last_end_s: float | None


def enqueue(
    unit: Unit,
    kind: JobKind,
    subject_id: UUID,
    *,
    params: Mapping[str, object] = _NONE,
    recipe_version: int = 1,
    next_at: datetime | None = None,
) -> int:
    """Insert the job in the caller's transaction and return its id; the same work asked for twice is one job."""
    row = {
        "kind": kind.value,
        "subject_id": subject_id,
        **_written(params),
        "recipe_version": recipe_version,
        "next_at": func.now() if next_at is None else next_at,
        "hinted_at": func.now() if next_at is None else None,
    }
    made = unit.connection.execute(
        insert(job).values(row).on_conflict_do_nothing(constraint="uq_job_work").returning(job.c.id)
    ).scalar()
    return int(made) if made is not None else _same_work(unit, row)


def enqueue_each(
    unit: Unit, kind: JobKind, subject_ids: Sequence[UUID], *, params: Mapping[str, object] = _NONE
) -> None:
    """Insert one job a subject in the caller's transaction, due at once; the reconciler tells the workers of them."""
    same: dict[str, object] = {"kind": kind.value, **_written(params)}
    rows = [{"subject_id": one, **same} for one in subject_ids]
    if rows:
        unit.connection.execute(insert(job).values(rows).on_conflict_do_nothing(constraint="uq_job_work"))


def _written(params: Mapping[str, object]) -> dict[str, object]:
    written = json.dumps(dict(params), sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return {"params": json.loads(written), "params_sha256": hashlib.sha256(written.encode()).digest()}


def _same_work(unit: Unit, row: Mapping[str, object]) -> int:
    names = ("subject_id", "kind", "params_sha256", "recipe_version")
    same = and_(*(job.c[name] == row[name] for name in names))
    return int(unit.connection.execute(select(job.c.id).where(same)).scalar_one())


def claim(unit: Unit, job_id: int, lease_s: float) -> Lease | None:
    """Take the job if it is due or its lease lapsed; the attempt is counted before any work."""
    row = unit.connection.execute(
        update(job)
        .where(job.c.id == job_id, job.c.attempts < job.c.max_attempts, or_(_due(), _lapsed()))
        .values(
            state="running",
            attempts=job.c.attempts + 1,
            lease_token=new_id(),
            lease_until=_in(lease_s),
        )
        .returning(job.c.id, job.c.kind, job.c.subject_id, job.c.lease_token, job.c.attempts, job.c.params)
    ).one_or_none()
    if row is None:
        return None
    return Lease(row.id, JobKind(row.kind), row.subject_id, row.lease_token, row.attempts, row.params)


def extend(unit: Unit, lease: Lease, lease_s: float) -> bool:
    """Lengthen the lease; False when it is no longer ours."""
    return _held(unit, lease, {"lease_until": _in(lease_s)})


def finish(unit: Unit, lease: Lease) -> bool:
    """Mark the job done; False when it is no longer ours."""
    done = {"state": "done", "lease_token": None, "lease_until": None, "last_error": None, "ended_at": func.now()}
    return _held(unit, lease, done)


def fail(unit: Unit, lease: Lease, error_text: str, wait_s: float) -> bool:
    """Put the job back for another attempt, or among the failed when that was the last; False when not ours."""
    last = job.c.attempts >= job.c.max_attempts
    state = case((last, "failed"), else_="queued")
    return _held(unit, lease, _put_back(error_text, wait_s) | {"state": state})


def give_back(unit: Unit, lease: Lease, error_text: str, wait_s: float) -> bool:
    """Put the job back and forget the attempt: a service was down, the job is not to blame; False when not ours."""
    forgotten = {"attempts": job.c.attempts - 1, "infra": job.c.infra + 1}
    return _held(unit, lease, _put_back(error_text, wait_s) | forgotten | {"state": "queued"})


def failures(unit: Unit, lease: Lease) -> int:
    """Return how often the job was given back, for the length of the next wait."""
    return unit.connection.execute(select(job.c.infra).where(job.c.id == lease.job_id)).scalar() or 0


def collect_lapsed(unit: Unit, limit: int) -> int:
    """Take the lease from workers that fell silent: back in the queue, or failed when out of attempts."""
    lapsed = select(job.c.id).where(_lapsed()).order_by(job.c.lease_until).limit(limit)
    last = job.c.attempts >= job.c.max_attempts
    values = _put_back("the worker fell silent", 0) | {"state": case((last, "failed"), else_="queued")}
    rows = lapsed.with_for_update(skip_locked=True).cte("lapsed")
    return unit.connection.execute(update(job).where(job.c.id == rows.c.id).values(values)).rowcount


def take_due(unit: Unit, rehint_s: float, limit: int) -> Sequence[Due]:
    """Return due jobs nobody was told about lately, and note that they are being told now.

    Jobs hinted and still waiting count against the limit, so the broker never holds a long queue twice.
    """
    fresh = job.c.hinted_at > func.now() - timedelta(seconds=rehint_s)
    waiting = unit.connection.execute(select(func.count()).where(job.c.state == "queued", fresh)).scalar_one()
    stale = or_(job.c.hinted_at.is_(None), ~fresh)
    due = select(job.c.id).where(_due(), stale).order_by(job.c.next_at).limit(max(0, limit - waiting))
    rows = due.with_for_update(skip_locked=True).cte("due")
    told = update(job).where(job.c.id == rows.c.id).values(hinted_at=func.now()).returning(job.c.id, job.c.kind)
    return [Due(row.id, JobKind(row.kind)) for row in unit.connection.execute(told)]


def forget_hints(unit: Unit, job_ids: Sequence[int]) -> None:
    """Note that nobody was told after all."""
    unit.connection.execute(update(job).where(job.c.id.in_(job_ids)).values(hinted_at=None))


def exhausted(unit: Unit, limit: int) -> Sequence[Exhausted]:
    """Return failed jobs whose subject does not know yet."""
    failed = select(job.c.id, job.c.kind, job.c.subject_id, job.c.last_error).where(job.c.state == "failed")
    rows = unit.connection.execute(failed.order_by(job.c.id).limit(limit))
    return [Exhausted(row.id, JobKind(row.kind), row.subject_id, row.last_error) for row in rows]


def quarantine(unit: Unit, job_id: int) -> bool:
    """Close a failed job for good; False when it is not failed."""
    closed = update(job).where(job.c.id == job_id, job.c.state == "failed")
    return unit.connection.execute(closed.values(state="quarantined", ended_at=func.now())).rowcount == 1


def revive(unit: Unit, job_id: int) -> bool:
    """Give a quarantined job a fresh set of attempts; False when it is not quarantined."""
    revived = update(job).where(job.c.id == job_id, job.c.state == "quarantined")
    fresh = {"state": "queued", "attempts": 0, "next_at": func.now(), "hinted_at": None, "ended_at": None}
    return unit.connection.execute(revived.values(fresh)).rowcount == 1


def census(unit: Unit) -> Census:
    """Count the jobs."""
    due, now = _due(), func.now()
    row = unit.connection.execute(
        select(
            func.count().filter(due).label("due"),
            func.count().filter(job.c.state == "running").label("running"),
            func.count().filter(job.c.state.in_(("failed", "quarantined"))).label("quarantined"),
            func.coalesce(func.extract("epoch", now - func.min(job.c.next_at).filter(due)), 0).label("oldest_due_s"),
            func.extract("epoch", now - func.max(job.c.ended_at)).label("last_end_s"),
        )
    ).one()
    last_end_s = None if row.last_end_s is None else float(row.last_end_s)
    return Census(row.due, row.running, row.quarantined, float(row.oldest_due_s), last_end_s)


def _due() -> ColumnElement[bool]:
    return and_(job.c.state == "queued", job.c.next_at <= func.now())


def _lapsed() -> ColumnElement[bool]:
    return and_(job.c.state == "running", job.c.lease_until < func.now())


def _in(seconds: float) -> ColumnElement[datetime]:
    return func.now() + timedelta(seconds=seconds)


def _put_back(error_text: str, wait_s: float) -> dict[str, object]:
    return {
        "lease_token": None,
        "lease_until": None,
        "next_at": _in(wait_s),
        "hinted_at": None,
        "last_error": error_text.replace("\x00", "")[:_ERROR_TEXT_LIMIT],
    }


def _held(unit: Unit, lease: Lease, values: Mapping[str, object]) -> bool:
    mine = and_(job.c.id == lease.job_id, job.c.state == "running", job.c.lease_token == lease.token)
    return unit.connection.execute(update(job).where(mine).values(dict(values))).rowcount == 1
