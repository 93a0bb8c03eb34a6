"""What leaves the house as evidence: the whole log, or a selection with proofs, as a zip file made while it is sent.

`verify.py` checks it offline. Entries and hashes are stored and not packed: their bytes are what is hashed.
"""

import json
import zipfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import IO, Literal, Protocol

from dam.audit.entry import instant_text
from dam.audit.merkle import consistency_proof, inclusion_proof
from dam.audit.tiles import CHECKPOINT, Tile, TileHashes, TileSource, bundle, tiles_between

FORMAT = "imprimatur-log-bundle@v1"
SELECTION = "selection.jsonl"


class LogSource(TileSource, Protocol):
    """Where entries come from, too."""

    def entries(self, tile: Tile) -> Sequence[bytes]:
        """Return the entries of a bundle."""


@dataclass(frozen=True, slots=True)
class Head:
    """The signed checkpoint that a bundle is proved against.

    Shape: `note` is the whole signed note; `keys` the public keys that the log knows, by what they sign.
    """

    origin: str
    size: int
    note: str
    keys: Mapping[str, Sequence[str]]


@dataclass(frozen=True, slots=True)
class Chosen:
    """One selected entry and its place."""

    index: int
    entry: bytes


def whole_bundle(head: Head, source: LogSource, made_at: datetime) -> Iterator[bytes]:
    """Yield the bundle of the whole log up to the checkpoint."""
    out = _Zip(made_at)
    for tile in tiles_between(0, head.size):
        data = bundle(source.entries(tile)) if tile.level == "entries" else b"".join(source.hashes(tile)[: tile.width])
        yield from out.add(tile.path, data)
    yield from _end(out, head, _manifest(head, "whole", head.size, made_at))


def selection_bundle(
    head: Head, chosen: Iterable[Chosen], source: TileSource, made_at: datetime, kept: Sequence[int] = ()
) -> Iterator[bytes]:
    """Yield the bundle of some entries, in the order of the log, each with its proof.

    Shape: `kept` are sizes of checkpoints somebody holds; the bundle then proves that the log grew from them.
    """
    out, count = _Zip(made_at), 0
    hashes = TileHashes(head.size, source)
    with out.open(SELECTION) as member:
        for one in chosen:
            member.write(_line(one, head.size, hashes))
            count += 1
            yield from out.drain()
    proofs = {str(size): _hex(consistency_proof(size, head.size, hashes)) for size in kept if size <= head.size}
    manifest = _manifest(head, "selection", count, made_at) | {"consistency": proofs}
    yield from _end(out, head, manifest)


def _line(one: Chosen, size: int, hashes: TileHashes) -> bytes:
    proof = _hex(inclusion_proof(one.index, size, hashes))
    told = {"index": one.index, "entry": one.entry.decode(), "hashes": proof}
    return json.dumps(told, ensure_ascii=False, separators=(",", ":")).encode() + b"\n"


def _manifest(head: Head, kind: Literal["whole", "selection"], entries: int, made_at: datetime) -> dict[str, object]:
    return {
        "format": FORMAT,
        "kind": kind,
        "origin": head.origin,
        "size": head.size,
        "entries": entries,
        "made_at": instant_text(made_at),
        "keys": {use: list(keys) for use, keys in head.keys.items()},
    }


def _end(out: "_Zip", head: Head, manifest: Mapping[str, object]) -> Iterator[bytes]:
    yield from out.add(CHECKPOINT, head.note.encode())
    yield from out.add("manifest.json", json.dumps(manifest, ensure_ascii=False, indent=1).encode() + b"\n")
    yield from out.close()


def _hex(hashes: Iterable[bytes]) -> list[str]:
    return [one.hex() for one in hashes]


class _Zip:
    """A zip file that is handed on piece by piece."""

    def __init__(self, made_at: datetime) -> None:
        self._parts: list[bytes] = []
        self._date = made_at.timetuple()[:6]
        self._file = zipfile.ZipFile(_Sink(self._parts), "w")

    def add(self, name: str, data: bytes) -> Iterator[bytes]:
        self._file.writestr(zipfile.ZipInfo(name, self._date), data)
        yield from self.drain()

    def open(self, name: str) -> IO[bytes]:
        info = zipfile.ZipInfo(name, self._date)
        info.compress_type = zipfile.ZIP_DEFLATED
        member: IO[bytes] = self._file.open(info, "w", force_zip64=True)
        return member

    def drain(self) -> Iterator[bytes]:
        parts, self._parts[:] = list(self._parts), []
        yield from parts

    def close(self) -> Iterator[bytes]:
        self._file.close()
        yield from self.drain()


class _Sink:
    """Takes what the zip file writes; it cannot seek, so every member is followed by its own length."""

    def __init__(self, parts: list[bytes]) -> None:
        self._parts = parts

    def write(self, data: bytes) -> int:
        self._parts.append(bytes(data))
        return len(data)

    def flush(self) -> None:
        """Do nothing: nothing is held back."""

    def close(self) -> None:
        """Do nothing: there is nothing to close."""
