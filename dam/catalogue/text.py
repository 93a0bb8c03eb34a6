"""Words for searching: Chinese as overlapping pairs of characters, the rest as words for the English stemmer.

Pairs find every substring of a name (recall 1.0), which no dictionary does. Traditional and simplified spellings meet:
both sides of the index are folded to simplified; the text a person reads is never changed.
"""

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache

from opencc import OpenCC

LONGEST_QUERY = 200
_MOST_POSITION = 16_383  # PostgreSQL counts no further

_IDEOGRAPHS = (
    "\u3005\u3007\u3041-\u3096\u30a1-\u30fa\u30fc\u3400-\u4dbf\u4e00-\u9fff"
    "\uac00-\ud7af\uf900-\ufaff\U00020000-\U0003347f"
)
_RUN = re.compile(rf"(?P<han>[{_IDEOGRAPHS}]+)|(?P<word>[^\W_{_IDEOGRAPHS}]+)")


@dataclass(frozen=True, slots=True)
class IndexText:
    """One text as the index takes it.

    Shape: `pairs` is the literal of a tsvector with positions; `words` plain words for `to_tsvector('english', …)`.
    """

    pairs: str
    words: str


@dataclass(frozen=True, slots=True)
class QueryText:
    """One query as the index takes it.

    Shape: `phrases` is the text of a tsquery made of quoted lexemes alone, or empty; `words` plain words, or empty.
    """

    phrases: str
    words: str

    def __bool__(self) -> bool:
        return bool(self.phrases or self.words)


def index_text(parts: Iterable[str]) -> IndexText:
    """Return the text of a photograph, field by field, as the index takes it; no phrase spans two fields."""
    positions: dict[str, list[int]] = {}
    words: list[str] = []
    at = 0
    for part in parts:
        runs, plain = _runs(fold(part))
        words += plain
        for run in runs:
            for token in _tokens(run):
                at += 1
                positions.setdefault(token, []).append(min(at, _MOST_POSITION))
            at += 1  # a gap, so that the end of one run and the start of the next are no phrase
    literal = " ".join(f"'{token}':{','.join(map(str, where))}" for token, where in positions.items())
    return IndexText(literal, " ".join(words))


def query_text(query: str) -> QueryText:
    """Return what a person typed as the index takes it: every word and every run of characters must be found."""
    typed = _plain(query[:LONGEST_QUERY])
    folded = _simplified(typed)
    runs, words = _runs(folded)
    as_typed, _ = _runs(typed)
    phrases = [_either(run, other) for run, other in _paired(runs, as_typed)]
    return QueryText(" & ".join(phrases), " ".join(words))


def fold(text: str) -> str:
    """Return the text as it is compared: compatibility forms, case, accents and traditional spellings folded away."""
    return _simplified(_plain(text))


def _plain(text: str) -> str:
    decomposed = unicodedata.normalize("NFKD", unicodedata.normalize("NFKC", text).casefold())
    bare = "".join(character for character in decomposed if not "\u0300" <= character <= "\u036f")
    return unicodedata.normalize("NFKC", bare)


def _simplified(text: str) -> str:
    return str(_converter().convert(text))


@cache
def _converter() -> OpenCC:
    return OpenCC("t2s")


def _runs(text: str) -> tuple[list[str], list[str]]:
    runs: list[str] = []
    words: list[str] = []
    for found in _RUN.finditer(text):
        (runs if found["han"] else words).append(found.group())
    return runs, words


def _tokens(run: str) -> list[str]:
    """Return the pairs of the run and its last character, so that one character is always a prefix of some token."""
    return [run[at : at + 2] for at in range(len(run))]


def _paired(runs: Sequence[str], typed: Sequence[str]) -> list[tuple[str, str]]:
    """Set each folded run beside the run as typed: folding looks at its context, and a short query has none."""
    return list(zip(runs, typed if len(typed) == len(runs) else runs, strict=True))


def _either(run: str, typed: str) -> str:
    return _phrase(run) if run == typed else f"({_phrase(run)} | {_phrase(typed)})"


def _phrase(run: str) -> str:
    if len(run) == 1:
        return f"'{run}':*"
    return "(" + " <-> ".join(f"'{run[at : at + 2]}'" for at in range(len(run) - 1)) + ")"
