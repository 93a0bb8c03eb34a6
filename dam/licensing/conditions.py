"""What a rights manager may attach to a photograph when granting it."""

from dataclasses import dataclass
from datetime import date

from dam.kernel.errors import Fault
from dam.kernel.text import Bilingual

DEFAULT_DOWNLOADS = 10
DEFAULT_MAX_PX = 4000
DOWNLOADS_RANGE = (1, 10_000)
MAX_PX_RANGE = (256, 30_000)
PRINT_RUN_RANGE = (1, 100_000_000)
REPORT_DAYS_RANGE = (1, 3650)
CREDIT_LINE_CHARACTERS = 300


@dataclass(frozen=True, slots=True)
class Conditions:
    """The conditions a rights manager wrote; what is None takes the request's figure or the default of the house.

    Units: `max_px` pixels of the longer side; `downloads` deliveries of one photograph; `print_run` printed copies;
    `report_within_days` days after publication; `report_by` the last day for a report of use, in the use's zone.
    """

    max_px: int | None = None
    downloads: int | None = None
    print_run: int | None = None
    no_alteration: bool | None = None
    no_ai_training: bool | None = None
    credit_line: str | None = None
    report_within_days: int | None = None
    report_by: date | None = None


@dataclass(frozen=True, slots=True)
class SettledConditions:
    """The conditions that stand in the licence, nothing left open but what does not apply.

    Units: as `Conditions`; `print_run` None where nothing is printed or no limit was set.
    """

    max_px: int
    downloads: int
    print_run: int | None
    no_alteration: bool
    no_ai_training: bool
    credit_line: str
    report_within_days: int | None = None
    report_by: date | None = None


def settle(
    written: Conditions,
    *,
    max_px: int | None,
    print_run: int | None,
    credit_line: str,
    asks_for_machine_use: bool,
) -> SettledConditions:
    """Fill what the manager left open from the request (`max_px`, `print_run`) and the photograph (`credit_line`)."""
    return SettledConditions(
        max_px=written.max_px or max_px or DEFAULT_MAX_PX,
        downloads=written.downloads or DEFAULT_DOWNLOADS,
        print_run=written.print_run or print_run,
        no_alteration=True if written.no_alteration is None else written.no_alteration,
        no_ai_training=(not asks_for_machine_use) if written.no_ai_training is None else written.no_ai_training,
        credit_line=(written.credit_line or "").strip() or credit_line,
        report_within_days=written.report_within_days,
        report_by=written.report_by,
    )


def conditions_faults(
    written: Conditions, *, path: str, asks_for_machine_use: bool, starts_on: date | None = None
) -> list[Fault]:
    """Return everything wrong with the conditions of a use that starts on that day, field by field, under the path."""
    faults = [
        fault
        for fault in (
            range_fault(f"{path}.max_px", written.max_px, MAX_PX_RANGE),
            range_fault(f"{path}.downloads", written.downloads, DOWNLOADS_RANGE),
            range_fault(f"{path}.print_run", written.print_run, PRINT_RUN_RANGE),
            range_fault(f"{path}.report_within_days", written.report_within_days, REPORT_DAYS_RANGE),
            _credit_line_fault(f"{path}.credit_line", written.credit_line),
        )
        if fault
    ]
    if starts_on is not None and written.report_by is not None and written.report_by < starts_on:
        faults.append(Fault(f"{path}.report_by", "before_start", _NOTHING_YET))
    if asks_for_machine_use and written.no_ai_training:
        faults.append(Fault(f"{path}.no_ai_training", "contradicts_use", _CONTRADICTS))
    return faults


_NOTHING_YET = Bilingual(
    "A report cannot be due before the first day of the use.", "报告截止日不得早于使用的开始日期。"
)
_CONTRADICTS = Bilingual(
    "The request asks for machine use. Refuse it, or leave this condition off.",
    "该申请包含机器使用。请拒绝该申请，或取消此条件。",
)


def range_fault(field: str, number: int | None, limits: tuple[int, int]) -> Fault | None:
    """Return the fault of a whole number outside its limits, both included; None is not a fault."""
    if number is None or limits[0] <= number <= limits[1]:
        return None
    message = Bilingual("Between {low} and {high}, please.", "请填写 {low} 到 {high} 之间的数。")
    return Fault(field, "out_of_range", message.format(low=limits[0], high=limits[1]))


def _credit_line_fault(field: str, credit_line: str | None) -> Fault | None:
    if credit_line is None:
        return None
    if "\x00" in credit_line:
        return Fault(field, "control_character", Bilingual("This holds a character no text has.", "包含无效字符。"))
    if len(credit_line) <= CREDIT_LINE_CHARACTERS:
        return None
    message = Bilingual("At most {limit} characters.", "最多 {limit} 个字符。")
    return Fault(field, "too_long", message.format(limit=CREDIT_LINE_CHARACTERS))
