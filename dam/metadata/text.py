"""Turns bytes of unknown or wrongly declared encoding into text, and says when it was a guess."""

import re
from dataclasses import dataclass

LONGEST_VALUE = 10_000
_LONGEST_RAW = 512
_LAST_COMMON_LEAD = 0xD7
_CHINESE = re.compile(r"[\u2e80-\u303f\u3400-\u9fff\uf900-\ufaff\uff00-\uffef]")
_CONTROLS = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")


@dataclass(frozen=True, slots=True)
class Decoded:
    """Text and how it was won.

    Shape: `guessed` names the encoding tried where none was declared; `raw` is then the bytes as hex.
    """

    text: str
    guessed: str = ""
    raw: str | None = None


def decode(data: bytes, declared: str = "") -> Decoded:
    """Return the bytes as text: the declared encoding, else UTF-8, else GB18030, else Latin-1."""
    data = data.rstrip(b"\x00")
    for encoding in (declared, "utf-8"):
        if encoding:
            try:
                return Decoded(clean(data.decode(encoding)))
            except (UnicodeDecodeError, LookupError):
                continue
    for encoding in ("gb18030", "latin-1"):
        text = _attempt(data, encoding)
        if text is not None:
            return Decoded(clean(text), guessed=encoding, raw=as_hex(data))
    return Decoded("", guessed="none", raw=as_hex(data))


def _attempt(data: bytes, encoding: str) -> str | None:
    try:
        text = data.decode(encoding)
    except UnicodeDecodeError:
        return None
    return None if encoding == "gb18030" and not _reads_as_chinese(text) else text


def _reads_as_chinese(text: str) -> bool:
    """Tell Chinese from accented Latin letters that happen to pair up: its characters are mostly the common ones.

    Shape: GB 2312 puts the common characters and all punctuation below lead byte 0xD8; pairs such as `öß` lie above.
    """
    wide = [letter for letter in text if not letter.isascii()]
    common = sum(letter.encode("gb18030")[0] <= _LAST_COMMON_LEAD for letter in wide)
    return all(_CHINESE.match(letter) for letter in wide) and 2 * common >= len(wide)


def clean(text: str) -> str:
    """Return the text as found, less NULs at its end and cut to the longest value we keep."""
    return text.rstrip("\x00")[:LONGEST_VALUE].encode("utf-8", "replace").decode("utf-8").replace("\x00", "\ufffd")


def as_hex(data: bytes) -> str:
    """Return the bytes as hex, the first 512 of them."""
    return data[:_LONGEST_RAW].hex()


def is_chinese(text: str) -> bool:
    """Tell whether the text holds Chinese characters."""
    return bool(_CHINESE.search(text))


def without_controls(text: str) -> str:
    """Return the text without the control characters that XML cannot carry."""
    return _CONTROLS.sub("", text).encode("utf-8", "ignore").decode("utf-8").replace("\ufffe", "").replace("\uffff", "")


def cut_utf8(text: str, most_bytes: int) -> str:
    """Return as much of the text as fits, never half a character."""
    return text.encode("utf-8")[:most_bytes].decode("utf-8", "ignore")
