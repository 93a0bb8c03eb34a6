"""Where a list goes on."""

from datetime import UTC, datetime

import pytest

from dam.kernel.errors import Invalid
from dam.kernel.ids import new_id
from dam.licensing.paging import Place, bounded, cursor_of, page_of, place_of

PLACE = Place(datetime(2026, 11, 22, 9, 30, 1, 5, tzinfo=UTC), new_id())


def test_a_cursor_brings_back_the_place():
    assert place_of(cursor_of(PLACE)) == PLACE
    assert place_of(None) is None
    assert place_of("") is None


@pytest.mark.parametrize("cursor", ["x", "%%%", "bm90aGluZw", "MjAyNi0xMS0yMnxub3QtYW4taWQ", "é", "-" * 500])
def test_a_foreign_cursor_is_a_fault_of_its_field(cursor):
    with pytest.raises(Invalid) as caught:
        place_of(cursor)
    assert [fault.field for fault in caught.value.faults] == ["cursor"]


def test_a_page_goes_on_only_where_there_is_more():
    places = [Place(PLACE.at, new_id()) for _ in range(3)]
    page = page_of(places, 2, lambda place: place)
    assert list(page.items) == places[:2]
    assert place_of(page.next) == places[1]
    assert page_of(places, 3, lambda place: place).next is None


@pytest.mark.parametrize(("asked", "given"), [(0, 1), (-5, 1), (24, 24), (1000, 100)])
def test_a_page_is_never_empty_nor_endless(asked, given):
    assert bounded(asked) == given
