"""Dates of scenes: EDTF in, two days for searching out."""

from datetime import date

import pytest

from dam.catalogue.dates import scene_date


@pytest.mark.parametrize(
    ("text", "edtf", "earliest", "latest"),
    [
        ("1942-07", "1942-07", date(1942, 7, 1), date(1942, 7, 31)),
        ("1942~", "1942~", date(1942, 1, 1), date(1942, 12, 31)),
        ("194X", "194X", date(1940, 1, 1), date(1949, 12, 31)),
        ("19XX", "19XX", date(1900, 1, 1), date(1999, 12, 31)),
        ("1942-02-28", "1942-02-28", date(1942, 2, 28), date(1942, 2, 28)),
        ("1944-02", "1944-02", date(1944, 2, 1), date(1944, 2, 29)),
        ("1942-21", "1942-21", date(1942, 3, 1), date(1942, 5, 31)),
        ("1940/1945", "1940/1945", date(1940, 1, 1), date(1945, 12, 31)),
        ("1942/..", "1942/..", date(1942, 1, 1), None),
        ("../1945", "../1945", None, date(1945, 12, 31)),
        ("[1942-06..1942-08]", "[1942-06..1942-08]", date(1942, 6, 1), date(1942, 8, 31)),
        (" 1942-07 ", "1942-07", date(1942, 7, 1), date(1942, 7, 31)),
        ("1942年7月", "1942-07", date(1942, 7, 1), date(1942, 7, 31)),
        ("1942年7月3日", "1942-07-03", date(1942, 7, 3), date(1942, 7, 3)),
        ("民国31年7月", "1942-07", date(1942, 7, 1), date(1942, 7, 31)),
        ("民国元年", "1912", date(1912, 1, 1), date(1912, 12, 31)),
    ],
)
def test_a_date_is_read_with_its_edges(text, edtf, earliest, latest):
    read = scene_date(text)
    assert (read.edtf, read.earliest, read.latest) == (edtf, earliest, latest)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "yesterday",
        "1942-13",
        "1942-02-30",
        "1942-1X",
        "07/03/1942",
        "July 1942",
        "../..",
        "1945/1940",
        "0000",
        "1942/",
        "1942年13月",
        "１９４２",
        "1942-07-01T00:00:00",
        "X" * 5000,
        "[" + "1942," * 2000 + "1942]",
        "1942\n1943",
    ],
)
def test_what_is_no_date_is_refused(text):
    with pytest.raises(ValueError, match=r"."):
        scene_date(text)
