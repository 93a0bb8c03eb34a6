"""Registration: where each point of a found picture lies on the original's grid.

Nothing here knows a candidate's code, so searching long for a good fit costs nothing in false accusations, except that
every fit that is scored is paid for in the bound.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product

import cv2
import numpy as np
import numpy.typing as npt

from dam.fingerprint.embedding import mask
from dam.fingerprint.features import Features, Grey, features_of, matched, mirrored
from dam.fingerprint.grid import Grid, Plane

Matrix = npt.NDArray[np.float64]
"""A homography `(3, 3)`, from grid points to the found picture's pixels, x before y."""

MOST_FITS = 4
"""Fits of one found picture that are scored; the bound pays for each."""

_CERTAIN, _ENOUGH, _LEAST = 80, 25, 6
"""Distinct places that agree: no other guess is needed; none but features; none by features at all."""
_FIRST_LOOK, _SECOND_LOOK = (1_200, 4_000), (2_400, 12_000)
_LARGEST_PX = 3_000
_ASPECT_SLACK = 0.06
_REACH_PX = 3.0
_EDGE_PX = 9
_SMOOTH = 24.0
_LEAST_SHARE, _NEARLY_ZERO, _FAR_PX, _HALF = 0.005, 1e-6, 32_000, 0.5


@dataclass(frozen=True, slots=True)
class Fit:
    """A found picture laid over the grid.

    Shape: `warped` is its brightness at each grid point; `valid` 0 to 1 tells where it has any; `likeness` is their
    locally normalised correlation, 1 for the same picture; `matrix` leads from the grid to the found picture.
    """

    warped: Plane
    valid: Plane
    likeness: float
    matrix: Matrix


@dataclass(frozen=True, slots=True)
class Known:
    """What is kept of an original: its brightness on the grid, and its features with those of its mirror.

    Shape: `even` is the brightness with local contrast made the same everywhere; `carrying` is its mask.
    """

    luma: Plane
    even: Plane
    carrying: Plane
    features: Features
    mirror: Features


def know(luma: Plane) -> Known:
    """Return what is needed of an original, once for everything that is compared with it."""
    grey = np.clip(np.rint(luma), 0, 255).astype(np.uint8)
    most = _FIRST_LOOK[1]
    return Known(luma, _normalised(luma), mask(luma), features_of(grey, most), features_of(mirrored(grey), most))


def fits(found: Grey, known: Known) -> list[Fit]:
    """Return the ways the found picture lies on the original, the likeliest first, at most `MOST_FITS`."""
    found = _shrunk(found, _LARGEST_PX)
    started = [_lay(found, known, matrix) for matrix in _guesses(found, known)]
    started.sort(key=lambda fit: -fit.likeness)
    return sorted((_refined(found, known, fit) for fit in started[:MOST_FITS]), key=lambda fit: -fit.likeness)


# -- guesses ---------------------------------------------------------------------------------------------------------
def _guesses(found: Grey, known: Known) -> Iterator[Matrix]:
    height, width = known.luma.shape
    best = 0
    for longest, most in (_FIRST_LOOK, _SECOND_LOOK):
        for matrix, support in _by_features(found, known, longest, most):
            best = max(best, support)
            yield matrix
            if support >= _CERTAIN:
                return
        if best >= _ENOUGH or max(found.shape) <= longest:
            break
    if best < _ENOUGH:
        yield from _same_framing(found, Grid(height, width))


def _by_features(found: Grey, known: Known, longest: int, most: int) -> Iterator[tuple[Matrix, int]]:
    small = _shrunk(found, longest)
    seen = features_of(small, most)
    scale = np.diag([found.shape[1] / small.shape[1], found.shape[0] / small.shape[0], 1.0])
    for features, turn in ((known.features, np.eye(3)), (known.mirror, _mirror(known.luma.shape[1]))):
        guess = _homography(*matched(seen, features))
        if guess is not None:
            yield scale @ guess[0] @ turn, guess[1]


def _homography(here: npt.NDArray[np.float32], there: npt.NDArray[np.float32]) -> tuple[Matrix, int] | None:
    """Return the plane view from there to here most matches agree on, and how many distinct places do."""
    if len(here) < _LEAST:
        return None
    matrix, agreeing = cv2.findHomography(there, here, cv2.USAC_MAGSAC, _REACH_PX, maxIters=10_000, confidence=0.9999)
    if not np.shape(matrix):
        return None
    places = np.unique(np.rint(there[agreeing.ravel() > 0]), axis=0)
    return (np.asarray(matrix, dtype=np.float64), len(places)) if len(places) >= _LEAST else None


def _mirror(width: int) -> Matrix:
    return np.array([[-1.0, 0, width - 1], [0, 1, 0], [0, 0, 1]])


def _same_framing(found: Grey, grid: Grid) -> Iterator[Matrix]:
    """The whole photograph, upright, turned or mirrored: where features fail, the frame itself is a guess."""
    for quarter_turns, flipped in product(range(4), (False, True)):
        height, width = (grid.height, grid.width) if quarter_turns % 2 == 0 else (grid.width, grid.height)
        if abs((found.shape[1] / found.shape[0]) / (width / height) - 1) > _ASPECT_SLACK:
            continue
        yield (
            _stretch(width, height, found)
            @ _turned(grid, quarter_turns)
            @ (_mirror(grid.width) if flipped else np.eye(3))
        )


def _turned(grid: Grid, quarter_turns: int) -> Matrix:
    matrix, height, width = np.eye(3), grid.height, grid.width
    for _ in range(quarter_turns):
        matrix = np.array([[0.0, -1, height - 1], [1, 0, 0], [0, 0, 1]]) @ matrix
        height, width = width, height
    return matrix


def _stretch(width: int, height: int, found: Grey) -> Matrix:
    across, down = found.shape[1] / width, found.shape[0] / height
    return np.array([[across, 0, (across - 1) / 2], [0, down, (down - 1) / 2], [0, 0, 1]])


# -- laying one over the other -----------------------------------------------------------------------------------------
def _lay(found: Grey, known: Known, matrix: Matrix, flow: Plane | None = None) -> Fit:
    shape = known.luma.shape
    across, down = _places(matrix, shape, flow)
    soft = _softened(found, matrix, shape)
    warped = cv2.remap(soft, across, down, cv2.INTER_CUBIC, borderMode=cv2.BORDER_REPLICATE)
    inside = (across >= 1) & (down >= 1) & (across <= found.shape[1] - 2) & (down <= found.shape[0] - 2)
    reach = 2 * _EDGE_PX + 1
    valid = cv2.erode(inside.astype(np.uint8), np.ones((reach, reach), np.uint8), borderValue=1).astype(np.float32)
    plane = np.asarray(warped, dtype=np.float32)
    return Fit(plane, valid, _likeness(plane, known, valid), matrix)


def _places(matrix: Matrix, shape: tuple[int, ...], flow: Plane | None) -> tuple[Plane, Plane]:
    down, across = np.indices(shape[:2], dtype=np.float32)
    if flow is not None:
        across, down = across + flow[..., 0], down + flow[..., 1]
    below = matrix[2, 0] * across + matrix[2, 1] * down + matrix[2, 2]
    below = np.where(np.abs(below) < _NEARLY_ZERO, _NEARLY_ZERO, below)
    x = (matrix[0, 0] * across + matrix[0, 1] * down + matrix[0, 2]) / below
    y = (matrix[1, 0] * across + matrix[1, 1] * down + matrix[1, 2]) / below
    return np.clip(x, -_FAR_PX, _FAR_PX).astype(np.float32), np.clip(y, -_FAR_PX, _FAR_PX).astype(np.float32)


def _softened(found: Grey, matrix: Matrix, shape: tuple[int, ...]) -> Plane:
    """Blur what will shrink, so that detail finer than the grid does not come back as noise."""
    plane = found.astype(np.float32)
    middle = np.array([shape[1] / 2, shape[0] / 2])
    steps = np.array([[0.0, 0.0], [8.0, 0.0], [0.0, 8.0]]) + middle
    seen = cv2.perspectiveTransform(steps[None].astype(np.float64), matrix)[0]
    (across, down), (under, over) = seen[1] - seen[0], seen[2] - seen[0]
    scale_squared = abs(across * over - down * under) / 64
    if scale_squared <= 1:
        return plane
    return np.asarray(cv2.GaussianBlur(plane, (0, 0), 0.5 * np.sqrt(scale_squared - 1) + 1e-3), dtype=np.float32)


def _normalised(plane: Plane, sigma: float = 8.0) -> Plane:
    even = plane - cv2.GaussianBlur(plane, (0, 0), sigma)
    return np.asarray(even / np.sqrt(cv2.GaussianBlur(even * even, (0, 0), sigma) + 4.0), dtype=np.float32)


def _likeness(warped: Plane, known: Known, valid: Plane) -> float:
    here, there = _normalised(warped) * valid, known.even * valid
    scale = float(np.sqrt(np.vdot(here, here) * np.vdot(there, there)))
    share = float(valid.mean())
    return float(np.vdot(here, there)) / scale if scale > 0 and share > _LEAST_SHARE else 0.0


# -- refining ----------------------------------------------------------------------------------------------------------
def _refined(found: Grey, known: Known, fit: Fit) -> Fit:
    """Follow the remaining shifts: first as a better plane view, then as smooth bending; keep only what fits better."""
    best = fit
    for _ in range(2):
        flow = _flow(best, known)
        refit = _refit(best.matrix, flow, best.valid)
        tried = best if refit is None else _lay(found, known, refit)
        if tried.likeness <= best.likeness:
            break
        best = tried
    bent = _lay(found, known, best.matrix, _flow(best, known))
    return bent if bent.likeness > best.likeness else best


def _flow(fit: Fit, known: Known) -> Plane:
    """Return the smooth shift at each grid point, trusted where the picture has contours."""
    finder = cv2.DISOpticalFlow.create(cv2.DISOPTICAL_FLOW_PRESET_FAST)
    finder.setFinestScale(1)
    still = np.zeros((*known.luma.shape, 2), np.float32)
    raw = np.asarray(finder.calc(_as_grey(known.even), _as_grey(_normalised(fit.warped)), still), dtype=np.float32)
    slope = np.hypot(cv2.Sobel(known.luma, cv2.CV_32F, 1, 0), cv2.Sobel(known.luma, cv2.CV_32F, 0, 1))
    trust = np.minimum(slope, 200.0) * fit.valid + 1e-3
    return _smoothed(raw, np.asarray(trust, dtype=np.float32))


def _smoothed(raw: Plane, trust: Plane) -> Plane:
    """Return the weighted mean of the shifts around each point; a quarter of the points tells it as well as all."""
    height, width = trust.shape
    size = (max(1, width // 4), max(1, height // 4))
    parts = [
        cv2.resize(plane, size, interpolation=cv2.INTER_AREA)
        for plane in (raw[..., 0] * trust, raw[..., 1] * trust, trust)
    ]
    across, down, total = (cv2.GaussianBlur(part, (0, 0), _SMOOTH / 4) for part in parts)
    mean = np.dstack([across / total, down / total])
    return np.asarray(cv2.resize(mean, (width, height), interpolation=cv2.INTER_LINEAR), dtype=np.float32)


def _refit(matrix: Matrix, flow: Plane, valid: Plane) -> Matrix | None:
    height, width = valid.shape
    down, across = np.mgrid[8:height:16, 8:width:16]
    kept = valid[down, across] > _HALF
    if kept.sum() < 4 * _LEAST:
        return None
    grid = np.column_stack([across[kept], down[kept]]).astype(np.float64)
    moved = grid + flow[down, across][kept]
    seen = cv2.perspectiveTransform(moved[None], matrix)[0]
    better, _ = cv2.findHomography(grid, seen, cv2.RANSAC, 2.0)
    return np.asarray(better, dtype=np.float64) if np.shape(better) else None


def _as_grey(plane: Plane) -> Grey:
    return np.clip(plane * 40 + 128, 0, 255).astype(np.uint8)


def _shrunk(grey: Grey, longest: int) -> Grey:
    scale = longest / max(grey.shape)
    if scale >= 1:
        return grey
    size = (max(1, round(grey.shape[1] * scale)), max(1, round(grey.shape[0] * scale)))
    return np.asarray(cv2.resize(grey, size, interpolation=cv2.INTER_AREA), dtype=np.uint8)
