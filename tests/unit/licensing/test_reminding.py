"""When people are reminded: the edges of the day, in the licence's own zone."""

from datetime import UTC, date, datetime, timedelta

import pytest

from dam.licensing.reminding import OVERDUE, days_left, ending_step, report_step

LAST = date(2026, 12, 31)


@pytest.mark.parametrize(
    ("zone", "at", "left"),
    [
        ("Asia/Shanghai", "2026-12-23T15:59:59+00:00", 8),
        ("Asia/Shanghai", "2026-12-23T16:00:00+00:00", 7),
        ("Asia/Shanghai", "2026-12-31T15:59:59+00:00", 0),
        ("Asia/Shanghai", "2026-12-31T16:00:00+00:00", -1),
        ("UTC", "2026-12-23T16:00:00+00:00", 8),
        ("Pacific/Kiritimati", "2026-12-23T10:00:00+00:00", 7),
        ("America/New_York", "2026-12-24T04:59:59+00:00", 8),
        ("America/New_York", "2026-12-24T05:00:00+00:00", 7),
    ],
)
def test_days_are_those_of_the_licence(zone, at, left):
    assert days_left(LAST, datetime.fromisoformat(at), zone) == left


def test_a_summer_hour_does_not_move_the_day():
    """The clocks of Berlin go back on 25 October 2026: that day has 25 hours, and is one day."""
    last, zone = date(2026, 10, 31), "Europe/Berlin"
    assert days_left(last, datetime(2026, 10, 24, 21, 59, 59, tzinfo=UTC), zone) == 7
    assert days_left(last, datetime(2026, 10, 24, 22, 0, 0, tzinfo=UTC), zone) == 6
    assert days_left(last, datetime(2026, 10, 25, 23, 0, 0, tzinfo=UTC), zone) == 5


@pytest.mark.parametrize(
    ("left", "done", "step"),
    [
        (91, (), None),
        (90, (), 90),
        (90, (90,), None),
        (31, (90,), None),
        (30, (90,), 30),
        (30, (90, 30), None),
        (8, (90, 30), None),
        (7, (90, 30), 7),
        (0, (90, 30, 7), None),
        (0, (90, 30), 7),
        (-1, (), None),
        (25, (), 30),
        (3, (), 7),
        (3, (7,), None),
        (20, (7,), None),
    ],
)
def test_only_the_nearest_step_is_told(left, done, step):
    assert ending_step(left, done) == step


@pytest.mark.parametrize(
    ("left", "done", "step"),
    [
        (8, (), None),
        (7, (), 7),
        (0, (), 7),
        (0, (7,), None),
        (-1, (7,), OVERDUE),
        (-1, (), OVERDUE),
        (-30, (7, 0), None),
    ],
)
def test_a_report_is_due_and_then_overdue(left, done, step):
    assert report_step(left, done) == step


def test_a_year_of_daily_rounds_tells_three_times():
    done: list[int] = []
    for left in range(365, -20, -1):
        step = ending_step(left, done)
        done += [] if step is None else [step]
    assert done == [90, 30, 7]


@pytest.mark.parametrize("pause", [2, 8, 40, 100])
def test_after_an_outage_nothing_is_told_twice_and_never_two_steps_at_once(pause):
    done: list[int] = []
    start = datetime(2026, 1, 1, tzinfo=UTC)
    for nth in range(0, 400, pause):
        step = ending_step(days_left(LAST, start + timedelta(days=nth), "UTC"), done)
        done += [] if step is None else [step]
    assert done == sorted(set(done), reverse=True)
