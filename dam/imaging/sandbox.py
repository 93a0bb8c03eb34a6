"""Runs one job in a child process that can be killed without harm, and says why it failed."""

import atexit
import json
import logging
import os
import signal
import socket
import subprocess
import sys
import tempfile
import threading
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import IO, Any

from dam.imaging.faults import bad_image
from dam.imaging.fonts import FONTCONFIG_FILE
from dam.imaging.limits import Limits
from dam.imaging.line import ORDER, REPORT
from dam.kernel.errors import ServiceFault

_ROOT = Path(__file__).resolve().parents[2]
_ANSWER_BYTES = 1_200_000
_OUR_FAULT = ("ImportError", "ModuleNotFoundError", "No space left on device")
_NO_ROOM = "no_room"
_GRACE_S = 10.0
_ENVIRONMENT = {
    "FONTCONFIG_FILE": str(FONTCONFIG_FILE),
    "GLIBC_TUNABLES": "glibc.malloc.hugetlb=1",
    "LC_ALL": "C.UTF-8",
    "MALLOC_ARENA_MAX": "2",
    "OPENBLAS_NUM_THREADS": "1",
    "VIPS_CONCURRENCY": "1",
}
"""All the child gets to know: no credential, no home, no path of ours.

Large pages save a tenth of its time: a process this short spends much of it on touching memory for the first time.
"""

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Report:
    """How a child ended.

    Units: processor seconds; bytes of memory it held at most. Shape: `status` is None when its time ran out.
    """

    status: int | None
    cpu_s: float
    peak_bytes: int


def run(task: Mapping[str, object], limits: Limits) -> dict[str, Any]:
    """Do the task in a fresh child process and return its answer.

    Raises: BadImage when the file is to blame, or when the child had to be stopped because of it; ServiceFault when
    the machine is: no disk space, a broken installation.
    """
    return run_measured(task, limits)[0]


def run_measured(task: Mapping[str, object], limits: Limits) -> tuple[dict[str, Any], Report]:
    """Do as `run` does, and say what it cost as well."""
    with tempfile.TemporaryFile() as question, tempfile.TemporaryFile() as answer, tempfile.TemporaryFile() as said:
        question.write(json.dumps({"task": dict(task), "limits": asdict(limits)}).encode())
        question.seek(0)
        report = _raised((question, answer, said), limits.wall_s)
        complaint = _tail(said)
        if report.status != 0:
            _log.warning("imaging child ended with %s: %s", report.status, complaint[-300:])
            if any(word in complaint for word in _OUR_FAULT):
                raise ServiceFault("imaging")
            raise bad_image(_blame(report.status, complaint), complaint)
        return _opened(_head(answer)), report


class Nursery:
    """The worker's end of one nursery process."""

    def __init__(self) -> None:
        self.owner = os.getpid()
        ours, theirs = socket.socketpair()
        self.line = ours
        command = [sys.executable, "-E", "-s", "-m", "dam.imaging.nursery"]
        with theirs:
            self.process = subprocess.Popen(  # noqa: S603 - our own module, no shell, nothing of the upload
                command,
                stdin=theirs.fileno(),
                stdout=subprocess.DEVNULL,
                env=_ENVIRONMENT,
                cwd=_ROOT,
                start_new_session=True,
            )

    def raised(self, files: Sequence[IO[bytes]], wall_s: float) -> Report:
        """Have a child forked for the files, and wait until it has ended.

        Raises: OSError when the nursery itself is gone.
        """
        self.line.settimeout(wall_s + _GRACE_S)
        socket.send_fds(self.line, [ORDER.pack(wall_s)], [each.fileno() for each in files])
        told = self.line.recv(REPORT.size, socket.MSG_WAITALL)
        if len(told) < REPORT.size:
            raise ConnectionResetError("the nursery ended")
        status, late, cpu_s, peak_bytes = REPORT.unpack(told)
        return Report(None if late else status, cpu_s, peak_bytes)

    def close(self) -> None:
        """End the nursery; a child it still has ends by its own alarm."""
        self.line.close()
        if self.owner == os.getpid():
            self.process.kill()
            self.process.wait()


_idle: list[Nursery] = []
_lock = threading.Lock()


def _raised(files: Sequence[IO[bytes]], wall_s: float) -> Report:
    """Borrow an idle nursery, or start one: there are as many as jobs run at once in this process."""
    nursery = _borrowed()
    try:
        report = nursery.raised(files, wall_s)
    except OSError as error:
        nursery.close()
        _log.warning("a nursery was lost: %s", error)
        raise ServiceFault("imaging") from error
    except BaseException:
        nursery.close()
        raise
    with _lock:
        _idle.append(nursery)
    return report


def _borrowed() -> Nursery:
    with _lock:
        while _idle:
            nursery = _idle.pop()
            if nursery.owner == os.getpid() and nursery.process.poll() is None:
                return nursery
            nursery.close()  # another process's, inherited over a fork, or one that died
    return Nursery()


@atexit.register
def dismiss() -> None:
    """End the idle nurseries of this process."""
    with _lock:
        while _idle:
            _idle.pop().close()


def _blame(status: int | None, complaint: str) -> str:
    """Say which limit was hit, from the way the child died."""
    if status in {None, -signal.SIGXCPU, -signal.SIGALRM}:
        return "too_slow"
    if "MemoryError" in complaint or "failed to allocate" in complaint or "out of memory" in complaint:
        return "too_much_memory"
    return "crashed"


def _opened(data: bytes) -> dict[str, Any]:
    try:
        answer: dict[str, Any] = json.loads(data)
    except ValueError as error:
        raise bad_image("crashed", "the child gave no answer") from error
    if answer.get("fault") == _NO_ROOM:
        raise ServiceFault("scratch space")
    if "fault" in answer:
        raise bad_image(answer["fault"], answer["detail"])
    return answer


def _head(stream: IO[bytes]) -> bytes:
    stream.seek(0)
    return stream.read(_ANSWER_BYTES)


def _tail(stream: IO[bytes]) -> str:
    stream.seek(0, os.SEEK_END)
    stream.seek(max(0, stream.tell() - 2_000))
    return stream.read().decode("utf-8", "replace")
