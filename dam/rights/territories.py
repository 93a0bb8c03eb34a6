"""The world as a numbered tree: World, continent, subregion, country.

Places are kept for ever in licences: a new country takes the next free place of its subregion, and none ever moves.
Source: UN M49 for the regions, ISO 3166-1 for the countries, CLDR (through Babel) for the names.
XK (Kosovo) is in no standard list and TW (Taiwan) is in M49 only within its parent: both are placed by location.
"""

from collections.abc import Iterable, Iterator, Mapping
from functools import cache, lru_cache
from types import MappingProxyType

from babel import Locale

from dam.kernel.text import Bilingual
from dam.rights.terms import NumberSet, Range
from dam.rights.vocabularies import UnknownCode

VERSION = "territory-1"
WORLD_CODE = "WORLD"

_COUNTRY = 64
_SUBREGION = 64 * _COUNTRY
_CONTINENT = 16 * _SUBREGION

WORLD = NumberSet.of((0, 16 * _CONTINENT))

_TREE: tuple[tuple[str, tuple[tuple[str, str], ...]], ...] = (
    (
        "002",
        (
            ("015", "DZ EG EH LY MA SD TN"),
            ("014", "BI DJ ER ET IO KE KM MG MU MW MZ RE RW SC SO SS TF TZ UG YT ZM ZW"),
            ("017", "AO CD CF CG CM GA GQ ST TD"),
            ("018", "BW LS NA SZ ZA"),
            ("011", "BF BJ CI CV GH GM GN GW LR ML MR NE NG SH SL SN TG"),
        ),
    ),
    (
        "019",
        (
            ("029", "AG AI AW BB BL BQ BS CU CW DM DO GD GP HT JM KN KY LC MF MQ MS PR SX TC TT VC VG VI"),
            ("013", "BZ CR GT HN MX NI PA SV"),
            ("005", "AR BO BR BV CL CO EC FK GF GS GY PE PY SR UY VE"),
            ("021", "BM CA GL PM US"),
        ),
    ),
    (
        "142",
        (
            ("143", "KG KZ TJ TM UZ"),
            ("030", "CN HK JP KP KR MN MO TW"),
            ("035", "BN ID KH LA MM MY PH SG TH TL VN"),
            ("034", "AF BD BT IN IR LK MV NP PK"),
            ("145", "AE AM AZ BH CY GE IL IQ JO KW LB OM PS QA SA SY TR YE"),
        ),
    ),
    (
        "150",
        (
            ("151", "BG BY CZ HU MD PL RO RU SK UA"),
            ("154", "AX DK EE FI FO GB GG IE IM IS JE LT LV NO SE SJ"),
            ("039", "AD AL BA ES GI GR HR IT ME MK MT PT RS SI SM VA XK"),
            ("155", "AT BE CH DE FR LI LU MC NL"),
        ),
    ),
    (
        "009",
        (
            ("053", "AU CC CX HM NF NZ"),
            ("054", "FJ NC PG SB VU"),
            ("057", "FM GU KI MH MP NR PW UM"),
            ("061", "AS CK NU PF PN TK TO TV WF WS"),
        ),
    ),
    ("010", (("010", "AQ"),)),
)

GROUPS: Mapping[str, str] = MappingProxyType(
    {
        "EU": "AT BE BG CY CZ DE DK EE ES FI FR GR HR HU IE IT LT LU LV MT NL PL PT RO SE SI SK",
        "CHN+": "CN HK MO TW",
    }
)
"""Closed lists, resolved on the day of signing: a later member of the group is not included."""

_OWN_NAMES = {
    "WORLD": Bilingual("the whole world", "全世界"),
    "010": Bilingual("Antarctica", "南极洲"),
    "EU": Bilingual("European Union", "欧洲联盟"),
    "CHN+": Bilingual("China with Hong Kong, Macao and Taiwan", "中国（含港澳台）"),
}


def _blocks() -> Iterator[tuple[str, Range]]:
    yield WORLD_CODE, WORLD.ranges[0]
    for nth_continent, (continent, subregions) in enumerate(_TREE):
        top = nth_continent * _CONTINENT
        yield continent, (top, top + _CONTINENT)
        for nth_subregion, (subregion, countries) in enumerate(subregions):
            block = top + nth_subregion * _SUBREGION
            if subregion != continent:
                yield subregion, (block, block + _SUBREGION)
            for nth, country in enumerate(countries.split()):
                yield country, (block + nth * _COUNTRY, block + (nth + 1) * _COUNTRY)


TERRITORIES: Mapping[str, Range] = MappingProxyType(dict(_blocks()))
"""Every single code with the half-open block it owns: WORLD, M49 regions, ISO 3166-1 alpha-2."""

COUNTRIES: tuple[str, ...] = tuple(code for code in TERRITORIES if code.isalpha() and code != WORLD_CODE)
"""Every country code that is placed in the tree."""


def territory_set(codes: Iterable[str], except_codes: Iterable[str] = ()) -> NumberSet:
    """Return the numbers of all the codes together, less those of the excepted codes.

    Raises: UnknownCode, for the first unknown one of either list.
    """
    return _numbers(codes).minus(_numbers(except_codes))


def _numbers(codes: Iterable[str]) -> NumberSet:
    chosen = NumberSet()
    for place, code in enumerate(codes):
        members = GROUPS.get(code, code).split()
        if not members or any(member not in TERRITORIES for member in members):
            raise UnknownCode(code, place)
        chosen = chosen.union(NumberSet.of(*(TERRITORIES[member] for member in members)))
    return chosen


def territory_codes(chosen: NumberSet) -> tuple[str, ...]:
    """Return the fewest codes that name everything of the set that has a name, in the order of the tree."""
    found: list[str] = []
    named = NumberSet()
    for code, numbers in sorted(TERRITORIES.items(), key=lambda item: item[1][0] - item[1][1]):
        block = NumberSet.of(numbers)
        if chosen.covers(block) and not named.covers(block):
            found.append(code)
            named = named.union(block)
    order = list(TERRITORIES)
    return tuple(sorted(found, key=order.index))


@lru_cache(maxsize=1024)
def territory_names(chosen: NumberSet) -> Bilingual:
    """Return the set in words, written as "the world except China" where that is shorter."""
    inside = territory_codes(chosen)
    outside = territory_codes(WORLD.minus(chosen))
    if outside and len(outside) + 1 < len(inside):
        left, out = territory_name(WORLD_CODE), _joined(outside)
        return Bilingual(f"{left.en} except {out.en}", f"{left.zh}（{out.zh}除外）")
    return _joined(inside)


@cache
def territory_name(code: str) -> Bilingual:
    """Return the name of one code in both languages.

    Raises: KeyError for an unknown code.
    """
    if code in _OWN_NAMES:
        return _OWN_NAMES[code]
    return Bilingual(_names("en")[code], _names("zh_Hans")[code])


@cache
def _names(language: str) -> Mapping[str, str]:
    return dict(Locale.parse(language).territories)


def _joined(codes: Iterable[str]) -> Bilingual:
    names = [territory_name(code) for code in codes]
    return Bilingual(", ".join(name.en for name in names), "、".join(name.zh for name in names))
