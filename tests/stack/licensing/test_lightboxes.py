"""Lightboxes on a real PostgreSQL."""

from datetime import date

import pytest

from dam.kernel.errors import Conflict, Invalid, NotAllowed, NotFound
from dam.kernel.ids import new_id


def ids(lightbox):
    return [item.asset.asset_id for item in lightbox.items]


@pytest.fixture(autouse=True)
def empty(archive):
    assert archive.licensing.lightbox(archive.daily).items == []


def test_collected_twice_is_collected_once_and_dropped_twice_is_gone(archive):
    one, two = archive.photograph(), archive.photograph()
    assert ids(archive.licensing.collect(archive.daily, [one])) == [one]
    archive.later(minutes=1)
    assert ids(archive.licensing.collect(archive.daily, [one, two, two])) == [two, one]
    assert ids(archive.licensing.drop(archive.daily, [one])) == [two]
    assert ids(archive.licensing.drop(archive.daily, [one, new_id()])) == [two]
    assert ids(archive.licensing.collect(archive.daily, [])) == [two]


def test_each_person_has_their_own(archive):
    photo = archive.photograph()
    archive.licensing.collect(archive.daily, [photo])
    colleague = archive.person(archive.daily.organisation_id, *archive.daily.roles)
    assert ids(archive.licensing.lightbox(colleague)) == []
    archive.licensing.drop(colleague, [photo])
    assert ids(archive.licensing.lightbox(archive.daily)) == [photo]
    with pytest.raises(NotAllowed):
        archive.licensing.lightbox(archive.manager)


def test_each_photograph_says_whether_it_may_be_had(archive):
    """D24: a set is shown item by item."""
    free, unknown, exclusive = (archive.photograph() for _ in range(3))
    archive.supply(free)
    archive.supply(exclusive, grantee=archive.herald, exclusive=True, ends_on=date(2026, 7, 31))
    for photo in (free, unknown, exclusive):
        archive.licensing.collect(archive.daily, [photo])
        archive.later(minutes=1)
    told = archive.licensing.lightbox(archive.daily).items
    assert [item.verdict for item in told] == ["exclusive", "on_request", "available"]
    assert told[0].free_from == date(2026, 8, 1)
    assert all(reason.message.zh for item in told[:2] for reason in item.reasons)


def test_what_may_not_be_seen_is_neither_collected_nor_shown(archive):
    """D15, D24."""
    seen, hidden = archive.photograph(), archive.photograph(state="quarantined")
    for wrong in (hidden, new_id()):
        with pytest.raises(NotFound):
            archive.licensing.collect(archive.daily, [seen, wrong])
    assert ids(archive.licensing.lightbox(archive.daily)) == []
    archive.licensing.collect(archive.daily, [seen])
    archive.bar(seen)
    assert ids(archive.licensing.lightbox(archive.daily)) == []


def test_it_holds_two_hundred(archive):
    photos = [archive.photograph() for _ in range(201)]
    assert len(archive.licensing.collect(archive.daily, photos[:200]).items) == 200
    with pytest.raises(Conflict) as caught:
        archive.licensing.collect(archive.daily, photos[200:])
    assert caught.value.code == "lightbox_full"
    assert len(archive.licensing.lightbox(archive.daily).items) == 200


def test_it_costs_the_same_few_queries_however_full(archive, queries):
    photos = [archive.photograph() for _ in range(50)]
    archive.licensing.collect(archive.daily, photos[:1])
    with queries() as few:
        archive.licensing.lightbox(archive.daily)
    archive.licensing.collect(archive.daily, photos)
    with queries() as many:
        archive.licensing.lightbox(archive.daily)
    assert len(few) == len(many) == 3


def test_it_has_a_title(archive):
    assert archive.licensing.entitle(archive.daily, " Page one ").title == "Page one"
    with pytest.raises(Invalid):
        archive.licensing.entitle(archive.daily, "x" * 121)
    assert archive.licensing.lightbox(archive.daily).title == "Page one"
