"""Every reason is written down, in both languages, and in the documentation."""

from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from dam.rights.reasons import ReasonCode, day_text, first_free_day, from_text, last_day, reason, until_text

DOCS = Path(__file__).parents[3] / "docs" / "reasons.md"
VALUES = ("number", "media", "territory", "until", "from_day", "first_day", "last_day", "cap", "print_run", "other")


@pytest.mark.parametrize("code", ReasonCode)
def test_every_code_has_its_sentences_and_its_row_in_the_docs(code: ReasonCode) -> None:
    written = reason(code, **dict.fromkeys(VALUES, "§"))
    for sentence in (written.message, written.next_step):
        assert sentence.en
        assert any("\u4e00" <= character <= "\u9fff" for character in sentence.zh)
    rows = [row for row in DOCS.read_text(encoding="utf-8").splitlines() if row.startswith(f"| `{code.value}` |")]
    assert len(rows) == 1
    unfilled = reason(code, **{name: "{" + name + "}" for name in VALUES})
    assert unfilled.message.en in rows[0]
    assert unfilled.next_step.zh in rows[0]


def test_the_docs_list_no_code_that_is_gone() -> None:
    listed = {line.split("`")[1] for line in DOCS.read_text(encoding="utf-8").splitlines() if line.startswith("| `")}
    assert listed == {code.value for code in ReasonCode}


@pytest.mark.parametrize(
    ("end", "tz", "last", "free"),
    [
        (datetime(2026, 7, 31, 16, tzinfo=UTC), "Asia/Shanghai", date(2026, 7, 31), date(2026, 8, 1)),
        (datetime(2026, 7, 31, 15, 59, tzinfo=UTC), "Asia/Shanghai", date(2026, 7, 31), date(2026, 8, 1)),
        (datetime(2026, 7, 31, 16, 0, 1, tzinfo=UTC), "Asia/Shanghai", date(2026, 8, 1), date(2026, 8, 2)),
        (datetime(2026, 3, 28, 23, tzinfo=UTC), "Europe/Paris", date(2026, 3, 28), date(2026, 3, 29)),
        (datetime(2026, 3, 29, 22, tzinfo=UTC), "Europe/Paris", date(2026, 3, 29), date(2026, 3, 30)),
    ],
)
def test_the_last_day_and_the_first_free_one(end: datetime, tz: str, last: date, free: date) -> None:
    assert (last_day(end, tz), first_free_day(end, tz)) == (last, free)


def test_days_name_the_zone_they_are_meant_in() -> None:
    assert day_text(date(2026, 7, 31), "UTC").en == "31 July 2026 (UTC)"
    assert day_text(date(2026, 7, 31), "Europe/Paris").zh == "2026年7月31日（Europe/Paris 时间）"


def test_what_has_no_end_names_no_day() -> None:
    assert until_text(None, "UTC").en == from_text(None, "UTC").zh == ""
