"""A file name a partner can keep: from the title and the accession number, safe in every header and file system."""

import re
import unicodedata
from urllib.parse import quote

_MOST_BYTES = 150
_UNSAFE = re.compile(r'[\x00-\x1f\x7f-\x9f"\\/:*?<>|%;\u2028\u2029\u200b-\u200f\u202a-\u202e\u2066-\u2069\ufeff]+')
_BLANKS = re.compile(r"\s+")
_NOT_PLAIN = re.compile(r"[^A-Za-z0-9._ -]+")
_RESERVED = re.compile(r"(?:con|prn|aux|nul|com\d|lpt\d)(?:\..*)?", re.IGNORECASE)
_EXTENSIONS = {"image/jpeg": ".jpg", "image/tiff": ".tif", "image/png": ".png", "image/webp": ".webp"}


def file_name(accession_number: str, title: str, media_type: str) -> str:
    """Return the name of a copy: `ACCESSION title.ext`, at most 150 bytes before the extension.

    Control characters, separators of any file system, quotes and direction marks become spaces; Chinese stays.
    """
    stem = _bounded(_clean(f"{accession_number} {title}")) or "photograph"
    if _RESERVED.fullmatch(stem):
        stem = f"_{stem}"
    return stem + _EXTENSIONS.get(media_type, ".bin")


def content_disposition(name: str) -> str:
    """Return the header that saves the copy under this name.

    Shape: a plain `filename` for old clients, then `filename*` in UTF-8.
    Source: RFC 6266 section 4 and appendix D; RFC 8187 section 3.2.
    """
    plain = _BLANKS.sub(" ", _NOT_PLAIN.sub("_", _clean(name))).strip() or "photograph"
    return f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(_clean(name), safe='')}"


def _clean(text: str) -> str:
    encodable = unicodedata.normalize("NFC", text).encode("utf-8", "ignore").decode()
    return _BLANKS.sub(" ", _UNSAFE.sub(" ", encodable)).strip(" .")


def _bounded(text: str) -> str:
    return text.encode()[:_MOST_BYTES].decode("utf-8", "ignore").strip(" .")
