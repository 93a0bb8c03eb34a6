"""The child process: what it knows, what it may use, and that it always ends."""

import json
import os
import re
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

import psutil
import pytest

from dam.imaging import sandbox
from dam.imaging.limits import Limits
from dam.kernel.errors import BadImage, ServiceFault


def nurseries() -> list[psutil.Process]:
    return [each for each in psutil.Process().children() if "dam.imaging.nursery" in " ".join(each.cmdline())]


def children() -> list[psutil.Process]:
    return [child for nursery in nurseries() for child in nursery.children()]


@pytest.fixture
def stuck(tmp_path: Path) -> dict[str, object]:
    """A task that never ends: its original is a pipe nobody writes to."""
    os.mkfifo(tmp_path / "pipe.jpg")
    return {
        "verb": "copy",
        "original": str(tmp_path / "pipe.jpg"),
        "media_type": "image/jpeg",
        "wanted": "image/jpeg",
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
        assert set(child.environ()) <= {
            *(
                "FONTCONFIG_FILE",
                "GLIBC_TUNABLES",
                "LC_ALL",
                "MALLOC_ARENA_MAX",
                "OPENBLAS_NUM_THREADS",
                "VIPS_CONCURRENCY",
            ),
        }
        limits = Path(f"/proc/{child.pid}/limits").read_text()
        held = {line[:25].strip(): line[25:].split()[0] for line in limits.splitlines()[1:]}
        assert held["Max address space"] == str(700 << 20)
        assert held["Max cpu time"] == "5"
        assert held["Max open files"] == "32"
        assert held["Max core file size"] == "0"
        assert os.getsid(child.pid) not in (os.getsid(0), os.getsid(child.ppid())), "no signal may reach it half-way"
        held_open = {Path(f"/proc/{child.pid}/fd/{each.name}").readlink() for each in _open_files(child)}
        assert not [each for each in held_open if "socket" in str(each)], "it cannot speak to its nursery"
    finally:
        child.kill()
        worker.join(20)
    assert [error.code for error in failures] == ["crashed"]


def _open_files(child: psutil.Process) -> list[Path]:
    return [each for each in Path(f"/proc/{child.pid}/fd").iterdir() if each.is_symlink()]


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
    while len(parent.children(recursive=True)) < 2 and time.monotonic() < deadline:
        time.sleep(0.02)
    orphans = parent.children(recursive=True)
    worker.kill()
    worker.wait()
    gone, alive = psutil.wait_procs(orphans, timeout=10)
    assert len(gone) == 2
    assert not alive


def test_every_file_meets_a_process_that_saw_no_other(
    picture: Callable[..., Path], prepared: Callable[..., object]
) -> None:
    """The nursery is kept, its children are not, and a nursery never starts a thread before it forks."""
    prepared(picture("one.jpg"))
    kept = nurseries()
    prepared(picture("two.jpg"))
    assert nurseries() == kept
    assert [nursery.num_threads() for nursery in kept] == [1] * len(kept)
    assert children() == []


def test_a_lost_nursery_is_the_machines_fault_and_replaced(
    picture: Callable[..., Path], prepared: Callable[..., object]
) -> None:
    prepared(picture("one.jpg"))
    lost = sandbox._idle[-1]
    lost.process.kill()
    lost.process.wait()
    lost.process.poll = lambda: None  # it dies in the very moment it is borrowed
    with pytest.raises(ServiceFault):
        prepared(picture("two.jpg"))
    assert lost not in sandbox._idle
    prepared(picture("three.jpg"))


def test_a_forked_worker_starts_a_nursery_of_its_own(
    stuck: dict[str, object], picture: Callable[..., Path], prepared: Callable[..., object]
) -> None:
    """Prefork workers inherit the socket of their parent's nursery and must not answer for it."""
    prepared(picture())
    inherited = sandbox._idle[-1]
    inherited.owner = 1  # as a forked process sees it: another's
    prepared(picture("again.jpg"))
    assert inherited not in sandbox._idle
    inherited.process.kill()
    inherited.process.wait()
