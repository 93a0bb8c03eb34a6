"""Clients that stand still: they cost their own connection, never the service."""

import contextlib
import os
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import pytest

from config import gunicorn
from dam.cli import web
from dam.local.ports import free_ports

ROOT = Path(__file__).resolve().parents[2]
THREADS, WAIT_S = 2, 1
LARGE_BYTES = 64 << 20
HALF_A_HEAD = b"GET / HTTP/1.1\r\nHost: x\r\nX-Slow: "
HALF_A_BODY = b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\nname="
NEVER_READ = b"GET /large HTTP/1.1\r\nHost: x\r\n\r\n"
APPLICATION = f"""
def app(environ, start_response):
    environ["wsgi.input"].read()
    large = environ["PATH_INFO"] == "/large"
    start_response("200 OK", [("Content-Type", "text/plain")])
    return [b"x" * {LARGE_BYTES}] if large else [b"here"]
"""
PATIENCE = f"import config.gunicorn as ours\nours.CLIENT_WAIT_S = {WAIT_S}\npost_fork = ours.post_fork\n"


@pytest.fixture
def address(tmp_path: Path) -> Iterator[tuple[str, int]]:
    """Our way of running gunicorn, with few threads and little patience, before a small application."""
    (tmp_path / "plain.py").write_text(APPLICATION, encoding="utf-8")
    (tmp_path / "patience.py").write_text(PATIENCE, encoding="utf-8")
    port = free_ports(1)[0]
    command = [sys.executable, "-m", "gunicorn", "plain:app", "--config", "patience.py", "--worker-class", "gthread"]
    command += ["--workers", "1", "--threads", str(THREADS), "--bind", f"127.0.0.1:{port}", "--no-control-socket"]
    with subprocess.Popen(command, cwd=tmp_path, env=os.environ | {"PYTHONPATH": str(ROOT)}) as server:
        try:
            _wait(port)
            yield "127.0.0.1", port
        finally:
            server.terminate()


def _answer(port: int, timeout_s: float) -> bytes:
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/", timeout=timeout_s) as answer:
        return bytes(answer.read())


def _wait(port: int) -> None:
    for _ in range(100):
        with contextlib.suppress(OSError):
            _answer(port, 1)
            return
        time.sleep(0.1)
    raise AssertionError("gunicorn does not answer")


@pytest.mark.parametrize("said", [HALF_A_HEAD, HALF_A_BODY, NEVER_READ], ids=["head", "body", "download"])
def test_as_many_silent_clients_as_there_are_threads_do_not_stop_the_service(
    address: tuple[str, int], said: bytes
) -> None:
    with contextlib.ExitStack() as silent:
        for _ in range(2 * THREADS):
            client = silent.enter_context(socket.socket())
            client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
            client.connect(address)
            client.sendall(said)
        time.sleep(0.3)
        assert _answer(address[1], 15 * WAIT_S) == b"here"


def test_the_web_process_is_started_with_that_patience(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    started: list[list[str]] = []
    settings = SimpleNamespace(host="127.0.0.1", port=1, web_processes=1, web_threads=1)
    settings.credentials_dir, settings.c2pa_key_path, settings.c2pa_chain_path = tmp_path, None, None
    monkeypatch.setattr(os, "execv", lambda _path, words: started.append(words))
    monkeypatch.setattr("dam.cli._settings", lambda: settings)
    web.callback()  # type: ignore[misc]
    assert started[0][started[0].index("--config") + 1] == f"python:{gunicorn.__name__}"
