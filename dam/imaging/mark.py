"""The words of the visible mark on every rendition."""

import html
import re
from dataclasses import dataclass
from enum import StrEnum

from dam.kernel.text import Bilingual

_UNSEEN = re.compile(r"[\x00-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff\ud800-\udfff\ufffe\uffff]+")
_LONGEST = 1_000


class Strength(StrEnum):
    """How strongly the mark stands over the picture: the wish of its rights holder."""

    SUBTLE = "subtle"
    NORMAL = "normal"
    STRONG = "strong"


@dataclass(frozen=True, slots=True)
class MarkSpec:
    """The words of the mark, and its strength.

    Shape: `institution` is tiled over the picture; the rest stands in the band under the preview.
    """

    institution: Bilingual
    credit_line: str
    notice: Bilingual
    accession_number: str
    strength: Strength = Strength.NORMAL


def markup(text: str) -> str:
    """Return the text so that Pango prints it letter by letter: no tags, no control or direction characters."""
    plain = " ".join(_UNSEEN.sub(" ", text).split())
    shown = plain if len(plain) <= _LONGEST else plain[: _LONGEST - 1] + "…"
    return html.escape(shown, quote=False)


def tile_lines(spec: MarkSpec, *, covers_chinese: bool) -> list[str]:
    """Return the lines of the tiled mark, never none: an empty name would leave a picture unmarked."""
    names = [spec.institution.en, spec.institution.zh if covers_chinese else ""]
    return _filled(names) or _filled([spec.accession_number]) or ["PREVIEW"]


def band_lines(spec: MarkSpec, *, covers_chinese: bool) -> list[str]:
    """Return the small lines under the credit line."""
    return _filled([spec.notice.en, spec.notice.zh if covers_chinese else ""])


def _filled(texts: list[str]) -> list[str]:
    return [line for line in map(markup, texts) if line]
