"""The calendar says what `availability` says, cell by cell, and its months are whole."""

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as st

from dam.kernel.span import days
from dam.rights.calendar import MEDIA_GROUPS, TERRITORY_GROUPS, Column, Month, calendar, months_from, product
from dam.rights.decision import availability
from dam.rights.facts import Action, Use
from dam.rights.territories import TERRITORIES, territory_set
from dam.rights.vocabularies import MEDIA, media_set
from tests.laws.test_decision import Asked, asked

COLUMNS = product(("WORLD", "030", "FR"), ("editorial.news", "editorial.book", "machine"))


@settings(max_examples=60, deadline=None)
@given(asked, st.dates(date(2025, 12, 1), date(2026, 8, 31)))
def test_every_cell_is_the_answer_to_its_own_question(case: Asked, today: date) -> None:
    """The months that share a row share it rightly: each is judged here by itself."""
    at = datetime(today.year, today.month, today.day, tzinfo=UTC)
    found = calendar(case.facts, case.use.party, COLUMNS, months_from(today, 14), at)
    for month, cells in zip(found.months, found.cells, strict=True):
        for column, cell in zip(COLUMNS, cells, strict=True):
            where, what = territory_set([column.territory]), media_set([column.media])
            span = days(month.first, month.last, "Asia/Shanghai")
            use = Use(Action.PUBLISH, case.use.party, what, where, span)
            assert cell == availability(use, case.facts, at), (month, column)


@given(st.dates(date(2024, 1, 1), date(2099, 12, 31)), st.integers(1, 24))
def test_months_follow_each_other_without_a_gap(today: date, count: int) -> None:
    months = months_from(today, count)
    assert (months[0].first, len(months)) == (today, count)
    for one, following in pairwise(months):
        assert following.first == one.last + timedelta(days=1)
        assert following.first.day == 1
    assert (months[-1].last + timedelta(days=1)).day == 1


def test_the_last_day_of_a_month_is_a_month_of_one_day() -> None:
    assert months_from(date(2028, 2, 29), 2) == (
        Month(date(2028, 2, 29), date(2028, 2, 29)),
        Month(date(2028, 3, 1), date(2028, 3, 31)),
    )


def test_the_columns_are_codes_of_the_vocabularies() -> None:
    assert set(MEDIA_GROUPS) <= set(MEDIA)
    assert set(TERRITORY_GROUPS) - set(TERRITORIES) == {"CHN+", "EU"}
    assert product(["FR", "CN"], ["machine"]) == (Column("FR", "machine"), Column("CN", "machine"))
