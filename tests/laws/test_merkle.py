"""The tree of the log against its own definition, and every proof against two verifiers that share no code."""

import hashlib

from hypothesis import given, settings
from hypothesis import strategies as st

from dam.audit import merkle, verify
from dam.audit.tiles import WIDTH, Tile, TileHashes, partials, tile_at, tiles_between

SIZES = st.one_of(st.integers(0, 70), st.sampled_from([255, 256, 257, 511, 512, 513, 700]))


def defined_root(hashes):
    """RFC 9162 section 2.1.1, word for word."""
    if not hashes:
        return hashlib.sha256(b"").digest()
    if len(hashes) == 1:
        return hashes[0]
    k = 1
    while k * 2 < len(hashes):
        k *= 2
    return hashlib.sha256(b"\1" + defined_root(hashes[:k]) + defined_root(hashes[k:])).digest()


LEAVES = [merkle.leaf_hash(b"entry %d" % number) for number in range(700)]


class Rows:
    """Tiles worked out from the leaves alone."""

    def hashes(self, tile):
        span = WIDTH**tile.level
        return [defined_root(LEAVES[at * span : (at + 1) * span]) for at in range(tile.first, tile.first + tile.width)]


def tree(size):
    return TileHashes(size, Rows())


@given(SIZES)
def test_a_grown_tree_has_the_defined_root(size):
    grown = merkle.Frontier.empty()
    for leaf in LEAVES[:size]:
        list(grown.push(leaf))
    assert grown.root() == defined_root(LEAVES[:size]) == merkle.root(size, tree(size))
    assert merkle.Frontier.of(size, grown.data()).root() == grown.root()


@given(SIZES)
def test_a_growing_tree_yields_every_complete_subtree_once(size):
    grown = merkle.Frontier.empty()
    nodes = [node for leaf in LEAVES[:size] for node in grown.push(leaf)]
    assert len(nodes) == sum(size >> height for height in range(size.bit_length()))
    for node in nodes:
        span = 1 << node.height
        assert node.hash == defined_root(LEAVES[node.number * span : (node.number + 1) * span])


@given(SIZES.filter(bool), st.data())
def test_an_inclusion_proof_holds_for_its_leaf_and_for_no_other(size, data):
    index = data.draw(st.integers(0, size - 1))
    other = data.draw(st.integers(0, size - 1))
    root, proof = defined_root(LEAVES[:size]), merkle.inclusion_proof(index, size, tree(size))
    assert merkle.includes(index, size, LEAVES[index], proof, root)
    assert verify.included(index, size, LEAVES[index], proof) == root
    if other != index:
        assert not merkle.includes(other, size, LEAVES[index], proof, root)
        assert not merkle.includes(index, size, LEAVES[other], proof, root)
        assert verify.included(other, size, LEAVES[index], proof) != root


@given(SIZES, SIZES)
def test_a_consistency_proof_holds_for_its_two_trees(one, other):
    old, size = sorted((one, other))
    old_root, root = defined_root(LEAVES[:old]), defined_root(LEAVES[:size])
    proof = merkle.consistency_proof(old, size, tree(size))
    assert merkle.extends(old, size, proof, old_root, root)
    assert verify.consistent(_head(old, old_root), _head(size, root), proof)
    if 0 < old < size:
        assert not merkle.extends(old, size, proof, root, old_root)
        assert not verify.consistent(_head(old, LEAVES[0][::-1]), _head(size, root), proof)


def _head(size, root):
    head = verify.Checkpoint.__new__(verify.Checkpoint)
    head.size, head.root = size, root
    return head


@settings(deadline=None)
@given(SIZES, SIZES)
def test_what_is_published_between_two_sizes_completes_the_tree(one, other):
    old, size = sorted((one, other))
    published = {tile.path for tile in tiles_between(0, old)} | {tile.path for tile in tiles_between(old, size)}
    full = {tile.path for tile in tiles_between(0, size) if tile.full}
    assert {path for path in published if ".p/" not in path} == full
    assert {tile.path for tile in partials(size)} <= {tile.path for tile in tiles_between(0, size)}
    if old < size:
        assert {tile.path for tile in partials(size)} <= {tile.path for tile in tiles_between(old, size)}


@given(st.one_of(st.just("entries"), st.integers(0, 63)), st.integers(0, 10**12), st.integers(1, WIDTH))
def test_a_tile_is_found_again_at_its_path(level, index, width):
    tile = Tile(level, index, width)
    assert tile_at(tile.path) == tile
