"""How long a job waits before it is tried again."""

import random

_FIRST_S = 0.5
_LONGEST_S = 60.0


def wait_s(times: int, jitter: float | None = None) -> float:
    """Return the wait after so many failures: doubling from 0.5 s to 60 s, then shortened by up to half at random.

    Units: seconds; `jitter` in [0, 1), drawn here unless given.
    """
    longest = min(_LONGEST_S, _FIRST_S * 2.0 ** min(times, 10))
    drawn = random.random() if jitter is None else jitter  # noqa: S311  spreads load, guards nothing
    return longest * (1 - 0.5 * drawn)
