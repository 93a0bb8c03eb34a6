"""The child process: opens one untrusted file, does one task, answers in JSON and ends.

It is forked from a nursery that has the decoders loaded but has never opened a file, and binds itself to its limits
before it reads its task.
"""

import json
import os
import resource
import signal
import sys
import traceback
from pathlib import Path
from typing import Any, NoReturn

from dam.imaging import tasks
from dam.imaging.limits import Limits

_OPEN_FILES = 32
_LARGEST_FILE_BYTES = 2 << 30
_PATHS = frozenset({"original", "out_dir", "target"})


def confine(limits: Limits) -> None:
    """Bind this process, for good, to the limits: memory, processor, wall time, files, no core dump."""
    resource.setrlimit(resource.RLIMIT_AS, (limits.memory_bytes, limits.memory_bytes))
    resource.setrlimit(resource.RLIMIT_CPU, (limits.cpu_s, limits.cpu_s + 2))
    resource.setrlimit(resource.RLIMIT_NOFILE, (_OPEN_FILES, _OPEN_FILES))
    resource.setrlimit(resource.RLIMIT_FSIZE, (_LARGEST_FILE_BYTES, _LARGEST_FILE_BYTES))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    signal.alarm(limits.wall_s + 1)  # ends the child even where the nursery died first
    os.umask(0o077)


def live(question: int, answer: int, said: int) -> NoReturn:
    """Become the child: take the three files for standard input, output and error, do the task, and end.

    It ends without the interpreter's farewell: there is nothing to tidy in a process that is thrown away.
    """
    status = 1
    try:
        for place, given in enumerate((question, answer, said)):
            os.dup2(given, place)
        with open(0, "rb", closefd=False) as stream:
            order = json.load(stream)
        limits = Limits(**order["limits"])
        confine(limits)
        result = json.dumps(tasks.perform(_paths(order["task"]), limits))
        os.write(1, result.encode())
        status = 0
    except BaseException:  # noqa: BLE001 - whatever it was, the parent reads it from standard error
        traceback.print_exc(file=sys.stderr)
        sys.stderr.flush()
    os._exit(status)


def _paths(task: dict[str, Any]) -> dict[str, Any]:
    return {name: Path(value) if name in _PATHS else value for name, value in task.items()}
