"""Detection: a found picture and an original in, the evidence out; then one number for each candidate."""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from dam.fingerprint.features import Grey
from dam.fingerprint.grid import Plane
from dam.fingerprint.registration import Fit, Known, fits
from dam.fingerprint.statistic import Direction, direction, score


@dataclass(frozen=True, slots=True)
class Evidence:
    """What a found picture says, before any candidate is named: enough to score every candidate, now or in years.

    Shape: `directions` belong to `fits`, one each, the likeliest first.
    """

    fits: tuple[Fit, ...]
    directions: tuple[Direction, ...]


def examine(found: Grey, known: Known) -> Evidence:
    """Lay the found picture over the original in every likely way, and take the evidence of each."""
    tried = [(fit, direction(fit, known)) for fit in fits(found, known)]
    told = [(fit, towards) for fit, towards in tried if towards is not None]
    return Evidence(tuple(fit for fit, _ in told), tuple(towards for _, towards in told))


def scores(evidence: Evidence, seeds: Iterable[bytes]) -> list[float]:
    """Return each seed's best score over the fits; minus infinity where there is no evidence at all."""
    return [max((score(one, seed) for one in evidence.directions), default=-np.inf) for seed in seeds]


def overlay(fit: Fit, luma: Plane) -> Grey:
    """Return both pictures in alternating squares, so that a person sees how well they lie on each other."""
    down, across = np.indices(luma.shape)
    here = ((down // 64 + across // 64) % 2 == 0) & (fit.valid > 0)
    return np.asarray(np.clip(np.rint(np.where(here, fit.warped, luma)), 0, 255), dtype=np.uint8)
