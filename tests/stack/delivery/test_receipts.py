"""Receipts on real PostgreSQL: written with the event or not at all, never changed, and judged again at any time."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import func, select, text

from dam.audit.events import EventType
from dam.database.tables.audit import event
from dam.database.tables.receipts import decision_facts, decision_receipt
from dam.database.tables.rights import agreement
from dam.delivery import gate
from dam.kernel.errors import Conflict, Invalid, LogFault, NotAllowed, NotFound, NotLicensed
from dam.kernel.ids import EventId, new_id
from dam.rights import receipt as receipt_module
from dam.rights.facts import Facts, Permit, Refusal
from dam.rights.receipt import RULE_VERSION, Replay
from dam.rights.receipts import WhatIf
from dam.rights.wording import plain

DECIDED = (
    "delivery.rendition.viewed",
    "delivery.rendition.refused",
    "delivery.copy.delivered",
    "delivery.copy.refused",
)


def newest(world, photo, *kinds):
    """The newest decision about a photograph."""
    query = select(event.c.event_id).where(event.c.asset == photo.asset_id, event.c.type.in_(kinds or DECIDED))
    return EventId(world.one(query.order_by(event.c.event_id.desc()).limit(1)))


def explain(world, event_id, who="auditor"):
    return world.rights.receipts.explain(world.people[who], event_id)


def what_if(world, event_id, who="auditor", **wanted):
    return world.rights.receipts.what_if(world.people[who], event_id, WhatIf(**wanted))


def codes(verdict):
    return [] if isinstance(verdict, Permit) else [why.code for why in verdict.reasons]


@pytest.fixture
def delivered(world, photo):
    """A copy in the partner's hands, and the event that tells of it."""
    licence_id = world.licence(photo)
    world.made_copy(licence_id, photo)
    world.read(world.fetch(licence_id, photo))
    return licence_id, newest(world, photo)


def test_a_view_leaves_a_receipt_that_says_the_same_when_judged_again(world, photo):
    world.read(world.view("partner", photo))
    told = explain(world, newest(world, photo))
    assert told.replay is Replay.SAME
    assert isinstance(told.receipt.verdict, Permit)
    assert (told.receipt.use.party, told.receipt.rule_version) == (
        world.people["partner"].organisation_id,
        RULE_VERSION,
    )
    assert told.again == told.receipt.verdict


def test_a_refusal_leaves_one_too_with_every_reason(world, photo):
    licence_id = world.licence(photo, accepted=False, state="offered")
    world.restrict(photo)
    with pytest.raises(NotLicensed) as refused:
        world.fetch(licence_id, photo)
    told = explain(world, newest(world, photo))
    assert told.replay is Replay.SAME
    assert told.receipt.verdict.reasons == tuple(refused.value.reasons)
    assert told.event.reasons == tuple(codes(told.receipt.verdict)) == ("takedown", "terms_not_accepted")
    counted = {one.kind.value for one in told.told if one.counted}
    assert counted >= {"restriction", "licence"}


def test_starting_and_fetching_a_copy_each_leave_one(world, photo, delivered):
    started = newest(world, photo, EventType.COPY_STARTED.value)
    for event_id in (started, delivered[1]):
        told = explain(world, event_id)
        assert told.replay is Replay.SAME
        assert told.receipt.verdict.rule == "licence_line"


def test_the_receipt_is_in_the_same_commit_as_the_event(world, photo, monkeypatch):
    """D26: no event without its receipt, no receipt without its event, no pixels without both."""

    def broken(*_):
        raise RuntimeError("no room")

    before = world.one(select(func.count()).select_from(decision_receipt))
    with monkeypatch.context() as patch, pytest.raises(LogFault):
        patch.setattr(gate, "keep", broken)
        world.view("partner", photo)
    assert world.events(asset=photo.asset_id) == []
    world.read(world.view("partner", photo))
    same = text(
        "SELECT count(*) FROM au.event e JOIN decision_receipt r USING (event_id)"
        " JOIN decision_facts f ON f.digest = r.facts_digest WHERE e.xmin = r.xmin AND e.asset = :asset"
    ).bindparams(asset=photo.asset_id)
    assert world.one(same) == 1
    assert world.one(select(func.count()).select_from(decision_receipt)) == before + 1


def test_an_ask_settled_before_rights_were_asked_has_no_receipt_and_says_so(world, photo):
    with pytest.raises(NotAllowed):
        world.view("administrator", photo)
    told = explain(world, newest(world, photo))
    assert (told.receipt, told.replay, told.event.reasons) == (None, None, ("not_allowed",))
    with pytest.raises(Conflict):
        what_if(world, told.event.event_id)


def test_equal_facts_are_stored_once(world, photo):
    before = world.one(select(func.count()).select_from(decision_facts))
    for _ in range(3):
        world.read(world.view("partner", photo))
    digests = select(decision_receipt.c.facts_digest, func.count()).group_by(decision_receipt.c.facts_digest)
    assert max(row[1] for row in world.rows(digests)) >= 3
    assert world.one(select(func.count()).select_from(decision_facts)) == before + 1


@pytest.mark.parametrize("table", ["decision_facts", "decision_receipt"])
@pytest.mark.parametrize("change", ["UPDATE {} SET {} = {}", "DELETE FROM {}", "TRUNCATE {}"])
def test_neither_is_ever_changed(world, photo, table, change):
    """D27: the service's role may not, and even the owner is stopped by the guard."""
    world.read(world.view("partner", photo))
    column = "digest" if table == "decision_facts" else "rule"
    statement = text(change.format(table, column, column))
    with pytest.raises(Exception, match="permission denied"), world.stack.database.unit() as unit:
        unit.connection.execute(statement)
    with pytest.raises(Exception, match="never changed"), world.stack.owner.unit() as unit:
        unit.connection.execute(statement)


def test_facts_are_stored_under_their_own_hash_or_not_at_all(world):
    insert = text("INSERT INTO decision_facts (digest, facts) VALUES (:digest, :facts)")
    with pytest.raises(Exception, match="decision_facts_digest"), world.stack.database.unit() as unit:
        unit.connection.execute(insert, {"digest": "0" * 64, "facts": b"{}"})


@pytest.mark.parametrize("after", ["revoked", "restricted", "agreement ended", "a year later"])
def test_what_happened_since_does_not_change_what_was_decided(world, photo, delivered, after):
    """D17: judged again from what was known then; today's facts say otherwise."""
    licence_id, event_id = delivered
    then = explain(world, event_id).receipt
    if after == "revoked":
        world.revoke(licence_id)
    elif after == "restricted":
        world.restrict(photo)
    elif after == "agreement ended":
        with world.stack.owner.unit() as unit:
            ended = {"state": "ended", "ended_at": world.at, "end_reason": "over"}
            by = world.people["manager"].person_id
            query = "SELECT agreement_id FROM agreement_line WHERE asset_id = :asset"
            (found,) = unit.connection.execute(text(query), {"asset": photo.asset_id}).one()
            unit.connection.execute(agreement.update().where(agreement.c.id == found).values(ended_by=by, **ended))
    else:
        world.at += timedelta(days=365)
    told = explain(world, event_id)
    assert (told.replay, told.receipt, told.again) == (Replay.SAME, then, then.verdict)
    answer = what_if(world, event_id)
    assert isinstance(answer.stored, Permit)
    assert isinstance(answer.today, Refusal)


def test_what_if_turns_exactly_at_the_boundary(world, photo, delivered):
    _, event_id = delivered
    end = world.TERM.end
    last = end - timedelta(microseconds=1)
    assert [codes(what_if(world, event_id, at=at).stored) for at in (last, end)] == [
        [],
        ["licence_expired", "rights_ended"],
    ]
    first = world.TERM.start
    assert isinstance(what_if(world, event_id, at=first).stored, Permit)
    assert "licence_not_started" in codes(what_if(world, event_id, at=first - timedelta(microseconds=1)).stored)


def test_what_if_turns_with_medium_territory_and_partner(world, photo, delivered):
    _, event_id = delivered
    rival = world.people["rival"].organisation_id
    assert codes(what_if(world, event_id, media=["editorial.book"]).stored) == ["outside_media", "rights_narrower"]
    assert codes(what_if(world, event_id, media=["editorial.news.web"], territory=["CN"]).stored) == []
    elsewhere = what_if(world, event_id, party=rival)
    assert codes(elsewhere.stored) == ["other_organisation"]
    assert codes(elsewhere.today) == ["no_licence"]


def test_what_if_over_today_sees_a_territory_barred_since(world, photo, delivered):
    _, event_id = delivered
    world.restrict(photo, "JP")
    assert codes(what_if(world, event_id, territory=["FR"]).today) == []
    assert codes(what_if(world, event_id, territory=["JP"]).today) == ["takedown"]
    assert codes(what_if(world, event_id, territory=["142"]).today) == ["takedown"]
    assert codes(what_if(world, event_id, territory=["142"], territory_except=["JP"]).today) == []
    assert codes(what_if(world, event_id, territory=["JP"]).stored) == []


def test_a_wrong_what_if_is_answered_field_by_field(world, photo, delivered):
    with pytest.raises(Invalid) as wrong:
        what_if(world, delivered[1], media=["nonsense"], territory=["XX"], party=new_id())
    assert sorted(fault.field for fault in wrong.value.faults) == ["media.0", "partner", "territory.0"]


def test_a_partner_is_told_of_its_own_and_no_more(world, photo, delivered):
    _, event_id = delivered
    told = explain(world, event_id, "partner")
    assert (told.replay, told.facts, told.in_full) == (Replay.SAME, None, False)
    assert "AGR-" not in " ".join(one.sentence.en for one in told.told)
    assert "AGR-" in " ".join(one.sentence.en for one in explain(world, event_id, "manager").told)
    assert what_if(world, event_id, "partner", territory=["CN"]).today is None
    with pytest.raises(Invalid):
        what_if(world, event_id, "partner", party=world.people["rival"].organisation_id)
    with pytest.raises(NotFound):
        explain(world, event_id, "rival")
    with pytest.raises(NotFound):
        what_if(world, event_id, "rival")
    for who in ("administrator", "holder"):
        with pytest.raises(NotAllowed):
            explain(world, event_id, who)
    with pytest.raises(NotFound):
        explain(world, EventId(new_id()))


def test_reading_a_receipt_is_itself_logged(world, photo, delivered):
    explain(world, delivered[1])
    what_if(world, delivered[1], territory=["FR"])
    entries = select(func.au.j(event.c.entry)).where(event.c.type == EventType.USAGE_READ.value)
    read = [row[0]["more"] for row in world.rows(entries.order_by(event.c.event_id))]
    first, second = (more for more in read if more.get("event") == str(delivered[1]))
    assert "what_if" not in first
    assert second["what_if"]["territory"] == ["FR"]


def forge(world, *statements):
    """Change what is stored as only somebody could who owns the database and takes its guards away first."""
    with world.stack.owner.unit() as unit:
        for table in ("decision_facts", "decision_receipt"):
            unit.connection.execute(text(f"ALTER TABLE {table} DISABLE TRIGGER refuse_change"))
        unit.connection.execute(text("ALTER TABLE decision_facts DROP CONSTRAINT decision_facts_digest"))
        for statement, values in statements:
            assert unit.connection.execute(text(statement), values).rowcount == 1
        check = "CHECK (digest = encode(sha256(facts), 'hex')) NOT VALID"
        unit.connection.execute(text(f"ALTER TABLE decision_facts ADD CONSTRAINT decision_facts_digest {check}"))
        for table in ("decision_facts", "decision_receipt"):
            unit.connection.execute(text(f"ALTER TABLE {table} ENABLE ALWAYS TRIGGER refuse_change"))


FORGERIES = {
    "facts": "UPDATE decision_facts SET facts = facts || CAST(' ' AS bytea) WHERE digest = :digest",
    "facts lost": "DELETE FROM decision_facts WHERE digest = :digest",
    "verdict": "UPDATE decision_receipt SET verdict = jsonb_set(verdict, '{rule}', '\"bar\"') WHERE event_id = :event",
    "use": "UPDATE decision_receipt SET use = jsonb_set(use, '{alters}', 'true') WHERE event_id = :event",
    "instant": "UPDATE decision_receipt SET at = at + interval '1 microsecond' WHERE event_id = :event",
    "receipt lost": "DELETE FROM decision_receipt WHERE event_id = :event",
}


@pytest.mark.parametrize("forgery", FORGERIES)
def test_a_forged_receipt_gives_itself_away(world, photo, delivered, forgery):
    """The log holds the receipt's hash, and the receipt the facts': neither changes alone."""
    _, event_id = delivered
    digest = world.one(select(decision_receipt.c.facts_digest).where(decision_receipt.c.event_id == event_id))
    named = {"digest": digest} if ":digest" in FORGERIES[forgery] else {"event": event_id}
    forge(world, (FORGERIES[forgery], named))
    told = explain(world, event_id)
    assert (told.replay, told.receipt, told.told) == (Replay.TAMPERED, None, ())
    with pytest.raises(Conflict):
        what_if(world, event_id)


def test_facts_forged_along_with_their_name_are_found_out_by_the_log(world, photo, delivered):
    """Whoever rewrites the facts, their hash and the receipt still meets the hash in the log."""
    _, event_id = delivered
    values = {"event": event_id, "facts": b"{}"}
    digest = "encode(sha256(CAST(:facts AS bytea)), 'hex')"
    forge(
        world,
        (f"INSERT INTO decision_facts (digest, facts) VALUES ({digest}, CAST(:facts AS bytea))", {"facts": b"{}"}),
        (f"UPDATE decision_receipt SET facts_digest = {digest} WHERE event_id = :event", values),
    )
    assert explain(world, event_id).replay is Replay.TAMPERED


def test_a_receipt_of_other_rules_is_not_guessed_at(world, photo, monkeypatch):
    """Facts with a word these rules do not know are said to be unreadable, and nothing is made up."""

    def of_later_rules(value):
        return {**plain(value), "moon": "full"} if isinstance(value, Facts) else plain(value)

    with monkeypatch.context() as patch:
        patch.setattr(receipt_module, "plain", of_later_rules)
        world.read(world.view("partner", photo))
    told = explain(world, newest(world, photo))
    assert (told.replay, told.receipt) == (Replay.UNREADABLE, None)


def test_the_clock_of_the_receipt_is_the_clock_of_the_event(world, photo):
    world.read(world.view("partner", photo))
    told = explain(world, newest(world, photo))
    assert told.receipt.at == told.event.at
    assert told.receipt.at.astimezone(UTC) == told.receipt.at
    assert isinstance(told.receipt.at, datetime)
