"""Half-open spans of time, and the contract days they come from."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch of time.

    Shape: `[start, end)`, both aware; `end` None means it has no end.
    Raises: ValueError when an edge is naive or the span would be empty.
    """

    start: datetime
    end: datetime | None

    def __post_init__(self) -> None:
        if self.start.tzinfo is None or (self.end is not None and self.end.tzinfo is None):
            raise ValueError("a span needs aware instants")
        if self.end is not None and self.end <= self.start:
            raise ValueError("a span must end after it starts")

    def holds(self, at: datetime) -> bool:
        """Tell whether the instant lies in the span."""
        return self.start <= at and (self.end is None or at < self.end)

    def covers(self, other: "Span") -> bool:
        """Tell whether all of the other span lies in this one."""
        if self.start > other.start:
            return False
        return self.end is None or (other.end is not None and other.end <= self.end)

    def overlaps(self, other: "Span") -> bool:
        """Tell whether the two share an instant."""
        return _before(self.start, other.end) and _before(other.start, self.end)


def _before(start: datetime, end: datetime | None) -> bool:
    return end is None or start < end


def days(first: date, last: date, tz: str) -> Span:
    """Return the span of whole contract days, the last one included.

    Units: calendar days of the zone `tz` (IANA name), returned as UTC instants.
    Raises: ValueError when the last day lies before the first.
    """
    zone = ZoneInfo(tz)
    start = datetime.combine(first, time.min, zone)
    end = datetime.combine(last + timedelta(days=1), time.min, zone)
    return Span(start.astimezone(UTC), end.astimezone(UTC))
