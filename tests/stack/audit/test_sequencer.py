"""The sequencer on a real PostgreSQL and a real bucket."""

import threading
from datetime import timedelta

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from dam.audit import log_store, merkle
from dam.audit.checkpoint import Signer, open_checkpoint
from dam.audit.publishing import DatabaseTiles
from dam.audit.tiles import Tile, TileHashes, entries_of, hashes_of, tiles_between
from dam.kernel.errors import ServiceFault


def leaves(log):
    with log.stack.owner.unit() as unit:
        return list(unit.connection.execute(text("SELECT leaf_hash FROM au.leaf ORDER BY leaf_index")).scalars())


def dense(log):
    return log.scalar("SELECT count(*) = max(leaf_index) + 1 AND min(leaf_index) = 0 FROM au.leaf")


def refusal(database, statement):
    with pytest.raises(DBAPIError) as caught, database.unit() as unit:
        unit.connection.execute(text(statement))
    return str(caught.value.orig)


def test_every_event_gets_one_place_and_the_bucket_holds_the_log(log):
    sequencer = log.sequencer(batch=100)
    written = log.write(523)
    sequencer.work()
    sequencer.work()
    size = log.published().size
    assert size == 524  # and the log's own key, announced by itself
    assert dense(log)
    assert log.scalar("SELECT count(*) FROM au.pending") == 0
    placed = "SELECT array_agg(event_id ORDER BY leaf_index) FROM au.leaf WHERE event_id = ANY(:i)"
    assert log.scalar(placed, i=written) == written

    frontier = merkle.Frontier.empty()
    for index in range(0, size, 256):
        width = min(256, size - index)
        entries = entries_of(log.shelf.read(Tile("entries", index // 256, width).path), width)
        hashes = hashes_of(log.shelf.read(Tile(0, index // 256, width).path), width)
        assert hashes == [merkle.leaf_hash(entry) for entry in entries]
        for leaf in hashes:
            list(frontier.push(leaf))
    assert frontier.root() == log.published().root
    assert hashes_of(log.shelf.read("tile/1/000.p/2"), 2) == DatabaseTiles(log.stack.database).hashes(Tile(1, 0, 2))


def test_checkpoints_of_every_batch_are_consistent(log):
    sequencer = log.sequencer(batch=37)
    for count in (5, 300, 1, 64):
        log.write(count)
        sequencer.work()
    with log.stack.owner.unit() as unit:
        notes = list(unit.connection.execute(text("SELECT note FROM au.checkpoint ORDER BY size")).scalars())
    heads = [open_checkpoint(note, log.signer.verifier) for note in notes]
    assert len(heads) > 10
    tree = TileHashes(heads[-1].size, DatabaseTiles(log.stack.database))
    for old in heads:
        proof = merkle.consistency_proof(old.size, heads[-1].size, tree)
        assert merkle.extends(old.size, heads[-1].size, proof, old.root, heads[-1].root)


def test_nothing_to_do_signs_nothing(log):
    sequencer = log.sequencer()
    sequencer.work()
    before = log.scalar("SELECT count(*) FROM au.checkpoint")
    sequencer.work()
    assert log.scalar("SELECT count(*) FROM au.checkpoint") == before == 1


def test_of_two_sequencers_one_works_and_the_other_takes_over(log):
    first, second = log.sequencer(), log.sequencer()
    log.write(10)
    first.work()
    log.write(10)
    second.work()
    assert log.published().size == 11
    assert log.scalar("SELECT count(*) FROM au.pending") == 10
    first.database.close()
    second.work()
    assert log.published().size == 21
    assert dense(log)


def test_two_at_once_under_load_leave_no_gap(log):
    """The turn is taken back and forth by closing connections; places stay dense and every event has one."""
    over = threading.Event()

    def work(sequencer):
        while not over.is_set():
            sequencer.work()
            sequencer.database.close()

    threads = [threading.Thread(target=work, args=(log.sequencer(batch=20),)) for _ in range(2)]
    for thread in threads:
        thread.start()
    log.write(300)
    over.set()
    for thread in threads:
        thread.join()
    last = log.sequencer()
    last.work()
    last.work()
    assert dense(log)
    assert log.scalar("SELECT count(*) FROM au.leaf") == log.scalar("SELECT count(*) FROM au.event")
    assert log.published().size == log.scalar("SELECT count(*) FROM au.leaf")


def test_a_database_that_is_older_than_the_bucket_is_refused(log):
    """Restored from a backup, the log would fork: nothing is signed, and it is said."""
    log.write(19)
    log.sequencer().work()
    backup = log.copy(f"{log.stack.name}_backup")
    log.write(31)
    log.sequencer().work()
    before = log.published()
    assert before.size == 51
    restored = log.sequencer(url=backup)
    log.write(5, restored.database)
    restored.work()
    restored.work()
    assert restored.fault.startswith("ROLLBACK: 51 entries were published, the database holds 20")
    with restored.database.unit() as unit:
        said = log_store.spoken(unit)
        assert log_store.newest_checkpoint(unit)[0] == 20
    assert (said.state, said.fault, said.waiting) == ("refused", restored.fault, 5)
    assert log.published() == before

    _forget_the_bucket_is_ahead(log, restored, 40)
    assert restored.fault.startswith("FORK: the first 51 entries are not those that were published")
    assert log.published() == before


def _forget_the_bucket_is_ahead(log, restored, count):
    """Let the restored database grow past what was published, as an operator in a hurry might."""
    log.write(count, restored.database)
    with restored.database.unit() as unit:
        grown = log_store.frontier(unit, lock=True)
        restored._edge = (grown.size, grown.root())
    assert restored.sequence() == 45
    restored._edge, restored._look_at_s = None, 0.0
    restored.work()


def test_another_key_is_refused(log):
    log.write(5)
    log.sequencer().work()
    log.made[0].database.close()
    other = log.sequencer(signer=Signer(log.signer.name, b"x" * 32))
    other.work()
    assert other.fault.startswith("KEY: ")
    assert log.scalar("SELECT count(*) FROM au.checkpoint") == 1


def test_other_bytes_in_the_bucket_are_a_fork(log):
    sequencer = log.sequencer()
    sequencer.work()
    log.shelf.offer("tile/0/000.p/6", b"not what will be published")
    log.write(5)
    sequencer.work()
    assert sequencer.fault.startswith("FORK: ")
    assert log.published().size == 1


def test_a_published_end_that_is_lost_is_published_again(log):
    sequencer = log.sequencer()
    log.write(300)
    sequencer.work()
    before = log.published()
    sequencer.database.close()
    for key in ["checkpoint", *log.shelf.offered()]:
        log.stack.s3.delete_object(Bucket=f"{log.prefix}log-end", Key=key)
    log.sequencer().work()
    log.write(1)
    log.made[-1].work()
    assert log.published().size == before.size + 1


def test_what_is_locked_cannot_be_deleted_and_what_is_unfinished_is_swept(log):
    sequencer = log.sequencer()
    log.write(260)
    sequencer.work()
    log.write(3)
    sequencer.work()
    kept = set(log.shelf.kept(""))
    anchor = next(key for key in kept if key.startswith("anchors/"))
    assert kept == {anchor, *(tile.path for tile in tiles_between(0, 261))}, "the hour's anchor, and full tiles"
    for key in (anchor, "tile/entries/000"):
        version = log.stack.s3.head_object(Bucket=f"{log.prefix}log", Key=key)["VersionId"]
        with pytest.raises(Exception, match="AccessDenied"):
            log.stack.s3.delete_object(Bucket=f"{log.prefix}log", Key=key, VersionId=version)

    assert "tile/0/001.p/5" in set(log.shelf.offered())
    log.ahead = timedelta(minutes=3)
    sequencer.sweep()
    assert set(log.shelf.offered()) == {"tile/0/001.p/8", "tile/entries/001.p/8", "tile/1/000.p/1"}
    log.ahead = timedelta(hours=2)
    log.write(1)
    sequencer.work()
    assert len(list(log.shelf.kept("anchors/"))) == 2


def test_while_the_bucket_is_away_places_are_given_and_nothing_is_handed_out(log, monkeypatch):
    sequencer = log.sequencer()
    sequencer.work()

    def away(*_words, **_named):
        raise ServiceFault("s3")

    monkeypatch.setattr(sequencer.publisher.shelf._end, "replace", away)
    log.write(20)
    sequencer.work()
    assert log.scalar("SELECT count(*) FROM au.leaf") == 21
    with log.stack.database.unit() as unit:
        assert log_store.published(unit)[0] == 1
    monkeypatch.undo()
    sequencer._publish_at_s = 0
    sequencer.work()
    assert log.published().size == 21
    with log.stack.database.unit() as unit:
        assert log_store.published(unit)[0] == 21


def test_an_answer_of_the_bucket_that_was_lost_is_found_out(log, monkeypatch):
    """The checkpoint was stored, its answer never came: the next round sees it there and goes on."""
    sequencer = log.sequencer()
    sequencer.work()
    shelf, whole = sequencer.publisher.shelf._end, sequencer.publisher.shelf._end.replace

    def lost(*words, **named):
        whole(*words, **named)
        raise ServiceFault("s3")

    monkeypatch.setattr(shelf, "replace", lost)
    log.write(2)
    sequencer.work()
    monkeypatch.undo()
    sequencer._publish_at_s = 0
    log.write(2)
    for _ in range(3):
        sequencer.work()
    assert log.published().size == 5
    assert sequencer.fault is None


def test_nobody_changes_what_has_its_place(log):
    """D27: the service may only read; the sequencer may only add; guards stop the owner."""
    log.write(300)
    sequencer = log.sequencer()
    sequencer.work()
    columns = {"leaf": "leaf_hash", "node": "hash", "checkpoint": "note", "publication": "size", "head": "size"}
    for table, column in columns.items():
        change = f"UPDATE au.{table} SET {column} = {column}"
        for statement in (change, f"DELETE FROM au.{table}", f"TRUNCATE au.{table}"):
            assert "permission denied" in refusal(log.stack.database, statement)
            said = refusal(log.stack.owner, statement)
            assert "never changed" in said or "only grows" in said
            if statement != "UPDATE au.head SET size = size":
                assert "permission denied" in refusal(sequencer.database, statement)


def test_the_service_gives_no_places_and_the_sequencer_does_nothing_else(log):
    """D27."""
    for statement in (
        "SELECT * FROM au.head",
        "SELECT * FROM au.pending",
        "INSERT INTO au.leaf VALUES (9, gen_random_uuid(), '')",
        "UPDATE au.sequencer SET state = 'working'",
        "INSERT INTO au.checkpoint VALUES (9, '', now())",
    ):
        assert "permission denied" in refusal(log.stack.database, statement)
    sequencer = log.sequencer()
    for statement in (
        "SELECT * FROM person",
        "UPDATE au.event SET entry = entry",
        "DELETE FROM au.event",
        "INSERT INTO au.pending VALUES (gen_random_uuid())",
        "SELECT au.extend(1)",
    ):
        assert "permission denied" in refusal(sequencer.database, statement)
