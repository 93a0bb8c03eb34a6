"""Keyset pages: an opaque cursor that carries the sort key of the last item shown.

A cursor is not a capability: the query behind it filters by the caller's rights every time.
"""

import base64
import binascii
import json
from collections.abc import Callable, Sequence
from typing import TypeVar

from dam.kernel.errors import Fault, Invalid
from dam.kernel.text import Bilingual

Item = TypeVar("Item")
Key = str | int | None


def cursor_of(*key: Key) -> str:
    """Return the sort key as text that is safe in a URL."""
    return base64.urlsafe_b64encode(json.dumps(key, separators=(",", ":")).encode()).rstrip(b"=").decode()


def key_of(cursor: str | None, length: int) -> tuple[Key, ...] | None:
    """Return the sort key in the cursor, or None where the list starts.

    Raises: Invalid, when the cursor is not one of ours.
    """
    if not cursor:
        return None
    try:
        key = json.loads(base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True))
    except (binascii.Error, ValueError):
        key = None
    if not isinstance(key, list) or len(key) != length or not all(isinstance(part, str | int | None) for part in key):
        text = Bilingual("This cursor is not one of ours; start from the first page.", "游标无效，请从第一页开始。")
        raise Invalid([Fault("cursor", "invalid", text)])
    return tuple(key)


def page_of(items: Sequence[Item], limit: int, key: Callable[[Item], tuple[Key, ...]]) -> dict[str, object]:
    """Return `{items, next}` from one item more than the page holds."""
    shown = list(items[:limit])
    return {"items": shown, "next": cursor_of(*key(shown[-1])) if len(items) > limit else None}
