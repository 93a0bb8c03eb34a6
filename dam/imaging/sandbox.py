"""Runs one job in a child process that can be killed without harm, and says why it failed."""

import contextlib
import json
import logging
import os
import signal
import subprocess
import sys
import tempfile
import threading
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import IO, Any

from dam.imaging.faults import bad_image
from dam.imaging.fonts import FONTCONFIG_FILE
from dam.imaging.limits import Limits
from dam.kernel.errors import ServiceFault

_ROOT = Path(__file__).resolve().parents[2]
_ANSWER_BYTES = 1_200_000
_OUR_FAULT = ("ImportError", "ModuleNotFoundError", "No space left on device")
_NO_ROOM = "no_room"
_ENVIRONMENT = {
    "FONTCONFIG_FILE": str(FONTCONFIG_FILE),
    "LC_ALL": "C.UTF-8",
    "MALLOC_ARENA_MAX": "2",
    "OPENBLAS_NUM_THREADS": "1",
    "VIPS_CONCURRENCY": "1",
}
"""All the child gets to know: no credential, no home, no path of ours."""

_log = logging.getLogger(__name__)


def run(task: Mapping[str, object], limits: Limits) -> dict[str, Any]:
    """Do the task in a fresh child process and return its answer.

    Raises: BadImage when the file is to blame, or when the child had to be stopped because of it; ServiceFault when
    the machine is: no disk space, a broken installation.
    """
    with tempfile.TemporaryFile() as question, tempfile.TemporaryFile() as answer, tempfile.TemporaryFile() as said:
        question.write(json.dumps({"task": dict(task), "limits": asdict(limits)}).encode())
        question.seek(0)
        status = _wait(_start(question, answer, said), limits.wall_s)
        complaint = _tail(said)
        if status != 0:
            _log.warning("imaging child ended with %s: %s", status, complaint[-300:])
            if any(word in complaint for word in _OUR_FAULT):
                raise ServiceFault("imaging")
            raise bad_image(_blame(status, complaint), complaint)
        return _opened(_head(answer))


def _start(question: IO[bytes], answer: IO[bytes], said: IO[bytes]) -> "subprocess.Popen[bytes]":
    command = [sys.executable, "-E", "-s", "-m", "dam.imaging.child"]
    return subprocess.Popen(  # noqa: S603 - our own module, no shell, nothing of the upload on the command line
        command, stdin=question, stdout=answer, stderr=said, env=_ENVIRONMENT, cwd=_ROOT, start_new_session=True
    )


def _wait(child: "subprocess.Popen[bytes]", wall_s: float) -> int | None:
    """Return the exit status, or None when the time ran out; the child is gone either way.

    A timer ends it, since waiting with a time-out would poll and cost up to 50 ms a picture.
    """
    late = threading.Event()

    def end() -> None:
        late.set()
        _kill(child)

    timer = threading.Timer(wall_s, end)
    timer.start()
    try:
        status = child.wait()
    finally:
        timer.cancel()
        if child.returncode is None:
            _kill(child)
            child.wait()
    return None if late.is_set() else status


def _kill(child: "subprocess.Popen[bytes]") -> None:
    with contextlib.suppress(ProcessLookupError):
        os.killpg(child.pid, signal.SIGKILL)


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
