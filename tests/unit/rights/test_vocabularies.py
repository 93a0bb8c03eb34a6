"""The two trees: everything has its place, and groups hold exactly what they say."""

from itertools import combinations, pairwise

import pycountry
import pytest

from dam.rights.territories import (
    COUNTRIES,
    GROUPS,
    TERRITORIES,
    WORLD,
    territory_codes,
    territory_name,
    territory_names,
    territory_set,
)
from dam.rights.vocabularies import EVERY_MEDIUM, MEDIA, UnknownCode, media_codes, media_names, media_set

LEAVES = [node for node in MEDIA.values() if node.depth == 3]


def test_all_leaves_are_there_and_none_overlaps_another() -> None:
    assert len(LEAVES) == 37
    blocks = [media_set([leaf.code]) for leaf in LEAVES]
    assert not any(one.overlaps(other) for one, other in combinations(blocks, 2))


def test_all_is_everything_except_machine_use() -> None:
    everything = media_set(["all"])
    for leaf in LEAVES:
        assert everything.covers(media_set([leaf.code])) is not leaf.code.startswith("machine.")
    assert EVERY_MEDIUM.covers(media_set(["all", "machine"]))


@pytest.mark.parametrize("node", MEDIA.values(), ids=lambda node: node.code)
def test_every_medium_is_named_and_lies_in_its_parent(node) -> None:
    assert node.name.en
    assert node.name.zh
    parent = node.code.rpartition(".")[0]
    assert not parent or media_set([parent]).covers(media_set([node.code]))
    assert media_codes(media_set([node.code])) == (node.code,)


def test_numbers_are_kept_for_ever() -> None:
    """Licences hold these numbers: a change here changes what was granted."""
    assert media_set(["editorial.news.web"]).ranges == ((0, 16),)
    assert media_set(["editorial.book.interior"]).ranges == ((528, 544),)
    assert media_set(["machine"]).ranges == ((61440, 65536),)
    assert territory_set(["CN"]).ranges == ((135168, 135232),)
    assert territory_set(["GB"]).ranges == ((201024, 201088),)
    assert territory_set(["WORLD"]).ranges == ((0, 1048576),)


def test_every_country_of_iso_3166_is_placed_once_and_named() -> None:
    assert set(COUNTRIES) == {country.alpha_2 for country in pycountry.countries} | {"XK"}


def test_every_place_is_named_in_both_languages_and_none_overlaps_another() -> None:
    assert len(COUNTRIES) == len(set(COUNTRIES)) == 250
    blocks = sorted(TERRITORIES[code] for code in COUNTRIES)
    assert all(one[1] <= other[0] for one, other in pairwise(blocks))
    for code in [*TERRITORIES, *GROUPS]:
        name = territory_name(code)
        assert name.en
        assert any("\u4e00" <= character <= "\u9fff" for character in name.zh)


@pytest.mark.parametrize(
    ("whole", "part", "inside"),
    [
        ("WORLD", "AQ", True),
        ("142", "CN", True),
        ("030", "TW", True),
        ("CHN+", "HK", True),
        ("CN", "HK", False),
        ("EU", "FR", True),
        ("EU", "GB", False),
        ("EU", "CH", False),
        ("150", "GB", True),
        ("150", "GR", True),
        ("039", "XK", True),
        ("030", "FR", False),
    ],
)
def test_who_lies_in_whom(whole: str, part: str, inside: bool) -> None:
    assert territory_set([whole]).covers(territory_set([part])) is inside


def test_the_world_less_china() -> None:
    rest = territory_set(["WORLD"], ["CN"])
    assert len(rest.ranges) == 2
    assert not rest.overlaps(territory_set(["CN"]))
    assert rest.union(territory_set(["CN"])) == WORLD
    assert territory_names(rest).en == "the whole world except China"
    assert territory_codes(territory_set(["CN", "FR"])) == ("CN", "FR")


@pytest.mark.parametrize("code", ["China", "cn", "", " ", "editorial", "ZZ", "999"])
def test_an_unknown_territory_is_an_error_and_never_nothing(code: str) -> None:
    with pytest.raises(UnknownCode) as caught:
        territory_set(["CN", code])
    assert caught.value.place == 1


@pytest.mark.parametrize("code", ["news", "Editorial", "", "editorial.", "editorial.news.web.x"])
def test_an_unknown_medium_is_an_error_and_never_nothing(code: str) -> None:
    with pytest.raises(UnknownCode):
        media_set([code])


def test_sets_read_as_people_would_say_them() -> None:
    assert media_names(media_set(["editorial.news", "exhibition"])).zh == "新闻、展览"
    assert territory_names(territory_set(["CN", "JP"])).en == "China, Japan"
