"""A log written and proved here, judged by libraries nobody here wrote: those of the Go team for checksum databases."""

import json
import os
import random
import shutil
import subprocess
from pathlib import Path

import pytest

from dam.audit import log_store, merkle
from dam.audit.checkpoint import open_checkpoint
from dam.audit.publishing import DatabaseTiles
from dam.audit.tiles import TileHashes

pytestmark = pytest.mark.go
PEER = Path(__file__).parent / "peer" / "main.go"
LIBRARIES = "/usr/share/gocode"


@pytest.fixture(scope="module")
def peer(tmp_path_factory):
    """The peer as a program, built with the libraries of the system."""
    folder = tmp_path_factory.mktemp("go")
    go = shutil.which("go") or "/usr/lib/go-1.19/bin/go"
    given = os.environ | {"GO111MODULE": "off", "GOPATH": LIBRARIES, "GOCACHE": str(folder / "cache"), "GOFLAGS": ""}
    program = folder / "peer"
    built = subprocess.run([go, "build", "-o", program, PEER], env=given, capture_output=True, text=True, check=False)
    assert built.returncode == 0, built.stderr
    return program


@pytest.fixture
def grown(log):
    """A log that grew in uneven steps: its entries, checkpoints and hashes."""
    sequencer = log.sequencer(batch=97)
    for count in (1, 250, 5, 300, 41):
        log.write(count)
        sequencer.work()
    with log.stack.owner.unit() as unit:
        size, _ = log_store.newest_checkpoint(unit)
        entries = [log_store.entry_at(unit, index) for index in range(size)]
        notes = list(unit.connection.exec_driver_sql("SELECT note FROM au.checkpoint ORDER BY size").scalars())
    return entries, notes, TileHashes(size, DatabaseTiles(log.stack.database))


def ask(peer, **question):
    asked = {name.capitalize(): value for name, value in question.items()}
    done = subprocess.run([peer], input=json.dumps(asked), capture_output=True, text=True, check=True)
    return json.loads(done.stdout)


def test_it_accepts_every_checkpoint_and_proof_and_no_changed_one(log, peer, grown):
    entries, notes, tree = grown
    key, rng = log.signer.verifier, random.Random(7)
    heads = [open_checkpoint(note, key) for note in notes]
    newest, size = heads[-1], len(entries)
    assert newest.size == size == 598
    assert len(heads) > 8

    inclusions = [included(entries, tree, index, newest) for index in rng.sample(range(size), 300)]
    growths = [grew(tree, old, new) for old, new in ((a, b) for a in heads for b in heads if a.size < b.size)]
    told = ask(peer, key=key.text, checkpoints=notes, inclusions=inclusions, growths=growths)
    assert told["Checkpoints"] == [f"{head.size} {head.root.hex()}" for head in heads]
    assert told["Inclusions"] == [True] * 300
    assert told["Growths"] == [True] * len(growths)

    wrong = [changed(rng, rng.choice(inclusions), size) for _ in range(300)]
    bent = [changed(rng, rng.choice(growths), size) for _ in range(100)]
    mangled = [mangle(rng, rng.choice(notes)) for _ in range(200)]
    told = ask(peer, key=key.text, checkpoints=mangled, inclusions=wrong, growths=bent)
    assert told == {"Checkpoints": [""] * 200, "Inclusions": [False] * 300, "Growths": [False] * 100}


def included(entries, tree, index, head):
    hashes = [one.hex() for one in merkle.inclusion_proof(index, head.size, tree)]
    entry = entries[index].decode()
    return {"Index": index, "Size": head.size, "Entry": entry, "Hashes": hashes, "Root": head.root.hex()}


def grew(tree, old, new):
    hashes = [one.hex() for one in merkle.consistency_proof(old.size, new.size, tree)]
    return {"From": old.size, "To": new.size, "Hashes": hashes, "Old": old.root.hex(), "Root": new.root.hex()}


def changed(rng, proof, size):
    """Return the proof with one thing in it changed."""
    bent = {**proof, "Hashes": list(proof["Hashes"])}
    what = rng.choice([name for name in bent if name not in ("Size", "To")])
    match bent[what]:
        case int():
            bent[what] = (bent[what] + rng.randrange(1, size - 1)) % size
        case str() as text if what == "Entry":
            bent[what] = text.replace("preview", "Preview")
        case str() as text:
            bent[what] = flipped(rng, text)
        case list() as hashes:
            at = rng.randrange(len(hashes))
            match rng.randrange(3):
                case 0:
                    hashes[at] = flipped(rng, hashes[at])
                case 1:
                    del hashes[at]
                case _:
                    hashes.insert(at, rng.randbytes(32).hex())
    return changed(rng, proof, size) if bent == proof else bent


def flipped(rng, text):
    at = rng.randrange(len(text))
    return text[:at] + f"{int(text[at], 16) ^ (1 << rng.randrange(4)):x}" + text[at + 1 :]


def mangle(rng, note):
    """Return the note with one sign of its text or signature changed."""
    at = rng.randrange(len(note))
    sign = rng.choice("0123456789abcXYZ+/=\n ")
    return mangle(rng, note) if note[at] == sign else note[:at] + sign + note[at + 1 :]
