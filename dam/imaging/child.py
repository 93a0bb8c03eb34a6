"""The child process: opens one untrusted file, does one task, answers in JSON and ends.

`python -m dam.imaging.child` with `{"task": …, "limits": …}` on standard input. It sets its own limits before it
imports a decoder, so that not even a decoder's start-up runs without them.
"""

import json
import os
import resource
import signal
import sys
from pathlib import Path
from typing import Any

from dam.imaging.limits import Limits

_OPEN_FILES = 32
_LARGEST_FILE_BYTES = 2 << 30


def confine(limits: Limits) -> None:
    """Bind this process, for good, to the limits: memory, processor, wall time, files, no core dump."""
    resource.setrlimit(resource.RLIMIT_AS, (limits.memory_bytes, limits.memory_bytes))
    resource.setrlimit(resource.RLIMIT_CPU, (limits.cpu_s, limits.cpu_s + 2))
    resource.setrlimit(resource.RLIMIT_NOFILE, (_OPEN_FILES, _OPEN_FILES))
    resource.setrlimit(resource.RLIMIT_FSIZE, (_LARGEST_FILE_BYTES, _LARGEST_FILE_BYTES))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    signal.alarm(limits.wall_s + 1)  # ends the child even where the parent died first
    os.umask(0o077)


def main() -> None:
    """Do the task of standard input and print its answer."""
    order = json.load(sys.stdin)
    limits = Limits(**order["limits"])
    confine(limits)
    from dam.imaging import tasks  # noqa: PLC0415 - the decoders are imported under the limits

    json.dump(tasks.perform(_paths(order["task"]), limits), sys.stdout)


def _paths(task: dict[str, Any]) -> dict[str, Any]:
    return {name: Path(value) if name in {"original", "out_dir", "target"} else value for name, value in task.items()}


if __name__ == "__main__":
    main()
