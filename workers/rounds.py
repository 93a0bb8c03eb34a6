"""Chores done again and again, each at its own pace, none able to stop the others."""

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from time import monotonic

from dam.kernel.errors import ServiceFault

_log = logging.getLogger(__name__)


@dataclass(slots=True)
class Chore:
    """Something to do every `every_s` seconds, the first time at once."""

    name: str
    every_s: float
    do: Callable[[], object]
    next_s: float = 0.0


def go_round(chores: Sequence[Chore], over: Callable[[float], bool]) -> None:
    """Do each chore when it is due; `over` waits so many seconds and tells whether to stop."""
    while not over(max(0.0, min(chore.next_s for chore in chores) - monotonic())):
        for chore in chores:
            if chore.next_s <= monotonic():
                _do(chore)
                chore.next_s = monotonic() + chore.every_s
            if over(0):
                return


def _do(chore: Chore) -> None:
    try:
        chore.do()
    except ServiceFault as fault:
        _log.warning("%s has to wait: %s does not answer", chore.name, fault.extra.get("service"))
    except Exception:  # noqa: BLE001  a defect in one chore must not end the others
        _log.exception("%s failed", chore.name)
