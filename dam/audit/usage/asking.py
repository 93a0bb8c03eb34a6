"""Reading a usage filter from the words of a query, the same for pages and API."""

from collections.abc import Callable, Mapping
from datetime import date, datetime, timedelta
from typing import TypeVar
from uuid import UUID
from zoneinfo import ZoneInfo

from dam.audit.usage.nouns import Outcome, Rendition, UsageFilter
from dam.kernel.errors import Fault, Invalid
from dam.kernel.ids import AssetId, LicenceId, OrganisationId, PersonId
from dam.kernel.text import Bilingual

T = TypeVar("T")

NAMES = ("from", "to", "partner", "asset", "licence", "actor", "rendition", "outcome")
_DAY_LENGTH = len("2026-11-22")
_NOT_AN_INSTANT = Bilingual(
    "Give a date (2026-11-22) or an instant with its zone (2026-11-22T08:00:00Z).",
    "请填写日期（2026-11-22）或带时区的时刻（2026-11-22T08:00:00Z）。",
)
_UNKNOWN = Bilingual("There is no such choice.", "没有这个选项。")


def parse_usage(sent: Mapping[str, str], zone: ZoneInfo) -> UsageFilter:
    """Return the filter that was sent; bare dates are days of the archive's zone, the one in `to` included.

    Raises: Invalid, with every fault.
    """
    faults: list[Fault] = []
    asked = {name: sent[name].strip() for name in NAMES if sent.get(name, "").strip()}
    found = UsageFilter(
        since=_read(asked, "from", lambda text: _instant(text, zone, days=0), faults, _NOT_AN_INSTANT),
        until=_read(asked, "to", lambda text: _instant(text, zone, days=1), faults, _NOT_AN_INSTANT),
        partner=_read(asked, "partner", lambda text: OrganisationId(UUID(text)), faults),
        asset=_read(asked, "asset", lambda text: AssetId(UUID(text)), faults),
        licence=_read(asked, "licence", lambda text: LicenceId(UUID(text)), faults),
        actor=_read(asked, "actor", lambda text: PersonId(UUID(text)), faults),
        rendition=_read(asked, "rendition", Rendition, faults),
        outcome=_read(asked, "outcome", Outcome, faults),
    )
    if faults:
        raise Invalid(faults)
    return found


def _read(
    asked: Mapping[str, str], name: str, read: Callable[[str], T], faults: list[Fault], wrong: Bilingual = _UNKNOWN
) -> T | None:
    if name not in asked:
        return None
    try:
        return read(asked[name])
    except (ValueError, OverflowError):
        faults.append(Fault(name, "invalid", wrong))
        return None


def _instant(text: str, zone: ZoneInfo, *, days: int) -> datetime:
    if len(text) == _DAY_LENGTH:
        day = date.fromisoformat(text) + timedelta(days=days)
        return datetime(day.year, day.month, day.day, tzinfo=zone)
    # An unescaped plus sign of an offset arrives as a space.
    at = datetime.fromisoformat(text.replace(" ", "+"))
    if at.tzinfo is None:
        raise ValueError("no zone")
    return at
