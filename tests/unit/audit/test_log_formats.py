"""The formats others can read: tiles, notes, checkpoints, proofs; and the verifier that runs on old Pythons."""

import ast
import contextlib
import random
import string
import subprocess
import sys
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from dam.audit import checkpoint, merkle, verify
from dam.audit.checkpoint import BadNote, Checkpoint, Signer, open_checkpoint, open_note, sign, verifier_of
from dam.audit.proof import Proof, proof_of
from dam.audit.receipt import Receipts
from dam.audit.tiles import BadTile, Tile, TileHashes, bundle, entries_of, hashes_of, tile_at, tiles_between
from dam.kernel.ids import new_id

VERIFIER = Path(verify.__file__)
SIGNER = Signer("example.org/log", bytes(range(32)))
OTHER = Signer("example.org/other", bytes(range(1, 33)))
HEAD = Checkpoint("example.org/log", 42, bytes(32))
NOTE = sign(HEAD.text, [SIGNER])


class Leaves:
    """A tree of a few leaves as a source of tiles."""

    def __init__(self, count):
        self.rows = {0: [merkle.leaf_hash(b"%d" % number) for number in range(count)]}
        row, level = self.rows[0], 0
        while len(row) >= 256:
            full = [row[at : at + 256] for at in range(0, len(row) - 255, 256)]
            row, level = [merkle.complete_root(hashes) for hashes in full], level + 1
            self.rows[level] = row

    def hashes(self, tile):
        return self.rows[tile.level][tile.first : tile.first + tile.width]


@pytest.mark.parametrize(
    ("tile", "path"),
    [
        (Tile(0, 0), "tile/0/000"),
        (Tile(0, 1_234_067), "tile/0/x001/x234/067"),
        (Tile(2, 67, 112), "tile/2/067.p/112"),
        (Tile("entries", 999, 1), "tile/entries/999.p/1"),
        (Tile("entries", 1000), "tile/entries/x001/000"),
    ],
)
def test_tiles_lie_where_the_specification_says(tile, path):
    assert tile.path == path
    assert tile_at(path) == tile


@pytest.mark.parametrize(
    "path", ["tile/0/0", "tile/0/x000/001", "tile/0/000.p/256", "tile/0/000.p/0", "tile/00/000", "tile/x/000", "x"]
)
def test_no_tile_has_a_second_path(path):
    with pytest.raises(ValueError, match="path"):
        tile_at(path)


def test_what_a_grown_tree_publishes():
    assert [tile.path for tile in tiles_between(0, 3)] == ["tile/entries/000.p/3", "tile/0/000.p/3"]
    assert [tile.path for tile in tiles_between(250, 513)] == [
        *("tile/entries/000", "tile/entries/001", "tile/entries/002.p/1"),
        *("tile/0/000", "tile/0/001", "tile/0/002.p/1", "tile/1/000.p/2"),
    ]
    assert list(tiles_between(7, 7)) == []


def test_a_bundle_gives_back_its_entries_and_nothing_that_is_cut():
    entries = [b"", b"a", b"x" * 65_535]
    assert entries_of(bundle(entries), 3) == entries
    assert bundle([b"ab"]) == b"\x00\x02ab"
    for wrong, width in ((bundle(entries)[:-1], 3), (bundle(entries), 2), (b"\x00", 1), (b"\x00\x05ab", 1)):
        with pytest.raises(BadTile):
            entries_of(wrong, width)
    with pytest.raises(ValueError, match="does not fit"):
        bundle([b"x" * 65_536])
    with pytest.raises(BadTile):
        hashes_of(bytes(33), 1)


def test_a_key_is_handed_out_and_read_back():
    assert verifier_of(SIGNER.verifier.text) == SIGNER.verifier
    assert Signer.of(SIGNER.text) == SIGNER
    assert SIGNER.text.startswith("PRIVATE+KEY+example.org/log+")
    assert SIGNER.text.rpartition("+")[2] not in repr(SIGNER)
    assert str(SIGNER.seed) not in repr(SIGNER)
    assert verify.Key(SIGNER.verifier.text).public == SIGNER.verifier.public
    wrong = SIGNER.verifier.text.replace("example.org/log", "example.org/lag")
    for text in (wrong, "a+b", "", SIGNER.text.replace("PRIVATE+KEY+", ""), SIGNER.verifier.text[:-4]):
        with pytest.raises(ValueError):
            verifier_of(text)


def test_a_checkpoint_is_opened_by_its_own_key_alone():
    assert open_checkpoint(NOTE, SIGNER.verifier) == HEAD
    assert verify.Checkpoint(NOTE, verify.Key(SIGNER.verifier.text)).size == 42
    for key in (OTHER.verifier, Signer("example.org/log", bytes(32)).verifier):
        with pytest.raises(BadNote):
            open_checkpoint(NOTE, key)
        with pytest.raises(verify.Bad):
            verify.Checkpoint(NOTE, verify.Key(key.text))


def test_others_may_sign_beside_the_log():
    both = sign(HEAD.text, [OTHER, SIGNER])
    assert open_checkpoint(both, SIGNER.verifier) == HEAD
    assert open_note(both, [OTHER.verifier]) == HEAD.text
    unknown = NOTE + "— witness.example.net " + "A" * 96 + "\n"
    assert open_checkpoint(unknown, SIGNER.verifier) == HEAD
    assert verify.Checkpoint(unknown, verify.Key(SIGNER.verifier.text)).root == HEAD.root


def test_a_checkpoint_may_carry_extensions_but_no_gap():
    assert open_checkpoint(sign(HEAD.text + "extension\n", [SIGNER]), SIGNER.verifier) == HEAD
    for text in ("example.org/log\n42\n", HEAD.text.replace("42", "042"), HEAD.text.replace("42", "-1"), "a\n\nb\n"):
        with pytest.raises(BadNote):
            open_checkpoint(sign(text, [SIGNER]), SIGNER.verifier)


def test_ten_thousand_changed_notes_are_all_refused():
    """Every change to a signed checkpoint is noticed by both verifiers, except one to a line of an unknown key."""
    rng, key = random.Random(5), verify.Key(SIGNER.verifier.text)
    accepted = []
    for turn in range(10_000):
        at = rng.randrange(len(NOTE))
        changed = NOTE[:at] + rng.choice(string.printable) + NOTE[at + rng.choice((0, 1, 1, 2)) :]
        if changed == NOTE:
            continue
        with contextlib.suppress(BadNote):
            accepted.append(open_checkpoint(changed, SIGNER.verifier))
        if turn % 200 == 0:  # its arithmetic is Python's own: 5 ms each
            with pytest.raises(verify.Bad):
                verify.Checkpoint(changed, key)
    assert accepted == []


def test_signatures_agree_with_another_implementation():
    rng = random.Random(8032)
    for _ in range(40):
        private = Ed25519PrivateKey.from_private_bytes(rng.randbytes(32))
        public, text = private.public_key().public_bytes_raw(), rng.randbytes(rng.randrange(100))
        signature = private.sign(text)
        assert verify.signature_holds(public, text, signature)
        at = rng.randrange(64)
        wrong = signature[:at] + bytes([signature[at] ^ (1 << rng.randrange(8))]) + signature[at + 1 :]
        assert not verify.signature_holds(public, text, wrong)
        assert not verify.signature_holds(public, text + b"x", signature)
    # RFC 8032, 7.1, test 1; and a scalar that is larger than the order of the group.
    public = bytes.fromhex("d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a")
    signature = bytes.fromhex(
        "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e06522490155"
        "5fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b"
    )
    assert verify.signature_holds(public, b"", signature)
    order = 2**252 + 27742317777372353535851937790883648493
    lifted = (int.from_bytes(signature[32:], "little") + order).to_bytes(32, "little")
    assert not verify.signature_holds(public, b"", signature[:32] + lifted)


def test_ten_thousand_changed_proofs_are_all_refused():
    rng, size, old = random.Random(9162), 700, 300
    leaves = Leaves(size)
    tree, root = TileHashes(size, leaves), merkle.root(size, TileHashes(size, leaves))
    old_root = merkle.root(old, TileHashes(old, leaves))
    grown = merkle.consistency_proof(old, size, tree)
    assert merkle.extends(old, size, grown, old_root, root)
    accepted = 0
    proofs = {index: merkle.inclusion_proof(index, size, tree) for index in rng.sample(range(size), 40)}
    for turn in range(10_000):
        if turn % 4 == 0:
            wrong = changed_proof(rng, grown)
            accepted += merkle.extends(old, size, wrong, old_root, root)
            accepted += verify.consistent(head_of(old, old_root), head_of(size, root), wrong)
            continue
        index, proof = rng.choice(list(proofs.items()))
        leaf = leaves.rows[0][index]
        match turn % 4:
            case 1:
                proof = changed_proof(rng, proof)
            case 2:
                index = (index + rng.randrange(1, size)) % size
            case _:
                leaf = changed_bytes(rng, leaf)
        accepted += merkle.includes(index, size, leaf, proof, root)
        accepted += verify.included(index, size, leaf, proof) == root
    assert accepted == 0


def changed_bytes(rng, data):
    at = rng.randrange(len(data))
    return data[:at] + bytes([data[at] ^ (1 << rng.randrange(8))]) + data[at + 1 :]


def changed_proof(rng, proof):
    changed, at = list(proof), rng.randrange(len(proof))
    match rng.randrange(4):
        case 0:
            changed[at] = changed_bytes(rng, changed[at])
        case 1:
            del changed[at]
        case 2:
            changed.insert(at, rng.randbytes(32))
        case _:
            changed[at] = changed[at][:31]
    return changed


def head_of(size, root):
    head = verify.Checkpoint.__new__(verify.Checkpoint)
    head.size, head.root = size, root
    return head


def test_a_proof_stands_for_itself():
    leaves, size, index = Leaves(700), 700, 511
    root = merkle.root(size, TileHashes(size, leaves))
    note = sign(Checkpoint("example.org/log", size, root).text, [SIGNER])
    proof = Proof(index, tuple(merkle.inclusion_proof(index, size, TileHashes(size, leaves))), note)
    assert proof.text.startswith("c2sp.org/tlog-proof@v1\nindex 511\n")
    assert proof_of(proof.text) == proof
    assert proof_of(proof.text.replace("index 511", "extra AAAA\nindex 511")) == proof
    assert proof.proves(b"511", SIGNER.verifier)
    assert not proof.proves(b"512", SIGNER.verifier)
    assert not proof.proves(b"511", OTHER.verifier)
    for wrong in ("", proof.text.replace("@v1", "@v2"), proof.text.replace("index 511", "index 0511")):
        with pytest.raises(ValueError):
            proof_of(wrong)


def test_receipts_are_signed_alike_by_every_process_and_by_nobody_else():
    receipts, event = Receipts.of("example.org/log", "s" * 32), new_id()
    header = receipts.sign(event, bytes(32))
    assert header == Receipts.of("example.org/log", "s" * 32).sign(event, bytes(32))
    assert "\n" not in header
    assert len(header) < 500
    read = verify.Receipt(header)
    assert (read.event, read.leaf, read.origin) == (str(event), bytes(32), "example.org/log/receipt")
    assert verify.Key(receipts.signer.verifier.text).open(read.note)
    with pytest.raises(verify.Bad):
        verify.Key(Receipts.of("example.org/log", "t" * 32).signer.verifier.text).open(read.note)
    with pytest.raises(BadNote):
        checkpoint.open_checkpoint(read.note, receipts.signer.verifier)


def test_the_verifier_is_one_file_for_old_pythons():
    """Standard library alone, the words of Python 3.8, and no line of the service in it."""
    tree = ast.parse(VERIFIER.read_text(encoding="utf-8"), feature_version=(3, 8))
    imported = {name.name for node in ast.walk(tree) if isinstance(node, ast.Import) for name in node.names}
    imported |= {str(node.module) for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    assert {name.partition(".")[0] for name in imported} <= set(sys.stdlib_module_names) | {"__future__"}
    asked = subprocess.run(
        [sys.executable, "-I", str(VERIFIER), "--help"], capture_output=True, text=True, check=True
    ).stdout
    assert "offline" in asked
