"""The canonical grid: 1,024 points along the longer edge, on which every copy of a photograph carries its code."""

from dataclasses import dataclass
from functools import lru_cache

import cv2
import numpy as np
import numpy.typing as npt

LONG_EDGE = 1_024
LOWEST, HIGHEST = 0.03, 0.60
"""The band, as a share of the finest detail: below it is what a tone curve moves, above it what a web copy loses."""
_KNEE = 0.08
_LUMA = np.array([0.299, 0.587, 0.114], dtype=np.float32)

Plane = npt.NDArray[np.float32]
"""One value a grid point, `(height, width) float32`."""
Pixels = npt.NDArray[np.uint8]
"""`(H, W, 3) uint8 sRGB`, upright."""


@dataclass(frozen=True, slots=True)
class Grid:
    """The size of the canonical grid of one photograph."""

    height: int
    width: int


@dataclass(frozen=True, slots=True)
class Band:
    """Where the code lies among the cosine coefficients of a grid, and how strongly.

    Shape: `places` are row-major, flat; `radius` and `weight` belong to them; the weights' mean square is 1.
    """

    places: npt.NDArray[np.int64]
    radius: Plane
    weight: Plane

    @property
    def size(self) -> int:
        """How many chips the band holds."""
        return int(self.places.size)


def grid_of(height_px: int, width_px: int) -> Grid:
    """Return the grid of an original of that size; all its copies share it, whatever their own size.

    Raises: ValueError when a side is not positive.
    """
    if min(height_px, width_px) < 1:
        raise ValueError("a photograph has a height and a width")
    longer = max(height_px, width_px)
    return Grid(max(1, _nearest(height_px, longer)), max(1, _nearest(width_px, longer)))


def _nearest(side_px: int, longer_px: int) -> int:
    return (2 * side_px * LONG_EDGE + longer_px) // (2 * longer_px)


@lru_cache(maxsize=32)
def radii(grid: Grid) -> Plane:
    """Return how fine each cosine coefficient of the grid is: 0 is flat, 1 the finest along one edge."""
    down = np.arange(grid.height, dtype=np.float64)[:, None] / grid.height
    across = np.arange(grid.width, dtype=np.float64)[None, :] / grid.width
    return np.hypot(down, across).astype(np.float32)


@lru_cache(maxsize=32)
def band_of(grid: Grid) -> Band:
    """Return the band of the grid; coarse detail carries more, as it does in photographs."""
    radius = radii(grid).ravel()
    places = np.flatnonzero((radius >= LOWEST) & (radius <= HIGHEST))
    falling = 1 / np.maximum(radius[places], _KNEE)
    weight = falling / np.sqrt(np.mean(np.square(falling, dtype=np.float64)))
    return Band(places, radius[places], weight.astype(np.float32))


def luma_on(pixels: Pixels, grid: Grid) -> Plane:
    """Return the brightness of the picture on the grid, 0 to 255."""
    return (_resized(pixels, grid) @ _LUMA).astype(np.float32)


def _resized(pixels: Pixels, grid: Grid) -> Pixels:
    shrinking = pixels.shape[0] >= grid.height and pixels.shape[1] >= grid.width
    how = cv2.INTER_AREA if shrinking else cv2.INTER_CUBIC
    return np.asarray(cv2.resize(pixels, (grid.width, grid.height), interpolation=how), dtype=np.uint8)


def blurred(plane: Plane, sigma: float) -> Plane:
    """Return the plane under a Gaussian window of that many grid points."""
    return np.asarray(cv2.GaussianBlur(plane, (0, 0), sigma), dtype=np.float32)
