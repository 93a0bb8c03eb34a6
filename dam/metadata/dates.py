"""Turns the dates found in files and captions into EDTF, or into nothing rather than a wrong date."""

import re
from calendar import monthrange

_REPUBLIC_OFFSET = 1911
_EARLIEST, _LATEST = 1000, 2999
_DIGITS = {c: n for n, c in enumerate("〇一二三四五六七八九")} | {"零": 0, "○": 0, "O": 0, "元": 1}
_NUMERALS = "〇零○一二三四五六七八九十元"
_NUMBERS = rf"(?:\d{{1,4}}|[{_NUMERALS}]{{1,4}})"
_ISO = re.compile(r"(\d{4})(?:[-:/.](\d{1,2}))?(?:[-:/.](\d{1,2}))?(?:[T ].*)?$")
_COMPACT = re.compile(r"(\d{4})(\d{2})(\d{2})(?:[T ].*)?$")
_CHINESE = re.compile(rf"(民国|民國|公元)?({_NUMBERS})年(?:({_NUMBERS})月(?:({_NUMBERS})[日号號])?)?")
_EDTF_YEAR = re.compile(r"\d{4}[~?%]|\d{3}X|\d{2}XX")


def suggest(text: str) -> str | None:
    """Return the EDTF of a date as EXIF, IIM, XMP or a Chinese caption writes it; None where it is no possible date.

    Shape: `1942:07:00 00:00:00` and `19420700` and `1942年7月` and `民国三十一年七月` all give `1942-07`.
    """
    text = text.strip(" :\t\n\x00")  # EXIF blanks the parts it does not know
    if _EDTF_YEAR.fullmatch(text):
        return text
    for pattern in (_COMPACT, _ISO):
        if found := pattern.fullmatch(text):
            return _edtf(*(int(part) if part else 0 for part in found.groups()))
    if found := _CHINESE.search(text):
        return _from_chinese(*found.groups())
    return None


def _from_chinese(era: str | None, year: str, month: str | None, day: str | None) -> str | None:
    offset = _REPUBLIC_OFFSET if era and era.startswith("民") else 0
    number = _number(year)
    return _edtf(number + offset if number else 0, _number(month or ""), _number(day or ""))


def _number(text: str) -> int:
    """Return the number of Arabic or Chinese numerals, 0 where there is none: 三十一 is 31, 一九四二 is 1942."""
    if text.isdigit() and text.isascii():
        return int(text)
    if "十" not in text:
        return int("".join(str(_DIGITS[c]) for c in text)) if text else 0
    tens, _, ones = text.partition("十")
    return (_number(tens) or 1) * 10 + _number(ones)


def _edtf(year: int, month: int, day: int) -> str | None:
    """Return year, month and day as far as they are known; 0 means unknown."""
    if not _EARLIEST <= year <= _LATEST or not 0 <= month <= 12:  # noqa: PLR2004 - months of a year
        return None
    if not month:
        return f"{year:04d}" if not day else None
    if not 0 <= day <= monthrange(year, month)[1]:
        return None
    return f"{year:04d}-{month:02d}-{day:02d}" if day else f"{year:04d}-{month:02d}"
