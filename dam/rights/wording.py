"""Values of the judgement as JSON and back: one way to write each, so that equal values are equal bytes.

Types are read from the dataclasses themselves; a field added to one of them is written and read without a word here.
"""

import json
import types
from collections.abc import Callable, Mapping
from dataclasses import MISSING, fields, is_dataclass
from datetime import UTC, datetime
from enum import Enum
from functools import cache
from typing import Any, NewType, TypeAlias, TypeVar, Union, get_args, get_origin, get_type_hints
from uuid import UUID

from dam.kernel.span import Span
from dam.rights.terms import NumberSet

T = TypeVar("T")
Json: TypeAlias = Any
"""What JSON can say; the readers check what it is."""
Writer: TypeAlias = Callable[[Json], Json]
Reader: TypeAlias = Callable[[Json], Json]


class Unreadable(ValueError):
    """What was written says something these rules have no word for, or leaves out what they need."""


def canonical(document: object) -> bytes:
    """Return the only bytes that stand for a JSON document.

    Raises: ValueError for what JSON cannot say exactly.
    """
    said = json.dumps(document, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)
    return said.encode()


def plain(value: object) -> Json:
    """Return the value as JSON data: every field of a dataclass under its name, instants in UTC.

    Raises: ValueError for a naive instant, TypeError for a kind of value no receipt holds.
    """
    kind: Json = type(value)
    return _writer(kind)(value)


def read(kind: type[T], said: object) -> T:
    """Return the value of that type which `plain` wrote; a field that was not yet known takes its default.

    Raises: Unreadable for a field these rules do not know, a missing one without default, or a wrong kind of value.
    """
    try:
        told: Json = kind
        value: T = _reader(told)(said)
    except Unreadable:
        raise
    except (TypeError, ValueError, KeyError, AttributeError) as error:
        raise Unreadable(str(error)) from error
    return value


@cache
def _writer(kind: type[object]) -> Writer:
    if kind in _BUILT_IN:
        return _BUILT_IN[kind][0]
    if issubclass(kind, Enum):
        return _word
    if is_dataclass(kind):
        return _fields_writer(tuple(field.name for field in fields(kind)))
    if issubclass(kind, tuple | list):
        return _list
    if issubclass(kind, Mapping):
        return _object
    raise TypeError(f"a receipt holds no {kind.__name__}")


def _fields_writer(names: tuple[str, ...]) -> Writer:
    return lambda value: {name: plain(getattr(value, name)) for name in names}


def _as_it_is(value: Json) -> Json:
    return value


def _word(value: Enum) -> Json:
    return value.value


def _list(value: Json) -> list[Any]:
    return [plain(item) for item in value]


def _object(value: Mapping[str, object]) -> dict[str, Any]:
    return {str(name): plain(item) for name, item in value.items()}


def _instant(value: datetime) -> str:
    if value.tzinfo is None:
        raise ValueError("a receipt needs aware instants")
    return value.astimezone(UTC).isoformat(timespec="microseconds")


def _stretch(value: Span) -> list[str | None]:
    return [_instant(value.start), None if value.end is None else _instant(value.end)]


def _read_stretch(said: Json) -> Span:
    start, end = said
    return Span(_read_instant(start), None if end is None else _read_instant(end))


def _read_instant(said: Json) -> datetime:
    at = datetime.fromisoformat(said)
    if at.tzinfo is None:
        raise Unreadable("an instant without its zone")
    return at


def _exactly(kind: type) -> Reader:
    def check(said: Json) -> Json:
        if type(said) is not kind:
            raise Unreadable(f"{kind.__name__} expected, not {type(said).__name__}")
        return said

    return check


_BUILT_IN: Mapping[type, tuple[Writer, Reader]] = {
    str: (_as_it_is, _exactly(str)),
    int: (_as_it_is, _exactly(int)),
    bool: (_as_it_is, _exactly(bool)),
    float: (_as_it_is, _exactly(float)),
    types.NoneType: (_as_it_is, _exactly(types.NoneType)),
    UUID: (str, UUID),
    datetime: (_instant, _read_instant),
    Span: (_stretch, _read_stretch),
    NumberSet: (NumberSet.multirange, NumberSet.parse),
}


@cache
def _reader(kind: Json) -> Reader:  # noqa: PLR0911  one line a kind of value
    if isinstance(kind, NewType):
        return _reader(kind.__supertype__)
    if kind in _BUILT_IN:
        return _BUILT_IN[kind][1]
    origin: Json = get_origin(kind)
    arguments = get_args(kind)
    if origin in (Union, types.UnionType):
        return _optional_reader(kind, arguments)
    if origin is tuple and arguments[1:] == (...,):
        item = _reader(arguments[0])
        return lambda said: tuple(item(each) for each in _exactly(list)(said))
    if origin is not None and issubclass(origin, Mapping):
        return _exactly(dict)
    if isinstance(kind, type) and issubclass(kind, Enum):
        return kind
    if isinstance(kind, type) and is_dataclass(kind):
        return _fields_reader(kind)
    raise TypeError(f"a receipt holds no {kind}")


def _optional_reader(kind: Json, arguments: tuple[Any, ...]) -> Reader:
    inner = [argument for argument in arguments if argument is not types.NoneType]
    if len(inner) != 1 or len(arguments) != len(inner) + 1:
        raise TypeError(f"a receipt holds no {kind}")
    present = _reader(inner[0])
    return lambda said: None if said is None else present(said)


def _fields_reader(kind: type) -> Reader:
    hints = get_type_hints(kind)
    readers = {field.name: _reader(hints[field.name]) for field in fields(kind)}
    needed = {field.name for field in fields(kind) if field.default is MISSING and field.default_factory is MISSING}

    def read_fields(said: Json) -> Json:
        if not isinstance(said, Mapping) or said.keys() - readers.keys() or needed - said.keys():
            raise Unreadable(f"{kind.__name__} is written by other rules")
        return kind(**{name: readers[name](value) for name, value in said.items()})

    return read_fields
