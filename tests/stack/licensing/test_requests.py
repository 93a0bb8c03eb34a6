"""Requests on a real PostgreSQL: ask, decide item by item, return, resubmit, withdraw."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from sqlalchemy import func, select

from dam.database.tables.audit import event
from dam.database.tables.licensing import licence, permission_request, request_item
from dam.database.tables.rights import grant_line
from dam.kernel.errors import Conflict, ExclusivityConflict, Invalid, NotAllowed, NotFound, WrongState
from dam.kernel.ids import new_id
from dam.licensing.conditions import Conditions
from dam.licensing.drafts import ItemDecision, Verdict
from dam.licensing.request import ItemState, RequestAction, RequestState, Side
from dam.rights.facts import RestrictionKind

GRANT, REFUSE = Verdict.GRANT, Verdict.REFUSE


def grant(*photos, **conditions):
    return [ItemDecision(photo, GRANT, conditions=Conditions(**conditions)) for photo in photos]


def test_a_request_is_answered_at_once_photograph_by_photograph(archive):
    covered, unknown, barred = archive.photograph(), archive.photograph(), archive.photograph()
    archive.supply(covered, barred)
    archive.bar(barred, kind=RestrictionKind.EMBARGO)
    with pytest.raises(Invalid):  # an embargo the world over hides the photograph from a partner altogether
        archive.ask(archive.daily, barred)
    view = archive.ask(archive.daily, covered, unknown)
    assert (view.state, view.waits_for) == (RequestState.SUBMITTED, Side.MANAGER)
    assert [item.verdict for item in view.items] == ["available", "on_request"]
    assert [item.asset.asset_id for item in view.items] == [covered, unknown]
    assert [reason.code for reason in view.items[1].reasons] == ["rights_not_recorded"]
    assert view.number.startswith("REQ-2026-")
    assert view.use.territory[0].label.zh == "中国"
    assert view.items[0].asset.title.zh == "军官合影"
    assert view.organisation.name.en == "China Daily"
    assert archive.events(request_id=view.request_id) == ["licensing.request.submitted"]


def test_the_second_publisher_is_told_at_once_that_it_is_exclusive(archive):
    """The seed's case: the Museum gives 1942 photographs to one newspaper."""
    photo = archive.photograph()
    archive.supply(photo, grantee=archive.daily, exclusive=True, ends_on=date(2026, 7, 31))
    item = archive.ask(archive.herald, photo, territory=("FR",)).items[0]
    assert item.verdict == "exclusive"
    assert item.free_from == date(2026, 8, 1)
    (reason,) = [reason for reason in item.reasons if reason.code == "exclusive_to_another"]
    assert "31 July 2026 (Beijing time)" in reason.message.en
    assert "2026年7月31日" in reason.message.zh
    assert "China Daily" not in f"{reason}"
    assert archive.ask(archive.daily, photo).items[0].verdict == "available"


def test_a_grant_against_exclusivity_names_what_stands_in_the_way_and_does_nothing(archive):
    """D24: one photograph of the set breaks it, so nothing of the set is granted."""
    free, held = archive.photograph(), archive.photograph()
    archive.supply(free)
    agreement_id = archive.supply(held, grantee=archive.daily, exclusive=True)
    view = archive.ask(archive.herald, free, held, territory=("FR",))
    before = archive.count(event)
    with pytest.raises(ExclusivityConflict) as caught:
        archive.licensing.decide(archive.manager, view.request_id, grant(free, held))
    assert caught.value.extra["agreement"] == str(agreement_id)
    assert caught.value.extra["free_from"] == "2027-01-01"
    assert archive.count(licence, licence.c.request_id == view.request_id) == 0
    assert archive.count(grant_line, grant_line.c.licensee_id == archive.herald.organisation_id) == 0
    assert archive.count(event) == before
    again = archive.licensing.request(archive.manager, view.request_id)
    assert again.state is RequestState.SUBMITTED
    assert {item.state for item in again.items} == {ItemState.UNDECIDED}
    decided = archive.licensing.decide(archive.manager, view.request_id, grant(free))
    assert (decided.state, len(decided.licences)) == (RequestState.IN_REVIEW, 1)


def test_rights_that_are_not_held_are_never_granted(archive):
    """D10: nothing recorded means nothing allowed, whoever decides."""
    covered, none, narrow = (archive.photograph() for _ in range(3))
    archive.supply(covered)
    archive.supply(narrow, territory=("FR",))
    view = archive.ask(archive.daily, covered, none, narrow)
    with pytest.raises(Conflict) as caught:
        archive.licensing.decide(archive.manager, view.request_id, grant(covered, none, narrow))
    assert caught.value.code == "rights_not_held"
    assert [item["asset"] for item in caught.value.extra["items"]] == [str(none), str(narrow)]
    codes = [[reason["code"] for reason in item["reasons"]] for item in caught.value.extra["items"]]
    assert codes == [["rights_not_recorded"], ["rights_narrower"]]
    reasons = caught.value.extra["reasons"]
    assert all(reason["message"] and reason["message_zh"] and reason["next_step"] for reason in reasons)
    assert archive.count(licence, licence.c.request_id == view.request_id) == 0


def test_a_bar_placed_while_the_request_waits_stops_the_grant(archive):
    """D2, D15."""
    photo = archive.photograph()
    archive.supply(photo)
    view = archive.ask(archive.daily, photo)
    archive.bar(photo)
    told = archive.licensing.request(archive.manager, view.request_id).items[0]
    assert (told.verdict, told.reasons[0].code) == ("never", "takedown")
    with pytest.raises(Conflict) as caught:
        archive.licensing.decide(archive.manager, view.request_id, grant(photo))
    assert caught.value.extra["reasons"][0]["code"] == "takedown"


def test_granted_refused_and_left_open_in_one_request(archive):
    one, two, three = (archive.photograph() for _ in range(3))
    archive.supply(one, two, three)
    view = archive.ask(archive.daily, one, two, three, max_px=2400)
    decisions = [*grant(one, downloads=2), ItemDecision(two, REFUSE, "Not for this page.")]
    decided = archive.licensing.decide(archive.manager, view.request_id, decisions, "The third one later.")
    assert decided.state is RequestState.IN_REVIEW
    now = archive.licensing.request(archive.daily, view.request_id)
    assert [item.state for item in now.items] == [ItemState.GRANTED, ItemState.REFUSED, ItemState.UNDECIDED]
    assert now.items[0].licence_id == decided.licences[0]
    assert now.items[0].licence_number.startswith("LIC-2026-")
    assert (now.items[0].conditions.downloads, now.items[0].conditions.max_px) == (2, 2400)
    assert now.items[1].refusal_reason == "Not for this page."
    assert [(entry.kind, entry.text) for entry in now.thread] == [
        ("submitted", ""),
        ("decided", "The third one later."),
    ]
    assert now.thread[1].author.organisation.name.en == "The Archive"
    rest = archive.licensing.decide(archive.manager, view.request_id, grant(three))
    assert rest.state is RequestState.DECIDED
    assert rest.licences != decided.licences
    with pytest.raises(WrongState):
        archive.licensing.decide(archive.manager, view.request_id, grant(three))


def test_what_was_decided_is_not_decided_again(archive):
    one, two = archive.photograph(), archive.photograph()
    archive.supply(one, two)
    view = archive.ask(archive.daily, one, two)
    archive.licensing.decide(archive.manager, view.request_id, [ItemDecision(one, REFUSE, "No.")])
    with pytest.raises(Conflict) as caught:
        archive.licensing.decide(archive.manager, view.request_id, grant(one, two))
    assert caught.value.code == "already_decided"
    assert caught.value.extra["assets"] == [str(one)]
    assert archive.count(licence, licence.c.request_id == view.request_id) == 0


def test_returned_changed_and_sent_again(archive):
    kept, left, new, refused = (archive.photograph() for _ in range(4))
    archive.supply(kept, left, new, refused)
    view = archive.ask(archive.daily, kept, left, refused)
    archive.later(hours=1)
    archive.licensing.decide(archive.manager, view.request_id, [ItemDecision(refused, REFUSE, "No.")])
    archive.later(hours=1)
    returned = archive.licensing.return_for_changes(archive.manager, view.request_id, "Only until May, please.")
    assert (returned.state, returned.waits_for) == (RequestState.RETURNED, Side.PARTNER)
    with pytest.raises(WrongState):
        archive.licensing.decide(archive.manager, view.request_id, grant(kept))
    archive.later(hours=1)
    changed = archive.draft(kept, new, refused, ends_on=date(2026, 5, 31), territory=("CN", "FR"))
    again = archive.licensing.resubmit(archive.daily, view.request_id, changed, "Until May.")
    assert again.state is RequestState.SUBMITTED
    assert again.use.ends_on == date(2026, 5, 31)
    assert [code.code for code in again.use.territory] == ["CN", "FR"]
    states = {item.asset.asset_id: item.state for item in again.items}
    assert states == {
        kept: ItemState.UNDECIDED,
        new: ItemState.UNDECIDED,
        left: ItemState.DROPPED,
        refused: ItemState.REFUSED,
    }
    assert [entry.kind for entry in again.thread] == ["submitted", "decided", "returned", "resubmitted"]
    assert archive.events(request_id=view.request_id) == [
        "licensing.request.submitted",
        "licensing.request.decided",
        "licensing.request.returned",
        "licensing.request.resubmitted",
    ]
    decided = archive.licensing.decide(archive.manager, view.request_id, grant(kept, new))
    assert decided.state is RequestState.DECIDED
    assert archive.licensing.licence(archive.daily, decided.licences[0]).use.ends_on == date(2026, 5, 31)


def test_a_decision_on_a_request_that_was_changed_meanwhile_grants_nothing(archive):
    """A second manager's open page still shows one country; the partner has since asked for the whole world."""
    photo = archive.photograph()
    archive.supply(photo)
    opened = archive.ask(archive.daily, photo)
    archive.later(minutes=1)
    archive.licensing.return_for_changes(archive.manager, opened.request_id, "Which site?")
    wider = archive.draft(photo, territory=("WORLD",))
    now = archive.licensing.resubmit(archive.daily, opened.request_id, wider, "Ours, everywhere.")
    with pytest.raises(Conflict) as caught:
        archive.licensing.decide(archive.manager, opened.request_id, grant(photo), seen_at=opened.updated_at)
    assert caught.value.code == "request_changed"
    assert archive.count(licence, licence.c.request_id == opened.request_id) == 0
    assert archive.licensing.decide(archive.manager, opened.request_id, grant(photo), seen_at=now.updated_at).licences


def test_a_photograph_taken_out_can_be_put_back(archive):
    one, two = archive.photograph(), archive.photograph()
    archive.supply(one, two)
    view = archive.ask(archive.daily, one, two)
    archive.licensing.return_for_changes(archive.manager, view.request_id, "Fewer?")
    archive.licensing.resubmit(archive.daily, view.request_id, archive.draft(one), "")
    archive.licensing.return_for_changes(archive.manager, view.request_id, "All of them after all?")
    again = archive.licensing.resubmit(archive.daily, view.request_id, archive.draft(one, two), "")
    assert {item.state for item in again.items} == {ItemState.UNDECIDED}


def test_an_answer_alone_sends_the_request_again(archive):
    photo = archive.photograph()
    view = archive.ask(archive.daily, photo)
    archive.licensing.return_for_changes(archive.manager, view.request_id, "What for?")
    again = archive.licensing.resubmit(archive.daily, view.request_id, message="For page one.")
    assert again.state is RequestState.SUBMITTED
    assert again.thread[-1].text == "For page one."
    assert again.use == view.use


def test_a_withdrawn_request_is_over_and_on_record(archive):
    """D20."""
    photo = archive.photograph()
    archive.supply(photo)
    view = archive.ask(archive.daily, photo)
    gone = archive.licensing.withdraw(archive.daily, view.request_id)
    assert (gone.state, gone.actions) == (RequestState.WITHDRAWN, frozenset())
    for act in (
        lambda: archive.licensing.decide(archive.manager, view.request_id, grant(photo)),
        lambda: archive.licensing.resubmit(archive.daily, view.request_id),
        lambda: archive.licensing.comment(archive.daily, view.request_id, "Hello?"),
        lambda: archive.licensing.return_for_changes(archive.manager, view.request_id, "Why?"),
    ):
        with pytest.raises(WrongState):
            act()
    assert archive.count(permission_request, permission_request.c.id == view.request_id) == 1


def test_others_know_nothing_of_a_request(archive):
    photo = archive.photograph()
    view = archive.ask(archive.daily, photo)
    for stranger in (archive.herald, replace(archive.herald, person_id=archive.daily.person_id)):
        for act in (
            lambda who: archive.licensing.request(who, view.request_id),
            lambda who: archive.licensing.withdraw(who, view.request_id),
            lambda who: archive.licensing.resubmit(who, view.request_id),
            lambda who: archive.licensing.comment(who, view.request_id, "Hm."),
        ):
            with pytest.raises(NotFound):
                act(stranger)
    with pytest.raises(NotFound):
        archive.licensing.request(archive.manager, new_id())
    assert archive.licensing.request(archive.auditor, view.request_id).actions == frozenset()
    with pytest.raises(NotAllowed):
        archive.licensing.request(archive.archivist, view.request_id)


def test_only_a_rights_manager_decides_and_only_a_partner_asks(archive):
    """D2: a partner cannot create a grant."""
    photo = archive.photograph()
    archive.supply(photo)
    view = archive.ask(archive.daily, photo)
    for person in (archive.daily, archive.auditor, archive.archivist):
        with pytest.raises(NotAllowed):
            archive.licensing.decide(person, view.request_id, grant(photo))
        with pytest.raises(NotAllowed):
            archive.licensing.return_for_changes(person, view.request_id, "No.")
    with pytest.raises(NotAllowed):
        archive.ask(archive.manager, photo)
    assert archive.licensing.request(archive.daily, view.request_id).actions == {
        RequestAction.WITHDRAW,
        RequestAction.COMMENT,
    }


@pytest.mark.parametrize("state", ["received", "processing", "quarantined", "withdrawn"])
def test_nobody_asks_for_what_they_may_not_see(archive, state):
    """D15: every state of a photograph that is not ready."""
    hidden, seen = archive.photograph(state=state), archive.photograph()
    for wrong in (hidden, new_id()):
        with pytest.raises(Invalid) as caught:
            archive.ask(archive.daily, seen, wrong)
        assert [(fault.field, fault.code) for fault in caught.value.faults] == [("assets.1", "unknown")]


def test_a_photograph_withdrawn_since_is_not_granted(archive):
    """D15."""
    photo = archive.photograph()
    archive.supply(photo)
    view = archive.ask(archive.daily, photo)
    with archive.stack.owner.unit() as unit:
        unit.connection.exec_driver_sql(
            "UPDATE asset SET state = 'withdrawn', reason_code = 'asked' WHERE id = %s", (photo,)
        )
    with pytest.raises(Conflict) as caught:
        archive.licensing.decide(archive.manager, view.request_id, grant(photo))
    assert caught.value.extra["reasons"][0]["code"] == "asset_withdrawn"


def test_the_queue_shows_who_waits_longest_first_page_by_page(fresh_archive):
    archive = fresh_archive
    photos = [archive.photograph(title=f"Photo {n}") for n in range(2)]
    asked = []
    for _ in range(7):
        asked.append(archive.ask(archive.daily, *photos).request_id)
        archive.later(minutes=1)
    theirs = archive.ask(archive.herald, photos[0]).request_id
    archive.licensing.return_for_changes(archive.manager, asked[3], "?")
    waiting = [one for one in [*asked, theirs] if one != asked[3]]
    found, cursor = [], None
    while True:
        page = archive.licensing.requests(archive.manager, "waiting", cursor, limit=3)
        found += page.items
        cursor = page.next
        if cursor is None:
            break
    assert [row.request_id for row in found] == waiting
    row = found[0]
    assert (row.item_count, row.undecided_count, row.cover.title.en) == (2, 2, "Photo 0")
    assert (row.organisation.name.en, row.waits_for) == ("China Daily", Side.MANAGER)
    own = archive.licensing.requests(archive.herald)
    assert [row.request_id for row in own.items] == [theirs]
    newest_first = archive.licensing.requests(archive.daily, limit=100)
    assert [row.request_id for row in newest_first.items] == asked[::-1]
    assert [row.request_id for row in archive.licensing.requests(archive.daily, "returned").items] == [asked[3]]
    with pytest.raises(Invalid):
        archive.licensing.requests(archive.manager, "lost")
    counts = archive.licensing.counts(archive.manager)
    assert (counts.waiting, counts.returned) == (7, 1)
    assert archive.licensing.counts(archive.herald).waiting == 1


def test_a_list_costs_one_query_however_long_it_is(archive, queries):
    photo = archive.photograph()
    for _ in range(3):
        archive.ask(archive.daily, photo)
    with queries() as few:
        archive.licensing.requests(archive.manager, limit=1)
    with queries() as many:
        archive.licensing.requests(archive.manager, limit=100)
    assert len(few) == len(many) == 1


def test_a_large_request_costs_no_more_queries_than_a_small_one(archive, queries):
    photos = [archive.photograph() for _ in range(60)]
    archive.supply(*photos)
    small, large = archive.ask(archive.daily, photos[0]), archive.ask(archive.daily, *photos)
    with queries() as few:
        archive.licensing.request(archive.manager, small.request_id)
    with queries() as many:
        archive.licensing.request(archive.manager, large.request_id)
    assert len(few) == len(many) <= 6
    decided = archive.licensing.decide(archive.manager, large.request_id, grant(*photos))
    assert len(archive.licensing.licence(archive.daily, decided.licences[0]).items) == 60


def test_the_last_day_belongs_to_the_zone_of_the_request(archive):
    """D16: until 23:59:59 in Beijing one may still ask for today."""
    photo = archive.photograph()
    archive.at = archive.at.replace(hour=15, minute=59, second=59)
    today = date(2026, 3, 10)
    archive.ask(archive.daily, photo, starts_on=today, ends_on=today)
    archive.at += timedelta(seconds=1)
    with pytest.raises(Invalid) as caught:
        archive.ask(archive.daily, photo, starts_on=today, ends_on=today)
    assert [(fault.field, fault.code) for fault in caught.value.faults] == [("use.ends_on", "past")]


def test_every_number_is_given_once(archive):
    photo = archive.photograph()
    numbers = [archive.ask(archive.daily, photo).number for _ in range(5)]
    assert len(set(numbers)) == 5
    with archive.stack.owner.unit() as unit:
        doubled = select(permission_request.c.number).group_by(permission_request.c.number).having(func.count() > 1)
        assert unit.connection.execute(doubled).all() == []
    assert archive.count(request_item) > 0
