"""Keeps a lease alive while its worker works."""

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Event, Thread

from dam.kernel.errors import ServiceFault

_log = logging.getLogger(__name__)


@contextmanager
def heartbeat(extend: Callable[[], bool], every_s: float) -> Iterator[None]:
    """Call `extend` in a thread of its own until the block ends or the lease turns out to be lost.

    A process that dies or is stopped stops extending; that is the point.
    """
    over = Event()
    thread = Thread(target=_beat, args=(extend, every_s, over), name="heartbeat", daemon=True)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()


def _beat(extend: Callable[[], bool], every_s: float, over: Event) -> None:
    while not over.wait(every_s):
        try:
            if not extend():
                _log.warning("the lease was lost")
                return
        except ServiceFault:
            _log.warning("the lease could not be extended; trying again")
