"""A real worker whose work is small: store an object, then one unit with the event and the end of the job."""

import os
import signal
import time
from uuid import UUID

from dam.audit.events import Event, EventType
from dam.audit.service import append
from dam.database.engine import make_engine
from dam.database.unit import Database
from dam.jobs.celery_queue import CeleryQueue, make_celery
from dam.jobs.lease import Lease
from dam.jobs.names import JobKind
from dam.jobs.service import JobService
from dam.kernel.clock import utc_now
from dam.storage.s3 import S3Access
from dam.storage.stores import open_stores

app = make_celery(os.environ["BROKER_URL"])
_built: dict[int, tuple[JobService, Database, object]] = {}


def rooms():
    """Build jobs and store once a process."""
    if os.getpid() not in _built:
        database = Database(make_engine(os.environ["DATABASE_URL"], pool_size=3))
        jobs = JobService(database=database, queue=CeleryQueue(app), lease_s=float(os.environ["LEASE_S"]))
        access = S3Access(
            os.environ["S3_ENDPOINT"], "us-east-1", os.environ["S3_ACCESS_KEY"], os.environ["S3_SECRET_KEY"]
        )
        _built[os.getpid()] = (jobs, database, open_stores(access))
    return _built[os.getpid()]


@app.task(name=JobKind.PREPARE_ASSET.value)
def prepare(job_id: int) -> None:
    """Run the job."""
    rooms()[0].run(job_id, work)


def work(lease: Lease) -> None:
    """Do what the job's parameters say."""
    jobs, database, stores = rooms()
    if lease.params.get("poison") == "kill":
        os.kill(os.getpid(), signal.SIGKILL)
    if lease.params.get("poison") == "raise":
        raise RuntimeError("this file cannot be worked")
    time.sleep(float(lease.params.get("work_s", 0.05)))
    stores.renditions.put(f"bench/{lease.subject_id}", str(lease.subject_id).encode(), "text/plain")
    with database.unit() as unit:
        event = Event(type=EventType.ASSET_PREPARED, actor=None, organisation=None, asset=UUID(str(lease.subject_id)))
        append(unit, event, utc_now())
        jobs.finish(unit, lease)
