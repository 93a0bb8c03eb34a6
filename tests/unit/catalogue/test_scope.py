"""Scope keys: one photograph, one number; one claim, one range."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dam.catalogue.scope import (
    MAX_FONDS,
    MAX_HOLDER,
    MAX_ITEM,
    MAX_SERIES,
    Place,
    fonds_range,
    item_range,
    place,
    scope_key,
)

HOLDERS, FONDS = st.integers(0, MAX_HOLDER), st.integers(0, MAX_FONDS)
SERIES, ITEMS = st.integers(0, MAX_SERIES), st.integers(0, MAX_ITEM)


@given(HOLDERS, FONDS, SERIES, ITEMS)
def test_a_key_gives_back_its_numbers_and_fits_a_signed_bigint(holder, fonds, series, item):
    key = scope_key(holder, fonds, item, series=series)
    assert place(key) == Place(holder, fonds, series, item)
    assert 0 <= key < 2**63


@given(HOLDERS, FONDS, SERIES, ITEMS, HOLDERS, FONDS)
def test_a_range_holds_exactly_its_own(holder, fonds, series, item, other_holder, other_fonds):
    key = scope_key(holder, fonds, item, series=series)
    lo, hi = fonds_range(other_holder, other_fonds)
    assert (lo <= key < hi) == ((holder, fonds) == (other_holder, other_fonds))
    lo, hi = item_range(key)
    assert (lo, hi) == (key, key + 1)


@pytest.mark.parametrize(
    ("holder", "fonds", "series", "item"),
    [
        (-1, 0, 0, 0),
        (MAX_HOLDER + 1, 0, 0, 0),
        (0, MAX_FONDS + 1, 0, 0),
        (0, 0, MAX_SERIES + 1, 0),
        (0, 0, 0, MAX_ITEM + 1),
    ],
)
def test_a_number_that_does_not_fit_is_refused_and_never_spills_over(holder, fonds, series, item):
    with pytest.raises(ValueError, match="is not in"):
        scope_key(holder, fonds, item, series=series)
