"""The auditor's desk over a published log: entries, proofs, evidence to take away; every reading is logged."""

import io
import json
from dataclasses import dataclass
from datetime import timedelta

import pytest
from sqlalchemy import text

from dam.audit import merkle, verify
from dam.audit.checkpoint import open_checkpoint
from dam.audit.log import LOG_READ, LogService
from dam.audit.receipt import Receipts
from dam.audit.service import append_hashed
from dam.audit.usage.nouns import UsageFilter
from dam.audit.usage.service import AuditService
from dam.kernel.clock import utc_now
from dam.kernel.errors import Invalid, NotAllowed, NotFound
from dam.kernel.ids import new_id
from tests.stack.audit.logbench import viewed


@dataclass
class Auditor:
    person_id: object
    organisation_id: object
    permissions: frozenset = frozenset({LOG_READ, "audit.usage.read"})


@pytest.fixture
def auditor():
    return Auditor(new_id(), new_id())


@pytest.fixture
def desk(log):
    return LogService(database=log.stack.database, clock=log.clock)


def reads(log):
    said = "SELECT count(*) FROM au.event WHERE type = 'audit.log.read'"
    return log.scalar(said)


def test_entries_and_proofs_are_those_of_the_published_log(log, desk, auditor):
    sequencer = log.sequencer()
    first = log.write(300)
    sequencer.work()
    log.write(17)
    sequencer.work()
    head = open_checkpoint(desk.checkpoint(auditor), log.signer.verifier)
    assert head.size == 318
    for index in (0, 5, 255, 256, 317):
        entry, proof = desk.entry(auditor, index), desk.inclusion(auditor, index)
        assert merkle.includes(index, head.size, merkle.leaf_hash(entry), proof.hashes, head.root)
        assert proof.leaf_hash == merkle.leaf_hash(entry)
    assert json.loads(desk.entry(auditor, 5))["id"] == str(first[5])
    old = open_checkpoint(log.scalar("SELECT note FROM au.checkpoint WHERE size = 301"), log.signer.verifier)
    growth = desk.growth(auditor, 301)
    assert merkle.extends(301, 318, growth.hashes, old.root, head.root)
    earlier = desk.inclusion(auditor, 255, 301)
    assert merkle.includes(255, 301, earlier.leaf_hash, earlier.hashes, old.root)
    assert len(desk.inclusion(auditor, 0).hashes) <= 9


def test_each_reading_is_logged_and_asking_for_hashes_once_an_hour(log, desk, auditor):
    """An auditor who asks until nothing is new comes to an end: the readings do not feed each other."""
    sequencer = log.sequencer()
    sequencer.work()
    notes = []
    for _ in range(4):
        notes.append(desk.checkpoint(auditor))
        desk.inclusion(auditor, 0)
        desk.growth(auditor, 1)
        sequencer.work()
    assert reads(log) == 1
    assert notes[-1] == notes[-2]
    desk.entry(auditor, 0)
    desk.entry(auditor, 0)
    assert reads(log) == 3
    log.ahead = timedelta(hours=2)
    desk.checkpoint(auditor)
    assert reads(log) == 4


def test_only_auditors_and_only_what_is_published(log, desk, auditor):
    nobody = Auditor(new_id(), new_id(), frozenset())
    with pytest.raises(NotFound):
        desk.checkpoint(auditor)
    sequencer = log.sequencer()
    sequencer.work()
    log.write(3)
    sequencer.sequence()
    for ask in (lambda who: desk.entry(who, 0), desk.checkpoint, lambda who: desk.inclusion(who, 0), desk.export):
        with pytest.raises(NotAllowed):
            ask(nobody)
    with pytest.raises(NotFound):
        desk.entry(auditor, 1)
    with pytest.raises(NotFound):
        desk.inclusion(auditor, 1)
    with pytest.raises(Invalid):
        desk.inclusion(auditor, 0, 2)
    with pytest.raises(Invalid):
        desk.growth(auditor, 2)
    before = reads(log)
    with pytest.raises(NotAllowed):
        desk.checkpoint(nobody)
    assert reads(log) == before


def test_the_whole_log_and_a_selection_verify_offline(log, desk, auditor):
    receipts = Receipts.of(log.signer.name, "a secret of the web process, long enough")
    sequencer = log.sequencer()
    sequencer.announced = {"log": [log.signer.verifier.text], "receipts": [receipts.signer.verifier.text]}
    log.write(270)
    sequencer.work()
    kept = desk.checkpoint(auditor)
    asset = new_id()
    with log.stack.database.unit() as unit:
        logged = append_hashed(unit, viewed(asset=asset), utc_now())
    header = receipts.sign(*logged)
    log.write(30)
    sequencer.work()
    key = log.signer.verifier.text

    whole = b"".join(desk.export(auditor))
    report = verify.check(io.BytesIO(whole), key, [kept, desk.checkpoint(auditor)], [header])
    assert report.status in {verify.EXIT_GOOD, verify.EXIT_OPEN}, report.lines
    assert any("1 receipts are honoured" in line for line in report.lines)

    size = int(kept.split("\n")[1])
    chosen = b"".join(desk.export_selection(auditor, UsageFilter(asset=asset), (size,)))
    report = verify.check(io.BytesIO(chosen), key, [kept], [header])
    assert report.status == verify.EXIT_GOOD, report.lines
    assert "3 selected entries" in "".join(report.lines)
    assert log.scalar("SELECT count(*) FROM au.event WHERE type = 'audit.log.exported'") == 2

    usage = AuditService(database=log.stack.database, clock=log.clock)
    (event,) = usage.usage(auditor, UsageFilter(asset=asset)).items
    assert event.event_id == logged.event_id
    assert event.log_index == log.scalar("SELECT leaf_index FROM au.leaf WHERE event_id = :i", i=event.event_id)
    assert event.log_index is not None


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE au.event SET entry = convert_to(replace(convert_from(entry, 'UTF8'), 'preview', 'removed'), 'UTF8')",
        "DELETE FROM au.event",
    ],
)
def test_an_event_the_owner_changed_or_deleted_is_named(log, desk, statement):
    """D27: whoever owns the tables can switch the guards off; the evidence still tells, and which entry it is."""
    log.write(40)
    log.sequencer().work()
    with log.stack.owner.unit() as unit:
        unit.connection.execute(text("ALTER TABLE au.event DISABLE TRIGGER USER"))
        where = "WHERE event_id = (SELECT event_id FROM au.leaf WHERE leaf_index = 17)"
        assert unit.connection.execute(text(f"{statement} {where}")).rowcount == 1
        unit.connection.execute(text("ALTER TABLE au.event ENABLE TRIGGER USER"))
    report = verify.check(io.BytesIO(b"".join(desk.export(None))), log.signer.verifier.text)
    assert report.wrong[0].startswith("entry 17 is not what was logged")


def test_the_service_says_when_the_log_is_refused(log, desk):
    assert desk.sound()
    assert desk.standing().state == "never"
    sequencer = log.sequencer()
    log.write(4)
    sequencer.work()
    log.write(2)
    sequencer.say()
    said = desk.standing()
    assert (said.state, said.size, said.published, said.waiting) == ("working", 5, 5, 2)
    assert abs(said.waiting_since - utc_now()) < timedelta(minutes=1)
    sequencer.fault = "FORK: two logs"
    sequencer.say()
    assert not desk.sound()
