"""What the constraints of a rule mean here: media, places and whole contract days; anything else is a fault."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from rdflib import Literal
from rdflib.term import Node

from dam.kernel.span import days
from dam.kernel.text import Bilingual
from dam.rights.facts import DEFAULT_TZ
from dam.rights.odrl_graph import MORE_THAN_ONE, Ledger, shown
from dam.rights.odrl_terms import ODRL, XSD, curie, medium_of, territory_of
from dam.rights.territories import GROUPS, TERRITORIES
from dam.rights.vocabularies import MEDIA

_MEDIA_OPERANDS = frozenset({f"{ODRL}media", f"{ODRL}deliveryChannel"})
_SPATIAL, _DATE_TIME = f"{ODRL}spatial", f"{ODRL}dateTime"
_ONE_OF = frozenset(f"{ODRL}{name}" for name in ("eq", "isA", "isPartOf"))
_ANY_OF = f"{ODRL}isAnyOf"
_NONE_OF = frozenset(f"{ODRL}{name}" for name in ("neq", "isNoneOf"))
_PLACES = (*TERRITORIES, *GROUPS)
_HOUR = timedelta(hours=1)

_UNKNOWN_CODE = Bilingual("This code is not known: {name}", "无法识别该代码：{name}")
_NO_INSTANT = Bilingual("This is no date, or no time with its zone: {said}", "这不是日期，或时间未写明时区：{said}")
_NO_DAY = Bilingual(
    "Agreements run over whole days; this is not the edge of one: {said}", "协议以整日计，此时刻并非一日之始末：{said}"
)
_NO_ZONE = Bilingual("Say in which time zone these days are meant.", "请写明这些日期所用的时区。")


@dataclass(frozen=True, slots=True)
class Bound:
    """One constraint: IRIs of what is compared and how, and what with."""

    left: str
    operator: str
    right: frozenset[Node]
    unit: str | None = None

    def __str__(self) -> str:
        """Return it as a person reads it."""
        values = " ".join(sorted(map(shown, self.right)))
        return f"{curie(self.left)} {curie(self.operator)} {values}{f' {curie(self.unit)}' if self.unit else ''}"


@dataclass(frozen=True, slots=True)
class Bounds:
    """The constraints as the fields of a draft; what was not said is empty."""

    media: tuple[str, ...]
    territory: tuple[str, ...]
    territory_except: tuple[str, ...]
    starts_on: date | None
    ends_on: date | None
    tz: str


def bounds_of(ledger: Ledger, said: Iterable[Bound], tz: str | None) -> Bounds:
    """Return what the constraints mean; faults go to the ledger under the names of the draft's fields."""
    left = sorted(said, key=str)
    media = [bound for bound in left if bound.left in _MEDIA_OPERANDS]
    places = [bound for bound in left if bound.left == _SPATIAL]
    times = [bound for bound in left if bound.left == _DATE_TIME]
    without = [bound for bound in places if bound.operator in _NONE_OF]
    for bound in left:
        if bound.left not in {*_MEDIA_OPERANDS, _SPATIAL, _DATE_TIME} or bound.unit is not None:
            ledger.not_understood(f"constraint.{curie(bound.left)}", str(bound))
    zone = tz or _zone_of(ledger, times)
    return Bounds(
        media=_codes(ledger, "media", media, medium_of, tuple(MEDIA)),
        territory=_codes(
            ledger, "territory", [bound for bound in places if bound not in without], territory_of, _PLACES
        ),
        territory_except=_excepted(ledger, without),
        starts_on=_day(ledger, "starts_on", times, zone, {f"{ODRL}gteq": _first_day}),
        ends_on=_day(ledger, "ends_on", times, zone, {f"{ODRL}lt": _day_before, f"{ODRL}lteq": _last_day}),
        tz=zone,
    )


def zone_known(name: str) -> bool:
    """Tell whether this is a time zone of the IANA database."""
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return False
    return True


Reader = Callable[[str], str | None]


def _codes(ledger: Ledger, field: str, said: Sequence[Bound], read: Reader, order: Sequence[str]) -> tuple[str, ...]:
    if len(said) > 1:
        ledger.fault(field, "more_than_one", MORE_THAN_ONE)
    found: list[str] = []
    for bound in said:
        if bound.operator == _ANY_OF or (bound.operator in _ONE_OF and len(bound.right) == 1):
            found += _read(ledger, field, bound, read)
        else:
            ledger.not_understood(field, str(bound))
    return tuple(sorted(found, key=order.index))


def _excepted(ledger: Ledger, said: Sequence[Bound]) -> tuple[str, ...]:
    found = {code for bound in said for code in _read(ledger, "territory_except", bound, territory_of)}
    for bound in said:
        if bound.operator == f"{ODRL}neq" and len(bound.right) > 1:
            ledger.not_understood("territory_except", str(bound))
    return tuple(sorted(found, key=_PLACES.index))


def _read(ledger: Ledger, field: str, bound: Bound, read: Reader) -> list[str]:
    codes = []
    for value in sorted(bound.right, key=str):
        code = read(str(value))
        if code is None:
            ledger.fault(field, "unknown_code", _UNKNOWN_CODE.format(name=shown(value)))
        else:
            codes.append(code)
    return codes


def _zone_of(ledger: Ledger, times: Sequence[Bound]) -> str:
    """Return the zone the instants are written in: ours where it has their offset, else the one of the offset."""
    values = [_instant(value) for bound in times for value in bound.right]
    instants = [value for value in values if isinstance(value, datetime)]
    if any(value is not None and not isinstance(value, datetime) for value in values):
        ledger.fault("tz", "zone_missing", _NO_ZONE)
    if not instants or all(at.utcoffset() == at.astimezone(ZoneInfo(DEFAULT_TZ)).utcoffset() for at in instants):
        return DEFAULT_TZ
    offsets = {at.utcoffset() or timedelta() for at in instants}
    offset = min(offsets)
    name = "UTC" if not offset else f"Etc/GMT{-(offset // _HOUR):+d}"
    if len(offsets) > 1 or offset % _HOUR or not zone_known(name):
        ledger.fault("tz", "zone_missing", _NO_ZONE)
        return DEFAULT_TZ
    return name


DayReader = Callable[[date | datetime, str], date | None]


def _day(ledger: Ledger, field: str, times: Sequence[Bound], tz: str, readers: dict[str, DayReader]) -> date | None:
    ends = {f"{ODRL}lt", f"{ODRL}lteq"}
    mine = [bound for bound in times if bound.operator in readers]
    if field == "starts_on":
        for bound in times:
            if bound.operator not in {*readers, *ends}:
                ledger.not_understood("constraint.odrl:dateTime", str(bound))
    if len(mine) > 1 or any(len(bound.right) > 1 for bound in mine):
        ledger.fault(field, "more_than_one", MORE_THAN_ONE)
        return None
    for bound in mine:
        return _one_day(ledger, field, next(iter(bound.right)), tz, readers[bound.operator])
    return None


def _one_day(ledger: Ledger, field: str, value: Node, tz: str, read: DayReader) -> date | None:
    said = _instant(value)
    if said is None:
        ledger.fault(field, "not_an_instant", _NO_INSTANT.format(said=shown(value)))
        return None
    try:
        found = read(said, tz)
    except (OverflowError, ValueError):
        found = None
    if found is None:
        ledger.fault(field, "not_whole_days", _NO_DAY.format(said=shown(value)))
    return found


def _instant(value: Node) -> date | datetime | None:
    if not isinstance(value, Literal) or str(value.datatype) not in {f"{XSD}dateTime", f"{XSD}date"}:
        return None
    said = value.toPython()
    if isinstance(said, datetime):
        return said if said.tzinfo is not None else None
    return said if isinstance(said, date) else None


def _first_day(said: date | datetime, tz: str) -> date | None:
    if not isinstance(said, datetime):
        return said
    day = said.astimezone(ZoneInfo(tz)).date()
    return day if days(day, day, tz).start == said else None


def _day_before(said: date | datetime, tz: str) -> date | None:
    if not isinstance(said, datetime):
        return said - timedelta(days=1)
    day = (said.astimezone(UTC) - timedelta(microseconds=1)).astimezone(ZoneInfo(tz)).date()
    return day if days(day, day, tz).end == said else None


def _last_day(said: date | datetime, tz: str) -> date | None:
    """Read `lteq`: the day itself, or an instant written as the last second of a day."""
    if not isinstance(said, datetime):
        return said
    return _day_before(said.replace(microsecond=0) + timedelta(seconds=1), tz)
