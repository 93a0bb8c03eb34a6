"""Sets and spans of the domain, as PostgreSQL's ranges and back."""

from datetime import datetime

from sqlalchemy.dialects.postgresql.ranges import MultiRange, Range

from dam.kernel.span import Span
from dam.rights.terms import NumberSet


def multirange(numbers: NumberSet) -> MultiRange[int]:
    """Return the set as a multirange."""
    return MultiRange([Range(low, high) for low, high in numbers.ranges])


def number_set(found: MultiRange[int]) -> NumberSet:
    """Return the multirange as a set.

    Raises: ValueError when it is unbounded, which the tables refuse.
    """
    return NumberSet.of(*((_bound(part.lower), _bound(part.upper)) for part in found))


def term(span: Span) -> Range[datetime]:
    """Return the span as a range of instants."""
    return Range(span.start, span.end)


def span_of(found: Range[datetime]) -> Span:
    """Return the range of instants as a span.

    Raises: ValueError when it has no beginning, which the tables refuse.
    """
    if found.lower is None:
        raise ValueError("a term needs a beginning")
    return Span(found.lower, found.upper)


def _bound(number: int | None) -> int:
    if number is None:
        raise ValueError("a set needs its bounds")
    return number
