"""Reports of use: what a partner states about a publication, and what of it lies outside the licence."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from types import MappingProxyType
from urllib.parse import urlsplit

from dam.kernel.errors import Fault
from dam.kernel.ids import AssetId, LicenceId, ReportId
from dam.kernel.text import Bilingual
from dam.licensing.codes import codes_of
from dam.licensing.conditions import PRINT_RUN_RANGE, SettledConditions, range_fault
from dam.licensing.drafts import MESSAGE_CHARACTERS, text_fault
from dam.licensing.views import AssetRef, Code, OrganisationRef, PersonRef, UseView
from dam.rights.terms import NumberSet
from dam.rights.territories import territory_set
from dam.rights.vocabularies import UnknownCode, media_set

TITLE_CHARACTERS = 300
URL_CHARACTERS = 2000


class Flag(StrEnum):
    """What a statement was found to be outside of."""

    MEDIA = "media"
    TERRITORY = "territory"
    BEFORE_TERM = "before_term"
    AFTER_TERM = "after_term"
    AFTER_REVOCATION = "after_revocation"
    PRINT_RUN = "print_run"
    LATE = "late"
    """In time for the licence, but told too late."""


FLAG_LABELS: Mapping[Flag, Bilingual] = MappingProxyType(
    {
        Flag.MEDIA: Bilingual("The licence does not cover this medium.", "许可不包括该媒体。"),
        Flag.TERRITORY: Bilingual("The licence does not cover this territory.", "许可不包括该地域。"),
        Flag.BEFORE_TERM: Bilingual("Published before the first day of the licence.", "发表早于许可首日。"),
        Flag.AFTER_TERM: Bilingual("Published after the last day of the licence.", "发表晚于许可末日。"),
        Flag.AFTER_REVOCATION: Bilingual("Published after the licence was revoked.", "在许可撤销后发表。"),
        Flag.PRINT_RUN: Bilingual("More copies than the licence allows.", "印量超出许可。"),
        Flag.LATE: Bilingual("Reported later than agreed.", "报告晚于约定时间。"),
    }
)


@dataclass(frozen=True, slots=True)
class ReportDraft:
    """What a partner states about one photograph: a publication, or (`unused`) that there was and will be none.

    Shape: `medium` is a code of `rights.vocabularies`; `territory` codes of `rights.territories`, none for "as
    licensed"; `amends` names the report this one corrects.
    """

    asset_id: AssetId
    unused: bool = False
    medium: str | None = None
    territory: Sequence[str] = ()
    title: str = ""
    url: str = ""
    published_on: date | None = None
    print_run: int | None = None
    note: str = ""
    amends: ReportId | None = None


@dataclass(frozen=True, slots=True)
class Licensed:
    """What a publication is held against; `revoked_on` and every other day is one of the licence's own zone."""

    use: UseView
    conditions: SettledConditions
    revoked_on: date | None


@dataclass(frozen=True, slots=True)
class ReportView:
    """A statement as it was made; `amended_by` names a later one that corrects it."""

    report_id: ReportId
    licence_id: LicenceId
    asset: AssetRef
    unused: bool
    medium: Code | None
    territory: Sequence[Code]
    title: str
    url: str
    published_on: date | None
    print_run: int | None
    note: str
    flags: Sequence[Flag]
    amends: ReportId | None
    amended_by: ReportId | None
    reported_by: PersonRef
    reported_at: datetime


@dataclass(frozen=True, slots=True)
class DueRow:
    """A licence under which photographs were delivered whose use is not reported yet.

    Units: `missing` photographs; `due_on` is the last day for the report, in the licence's zone.
    """

    licence_id: LicenceId
    number: str
    licensee: OrganisationRef
    due_on: date
    missing: int
    time_zone: str
    overdue: bool


def report_faults(draft: ReportDraft, *, today: date) -> list[Fault]:
    """Return everything wrong with a statement, field by field; being outside the licence is not wrong.

    Shape: `today` is the day in the licence's zone.
    """
    found = [
        text_fault("title", draft.title, TITLE_CHARACTERS, needed=False),
        text_fault("note", draft.note, MESSAGE_CHARACTERS, needed=False),
        range_fault("print_run", draft.print_run, PRINT_RUN_RANGE),
        _url_fault(draft.url),
        *_code_faults(draft),
        *(_unused_faults(draft) if draft.unused else _used_faults(draft, today)),
    ]
    return [fault for fault in found if fault]


def flags_of(draft: ReportDraft, licensed: Licensed, *, today: date) -> tuple[Flag, ...]:
    """Return what the statement is outside of; none for a photograph that was not used."""
    return () if draft.unused else tuple(_flags(draft, licensed, today))


def _flags(draft: ReportDraft, licensed: Licensed, today: date) -> Iterator[Flag]:
    use, published = licensed.use, draft.published_on
    if draft.medium and not media_set(codes_of(use.media)).covers(media_set([draft.medium])):
        yield Flag.MEDIA
    if draft.territory and not _territory(use).covers(territory_set(draft.territory)):
        yield Flag.TERRITORY
    if published is not None:
        yield from _day_flags(published, licensed, today)
    if draft.print_run and licensed.conditions.print_run and draft.print_run > licensed.conditions.print_run:
        yield Flag.PRINT_RUN


def _day_flags(published: date, licensed: Licensed, today: date) -> Iterator[Flag]:
    if published < licensed.use.starts_on:
        yield Flag.BEFORE_TERM
    if published > licensed.use.ends_on:
        yield Flag.AFTER_TERM
    if licensed.revoked_on is not None and published > licensed.revoked_on:
        yield Flag.AFTER_REVOCATION
    if _told_late(published, licensed.conditions, today):
        yield Flag.LATE


def _told_late(published: date, conditions: SettledConditions, today: date) -> bool:
    within = conditions.report_within_days
    return (within is not None and today > published + timedelta(days=within)) or (
        conditions.report_by is not None and published <= conditions.report_by < today
    )


def _territory(use: UseView) -> NumberSet:
    return territory_set(codes_of(use.territory), codes_of(use.territory_except))


def _used_faults(draft: ReportDraft, today: date) -> Iterator[Fault | None]:
    if not draft.medium:
        yield Fault("medium", "missing", Bilingual("Choose the medium it appeared in.", "请选择发表的媒体。"))
    if draft.published_on is None:
        yield Fault("published_on", "missing", Bilingual("Say on which day it was published.", "请填写发表日期。"))
    elif draft.published_on > today:
        message = Bilingual(
            "This day has not come yet. Report it once it is published.", "该日期尚未到来，请在发表后报告。"
        )
        yield Fault("published_on", "future", message)
    if not draft.title.strip() and not draft.url.strip():
        message = Bilingual("Give the title or the address it appeared under.", "请填写发表的标题或网址。")
        yield Fault("title", "missing", message)


def _unused_faults(draft: ReportDraft) -> Iterator[Fault]:
    said = draft.medium or draft.territory or draft.title.strip() or draft.url.strip() or draft.print_run
    if said or draft.published_on:
        message = Bilingual(
            "A photograph that was not used has no publication. Leave those fields empty.",
            "未使用的照片没有发表信息，请将相关栏目留空。",
        )
        yield Fault("unused", "contradicts", message)


def _url_fault(url: str) -> Fault | None:
    written = url.strip()
    if not written:
        return None
    if len(written) > URL_CHARACTERS:
        return text_fault("url", written, URL_CHARACTERS, needed=False)
    if not _is_web_address(written):
        message = Bilingual(
            "Write an address that begins with http:// or https://.", "请填写以 http:// 或 https:// 开头的网址。"
        )
        return Fault("url", "invalid", message)
    return None


def _is_web_address(written: str) -> bool:
    try:
        parts = urlsplit(written)
        return (
            parts.scheme in {"http", "https"} and bool(parts.hostname) and written.isprintable() and " " not in written
        )
    except ValueError:
        return False


def _code_faults(draft: ReportDraft) -> Iterator[Fault]:
    message = Bilingual("The code {code} is not known.", "无法识别代码 {code}。")
    try:
        media_set([draft.medium] if draft.medium else [])
    except UnknownCode as unknown:
        yield Fault("medium", "unknown_code", message.format(code=unknown.code))
    try:
        territory_set(draft.territory)
    except UnknownCode as unknown:
        yield Fault(f"territory.{unknown.place}", "unknown_code", message.format(code=unknown.code))
