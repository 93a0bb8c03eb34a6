"""Work on letters."""

from dam.jobs.names import JobKind
from workers.app import app
from workers.entrance import the_house


@app.task(name=JobKind.SEND_LETTER.value)
def send_letter(job_id: int) -> None:
    """Send a letter of the outbox."""
    the_house().jobs.run(job_id, the_house().mail.send)
