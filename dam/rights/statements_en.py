"""Statements about rights in English, as credits, captions and instructions make them.

In prose a phrase counts only where it is about the photograph itself: at the start of a sentence or bracket, or after
a word such as "photo". Rations "exclusively provided to officers" are history, not a credit.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from datetime import timedelta
from functools import cache
from types import MappingProxyType

from dam.rights.facts import RestrictionKind
from dam.rights.statements import Statement, day_in, lead
from dam.rights.territories import COUNTRIES, territory_name

_WORD_START = r"(?<![\w-])"
_STOP = (
    r"\s+(?:by|without|under|until|till|which|who|exclusively|cannot|can['’]t|may\s+not|must\s+not)\b"
    r"|\s+and\s+(?:can|may|must|shall|should|is|are|not|cannot)\b|\s+(?:only|all\s+rights)\b"
    r"|\s+(?:for|with|from|in|on|as|at|to)\s+(?-i:(?![A-Z]))|\s+[-–—]\s|\s+/\s|['’\"”]?\s*$"
)


def _party(name: str) -> str:
    """Return the pattern of a party's name: up to punctuation, or a word that no name goes on after."""
    mark = r"(?:(?-i:\b[A-Z])\.(?=[\s\w])|\.(?=\w)|[^.,;:!?()\[\]{}\n|，。；：（）【】])"
    return rf"(?P<{name}>(?:(?!{_STOP}){mark}){{1,160}})"


_GIVEN = r"(?:provided|supplied|licen[sc]ed|offered|contributed|released|furnished|granted|made\s+available)"
_COMPLEMENT = rf"(?:\s+(?P<way1>to|for|by)\s+{_party('party1')})?(?:\s+(?P<way2>to|for|by)\s+{_party('party2')})?"
_PICTURE = (
    r"(?:photo(?:s|graphs?)?|pictures?|pics?|images?|footage|stills?|prints?|scans?|materials?|illustrations?|"
    r"handouts?|credits?|source|copyright)"
)
_EXCLUSIVE = (
    re.compile(rf"{_WORD_START}exclusively\s+{_GIVEN}{_COMPLEMENT}", re.IGNORECASE),
    re.compile(
        rf"{_WORD_START}{_GIVEN}(?:\s+by\s+{_party('giver')})?\s+exclusively{_COMPLEMENT}",
        re.IGNORECASE,
    ),
    re.compile(
        rf"{_WORD_START}exclusive(?:ly)?(?:\s+(?:supply|photos?|photographs?|pictures?|images?|footage|rights))?"
        rf"(?:\s+(?:is|are|were|was))?(?:\s+{_GIVEN})?(?=\s+(?:to|by|for)\s){_COMPLEMENT}",
        re.IGNORECASE,
    ),
    re.compile(rf"{_WORD_START}for\s+(?:the\s+)?exclusive\s+use\s+(?:of|by)\s+{_party('user')}", re.IGNORECASE),
    re.compile(rf"{_WORD_START}for\s+use\s+by\s+{_party('user')}\s+only\b", re.IGNORECASE),
)
_PROVIDED = (
    re.compile(
        rf"\b{_PICTURE}(?:\s+(?:is|are|was|were|kindly))*\s+{_GIVEN}(?=\s+(?:to|by)\s){_COMPLEMENT}", re.IGNORECASE
    ),
    re.compile(rf"{_WORD_START}(?:by\s+)?courtesy(?:\s+of\s+|\s*:\s*){_party('giver')}", re.IGNORECASE),
)
_ACTS = (
    r"(?:re-?)?(?:used|produced|published|printed|copied|duplicated|distributed|transmitted|broadcast|posted|sold|"
    r"shared|displayed|downloaded|modified|altered|exploited)"
)
_USES = r"(?:re-?)?(?:use|production|publication|distribution|copying|print|printing|posting|sale|transmission)"
_VERBS = r"(?:re-?)?(?:use|produce|publish|print|copy|distribute|post|sell|share|broadcast)"
_LEAVE = r"\bwithout\b[^.;\n]{0,80}?\b(?:permission|consent|authori[sz]ation|approval|licen[cs]e|leave)\b"
_FROM_WHOM = rf"(?:\s+(?:of|from|by)\s+{_party('giver')})?"
_PERMISSION = (
    re.compile(
        rf"{_WORD_START}(?:can\s*not|can['’]t|(?:may|must|shall|should)\s+not|mustn['’]t|(?:is\s+|are\s+)?not\s+to"
        rf"|no\s+part\b[^.;\n]{{0,60}}?\bmay)\s+be\s+{_ACTS}\b[^.;\n]{{0,160}}?{_LEAVE}{_FROM_WHOM}",
        re.IGNORECASE,
    ),
    re.compile(
        rf"{_WORD_START}(?:no|not\s+for|any)\s+(?:(?:other|further|commercial)\s+)?{_USES}\b[^.;\n]{{0,80}}?"
        rf"{_LEAVE}{_FROM_WHOM}",
        re.IGNORECASE,
    ),
    re.compile(
        rf"{_WORD_START}{_USES}\s+(?:is\s+)?(?:(?:strictly\s+)?(?:prohibited|forbidden)\s+)?{_LEAVE}"
        r"(?:\s+(?:is|are)\s+(?:strictly\s+)?(?:prohibited|forbidden|not\s+(?:permitted|allowed)))?",
        re.IGNORECASE,
    ),
    re.compile(rf"{_WORD_START}do\s+not\s+{_VERBS}\b[^.;\n]{{0,80}}?{_LEAVE}", re.IGNORECASE),
    re.compile(
        rf"{_WORD_START}unauthori[sz]ed\s+(?:\w+\s+(?:or|and)\s+)?{_USES}\b[^.;\n]{{0,60}}?"
        r"\b(?:prohibited|forbidden|not\s+(?:permitted|allowed))",
        re.IGNORECASE,
    ),
)
_RESERVED = re.compile(rf"{_WORD_START}all\s+rights\s+reserved\b", re.IGNORECASE)
_REQUIRED = re.compile(
    rf"{_WORD_START}(?:(?:prior|written|express)\s+)*(?:permission|consent)\s+(?:is\s+)?(?:required|needed)\b",
    re.IGNORECASE,
)
_EMBARGO = (
    re.compile(rf"{_WORD_START}(?:strictly\s+|under\s+)?embargo(?:ed)?(?:\s+(?:until|till|to)\b|\s*:)", re.IGNORECASE),
    re.compile(
        rf"{_WORD_START}not\s+(?:for|to\s+be)\s+(?:publication|release|broadcast|use|published|released|used)\s+"
        r"(?:before|until|prior\s+to)\b",
        re.IGNORECASE,
    ),
)
_WHEN = re.compile(r"[^;\n\])]{0,60}")
_HOUR = re.compile(r"\d\s*(?:[ap]\.?m\b|:\d\d)|\b(?:noon|gmt|utc|bst|est)\b", re.IGNORECASE)
_LIMITS = (
    (
        re.compile(rf"{_WORD_START}no\s+archiv(?:ing|es?)\b(?=\s*(?:permitted|allowed|[.,;!\])/-]|$))", re.IGNORECASE),
        "archive",
    ),
    (re.compile(rf"{_WORD_START}(?:for\s+)?editorial\s+(?:use|purposes)\s+only\b", re.IGNORECASE), "editorial"),
    (re.compile(r"(?<![\w-])NO SALES\b"), "sales"),
)
LIMITED_MEDIA: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "archive": ("internal.evaluation.preservation",),
        "editorial": ("commercial",),
        "sales": ("commercial.merchandise",),
    }
)
"""What a customary instruction keeps a picture from."""
_OTHER_NAMES = MappingProxyType(
    {
        "UK": "GB",
        "USA": "US",
        "SOUTH KOREA": "KR",
        "NORTH KOREA": "KP",
        "HONG KONG": "HK",
        "MACAU": "MO",
        "MACAO": "MO",
        "MAINLAND CHINA": "CN",
        "TURKEY": "TR",
        "CZECH REPUBLIC": "CZ",
    }
)

_AUXILIARY = r"(?:be|been|being|yet|is|are|was|were|has|have|had|all|so|now|the|an?)"
_NEGATED = re.compile(
    r"(?:\b(?:not|never|no|no\s+longer|non|nor|neither|hardly|formerly|previously|once|if|unless|when|without|"
    rf"(?:may|might|can|could|would|should)\s+be)|n['’]t|\bnon-)(?:\s+{_AUXILIARY})*\s*$",
    re.IGNORECASE,
)
_SUBJECT_END = re.compile(rf"\b{_PICTURE}(?:[\s,:]+(?:{_AUXILIARY}|both|each|and))*[\s,:]*$", re.IGNORECASE)
_SUBJECT_START = re.compile(
    rf"^\W*(?:(?:this|these|the|all|both|above|following|file|archive|archival|historical?|\d+)\s+)*{_PICTURE}\b",
    re.IGNORECASE,
)
_PRONOUN = re.compile(r"(?:they|it|these|this|all)\W*", re.IGNORECASE)
_OTHER_MATTER = re.compile(
    r"\b(?:show\w*|depict\w*|receiv\w*|carr\w*|banner|sign|poster|slogan|read(?:s|ing))\b", re.IGNORECASE
)
_GENERIC = re.compile(
    r"^(?:the\s+|our\s+|all\s+|its\s+|their\s+|your\s+)*(?:members?|subscribers?|readers?|public|press|media|users?|"
    r"students?|teachers?|customers?|clients?|guests?|no\s*one|nobody|any|you|us|them|him|her|me|illustrat\w*|"
    r"educat\w*|personal|private|editorial|non-?commercial|research|reference|use|purposes?|review|preview|internal|"
    r"study|training|display|demonstration|information\w*)\b",
    re.IGNORECASE,
)
_NAMED = re.compile(r"(?:the\s+)?[\"'“‘]?(?:[A-Z\d\u3400-\u9fff]|www\.|[\w-]+(?:\.[\w-]+)*\.[a-z]{2,})")


def english(text: str, *, prose: bool) -> Iterator[Statement]:
    """Yield every statement in the text, in no order; those of one phrase may overlap."""
    about = _about(text, prose=prose)
    for rule in (*_EXCLUSIVE, *_PROVIDED):
        yield from _supplies(rule, text, about, exclusive=rule in _EXCLUSIVE)
    for rule in (*_PERMISSION, _REQUIRED):
        for found in rule.finditer(text):
            if (sure := about(found.start())) is not None:
                giver = _name(found, "giver") if "giver" in rule.groupindex else None
                certain = sure and rule is not _REQUIRED
                yield Statement(
                    start=found.start(), end=found.end(), certain=certain, provider=giver, needs_permission=True
                )
    for found in _RESERVED.finditer(text):
        if not _NEGATED.search(text[: found.start()]):
            yield Statement(start=found.start(), end=found.end(), certain=True, needs_permission=True)
    yield from _bars(text, about)


def _about(text: str, *, prose: bool) -> Callable[[int], bool | None]:
    """Return how one learns whether a phrase is about the photograph: certainly, likely, or not at all."""

    def about(start: int) -> bool | None:
        subject = lead(text, start)
        if _NEGATED.search(subject):
            return None
        if not subject.strip(" ,:-–—\"'“”©") or _SUBJECT_END.search(subject):
            return True
        if _SUBJECT_START.search(subject) and not _OTHER_MATTER.search(subject):
            return True
        return None if prose and not _PRONOUN.fullmatch(subject) else False

    return about


def _supplies(
    rule: re.Pattern[str], text: str, about: Callable[[int], bool | None], *, exclusive: bool
) -> Iterator[Statement]:
    for found in rule.finditer(text):
        sure, parties = about(found.start()), _parties(found)
        spoken = any(found[name] for name in rule.groupindex)
        if sure is None or (spoken and not parties):
            continue  # "exclusively provided for illustration" gives to nobody
        if not exclusive and not parties:
            continue
        end = found.start() + len(found.group().rstrip())
        certain = sure and bool(parties)
        yield Statement(
            start=found.start(),
            end=end,
            certain=certain,
            provider=parties.get("by"),
            grantee=parties.get("to"),
            exclusive=exclusive,
        )


def _parties(found: re.Match[str]) -> dict[str, str]:
    """Return who gives (`by`) and who is given to (`to`), as far as they are named."""
    groups = found.re.groupindex
    told = [(str(found[f"way{n}"]).lower(), f"party{n}") for n in "12" if f"way{n}" in groups and found[f"way{n}"]]
    told += [(way, name) for way, name in (("by", "giver"), ("to", "user")) if name in groups and found[name]]
    named = [("to" if way == "for" else way, _name(found, name)) for way, name in told]
    return {way: name for way, name in named if name}


def _name(found: re.Match[str], group: str) -> str | None:
    """Return the name of a party, None for what is nobody's name."""
    said = (found[group] or "").strip(" \t'’\"“”‘,")
    if _GENERIC.match(said) or not _NAMED.match(said):
        return None
    return re.sub(r"^the\s+", "", said, flags=re.IGNORECASE) or None


def _bars(text: str, about: Callable[[int], bool | None]) -> Iterator[Statement]:
    for rule in _EMBARGO:
        for found in rule.finditer(text):
            if (sure := about(found.start())) is not None:
                yield _embargo(found, text, sure=sure)
    for rule, limit in _LIMITS:
        for found in rule.finditer(text):
            if not _NEGATED.search(lead(text, found.start())):
                media = LIMITED_MEDIA[limit]
                yield Statement(
                    start=found.start(), end=found.end(), certain=True, bar=RestrictionKind.LEGAL, media=media
                )
    for found in _out().finditer(text):
        subject = lead(text, found.start())
        if not _OTHER_MATTER.search(subject):
            codes = tuple(dict.fromkeys(_countries()[name.group()] for name in _country().finditer(found.group())))
            certain = about(found.start()) is not None
            yield Statement(
                start=found.start(),
                end=found.end(),
                certain=certain,
                bar=RestrictionKind.TERRITORY_BAR,
                territory=codes,
            )


def _embargo(found: re.Match[str], text: str, *, sure: bool) -> Statement:
    when = _WHEN.match(text, found.end())
    said = when.group() if when else ""
    named = day_in(said)
    if named is None:
        end = found.end() + len(said.rstrip(" ."))
        return Statement(start=found.start(), end=end, certain=False, bar=RestrictionKind.EMBARGO)
    # An hour of the day is rounded up: free from the day after.
    free = named.day + timedelta(days=1) if _HOUR.search(said) else named.day
    return Statement(
        start=found.start(), end=found.end() + named.end, certain=sure, bar=RestrictionKind.EMBARGO, free_from=free
    )


@cache
def _countries() -> Mapping[str, str]:
    return {territory_name(code).en.upper(): code for code in COUNTRIES} | dict(_OTHER_NAMES)


@cache
def _country() -> re.Pattern[str]:
    names = sorted(_countries(), key=len, reverse=True)
    return re.compile("|".join(map(re.escape, names)))


@cache
def _out() -> re.Pattern[str]:
    """Return the pattern of "JAPAN OUT", written in capitals as agencies do; not in quotes, not "OUT OF"."""
    one = f"(?:{_country().pattern})"
    return re.compile(
        rf"(?<![\w\"'“‘-]){one}(?:(?:\s*[,/]\s*|\s+(?:AND|&|and)\s+){one}){{0,20}}\s+OUT\b(?!\s+OF\b|\s*[\"”’])"
    )
