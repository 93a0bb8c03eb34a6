"""How the log stands: what its sequencer last said of itself."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Spoken:
    """What the sequencer says of itself.

    Units: `size` entries with a place, `published` of them in the bucket, `waiting` without a place.
    """

    state: str
    fault: str | None
    size: int
    published: int
    waiting: int
    waiting_since: datetime | None
    seen_at: datetime | None
