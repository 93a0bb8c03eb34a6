"""The Merkle tree of the log: its hashes, its roots, and proofs that can be checked by anybody.

A *node* is a complete subtree: `height` 0 is a leaf, and node `number` of height h covers the leaves
`[number * 2**h, (number + 1) * 2**h)`. Every proof is a list of ranges of leaves; a range is folded from its nodes.
Source: RFC 9162 section 2.1 (the tree of RFC 6962, with SHA-256).
"""

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple, Protocol

HASH_BYTES = 32
EMPTY_ROOT = hashlib.sha256(b"").digest()
_LEAF = b"\x00"
_NODE = b"\x01"


class Node(NamedTuple):
    """One complete subtree and its hash."""

    height: int
    number: int
    hash: bytes


class Hashes(Protocol):
    """Gives the hash of any complete subtree of a tree that is already there."""

    def node(self, height: int, number: int) -> bytes:
        """Return the hash of the complete subtree."""


def leaf_hash(entry: bytes) -> bytes:
    """Return the hash of one entry."""
    return hashlib.sha256(_LEAF + entry).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """Return the hash over two subtrees."""
    return hashlib.sha256(_NODE + left + right).digest()


@dataclass(slots=True)
class Frontier:
    """The right edge of a growing tree: all that is needed to append to it and to know its root.

    Shape: `peaks` are the complete subtrees from left to right, one for every 1 in the binary `size`.
    """

    size: int
    peaks: list[bytes]

    @classmethod
    def empty(cls) -> "Frontier":
        """Return the edge of the tree without leaves."""
        return cls(0, [])

    @classmethod
    def of(cls, size: int, data: bytes) -> "Frontier":
        """Return the edge that `data` described.

        Raises: ValueError when the bytes do not fit the size.
        """
        if len(data) != size.bit_count() * HASH_BYTES:
            raise ValueError(f"{len(data)} bytes cannot be the edge of a tree of {size}")
        return cls(size, [data[start : start + HASH_BYTES] for start in range(0, len(data), HASH_BYTES)])

    def data(self) -> bytes:
        """Return the edge as bytes."""
        return b"".join(self.peaks)

    def push(self, leaf: bytes) -> Iterator[Node]:
        """Append one leaf and yield every subtree it completes, itself first."""
        yield Node(0, self.size, leaf)
        node, height, left = leaf, 0, self.size
        while left & 1:
            node, height, left = node_hash(self.peaks.pop(), node), height + 1, left >> 1
            yield Node(height, left, node)
        self.peaks.append(node)
        self.size += 1

    def root(self) -> bytes:
        """Return the root of the tree."""
        return fold(self.peaks)


def fold(parts: Sequence[bytes]) -> bytes:
    """Return the hash over subtrees that lie side by side, the larger ones on the left."""
    if not parts:
        return EMPTY_ROOT
    found = parts[-1]
    for part in reversed(parts[:-1]):
        found = node_hash(part, found)
    return found


def complete_root(hashes: Sequence[bytes]) -> bytes:
    """Return the hash over a power of two of neighbours of the same height."""
    row = list(hashes)
    while len(row) > 1:
        row = [node_hash(row[at], row[at + 1]) for at in range(0, len(row), 2)]
    return row[0]


def range_hash(start: int, end: int, hashes: Hashes) -> bytes:
    """Return the hash over the leaves `[start, end)`, a subtree of the tree in which they lie."""
    return fold([hashes.node(height, number) for height, number in _nodes(start, end)])


def root(size: int, hashes: Hashes) -> bytes:
    """Return the root of the first `size` leaves."""
    return range_hash(0, size, hashes)


def inclusion_proof(index: int, size: int, hashes: Hashes) -> list[bytes]:
    """Return the proof that a leaf stands at `index` in the tree of `size` leaves.

    Raises: ValueError when it cannot.
    Source: RFC 9162 section 2.1.3.1.
    """
    if not 0 <= index < size:
        raise ValueError(f"a tree of {size} has no leaf {index}")
    start, end, path = 0, size, list[tuple[int, int]]()
    while end - start > 1:
        middle = start + _split(end - start)
        if index < middle:
            path.append((middle, end))
            end = middle
        else:
            path.append((start, middle))
            start = middle
    return [range_hash(*part, hashes) for part in reversed(path)]


def consistency_proof(old: int, size: int, hashes: Hashes) -> list[bytes]:
    """Return the proof that the tree of `old` leaves is the beginning of the tree of `size`.

    Raises: ValueError when it cannot be one.
    Source: RFC 9162 section 2.1.4.1; nothing needs to be proved of an empty tree or of the same one.
    """
    if not 0 <= old <= size:
        raise ValueError(f"a tree of {old} is not the beginning of one of {size}")
    if old in (0, size):
        return []
    start, end, whole, path = 0, size, True, list[tuple[int, int]]()
    while end != old:
        middle = start + _split(end - start)
        if old <= middle:
            path.append((middle, end))
            end = middle
        else:
            path.append((start, middle))
            start, whole = middle, False
    if not whole:
        path.append((start, end))
    return [range_hash(*part, hashes) for part in reversed(path)]


def includes(index: int, size: int, leaf: bytes, proof: Sequence[bytes], expected_root: bytes) -> bool:
    """Tell whether the proof shows the leaf at `index` of the tree with that root.

    Source: RFC 9162 section 2.1.3.2.
    """
    if not 0 <= index < size or not _are_hashes(proof):
        return False
    number, last, found = index, size - 1, leaf
    for part in proof:
        if last == 0:
            return False
        if number & 1 or number == last:
            found = node_hash(part, found)
            while number and not number & 1:
                number, last = number >> 1, last >> 1
        else:
            found = node_hash(found, part)
        number, last = number >> 1, last >> 1
    return last == 0 and found == expected_root


def extends(old: int, size: int, proof: Sequence[bytes], old_root: bytes, new_root: bytes) -> bool:
    """Tell whether the proof shows that the tree with `old_root` is the beginning of the one with `new_root`.

    Source: RFC 9162 section 2.1.4.2.
    """
    if not 0 <= old <= size or not _are_hashes(proof):
        return False
    if old == size:
        return not proof and old_root == new_root
    if old == 0:
        return not proof and old_root == EMPTY_ROOT
    path = [old_root, *proof] if old & (old - 1) == 0 else list(proof)
    return bool(path) and _grows(old, size, path) == (old_root, new_root)


def _grows(old: int, size: int, path: Sequence[bytes]) -> tuple[bytes, bytes] | None:
    """Return the roots that the path leads to, or None where it is too long or too short."""
    number, last = old - 1, size - 1
    while number & 1:
        number, last = number >> 1, last >> 1
    old_root = new_root = path[0]
    for part in path[1:]:
        if last == 0:
            return None
        if number & 1 or number == last:
            old_root, new_root = node_hash(part, old_root), node_hash(part, new_root)
            while number and not number & 1:
                number, last = number >> 1, last >> 1
        else:
            new_root = node_hash(new_root, part)
        number, last = number >> 1, last >> 1
    return (old_root, new_root) if last == 0 else None


def _are_hashes(proof: Sequence[bytes]) -> bool:
    return all(len(part) == HASH_BYTES for part in proof)


def _split(size: int) -> int:
    """Return the largest power of two below the size."""
    return 1 << ((size - 1).bit_length() - 1)


def _nodes(start: int, end: int) -> Iterator[tuple[int, int]]:
    """Yield the complete subtrees of a range that begins where a subtree of its size may begin, largest first."""
    left = end - start
    while left:
        height = left.bit_length() - 1
        yield height, start >> height
        start, left = start + (1 << height), left - (1 << height)
