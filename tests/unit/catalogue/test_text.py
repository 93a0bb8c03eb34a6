"""Search words: every substring of Chinese is found, traditional meets simplified, nothing typed reaches SQL as SQL."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dam.catalogue.text import fold, index_text, query_text

HAN = st.text(st.characters(min_codepoint=0x4E00, max_codepoint=0x9FA5), min_size=1, max_size=12)
LEXEME = re.compile(r"'[^'\\\s]+'(?::\*)?")


def lexemes(pairs):
    return {token: [int(at) for at in where.split(",")] for token, where in re.findall(r"'([^']+)':([\d,]+)", pairs)}


def matches(pairs, phrase):
    """Judge a phrase of one run the way PostgreSQL does: consecutive lexemes at consecutive positions."""
    held = lexemes(pairs)
    if phrase.endswith(":*"):
        return any(token.startswith(phrase[1:-3]) for token in held)
    tokens = re.findall(r"'([^']+)'", phrase)
    return any(
        all(start + step in held.get(token, ()) for step, token in enumerate(tokens))
        for start in held.get(tokens[0], ())
    )


@given(HAN, st.data())
def test_every_substring_of_a_run_is_found(run, data):
    folded = fold(run)
    start = data.draw(st.integers(0, len(folded) - 1))
    end = data.draw(st.integers(start + 1, len(folded)))
    asked = query_text(folded[start:end])
    phrase = asked.phrases.strip("()")
    assert any(matches(index_text([run]).pairs, either.strip("() ")) for either in phrase.split(" | "))


@given(HAN, HAN)
def test_what_is_not_in_a_run_is_not_found(run, other):
    phrases = query_text(other).phrases
    if " | " not in phrases and fold(other) not in fold(run):
        assert not matches(index_text([run]).pairs, phrases.strip("()"))


def test_no_phrase_spans_two_fields_or_two_runs():
    indexed = index_text(["柴世", "荣"]).pairs
    assert not matches(indexed, query_text("世荣").phrases.strip("()"))
    assert not matches(index_text(["柴世,荣"]).pairs, query_text("世荣").phrases.strip("()"))


@pytest.mark.parametrize(
    ("left", "right"),
    [("柴世榮", "柴世荣"), ("八路軍", "八路军"), ("Ｃｈａｉ", "chai"), ("Café", "CAFE"), ("抗戰館", "抗战馆")],
)
def test_spellings_meet(left, right):
    assert fold(left) == fold(right)
    assert index_text([left]) == index_text([right])


def test_words_and_runs_are_told_apart():
    asked = query_text("Chai Shirong 1942年 IMP-2026-000042")
    assert asked.words == "chai shirong 1942 imp 2026 000042"
    assert asked.phrases == "'年':*"


@given(st.text(max_size=300))
def test_whatever_is_typed_only_quoted_lexemes_and_our_own_signs_reach_the_query(text):
    asked = query_text(text)
    rest = LEXEME.sub("", asked.phrases)
    assert set(rest) <= set("()|&<-> ")
    assert not re.search(r"[^\w ]", asked.words)


@given(st.lists(st.text(max_size=60), max_size=5))
def test_whatever_is_indexed_is_a_literal_of_quoted_lexemes_and_positions(parts):
    indexed = index_text(parts)
    assert re.fullmatch(r"(?:'[^'\\\s]+':\d+(?:,\d+)*(?: |$))*", indexed.pairs)
    assert not re.search(r"[^\w ]", indexed.words)


def test_signs_alone_ask_nothing():
    assert not query_text("!!! -- '';")
