"""`imprimatur up`: starts, heals, stops without a trace, keeps its data, and survives being killed."""

import contextlib
import json
import os
import signal
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import psutil
import pytest

from tests.conftest import ROOT, start_live

pytestmark = [pytest.mark.stack, pytest.mark.slow]

STOP_WITHIN_S = 15
COMMAND = {"worker": "workers.app", "web": "wsgi:app", "sweeps": "workers.sweeps"}


def family(running):
    """The supervisor and everything below it."""
    head = psutil.Process(running.process.pid)
    return [head, *head.children(recursive=True)]


def words_of(process):
    """The command line, empty for one that has just died."""
    with contextlib.suppress(psutil.NoSuchProcess):
        return process.cmdline() or [""]
    return [""]


def still_alive(processes):
    return [process for process in processes if process.is_running() and process.status() != psutil.STATUS_ZOMBIE]


def wait_until(check, limit_s=30):
    deadline = time.monotonic() + limit_s
    while not check():
        assert time.monotonic() < deadline, "it never happened"
        time.sleep(0.1)


def is_up(running):
    with contextlib.suppress(OSError), urllib.request.urlopen(f"{running.base_url}/readyz", timeout=5) as answer:
        return answer.status == 200
    return False


@pytest.fixture(scope="module")
def home(scratch):
    return scratch / "up"


@pytest.fixture(scope="module")
def running(home):
    started = start_live(home, "--no-demo")
    yield started
    started.stop()


def test_it_says_where_it_answers_and_answers_there(running):
    assert running.base_url.startswith("http://127.0.0.1:")
    assert is_up(running)


def test_everything_listens_on_loopback_only(running):
    addresses = set()
    for process in family(running):
        with contextlib.suppress(psutil.NoSuchProcess):
            listening = [line for line in process.net_connections("inet") if line.status == psutil.CONN_LISTEN]
            addresses |= {line.laddr.ip for line in listening}
    assert addresses == {"127.0.0.1"}


def test_no_secret_is_on_a_command_line(running):
    secrets = json.loads((running.data_dir / "secrets.json").read_text()).values()
    words = " ".join(word for process in family(running) for word in words_of(process))
    assert not [secret for secret in secrets if secret in words]


def test_a_second_copy_on_the_same_data_is_refused_in_a_sentence(running):
    environment = os.environ | {"DAM_DATA": str(running.data_dir), "PORT": "0"}
    second = subprocess.run(
        [sys.executable, "-m", "dam.cli", "up", "--no-demo"],
        cwd=ROOT, env=environment, capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    assert second.returncode != 0
    assert "already running" in second.stderr
    assert "Traceback" not in second.stderr
    assert is_up(running)


@pytest.mark.parametrize("name", ["worker", "web", "sweeps", "valkey-server", "weed", "postgres"])
def test_what_is_killed_comes_back(running, name):
    """FAILURES D3's bed: whatever part dies, the supervisor brings it back and the service is ready again."""

    def part():
        for process in psutil.Process(running.process.pid).children():
            words = words_of(process)
            if Path(words[0]).name == name or COMMAND.get(name, name) in " ".join(words):
                return process
        return None

    killed = part()
    assert killed is not None
    killed.kill()
    wait_until(lambda: (found := part()) is not None and found.pid != killed.pid)
    wait_until(lambda: is_up(running), 60)


def test_ctrl_c_stops_everything_and_the_data_is_kept(home, running):
    everything = family(running)
    assert len(everything) >= 8
    asked = time.monotonic()
    assert running.stop(signal.SIGINT) == 0
    assert time.monotonic() - asked < STOP_WITHIN_S
    assert still_alive(everything) == []
    assert not (home / "endpoint").exists()
    again = start_live(home, "--no-demo")
    try:
        assert is_up(again)
        record = json.loads((home / "secrets.json").read_text())
        assert len(record) >= 8
    finally:
        assert again.stop(signal.SIGTERM) == 0


def test_a_killed_supervisor_takes_its_children_along_and_the_next_start_works(home):
    started = start_live(home, "--no-demo")
    everything = family(started)
    started.process.kill()
    started.process.wait()
    wait_until(lambda: still_alive(everything) == [], 40)
    next_one = start_live(home, "--no-demo")
    try:
        assert is_up(next_one)
    finally:
        next_one.stop()
