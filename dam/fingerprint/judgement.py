"""What a score is worth: the bound on accusing an innocent delivery, and the words that follow from it."""

from dataclasses import dataclass
from enum import StrEnum
from math import exp, log, sqrt

MOST_FALSE = 1e-9
"""The highest chance, per trace, of naming a delivery that is innocent."""

_INDICATIVE = 1e-4
_LEAST_SCORE = 8.0


class Finding(StrEnum):
    """What may be said of one candidate."""

    IDENTIFIED = "identified"
    INDICATIVE = "indicative"
    """Worth a person's look; never an accusation."""
    NONE = "none"


@dataclass(frozen=True, slots=True)
class Judgement:
    """One candidate's score, and what may be said of it.

    Units: `score` in standard deviations of an innocent candidate; `bound` a probability for the whole trace.
    """

    score: float
    bound: float
    finding: Finding


def judge(score: float, *, candidates: int, fits: int) -> Judgement:
    """Say what the score is worth among so many candidates, each tried on so many fits.

    Raises: ValueError when nothing was tried.
    """
    chance = bound(score, candidates=candidates, fits=fits)
    if score >= threshold(candidates=candidates, fits=fits):
        return Judgement(score, chance, Finding.IDENTIFIED)
    return Judgement(score, chance, Finding.INDICATIVE if chance <= _INDICATIVE else Finding.NONE)


def bound(score: float, *, candidates: int, fits: int) -> float:
    """Return the most likely an innocent candidate of this trace reaches the score, corrected for all that was tried.

    Source: Chernoff bound of a sum of sub-Gaussian chips; Boole's inequality over candidates and fits.
    Raises: ValueError when nothing was tried.
    """
    if candidates < 1 or fits < 1:
        raise ValueError("a bound is about candidates that were tried")
    return 1.0 if score <= 0 else min(1.0, candidates * fits * exp(-score * score / 2))


def threshold(*, candidates: int, fits: int) -> float:
    """Return the least score at which a candidate may be named."""
    return max(_LEAST_SCORE, sqrt(2 * log(max(1, candidates * fits) / MOST_FALSE)))
