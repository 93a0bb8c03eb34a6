"""When people are reminded: the nearest step, once, by the calendar of the licence itself."""

from collections.abc import Collection
from datetime import date, datetime
from enum import StrEnum
from zoneinfo import ZoneInfo

ENDING_STEPS = (90, 30, 7)
REPORT_STEPS = (7,)
OVERDUE = 0


class ReminderKind(StrEnum):
    """What people are reminded of."""

    LICENCE = "licence"
    AGREEMENT = "agreement"
    REPORT = "report"


def days_left(last_day: date, at: datetime, time_zone: str) -> int:
    """Return how many midnights of the zone lie between the instant's day and the last day; below nought once over.

    Units: calendar days of the zone (IANA name).
    """
    return (last_day - at.astimezone(ZoneInfo(time_zone)).date()).days


def ending_step(left: int, done: Collection[int]) -> int | None:
    """Return the step at which people are to be told that something ends, None where there is nothing to tell.

    After an outage only the nearest step is due; steps that were missed are not made up for.
    Units: `left` days, as `days_left` counts them.
    """
    return None if left < 0 else _nearest(ENDING_STEPS, left, done)


def report_step(left: int, done: Collection[int]) -> int | None:
    """Return the step at which people are to be told that a report is due, `OVERDUE` once the day has passed.

    Units: `left` days, as `days_left` counts them.
    """
    if left < 0:
        return None if OVERDUE in done else OVERDUE
    return _nearest(REPORT_STEPS, left, done)


def _nearest(steps: Collection[int], left: int, done: Collection[int]) -> int | None:
    nearest = min((one for one in steps if left <= one), default=None)
    return None if nearest is None or any(one <= nearest for one in done) else nearest
