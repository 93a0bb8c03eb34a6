"""PDQ, from its specification: brightness, smoothed and thinned to 64 x 64, sixteen by sixteen frequencies, a median.

Smoothing, thinning and transform are linear and work on rows and columns alike: each is one matrix, applied from both
sides. Runs in the child process alone, where numpy is loaded.
Source: Facebook, "The TMK+PDQF Video-Hashing Algorithm and the PDQ Image-Hashing Algorithm" (2019), sections 4 and 5.
"""

from functools import cache

import numpy as np
from numpy.typing import NDArray

from dam.imaging.perceptual import BITS, PerceptualHash

Matrix = NDArray[np.float32]

SIDE_PX = 512
"""Side of the square every picture is forced into before it is hashed, whatever its shape."""

_THIN = 64
_FREQUENCIES = 16
_LUMA = np.array([0.299, 0.587, 0.114], np.float32)
_PASSES = 2
_FULL_QUALITY = 90
_PERCENT = 100


def hashes(square: NDArray[np.uint8]) -> tuple[PerceptualHash, ...]:
    """Return the hashes of the picture turned and mirrored in all eight ways, as if each had been hashed by itself.

    The published short cut, changing signs of the frequencies, is off by up to 32 bits, because the filter is not
    centred: here the filter is turned instead of the picture, which is exact and costs a third of a millisecond.
    Shape: `(512, 512, 3)` uint8 sRGB; as it stands, mirrored left to right, turned by 180 degrees, mirrored top to
    bottom; then the same four of the picture with its rows and columns exchanged.
    """
    luma = square.astype(np.float32) @ _LUMA
    both = np.vstack((_thinning(), _thinning()[:, ::-1]))
    thinned = both @ luma @ both.T  # four squares: each axis ahead and back; the lying ones are these, transposed
    ahead, back = slice(0, _THIN), slice(_THIN, None)
    sides = ((ahead, ahead), (ahead, back), (back, back), (back, ahead))
    standing: list[Matrix] = [thinned[down, across] for down, across in sides]
    lying: list[Matrix] = [thinned[across, down].T for down, across in sides]
    quality = _quality(standing[0])
    return tuple(PerceptualHash(_bits(each), quality) for each in standing + lying)


def _bits(thin: Matrix) -> bytes:
    """Return which of the lowest sixteen by sixteen frequencies, the constant one left out, pass their median."""
    block = _transform() @ thin @ _transform().T
    median = np.sort(block, axis=None)[BITS // 2 - 1]
    return np.packbits((block > median).ravel()[::-1]).tobytes()


def _quality(thin: Matrix) -> int:
    """Return how much the picture changes from place to place: the sum of steps, in whole percents of white."""
    steps = (np.diff(thin, axis=0), np.diff(thin, axis=1))
    total = sum(int(np.abs(np.trunc(step * _PERCENT / 255)).sum()) for step in steps)
    return min(_PERCENT, total // _FULL_QUALITY)


@cache
def _thinning() -> Matrix:
    """Return the matrix that smooths a line twice with a box filter and keeps the middle of every eighth part."""
    box = np.eye(SIDE_PX, dtype=np.float64)
    for _ in range(_PASSES):
        box = _box() @ box
    middles = (np.arange(_THIN) * 2 + 1) * SIDE_PX // (2 * _THIN)
    return box[middles].astype(np.float32)


def _box() -> NDArray[np.float64]:
    """Return one pass of the box filter: each sample becomes the mean of its neighbours, fewer at both ends."""
    width = -(-SIDE_PX // (2 * _THIN))
    before = width - (width + 2) // 2
    place = np.arange(SIDE_PX)
    first, last = place - before, place - before + width - 1
    near = (place[None, :] >= first[:, None]) & (place[None, :] <= last[:, None])
    means: NDArray[np.float64] = near / near.sum(axis=1, keepdims=True)
    return means


@cache
def _transform() -> Matrix:
    """Return the cosine transform from 64 samples to the frequencies 1 to 16."""
    order, place = np.arange(1, _FREQUENCIES + 1)[:, None], np.arange(_THIN)[None, :]
    angles = np.pi / (2 * _THIN) * order * (2 * place + 1)
    waves: Matrix = (np.sqrt(2 / _THIN) * np.cos(angles)).astype(np.float32)
    return waves
