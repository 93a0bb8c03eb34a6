"""The child process: what it knows, what it may use, and that it always ends."""

import json
import os
import re
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import psutil
import pytest

from dam.imaging import sandbox
from dam.imaging.limits import Limits
from dam.kernel.errors import BadImage


def children() -> list[psutil.Process]:
    return [each for each in psutil.Process().children() if "dam.imaging.child" in " ".join(each.cmdline())]


@pytest.fixture
def stuck(tmp_path: Path) -> dict[str, object]:
    """A task that never ends: its original is a pipe nobody writes to."""
    os.mkfifo(tmp_path / "pipe.jpg")
    return {
        "verb": "copy",
        "original": str(tmp_path / "pipe.jpg"),
        "media_type": "image/jpeg",
        "max_px": 100,
        "target": "-",
    }


def test_a_child_that_takes_too_long_is_ended(stuck: dict[str, object]) -> None:
    began = time.monotonic()
    with pytest.raises(BadImage) as caught:
        sandbox.run(stuck, Limits(wall_s=1))
    assert caught.value.code == "too_slow"
    assert time.monotonic() - began < 10
    assert children() == []


def test_the_child_knows_no_secret_and_lives_under_limits(
    stuck: dict[str, object], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("S3_SECRET_KEY", "do-not-tell")
    failures: list[BaseException] = []

    def run() -> None:
        try:
            sandbox.run(stuck, Limits(wall_s=6, cpu_s=5, memory_bytes=700 << 20))
        except BadImage as error:
            failures.append(error)

    worker = threading.Thread(target=run)
    worker.start()
    child = _settled()
    try:
        assert set(child.environ()) <= {"FONTCONFIG_FILE", "LC_ALL", "MALLOC_ARENA_MAX", "VIPS_CONCURRENCY"}
        limits = Path(f"/proc/{child.pid}/limits").read_text()
        held = {line[:25].strip(): line[25:].split()[0] for line in limits.splitlines()[1:]}
        assert held["Max address space"] == str(700 << 20)
        assert held["Max cpu time"] == "5"
        assert held["Max open files"] == "32"
        assert held["Max core file size"] == "0"
        assert os.getsid(child.pid) != os.getsid(0), "the worker's own signals must not reach it half-way"
    finally:
        child.kill()
        worker.join(20)
    assert [error.code for error in failures] == ["crashed"]


def _settled() -> psutil.Process:
    """Wait until the child has bound itself: the limit of file sizes is the last it changes."""
    deadline = time.monotonic() + 10
    while time.monotonic() < deadline:
        for child in children():
            text = Path(f"/proc/{child.pid}/limits").read_text()
            if re.search(r"Max file size +2147483648 ", text):
                return child
        time.sleep(0.02)
    raise AssertionError("no child appeared")


def test_a_child_that_breaks_does_not_break_the_caller(tmp_path: Path) -> None:
    with pytest.raises(BadImage) as caught:
        sandbox.run({"verb": "no such verb"}, Limits())
    assert caught.value.code == "crashed"
    assert caught.value.message.zh


@pytest.mark.parametrize(
    ("status", "complaint", "code"),
    [
        (None, "", "too_slow"),
        (-signal.SIGXCPU, "", "too_slow"),
        (-signal.SIGALRM, "", "too_slow"),
        (-signal.SIGSEGV, "", "crashed"),
        (-signal.SIGKILL, "", "crashed"),
        (-signal.SIGTRAP, "GLib-ERROR: failed to allocate 4096 bytes", "too_much_memory"),
        (1, "MemoryError", "too_much_memory"),
        (1, "Traceback", "crashed"),
    ],
)
def test_the_way_it_died_tells_the_reason(status: int | None, complaint: str, code: str) -> None:
    assert sandbox._blame(status, complaint) == code


def test_an_orphan_ends_by_itself(stuck: dict[str, object], tmp_path: Path) -> None:
    """`kill -9` of a worker leaves no decoder behind for longer than the wall limit."""
    script = (
        "import json, sys; from dam.imaging import sandbox; from dam.imaging.limits import Limits;"
        "sandbox.run(json.loads(sys.argv[1]), Limits(wall_s=2))"
    )
    worker = subprocess.Popen([sys.executable, "-c", script, json.dumps(stuck)])
    parent = psutil.Process(worker.pid)
    deadline = time.monotonic() + 10
    while not parent.children() and time.monotonic() < deadline:
        time.sleep(0.02)
    orphan = parent.children()[0]
    worker.kill()
    worker.wait()
    gone, alive = psutil.wait_procs([orphan], timeout=10)
    assert gone
    assert not alive
