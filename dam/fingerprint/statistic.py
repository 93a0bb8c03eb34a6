"""The statistic: one direction per fit, fixed before any candidate is looked at, and one number per candidate."""

import numpy as np
import numpy.typing as npt
from scipy import fft

from dam.fingerprint.code import ones
from dam.fingerprint.grid import Band, Grid, Plane, band_of, blurred, radii
from dam.fingerprint.registration import Fit, Known
from dam.fingerprint.residual import residual

Direction = npt.NDArray[np.float32]
"""Where the evidence points, one value a chip, of length 1."""

_RINGS = 48
_CLIP = 4.0
_TINY = 1e-20
_LEAST_SHARE = 0.002


def direction(fit: Fit, known: Known) -> Direction | None:
    """Return the direction a fit's evidence points in; None where nothing is left to look at."""
    luma = known.luma
    grid = Grid(*luma.shape[:2])
    left, trusted = residual(fit.warped, luma, fit.valid)
    if trusted.mean() < _LEAST_SHARE:
        return None
    weighed = _weighed(left, trusted, known.carrying)
    spectrum = np.asarray(fft.dctn(weighed, norm="ortho"), dtype=np.float32)
    power = blurred(spectrum * spectrum, 6)
    spread = np.sqrt(power + 0.02 * float(np.median(power)) + _TINY)
    even = np.clip(spectrum / spread, -_CLIP, _CLIP) / spread
    return _unit(even * _survival(fit.warped, luma, trusted, grid), band_of(grid))


def score(found: Direction, seed: bytes) -> float:
    """Return how far the evidence points to the seed, in standard deviations of an innocent one.

    The chance of an innocent seed to reach `t` is at most `exp(-t^2 / 2)`, whatever was done to the picture: its chips
    are independent of the direction and sub-Gaussian.
    """
    counted = ones(seed, found.size).astype(np.float32)
    return float((found @ counted - 4 * found.sum(dtype=np.float64)) / np.sqrt(2.0))


def _weighed(left: Plane, trusted: Plane, strength: Plane) -> Plane:
    noise = blurred(left * left, 8) / np.maximum(blurred(trusted, 8), 1e-3) + 0.05
    reach = _CLIP * np.sqrt(noise)
    return np.asarray(trusted * strength * np.clip(left, -reach, reach) / noise, dtype=np.float32)


def _survival(warped: Plane, luma: Plane, trusted: Plane, grid: Grid) -> Plane:
    """Return, ring by ring, how much of the original's detail the found picture still has."""
    here, there = (_spectrum(plane, trusted) for plane in (warped, luma))
    ring = np.minimum(radii(grid) * _RINGS, _RINGS - 1).astype(np.int64).ravel()
    both, own, other = (
        np.bincount(ring, product.ravel(), _RINGS) for product in (here * there, there * there, here * here)
    )
    gain = np.abs(both) / np.maximum(own, 1e-9)
    coherence = both * both / np.maximum(own * other, 1e-9)
    kept = (gain * coherence).astype(np.float32)
    return np.asarray(kept[ring].reshape(grid.height, grid.width))


def _spectrum(plane: Plane, trusted: Plane) -> Plane:
    fine = plane - blurred(plane * trusted, 16) / np.maximum(blurred(trusted, 16), 1e-3)
    return np.asarray(fft.dctn(fine * trusted, norm="ortho"), dtype=np.float32)


def _unit(plane: Plane, band: Band) -> Direction | None:
    along = plane.ravel()[band.places] * band.weight
    length = float(np.linalg.norm(along))
    return None if length == 0 or not np.isfinite(length) else np.asarray(along / length, dtype=np.float32)
