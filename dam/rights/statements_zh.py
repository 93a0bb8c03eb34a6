"""Statements about rights in Chinese, simplified or traditional, as credits, captions and instructions make them.

A clause is what stands between two marks of punctuation. In prose it counts only where its subject is the photograph:
grain that an army "独家提供" is history, not a credit.
"""

import re
from collections.abc import Iterator, Mapping
from datetime import timedelta
from functools import cache

from dam.rights.facts import RestrictionKind
from dam.rights.statements import Statement, day_in
from dam.rights.statements_en import LIMITED_MEDIA
from dam.rights.territories import COUNTRIES, territory_name

_BREAK = re.compile(r"[,，.。;；:：!！?？、()（）\[\]【】{}「」《》“”\"'\n\r|/／]")
_HAN = re.compile(r"[\u3400-\u9fff]")
_PICTURE = r"(?:[图圖]片|照片|相片|[图圖]像|影像|[图圖]|相|[资資]料|史料|稿件|作品|[视視][频頻])"
_SUBJECT = re.compile(
    rf"^(?:(?:本|此|[该該]|以上|上述|文中|文内|下列|全部|所有|[这這])?(?:[组組]|[张張]|批|幅|些)?"
    rf"(?:[历歷]史|老|新[闻聞]|[资資]料|[档檔]案|[独獨]家)?{_PICTURE})?(?:均|皆|都|全部)?(?:[系係]|[为為]|是)?\s*"
)
_GIVEN = re.compile(r"[独獨]家(?:提供|供[图圖稿]|供[应應]|授[权權]|供(?=[^\s图圖]))")
_NEGATED = re.compile(r"(?:曾(?:[经經])?由|不再|[并並]非|不是|不[属屬]|[非未]由|如[果由]|若)|[非未不曾]$")
_TAIL = re.compile(
    r"^(?:[给給]予|[给給予与與]|于|於)?(?P<grantee>[^的]{2,40}?)(?:[独獨]家)?"
    r"(?:(?:使用|[发發]布|[发發]表|刊[登用发發載载]|[转轉][载載]|出版|播出)(?:$|\s)|$)"
)
_TO = ("给", "給", "予", "与", "與", "于", "於")
_USED = re.compile(r"(?:使用|[发發]布|[发發]表|刊[登用发發載载]|[转轉][载載]|出版|播出)$")
_TAIL_OF_PICTURE = re.compile(rf"^的?(?:[历歷]史|珍[贵貴])?(?:{_PICTURE})?$")
_PURPOSE = re.compile(
    r"参考|參考|[学學][习習]|[个個]人|[内內]部|研究|[编編][辑輯]|新[闻聞]|教[学學]|商[业業]|交流|欣[赏賞]|[预預][览覽]|"
    r"[试試]用|本人|[会會][员員]|[读讀]者|用[户戶]|公[众眾]|演示|[测測][试試]|展示|[报報][道導]|[说說]明|任何|"
    r"非[营營]利|公益|大家|前[线線]"
)
_ONLY_FOR = re.compile(
    r"(?:[仅僅只][供限]|[仅僅只]限于|[独獨]家供)(?P<grantee>[^,，.。;；:：()（）\[\]【】\n的]{2,30}?)(?:[独獨]家)?"
    r"(?:使用|刊[登用发發]|[发發]布|[转轉][载載])(?=$|[\s,，.。;；!！)）\]】\n/])"
)
_PERMISSION = re.compile(
    r"未[经經](?P<giver>[^,，.。;；:：()（）\[\]【】\n]{0,30}?)(?:事先)?(?:[书書]面)?"
    r"(?:[许許]可|授[权權]|同意|允[许許]|批准)[,，、\s]{0,2}(?:任何[^,，.。;；\n不禁]{0,14})?(?:均|一律|[请請])?"
    r"(?:不得|[严嚴]?禁止?|勿|[谢謝][绝絕]|不可|不能|不准)[^,，.。;；\n]{0,16}?"
    r"(?:使用|[转轉][载載]|[复複][制製]|翻印|翻拍|引用|刊[登用发發載载]|商用|[传傳]播|下[载載]|出版|[发發][布表]|"
    r"摘[编編]|作其他使用|另作他用)(?=$|[\s,，.。;；、!！)）\]】\n/或及和与與以本此该該上照图圖])"
)
_RESERVED = re.compile(
    r"(?<![不未非])(?:版[权權]所有(?![者人权權])|保留(?:所有|一切|全部)[权權]利|(?:翻印|[转轉][载載]|侵[权權]|盗用)必究)"
)
_PHOTO_BY = (
    re.compile(
        r"(?P<giver>[^\s,，.。;；:：()（）\[\]【】\n/／|、的]{2,30})\s?(?<!提)供[图圖](?=$|[\s,，.。;；)）\]】\n/])"
    ),
    re.compile(r"(?<!提)供[图圖]\s*[:：/／]\s*(?P<giver>[^\s,，.。;；:：()（）\[\]【】\n/／|、]{2,30})"),
    re.compile(
        rf"{_PICTURE}(?:均|皆|都)?由(?P<giver>[^,，.。;；:：()（）\[\]【】\n的]{{2,30}}?)提供"
        r"(?:[给給](?P<grantee>[^,，.。;；:：()（）\[\]【】\n的]{2,30}?)(?:使用)?)?(?=$|[\s,，.。;；)）\]】\n/])"
    ),
)
_NO_GIVER = re.compile(r"免[费費]|[为為无無向不未]|^[独獨]家|[独獨]家$|[图圖]片$")
_DAY = r"(?:\d{4}\s*年\s*\d{1,2}\s*月\s*\d{1,2}\s*日|\d{4}-\d{2}-\d{2})"
_PUBLISH = r"(?:[发發][布表]|刊[登用发發]|使用|公[开開]|播出|[报報][道導])"
_EMBARGO = (
    (
        re.compile(
            rf"(?P<when>{_DAY})[^,，.。;；\n]{{0,8}}?(?:之?前|以前)[,，]?(?:均|一律|[请請])?"
            rf"(?:不得|勿|[严嚴]?禁止?)[^,，.。;；\n]{{0,6}}?{_PUBLISH}"
        ),
        0,
    ),
    (re.compile(rf"(?P<when>{_DAY})(?:之?[后後]|以[后後])(?:方可|才可|可以?|才能){_PUBLISH}"), 1),
    (re.compile(rf"(?P<when>{_DAY})起(?:方可|才可|可以?|才能){_PUBLISH}"), 0),
    (re.compile(rf"(?:禁[用发發]期|封存期?|保密期)(?:[至到]|\s*[:：]\s*[至到]?)\s*(?P<when>{_DAY})"), 1),
)
_LIMITS = (
    (re.compile(r"(?:不得|禁止|[请請]勿|不可)(?:存[档檔]|[归歸][档檔])(?=$|[\s,，.。;；)）\]】\n/])"), "archive"),
    (
        re.compile(
            r"[仅僅只][供限](?:于)?(?:[编編][辑輯]|新[闻聞](?:[报報][道導])?)(?:使用|用途)(?=$|[\s,，.。;；)）\]】\n/])"
        ),
        "editorial",
    ),
)
_INSTITUTION = re.compile(r"[馆館社网網报報院局会會司台臺心所部库庫]$")
_MORE_NAMES = {"中国大陆": ("CN",), "港澳台": ("HK", "MO", "TW"), "香港": ("HK",), "澳门": ("MO",), "台湾": ("TW",)}


def chinese(text: str, *, prose: bool) -> Iterator[Statement]:
    """Yield every statement in the text, in no order; those of one phrase may overlap."""
    if not _HAN.search(text):
        return
    yield from _exclusives(text, prose=prose)
    yield from _only_for(text, prose=prose)
    for found in _PERMISSION.finditer(text):
        giver = found["giver"].strip()
        provider = giver if _INSTITUTION.search(giver) and not giver.startswith(("本", "我")) else None
        yield Statement(start=found.start(), end=found.end(), certain=True, provider=provider, needs_permission=True)
    for found in _RESERVED.finditer(text):
        yield Statement(start=found.start(), end=found.end(), certain=True, needs_permission=True)
    yield from _givers(text)
    yield from _bars(text, prose=prose)


def _clause(text: str, start: int, end: int) -> tuple[str, str]:
    """Return what the clause around the offsets says before and after them."""
    begins = max((found.end() for found in _BREAK.finditer(text, 0, start)), default=0)
    stop = _BREAK.search(text, end)
    return text[begins:start], text[end : stop.start() if stop else len(text)]


def _exclusives(text: str, *, prose: bool) -> Iterator[Statement]:
    for core in _GIVEN.finditer(text):
        before, after = _clause(text, core.start(), core.end())
        parties = None if _NEGATED.search(before.strip()) else _parties(before.strip(), after.strip(), prose=prose)
        if parties is None:
            continue
        provider, grantee = parties
        yield Statement(
            start=core.start() - len(before.lstrip()),
            end=core.end() + (len(after.rstrip()) if grantee or not after.strip() else 0),
            certain=bool(provider or grantee),
            provider=provider,
            grantee=grantee,
            exclusive=True,
        )


def _parties(before: str, after: str, *, prose: bool) -> tuple[str | None, str | None] | None:
    """Return provider and grantee of an exclusive supply, None where the clause is about something else."""
    giver, subject_fits = _giver(before)
    to = re.match(r"^(?P<by>.*?)[向为為](?P<to>.{2,40})$", giver)
    named = _given_to(after)
    if named is None:
        return None
    if to:
        giver, named = to["by"], to["to"]
    if _PURPOSE.search(named) or (prose and not subject_fits):
        return None
    return giver.strip() or None, named.strip() or None


def _given_to(after: str) -> str | None:
    """Return the grantee named behind the verb, empty when there is none; None where it goes on to what was given."""
    if _TAIL_OF_PICTURE.match(after):
        return ""
    tail = _TAIL.match(after)
    return tail["grantee"] if tail and (after.startswith(_TO) or _USED.search(after)) else None


def _giver(before: str) -> tuple[str, bool]:
    """Return who provides, and whether the clause is about a photograph."""
    subject = _SUBJECT.match(before)
    rest = before[subject.end() :] if subject else before
    if rest.startswith(("由", "经", "經")):
        return rest[1:], True
    other, by, giver = rest.partition("由")
    if by:
        return giver, bool(re.search(rf"{_PICTURE}(?:均|皆|都)?$", other))
    return rest, "的" not in rest


def _only_for(text: str, *, prose: bool) -> Iterator[Statement]:
    for found in _ONLY_FOR.finditer(text):
        before, _ = _clause(text, found.start(), found.end())
        subject = _SUBJECT.match(before.strip())
        fits = subject is not None and subject.end() == len(before.strip())
        grantee = found["grantee"].strip()
        if _PURPOSE.search(grantee) or (prose and not fits) or before.endswith(("不", "非", "并非")):
            continue
        yield Statement(start=found.start(), end=found.end(), certain=fits, grantee=grantee, exclusive=True)


def _givers(text: str) -> Iterator[Statement]:
    for rule in _PHOTO_BY:
        for found in rule.finditer(text):
            subject = _SUBJECT.match(found["giver"])
            giver = found["giver"][subject.end() :] if subject else found["giver"]
            if giver and not _NO_GIVER.search(giver):
                to = found["grantee"] if "grantee" in rule.groupindex else None
                yield Statement(start=found.start(), end=found.end(), certain=True, provider=giver, grantee=to)


def _bars(text: str, *, prose: bool) -> Iterator[Statement]:
    for rule, days_later in _EMBARGO:
        for found in rule.finditer(text):
            named = day_in(found["when"])
            free = named.day + timedelta(days=days_later) if named else None
            yield Statement(
                start=found.start(),
                end=found.end(),
                certain=free is not None,
                bar=RestrictionKind.EMBARGO,
                free_from=free,
            )
    for rule, limit in _LIMITS:
        for found in rule.finditer(text):
            media = LIMITED_MEDIA[limit]
            yield Statement(start=found.start(), end=found.end(), certain=True, bar=RestrictionKind.LEGAL, media=media)
    for rule in _out()[:1] if prose else _out():
        for found in rule.finditer(text):
            named_places = (_places()[name.group()] for name in _place().finditer(found["where"]))
            codes = tuple(dict.fromkeys(code for place in named_places for code in place))
            yield Statement(
                start=found.start(),
                end=found.end(),
                certain=not prose,
                bar=RestrictionKind.TERRITORY_BAR,
                territory=codes,
            )


@cache
def _places() -> Mapping[str, tuple[str, ...]]:
    return {territory_name(code).zh: (code,) for code in COUNTRIES} | _MORE_NAMES


@cache
def _place() -> re.Pattern[str]:
    return re.compile("|".join(map(re.escape, sorted(_places(), key=len, reverse=True))))


@cache
def _out() -> tuple[re.Pattern[str], ...]:
    """Return the patterns of a barred territory; the last two, terse, only where the field is about rights."""
    places = rf"(?P<where>(?:{_place().pattern})(?:[、和及,，](?:{_place().pattern})){{0,20}})"
    ends = r"(?=$|[\s,，.。;；)）\]】\n/])"
    return (
        re.compile(
            rf"(?:不得|禁止|[请請]勿)(?:在|于|於){places}(?:地[区區]|境[内內])?"
            rf"(?:使用|[发發][布表]|刊[登用发發]|[传傳]播|出版|播出){ends}"
        ),
        re.compile(rf"{places}(?:地[区區])?(?:除外|禁用){ends}"),
        re.compile(rf"{places}(?:地[区區])?(?:境[内內])?不得(?:使用|[发發][布表]|刊[登用发發]){ends}"),
    )
