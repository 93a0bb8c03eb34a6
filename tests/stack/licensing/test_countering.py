"""Counter-offers: made, shown, accepted, declined, taken back, replaced, lapsed; and two that clash."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from dam.database.tables.licensing import counter_offer, licence
from dam.kernel.errors import Conflict, ExclusivityConflict, Invalid, NotAllowed, NotFound, WrongState
from dam.licensing.conditions import Conditions
from dam.licensing.drafts import ItemDecision, Verdict
from dam.licensing.offers import OfferDraft
from dam.licensing.request import ItemState, RequestState
from dam.licensing.views import OfferState
from tests.stack.licensing.test_at_once import all_at_once


@pytest.fixture
def asked(archive):
    """A request for two photographs until the end of the year, and an offer until June."""
    photos = [archive.photograph(), archive.photograph()]
    archive.supply(*photos)
    return archive.ask(archive.daily, *photos, ends_on=date(2026, 12, 31))


def shorter(archive, **changes):
    """The use asked, until June."""
    return OfferDraft(replace(archive.draft(), **changes), Conditions(max_px=1500, downloads=3), "Only until June.")


def offered(archive, asked, **changes):
    return archive.licensing.counter(archive.manager, asked.request_id, shorter(archive, **changes))


def test_an_offer_is_shown_with_its_differences_and_granted_exactly_as_offered(archive, asked):
    view = offered(archive, asked, territory=["CN"], print_run=500)
    assert view.state is RequestState.COUNTERED
    assert view.waits_for.value == "partner"
    assert view.use == asked.use
    assert view.offer.differs == {"ends_on", "print_run"}
    assert view.offer.valid_until == archive.at + timedelta(days=30)
    assert [one.verdict for one in view.offer.items] == ["available", "available"]
    assert {action.value for action in archive.licensing.request(archive.daily, asked.request_id).actions} == {
        "accept_offer",
        "decline_offer",
        "withdraw",
        "comment",
    }
    with pytest.raises(WrongState):
        archive.licensing.decide(
            archive.manager, asked.request_id, [ItemDecision(asked.items[0].asset.asset_id, Verdict.GRANT)]
        )
    done = archive.licensing.accept_offer(archive.daily, asked.request_id, view.offer.offer_id)
    assert done.state is RequestState.DECIDED
    (licence_id,) = done.licences
    granted = archive.licensing.licence(archive.daily, licence_id)
    assert granted.use == view.offer.use
    assert granted.granted_by.person_id == archive.manager.person_id
    assert {item.conditions.max_px for item in granted.items} == {1500}
    assert {item.conditions.downloads for item in granted.items} == {3}
    assert {item.conditions.print_run for item in granted.items} == {500}
    after = archive.licensing.request(archive.daily, asked.request_id)
    assert after.use == asked.use
    assert after.offer.state is OfferState.ACCEPTED
    assert {item.state for item in after.items} == {ItemState.GRANTED}
    assert [entry.kind for entry in after.thread] == ["submitted", "countered", "offer_accepted"]
    assert set(archive.events(request_id=asked.request_id)) == {
        "licensing.request.submitted",
        "licensing.request.countered",
        "licensing.licence.granted",
        "licensing.offer.accepted",
    }
    with pytest.raises(Conflict) as again:
        archive.licensing.accept_offer(archive.daily, asked.request_id, view.offer.offer_id)
    assert again.value.code == "offer_over"


def test_declined_or_taken_back_the_use_asked_waits_again(archive, asked):
    first = offered(archive, asked).offer.offer_id
    with pytest.raises(Invalid):
        archive.licensing.decline_offer(archive.daily, asked.request_id, first, " ")
    view = archive.licensing.decline_offer(archive.daily, asked.request_id, first, "We need the year.")
    assert (view.state, view.use, view.offer.state) == (RequestState.SUBMITTED, asked.use, OfferState.DECLINED)
    second = offered(archive, asked).offer.offer_id
    third = offered(archive, asked, ends_on=date(2026, 9, 30)).offer.offer_id
    for stale in (first, second):
        with pytest.raises(Conflict) as over:
            archive.licensing.accept_offer(archive.daily, asked.request_id, stale)
        assert over.value.code == "offer_over"
    view = archive.licensing.take_back_offer(archive.second_manager, asked.request_id, third)
    assert view.state is RequestState.SUBMITTED
    assert [entry.kind for entry in view.thread][1:] == [
        "countered",
        "offer_declined",
        "countered",
        "countered",
        "offer_taken_back",
    ]
    photos = [item.asset.asset_id for item in asked.items]
    decided = archive.licensing.decide(
        archive.manager, asked.request_id, [ItemDecision(one, Verdict.GRANT) for one in photos]
    )
    assert archive.licensing.licence(archive.daily, decided.licences[0]).use == asked.use


def test_an_offer_lapses_by_the_clock_alone(archive, asked):
    view = archive.licensing.counter(
        archive.manager, asked.request_id, replace(shorter(archive), valid_until=date(2026, 3, 10))
    )
    archive.later(hours=12)
    with pytest.raises(Conflict) as over:
        archive.licensing.accept_offer(archive.daily, asked.request_id, view.offer.offer_id)
    assert over.value.code == "offer_over"
    now = archive.licensing.request(archive.daily, asked.request_id)
    assert (now.state, now.offer.state, now.updated_at) == (RequestState.SUBMITTED, OfferState.LAPSED, view.updated_at)
    photo = asked.items[0].asset.asset_id
    archive.licensing.decide(
        archive.manager, asked.request_id, [ItemDecision(photo, Verdict.GRANT)], seen_at=now.updated_at
    )
    assert archive.events(request_id=asked.request_id).count("licensing.offer.lapsed") == 1


def test_nothing_is_offered_that_could_not_be_granted_or_was_not_read(archive, asked):
    with pytest.raises(Conflict) as same:
        archive.licensing.counter(
            archive.manager, asked.request_id, OfferDraft(archive.draft(ends_on=date(2026, 12, 31)), message="So.")
        )
    assert same.value.code == "same_use"
    with pytest.raises(Conflict) as without:
        offered(archive, asked, media=["editorial.book.cover"])
    assert without.value.code == "rights_not_held"
    with pytest.raises(Conflict) as changed:
        archive.licensing.counter(
            archive.manager, asked.request_id, shorter(archive), seen_at=asked.updated_at - timedelta(seconds=1)
        )
    assert changed.value.code == "request_changed"
    with pytest.raises(NotAllowed):
        archive.licensing.counter(archive.daily, asked.request_id, shorter(archive))
    with pytest.raises(NotFound):
        archive.licensing.accept_offer(archive.daily, asked.request_id, asked.request_id)
    offer = offered(archive, asked).offer
    with pytest.raises(NotFound):
        archive.licensing.accept_offer(archive.daily, asked.request_id, asked.request_id)
    with pytest.raises(NotFound):
        archive.licensing.accept_offer(archive.herald, asked.request_id, offer.offer_id)
    archive.bar(asked.items[0].asset.asset_id)
    with pytest.raises(Conflict) as barred:
        archive.licensing.accept_offer(archive.daily, asked.request_id, offer.offer_id)
    assert barred.value.code == "rights_not_held"
    assert archive.licensing.request(archive.daily, asked.request_id).state is RequestState.COUNTERED
    assert archive.count(licence, licence.c.request_id == asked.request_id) == 0
    assert archive.licensing.withdraw(archive.daily, asked.request_id).offer.state is OfferState.WITHDRAWN


def test_no_offer_can_be_removed_or_rewritten(archive, asked):
    """D20: even for the owner of the tables."""
    offer = offered(archive, asked).offer.offer_id
    for statement in (
        "DELETE FROM counter_offer",
        "TRUNCATE counter_offer",
        f"UPDATE counter_offer SET media = '{{editorial.book}}' WHERE id = '{offer}'",
        f"UPDATE permission_request SET state = 'submitted' WHERE id = '{asked.request_id}'",
    ):
        with pytest.raises(DBAPIError), archive.stack.owner.unit() as unit:
            unit.connection.execute(text(statement))
    assert archive.count(counter_offer, counter_offer.c.id == offer) == 1


@pytest.mark.parametrize("round_number", range(4))
def test_of_two_clashing_offers_accepted_at_once_one_wins(archive, round_number):
    """Exclusive offers to two partners for the same photographs: one place is held, the other partner is told why."""
    photos = [archive.photograph() for _ in range(3)]
    archive.supply(*photos)
    requests = []
    for partner, some in ((archive.daily, photos), (archive.herald, photos[::-1])):
        view = archive.ask(partner, *some, ends_on=date(2026, 12, 31))
        offer = offered(archive, view, exclusive=True).offer.offer_id
        requests.append((partner, view.request_id, offer))
    outcomes = all_at_once(*(lambda one=one: archive.licensing.accept_offer(*one) for one in requests))
    lost = [one for one in outcomes if isinstance(one, Exception)]
    assert len(lost) == 1
    assert isinstance(lost[0], ExclusivityConflict)
    states = {archive.licensing.request(archive.manager, one[1]).state for one in requests}
    assert states == {RequestState.PENDING, RequestState.COUNTERED}
