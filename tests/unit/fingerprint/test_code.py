"""The code of a delivery: the same on every machine, and nobody's guess."""

import numpy as np
import pytest

from dam.fingerprint.code import PREVIEW, chips, commitment, ones, seed_of

KEY = bytes(range(32))
FROZEN_SEED = "d73bf0e9af79485eaf02188f52fafeb7c6d8fb2dfc770926e0cba9d7aea3b089"
FROZEN_COMMITMENT = "2fedba1b7a5d957b396ad73b58074659627f1e9a92f990f5ee1197e9443e19eb"
FROZEN_ONES = [5, 4, 3, 2, 4, 3, 4, 3, 3, 3, 3, 2, 5, 4, 4, 2, 6, 5, 3, 2, 1, 3, 3, 4, 4, 6, 4, 5, 5, 3, 4, 5]
FROZEN_CHIPS = np.array([0.7071067690849304, 0.0], dtype=np.float32)


def test_the_same_names_give_the_same_seed_for_ever():
    assert seed_of(KEY, "asset", "delivery").hex() == FROZEN_SEED
    assert commitment(seed_of(KEY, "asset", "delivery")) == FROZEN_COMMITMENT


def test_the_same_seed_gives_the_same_chips_for_ever():
    assert ones(bytes.fromhex(FROZEN_SEED), 32).tolist() == FROZEN_ONES
    np.testing.assert_array_equal(chips(bytes.fromhex(FROZEN_SEED), 2), FROZEN_CHIPS)


@pytest.mark.parametrize(
    "other",
    [
        (KEY[::-1], "asset", "delivery"),
        (KEY, "asset2", "delivery"),
        (KEY, "asset", PREVIEW),
        (KEY, "assetd", "elivery"),
    ],
)
def test_any_other_key_or_name_gives_another_seed(other):
    assert seed_of(*other) != seed_of(KEY, "asset", "delivery")


def test_a_short_key_and_a_double_name_are_refused():
    with pytest.raises(ValueError, match="32 bytes"):
        seed_of(KEY[:31], "asset", "delivery")
    with pytest.raises(ValueError, match="zero byte"):
        seed_of(KEY, "as\x00set", "delivery")


def test_chips_have_mean_zero_and_variance_one():
    drawn = chips(seed_of(KEY, "asset", "delivery"), 200_000)
    assert abs(drawn.mean()) < 0.01
    assert abs(drawn.std() - 1) < 0.01
    assert np.abs(drawn).max() < 2.83
