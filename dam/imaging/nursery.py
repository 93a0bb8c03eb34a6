"""A process with the decoders loaded, which forks a fresh child for every file: `python -m dam.imaging.nursery`.

Loading Python, libvips and numpy costs more processor time than decoding a photograph, so it is done once. The
nursery itself never opens a file of anybody's: each file meets a process that has seen no other and ends with it.
It lives as long as the worker that started it holds the other end of its socket, standard input.
"""

import contextlib
import gc
import os
import resource
import signal
import socket
import sys
from pathlib import Path
from types import FrameType

import numpy as np

from dam.imaging import child
from dam.imaging.line import FILES, ORDER, REPORT
from dam.imaging.pdq import SIDE_PX, hashes
from dam.imaging.vips import harden

_MAXRSS_BYTES = 1 if sys.platform == "darwin" else 1024


def main() -> None:
    """Serve until the worker is gone."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the worker's to answer: it lets its job end
    harden()
    hashes(np.zeros((SIDE_PX, SIDE_PX, 3), np.uint8))  # its matrices are made once, here
    gc.collect()
    gc.freeze()  # what is loaded is shared by all children: counting it would copy it
    with socket.socket(fileno=os.dup(0)) as worker, Path(os.devnull).open("rb") as nothing:
        os.dup2(nothing.fileno(), 0)
        while True:
            order, files, _, _ = socket.recv_fds(worker, ORDER.size, FILES)
            if len(order) < ORDER.size:
                return
            worker.sendall(_raise_one(worker, files, *ORDER.unpack(order)))


def _raise_one(worker: socket.socket, files: list[int], wall_s: float) -> bytes:
    """Fork a child for the files, wait for its end, and return the report on it."""
    one = os.fork()
    if one == 0:
        os.setsid()
        worker.close()
        for number in (signal.SIGINT, signal.SIGALRM):
            signal.signal(number, signal.SIG_DFL)
        child.live(*files)
    for each in files:
        os.close(each)
    late = False

    def end(_: int, __: FrameType | None) -> None:
        nonlocal late
        late = True
        _kill(one)

    signal.signal(signal.SIGALRM, end)
    signal.setitimer(signal.ITIMER_REAL, wall_s)
    _, status, used = os.wait4(one, 0)
    signal.setitimer(signal.ITIMER_REAL, 0)
    _kill(one)  # whatever it may have started
    return REPORT.pack(
        os.waitstatus_to_exitcode(status), late, used.ru_utime + used.ru_stime, used.ru_maxrss * _MAXRSS_BYTES
    )


def _kill(group: int) -> None:
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(group, signal.SIGKILL)


if __name__ == "__main__":
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    main()
