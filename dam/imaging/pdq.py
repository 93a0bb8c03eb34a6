"""PDQ, from its specification: brightness, smoothed and thinned to 64 x 64, sixteen by sixteen frequencies, a median.

Smoothing, thinning and transform are linear and work on rows and columns alike: each is one matrix, applied on both
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


def frequencies(square: NDArray[np.uint8]) -> tuple[Matrix, int]:
    """Return the lowest sixteen by sixteen frequencies without the constant one, and the picture's quality.

    Shape: `(512, 512, 3)` uint8 sRGB in, `(16, 16)` out, vertical frequencies down. Units: quality 0 to 100.
    """
    thin = _thinning() @ (square.astype(np.float32) @ _LUMA) @ _thinning().T
    block: Matrix = _transform() @ thin @ _transform().T
    return block, _quality(thin)


def upright_hash(block: Matrix, quality: int) -> PerceptualHash:
    """Return the hash of the picture as it stands."""
    ranked = np.sort(block, axis=None)
    bits = (block > ranked[BITS // 2 - 1]).ravel()
    return PerceptualHash(np.packbits(bits[::-1]).tobytes(), quality)


def dihedral(block: Matrix, quality: int) -> tuple[PerceptualHash, ...]:
    """Return the hashes of the picture turned and mirrored in all eight ways, without looking at it again.

    Shape: as it stands, mirrored left to right, turned by 180 degrees, mirrored top to bottom; then the same four of
    the picture with its rows and columns exchanged.
    """
    odd = np.where(np.arange(_FREQUENCIES) % 2 == 0, np.float32(-1), np.float32(1))  # frequency 1 comes first
    across, down = odd[None, :], odd[:, None]
    signs = (np.float32(1), across, across * down, down)
    return tuple(upright_hash(turned * sign, quality) for turned in (block, block.T) for sign in signs)


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
    waves = np.sqrt(2 / _THIN) * np.cos(np.pi / (2 * _THIN) * order * (2 * place + 1))
    return waves.astype(np.float32)
