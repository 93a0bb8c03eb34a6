"""Work on received photographs."""

from dam.jobs.names import JobKind
from workers.app import app
from workers.entrance import the_house


@app.task(name=JobKind.PREPARE_ASSET.value)
def prepare_asset(job_id: int) -> None:
    """Read an original and make its renditions."""
    the_house().jobs.run(job_id, the_house().ingest.prepare)
