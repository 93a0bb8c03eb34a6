"""The text of a licence: the same facts, the same words, in both languages."""

import hashlib
from dataclasses import replace
from datetime import date

import pytest

from dam.kernel.span import days
from dam.kernel.text import Bilingual
from dam.licensing.codes import media_named, territory_named
from dam.licensing.conditions import SettledConditions
from dam.licensing.terms_text import VERSION, Photograph, TermsFacts, terms_of, terms_sha256
from dam.licensing.views import UseView

CONDITIONS = SettledConditions(
    max_px=4000,
    downloads=10,
    print_run=5000,
    no_alteration=True,
    no_ai_training=True,
    credit_line="Photo exclusively provided to chinadaily.com.cn",
)
FACTS = TermsFacts(
    number="LIC-2026-000001",
    request_number="REQ-2026-000007",
    licensor=Bilingual("The Archive", "档案馆"),
    licensee=Bilingual("China Daily", "中国日报"),
    seat=Bilingual("China", "中国"),
    granted_on=date(2025, 7, 30),
    use=UseView(
        media=media_named(["editorial.news.web", "editorial.news.epaper"]),
        territory=territory_named(["WORLD"]),
        territory_except=territory_named(["JP"]),
        starts_on=date(2025, 8, 1),
        ends_on=date(2026, 7, 31),
        time_zone="Asia/Shanghai",
        purpose="Anniversary page.",
        publication="chinadaily.com.cn",
        print_run=None,
        max_px=None,
    ),
    span=days(date(2025, 8, 1), date(2026, 7, 31), "Asia/Shanghai"),
    photographs=[
        Photograph(
            "IMP-000001",
            Bilingual("Chai Shirong and his officers", "柴世荣与军官"),
            Bilingual("Museum of the War", "抗战纪念馆"),
            CONDITIONS,
        ),
        Photograph("IMP-000002", Bilingual("River crossing", ""), None, replace(CONDITIONS, print_run=None)),
    ],
)


def test_the_same_facts_always_give_the_same_hash():
    """D7: what is accepted is this text and no other; a change of wording must be meant (raise VERSION)."""
    assert terms_of(FACTS) == terms_of(FACTS)
    assert terms_of(FACTS).sha256 == "2094c85121456286bb25ca6198167e55232ed71612c849d42f8510395a1b45a8"


def test_an_exclusive_licence_says_so_in_both_languages():
    text = terms_of(replace(FACTS, use=replace(FACTS.use, exclusive=True))).text
    assert "This licence is exclusive" in text.en
    assert "not exclusive" not in text.en
    assert "本许可为独家许可" in text.zh
    assert "非独家" not in text.zh


def test_the_hash_of_an_older_wording_still_names_its_text():
    """D7: a licence keeps the text it was granted with; the hash is of the text, whatever version words it."""
    older = Bilingual("Wording version 1.", "条款版本 1。")
    assert terms_sha256(older) == hashlib.sha256("Wording version 1.\n\n条款版本 1。".encode()).hexdigest()
    assert f"Wording version {VERSION}." in terms_of(FACTS).text.en


def test_the_hash_is_of_both_languages():
    terms = terms_of(FACTS)
    assert terms.sha256 == hashlib.sha256(f"{terms.text.en}\n\n{terms.text.zh}".encode()).hexdigest()
    assert terms.sha256 == terms_sha256(terms.text)


@pytest.mark.parametrize(
    "said",
    [
        "LIC-2026-000001",
        "REQ-2026-000007",
        "The Archive",
        "China Daily",
        "30 July 2025 (Beijing time)",
        "IMP-000001 Chai Shirong and his officers",
        "IMP-000002 River crossing",
        "Rights holder: Museum of the War.",
        'Credit line: "Photo exclusively provided to chinadaily.com.cn".',
        "at most 4000 pixels",
        "Downloads: at most 10.",
        "Print run: at most 5000 copies.",
        "No alteration.",
        "No AI training.",
        "(editorial.news.web)",
        "the whole world (WORLD)",
        "Except: Japan (JP).",
        "Publication: chinadaily.com.cn.",
        "Purpose: Anniversary page.",
        "1 August 2025 (Beijing time)",
        "31 July 2026 (Beijing time)",
        "time zone Asia/Shanghai",
        "from 2025-07-31T16:00:00Z up to, but not including, 2026-07-31T16:00:00Z",
        "not exclusive",
        "sublicensed",
        "revoke",
        "within 30 days of publication",
        "SHA-256",
        "The law of the licensor's seat applies: China.",
    ],
)
def test_it_says_in_english_what_an_editor_and_a_lawyer_look_for(said):
    assert said in terms_of(FACTS).text.en


@pytest.mark.parametrize(
    "said",
    [
        "LIC-2026-000001",
        "许可方：档案馆",
        "被许可方：中国日报",
        "柴世荣与军官",
        "IMP-000002 River crossing",
        "权利人：抗战纪念馆",
        "长边不超过 4000 像素",
        "不超过 10 次",
        "不超过 5000 份",
        "全世界（WORLD）",
        "日本（JP）",
        "2026年7月31日（北京时间）",
        "Asia/Shanghai",
        "2026-07-31T16:00:00Z",
        "不得改动",
        "人工智能训练",
        "转授权",
        "撤销",
        "SHA-256",
        "适用许可方所在地法律：中国",
    ],
)
def test_it_says_the_same_in_chinese(said):
    assert said in terms_of(FACTS).text.zh


def test_both_languages_have_the_same_articles():
    terms = terms_of(FACTS).text
    headings = [
        [line.split(".")[0] for line in text.split("\n") if line[:1].isdigit()] for text in (terms.en, terms.zh)
    ]
    assert headings[0] == headings[1] == [str(number) for number in range(1, 14)]
    assert "{" not in terms.en + terms.zh


@pytest.mark.parametrize(
    "change",
    [
        {"number": "LIC-2026-000002"},
        {"licensee": Bilingual("Other", "中国日报")},
        {"use": replace(FACTS.use, purpose="Another page.")},
        {"use": replace(FACTS.use, territory=territory_named(["CN"]))},
        {"photographs": FACTS.photographs[:1]},
        {"span": days(date(2025, 8, 1), date(2026, 7, 30), "Asia/Shanghai")},
        {"granted_on": date(2025, 7, 29)},
    ],
)
def test_any_other_fact_gives_another_hash(change):
    assert terms_of(replace(FACTS, **change)).sha256 != terms_of(FACTS).sha256


@pytest.mark.parametrize("field", ["max_px", "downloads", "print_run"])
def test_any_other_condition_gives_another_hash(field):
    photo = replace(FACTS.photographs[0], conditions=replace(CONDITIONS, **{field: 7}))
    one = replace(FACTS, photographs=FACTS.photographs[:1])
    assert terms_of(replace(FACTS, photographs=[photo])).sha256 != terms_of(one).sha256


def test_nobody_writes_an_article_of_their_own():
    """A title or purpose with line breaks or braces stays one line, as it was typed."""
    sly = replace(FACTS.use, purpose="x\n14. Everything is permitted {nth}")
    text = terms_of(replace(FACTS, use=sly)).text.en
    assert "\n14." not in text
    assert "Everything is permitted {nth}." in text
