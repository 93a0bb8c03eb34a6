"""What people send in: a request, a decision; and everything that can be wrong with the form of it."""

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from dam.kernel.errors import Fault
from dam.kernel.ids import AssetId
from dam.kernel.text import Bilingual
from dam.licensing.conditions import MAX_PX_RANGE, PRINT_RUN_RANGE, Conditions, conditions_faults, range_fault

DEFAULT_TIME_ZONE = "Asia/Shanghai"
MOST_ASSETS = 200
LONGEST_TERM_DAYS = 25 * 366
PURPOSE_CHARACTERS = 2000
PUBLICATION_CHARACTERS = 300
MESSAGE_CHARACTERS = 4000
AS_ASKED = Conditions()


@dataclass(frozen=True, slots=True)
class RequestDraft:
    """What a partner asks: these photographs, for one use.

    Units: `ends_on` is the last day, included, in `time_zone` (IANA); `max_px` pixels of the longer side.
    Shape: `media`, `territory`, `territory_except` are codes of `rights.vocabularies` and `rights.territories`.
    """

    asset_ids: Sequence[AssetId]
    media: Sequence[str]
    territory: Sequence[str]
    starts_on: date
    ends_on: date
    purpose: str
    territory_except: Sequence[str] = ()
    publication: str = ""
    print_run: int | None = None
    max_px: int | None = None
    time_zone: str = DEFAULT_TIME_ZONE
    exclusive: bool = False


class Verdict(StrEnum):
    """What a rights manager decides about one photograph."""

    GRANT = "grant"
    REFUSE = "refuse"


@dataclass(frozen=True, slots=True)
class ItemDecision:
    """The decision on one photograph of a request; a refusal needs its reason."""

    asset_id: AssetId
    decision: Verdict
    reason: str = ""
    conditions: Conditions = AS_ASKED


def request_faults(draft: RequestDraft, *, today: Callable[[ZoneInfo], date]) -> list[Fault]:
    """Return everything wrong with the form of a request; codes are checked where the vocabularies are."""
    return [
        fault
        for fault in (
            _assets_fault(draft.asset_ids),
            _needed("use.media", draft.media),
            _needed("use.territory", draft.territory),
            *_date_faults(draft, today),
            text_fault("use.purpose", draft.purpose, PURPOSE_CHARACTERS, needed=True),
            text_fault("use.publication", draft.publication, PUBLICATION_CHARACTERS, needed=False),
            range_fault("use.print_run", draft.print_run, PRINT_RUN_RANGE),
            range_fault("use.max_px", draft.max_px, MAX_PX_RANGE),
        )
        if fault
    ]


def decision_faults(
    decisions: Sequence[ItemDecision],
    asked: Collection[AssetId],
    *,
    asks_for_machine_use: bool,
    starts_on: date | None = None,
) -> list[Fault]:
    """Return everything wrong with decisions on a request for these photographs."""
    if not decisions:
        return [Fault("items", "missing", Bilingual("Decide at least one photograph.", "请至少审批一张照片。"))]
    faults: list[Fault] = []
    seen: set[AssetId] = set()
    for place, one in enumerate(decisions):
        path = f"items.{place}"
        if one.asset_id not in asked:
            message = Bilingual("This photograph is not in the request.", "该照片不在此申请中。")
            faults.append(Fault(f"{path}.asset", "not_in_request", message))
        if one.asset_id in seen:
            faults.append(Fault(f"{path}.asset", "repeated", Bilingual("Decided twice.", "重复审批。")))
        seen.add(one.asset_id)
        faults += _decision_faults(one, path, machine=asks_for_machine_use, starts_on=starts_on)
    return faults


def _decision_faults(one: ItemDecision, path: str, *, machine: bool, starts_on: date | None) -> list[Fault]:
    if one.decision is Verdict.GRANT:
        return conditions_faults(
            one.conditions, path=f"{path}.conditions", asks_for_machine_use=machine, starts_on=starts_on
        )
    fault = text_fault(f"{path}.reason", one.reason, MESSAGE_CHARACTERS, needed=True)
    return [fault] if fault else []


def text_fault(field: str, text: str, limit: int, *, needed: bool) -> Fault | None:
    """Return the fault of a text that is missing, longer than the limit, or holds what no text holds."""
    if needed and not text.strip():
        return Fault(field, "missing", Bilingual("Please fill this in.", "请填写此项。"))
    if "\x00" in text:
        return Fault(field, "control_character", Bilingual("This holds a character no text has.", "包含无效字符。"))
    if len(text) > limit:
        return Fault(field, "too_long", Bilingual(f"At most {limit} characters.", f"最多 {limit} 个字符。"))
    return None


def unique(asset_ids: Iterable[AssetId]) -> list[AssetId]:
    """Return the ids in their order, each once."""
    return list(dict.fromkeys(asset_ids))


def _assets_fault(asset_ids: Sequence[AssetId]) -> Fault | None:
    count = len(unique(asset_ids))
    if count == 0:
        return Fault("assets", "missing", Bilingual("Choose at least one photograph.", "请至少选择一张照片。"))
    if count > MOST_ASSETS:
        message = Bilingual("At most {limit} photographs in one request.", "每份申请最多 {limit} 张照片。")
        return Fault("assets", "too_many", message.format(limit=MOST_ASSETS))
    return None


def _needed(field: str, codes: Sequence[str]) -> Fault | None:
    if codes:
        return None
    return Fault(field, "missing", Bilingual("Choose at least one.", "请至少选择一项。"))


def _date_faults(draft: RequestDraft, today: Callable[[ZoneInfo], date]) -> list[Fault]:
    try:
        zone = ZoneInfo(draft.time_zone)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        message = Bilingual("This time zone is not known.", "无法识别此时区。")
        return [Fault("use.time_zone", "unknown", message)]
    day = today(zone)
    if draft.ends_on < draft.starts_on:
        message = Bilingual("The last day lies before the first.", "结束日期早于开始日期。")
        return [Fault("use.ends_on", "before_start", message)]
    if draft.ends_on < day:
        message = Bilingual("The last day has already passed.", "结束日期已过。")
        return [Fault("use.ends_on", "past", message)]
    if draft.starts_on - day > timedelta(days=LONGEST_TERM_DAYS):
        message = Bilingual("The first day lies more than 25 years ahead.", "开始日期在 25 年之后。")
        return [Fault("use.starts_on", "too_far", message)]
    if draft.ends_on - draft.starts_on > timedelta(days=LONGEST_TERM_DAYS):
        message = Bilingual("A licence runs at most 25 years.", "许可期限最长为 25 年。")
        return [Fault("use.ends_on", "too_long", message)]
    return []
