"""What is added to a picture: the same for the same seed for ever, and least where it could be seen."""

import numpy as np
import pytest

from dam.fingerprint.code import seed_of
from dam.fingerprint.embedding import change, mask, pattern
from dam.fingerprint.grid import Grid, band_of, grid_of, luma_on
from tests.attacks.picture import scene

TRUE = seed_of(b"k" * 32, "photograph", "delivery-1")
FROZEN_PATTERN = [-1.39634, -0.8667, 0.03611, 0.48771]
FROZEN_CHANGE = [-2, 14, -2, 12]


def test_black_white_and_flat_areas_carry_least():
    flat = np.full((300, 400), 128.0, np.float32)
    busy = flat + np.random.RandomState(1).randint(-40, 40, flat.shape).astype(np.float32)
    assert mask(np.zeros_like(flat)).mean() < mask(flat).mean() < mask(busy).mean()


def test_the_pattern_is_the_same_for_ever():
    made = pattern(Grid(64, 96), TRUE)
    assert abs(float(made.mean())) < 1e-6
    assert abs(float(made.std()) - 1) < 0.05
    np.testing.assert_allclose(made[10, 20:24], FROZEN_PATTERN, atol=1e-4)


def test_the_change_on_the_grid_is_the_same_for_ever():
    drawn = change(mask(luma_on(scene(64, 96), Grid(64, 96))), Grid(64, 96), TRUE)
    np.testing.assert_allclose(drawn[30, 40:44], FROZEN_CHANGE, atol=1)


@pytest.mark.parametrize(
    ("size", "wanted"), [((4000, 6000), Grid(683, 1024)), ((1, 9000), Grid(1, 1024)), ((5, 5), Grid(1024, 1024))]
)
def test_the_grid_has_1024_points_along_the_longer_edge(size, wanted):
    assert grid_of(*size) == wanted


def test_the_band_leaves_out_what_a_tone_curve_moves():
    band = band_of(Grid(683, 1024))
    assert band.radius.min() >= 0.03
    assert band.radius.max() <= 0.60
    assert abs(float(np.mean(np.square(band.weight))) - 1) < 1e-3
