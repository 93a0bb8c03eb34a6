"""Dates: what an archive may store, and what a file or caption suggests."""

from datetime import date

import pytest

from dam.catalogue.dates import scene_date
from dam.metadata.dates import suggest


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
    found = scene_date(suggest("民国三十一年七月") or "")
    assert (found.earliest, found.latest) == (date(1942, 7, 1), date(1942, 7, 31))
