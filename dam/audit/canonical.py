"""One event, one sequence of bytes: the JSON subset in which sorting and printing leave nothing to choose.

Within the subset `json.dumps` and RFC 8785 agree byte for byte; outside it (floats, non-ASCII keys, huge integers) they
do not, so everything outside it is refused.
"""

import json
import re
from collections.abc import Mapping

_KEY = re.compile(r"[a-z][a-z0-9_]*", re.ASCII)
_SURROGATE = re.compile("[\ud800-\udfff]")
_LARGEST_INTEGER = (1 << 53) - 1
_DEEPEST = 16
ENTRY_LIMIT_BYTES = 65_535


def canonical_bytes(document: Mapping[str, object]) -> bytes:
    """Return the only bytes that stand for the document.

    Raises: ValueError when the document leaves the subset or its bytes would not fit a log entry.
    Source: RFC 8785; entry limit of C2SP tlog-tiles.
    """
    _check(document, "", 0)
    entry = json.dumps(document, sort_keys=True, separators=(",", ":"), ensure_ascii=False, default=dict).encode()
    if len(entry) > ENTRY_LIMIT_BYTES:
        raise ValueError(f"a log entry holds {ENTRY_LIMIT_BYTES} bytes; this one has {len(entry)}")
    return entry


def _check(value: object, path: str, depth: int) -> None:
    if depth > _DEEPEST:
        raise ValueError(f"{path}: nested too deep")
    if value is None or isinstance(value, bool):
        return
    if isinstance(value, str):
        _check_string(value, path)
    elif isinstance(value, int):
        _check_integer(value, path)
    elif isinstance(value, Mapping):
        _check_object(value, path, depth)
    elif isinstance(value, list | tuple):
        for index, item in enumerate(value):
            _check(item, f"{path}.{index}", depth + 1)
    else:
        kind = type(value).__name__
        raise ValueError(f"{path}: {kind} is not allowed in a log entry")  # noqa: TRY004  one error for all faults


def _check_string(value: str, path: str) -> None:
    if not value.isascii() and _SURROGATE.search(value):
        raise ValueError(f"{path}: lone surrogate")
    if "\x00" in value:
        raise ValueError(f"{path}: NUL character")


def _check_integer(value: int, path: str) -> None:
    if abs(value) > _LARGEST_INTEGER:
        raise ValueError(f"{path}: integer beyond 2^53")


def _check_object(value: Mapping[object, object], path: str, depth: int) -> None:
    for key, item in value.items():
        if not isinstance(key, str) or not _KEY.fullmatch(key):
            raise ValueError(f"{path}: {key!r} is not a lower-case ASCII key")
        _check(item, f"{path}.{key}" if path else key, depth + 1)
