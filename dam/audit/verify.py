"""Check a bundle of the usage log offline: one file, standard library alone, Python 3.8 or newer.

    python3 verify.py BUNDLE KEY [--old CHECKPOINT]... [--receipts FILE] [--receipt-key KEY]...

BUNDLE is the zip file the archive exported. KEY is the log's public key (`name+hash+base64`), or a file that holds it;
get it from somebody else than the sender of the bundle. CHECKPOINT is a checkpoint you kept from earlier: without one,
nothing can tell a whole log that was written anew from the true one. FILE holds receipts, one a line, as the header
`X-Imprimatur-Receipt` of each download carried them.

Ends with 0 when everything holds, 1 when something is wrong, 2 when it was called wrongly, and 3 when nothing is wrong
but something asked for cannot be decided from this bundle.

It shares no code with the service, on purpose: the one is checked by the other.
Source: RFC 9162 section 2.1; RFC 8032 section 5.1.7; C2SP signed-note, tlog-checkpoint, tlog-tiles.
"""

from __future__ import annotations

import argparse
import base64
import binascii
import hashlib
import json
import re
import sys
import zipfile
import zlib
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any, BinaryIO, Tuple  # noqa: UP035 - as below

WIDTH = 256
EXIT_GOOD, EXIT_BAD, EXIT_USAGE, EXIT_OPEN = 0, 1, 2, 3
FORMAT = "imprimatur-log-bundle@v1"
ANNOUNCED = b'"type":"audit.key.announced"'
SETTLED = timedelta(seconds=60)
LARGEST_MEMBER = 32 << 20
LARGEST_LINE = 1 << 20
CHUNK = 1 << 20

_sha256 = hashlib.sha256
_UTC = timezone.utc  # noqa: UP017 - Python 3.8


class Bad(Exception):
    """What was shown is not what it should be; the message says what and where."""


class Report:
    """What was found: sentences, and how bad the worst is."""

    def __init__(self) -> None:
        """Begin with nothing said."""
        self.lines: list[str] = []
        self.wrong: list[str] = []
        self.undecided: list[str] = []

    def good(self, sentence: str) -> None:
        """Note what holds."""
        self.lines.append("ok    " + sentence)

    def bad(self, sentence: str) -> None:
        """Note what is wrong."""
        self.wrong.append(sentence)
        self.lines.append("WRONG " + sentence)

    def open(self, sentence: str) -> None:
        """Note what this bundle cannot decide."""
        self.undecided.append(sentence)
        self.lines.append("open  " + sentence)

    @property
    def status(self) -> int:
        """The exit status of the worst finding."""
        return EXIT_BAD if self.wrong else EXIT_OPEN if self.undecided else EXIT_GOOD


# ------------------------------------------------------------------------------------------------- Ed25519, RFC 8032
_P = 2**255 - 19
_L = 2**252 + 27742317777372353535851937790883648493
_D = -121665 * pow(121666, _P - 2, _P) % _P
_I = pow(2, (_P - 1) // 4, _P)
Point = Tuple[int, int, int, int]  # noqa: UP006 - evaluated by Python 3.8


def _add(a: Point, b: Point) -> Point:
    """Add two points in extended coordinates."""
    left, right = (a[1] - a[0]) * (b[1] - b[0]) % _P, (a[1] + a[0]) * (b[1] + b[0]) % _P
    twist, twice = 2 * a[3] * b[3] * _D % _P, 2 * a[2] * b[2] % _P
    e, f, g, h = right - left, twice - twist, twice + twist, right + left
    return (e * f % _P, g * h % _P, f * g % _P, e * h % _P)


def _times(factor: int, point: Point) -> Point:
    found: Point = (0, 1, 1, 0)
    while factor:
        if factor & 1:
            found = _add(found, point)
        point = _add(point, point)
        factor >>= 1
    return found


def _same(a: Point, b: Point) -> bool:
    return (a[0] * b[2] - b[0] * a[2]) % _P == 0 and (a[1] * b[2] - b[1] * a[2]) % _P == 0


def _point(data: bytes) -> Point | None:
    """Return the point of its 32 bytes, or None where they are none."""
    y = int.from_bytes(data, "little")
    odd, y = y >> 255, y & ((1 << 255) - 1)
    if y >= _P:
        return None
    square = (y * y - 1) * pow(_D * y * y + 1, _P - 2, _P) % _P
    x = pow(square, (_P + 3) // 8, _P)
    if (x * x - square) % _P:
        x = x * _I % _P
    if (x * x - square) % _P or (x == 0 and odd):
        return None
    if x & 1 != odd:
        x = _P - x
    return (x, y, 1, x * y % _P)


_BASE = _point((4 * pow(5, _P - 2, _P) % _P).to_bytes(32, "little"))


def signature_holds(public: bytes, text: bytes, signature: bytes) -> bool:
    """Tell whether the Ed25519 signature over the text is the key's."""
    if len(public) != 32 or len(signature) != 64:  # noqa: PLR2004 - the lengths of RFC 8032
        return False
    key, commitment, scalar = _point(public), _point(signature[:32]), int.from_bytes(signature[32:], "little")
    if key is None or commitment is None or _BASE is None or scalar >= _L:
        return False
    hashed = int.from_bytes(hashlib.sha512(signature[:32] + public + text).digest(), "little") % _L
    return _same(_times(scalar, _BASE), _add(commitment, _times(hashed, key)))


# ------------------------------------------------------------------------------------------------ notes, checkpoints
class Key:
    """A public key `name+hash+base64` of type Ed25519."""

    def __init__(self, text: str) -> None:
        """Read it.

        Raises: Bad.
        """
        parts = text.strip().split("+", 2)
        if len(parts) != 3:  # noqa: PLR2004 - name, hash, key
            raise Bad("a key has the form name+hash+base64")
        self.name, self.key_id, data = parts[0], parts[1], _unbase64(parts[2])
        if len(data) != 33 or data[0] != 1:  # noqa: PLR2004 - a type byte and 32 bytes
            raise Bad("only Ed25519 keys are known here")
        self.public = data[1:]
        if _sha256(self.name.encode() + b"\n" + data).hexdigest()[:8] != self.key_id:
            raise Bad("the key does not carry its own hash: it was copied wrongly")

    def open(self, note: str) -> str:
        """Return the text of a note that this key signed; lines of other keys are passed over.

        Raises: Bad.
        """
        text, gap, lines = note.rpartition("\n\n")
        if not gap:
            raise Bad("this is not a signed note")
        text += "\n"
        for line in lines.split("\n"):
            words = line.split(" ")
            if len(words) != 3 or words[0] != "—" or words[1] != self.name:  # noqa: PLR2004 - dash, name, signature
                continue
            data = _unbase64(words[2])
            if data[:4].hex() == self.key_id:
                if signature_holds(self.public, text.encode(), data[4:]):
                    return text
                raise Bad(f"the signature of {self.name} is wrong: the text was changed after signing")
        raise Bad(f"the key {self.name}+{self.key_id} did not sign this")


class Checkpoint:
    """Name, size and root that a key signed."""

    def __init__(self, note: str, key: Key) -> None:
        """Verify and read it.

        Raises: Bad.
        """
        lines = key.open(note).split("\n")
        if len(lines) < 4 or lines[0] != key.name or not re.match(r"(0|[1-9][0-9]*)\Z", lines[1]):  # noqa: PLR2004
            raise Bad(f"this is not a checkpoint of {key.name}")
        self.size, self.root = int(lines[1]), _unbase64(lines[2])


def _unbase64(text: str) -> bytes:
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        raise Bad("something that should be base64 is not") from None


# ------------------------------------------------------------------------------------------------------- Merkle tree
def leaf_hash(entry: bytes) -> bytes:
    """Return the hash of an entry."""
    return _sha256(b"\0" + entry).digest()


def _pair(left: bytes, right: bytes) -> bytes:
    return _sha256(b"\1" + left + right).digest()


class Tree:
    """A growing tree that remembers its right edge, and its roots at the sizes somebody asked for."""

    def __init__(self, wanted: Iterable[int]) -> None:
        """Begin empty."""
        self.size = 0
        self.peaks: list[bytes] = []
        self.wanted = sorted(set(wanted), reverse=True)
        self.roots: dict[int, bytes] = {}
        self._note()

    def extend(self, hashes: Sequence[bytes]) -> None:
        """Append leaves; a full block of 256 that no wanted size cuts is hashed row by row, which is fastest."""
        cut = bool(self.wanted) and self.wanted[-1] < self.size + len(hashes)
        if len(hashes) == WIDTH and self.size % WIDTH == 0 and not cut:
            row = list(hashes)
            while len(row) > 1:
                row = [_sha256(b"\1" + row[at] + row[at + 1]).digest() for at in range(0, len(row), 2)]
            self._carry(row[0], self.size // WIDTH)
            self.size += WIDTH
            self._note()
            return
        for one in hashes:
            self._carry(one, self.size)
            self.size += 1
            self._note()

    def root(self) -> bytes:
        """Return the root of all leaves so far."""
        if not self.peaks:
            return _sha256(b"").digest()
        found = self.peaks[-1]
        for peak in reversed(self.peaks[:-1]):
            found = _pair(peak, found)
        return found

    def _carry(self, node: bytes, before: int) -> None:
        while before & 1:
            node, before = _pair(self.peaks.pop(), node), before >> 1
        self.peaks.append(node)

    def _note(self) -> None:
        if self.wanted and self.wanted[-1] == self.size:
            self.roots[self.wanted.pop()] = self.root()


def included(index: int, size: int, leaf: bytes, proof: Sequence[bytes]) -> bytes | None:
    """Return the root that an inclusion proof leads to, or None where it has no meaning."""
    if not 0 <= index < size:
        return None
    number, last, found = index, size - 1, leaf
    for part in proof:
        if last == 0:
            return None
        if number & 1 or number == last:
            found = _pair(part, found)
            while number and not number & 1:
                number, last = number >> 1, last >> 1
        else:
            found = _pair(found, part)
        number, last = number >> 1, last >> 1
    return found if last == 0 else None


def consistent(old: Checkpoint, new: Checkpoint, proof: Sequence[bytes]) -> bool:
    """Tell whether the proof shows that the old tree is the beginning of the new one."""
    if old.size in (0, new.size):
        return not proof and (old.size == 0 or old.root == new.root)
    path = [old.root, *list(proof)] if old.size & (old.size - 1) == 0 else list(proof)
    if old.size > new.size or not path:
        return False
    number, last = old.size - 1, new.size - 1
    while number & 1:
        number, last = number >> 1, last >> 1
    first = second = path[0]
    for part in path[1:]:
        if last == 0:
            return False
        if number & 1 or number == last:
            first, second = _pair(part, first), _pair(part, second)
            while number and not number & 1:
                number, last = number >> 1, last >> 1
        else:
            second = _pair(second, part)
        number, last = number >> 1, last >> 1
    return last == 0 and (first, second) == (old.root, new.root)


# ---------------------------------------------------------------------------------------------------------- receipts
class Receipt:
    """What a download was answered with: this event happened, and this is the hash of its entry."""

    def __init__(self, line: str) -> None:
        """Read one line: the header's value, or a JSON object that has it as `receipt`.

        Raises: Bad.
        """
        if line.startswith("{"):
            try:
                line = str(json.loads(line)["receipt"])
            except (ValueError, KeyError, TypeError):
                raise Bad("a line of the receipts is not a receipt") from None
        self.note = _text(_unbase64(line))
        lines = self.note.split("\n")
        if len(lines) < 4 or not lines[0].endswith("/receipt"):  # noqa: PLR2004 - origin, event, hash, end
            raise Bad("a line of the receipts is not a receipt")
        self.origin, self.event, self.leaf = lines[0], lines[1], _unbase64(lines[2])

    @property
    def at(self) -> datetime:
        """The instant that the identifier of the event tells."""
        try:
            return datetime.fromtimestamp(int(self.event.replace("-", "")[:12], 16) / 1000, _UTC)
        except (ValueError, OverflowError, OSError):
            raise Bad(f"the receipt names no event: {self.event}") from None


class Receipts:
    """Receipts still to be found in the log, and the keys that may have signed them."""

    def __init__(self, lines: Iterable[str], keys: Iterable[Key]) -> None:
        """Read all of them.

        Raises: Bad.
        """
        self.all = [Receipt(line.strip()) for line in lines if line.strip()]
        self.missing = {receipt.leaf: receipt for receipt in self.all}
        self.keys = list(keys)

    def meet(self, entry: bytes, leaf: bytes, origin: str) -> None:
        """Look at one entry that is proved to be in the log."""
        if leaf in self.missing:
            del self.missing[leaf]
        if ANNOUNCED in entry:
            told = json.loads(entry.decode()).get("more", {})
            if told.get("use") == "receipts" and told.get("origin") == origin:
                self.keys.append(Key(str(told["key"])))

    def judge(self, report: Report, origin: str, made_at: datetime | None, *, whole: bool) -> None:
        """Say which receipts the log does not honour."""
        honoured = 0
        for receipt in self.all:
            if receipt.origin != origin + "/receipt" or not self._signed(receipt):
                report.bad(f"the receipt of event {receipt.event} is not signed by a receipt key of this log")
            elif receipt.leaf not in self.missing:
                honoured += 1
            elif not whole:
                report.open(f"the receipt of event {receipt.event}: that event is not in this selection")
            elif made_at is None or receipt.at > made_at - SETTLED:
                report.open(f"the receipt of event {receipt.event} is younger than this bundle")
            else:
                report.bad(f"the receipt of event {receipt.event}: the event is NOT in the log, it was left out")
        if honoured:
            report.good(f"{honoured} receipts are honoured: their events are in the log, word for word")

    def _signed(self, receipt: Receipt) -> bool:
        for key in self.keys:
            try:
                key.open(receipt.note)
            except Bad:
                continue
            return True
        return False


# ----------------------------------------------------------------------------------------------------------- bundles
class Bundle:
    """An exported zip file."""

    def __init__(self, file: zipfile.ZipFile) -> None:
        """Read its manifest.

        Raises: Bad.
        """
        self.file = file
        self.names = set(file.namelist())
        if len(self.names) != len(file.namelist()):
            raise Bad("the bundle holds two files of the same name")
        try:
            self.manifest: dict[str, Any] = json.loads(_text(self.read("manifest.json")))
        except ValueError:
            raise Bad("manifest.json of the bundle cannot be read") from None
        if not isinstance(self.manifest, dict) or self.manifest.get("format") != FORMAT:
            raise Bad(f"this is not a bundle of the form {FORMAT}")

    def read(self, name: str) -> bytes:
        """Return a member.

        Raises: Bad when it is missing, damaged or absurdly large.
        """
        if name not in self.names:
            raise Bad(f"{name} is missing from the bundle")
        if self.file.getinfo(name).file_size > LARGEST_MEMBER:
            raise Bad(f"{name} is larger than any file of a bundle")
        return b"".join(self._chunks(name))

    def lines(self, name: str) -> Iterator[bytes]:
        """Yield the lines of a member, one in memory at a time.

        Raises: Bad when it is missing or damaged, or a line absurdly long.
        """
        if name not in self.names:
            raise Bad(f"{name} is missing from the bundle")
        rest = b""
        for chunk in self._chunks(name):
            *whole, rest = (rest + chunk).split(b"\n")
            yield from whole
            if len(rest) > LARGEST_LINE:
                raise Bad(f"a line of {name} is too long")
        if rest:
            yield rest

    def _chunks(self, name: str) -> Iterator[bytes]:
        try:
            with self.file.open(name) as member:
                while True:
                    chunk = member.read(CHUNK)
                    if not chunk:
                        return
                    yield chunk
        except (zipfile.BadZipFile, zlib.error, ValueError, OSError, EOFError, RuntimeError):
            raise Bad(f"{name} in the bundle is damaged") from None

    @property
    def whole(self) -> bool:
        """Whether it holds the log from its first entry to the checkpoint."""
        return self.manifest.get("kind") == "whole"

    @property
    def made_at(self) -> datetime | None:
        """When it says it was made."""
        try:
            return datetime.strptime(str(self.manifest["made_at"]), "%Y-%m-%dT%H:%M:%S.%f%z")
        except (KeyError, ValueError):
            return None


def tile_path(level: str, index: int, width: int) -> str:
    """Return where a tile lies."""
    groups, number = [f"{index % 1000:03}"], index // 1000
    while number:
        groups.append(f"x{number % 1000:03}")
        number //= 1000
    partial = "" if width == WIDTH else f".p/{width}"
    return f"tile/{level}/{'/'.join(reversed(groups))}{partial}"


def split_bundle(data: bytes) -> list[bytes]:
    """Return the entries of a C2SP entry bundle.

    Raises: Bad.
    """
    found, at, end = [], 0, len(data)
    while at < end:
        begin = at + 2
        at = begin + (data[begin - 2] << 8 | data[begin - 1] if begin <= end else end)
        if at > end:
            raise Bad("an entry bundle ends within an entry")
        found.append(data[begin:at])
    return found


def named(entry: bytes) -> str:
    """Return what an entry calls itself, as far as it can be read."""
    try:
        told = json.loads(entry.decode())
        return f"event {told['id']} of {told['at']}"
    except (ValueError, KeyError, TypeError):
        return "unreadable"


def check_whole(bundle: Bundle, head: Checkpoint, tree: Tree, receipts: Receipts, origin: str) -> None:
    """Hash every entry and compare it with its leaf and all leaves with the root.

    Raises: Bad naming the first entry that is not what was logged.
    """
    for index in range((head.size + WIDTH - 1) // WIDTH):
        first = index * WIDTH
        width = min(WIDTH, head.size - first)
        promised = bundle.read(tile_path("0", index, width))
        data = bundle.read(tile_path("entries", index, width))
        entries = split_bundle(data)
        hashes = [_sha256(b"\0" + entry).digest() for entry in entries]
        if b"".join(hashes) != promised:
            _blame(first, width, entries, hashes, promised)
        tree.extend(hashes)
        if ANNOUNCED in data or not receipts.missing.keys().isdisjoint(hashes):
            for entry, leaf in zip(entries, hashes):  # noqa: B905 - Python 3.8 has no `strict`; both come from one list
                receipts.meet(entry, leaf, origin)
    if tree.root() != head.root:
        raise Bad(_misfit(bundle, head))


def _blame(first: int, width: int, entries: list[bytes], hashes: list[bytes], promised: bytes) -> None:
    """Name the first entry whose hash is not the one that was logged."""
    for offset, leaf in enumerate(hashes):
        if leaf != promised[32 * offset : 32 * offset + 32]:
            if offset >= width:
                raise Bad(f"entry {first + offset} is one too many")
            raise Bad(f"entry {first + offset} is not what was logged ({named(entries[offset])})")
    raise Bad(f"entry {first + len(hashes)} is missing")


def _misfit(bundle: Bundle, head: Checkpoint) -> str:
    """Say where the leaves part from the signed root, as far as the upper tiles of the bundle still tell."""
    everything = "the entries are not those that the checkpoint was signed over"
    blocks = head.size // WIDTH
    try:
        upper = b"".join(
            bundle.read(tile_path("1", index, min(WIDTH, blocks - index * WIDTH)))
            for index in range((blocks + WIDTH - 1) // WIDTH)
        )
    except Bad:
        return everything
    for index in range(blocks):
        block = Tree(())
        data = bundle.read(tile_path("0", index, WIDTH))
        block.extend([data[at : at + 32] for at in range(0, len(data), 32)])
        if block.root() != upper[32 * index : 32 * index + 32]:
            return f"{everything}: one of the entries {WIDTH * index} to {WIDTH * index + 255} was changed"
    return everything


def check_selection(bundle: Bundle, head: Checkpoint, receipts: Receipts, origin: str) -> int:
    """Check the inclusion proof of every selected entry, and return how many there are.

    Raises: Bad naming the first that does not hold.
    """
    count, before = 0, -1
    for line in bundle.lines("selection.jsonl"):
        try:
            told = json.loads(_text(line))
            index, entry = int(told["index"]), str(told["entry"]).encode()
            proof = [bytes.fromhex(part) for part in told["hashes"]]
        except (ValueError, KeyError, TypeError):
            raise Bad(f"line {count + 1} of the selection cannot be read") from None
        if index <= before:
            raise Bad(f"entry {index} stands twice or out of order in the selection")
        leaf = leaf_hash(entry)
        if any(len(part) != 32 for part in proof) or included(index, head.size, leaf, proof) != head.root:  # noqa: PLR2004
            raise Bad(f"entry {index} is not what was logged ({named(entry)})")
        receipts.meet(entry, leaf, origin)
        count, before = count + 1, index
    promised = bundle.manifest.get("entries")
    if count != promised:
        raise Bad(f"the selection holds {count} entries; its manifest says {promised}")
    return count


def check_kept(
    bundle: Bundle, kept: Checkpoint, head: Checkpoint, roots: dict[int, bytes] | None, report: Report
) -> None:
    """Compare a checkpoint that was kept with the one of the bundle."""
    what = f"the kept checkpoint of {kept.size} entries"
    if kept.size > head.size:
        report.bad(f"{what} is longer than this log of {head.size}: entries were removed from its end")
        return
    if roots is not None:
        holds = roots.get(kept.size) == kept.root
    else:
        proof = bundle.manifest.get("consistency", {}).get(str(kept.size))
        if proof is None and kept.size not in (0, head.size):
            report.open(f"{what}: ask for a bundle that is proved against it")
            return
        try:
            holds = consistent(kept, head, [bytes.fromhex(part) for part in proof or []])
        except (ValueError, TypeError):
            holds = False
    if holds:
        report.good(f"{what} is the beginning of this log")
    else:
        report.bad(f"{what} is NOT the beginning of this log: its history was written anew")


def check(
    opened: BinaryIO,
    key_text: str,
    kept_notes: Sequence[str] = (),
    receipt_lines: Iterable[str] = (),
    receipt_keys: Sequence[str] = (),
) -> Report:
    """Check a bundle, and return every finding."""
    report = Report()
    try:
        key = Key(key_text)
        receipts = Receipts(receipt_lines, [Key(text) for text in receipt_keys])
        kept = [Checkpoint(note, key) for note in kept_notes]
        with zipfile.ZipFile(opened) as file:
            _check_bundle(Bundle(file), key, kept, receipts, report)
    except Bad as fault:
        report.bad(str(fault))
    except zipfile.BadZipFile:
        report.bad("the bundle is not a zip file, or it is damaged")
    return report


def _check_bundle(bundle: Bundle, key: Key, kept: Sequence[Checkpoint], receipts: Receipts, report: Report) -> None:
    head = Checkpoint(_text(bundle.read("checkpoint")), key)
    report.good(f"the checkpoint over {head.size} entries is signed by {key.name}")
    roots: dict[int, bytes] | None = None
    if bundle.whole:
        tree = Tree(one.size for one in kept)
        check_whole(bundle, head, tree, receipts, key.name)
        roots = tree.roots
        report.good(f"all {head.size} entries are there, in order, word for word")
    else:
        count = check_selection(bundle, head, receipts, key.name)
        report.good(f"{count} selected entries are in the log, word for word")
    for one in kept:
        check_kept(bundle, one, head, roots, report)
    if not kept:
        report.lines.append("note  no kept checkpoint was given: a log written anew from its beginning would pass")
    receipts.judge(report, key.name, bundle.made_at, whole=bundle.whole)


def _text(data: bytes) -> str:
    try:
        return data.decode()
    except UnicodeDecodeError:
        raise Bad("something that should be text is not") from None


# ------------------------------------------------------------------------------------------------------ command line
def _key_of(said: str) -> str:
    path = Path(said)
    return path.read_text(encoding="utf-8") if path.is_file() else said


def main(words: Sequence[str] | None = None) -> int:
    """Check what the command line names, say what was found, and return the exit status."""
    parser = argparse.ArgumentParser(description="Check a bundle of the usage log, offline.")
    parser.add_argument("bundle", help="the exported zip file")
    parser.add_argument("key", help="the log's public key, or a file that holds it")
    parser.add_argument("--old", action="append", default=[], metavar="FILE", help="a checkpoint kept from earlier")
    parser.add_argument("--receipts", metavar="FILE", help="receipts of downloads, one a line")
    parser.add_argument(
        "--receipt-key", action="append", default=[], metavar="KEY", help="a receipt key you were given"
    )
    told = parser.parse_args(words)
    try:
        kept = [Path(name).read_text(encoding="utf-8") for name in told.old]
        receipts = Path(told.receipts).read_text(encoding="utf-8").splitlines() if told.receipts else []
        with Path(told.bundle).open("rb") as opened:
            report = check(opened, _key_of(told.key), kept, receipts, [_key_of(one) for one in told.receipt_key])
    except (OSError, UnicodeDecodeError) as fault:
        sys.stderr.write(f"{fault}\n")
        return EXIT_USAGE
    verdict = {EXIT_GOOD: "GOOD", EXIT_BAD: "BAD", EXIT_OPEN: "NOT DECIDED"}[report.status]
    sys.stdout.write("\n".join([*report.lines, verdict]) + "\n")
    return report.status


if __name__ == "__main__":
    sys.exit(main())
