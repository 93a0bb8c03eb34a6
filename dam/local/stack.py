"""The whole service on one machine: one supervisor starts, watches and stops servers, workers and web."""

import contextlib
import os
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections import deque
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType

from dam.local.ports import LOOPBACK, first_free, free_ports
from dam.local.process import Child, StartFailed, stop_all
from dam.local.servers import Servers, remember, servers

Say = Callable[[str], None]

_STEP_LIMIT_S = 300
_WEB_LIMIT_S = 240
_APP_GRACE_S = 4
_WATCH_EVERY_S = 0.5
_RESTARTS_ALLOWED = 5
_RESTART_WINDOW_S = 60


class Asked(BaseException):
    """Somebody asked the supervisor to stop; raised from the signal handler wherever it stands."""


@dataclass(slots=True)
class Stack:
    """The running service."""

    servers: Servers
    port: int
    say: Say
    children: list[Child] = field(default_factory=list)
    restarts: dict[str, deque[float]] = field(default_factory=dict)

    @property
    def base_url(self) -> str:
        """Where people reach it."""
        return os.environ.get("BASE_URL") or f"http://{LOOPBACK}:{self.port}"

    def environment(self) -> dict[str, str]:
        """Return what every process of the service is started with."""
        own = {"BASE_URL": self.base_url, "HOST": LOOPBACK, "PORT": str(self.port), "PYTHONUNBUFFERED": "1"}
        return dict(os.environ) | self.servers.environment() | own

    def child(
        self,
        name: str,
        *words: str,
        on_death: signal.Signals = signal.SIGTERM,
        told: Mapping[str, str] | None = None,
    ) -> Child:
        """Return one process of the service: the command line that the compose file runs too."""
        return Child(
            name,
            [sys.executable, "-m", "dam.cli", *words],
            self.servers.data_dir / "logs" / f"{name}.log",
            death_signal=on_death,
            environment=self.environment() | dict(told or {}),
            grace_s=_APP_GRACE_S,
        )

    def run_step(self, *words: str) -> None:
        """Run one command of ours to its end.

        Raises: StartFailed with what it said.
        """
        told = self.servers.log_environment() if words[0] == "migrate" else None
        step = self.child(words[0], *words, told=told)
        step.start()
        try:
            status = step.process.wait(_STEP_LIMIT_S) if step.process else 1
        except subprocess.TimeoutExpired:
            status = 1
        finally:
            stop_all([step])
        if status != 0:
            raise StartFailed(f"`imprimatur {' '.join(words)}` failed.\n{step.log_tail()}")

    def start(self) -> None:
        """Bring the schema up to date, then start web, worker and sweeps, and wait until the service is ready."""
        self.run_step("migrate")
        self.children = [
            self.child("web", "web"),
            # A worker whose supervisor is gone has lost its broker too: it must not wait for running work.
            self.child("worker", "worker", on_death=signal.SIGQUIT),
            self.child("sweeps", "sweeps"),
            self.child("sequencer", "sequencer", told=self.servers.log_environment()),
        ]
        for child in self.children:
            child.start()
        self.note()
        self.children[0].wait_ready(self.ready, _WEB_LIMIT_S)

    def note(self) -> None:
        """Write down what runs."""
        remember(self.servers.data_dir, [*self.servers.children(), *self.children])

    def ready(self) -> bool:
        """Whether the service answers that database, broker and store are there."""
        try:
            with urllib.request.urlopen(f"http://{LOOPBACK}:{self.port}/readyz", timeout=5) as answer:
                return bool(answer.status == 200)  # noqa: PLR2004 - ready
        except (urllib.error.URLError, OSError):
            return False

    def watch(self) -> None:
        """Start again whatever dies, until asked to stop.

        Raises: StartFailed where something dies again and again.
        """
        while True:
            for child in [*self.servers.children(), *self.children]:
                if not child.alive():
                    self._revive(child)
            time.sleep(_WATCH_EVERY_S)

    def _revive(self, child: Child) -> None:
        present = time.monotonic()
        times = self.restarts.setdefault(child.name, deque(maxlen=_RESTARTS_ALLOWED))
        if len(times) == _RESTARTS_ALLOWED and times[0] > present - _RESTART_WINDOW_S:
            raise StartFailed(f"{child.name} stops again and again.\n{child.log_tail()}")
        times.append(present)
        self.say(f"{child.name} stopped; starting it again.")
        stop_all([child])
        child.start()
        self.note()


@contextlib.contextmanager
def signals_raise() -> Iterator[None]:
    """Turn Ctrl-C, SIGTERM and a closed terminal into `Asked`, once; a second one cannot break the stopping."""
    watched = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)

    def ask(_number: int, _frame: FrameType | None) -> None:
        for number in watched:
            signal.signal(number, signal.SIG_IGN)
        raise Asked

    before = {number: signal.signal(number, ask) for number in watched}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def up(data_dir: Path, port: int, *, demo: bool, say: Say) -> None:
    """Run the whole service on a data folder until asked to stop; everything it started is gone when it returns.

    Raises: StartFailed with a sentence for the person at the terminal.
    """
    with contextlib.suppress(Asked), signals_raise():
        _run(data_dir, port, demo=demo, say=say)
    say("Stopped.")


def _run(data_dir: Path, port: int, *, demo: bool, say: Say) -> None:
    say("Starting PostgreSQL, Valkey and SeaweedFS ...")
    with servers(data_dir) as running:
        chosen = first_free(port) if port else free_ports(1)[0]
        stack = Stack(running, chosen, say)
        endpoint = running.data_dir / "endpoint"
        try:
            say("Preparing the database and starting the service ...")
            stack.start()
            if demo:
                say("Loading the demo ...")
                stack.run_step("demo")
            _publish(endpoint, stack.base_url)
            say(f"Imprimatur is ready: {stack.base_url}")
            _name_accounts(running.data_dir, say)
            stack.watch()
        finally:
            say("Stopping ...")
            endpoint.unlink(missing_ok=True)
            stop_all(stack.children)


def _publish(endpoint: Path, base_url: str) -> None:
    """Write the address in one step: a reader sees all of it or nothing."""
    part = endpoint.with_suffix(".part")
    part.write_text(base_url + "\n", encoding="utf-8")
    part.replace(endpoint)


def _name_accounts(data_dir: Path, say: Say) -> None:
    accounts = data_dir / "demo-accounts.json"
    if accounts.exists():
        say(f"Demo accounts, with their passwords: {accounts}")
    say("Ctrl-C stops everything.")
