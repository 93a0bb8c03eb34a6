"""Deeds on real servers: kept once, locked, read only after it was written down, and nothing lost on the way."""

import io
import os
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import SQLAlchemyError

from dam.audit.events import EventType
from dam.database.tables.rights_deeds import agreement_deed, deed_intent
from dam.kernel.errors import Duplicate, IntegrityFault, Invalid, NotAllowed, NotFound, ServiceFault
from dam.kernel.hashing import sha256_hex
from dam.kernel.ids import AgreementId, DeedId, new_id
from dam.rights.deed import DeedFile
from dam.rights.deeds import DeedPolicy, DeedService
from dam.rights.odrl import agreement_policy, hash_iri
from dam.rights.odrl_reading import read_agreement
from dam.rights.odrl_terms import Iris
from dam.storage.keys import original_key
from tests.stack.rights.conftest import Archive

pytestmark = pytest.mark.stack

POLICY = DeedPolicy(limit_bytes=1_000_000, retention=timedelta(hours=1))


class Broken:
    """The real bucket, but one verb fails as if the store were away."""

    def __init__(self, bucket, verb):
        self._bucket, self._verb = bucket, verb

    def __getattr__(self, name):
        if name == self._verb:
            raise ServiceFault("s3")
        return getattr(self._bucket, name)


class Drawer:
    """One agreement, and the drawer of its deeds."""

    def __init__(self, archive: Archive):
        self.archive, self.at = archive, datetime.now(UTC)
        self.bucket = archive.stack.house.stores.deeds
        self.service = self.with_bucket(self.bucket)
        self.agreement = self.agreed()

    def with_bucket(self, bucket):
        return DeedService(database=self.archive.database, clock=lambda: self.at, deeds=bucket, policy=POLICY)

    def agreed(self):
        return self.archive.open_supply(self.archive.photograph())

    def attach(self, data, supersedes=None, agreement=None, service=None):
        file = DeedFile(io.BytesIO(data), "deed.pdf")
        return (service or self.service).attach(self.archive.manager, agreement or self.agreement, file, supersedes)

    def deeds(self):
        return self.service.deeds(self.archive.auditor, self.agreement)

    def events(self, kind):
        entry = text("SELECT convert_from(entry, 'UTF8')::jsonb FROM au.event WHERE type = :type ORDER BY event_id")
        with self.archive.stack.owner.unit() as unit:
            return list(unit.connection.execute(entry, {"type": kind.value}).scalars())

    def rows(self, table):
        with self.archive.stack.owner.unit() as unit:
            return unit.connection.execute(select(table)).all()

    def stored(self, data):
        try:
            self.bucket.open(original_key(sha256_hex(data))).close()
        except IntegrityFault:
            return False
        return True


def deed_bytes():
    return b"%PDF-1.7 " + os.urandom(300_000)


@pytest.fixture(scope="module")
def drawer(stack):
    return Drawer(Archive(stack))


def test_a_deed_comes_back_byte_for_byte_and_each_reading_is_written_down(drawer):
    data = deed_bytes()
    deed_id = drawer.attach(data)
    (held,) = drawer.deeds()
    assert (held.deed_id, held.sha256, held.size_bytes) == (deed_id, sha256_hex(data), len(data))
    attached = drawer.events(EventType.DEED_ATTACHED)[-1]
    assert (attached["agr"], attached["more"]["sha256"]) == (str(drawer.agreement), held.sha256)
    for reader in (drawer.archive.archivist, drawer.archive.manager, drawer.archive.auditor):
        before = drawer.events(EventType.DEED_READ)
        opened = drawer.service.fetch(reader, drawer.agreement, deed_id)
        # Read before the first byte is taken; two events of one microsecond have no order, so it is found by itself.
        (told,) = [event for event in drawer.events(EventType.DEED_READ) if event not in before]
        assert (told["actor"], told["more"]["deed"]) == (str(reader.person_id), str(deed_id))
        assert b"".join(opened.body.chunks) == data
        opened.body.close()


def test_who_may_not_is_refused(drawer):
    partner = drawer.archive.partner
    deed_id = drawer.attach(deed_bytes())
    for attempt in (
        lambda: drawer.service.attach(partner, drawer.agreement, DeedFile(io.BytesIO(deed_bytes()), "x")),
        lambda: drawer.service.attach(drawer.archive.auditor, drawer.agreement, DeedFile(io.BytesIO(deed_bytes()), "")),
        lambda: drawer.service.deeds(partner, drawer.agreement),
        lambda: drawer.service.fetch(partner, drawer.agreement, deed_id),
    ):
        with pytest.raises(NotAllowed):
            attempt()


def test_a_deed_belongs_to_its_agreement_alone(drawer):
    deed_id, other = drawer.attach(deed_bytes()), drawer.agreed()
    for agreement, deed in ((other, deed_id), (drawer.agreement, DeedId(new_id()))):
        with pytest.raises(NotFound):
            drawer.service.fetch(drawer.archive.manager, agreement, deed)
    with pytest.raises(NotFound):
        drawer.attach(deed_bytes(), agreement=AgreementId(new_id()))
    with pytest.raises(Invalid):
        drawer.attach(deed_bytes(), supersedes=deed_id, agreement=other)


def test_the_same_deed_twice_is_told_and_a_newer_one_takes_the_place_of_one_only_once(drawer):
    data = deed_bytes()
    first = drawer.attach(data)
    with pytest.raises(Duplicate) as again:
        drawer.attach(data)
    assert again.value.extra["deed"] == str(first)
    second = drawer.attach(deed_bytes(), supersedes=first)
    with pytest.raises(Invalid) as twice:
        drawer.attach(deed_bytes(), supersedes=first)
    assert [fault.field for fault in twice.value.faults] == ["supersedes"]
    held = {deed.deed_id: deed for deed in drawer.deeds()}
    assert (held[first].superseded_by, held[second].supersedes) == (second, first)
    assert drawer.stored(data), "what was superseded stays"


def test_of_many_that_attach_the_same_at_once_one_wins(drawer):
    data, agreement = deed_bytes(), drawer.agreed()

    def attempt(_):
        try:
            return drawer.attach(data, agreement=agreement)
        except Duplicate:
            return None

    with ThreadPoolExecutor(6) as pool:
        won = [found for found in pool.map(attempt, range(6)) if found]
    assert len(won) == 1
    assert [deed.deed_id for deed in drawer.service.deeds(drawer.archive.manager, agreement)] == won
    drawer.at += timedelta(hours=2)
    drawer.service.sweep()
    assert drawer.stored(data)
    assert drawer.rows(deed_intent) == []


def test_one_object_serves_two_agreements_and_outlives_a_failed_third(drawer):
    data = deed_bytes()
    drawer.attach(data, agreement=drawer.agreed())
    drawer.attach(data, agreement=drawer.agreed())
    with pytest.raises(ServiceFault):
        drawer.attach(data, service=drawer.with_bucket(Broken(drawer.bucket, "put")))
    drawer.at += timedelta(hours=2)
    drawer.service.sweep()
    assert drawer.stored(data)
    assert drawer.rows(deed_intent) == []


def test_a_file_that_never_became_a_deed_is_removed_and_that_is_written_down(drawer, monkeypatch):
    data, before = deed_bytes(), drawer.deeds()
    with monkeypatch.context() as patched:
        patched.setattr("dam.rights.deeds_store.add", lambda *_args, **_values: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            drawer.attach(data)
    assert drawer.stored(data)
    drawer.service.sweep()
    assert drawer.stored(data), "its writer might still be at work"
    drawer.at += timedelta(hours=2)
    drawer.service.sweep()
    assert not drawer.stored(data)
    assert drawer.events(EventType.DEED_DISCARDED)[-1]["more"]["key"] == original_key(sha256_hex(data))
    assert drawer.deeds() == before
    assert drawer.attach(data)


def test_a_deed_cannot_be_deleted_from_the_store_nor_from_the_database(drawer):
    deed_id = drawer.attach(deed_bytes(), service=drawer.with_bucket(Broken(drawer.bucket, "lock")))
    (row,) = [row for row in drawer.rows(agreement_deed) if row.id == deed_id]
    assert row.locked_until is None
    assert drawer.service.sweep() >= 1
    (row,) = [row for row in drawer.rows(agreement_deed) if row.id == deed_id]
    assert row.locked_until is not None
    with pytest.raises(ServiceFault):
        drawer.bucket.discard(original_key(row.sha256), row.object_version)
    for forbidden in ("DELETE FROM agreement_deed", "UPDATE agreement_deed SET sha256 = sha256"):
        with pytest.raises(SQLAlchemyError, match="permission denied"), drawer.archive.database.unit() as unit:
            unit.connection.execute(text(forbidden))


def test_a_damaged_deed_is_never_sent_whole(drawer, stack):
    data = deed_bytes()
    deed_id = drawer.attach(data)
    damaged = data[:-1] + bytes([data[-1] ^ 1])
    stack.s3.put_object(Bucket="test-deeds", Key=original_key(sha256_hex(data)), Body=damaged)
    opened = drawer.service.fetch(drawer.archive.manager, drawer.agreement, deed_id)
    sent = []
    with pytest.raises(IntegrityFault):
        sent.extend(opened.body.chunks)
    opened.body.close()
    assert sum(map(len, sent)) < len(data)


def test_the_document_of_an_agreement_names_its_deeds(drawer):
    agreement, data = drawer.agreed(), deed_bytes()
    drawer.attach(data, agreement=agreement)
    found = drawer.archive.rights.agreement(drawer.archive.manager, agreement)
    iris = Iris("https://archive.example", drawer.archive.house)
    said = agreement_policy(found, iris)
    assert said["dct:source"] == [{"@id": hash_iri(sha256_hex(data))}]
    assert read_agreement(said, iris).holder == found.agreement.holder_id
