"""Sets of numbers: every dimension of a permission is a numbered tree, so every set is a few ranges."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

Range = tuple[int, int]


@dataclass(frozen=True, slots=True)
class NumberSet:
    """A set of whole numbers.

    Shape: half-open `(low, high)` ranges, sorted, never empty, never touching; so equal sets are equal values.
    Raises: ValueError when the ranges are not in that form; `NumberSet.of` brings any ranges into it.
    """

    ranges: tuple[Range, ...] = ()

    def __post_init__(self) -> None:
        if self.ranges != _normal(self.ranges):
            raise ValueError("the ranges are not sorted, apart and non-empty")

    @classmethod
    def of(cls, *ranges: Range) -> "NumberSet":
        """Return the set of every number in any of the half-open ranges; an empty range adds nothing."""
        return cls(_normal(ranges))

    @classmethod
    @lru_cache(maxsize=2048)  # a few sets stand in most agreements and licences, and a decision reads many
    def parse(cls, text: str) -> "NumberSet":
        """Read a PostgreSQL multirange of integers such as `{[0,16),[32,48)}`.

        Raises: ValueError for anything else, unbounded ranges included.
        """
        if not (text.startswith("{") and text.endswith("}")):
            raise ValueError("not a multirange")
        inner = text[1:-1]
        return cls.of(*(_read_range(part) for part in inner.split("),"))) if inner else cls()

    def multirange(self) -> str:
        """Return the set as PostgreSQL writes a multirange."""
        return "{" + ",".join(f"[{low},{high})" for low, high in self.ranges) + "}"

    def __bool__(self) -> bool:
        """Tell whether the set holds any number."""
        return bool(self.ranges)

    def __contains__(self, number: int) -> bool:
        """Tell whether the number is in the set."""
        return any(low <= number < high for low, high in self.ranges)

    def covers(self, other: "NumberSet") -> bool:
        """Tell whether every number of the other set is in this one."""
        return all(any(low <= a and b <= high for low, high in self.ranges) for a, b in other.ranges)

    def overlaps(self, other: "NumberSet") -> bool:
        """Tell whether the two share a number."""
        return any(low < b and a < high for low, high in self.ranges for a, b in other.ranges)

    def union(self, other: "NumberSet") -> "NumberSet":
        """Return the numbers of either set."""
        return NumberSet.of(*self.ranges, *other.ranges)

    def common(self, other: "NumberSet") -> "NumberSet":
        """Return the numbers of both sets."""
        pairs = ((max(low, a), min(high, b)) for low, high in self.ranges for a, b in other.ranges)
        return NumberSet.of(*pairs)

    def minus(self, other: "NumberSet") -> "NumberSet":
        """Return the numbers of this set that are not in the other."""
        left: tuple[Range, ...] = self.ranges
        for low, high in other.ranges:
            left = tuple(part for a, b in left for part in ((a, min(b, low)), (max(a, high), b)) if part[0] < part[1])
        return NumberSet.of(*left)


def _normal(ranges: Iterable[Range]) -> tuple[Range, ...]:
    merged: list[Range] = []
    for low, high in sorted((low, high) for low, high in ranges if low < high):
        if merged and low <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(high, merged[-1][1]))
        else:
            merged.append((low, high))
    return tuple(merged)


def _read_range(text: str) -> Range:
    low, _, high = text.removeprefix("[").removesuffix(")").partition(",")
    return int(low), int(high)
