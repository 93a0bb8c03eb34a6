"""Sets of numbers behave as sets: compared with Python's own over small numbers."""

from hypothesis import given
from hypothesis import strategies as st

from dam.rights.terms import NumberSet

RANGES = st.lists(st.tuples(st.integers(0, 40), st.integers(0, 40)), max_size=6)
SETS = RANGES.map(lambda ranges: NumberSet.of(*ranges))


def leaves(numbers: NumberSet) -> set[int]:
    return {number for low, high in numbers.ranges for number in range(low, high)}


@given(RANGES)
def test_any_ranges_are_the_numbers_in_them(ranges: list[tuple[int, int]]) -> None:
    assert leaves(NumberSet.of(*ranges)) == {number for low, high in ranges for number in range(low, high)}


@given(SETS, SETS)
def test_the_algebra_is_that_of_sets(one: NumberSet, other: NumberSet) -> None:
    a, b = leaves(one), leaves(other)
    assert leaves(one.union(other)) == a | b
    assert leaves(one.common(other)) == a & b
    assert leaves(one.minus(other)) == a - b
    assert one.covers(other) == (a >= b)
    assert one.overlaps(other) == bool(a & b)
    assert (one == other) == (a == b)
    assert bool(one) == bool(a)


@given(SETS, st.integers(-2, 42))
def test_membership(numbers: NumberSet, number: int) -> None:
    assert (number in numbers) == (number in leaves(numbers))


@given(SETS)
def test_postgresql_s_writing_comes_back_the_same(numbers: NumberSet) -> None:
    assert NumberSet.parse(numbers.multirange()) == numbers
