"""Embedding: the code becomes a faint pattern, stronger where the picture is busy, and is added to its brightness."""

import cv2
import numpy as np
import numpy.typing as npt
from scipy import fft

from dam.fingerprint.code import chips
from dam.fingerprint.grid import Grid, Pixels, Plane, band_of, blurred, luma_on

Change = npt.NDArray[np.int16]
"""What is added on the grid, in sixty-fourths of a grey level."""

_FINE_BITS = 6
_FINE_STEPS = 1 << _FINE_BITS
_ROWS_AT_ONCE = 128
_FLOOR, _SLOPE, _CEILING = 0.45, 0.09, 1.8


def pattern(grid: Grid, seed: bytes) -> Plane:
    """Return the pattern the seed stands for: zero mean, unit variance, on the grid."""
    band = band_of(grid)
    coefficients = np.zeros(grid.height * grid.width, dtype=np.float32)
    coefficients[band.places] = chips(seed, band.size) * band.weight
    waves = fft.idctn(coefficients.reshape(grid.height, grid.width), norm="ortho")
    return np.asarray(waves * np.float32(np.sqrt(grid.height * grid.width / band.size)), dtype=np.float32)


def mask(luma: Plane) -> Plane:
    """Return how much of the pattern each grid point can carry unseen, in grey levels.

    The busy parts carry more; an edge lends nothing to the flat side of it; black and white carry less, since they
    would clip. Shape: as `luma`, about 0.18 to 1.8.
    """
    fine = luma - blurred(luma, 4)
    activity = np.sqrt(cv2.boxFilter(fine * fine, -1, (9, 9)))
    activity = blurred(np.asarray(cv2.erode(activity, np.ones((9, 9), np.uint8)), dtype=np.float32), 3)
    room = np.clip((np.minimum(luma - 1, 254 - luma)) / 8, 0, 1)
    headroom = blurred((0.4 + 0.6 * room).astype(np.float32), 2)
    return np.asarray(np.clip(_FLOOR + _SLOPE * activity, _FLOOR, _CEILING) * headroom, dtype=np.float32)


def embed(pixels: Pixels, grid: Grid, seed: bytes, strength: float = 1.0) -> Pixels:
    """Return the picture with the fingerprint of the seed; it must be the last change before it is encoded.

    Units: `strength` 1 is the rule; 0.5 is 6 dB fainter. Shape: `grid` is that of the original.
    """
    return add(pixels, change(mask(luma_on(pixels, grid)), grid, seed, strength))


def change(carrying: Plane, grid: Grid, seed: bytes, strength: float = 1.0) -> Change:
    """Return what the fingerprint adds at each grid point, for a picture whose mask is known.

    Units: sixty-fourths of a grey level.
    """
    return np.asarray(np.rint(strength * carrying * pattern(grid, seed) * _FINE_STEPS), dtype=np.int16)


def add(pixels: Pixels, wanted: Change) -> Pixels:
    """Add the same to red, green and blue, at the picture's own size: colour stays, and a grey copy keeps it."""
    height, width = pixels.shape[:2]
    shrinking = height < wanted.shape[0] and width < wanted.shape[1]
    how = cv2.INTER_AREA if shrinking else cv2.INTER_CUBIC
    full = np.asarray(cv2.resize(wanted, (width, height), interpolation=how), dtype=np.int16)
    marked = np.empty_like(pixels)
    for top in range(0, height, _ROWS_AT_ONCE):
        rows = slice(top, top + _ROWS_AT_ONCE)
        levels = (full[rows] + _FINE_STEPS // 2) >> _FINE_BITS
        marked[rows] = cv2.add(pixels[rows], cv2.merge([levels] * 3), dtype=cv2.CV_8U)
    return marked
