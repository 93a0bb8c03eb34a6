"""Counts beside a list, through the same condition as the list itself."""

from collections.abc import Iterable
from dataclasses import dataclass

from dam.kernel.text import Bilingual

COUNTED_AT_MOST = 10_000


@dataclass(frozen=True, slots=True)
class Facet:
    """One choice and how many of what was found it would leave.

    Shape: `value` is what the filter of the same name takes.
    """

    value: str
    label: Bilingual
    count: int


@dataclass(frozen=True, slots=True)
class Facets:
    """The counts.

    Shape: `state` is empty except for those who inspect; `capped` tells that more than 10,000 photographs were found
    and only so many of them, in no order, were counted.
    """

    holder: tuple[Facet, ...]
    collection: tuple[Facet, ...]
    year: tuple[Facet, ...]
    state: tuple[Facet, ...]
    total: int
    capped: bool


def decade_label(first_year: int) -> Bilingual:
    """Return a decade as people say it."""
    return Bilingual(f"{first_year}s", f"{first_year} 年代")


def most_first(facets: Iterable[Facet]) -> tuple[Facet, ...]:
    """Return the choices, those that leave most first."""
    return tuple(sorted(facets, key=lambda facet: (-facet.count, facet.label.en, facet.value)))
