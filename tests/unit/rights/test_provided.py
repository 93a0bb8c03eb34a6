"""The reader of provided-claims as a table: one text a row, what it must be read as beside it; nothing for a near miss.

The first rows are the sentences of the page that this project began with.
"""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dam.rights.provided import ProvidedClaim, SourcedText, named_alike, read_claims

MUSEUM = "Museum of the War of Chinese People's Resistance Against Japanese Aggression"
CAPTION, CREDIT = True, False

# One row a line, however long: a table is read downwards.
# fmt: off
ROWS = [
    # the seed
    (CAPTION, "He posed before the camera with the officers of the Soviet Union army who came to see him off at the China-Soviet border. [Photo exclusively provided to chinadaily.com.cn]", "certain exclusive to=chinadaily.com.cn"),  # noqa: E501
    (CAPTION, f"The photos are exclusively provided to chinadaily.com.cn by {MUSEUM} and cannot be used without permission.", f"certain exclusive to=chinadaily.com.cn by={MUSEUM} permission"),  # noqa: E501
    (CAPTION, "本图片由中国人民抗日战争纪念馆独家提供给中国日报网，未经许可不得使用。", "certain exclusive to=中国日报网 by=中国人民抗日战争纪念馆 permission"),  # noqa: E501
    # supply, in English
    (CREDIT, "Photo exclusively provided to China Daily", "certain exclusive to=China Daily"),
    (CAPTION, "Exclusively provided to the China Daily by the Harbin Museum.", "certain exclusive to=China Daily by=Harbin Museum"),  # noqa: E501
    (CAPTION, "Photo: provided exclusively to Xinhua News Agency", "certain exclusive to=Xinhua News Agency"),
    (CAPTION, "Photos supplied by the Imperial War Museum exclusively to The Times.", "certain exclusive to=Times by=Imperial War Museum"),  # noqa: E501
    (CAPTION, "These images are licensed exclusively to Harbour Gazette until 2027.", "certain exclusive to=Harbour Gazette"),  # noqa: E501
    (CAPTION, "(Photo exclusively provided by Museum of War and Peace)", "certain exclusive by=Museum of War and Peace"),  # noqa: E501
    (CAPTION, "Chai Shirong, 1942. Photo exclusive to Reuters.", "certain exclusive to=Reuters"),
    (CREDIT, "Exclusive supply to chinadaily.com.cn; no other use without written permission.", "certain exclusive to=chinadaily.com.cn permission"),  # noqa: E501
    (CREDIT, "For the exclusive use of China Daily", "certain exclusive to=China Daily"),
    (CAPTION, "Photograph of Chai Shirong in 1942, exclusively provided to www.chinadaily.com.cn", "certain exclusive to=www.chinadaily.com.cn"),  # noqa: E501
    (CAPTION, "PHOTO EXCLUSIVELY PROVIDED TO CHINADAILY.COM.CN", "certain exclusive to=CHINADAILY.COM.CN"),
    (CAPTION, "Photo exclusively provided to the U.S. Naval Institute", "certain exclusive to=U.S. Naval Institute"),
    (CAPTION, "Photo by Wang Wei, exclusively for China Daily", "certain exclusive to=China Daily"),
    (CREDIT, "For use by China Daily only", "certain exclusive to=China Daily"),
    (CREDIT, "Photo exclusively provided", "likely exclusive"),
    (CREDIT, "Collection 12, exclusively provided to China Daily", "likely exclusive to=China Daily"),
    (CAPTION, "[Photo provided to chinadaily.com.cn]", "certain to=chinadaily.com.cn"),
    (CAPTION, "Troops cross the river, 1942. Photo courtesy of the Harbin Museum. Not to be reproduced without the permission of the Harbin Museum.", "certain by=Harbin Museum permission"),  # noqa: E501
    (CREDIT, "Courtesy of NARA", "certain by=NARA"),
    (CAPTION, "Photo exclusively provided to China Daily by A Museum. Photo exclusively provided to Xinhua by B Museum.", "certain exclusive to=China Daily by=A Museum + certain exclusive to=Xinhua by=B Museum"),  # noqa: E501
    # permission, in English
    (CREDIT, "Cannot be used without permission.", "certain permission"),
    (CREDIT, "Not to be reproduced without the prior written consent of the archive", "certain permission"),
    (CREDIT, "May not be republished, broadcast or redistributed without written authorisation.", "certain permission"),
    (CREDIT, "No reproduction without permission", "certain permission"),
    (CREDIT, "Reproduction without permission is prohibited", "certain permission"),
    (CREDIT, "Reproduction prohibited without permission", "certain permission"),
    (CREDIT, "Do not use without permission.", "certain permission"),
    (CAPTION, "[Photos exclusively provided to China Daily] They cannot be used without permission.", "certain exclusive to=China Daily permission"),  # noqa: E501
    (CREDIT, "Unauthorized use is strictly prohibited", "certain permission"),
    (CAPTION, "© 2015 Museum of War. All rights reserved.", "certain permission"),
    (CREDIT, "Written permission required", "likely permission"),
    # bars, in English
    (CREDIT, "JAPAN OUT", "certain territory_bar JP"),
    (CAPTION, "(Photo by A. Man) GERMANY, AUSTRIA AND SWITZERLAND OUT", "likely territory_bar DE,AT,CH"),
    (CREDIT, "SOUTH KOREA OUT; No Archiving", "certain territory_bar KR + certain legal media=internal.evaluation.preservation"),  # noqa: E501
    (CREDIT, "NO SALES. EDITORIAL USE ONLY", "certain legal media=commercial.merchandise + certain legal media=commercial"),  # noqa: E501
    (CREDIT, "Embargoed until 5 March 2027", "certain embargo free=2027-03-05"),
    (CREDIT, "STRICTLY EMBARGOED UNTIL March 5th, 2027, 6 p.m.", "certain embargo free=2027-03-06"),
    (CREDIT, "Not for publication before 2027-03-05.", "certain embargo free=2027-03-05"),
    (CREDIT, "EMBARGO: 05/03/2027", "likely embargo"),
    # in Chinese
    (CAPTION, "1942年7月，柴世荣与苏军军官合影。（中国人民抗日战争纪念馆独家提供）", "certain exclusive by=中国人民抗日战争纪念馆"),  # noqa: E501
    (CAPTION, "本组图片均由东北烈士纪念馆独家提供。", "certain exclusive by=东北烈士纪念馆"),
    (CREDIT, "图片独家提供给中国日报网使用", "certain exclusive to=中国日报网"),
    (CREDIT, "东北烈士纪念馆向中国日报网独家提供", "certain exclusive to=中国日报网 by=东北烈士纪念馆"),
    (CREDIT, "獨家提供給中國日報網，未經許可不得轉載", "certain exclusive to=中國日報網 permission"),
    (CREDIT, "独家授权中国日报网发布", "certain exclusive to=中国日报网"),
    (CREDIT, "仅供中国日报网使用", "certain exclusive to=中国日报网"),
    (CREDIT, "新华社独家供图", "certain exclusive by=新华社"),
    (CAPTION, "柴世荣（前排右四），1942年。东北烈士纪念馆供图", "certain by=东北烈士纪念馆"),
    (CREDIT, "供图：中国人民抗日战争纪念馆", "certain by=中国人民抗日战争纪念馆"),
    (CAPTION, "照片由东北烈士纪念馆提供。", "certain by=东北烈士纪念馆"),
    (CREDIT, "未经许可，不得转载", "certain permission"),
    (CREDIT, "未经东北烈士纪念馆书面授权，任何单位和个人不得以任何形式使用本图片", "certain by=东北烈士纪念馆 permission"),  # noqa: E501
    (CREDIT, "版权所有，翻印必究", "certain permission"),
    (CREDIT, "2027年3月5日前不得发布", "certain embargo free=2027-03-05"),
    (CREDIT, "2027年3月5日后方可使用", "certain embargo free=2027-03-06"),
    (CREDIT, "禁用期至2027年3月5日", "certain embargo free=2027-03-06"),
    (CREDIT, "不得在日本使用", "certain territory_bar JP"),
    (CREDIT, "日本、韩国除外；请勿存档", "certain territory_bar JP,KR + certain legal media=internal.evaluation.preservation"),  # noqa: E501
    (CREDIT, "仅供编辑使用", "certain legal media=commercial"),
    # both at once
    (CREDIT, "Cannot be used without permission. 未经许可不得使用。", "certain permission"),
    (CAPTION, f"Photo courtesy of {MUSEUM} / 中国人民抗日战争纪念馆供图", f"certain by={MUSEUM} + certain by=中国人民抗日战争纪念馆"),  # noqa: E501
    # near misses, in English
    (CAPTION, "This photo is not exclusive to China Daily.", ""),
    (CAPTION, "Photo non-exclusively provided to China Daily by the Harbin Museum.", ""),
    (CREDIT, "Nonexclusively licensed to China Daily", ""),
    (CAPTION, "The photos are not exclusively provided to China Daily.", ""),
    (CAPTION, "The photos are no longer exclusively provided to China Daily.", ""),
    (CAPTION, "Photo formerly exclusively licensed to Reuters.", ""),
    (CAPTION, "Provided exclusively for illustration.", ""),
    (CREDIT, "Provided exclusively for educational use", ""),
    (CREDIT, "Exclusively provided to subscribers", ""),
    (CAPTION, "Photo exclusively provided to illustrate the article.", ""),
    (CAPTION, "Rations were exclusively provided to officers by the Red Army.", ""),
    (CAPTION, "The picture shows rations exclusively provided to officers by the Red Army.", ""),
    (CAPTION, "The hall, exclusive to Officers, was burnt in 1945.", ""),
    (CAPTION, "The railway cannot be used without permission of the garrison.", ""),
    (CREDIT, "May be used without permission", ""),
    (CREDIT, "No permission required", ""),
    (CREDIT, "Some rights reserved", ""),
    (CREDIT, "No rights reserved. CC0", ""),
    (CAPTION, "The delegation paid a courtesy call. He was seen off with the courtesy of the mayor.", ""),
    (CAPTION, "The oil embargo until 1 August 1941 crippled the fleet.", ""),
    (CREDIT, "No embargo", ""),
    (CREDIT, "Not embargoed until 5 March 2027", ""),
    (CAPTION, "Exclusive photos of the battle were shown at the Museum.", ""),
    (CAPTION, "These tickets were exclusively for Officers.", ""),
    (CAPTION, 'Students carry a banner reading "JAPAN OUT" in Beiping.', ""),
    (CREDIT, "JAPAN OUT OF CHINA", ""),
    (CAPTION, "The allies kept Japan out of the war council.", ""),
    (CAPTION, "No archives survived the fire.", ""),
    (CREDIT, "[Photo exclusively provided to c", ""),
    # near misses, in Chinese
    (CAPTION, "本图片并非独家提供。", ""),
    (CREDIT, "非独家提供给中国日报网", ""),
    (CAPTION, "这些粮食由苏军独家提供给前线。", ""),
    (CAPTION, "该厂为部队独家提供被服。", ""),
    (CREDIT, "仅供参考", ""),
    (CREDIT, "仅供学习使用", ""),
    (CAPTION, "这座桥仅供军队使用。", ""),
    (CAPTION, "门上写着：未经许可不得入内。", ""),
    (CAPTION, "未经许可不得使用明火。", ""),
    (CREDIT, "无需许可即可使用", ""),
    (CAPTION, "经许可使用", ""),
    (CAPTION, "工程师为部队提供图纸。", ""),
    (CAPTION, "版权所有者不明。", ""),
    (CAPTION, "亚洲各国（日本除外）均派代表出席。", ""),
    (CAPTION, "1942年7月，柴世荣率部返回中国。", ""),
]
# fmt: on


def told(claim: ProvidedClaim) -> str:
    named = {"to": claim.grantee, "by": claim.provider, "free": claim.free_from, "media": ",".join(claim.media)}
    parts = [claim.confidence.value, claim.bar.value if claim.bar else "", ",".join(claim.territory)]
    parts += ["exclusive" if claim.exclusive else ""]
    parts += [f"{name}={value}" for name, value in named.items() if value]
    parts += ["permission" if claim.needs_permission else ""]
    return " ".join(part for part in parts if part)


@pytest.mark.parametrize(("prose", "text", "expected"), ROWS, ids=[row[1][-48:] for row in ROWS])
def test_every_row(*, prose: bool, text: str, expected: str) -> None:
    claims = read_claims([SourcedText("field", text, prose)])
    assert " + ".join(map(told, claims)) == expected
    for claim in claims:
        assert claim.source == "field"
        assert claim.words
        assert [words.text for words in claim.words] == [text[words.start : words.end] for words in claim.words]


def test_the_table_is_what_it_says() -> None:
    negatives = [row for row in ROWS if not row[2]]
    assert len(ROWS) >= 42
    assert len(negatives) >= len(ROWS) / 3


def test_the_words_of_the_seed_are_exact() -> None:
    text = ROWS[1][1]
    (claim,) = read_claims([SourcedText("caption", text)])
    assert [words.text for words in claim.words] == [
        f"exclusively provided to chinadaily.com.cn by {MUSEUM}",
        "cannot be used without permission",
    ]


def test_one_claim_said_in_many_fields_is_told_once_by_the_field_that_says_most() -> None:
    texts = [
        SourcedText("iptc CopyrightNotice", ROWS[1][1][:80], prose=False),
        SourcedText("iptc Credit", "Photo exclusively provided to China", prose=False),
        SourcedText("xmp photoshop:Credit", "[Photo exclusively provided to chinadaily.com.cn]", prose=False),
        SourcedText("xmp dc:rights[en]", ROWS[1][1], prose=False),
        SourcedText("exif Copyright", ROWS[1][1], prose=False),
        SourcedText("xmp photoshop:Instructions", "Cannot be used without permission.", prose=False),
    ]
    (claim,) = read_claims(texts)
    assert (claim.source, claim.grantee, claim.provider) == ("xmp dc:rights[en]", "chinadaily.com.cn", MUSEUM)


def test_a_bar_and_a_supply_stay_two_claims_and_equal_bars_are_one() -> None:
    texts = [SourcedText("a", "Courtesy of NARA. JAPAN OUT", prose=False), SourcedText("b", "JAPAN OUT", prose=False)]
    assert [told(claim) for claim in read_claims(texts)] == ["certain territory_bar JP", "certain by=NARA"]


@pytest.mark.parametrize(
    ("said", "name", "same"),
    [
        ("chinadaily.com.cn", "China Daily", True),
        ("www.chinadaily.com.cn", "chinadaily.com.cn", True),
        ("the China Daily", "CHINA DAILY", True),
        (MUSEUM, MUSEUM.replace("'", "’"), True),
        ("China Daily", "China Daily Africa", False),
        ("中国日报网", "中国日报网", True),
        ("", "", False),
    ],
)
def test_names_that_mean_one_party(said: str, name: str, same: bool) -> None:
    assert named_alike(said, name) is same


_PIECES = st.sampled_from(
    [row[1] for row in ROWS] + [" ", "exclusively ", "provided to ", "由", "独家提供", "未经", "[", "("]
)


@given(st.lists(st.one_of(_PIECES, st.text(max_size=40)), max_size=6).map("".join))
def test_whatever_is_read_the_words_stand_where_they_are_said_to(text: str) -> None:
    for claim in read_claims([SourcedText("field", text)]):
        assert [words.text for words in claim.words] == [text[words.start : words.end] for words in claim.words]
        assert claim.exclusive or claim.needs_permission or claim.provider or claim.grantee or claim.bar


@pytest.mark.parametrize(
    "piece",
    [
        "exclusively provided to A ",
        "by A ",
        "A.",
        "未经",
        "由独家提供给",
        "[(",
        "not to be used ",
        "JAPAN, ",
        "2027年3月5日",
        " ",
    ],
)
def test_hostile_texts_take_no_time(piece: str) -> None:
    started = time.process_time()
    read_claims([SourcedText("field", piece * (20_000 // len(piece)))])
    assert time.process_time() - started < 2
