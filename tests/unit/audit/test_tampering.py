"""Sixteen ways to cheat with the log, each tried, and what each of them is noticed by.

| attack | noticed with |
|---|---|
| entries edited, deleted, swapped, inserted; a file missing; hashes edited too | the key |
| another key; a checkpoint of another size or root | the key |
| the end cut off and signed anew | a kept checkpoint newer than the cut, or a receipt of the cut |
| a row edited or removed and everything signed anew; two logs | any kept checkpoint that covers the row |
| an event dropped before it was given a place | the receipt of the download, and nothing else |
| an event that was never written | nothing in the log: only the comparison with what was sent |
"""

import io
import json
import random
import zipfile
from datetime import UTC, datetime, timedelta

import pytest

from dam.audit import merkle, verify
from dam.audit.bundle import Chosen, Head, selection_bundle, whole_bundle
from dam.audit.canonical import canonical_bytes
from dam.audit.checkpoint import Checkpoint, Signer, sign
from dam.audit.identity import new_event_id
from dam.audit.receipt import Receipts
from dam.audit.tiles import TileHashes, bundle, entries_of

ORIGIN = "archive.example/log"
LOG_KEY = Signer(ORIGIN, b"l" * 32)
RECEIPTS = Receipts.of(ORIGIN, "a secret of the web process, long enough")
START = datetime(2026, 11, 22, 8, tzinfo=UTC)
SIZE, CUT, EDITED, DROPPED = 700, 640, 300, 690
MADE_AT = START + timedelta(hours=2)


def entry(number, at, **more):
    event_id = new_event_id(at)
    told = {"v": 1, "id": str(event_id), "at": at.strftime("%Y-%m-%dT%H:%M:%S.%fZ"), "type": "delivery.copy.delivered"}
    return event_id, canonical_bytes(told | {"bytes": number} | more)


def announcement(key):
    more = {"use": "receipts", "origin": ORIGIN, "key": key.text}
    return entry(0, START, type="audit.key.announced", more=more)


class Log:
    """A log in memory, signed by whoever holds the key."""

    def __init__(self, entries, key=LOG_KEY):
        self.all, self.key = list(entries), key
        self.rows = {0: [merkle.leaf_hash(one) for one in self.all]}
        full = range(0, len(self.all) - 255, 256)
        self.rows[1] = [merkle.complete_root(self.rows[0][at : at + 256]) for at in full]

    def hashes(self, tile):
        return self.rows[tile.level][tile.first : tile.first + tile.width]

    def entries(self, tile):
        return self.all[tile.first : tile.first + tile.width]

    def note(self, size=None):
        size = len(self.all) if size is None else size
        root = merkle.root(size, TileHashes(len(self.all), self))
        return sign(Checkpoint(ORIGIN, size, root).text, [self.key])

    def head(self, note=None):
        return Head(ORIGIN, len(self.all), note or self.note(), {"log": [self.key.verifier.text]})

    def export(self, note=None):
        return b"".join(whole_bundle(self.head(note), self, MADE_AT))


IDS, ENTRIES = zip(
    announcement(RECEIPTS.signer.verifier),
    *(entry(number, START + timedelta(seconds=number)) for number in range(1, SIZE)),
    strict=True,
)
TRUE = Log(ENTRIES)
BUNDLE = TRUE.export()
OLD, NEWER = TRUE.note(500), TRUE.note(660)
RECEIPT = RECEIPTS.sign(IDS[DROPPED], merkle.leaf_hash(ENTRIES[DROPPED]))


def checked(data, old=(), receipts=(), key=LOG_KEY):
    return verify.check(io.BytesIO(data), key.verifier.text, old, receipts)


def rezipped(change):
    """Return the bundle with its files changed."""
    with zipfile.ZipFile(io.BytesIO(BUNDLE)) as file:
        members = {name: file.read(name) for name in file.namelist()}
    change(members)
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as file:
        for name, data in members.items():
            file.writestr(name, data)
    return out.getvalue()


def with_entries(index, change):
    """Change one entry bundle of the export."""

    def do(members):
        name = f"tile/entries/{index:03}"
        entries = entries_of(members[name], 256)
        change(entries)
        members[name] = bundle(entries)

    return rezipped(do)


def edited(members):
    name, leaf_name = "tile/entries/001", "tile/0/001"
    entries = entries_of(members[name], 256)
    entries[EDITED - 256] = entries[EDITED - 256].replace(b'"bytes":300', b'"bytes":999')
    members[name] = bundle(entries)
    members[leaf_name] = b"".join(map(merkle.leaf_hash, entries))


def said(old, new):
    return lambda members: members.update(checkpoint=members["checkpoint"].replace(old, new))


def swap(entries):
    entries[44], entries[45] = entries[45], entries[44]


def edit(entries):
    entries[44] = entries[44].replace(b'"bytes":300', b'"bytes":999')


def without(*positions):
    return [one for at, one in enumerate(ENTRIES) if at not in positions]


def rewritten():
    return [one.replace(b'"bytes":300', b'"bytes":999') for one in ENTRIES]


def entry_tile_gone(members):
    del members["tile/entries/001"]


ATTACKS = {
    "an entry is edited": (lambda: with_entries(1, edit), (), (), "entry 300 is not what was logged"),
    "an entry is deleted": (lambda: with_entries(1, lambda e: e.pop(44)), (), (), "entry 300 is not what was logged"),
    "two entries are swapped": (lambda: with_entries(1, swap), (), (), "entry 300 is not what was logged"),
    "an entry is inserted": (
        lambda: with_entries(1, lambda entries: entries.insert(44, b"{}")), (), (), "entry 300 is not what was logged",
    ),
    "an entry bundle is missing": (lambda: rezipped(entry_tile_gone), (), (), "tile/entries/001 is missing"),
    "an entry and its hash are edited": (lambda: rezipped(edited), (), (), "one of the entries 256 to 511 was changed"),
    "another key signed": (lambda: Log(ENTRIES, Signer(ORIGIN, b"x" * 32)).export(), (), (), "did not sign this"),
    "the checkpoint says another size": (lambda: rezipped(said(b"\n700\n", b"\n699\n")), (), (), "signature"),
    "the checkpoint says another root": (
        lambda: rezipped(lambda members: members.update(checkpoint=swapped_root(members["checkpoint"]))),
        (), (), "signature",
    ),
    "the end is cut off and signed anew, a newer checkpoint was kept": (
        lambda: Log(ENTRIES[:CUT]).export(), (NEWER,), (), "entries were removed from its end",
    ),
    "the end is cut off and signed anew, a download has its receipt": (
        lambda: Log(ENTRIES[:CUT]).export(), (OLD,), (RECEIPT,), "NOT in the log",
    ),
    "a row is edited and everything signed anew": (
        lambda: Log(rewritten()).export(), (OLD,), (), "history was written anew",
    ),
    "a row is removed and everything signed anew": (
        lambda: Log(without(EDITED)).export(), (OLD,), (), "history was written anew",
    ),
    "two people are shown two logs": (
        lambda: Log([*ENTRIES[:600], *rewritten()[601:]]).export(), (NEWER,), (), "history was written anew",
    ),
    "an event is dropped before it has a place": (
        lambda: Log(without(DROPPED)).export(), (OLD, NEWER), (RECEIPT,), "NOT in the log",
    ),
}  # fmt: skip


def swapped_root(note):
    lines = note.split(b"\n")
    lines[2] = lines[2].swapcase()
    return b"\n".join(lines)


def test_the_true_log_passes_with_everything_an_auditor_may_hold():
    report = checked(BUNDLE, (OLD, NEWER, TRUE.note()), (RECEIPT,))
    assert report.status == verify.EXIT_GOOD, report.lines
    assert any("1 receipts are honoured" in line for line in report.lines)
    assert any("a log written anew" in line for line in checked(BUNDLE).lines)


@pytest.mark.parametrize("attack", ATTACKS)
def test_every_attack_is_noticed_by_what_the_table_says(attack):
    """D27: the verifier reports the gap, the edit and the rewriting, and where."""
    made, old, receipts, words = ATTACKS[attack]
    report = checked(made(), old, receipts)
    assert report.status == verify.EXIT_BAD
    assert [line for line in report.wrong if words in line], report.lines


def test_there_are_sixteen_and_the_last_leaves_no_trace_in_any_log():
    """An event that was never written: the log is whole without it. What was sent must be compared with it."""
    assert len(ATTACKS) == 15
    assert checked(Log(without(DROPPED)).export(), (OLD,)).status == verify.EXIT_GOOD


def test_what_an_older_checkpoint_cannot_tell():
    """The note is honest about this: a checkpoint older than the cut passes."""
    assert checked(Log(ENTRIES[:CUT]).export(), (OLD,)).status == verify.EXIT_GOOD


def test_a_receipt_that_is_too_young_is_left_open_and_never_passed():
    at = MADE_AT - timedelta(seconds=5)
    event_id, made = entry(1, at)
    report = checked(BUNDLE, (), (RECEIPTS.sign(event_id, merkle.leaf_hash(made)),))
    assert report.status == verify.EXIT_OPEN


def test_a_receipt_of_a_key_that_was_never_announced_is_refused():
    foreign = Receipts.of(ORIGIN, "another secret that nobody announced").sign(IDS[3], merkle.leaf_hash(ENTRIES[3]))
    assert "not signed by a receipt key" in checked(BUNDLE, (), (foreign,)).wrong[0]


def selection(*indexes, kept=()):
    chosen = [Chosen(index, ENTRIES[index]) for index in indexes]
    return b"".join(selection_bundle(TRUE.head(), chosen, TRUE, MADE_AT, kept))


def test_a_selection_proves_each_entry_and_the_growth_from_kept_checkpoints():
    data = selection(0, 3, 300, 699, kept=(500, 660))
    assert checked(data, (OLD, NEWER, TRUE.note())).status == verify.EXIT_GOOD
    assert checked(selection(3), (OLD,)).status == verify.EXIT_OPEN
    assert checked(selection(), ()).status == verify.EXIT_GOOD
    honoured = checked(selection(0, DROPPED), (), (RECEIPT,))
    assert honoured.status == verify.EXIT_GOOD
    assert checked(selection(0, 3), (), (RECEIPT,)).status == verify.EXIT_OPEN


def test_a_changed_selection_is_refused():
    data = selection(3, 300, kept=(500,))
    with zipfile.ZipFile(io.BytesIO(data)) as file:
        lines = [json.loads(line) for line in file.read("selection.jsonl").splitlines()]
    edit_entry = {**lines[1], "entry": lines[1]["entry"].replace("300", "301")}
    for changed in ([lines[0], edit_entry], [lines[0], {**lines[1], "index": 299}], lines[::-1], lines[:1]):
        out = io.BytesIO()
        with zipfile.ZipFile(io.BytesIO(data)) as file, zipfile.ZipFile(out, "w") as new:
            for name in file.namelist():
                text = "\n".join(map(json.dumps, changed)).encode()
                new.writestr(name, text if name == "selection.jsonl" else file.read(name))
        assert checked(out.getvalue()).status == verify.EXIT_BAD


def test_flipped_bits_are_all_noticed_or_mean_nothing():
    """A bit may lie where a zip file says nothing of ours (a date, a flag); then all the rest is still verified."""
    rng, noticed = random.Random(27), 0
    with zipfile.ZipFile(io.BytesIO(BUNDLE)) as file:
        contents = {name: file.read(name) for name in file.namelist()}
    for _ in range(60):
        data = bytearray(BUNDLE)
        data[rng.randrange(len(data))] ^= 1 << rng.randrange(8)
        report = checked(bytes(data), (OLD,))
        if report.status == verify.EXIT_GOOD:
            with zipfile.ZipFile(io.BytesIO(bytes(data))) as file:
                read = {name: file.read(name) for name in contents if name.startswith(("tile/entries", "tile/0"))}
            assert all(contents[name] == part for name, part in read.items())
        else:
            noticed += 1
    assert noticed > 50


def test_the_command_says_good_or_bad(tmp_path, capsys):
    kept, bad, good, receipts = (tmp_path / name for name in ("kept.txt", "bad.zip", "good.zip", "receipts.txt"))
    kept.write_text(OLD, encoding="utf-8")
    good.write_bytes(BUNDLE)
    bad.write_bytes(with_entries(1, edit))
    receipts.write_text(f'{RECEIPT}\n{{"receipt":"{RECEIPT}"}}\n', encoding="utf-8")
    words = [LOG_KEY.verifier.text, "--old", str(kept), "--receipts", str(receipts)]
    assert verify.main([str(good), *words]) == verify.EXIT_GOOD
    assert capsys.readouterr().out.endswith("GOOD\n")
    assert verify.main([str(bad), *words]) == verify.EXIT_BAD
    assert "entry 300 is not what was logged" in capsys.readouterr().out
    assert verify.main([str(tmp_path / "none.zip"), *words]) == verify.EXIT_USAGE
