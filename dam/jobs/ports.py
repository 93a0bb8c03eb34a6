"""What jobs need from outside."""

from typing import Protocol

from dam.jobs.names import JobKind


class Queue(Protocol):
    """A broker that may forget: losing a hint loses nothing."""

    def hint(self, kind: JobKind, job_id: int) -> None:
        """Tell the workers that a job is due.

        Raises: ServiceFault when the broker does not answer.
        """
