"""Supply agreements, restrictions and rights holders as people write them down, and every fault in what they wrote."""

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from types import MappingProxyType
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from dam.imaging.mark import Strength
from dam.kernel.errors import Fault, Invalid
from dam.kernel.ids import AssetId, CollectionId, HolderId, OrganisationId
from dam.kernel.span import Span, days
from dam.kernel.text import Bilingual
from dam.rights.facts import DEFAULT_TZ, RestrictionKind
from dam.rights.terms import NumberSet, Range
from dam.rights.territories import WORLD, territory_set
from dam.rights.vocabularies import EVERY_MEDIUM, UnknownCode, media_set

LONGEST_TEXT = 2000
LONGEST_NAME = 300
MOST_ASSETS = 5000
LONGEST_CONDITIONS = 10_000
"""The most characters of the free conditions of an agreement, written as JSON."""
_MOST_NAMED = 5

_MISSING = Bilingual("This must be filled in.", "此项必填。")
_TOO_LONG = Bilingual("At most {most} characters.", "最多 {most} 个字符。")
_UNKNOWN_CODE = Bilingual("The code {code} is not known.", "无法识别代码 {code}。")


@dataclass(frozen=True, slots=True)
class Scope:
    """Which photographs: the named ones, or a whole collection with all that will ever join it."""

    asset_ids: tuple[AssetId, ...] = ()
    collection_id: CollectionId | None = None


@dataclass(frozen=True, slots=True)
class ScopeLine:
    """One range of a scope, with the photograph or the collection it is."""

    asset_id: AssetId | None
    collection_id: CollectionId | None
    scope: Range


_NO_STRENGTH = Bilingual("A mark is subtle, normal or strong.", "标记强度只能是淡、中或浓。")


@dataclass(frozen=True, slots=True)
class HolderDraft:
    """A rights holder as it is to be recorded.

    Shape: `mark` is a value of `Strength`: how strongly the mark stands over the previews of its photographs.
    """

    name: Bilingual
    organisation_id: OrganisationId | None = None
    statement: str = ""
    contact: str = ""
    mark: str = Strength.NORMAL.value


@dataclass(frozen=True, slots=True)
class AgreementDraft:
    """A supply agreement as it was signed.

    Shape: days are contract days of the zone `tz`, the last one included; `grantee` None means that the archive itself
    may license.
    """

    holder: HolderId | None
    scope: Scope
    media: Sequence[str]
    territory: Sequence[str]
    starts_on: date | None
    ends_on: date | None
    exclusive: bool
    grantee: OrganisationId | None = None
    territory_except: Sequence[str] = ()
    sublicensable: bool = False
    credit_line: str | None = None
    conditions: Mapping[str, object] = field(default_factory=lambda: MappingProxyType({}))
    tz: str = DEFAULT_TZ
    consent_required: bool = False


@dataclass(frozen=True, slots=True)
class RestrictionDraft:
    """A bar as it is to be placed.

    Shape: no media means every medium, no territory the whole world, no first day from now on, no last day for ever.
    """

    kind: RestrictionKind
    scope: Scope
    reason: str
    media: Sequence[str] = ()
    territory: Sequence[str] = ()
    starts_on: date | None = None
    ends_on: date | None = None
    tz: str = DEFAULT_TZ


@dataclass(frozen=True, slots=True)
class UseDraft:
    """A use somebody asks about.

    Shape: no first and last day means this instant; days are of the zone `tz`, the last one included.
    """

    media: Sequence[str]
    territory: Sequence[str]
    territory_except: Sequence[str] = ()
    starts_on: date | None = None
    ends_on: date | None = None
    tz: str = DEFAULT_TZ


@dataclass(frozen=True, slots=True)
class Known:
    """Which of the things a draft names exist; `of_others` names what belongs to another holder than the draft's."""

    holders: frozenset[HolderId] = frozenset()
    organisations: frozenset[OrganisationId] = frozenset()
    assets: frozenset[AssetId] = frozenset()
    collections: frozenset[CollectionId] = frozenset()
    of_others: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Terms:
    """A draft's codes and days, as sets and instants."""

    media: NumberSet
    territory: NumberSet
    span: Span


def check_holder(draft: HolderDraft, known: Known) -> None:
    """Go on only with a holder that can be recorded.

    Raises: Invalid with every fault.
    """
    faults = [*_text_faults("statement", draft.statement), *_text_faults("contact", draft.contact)]
    if not draft.name.pick("en").strip():
        faults.append(Fault("name.en", "missing", _MISSING))
    for language, name in (("en", draft.name.en), ("zh-Hans", draft.name.zh)):
        faults += _text_faults(f"name.{language}", name, LONGEST_NAME)
    if draft.organisation_id is not None and draft.organisation_id not in known.organisations:
        sentence = Bilingual("There is no such organisation.", "找不到该机构。")
        faults.append(Fault("organisation", "unknown_organisation", sentence))
    if draft.mark not in set(Strength):
        faults.append(Fault("mark", "unknown_strength", _NO_STRENGTH))
    _raise(faults)


def check_agreement(draft: AgreementDraft, known: Known) -> Terms:
    """Return what the agreement's codes and days mean.

    Raises: Invalid with every fault, field by field.
    """
    faults = [*_party_faults(draft, known), *_scope_faults(draft.scope, known)]
    media = _codes("media", media_set, draft.media, faults)
    territory = _codes("territory", territory_set, draft.territory, faults)
    without = _codes("territory_except", territory_set, draft.territory_except, faults, needed=False)
    if media is not None and not media:
        faults.append(Fault("media", "empty_use", _MISSING))
    if territory and without and not territory.minus(without):
        sentence = Bilingual("The exceptions leave no territory.", "排除地域后没有剩余地域。")
        faults.append(Fault("territory_except", "leaves_nothing", sentence))
    span = _term(draft.starts_on, draft.ends_on, draft.tz, faults)
    if draft.credit_line is not None:
        faults += _text_faults("credit_line", draft.credit_line, LONGEST_NAME)
    faults += _conditions_faults(draft.conditions)
    _raise(faults)
    if media is None or territory is None or without is None or span is None:
        raise Invalid([Fault("agreement", "incomplete", _MISSING)])
    return Terms(media, territory.minus(without), span)


def check_restriction(draft: RestrictionDraft, known: Known, at: datetime) -> Terms:
    """Return what the restriction's codes and days mean; what is left out bars everything, everywhere, from now on.

    Raises: Invalid with every fault, field by field.
    """
    faults = [*_scope_faults(draft.scope, known), *_text_faults("reason", draft.reason)]
    if not draft.reason.strip():
        faults.append(Fault("reason", "missing", _MISSING))
    media = _codes("media", media_set, draft.media, faults, needed=False)
    territory = _codes("territory", territory_set, draft.territory, faults, needed=False)
    if draft.kind is RestrictionKind.TERRITORY_BAR and not draft.territory:
        faults.append(Fault("territory", "missing", _MISSING))
    span = _open_term(draft, at, faults)
    _raise(faults)
    if span is None:
        raise Invalid([Fault("starts_on", "missing", _MISSING)])
    return Terms(media or EVERY_MEDIUM, territory or WORLD, span)


def check_use(draft: UseDraft) -> tuple[NumberSet, NumberSet, Span | None]:
    """Return the media, the territory and the dates of a use.

    Raises: Invalid with every fault, field by field.
    """
    faults: list[Fault] = []
    media = _codes("media", media_set, draft.media, faults)
    territory = _codes("territory", territory_set, draft.territory, faults)
    without = _codes("territory_except", territory_set, draft.territory_except, faults, needed=False)
    dated = draft.starts_on is not None or draft.ends_on is not None
    span = _term(draft.starts_on, draft.ends_on, draft.tz, faults, names=("from", "to")) if dated else None
    _raise(faults)
    return media or NumberSet(), (territory or NumberSet()).minus(without or NumberSet()), span


def check_reason(text: str) -> str:
    """Return a reason somebody gave, trimmed.

    Raises: Invalid without one, and for one too long to keep.
    """
    said = text.strip()
    if not said:
        raise Invalid([Fault("reason", "missing", Bilingual("Give a reason.", "请填写理由。"))])
    _raise(list(_text_faults("reason", said)))
    return said


def _party_faults(draft: AgreementDraft, known: Known) -> Iterator[Fault]:
    if draft.holder is None or draft.holder not in known.holders:
        yield Fault("holder", "unknown_holder", Bilingual("Choose a recorded rights holder.", "请选择已登记的权利人。"))
    if known.of_others:
        yield Fault("holder", "not_the_holder", _of_others(known.of_others))
    if draft.grantee is not None and draft.grantee not in known.organisations:
        sentence = Bilingual("Choose an organisation that is active here.", "请选择本系统中已启用的机构。")
        yield Fault("grantee", "unknown_grantee", sentence)
    if draft.sublicensable and draft.grantee is None:
        sentence = Bilingual("Only a grantee can pass rights on: name one.", "只有被授权方可以转授权，请指明被授权方。")
        yield Fault("sublicensable", "no_grantee", sentence)


def _of_others(names: Sequence[str]) -> Bilingual:
    more = len(names) > _MOST_NAMED
    en = ", ".join(names[:_MOST_NAMED]) + (" and more" if more else "")
    zh = "、".join(names[:_MOST_NAMED]) + ("等" if more else "")
    return Bilingual(f"Another rights holder is recorded for {en}.", f"以下内容登记在其他权利人名下：{zh}。")


def _scope_faults(scope: Scope, known: Known) -> Iterator[Fault]:
    if not scope.asset_ids and scope.collection_id is None:
        sentence = Bilingual("Choose photographs, or a collection.", "请选择照片或专题。")
        yield Fault("scope", "empty_scope", sentence)
    if len(scope.asset_ids) > MOST_ASSETS:
        sentence = Bilingual(
            f"At most {MOST_ASSETS} photographs; use a collection.", f"最多 {MOST_ASSETS} 张照片，请改用专题。"
        )
        yield Fault("scope.assets", "too_many", sentence)
    for place, asset_id in enumerate(scope.asset_ids):
        if asset_id not in known.assets:
            yield Fault(
                f"scope.assets.{place}", "unknown_asset", Bilingual("There is no such photograph.", "找不到该照片。")
            )
    if scope.collection_id is not None and scope.collection_id not in known.collections:
        sentence = Bilingual("There is no such collection.", "找不到该专题。")
        yield Fault("scope.collection", "unknown_collection", sentence)


def _conditions_faults(conditions: Mapping[str, object]) -> Iterator[Fault]:
    written = json.dumps(dict(conditions), ensure_ascii=False, default=str)
    yield from _text_faults("conditions", written, LONGEST_CONDITIONS)


def _codes(
    name: str,
    read: Callable[[Iterable[str]], NumberSet],
    codes: Sequence[str],
    faults: list[Fault],
    *,
    needed: bool = True,
) -> NumberSet | None:
    if needed and not codes:
        faults.append(Fault(name, "missing", _MISSING))
        return None
    try:
        return read(codes)
    except UnknownCode as unknown:
        faults.append(Fault(f"{name}.{unknown.place}", "unknown_code", _UNKNOWN_CODE.format(code=unknown.code)))
        return None


def _term(
    first: date | None,
    last: date | None,
    tz: str,
    faults: list[Fault],
    *,
    names: tuple[str, str] = ("starts_on", "ends_on"),
) -> Span | None:
    before = len(faults)
    if first is None:
        faults.append(Fault(names[0], "missing", Bilingual("Name the first day.", "请填写首日。")))
    if last is None:
        sentence = Bilingual(
            "Name the last day: nothing is agreed without an end.", "请填写末日：任何协议都必须有期限。"
        )
        faults.append(Fault(names[1], "no_end", sentence))
    if not _zone_known(tz):
        faults.append(Fault("tz", "unknown_time_zone", Bilingual("This time zone is not known.", "无法识别该时区。")))
    if first is not None and last is not None and last < first:
        sentence = Bilingual("The last day lies before the first.", "末日早于首日。")
        faults.append(Fault(names[1], "ends_before_start", sentence))
    if first is None or last is None or len(faults) > before:
        return None
    return _span(first, last, tz, names, faults)


def _span(first: date, last: date, tz: str, names: tuple[str, str], faults: list[Fault]) -> Span | None:
    try:
        return days(first, last, tz)
    except OverflowError:
        faults.append(Fault(names[1], "beyond_calendar", Bilingual("This day is out of range.", "该日期超出范围。")))
        return None


def _open_term(draft: RestrictionDraft, at: datetime, faults: list[Fault]) -> Span | None:
    if not _zone_known(draft.tz):
        faults.append(Fault("tz", "unknown_time_zone", Bilingual("This time zone is not known.", "无法识别该时区。")))
        return None
    first = draft.starts_on or at.astimezone(ZoneInfo(draft.tz)).date()
    span = _term(first, draft.ends_on or first, draft.tz, faults)
    if span is None:
        return None
    start = span.start if draft.starts_on is not None else at
    if draft.ends_on is not None and span.end is not None and span.end <= start:
        faults.append(Fault("ends_on", "ends_before_start", Bilingual("This day is over.", "该日期已过。")))
        return None
    return Span(start, span.end if draft.ends_on is not None else None)


def _zone_known(tz: str) -> bool:
    try:
        ZoneInfo(tz)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return False
    return True


def _text_faults(name: str, text: str, most: int = LONGEST_TEXT) -> Iterator[Fault]:
    if len(text) > most:
        yield Fault(name, "too_long", _TOO_LONG.format(most=most))
    if "\x00" in text:
        yield Fault(name, "not_text", Bilingual("This must be text.", "此处必须是文字。"))


def _raise(faults: Sequence[Fault]) -> None:
    if faults:
        raise Invalid(faults)
