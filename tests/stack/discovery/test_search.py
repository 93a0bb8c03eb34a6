"""Searching real rows: every substring, every page, every count through one rule."""

import pytest
from sqlalchemy import event, text

from dam.catalogue.asset import AssetState
from dam.discovery.query import Search, parse_search, parse_years
from dam.kernel.errors import Invalid, NotAllowed
from dam.rights.facts import Verdict

pytestmark = pytest.mark.stack


@pytest.fixture(scope="module")
def seed(archive):
    """A handful of photographs that differ in every way one can search by."""
    museum = archive.holder("Museum of the War", archive.museum)
    made = archive.catalogue.create_collection(archive.archivist, {"en": "Khabarovsk", "zh-Hans": "伯力"}, museum)
    found = {
        "chai": archive.ready(
            title={"en": "Chai Shirong, July 1942", "zh-Hans": "柴世荣,1942年7月"},
            caption={"en": "Officers of the brigade resisting", "zh-Hans": "柴世荣(前排右四)与军官合影"},
            people=["Chai Shirong", "柴世荣"],
            date="1942-07",
        ),
        "army": archive.ready(title={"zh-Hans": "八路軍战士"}, caption={"zh-Hans": "延安,乾隆年間建築前"}, date="194X"),
        "wide": archive.ready(title={"en": "The long war"}, date="1937/1945", keywords=["Café"]),
        "undated": archive.ready(title={"en": "Portrait of a resister"}),
    }
    for name in ("chai", "army"):
        archive.describe(found[name], collection=str(made.collection_id))
    archive.museum_holder, archive.fonds = museum, made.collection_id
    return found


def found_by(archive, seed, who="partner", **sent):
    page = archive.discovery.search(getattr(archive, who), parse_search(sent), limit=100)
    names = {asset_id: name for name, asset_id in seed.items()}
    return {names[card.photograph.asset_id] for card in page.items if card.photograph.asset_id in names}


@pytest.mark.parametrize(
    ("q", "names"),
    [
        ("柴世荣", {"chai"}),
        ("柴世榮", {"chai"}),
        ("世荣", {"chai"}),
        ("荣", {"chai"}),
        ("世", {"chai"}),
        ("右四", {"chai"}),
        ("荣右", set()),
        ("柴荣", set()),
        ("八路军", {"army"}),
        ("八路軍", {"army"}),
        ("乾隆", {"army"}),
        ("乾", {"army"}),
        ("軍", {"chai", "army"}),
        ("officer", {"chai"}),
        ("resist", {"chai", "undated"}),
        ("Chai Shirong", {"chai"}),
        ("shirong 柴世荣 1942", {"chai"}),
        ("shirong 八路军", set()),
        ("cafe", {"wide"}),
        ("CAFÉ", {"wide"}),
        ("!!!", set()),
        ("'; DROP TABLE asset; --", set()),
        ("a:* | !b & (c", set()),
        ("\\", set()),
        ("", {"chai", "army", "wide", "undated"}),
    ],
)
def test_words_and_characters_are_found(archive, seed, q, names):
    assert found_by(archive, seed, q=q) == names


def test_the_accession_number_finds_its_photograph(archive, seed):
    assert found_by(archive, seed, q=archive.asset(seed["wide"]).accession_number) == {"wide"}


def test_a_changed_description_is_found_at_once_and_the_old_words_are_gone(archive, seed):
    asset_id = archive.ready(title={"zh-Hans": "旧题目"})
    names = {"x": asset_id}
    assert found_by(archive, names, q="旧题") == {"x"}
    archive.describe(asset_id, description={"title": {"zh-Hans": "新名称"}}, credit_line="Zhonghua Daily")
    assert found_by(archive, names, q="旧题") == set()
    assert found_by(archive, names, q="名称") == {"x"}
    assert found_by(archive, names, q="zhonghua") == {"x"}


@pytest.mark.parametrize(
    ("year", "names"),
    [
        ("1942", {"chai", "army", "wide"}),
        ("1940s", {"chai", "army", "wide"}),
        ("1930s", {"wide"}),
        ("1949", {"army"}),
        ("1946-1948", {"army"}),
        ("1950", set()),
    ],
)
def test_a_year_finds_whatever_may_lie_in_it(archive, seed, year, names):
    assert found_by(archive, seed, year=year) == names


def test_holder_and_collection_narrow(archive, seed):
    assert found_by(archive, seed, holder=str(archive.museum_holder)) == {"chai", "army"}
    assert found_by(archive, seed, collection=str(archive.fonds), q="officers") == {"chai"}
    assert found_by(archive, seed, "curator") == {"chai", "army"}


def test_facets_count_what_each_choice_would_find(archive, seed):
    for who in ("partner", "archivist", "curator"):
        actor = getattr(archive, who)
        facets = archive.discovery.search(actor, Search()).facets
        for facet in facets.holder:
            assert facet.count == count(archive, actor, holder=facet.value)
        for facet in facets.collection:
            assert facet.count == count(archive, actor, collection=facet.value)
        for facet in facets.year:
            assert facet.count == count(archive, actor, year=facet.value)
        for facet in facets.state:
            assert facet.count == count(archive, actor, state=facet.value)
        assert facets.total == count(archive, actor)
        assert not facets.capped
    assert not archive.discovery.search(archive.partner, Search()).facets.state
    decades = {facet.value: facet.label.zh for facet in archive.discovery.search(archive.partner, Search()).facets.year}
    assert decades["1930s"] == "1930 年代"


def count(archive, actor, **sent):
    found, cursor = 0, None
    while True:
        page = archive.discovery.search(actor, parse_search(sent), cursor, 7)
        found += len(page.items)
        cursor = page.following
        if cursor is None:
            return found


def test_a_barred_photograph_is_in_no_list_and_in_no_count_of_a_partner(archive, seed):
    """D30: facets and search tell of a restricted photograph by no number and no word."""
    holder = archive.holder("Secret holder")
    collection = archive.catalogue.create_collection(archive.archivist, {"en": "Secret"}, holder).collection_id
    asset_id = archive.ready(title={"en": "Unmistakable zebra"}, date="1888")
    archive.describe(asset_id, collection=str(collection))
    bar = archive.restrict(asset_id)

    for who in ("partner", "other_partner"):
        page = archive.discovery.search(getattr(archive, who), Search(q="zebra"))
        assert (page.items, page.facets.total) == ((), 0)
        everything = archive.discovery.search(getattr(archive, who), Search(), limit=100)
        assert str(asset_id) not in repr(everything)
        assert "Secret" not in repr(everything)
        assert "1880s" not in repr(everything.facets)
        for sent in ({"holder": str(holder)}, {"collection": str(collection)}, {"year": "1888"}):
            narrowed = archive.discovery.search(getattr(archive, who), parse_search(sent))
            assert (narrowed.items, narrowed.facets.total) == ((), 0)

    (card,) = archive.discovery.search(archive.archivist, Search(q="zebra")).items
    assert card.photograph.restricted
    assert not card.photograph.has_preview
    assert card.availability.verdict is Verdict.NEVER
    archive.lift(bar)
    assert len(archive.discovery.search(archive.partner, Search(q="zebra")).items) == 1


@pytest.mark.parametrize("state", [state for state in AssetState if state is not AssetState.READY])
def test_a_partner_cannot_ask_for_a_state_that_is_not_theirs_to_see(archive, seed, state):
    """D15: asking by state finds nothing that asking by id would not show."""
    asset_id = archive.ready()
    with archive.stack.owner.unit() as unit:
        values = {"state": state.value, "id": asset_id}
        unit.connection.execute(text("UPDATE asset SET state = :state, reason_code = 'asked' WHERE id = :id"), values)
    page = archive.discovery.search(archive.partner, Search(state=state))
    assert (page.items, page.facets.total) == ((), 0)
    mine = archive.discovery.search(archive.archivist, Search(state=state), limit=100)
    assert asset_id in {card.photograph.asset_id for card in mine.items}


def test_an_administrator_does_not_search(archive):
    with pytest.raises(NotAllowed):
        archive.discovery.search(archive.administrator, Search())


def test_a_cursor_that_is_none_of_ours_is_a_fault(archive):
    with pytest.raises(Invalid):
        archive.discovery.search(archive.partner, Search(), "nonsense")


def walk(archive, actor, search, limit, between=lambda: None):
    seen, cursor, pages = [], None, 0
    while True:
        page = archive.discovery.search(actor, search, cursor, limit)
        assert len(page.items) <= limit
        seen += [card.photograph.asset_id for card in page.items]
        pages += 1
        if page.following is None:
            return seen, pages
        cursor = page.following
        between()


@pytest.mark.parametrize("limit", [1, 3, 5, 7, 100])
def test_pages_neither_lose_nor_double_while_photographs_arrive(archive, seed, limit):
    if not archive.discovery.search(archive.partner, Search(q="paging")).items:
        for number in range(15):
            archive.ready(title={"en": f"Paging {number}"})
    there = {
        card.photograph.asset_id
        for card in archive.discovery.search(archive.partner, Search(q="paging"), limit=100).items
    }
    arrivals = iter(range(2))

    def arrive():
        if next(arrivals, None) is not None:
            archive.ready(title={"en": "Paging late"})

    seen, pages = walk(archive, archive.partner, Search(q="paging"), limit, arrive)
    assert len(seen) == len(set(seen))
    assert set(seen) == there
    assert seen == sorted(seen, reverse=True)
    assert pages == -(-len(there) // limit)


def test_the_badge_says_on_request_where_no_right_is_recorded(archive, seed):
    """D10: no rights recorded means nothing may be used, and the badge says so."""
    page = archive.discovery.search(archive.partner, Search(q="柴世荣"))
    assert page.items[0].availability.verdict is Verdict.ON_REQUEST
    assert page.items[0].availability.reasons


def test_an_availability_filter_keeps_the_cursor_right(archive, seed, monkeypatch):
    """Few of many fit: every one that fits is found once, whatever the page and batch sizes."""
    monkeypatch.setattr("dam.discovery.service._BATCH", 4)
    monkeypatch.setattr("dam.discovery.service._MOST_BATCHES", 2)
    fitting = set()
    for number in range(24):
        asset_id = archive.ready(title={"en": f"Sieve {number}"})
        if number % 9 == 4:
            archive.restrict(asset_id, media="editorial.news.web")
            fitting.add(asset_id)
    for limit in (1, 2, 50):
        seen, _ = walk(archive, archive.partner, Search(q="sieve", availability=Verdict.NEVER), limit)
        assert len(seen) == len(set(seen))
        assert set(seen) == fitting
    others, _ = walk(archive, archive.partner, Search(q="sieve", availability=Verdict.ON_REQUEST), 5)
    assert len(others) == 24 - len(fitting)
    assert not set(others) & fitting


def test_a_page_costs_the_same_number_of_queries_however_many_it_shows(archive, seed):
    counted = []
    engine = archive.stack.database.engine

    def note(*args):
        counted.append(args[2])

    event.listen(engine, "before_cursor_execute", note)
    try:
        costs = []
        for limit in (1, 30):
            counted.clear()
            archive.discovery.search(archive.partner, Search(), limit=limit)
            costs.append(len(counted))
    finally:
        event.remove(engine, "before_cursor_execute", note)
    assert costs[0] == costs[1] <= 6


def test_the_index_is_built_as_measured(archive):
    with archive.stack.owner.unit() as unit:
        target = unit.connection.execute(
            text("SELECT attstattarget FROM pg_attribute WHERE attrelid = 'asset_search'::regclass AND attname = 'tsv'")
        ).scalar()
        index = unit.connection.execute(
            text("SELECT indexdef FROM pg_indexes WHERE indexname = 'ix_asset_search_tsv'")
        ).scalar()
    assert target == 3000
    assert "USING gin" in index
    assert "fastupdate" in index


def test_years_of_a_search_are_whole(archive, seed):
    page = archive.discovery.search(archive.partner, Search(years=parse_years("1945-1945"), q="long"))
    assert [card.photograph.asset_id for card in page.items] == [seed["wide"]]
