"""Local features of a picture: corners and blobs that are found again after cropping, turning and recompression."""

from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

Grey = npt.NDArray[np.uint8]
"""Brightness, `(H, W) uint8`."""

_CONTRAST, _EDGE = 0.004, 12
_RATIO = 0.82
_NEIGHBOURS = 2


@dataclass(frozen=True, slots=True)
class Features:
    """Where the features lie, and what they look like.

    Shape: `points` `(n, 2) float32` x, y; `looks` `(n, 128) float32`, RootSIFT.
    """

    points: npt.NDArray[np.float32]
    looks: npt.NDArray[np.float32]


def features_of(grey: Grey, most: int) -> Features:
    """Return the strongest features of the picture, found in light and shade alike.

    Source: Lowe 2004 (SIFT); Arandjelovic and Zisserman 2012 (the square root of it).
    """
    even = cv2.createCLAHE(clipLimit=2.0, tileGridSize=(8, 8)).apply(grey)
    finder = cv2.SIFT.create(nfeatures=most, contrastThreshold=_CONTRAST, edgeThreshold=_EDGE)
    points, looks = finder.detectAndCompute(even, None)
    if not np.shape(looks):
        return Features(np.zeros((0, 2), np.float32), np.zeros((0, 128), np.float32))
    shares = looks / np.maximum(np.abs(looks).sum(axis=1, keepdims=True), 1e-9)
    return Features(np.array([point.pt for point in points], np.float32), np.sqrt(shares).astype(np.float32))


def mirrored(grey: Grey) -> Grey:
    """Return the picture as in a mirror."""
    return np.ascontiguousarray(grey[:, ::-1])


def matched(found: Features, known: Features) -> tuple[npt.NDArray[np.float32], npt.NDArray[np.float32]]:
    """Return the places in both pictures whose looks agree clearly better than with any second place.

    Shape: two `(n, 2) float32`, row by row.
    """
    empty = np.zeros((0, 2), np.float32)
    if min(len(found.points), len(known.points)) < _NEIGHBOURS:
        return empty, empty
    pairs = cv2.BFMatcher(cv2.NORM_L2).knnMatch(found.looks, known.looks, k=_NEIGHBOURS)
    clear = [best for best, second in pairs if best.distance < _RATIO * second.distance]
    here = found.points[[match.queryIdx for match in clear]]
    there = known.points[[match.trainIdx for match in clear]]
    return here.reshape(-1, 2), there.reshape(-1, 2)
