"""Licences on a real PostgreSQL: granted, accepted, expired, revoked; and what the database itself refuses."""

import hashlib
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import text, update
from sqlalchemy.exc import DBAPIError

from dam.database.tables.licensing import licence, licence_acceptance, licence_item, permission_request
from dam.database.tables.rights import grant_line
from dam.kernel.errors import Conflict, ExclusivityConflict, Invalid, NotAllowed, NotFound, WrongState
from dam.kernel.ids import new_id
from dam.licensing.conditions import Conditions
from dam.licensing.drafts import ItemDecision, Verdict
from dam.licensing.licence import LicenceAction, LicenceState
from dam.rights.decision import decide
from dam.rights.facts import Action, Permit, Use
from dam.rights.territories import territory_set
from dam.rights.vocabularies import media_set

KEPT = (
    *("permission_request", "request_item", "request_message", "licence", "licence_item", "licence_acceptance"),
    *("counter_offer", "consent", "licence_signature"),
)


def granted(archive, actor, *photos, conditions=None, **asked):
    """Let the actor ask and a rights manager grant, and return the licence as the actor sees it."""
    view = archive.ask(actor, *photos, **asked)
    decisions = [ItemDecision(photo, Verdict.GRANT, conditions=conditions or Conditions()) for photo in photos]
    decided = archive.licensing.decide(archive.manager, view.request_id, decisions)
    return archive.licensing.licence(actor, decided.licences[0])


def accepted(archive, actor, *photos, **asked):
    offer = granted(archive, actor, *photos, **asked)
    archive.later(seconds=1)
    active = archive.licensing.accept(actor, offer.licence_id, offer.terms_sha256)
    archive.later(seconds=1)
    return active


def verdict(archive, actor, photo, licence_id):
    """Decide the publication the way the gate does, at the archive's clock."""
    use = Use(Action.PUBLISH, actor.organisation_id, media_set(["editorial.news.web"]), territory_set(["CN"]))
    with archive.stack.database.unit() as unit:
        facts = archive.rights.facts(
            unit, photo, party=actor.organisation_id, licence_id=licence_id, at=archive.clock(), lock=True
        )
    found = decide(use, facts, archive.clock())
    return "permit" if isinstance(found, Permit) else {reason.code for reason in found.reasons}


def refusal(database, statement, **values):
    with pytest.raises(DBAPIError) as caught, database.unit() as unit:
        unit.connection.execute(text(statement), values)
    return str(caught.value.orig)


@pytest.fixture
def photo(archive):
    made = archive.photograph()
    archive.supply(made)
    return made


def test_a_grant_makes_an_offer_with_its_text(archive, photo):
    offer = granted(archive, archive.daily, photo, print_run=800)
    assert (offer.state, offer.acceptance) == (LicenceState.OFFERED, None)
    assert offer.terms_sha256 == hashlib.sha256(f"{offer.terms.en}\n\n{offer.terms.zh}".encode()).hexdigest()
    for said in (offer.number, offer.request_number, "China Daily", "The Archive", "Museum collection", "800 copies"):
        assert said in offer.terms.en
    assert "中国" in offer.terms.zh
    (item,) = offer.items
    assert (item.conditions.downloads, item.conditions.max_px, item.conditions.print_run) == (10, 4000, 800)
    assert (item.used, item.downloads_left, offer.downloads_left) == (0, 10, 10)
    assert offer.term.end == datetime(2026, 6, 30, 16, tzinfo=UTC)
    assert archive.line_states(offer.licence_id) == [("offered", False)]
    assert archive.events(licence_id=offer.licence_id) == ["licensing.licence.granted"]


def test_nothing_is_delivered_before_the_terms_are_accepted(archive, photo):
    """D7: acceptance is a server row with hash, person and time."""
    offer = granted(archive, archive.daily, photo)
    assert verdict(archive, archive.daily, photo, offer.licence_id) == {"terms_not_accepted"}
    archive.later(minutes=5)
    active = archive.licensing.accept(archive.daily, offer.licence_id, offer.terms_sha256)
    assert active.state is LicenceState.ACTIVE
    assert active.acceptance.person.person_id == archive.daily.person_id
    assert (active.acceptance.at, active.acceptance.terms_sha256) == (archive.at, offer.terms_sha256)
    assert archive.line_states(offer.licence_id) == [("active", True)]
    assert verdict(archive, archive.daily, photo, offer.licence_id) == "permit"
    assert archive.events(licence_id=offer.licence_id)[-1] == "licensing.licence.accepted"


def test_accepting_twice_is_accepting_once(archive, photo):
    active = accepted(archive, archive.daily, photo)
    archive.later(hours=1)
    again = archive.licensing.accept(archive.daily, active.licence_id, active.terms_sha256.upper())
    assert again.acceptance == active.acceptance
    assert archive.events(licence_id=active.licence_id).count("licensing.licence.accepted") == 1


@pytest.mark.parametrize("wrong", ["0" * 64, "", "sha256"])
def test_another_text_is_not_accepted(archive, photo, wrong):
    """D7."""
    offer = granted(archive, archive.daily, photo)
    with pytest.raises(Conflict) as caught:
        archive.licensing.accept(archive.daily, offer.licence_id, wrong)
    assert (caught.value.code, caught.value.extra["terms_sha256"]) == ("terms_changed", offer.terms_sha256)
    assert archive.count(licence_acceptance, licence_acceptance.c.licence_id == offer.licence_id) == 0
    assert archive.licensing.licence(archive.daily, offer.licence_id).state is LicenceState.OFFERED


def test_only_the_licensee_accepts(archive, photo):
    offer = granted(archive, archive.daily, photo)
    with pytest.raises(NotFound):
        archive.licensing.accept(archive.herald, offer.licence_id, offer.terms_sha256)
    for person in (archive.manager, archive.auditor, archive.archivist):
        with pytest.raises(NotAllowed):
            archive.licensing.accept(person, offer.licence_id, offer.terms_sha256)


def test_others_know_nothing_of_a_licence(archive, photo):
    offer = granted(archive, archive.daily, photo)
    for unknown in (offer.licence_id, new_id()):
        with pytest.raises(NotFound):
            archive.licensing.licence(archive.herald, unknown)
    with pytest.raises(NotAllowed):
        archive.licensing.licence(archive.archivist, offer.licence_id)
    assert archive.licensing.licence(archive.manager, offer.licence_id).actions == {LicenceAction.REVOKE}
    assert archive.licensing.licence(archive.auditor, offer.licence_id).actions == frozenset()
    assert archive.licensing.licence(archive.daily, offer.licence_id).actions == {LicenceAction.ACCEPT}


def test_a_revocation_holds_from_the_next_request_on(archive, photo):
    """D5, D16: no job, no cache; the very next decision finds it revoked."""
    active = accepted(archive, archive.daily, photo)
    assert verdict(archive, archive.daily, photo, active.licence_id) == "permit"
    revoked = archive.licensing.revoke(archive.manager, active.licence_id, "Published without credit.")
    assert verdict(archive, archive.daily, photo, active.licence_id) == {"licence_revoked"}
    assert (revoked.state, revoked.state_reason) == (LicenceState.REVOKED, "Published without credit.")
    assert revoked.actions == frozenset()
    assert archive.line_states(active.licence_id) == [("revoked", True)]
    for act in (archive.licensing.revoke, archive.licensing.suspend, archive.licensing.reinstate):
        with pytest.raises(WrongState):
            act(archive.manager, active.licence_id, "Again.")
    assert archive.events(licence_id=active.licence_id)[-1] == "licensing.licence.revoked"


def test_a_revocation_needs_a_reason_and_a_rights_manager(archive, photo):
    active = accepted(archive, archive.daily, photo)
    with pytest.raises(Invalid):
        archive.licensing.revoke(archive.manager, active.licence_id, "  ")
    for person in (archive.daily, archive.auditor, archive.archivist):
        with pytest.raises(NotAllowed):
            archive.licensing.revoke(person, active.licence_id, "Mine.")


def test_a_revocation_frees_the_place(archive, photo):
    """The museum may sell the exclusive once the only other licence is revoked."""
    active = accepted(archive, archive.herald, photo)
    with pytest.raises(ExclusivityConflict) as caught:
        archive.supply(photo, grantee=archive.daily, exclusive=True)
    assert caught.value.extra["licence"] == str(active.licence_id)
    archive.licensing.suspend(archive.manager, active.licence_id, "Under review.")
    with pytest.raises(ExclusivityConflict):
        archive.supply(photo, grantee=archive.daily, exclusive=True)
    archive.licensing.revoke(archive.manager, active.licence_id, "Ended by consent.")
    archive.supply(photo, grantee=archive.daily, exclusive=True)


def test_suspended_and_reinstated(archive, photo):
    active = accepted(archive, archive.daily, photo)
    archive.licensing.suspend(archive.manager, active.licence_id, "A complaint.")
    archive.later(seconds=1)
    assert verdict(archive, archive.daily, photo, active.licence_id) == {"licence_suspended"}
    back = archive.licensing.reinstate(archive.manager, active.licence_id)
    assert back.state is LicenceState.ACTIVE
    assert verdict(archive, archive.daily, photo, active.licence_id) == "permit"
    assert archive.events(licence_id=active.licence_id)[-2:] == [
        "licensing.licence.suspended",
        "licensing.licence.resumed",
    ]


def test_one_partner_s_expiry_leaves_the_other_untouched(archive, photo):
    """D16, D18: to the second, in the licence's own zone, with no job running."""
    short = accepted(archive, archive.daily, photo, ends_on=date(2026, 4, 30))
    long = accepted(archive, archive.herald, photo, ends_on=date(2026, 5, 31))
    end = datetime(2026, 4, 30, 16, tzinfo=UTC)
    for at, expected in ((end - timedelta(seconds=1), "permit"), (end, {"licence_expired"})):
        archive.at = at
        assert verdict(archive, archive.daily, photo, short.licence_id) == expected
        assert verdict(archive, archive.herald, photo, long.licence_id) == "permit"
    archive.later(seconds=1)
    assert archive.licensing.licence(archive.daily, short.licence_id).state is LicenceState.EXPIRED
    assert archive.licensing.licence(archive.herald, long.licence_id).state is LicenceState.ACTIVE
    states = {row.licence_id: row.state for row in archive.licensing.licences(archive.manager, limit=100).items}
    assert (states[short.licence_id], states[long.licence_id]) == (LicenceState.EXPIRED, LicenceState.ACTIVE)
    with pytest.raises(WrongState):
        archive.licensing.suspend(archive.manager, short.licence_id, "Late.")


def test_an_offer_that_ran_out_cannot_be_accepted(archive, photo):
    """D16."""
    offer = granted(archive, archive.daily, photo)
    archive.at = offer.term.end
    with pytest.raises(WrongState):
        archive.licensing.accept(archive.daily, offer.licence_id, offer.terms_sha256)


def test_a_licence_may_begin_later(archive, photo):
    """D16: accepted before its first day, it delivers nothing until midnight in its own zone."""
    later = accepted(archive, archive.daily, photo, starts_on=date(2026, 3, 12))
    start = datetime(2026, 3, 11, 16, tzinfo=UTC)
    archive.at = start - timedelta(seconds=1)
    assert verdict(archive, archive.daily, photo, later.licence_id) == {"licence_not_started"}
    archive.at = start
    assert verdict(archive, archive.daily, photo, later.licence_id) == "permit"


@pytest.mark.parametrize("column", ["ends_on", "ends_at"])
@pytest.mark.parametrize("end", ["NULL", "'infinity'"])
def test_a_licence_without_an_end_is_refused_by_the_database(archive, photo, column, end):
    """D19: even for the owner of the tables, past every line of our code."""
    offer = granted(archive, archive.daily, photo)
    with archive.stack.owner.unit() as unit:  # the same copy with its own end is let in, so the end is what is refused
        unit.connection.execute(text(copy_of_a_licence()), {"id": offer.licence_id})
    said = refusal(archive.stack.owner, copy_of_a_licence(**{column: end}), id=offer.licence_id)
    assert any(word in said for word in (f'column "{column}"', '"days"', '"has_an_end"'))


def copy_of_a_licence(**changes: str) -> str:
    """Return the statement that copies the licence `:id`, with some columns changed."""
    values = {one.name: one.name for one in licence.c}
    values |= {"id": f"'{new_id()}'", "number": f"'LIC-{new_id()}'"} | changes
    return f"INSERT INTO licence ({', '.join(values)}) SELECT {', '.join(values.values())} FROM licence WHERE id = :id"


def test_a_line_without_an_end_is_refused_by_the_database(archive, photo):
    """D19: the line is what permits."""
    offer = granted(archive, archive.daily, photo)
    statement = "UPDATE grant_line SET term = tstzrange(lower(term), NULL) WHERE licence_id = :id"
    assert "grant_line_has_an_end" in refusal(archive.stack.owner, statement, id=offer.licence_id)


@pytest.mark.parametrize("table", KEPT)
def test_nothing_is_ever_deleted(archive, photo, table):
    """D20: the service's role may not, and the owner of the tables is stopped by a guard, even for no row at all."""
    accepted(archive, archive.daily, photo)
    for statement in (f"DELETE FROM {table}", f"DELETE FROM {table} WHERE false", f"TRUNCATE {table} CASCADE"):
        assert "permission denied" in refusal(archive.stack.database, statement)
        assert "kept" in refusal(archive.stack.owner, statement)
    assert archive.count(permission_request) > 0


@pytest.mark.parametrize("change", ["terms_en = 'x'", "ends_at = ends_at + interval '1 day'", "organisation_id = id"])
def test_the_terms_of_a_licence_stand(archive, photo, change):
    """The service's role may not change them, and a guard stops the owner."""
    offer = granted(archive, archive.daily, photo)
    statement = f"UPDATE licence SET {change} WHERE id = :id"
    assert "permission denied" in refusal(archive.stack.database, statement, id=offer.licence_id)
    assert "do not change" in refusal(archive.stack.owner, statement, id=offer.licence_id)


@pytest.mark.parametrize("table", ["licence_item", "licence_acceptance", "request_message"])
def test_what_is_written_once_stays(archive, photo, table):
    accepted(archive, archive.daily, photo)
    column = {
        "licence_item": "max_px = 9999",
        "licence_acceptance": "accepted_at = now()",
        "request_message": "text = ''",
    }
    statement = f"UPDATE {table} SET {column[table]}"
    assert "permission denied" in refusal(archive.stack.database, statement)
    assert "kept" in refusal(archive.stack.owner, statement)


def test_the_database_knows_no_active_licence_without_acceptance(archive, photo):
    """D7: a second lock behind ours; and a revoked licence stays revoked."""
    offer = granted(archive, archive.daily, photo)
    change = "UPDATE licence SET state = 'active' WHERE id = :id"
    assert "not accepted" in refusal(archive.stack.database, change, id=offer.licence_id)
    archive.licensing.revoke(archive.manager, offer.licence_id, "No.")
    assert "stays revoked" in refusal(archive.stack.database, change, id=offer.licence_id)


def test_the_database_takes_the_acceptance_of_no_other_text(archive, photo):
    """D7."""
    offer = granted(archive, archive.daily, photo)
    with pytest.raises(DBAPIError, match="accepted_text_is_the_licence_s"), archive.stack.database.unit() as unit:
        unit.connection.execute(
            licence_acceptance.insert().values(
                licence_id=offer.licence_id,
                terms_sha256="0" * 64,
                person_id=archive.daily.person_id,
                accepted_at=archive.at,
            )
        )


def test_a_decision_stands_in_the_database_too(archive, photo):
    granted(archive, archive.daily, photo)
    change = "UPDATE request_item SET state = 'refused', refusal_reason = 'x', licence_id = NULL WHERE asset_id = :id"
    assert "a decision stands" in refusal(archive.stack.database, change, id=photo)


def test_a_licence_stands_alone_when_its_request_is_closed(archive):
    """D20: withdrawing the rest of a request neither ends nor widens what was granted."""
    one, two = archive.photograph(), archive.photograph()
    archive.supply(one, two)
    view = archive.ask(archive.daily, one, two)
    decided = archive.licensing.decide(archive.manager, view.request_id, [ItemDecision(one, Verdict.GRANT)])
    offer = archive.licensing.licence(archive.daily, decided.licences[0])
    archive.licensing.accept(archive.daily, offer.licence_id, offer.terms_sha256)
    archive.licensing.withdraw(archive.daily, view.request_id)
    assert verdict(archive, archive.daily, one, offer.licence_id) == "permit"
    assert verdict(archive, archive.daily, two, offer.licence_id) != "permit"


def test_the_counter_of_a_line_is_what_a_page_shows(archive, photo):
    active = accepted(archive, archive.daily, photo, conditions=Conditions(downloads=3))
    with archive.stack.owner.unit() as unit:
        unit.connection.execute(update(grant_line).where(grant_line.c.licence_id == active.licence_id).values(used=2))
    now = archive.licensing.licence(archive.daily, active.licence_id)
    assert (now.items[0].used, now.items[0].downloads_left, now.downloads_left) == (2, 1, 1)
    (row,) = [one for one in archive.licensing.licences(archive.daily).items if one.licence_id == active.licence_id]
    assert (row.downloads_left, row.item_count, row.cover.asset_id) == (1, 1, photo)


@pytest.mark.parametrize(
    ("own", "agreed", "written", "expected"),
    [
        ("Museum collection", "Agreed line", "Written line", "Written line"),
        ("Museum collection", "Agreed line", None, "Museum collection"),
        (None, "Agreed line", None, "Agreed line"),
        (None, None, None, "Museum"),
    ],
)
def test_the_credit_line_is_the_nearest_that_was_written(archive, own, agreed, written, expected):
    photo = archive.photograph(credit_line=own)
    archive.supply(photo, credit_line=agreed)
    offer = granted(archive, archive.daily, photo, conditions=Conditions(credit_line=written))
    assert offer.items[0].conditions.credit_line == expected
    assert f'Credit line: "{expected}".' in offer.terms.en


def test_licences_are_listed_page_by_page(fresh_archive):
    archive = fresh_archive
    photo = archive.photograph()
    archive.supply(photo)
    made = []
    for _ in range(5):
        made.append(granted(archive, archive.daily, photo).licence_id)
        archive.later(minutes=1)
    theirs = accepted(archive, archive.herald, photo).licence_id
    first = archive.licensing.licences(archive.auditor, limit=4)
    second = archive.licensing.licences(archive.auditor, first.next, limit=4)
    assert [row.licence_id for row in [*first.items, *second.items]] == [theirs, *made[::-1]]
    assert second.next is None
    assert [row.licence_id for row in archive.licensing.licences(archive.herald).items] == [theirs]
    counts = archive.licensing.counts(archive.manager)
    assert (counts.offered, counts.active) == (5, 1)
    assert archive.licensing.counts(archive.daily).offered == 5
    assert archive.licensing.counts(archive.archivist).offered == 0


def test_a_list_of_licences_costs_one_query(archive, photo, queries):
    for _ in range(3):
        granted(archive, archive.daily, photo)
    with queries() as sent:
        archive.licensing.licences(archive.daily)
    assert len(sent) == 1
    assert archive.count(licence_item) >= 3
