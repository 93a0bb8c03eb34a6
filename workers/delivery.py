"""Work on licensed copies."""

from dam.jobs.names import JobKind
from workers.app import app
from workers.entrance import the_house


@app.task(name=JobKind.MAKE_COPY.value)
def make_copy(job_id: int) -> None:
    """Make the licensed copy of a delivery."""
    the_house().jobs.run(job_id, the_house().delivery.make_copy)


@app.task(name=JobKind.DELETE_COPY.value)
def delete_copy(job_id: int) -> None:
    """Delete the licensed copy of a lapsed delivery."""
    the_house().jobs.run(job_id, the_house().delivery.delete_copy)
