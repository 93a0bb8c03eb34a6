"""Child processes: started in their own group, tied to the life of their parent, stopped for certain."""

import contextlib
import ctypes
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from dam.local.identity import Identity

_PR_SET_PDEATHSIG = 1
_LOG_LIMIT_BYTES = 10 * 1024 * 1024


class StartFailed(Exception):
    """A part of the stack did not come up; the message is for the person at the terminal."""


def _death_note(parent: int, sent: signal.Signals) -> Callable[[], None] | None:
    """Return what a child runs before exec so that the kernel signals it when its parent dies, where it can."""
    if sys.platform != "linux":
        return None
    libc = ctypes.CDLL(None, use_errno=True)

    def tie() -> None:
        libc.prctl(_PR_SET_PDEATHSIG, int(sent), 0, 0, 0)
        if os.getppid() != parent:
            os.kill(os.getpid(), sent)

    return tie


@dataclass(slots=True)
class Child:
    """One process of the stack."""

    name: str
    command: Sequence[str]
    log: Path
    stop_signal: signal.Signals = signal.SIGTERM
    death_signal: signal.Signals | None = None
    environment: Mapping[str, str] | None = None
    folder: Path | None = None
    identity: Identity | None = None
    grace_s: float = 5
    process: subprocess.Popen[bytes] | None = field(default=None, init=False)

    def start(self) -> None:
        """Start it in a process group of its own, so that Ctrl-C reaches the supervisor alone.

        Call it from the main thread: the kernel ties the child to the thread that started it.
        """
        self.log.parent.mkdir(mode=0o700, parents=True, exist_ok=True)  # who asked for what is nobody else's to read
        mode = "wb" if self.log.exists() and self.log.stat().st_size > _LOG_LIMIT_BYTES else "ab"
        account = self.identity or Identity.current()
        with self.log.open(mode) as sink:
            self.process = subprocess.Popen(
                list(self.command),
                stdin=subprocess.DEVNULL,
                stdout=sink,
                stderr=sink,
                cwd=self.folder,
                env=None if self.environment is None else dict(self.environment),
                process_group=0,
                umask=0o077,
                preexec_fn=account.wrap(_death_note(os.getpid(), self.death_signal or self.stop_signal)),  # noqa: PLW1509 - two system calls, no lock
            )

    @property
    def pid(self) -> int:
        """The process id of a started child."""
        return self.process.pid if self.process is not None else 0

    def alive(self) -> bool:
        """Whether it is running."""
        return self.process is not None and self.process.poll() is None

    def wait_ready(self, ready: Callable[[], bool], limit_s: float) -> None:
        """Wait until the check answers yes.

        Raises: StartFailed with the end of its log when it dies or the limit passes.
        """
        deadline = time.monotonic() + limit_s
        while not ready():
            if not self.alive():
                raise StartFailed(f"{self.name} stopped while starting.\n{self.log_tail()}")
            if time.monotonic() > deadline:
                raise StartFailed(f"{self.name} was not ready after {limit_s:.0f} s.\n{self.log_tail()}")
            time.sleep(0.05)

    def log_tail(self, lines: int = 15) -> str:
        """Return the last lines of its log."""
        text = self.log.read_text(encoding="utf-8", errors="replace") if self.log.exists() else ""
        return "\n".join(text.splitlines()[-lines:])


def stop_all(children: Sequence[Child]) -> None:
    """Ask all to stop at once, give each its time, then kill whatever is left of their groups."""
    running = [child for child in children if child.process is not None]
    for child in running:
        if child.alive():
            _signal(child.pid, child.stop_signal)
    asked = time.monotonic()
    for child in sorted(running, key=lambda one: one.grace_s):
        with contextlib.suppress(subprocess.TimeoutExpired):
            _process(child).wait(max(0.0, asked + child.grace_s - time.monotonic()))
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(child.pid, signal.SIGKILL)
        _process(child).wait()
        child.process = None


def _process(child: Child) -> subprocess.Popen[bytes]:
    if child.process is None:
        raise StartFailed(f"{child.name} was never started.")
    return child.process


def _signal(pid: int, sent: signal.Signals) -> None:
    with contextlib.suppress(ProcessLookupError):
        os.kill(pid, sent)
