"""A marked copy looks like the photograph, and after what people do to pictures still names its delivery."""

import cv2
import numpy as np
import pytest

from dam.fingerprint.code import seed_of
from dam.fingerprint.detection import examine, overlay, scores
from dam.fingerprint.embedding import embed
from dam.fingerprint.grid import Grid, grid_of, luma_on
from dam.fingerprint.judgement import Finding, judge
from dam.fingerprint.registration import MOST_FITS, know
from tests.attacks.picture import grey, jpeg, scene, shrunk, turned

KEY = b"k" * 32
TRUE = seed_of(KEY, "photograph", "delivery-1")
OTHERS = [seed_of(KEY, "photograph", f"delivery-{one}") for one in range(2, 42)]
ATTACKS = {
    "nothing": lambda x: x,
    "JPEG 40": lambda x: jpeg(x, 40),
    "a third of the size": lambda x: shrunk(x, 0.33),
    "a quarter cut out": lambda x: x[150:500, 300:800].copy(),
    "turned by three degrees": lambda x: turned(x, 3),
    "in the mirror, grey": lambda x: np.dstack([grey(x[:, ::-1].copy())] * 3),
    "upside down and brighter": lambda x: np.clip(x[::-1, ::-1] * 1.15 + 5, 0, 255).astype(np.uint8),
}


@pytest.fixture(scope="module")
def original():
    return scene()


@pytest.fixture(scope="module")
def grid(original) -> Grid:
    return grid_of(*original.shape[:2])


@pytest.fixture(scope="module")
def marked(original, grid):
    return embed(original, grid, TRUE)


@pytest.fixture(scope="module")
def known(original, grid):
    return know(luma_on(original, grid))


@pytest.mark.parametrize("attack", ATTACKS)
def test_after_the_attack_the_true_delivery_is_named_and_no_other(marked, known, attack):
    evidence = examine(grey(ATTACKS[attack](marked)), known)
    true, *innocent = scores(evidence, [TRUE, *OTHERS])
    tried = {"candidates": 1 + len(OTHERS), "fits": len(evidence.fits)}
    assert judge(true, **tried).finding is Finding.IDENTIFIED, f"z {true:.1f}"
    assert {judge(one, **tried).finding for one in innocent} == {Finding.NONE}
    assert len(evidence.fits) <= MOST_FITS


def test_an_unmarked_copy_names_nobody(original, known):
    evidence = examine(grey(jpeg(original, 70)), known)
    assert max(scores(evidence, OTHERS)) < 5


def test_another_photograph_names_nobody(marked, known):
    evidence = examine(grey(scene(seed=8)), known)
    assert max(scores(evidence, [TRUE, *OTHERS])) < 5


def test_a_blank_page_gives_no_evidence_and_no_error(known):
    assert max(scores(examine(np.full((400, 600), 250, np.uint8), known), OTHERS)) < 5


def test_a_marked_copy_cannot_be_told_from_the_photograph(original, marked):
    error = np.mean(np.square(original.astype(np.float64) - marked))
    assert 10 * np.log10(255**2 / error) >= 44


def test_colour_stays_as_it_was(original, marked):
    moved = marked.astype(int) - original
    inside = (marked > 0).all(axis=2) & (marked < 255).all(axis=2)
    assert (moved[inside] == moved[inside][:, :1]).all()


def test_all_copies_of_a_photograph_share_its_grid(original, grid, known):
    small = shrunk(original, 0.5)
    evidence = examine(grey(jpeg(embed(small, grid, TRUE), 90)), known)
    assert scores(evidence, [TRUE])[0] > 20


def test_the_overlay_shows_both_pictures(marked, known):
    fit = examine(grey(shrunk(marked, 0.5)), known).fits[0]
    shown = overlay(fit, known.luma)
    assert shown.shape == known.luma.shape
    assert float(np.abs(shown - known.luma).mean()) < 8
    assert cv2.countNonZero(np.abs(shown - np.rint(known.luma)).astype(np.uint8)) > 0
