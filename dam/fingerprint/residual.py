"""What is left of a found picture once everything the original explains is taken away.

Tone, colour cast, blur and sharpening are fitted window by window; only what no smooth mixture of the original's own
detail explains remains, and with it the fingerprint.
"""

import cv2
import numpy as np

from dam.fingerprint.grid import Plane, blurred

_WINDOW, _STEP = 20.0, 8
_PULL = 0.05
_FOREIGN = 25.0
_TINY = 1e-6
_HALF = 0.5


def residual(warped: Plane, luma: Plane, valid: Plane) -> tuple[Plane, Plane]:
    """Return the unexplained brightness, and where it can be trusted once captions and logos are left out.

    Units: grey levels. Shape: both as `luma`; the second 0 to 1.
    """
    basis = _basis(luma)
    first = _unexplained(warped, basis, valid)
    trusted = valid * _own(first, valid)
    left = _unexplained(warped, basis, trusted)
    return left * trusted, trusted


def _basis(luma: Plane) -> list[Plane]:
    coarse, middle, fine = (blurred(luma, sigma) for sigma in (7.0, 2.5, 1.0))
    parts = [
        np.ones_like(luma),
        coarse - 128,
        _detail(middle, coarse),
        _detail(fine, middle),
        _detail(luma, fine),
    ]
    return [np.asarray(part, dtype=np.float32) for part in parts]


def _detail(finer: Plane, coarser: Plane) -> Plane:
    """What one scale shows and the coarser one lacks."""
    return np.asarray(finer - coarser, dtype=np.float32)


def _unexplained(warped: Plane, basis: list[Plane], trust: Plane) -> Plane:
    """Fit the basis by ridge regression in windows, pulled towards the fit of the whole picture."""
    count = len(basis)
    products = np.empty((count, count, *_coarse_shape(warped)), np.float32)
    answers = np.empty((count, *_coarse_shape(warped)), np.float32)
    for one in range(count):
        answers[one] = _gathered(basis[one] * warped * trust)
        for other in range(one, count):
            products[one, other] = products[other, one] = _gathered(basis[one] * basis[other] * trust)
    factors = _solved(products, answers)
    explained = np.zeros_like(warped)
    for part, factor in zip(basis, factors, strict=True):
        explained += part * cv2.resize(factor, warped.shape[::-1], interpolation=cv2.INTER_LINEAR)
    return warped - explained


def _solved(products: Plane, answers: Plane) -> Plane:
    matrices = np.moveaxis(products, (0, 1), (-2, -1)).astype(np.float64)
    vectors = np.moveaxis(answers, 0, -1).astype(np.float64)
    whole, answer = matrices.mean(axis=(0, 1)), vectors.mean(axis=(0, 1))
    size = np.diag(whole) + _TINY
    everywhere = np.linalg.solve(whole + np.diag(1e-4 * size), answer)
    pull = np.diag(_PULL * size)
    near = np.linalg.solve(matrices + pull, (vectors + pull @ everywhere)[..., None])[..., 0]
    return np.moveaxis(near, -1, 0).astype(np.float32)


def _own(left: Plane, valid: Plane) -> Plane:
    """Tell the photograph's own area from what was laid over it: there the fit fails by far."""
    power = blurred(left * left * valid, 8) / np.maximum(blurred(valid, 8), _TINY)
    inside = power[valid > _HALF]
    limit = _FOREIGN * float(np.median(inside)) + 4.0 if inside.size else 0.0
    kept = (power <= limit).astype(np.uint8)
    return np.asarray(cv2.erode(kept, np.ones((9, 9), np.uint8), borderValue=1), dtype=np.float32)


def _coarse_shape(plane: Plane) -> tuple[int, int]:
    return max(1, plane.shape[0] // _STEP), max(1, plane.shape[1] // _STEP)


def _gathered(plane: Plane) -> Plane:
    height, width = _coarse_shape(plane)
    small = cv2.resize(plane, (width, height), interpolation=cv2.INTER_AREA)
    return blurred(np.asarray(small, dtype=np.float32), _WINDOW / _STEP)
