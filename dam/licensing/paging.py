"""Where a list goes on: an opaque cursor that carries the sort key of the last row shown.

A cursor is no capability: every page is filtered by the reader's rights anew.
"""

import base64
import binascii
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar
from uuid import UUID

from dam.kernel.errors import Fault, Invalid
from dam.kernel.text import Bilingual
from dam.licensing.views import Page

DEFAULT_LIMIT = 24
MOST_ROWS = 100

Row = TypeVar("Row")


@dataclass(frozen=True, slots=True)
class Place:
    """The sort key of a row: when, then its id."""

    at: datetime
    row_id: UUID


def cursor_of(place: Place) -> str:
    """Return the place as text that is safe in a URL."""
    return base64.urlsafe_b64encode(f"{place.at.isoformat()}|{place.row_id}".encode()).decode().rstrip("=")


def place_of(cursor: str | None) -> Place | None:
    """Return the place in the cursor, or None where the list starts.

    Raises: Invalid when the cursor is not one of ours.
    """
    if not cursor:
        return None
    try:
        at, row_id = base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)).decode().split("|")
        place = Place(datetime.fromisoformat(at), UUID(row_id))
    except (binascii.Error, ValueError):
        place = None
    if place is None or place.at.tzinfo is None:
        message = Bilingual("This cursor is not one of ours; start from the first page.", "游标无效，请从第一页开始。")
        raise Invalid([Fault("cursor", "invalid", message)])
    return place


def page_of(rows: Sequence[Row], limit: int, place: Callable[[Row], Place]) -> Page[Row]:
    """Return the page out of one row more than it holds."""
    shown = rows[:limit]
    return Page(shown, cursor_of(place(shown[-1])) if len(rows) > limit else None)


def bounded(limit: int) -> int:
    """Return the limit, kept between one row and the most a page holds."""
    return max(1, min(limit, MOST_ROWS))
