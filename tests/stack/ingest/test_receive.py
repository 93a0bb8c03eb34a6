"""From upload to ready on real servers, and every way not to get there."""

import io
import json
from datetime import timedelta
from threading import Barrier, Thread

import pytest
from PIL import Image
from sqlalchemy import func, select, text

from dam.audit.events import EventType
from dam.catalogue import holdings
from dam.catalogue.asset import AssetState, RenditionKind
from dam.database.tables.catalogue import asset, rendition
from dam.database.unit import Database
from dam.ingest.checks import Upload
from dam.kernel.errors import BadImage, Duplicate, Invalid, NotAllowed, ServiceFault, TooMuch, WrongState
from dam.storage.keys import original_key
from tests.stack.archive import UPLOAD_LIMIT_BYTES, picture, sha256_of

pytestmark = pytest.mark.stack


def rendition_of(archive, asset_id, kind):
    with archive.stack.database.unit() as unit:
        return holdings.rendition(unit, asset_id, kind)


def state_of(archive, asset_id):
    return archive.asset(asset_id).state


def test_a_photograph_is_received_prepared_and_ready(archive):
    data = picture(1)
    received = archive.send(data, "柴世荣.jpg", title={"en": "Officers"}, date="1942-07")
    assert received.state is AssetState.RECEIVED
    stored = archive.asset(received.asset_id)
    assert stored.state is AssetState.RECEIVED
    assert stored.original.sha256 == sha256_of(data)
    assert archive.bytes_of("originals", stored.original.key) == data
    assert archive.intents() == 0

    assert archive.work() == 1
    done = archive.asset(received.asset_id)
    assert done.state is AssetState.READY
    assert (done.width_px, done.height_px, done.page_count) == (640, 420, 1)
    assert done.accession_number == received.accession_number
    assert archive.intents() == 0
    for kind, side in ((RenditionKind.THUMBNAIL, 400), (RenditionKind.PREVIEW, 640)):
        made = rendition_of(archive, received.asset_id, kind)
        held = archive.bytes_of("renditions", made.key)
        assert sha256_of(held) == made.sha256
        opened = Image.open(io.BytesIO(held))
        assert opened.size == (made.width_px, made.height_px)
        assert made.width_px == side
    assert archive.events(received.asset_id, EventType.ASSET_RECEIVED) == 1
    assert archive.events(received.asset_id, EventType.ASSET_PREPARED) == 1
    assert archive.work() == 0


def test_a_preview_carries_rights_and_credit_and_says_it_is_no_licence(archive):
    """D22: the one renderer marks and stamps whatever is shown."""
    asset_id = archive.send(picture(2)).asset_id
    archive.describe(asset_id, credit_line="[Photo exclusively provided to chinadaily.com.cn]")
    archive.work()
    preview = archive.bytes_of("renditions", rendition_of(archive, asset_id, RenditionKind.PREVIEW).key)
    assert b"PREVIEW \xe2\x80\x93 NOT LICENSED" in preview
    assert b"DMI-PROHIBITED" in preview
    assert b"[Photo exclusively provided to chinadaily.com.cn]" in preview
    assert archive.asset(asset_id).accession_number.encode() in preview


def test_the_original_is_locked_before_anybody_sees_it(archive):
    asset_id = archive.send(picture(3)).asset_id
    archive.work()
    held = archive.asset(asset_id).original
    found = archive.stack.s3.get_object_retention(Bucket="test-originals", Key=held.key, VersionId=held.version)
    assert found["Retention"]["RetainUntilDate"] > archive.at
    with pytest.raises(ServiceFault):
        archive.stores.originals.discard(held.key, held.version)


def test_the_same_bytes_are_recognised_whatever_the_name(archive):
    data = picture(4)
    first = archive.send(data, "one.jpg")
    with pytest.raises(Duplicate) as caught:
        archive.send(data, "another name.tif")
    assert caught.value.extra["asset"] == str(first.asset_id)
    assert archive.one(select(func.count()).where(asset.c.sha256 == sha256_of(data))) == 1
    assert archive.intents() == 0
    archive.work()


def test_eight_at_once_with_the_same_bytes_make_exactly_one_photograph(archive):
    data, start, ended = picture(5), Barrier(8), []

    def send() -> None:
        start.wait()
        try:
            ended.append(archive.send(data).asset_id)
        except Duplicate as held:
            ended.append(str(held.extra["asset"]))

    threads = [Thread(target=send) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(ended) == 8
    winners = [one for one in ended if not isinstance(one, str)]
    assert len(winners) == 1
    assert {str(one) for one in ended} == {str(winners[0])}
    assert archive.one(select(func.count()).where(asset.c.sha256 == sha256_of(data))) == 1
    assert archive.events(winners[0], EventType.ASSET_RECEIVED) == 1
    assert archive.intents() == 0
    assert archive.work() == 1


@pytest.mark.parametrize(
    ("data", "code"), [(b"", "empty"), (b"plain text", "not_an_image"), (b"/etc/hosts", "not_an_image")]
)
def test_what_is_no_image_is_refused_at_once_and_nothing_is_kept(archive, data, code):
    before = archive.one(select(func.count()).select_from(asset))
    with pytest.raises(BadImage) as caught:
        archive.send(data)
    assert caught.value.code == code
    assert archive.one(select(func.count()).select_from(asset)) == before
    assert archive.intents() == 0
    assert archive.bytes_of("originals", original_key(sha256_of(data))) is None


def test_a_file_over_the_limit_is_refused_before_it_is_stored(archive):
    data = picture(6) + bytes(UPLOAD_LIMIT_BYTES)
    with pytest.raises(TooMuch):
        archive.send(data)
    assert archive.bytes_of("originals", original_key(sha256_of(data))) is None


def test_a_faulty_description_is_told_field_by_field_before_anything_is_stored(archive):
    data = picture(7)
    with pytest.raises(Invalid) as caught:
        archive.send(data, date="yesterday", title={"fr": "x"})
    assert {fault.field for fault in caught.value.faults} == {"description.date", "description.title.fr"}
    assert archive.bytes_of("originals", original_key(sha256_of(data))) is None


@pytest.mark.parametrize("who", ["manager", "partner", "auditor", "administrator", "curator"])
def test_only_an_archivist_brings_photographs_in(archive, who):
    with pytest.raises(NotAllowed):
        archive.ingest.receive(getattr(archive, who), Upload(io.BytesIO(picture(8)), "x.jpg"))


def test_a_broken_photograph_is_quarantined_with_a_sentence_in_both_languages(archive):
    asset_id = archive.send(picture(9)[:5000]).asset_id
    archive.work()
    held = archive.asset(asset_id)
    assert held.state is AssetState.QUARANTINED
    assert held.reason_code == "truncated"
    assert "ends before" in held.reason.en
    assert "中断" in held.reason.zh
    assert archive.events(asset_id, EventType.ASSET_QUARANTINED) == 1
    assert archive.one(select(func.count()).where(rendition.c.asset_id == asset_id)) == 0
    assert archive.work() == 0


def test_a_26_byte_bomb_is_quarantined_and_the_worker_lives(archive):
    bomb = bytes.fromhex("49492a000800000001000f0102000000007000000000000000 00".replace(" ", ""))
    assert len(bomb) == 26
    asset_id = archive.send(bomb, "bomb.tif").asset_id
    archive.work()
    assert state_of(archive, asset_id) is AssetState.QUARANTINED
    assert archive.asset(asset_id).reason.zh
    after = archive.send(picture(10)).asset_id
    archive.work()
    assert state_of(archive, after) is AssetState.READY


def test_a_quarantined_photograph_can_be_tried_again_by_an_archivist(archive):
    asset_id = archive.send(picture(11)[:5000]).asset_id
    archive.work()
    with pytest.raises(NotAllowed):
        archive.ingest.retry(archive.partner, asset_id)
    archive.ingest.retry(archive.archivist, asset_id)
    assert state_of(archive, asset_id) is AssetState.RECEIVED
    assert archive.work() == 1
    assert archive.asset(asset_id).reason_code == "truncated"
    assert archive.events(asset_id, EventType.ASSET_RELEASED) == 1
    ready = archive.ready()
    with pytest.raises(WrongState):
        archive.ingest.retry(archive.archivist, ready)


def test_a_photograph_that_used_up_its_attempts_says_so_and_telling_twice_changes_nothing(archive):
    asset_id = archive.new()
    archive.ingest.on_exhausted(asset_id)
    archive.ingest.on_exhausted(asset_id)
    assert archive.asset(asset_id).reason_code == "processing_failed"
    assert archive.events(asset_id, EventType.ASSET_QUARANTINED) == 1
    ready = archive.ready()
    archive.ingest.on_exhausted(ready)
    assert state_of(archive, ready) is AssetState.READY
    archive.work()


class Broken:
    """An object store that does not answer."""

    def __getattr__(self, name):
        def fail(*args, **kwargs):
            raise ServiceFault("s3")

        return fail


def test_with_the_object_store_down_nothing_is_taken_in(archive):
    data = picture(12)
    before = archive.one(select(func.count()).select_from(asset))
    events = archive.events(None, EventType.ASSET_RECEIVED)
    with pytest.raises(ServiceFault):
        archive.ingest_with(originals=Broken()).receive(archive.archivist, Upload(io.BytesIO(data), "x.jpg"))
    assert archive.one(select(func.count()).select_from(asset)) == before
    assert archive.events(None, EventType.ASSET_RECEIVED) == events
    assert archive.work() == 0
    assert archive.send(data).state is AssetState.RECEIVED
    archive.work()
    archive.at += timedelta(hours=2)
    archive.ingest.sweep()
    archive.at -= timedelta(hours=2)
    assert archive.intents() == 0


def test_with_the_object_store_down_a_worker_loses_nothing(archive):
    asset_id = archive.new()
    (queued,) = archive.rows(text("SELECT id FROM job WHERE state = 'queued'"))
    archive.jobs.run(queued.id, archive.ingest_with(renditions=Broken()).prepare)
    assert state_of(archive, asset_id) is AssetState.PROCESSING
    (held,) = archive.rows(text(f"SELECT state, attempts, infra FROM job WHERE id = {queued.id}"))
    assert (held.state, held.attempts, held.infra) == ("queued", 0, 1)
    with archive.stack.owner.unit() as unit:
        unit.connection.execute(text("UPDATE job SET next_at = now() WHERE state = 'queued'"))
    assert archive.work() == 1
    assert state_of(archive, asset_id) is AssetState.READY


class Failing(Database):
    """A database whose commit fails the n-th time."""

    def __init__(self, engine, fails_at):
        super().__init__(engine)
        self.left = fails_at

    def unit(self):
        self.left -= 1
        if self.left == 0:
            raise ServiceFault("postgresql")
        return super().unit()


def test_an_object_whose_commit_failed_is_removed_by_the_sweep_and_by_nothing_sooner(archive):
    data = picture(13)
    key = original_key(sha256_of(data))
    failing = archive.ingest_with(database=Failing(archive.stack.database.engine, 2))
    with pytest.raises(ServiceFault):
        failing.receive(archive.archivist, Upload(io.BytesIO(data), "x.jpg"))
    assert archive.bytes_of("originals", key) == data
    assert archive.one(select(func.count()).where(asset.c.sha256 == sha256_of(data))) == 0

    archive.at += timedelta(minutes=59)
    archive.ingest.sweep()
    assert archive.bytes_of("originals", key) == data
    archive.at += timedelta(minutes=2)
    assert archive.ingest.sweep() == 1
    assert archive.bytes_of("originals", key) is None
    assert archive.events(None, EventType.UPLOAD_DISCARDED) == 1
    assert archive.intents() == 0
    assert archive.ingest.sweep() == 0

    received = archive.send(data)
    archive.work()
    assert state_of(archive, received.asset_id) is AssetState.READY
    assert archive.bytes_of("originals", key) == data


def test_a_sweep_never_takes_an_original_that_found_its_owner(archive):
    data = picture(14)
    failing = archive.ingest_with(database=Failing(archive.stack.database.engine, 2))
    with pytest.raises(ServiceFault):
        failing.receive(archive.archivist, Upload(io.BytesIO(data), "x.jpg"))
    received = archive.send(data)
    archive.at += timedelta(hours=3)
    assert archive.ingest.sweep() == 0
    archive.at -= timedelta(hours=3)
    assert archive.bytes_of("originals", archive.asset(received.asset_id).original.key) == data
    assert archive.intents() == 0
    archive.work()


def test_an_upload_that_outlived_its_hour_is_not_taken_in_over_a_swept_object(archive):
    """The slow writer loses to the sweep as a whole: no photograph without its original."""
    data = picture(15)
    originals = archive.stores.originals

    class Slow:
        def put(self, *args):
            stored = originals.put(*args)
            archive.at += timedelta(hours=2)
            assert archive.ingest.sweep() == 1
            return stored

    with pytest.raises(ServiceFault):
        archive.ingest_with(originals=Slow()).receive(archive.archivist, Upload(io.BytesIO(data), "x.jpg"))
    assert archive.one(select(func.count()).where(asset.c.sha256 == sha256_of(data))) == 0
    assert archive.bytes_of("originals", original_key(sha256_of(data))) is None


def test_a_changed_credit_line_marks_the_preview_anew_and_the_old_one_goes(archive):
    asset_id = archive.send(picture(16)).asset_id
    archive.work()
    before = rendition_of(archive, asset_id, RenditionKind.PREVIEW)
    archive.describe(asset_id, credit_line="A new credit line")
    assert archive.work() == 1
    after = rendition_of(archive, asset_id, RenditionKind.PREVIEW)
    assert after.key != before.key
    assert b"A new credit line" in archive.bytes_of("renditions", after.key)
    assert archive.events(asset_id, EventType.ASSET_REMARKED) == 1
    assert archive.events(asset_id, EventType.ASSET_PREPARED) == 1
    assert state_of(archive, asset_id) is AssetState.READY
    archive.at += timedelta(minutes=2)
    assert archive.ingest.sweep() >= 1
    assert archive.bytes_of("renditions", before.key) is None
    assert archive.bytes_of("renditions", after.key) is not None


def test_the_newest_words_win_whichever_worker_ends_last(archive):
    asset_id = archive.send(picture(17)).asset_id
    archive.work()
    archive.describe(asset_id, credit_line="First")
    archive.describe(asset_id, credit_line="Second")
    older, newer = archive.rows(text("SELECT id FROM job WHERE state = 'queued' ORDER BY id"))
    put = archive.stores.renditions.put

    class Interrupted:
        """While the older job stores its renditions, the newer one runs from start to end."""

        done = False

        def put(self, *args):
            if not self.done:
                self.done = True
                archive.describe(asset_id, credit_line="Third")
                archive.work()
            return put(*args)

    archive.jobs.run(older.id, archive.ingest_with(renditions=Interrupted()).prepare)
    preview = archive.bytes_of("renditions", rendition_of(archive, asset_id, RenditionKind.PREVIEW).key)
    assert b"Third" in preview
    assert archive.one(text(f"SELECT state FROM job WHERE id = {newer.id}")) == "done"
    assert archive.work() == 0


def test_a_photograph_withdrawn_while_it_was_worked_on_stays_withdrawn(archive):
    asset_id = archive.send(picture(18)).asset_id
    put = archive.stores.renditions.put

    class Interrupted:
        def put(self, *args):
            if state_of(archive, asset_id) is AssetState.PROCESSING:
                archive.catalogue.withdraw(archive.archivist, asset_id, "asked")
            return put(*args)

    (queued,) = archive.rows(text("SELECT id FROM job WHERE state = 'queued'"))
    archive.jobs.run(queued.id, archive.ingest_with(renditions=Interrupted()).prepare)
    assert state_of(archive, asset_id) is AssetState.WITHDRAWN
    assert archive.one(select(func.count()).where(rendition.c.asset_id == asset_id)) == 0
    archive.at += timedelta(hours=2)
    assert archive.ingest.sweep() >= 2
    listed = archive.stack.s3.list_objects_v2(Bucket="test-renditions", Prefix=str(asset_id))
    assert listed["KeyCount"] == 0


@pytest.mark.corpus
def test_every_hostile_name_is_kept_as_a_label_and_never_a_path(archive, corpus):
    for number, name in enumerate(json.loads((corpus / "names.json").read_text(encoding="utf-8"))):
        asset_id = archive.send(picture(100 + number, 80, 60), name).asset_id
        held = archive.asset(asset_id).original
        assert held.file_name == name.replace("\u202e", "")
        assert held.key == original_key(held.sha256)
        shown = archive.catalogue.asset(archive.archivist, asset_id).file_name
        assert shown == held.file_name
    archive.work()
