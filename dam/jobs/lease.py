"""The right to work on a job, for a while."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from uuid import UUID

from dam.jobs.names import JobKind
from dam.kernel.errors import Conflict
from dam.kernel.text import Bilingual


@dataclass(frozen=True, slots=True)
class Lease:
    """One attempt at one job; only the holder of its token may finish it."""

    job_id: int
    kind: JobKind
    subject_id: UUID
    token: UUID
    attempt: int
    params: Mapping[str, object] = field(default_factory=dict)


class Fenced(Conflict):
    """The lease lapsed and the job belongs to somebody else now; whatever was worked out must be thrown away."""

    code = "fenced"

    def __init__(self) -> None:
        super().__init__(Bilingual("This work was taken over by another worker.", "此任务已由另一个工作进程接手。"))
