"""Dates: what an archive may store, and what a file or caption suggests."""

from datetime import date

import pytest

from dam.metadata.dates import suggest
from dam.metadata.edtf import parse, suggest_edtf


@pytest.mark.parametrize(
    ("text", "earliest", "latest"),
    [
        ("1942-07", date(1942, 7, 1), date(1942, 7, 31)),
        ("1942-07-05", date(1942, 7, 5), date(1942, 7, 5)),
        ("1944-02", date(1944, 2, 1), date(1944, 2, 29)),
        ("1942~", date(1941, 1, 1), date(1943, 12, 31)),
        ("194X", date(1940, 1, 1), date(1949, 12, 31)),
        ("[1942-06..1942-08]", date(1942, 6, 1), date(1942, 8, 31)),
        ("1942-06/1942-08", date(1942, 6, 1), date(1942, 8, 31)),
        (" 1942 ", date(1942, 1, 1), date(1942, 12, 31)),
        ("1942-21", date(1942, 3, 1), date(1942, 5, 31)),
    ],
)
def test_edtf_gives_the_days_it_may_mean(text: str, earliest: date, latest: date) -> None:
    found = parse(text)
    assert (found.text, found.earliest, found.latest) == (text.strip(), earliest, latest)


@pytest.mark.parametrize(
    "text",
    [
        "",
        " ",
        "July 1942",
        "1942-13",
        "1942-02-30",
        "1942-1X",
        "../1945",
        "1945/..",
        "1942/unknown",
        "1945/1942",
        "0000",
        "-0100",
        "y170000002",
        "1942年7月",
        "07/03/1942",
        "1" * 500,
        "1942-07; DROP TABLE",
        "\x00",
    ],
)
def test_what_is_no_edtf_with_two_ends_is_refused(text: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(ValueError):
        parse(text)
    assert capsys.readouterr().out == ""


@pytest.mark.parametrize(
    ("text", "edtf"),
    [
        ("1942:07:00 00:00:00", "1942-07"),
        ("1942:07:   :  :    ", "1942-07"),
        ("1942:07:05 10:11:12", "1942-07-05"),
        ("19420700", "1942-07"),
        ("19420000", "1942"),
        ("1942-07-05T10:11:12+08:00", "1942-07-05"),
        ("1942年7月", "1942-07"),
        ("摄于1942年7月7日,重庆", "1942-07-07"),
        ("一九四二年七月", "1942-07"),
        ("民国三十一年", "1942"),
        ("民國三十一年七月", "1942-07"),
        ("民国31年7月7日", "1942-07-07"),
        ("民国元年", "1912"),
        ("一九三七年十二月十三日", "1937-12-13"),
        ("194X", "194X"),
        ("1942~", "1942~"),
        ("0000:00:00 00:00:00", None),
        ("2099:13:45 99:99:99", None),
        ("1942-02-30", None),
        ("07/03/1942", None),
        ("三十一年", None),
        ("年", None),
        ("", None),
        ("yesterday", None),
    ],
)
def test_a_date_is_suggested_or_nothing_is(text: str, edtf: str | None) -> None:
    assert suggest(text) == edtf


def test_a_suggested_date_is_always_one_that_can_be_stored() -> None:
    found = suggest_edtf("民国三十一年七月")
    assert found is not None
    assert (found.earliest, found.latest) == (date(1942, 7, 1), date(1942, 7, 31))
    assert suggest_edtf("no date") is None
