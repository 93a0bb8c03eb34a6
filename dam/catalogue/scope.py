"""Every photograph's place in the holdings as one number, so that a claim on many is one range.

Shape: `holder:12 | fonds:12 | series:12 | item:27` bits, 63 in all: fits a signed 64-bit integer, never negative.
A whole holder, a whole fonds or a single photograph is each one half-open range of keys; a photograph that joins a
fonds later falls inside the fonds' range without anything being rewritten.
"""

from typing import NamedTuple

HOLDER_BITS = 12
FONDS_BITS = 12
SERIES_BITS = 12
ITEM_BITS = 27

_SERIES_SHIFT = ITEM_BITS
_FONDS_SHIFT = _SERIES_SHIFT + SERIES_BITS
_HOLDER_SHIFT = _FONDS_SHIFT + FONDS_BITS

MAX_HOLDER = (1 << HOLDER_BITS) - 1
MAX_FONDS = (1 << FONDS_BITS) - 1
MAX_SERIES = (1 << SERIES_BITS) - 1
MAX_ITEM = (1 << ITEM_BITS) - 1

NO_HOLDER = 0
"""The holder number of photographs whose holder is not recorded."""
NO_FONDS = 0
"""The fonds number of photographs in no collection."""


class Place(NamedTuple):
    """A scope key taken apart."""

    holder: int
    fonds: int
    series: int
    item: int


def scope_key(holder: int, fonds: int, item: int, *, series: int = 0) -> int:
    """Return the key of one photograph.

    Raises: ValueError when a number does not fit its bits.
    """
    _fit(holder, MAX_HOLDER, "holder")
    _fit(fonds, MAX_FONDS, "fonds")
    _fit(series, MAX_SERIES, "series")
    _fit(item, MAX_ITEM, "item")
    return (holder << _HOLDER_SHIFT) | (fonds << _FONDS_SHIFT) | (series << _SERIES_SHIFT) | item


def place(key: int) -> Place:
    """Return the numbers a key was made of."""
    return Place(
        key >> _HOLDER_SHIFT,
        (key >> _FONDS_SHIFT) & MAX_FONDS,
        (key >> _SERIES_SHIFT) & MAX_SERIES,
        key & MAX_ITEM,
    )


def item_range(key: int) -> tuple[int, int]:
    """Return the range `[lo, hi)` that holds this one photograph."""
    return key, key + 1


def fonds_range(holder: int, fonds: int) -> tuple[int, int]:
    """Return the range `[lo, hi)` of a whole fonds, with everything that will ever join it."""
    lo = scope_key(holder, fonds, 0)
    return lo, lo + (1 << _FONDS_SHIFT)


def _fit(number: int, most: int, name: str) -> None:
    if not 0 <= number <= most:
        raise ValueError(f"{name} number {number} is not in 0..{most}")
