"""The front server's configuration, with a real nginx: it moves the bytes, and only those the gate admitted."""

import http.client
import os
import shutil
import socket
import subprocess
import threading
import time
from datetime import timedelta
from pathlib import Path
from wsgiref.simple_server import WSGIRequestHandler, make_server

import pytest
from sqlalchemy import insert

from dam.app import create_app
from dam.audit import verify
from dam.database.tables.accounts import api_token
from dam.house import build_house
from dam.kernel.clock import utc_now
from dam.kernel.hashing import sha256_hex
from dam.kernel.ids import new_id
from dam.local.ports import free_ports

NGINX = os.environ.get("NGINX_PROGRAM") or shutil.which("nginx", path=f"{os.environ.get('PATH', '')}:/usr/sbin")
CONFIGURATION = Path(__file__).resolve().parents[3] / "config" / "deploy" / "nginx.conf"
pytestmark = pytest.mark.nginx


class Quiet(WSGIRequestHandler):
    def log_message(self, *_):
        pass


@pytest.fixture(scope="module")
def front(world, tmp_path_factory):
    """Yield the port of nginx before a service that hands copies over."""
    settings = world.stack.settings.model_copy(update={"x_accel": True})
    web_port, port = free_ports(2)
    server = make_server("127.0.0.1", web_port, create_app(settings, build_house(settings)), handler_class=Quiet)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    folder = tmp_path_factory.mktemp("nginx")
    folder.chmod(0o755)
    store = settings.s3_endpoint.removeprefix("http://")
    site = CONFIGURATION.read_text().replace("listen 8080", f"listen 127.0.0.1:{port}")
    site = site.replace("web:8000", f"127.0.0.1:{web_port}").replace("seaweedfs:8333", store)
    temporary = "".join(
        f"{kind}_temp_path {folder}/{kind};" for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    (folder / "nginx.conf").write_text(
        f"user root; daemon off; pid {folder}/pid; error_log {folder}/error.log; events {{}}\n"
        f"http {{ access_log off; {temporary}\n{site}\n}}"
    )
    process = subprocess.Popen(
        [NGINX, "-p", str(folder), "-c", str(folder / "nginx.conf"), "-e", f"{folder}/start.log"]
    )
    _await(port)
    yield port
    process.terminate()
    process.wait(10)
    server.shutdown()


def _await(port):
    deadline = time.monotonic() + 10
    while time.monotonic() < deadline:
        with socket.socket() as line:
            if line.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.05)
    pytest.fail("nginx did not start")


@pytest.fixture
def ready(world, photo):
    """Return the path of a ready copy, its licence, and the header of its partner's token."""
    world.at = utc_now()
    licence_id = world.licence(photo)
    world.made_copy(licence_id, photo)
    secret = f"imp_{new_id()}"
    with world.stack.owner.unit() as unit:
        unit.connection.execute(
            insert(api_token).values(
                id=new_id(),
                person_id=world.people["partner"].person_id,
                name="front",
                sha256=sha256_hex(secret.encode()),
                created_at=utc_now(),
                expires_at=utc_now() + timedelta(days=1),
            )
        )
    path = f"/api/v1/licences/{licence_id}/assets/{photo.asset_id}/copy"
    return path, licence_id, {"Authorization": f"Bearer {secret}"}


def ask(port, path, headers, method="GET"):
    line = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
    line.request(method, path, headers=headers)
    answer = line.getresponse()
    body = answer.read()
    line.close()
    return answer.status, dict(answer.getheaders()), body


def test_nginx_sends_the_copy_and_tells_nothing_of_the_store(world, photo, front, ready):
    """D1, D31: the same bytes and headers, no key, no signature, no address of the store."""
    path, licence_id, token = ready
    status, headers, body = ask(front, path, token)
    assert (status, body) == (200, world.read(world.fetch(licence_id, photo)))
    assert headers["Cache-Control"] == "private, no-store"
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in headers["Content-Security-Policy"]
    assert headers["Content-Disposition"].startswith("attachment")
    assert headers["ETag"] == f'"{sha256_hex(body)}"'
    assert verify.Receipt(headers["X-Imprimatur-Receipt"]).event
    told = " ".join(f"{name}: {value}" for name, value in headers.items()).lower()
    assert not [word for word in ("x-accel", "x-object", "x-amz", "aws4", "delivery/", "8333") if word in told], told


def test_only_the_admitted_part_is_sent(world, front, ready):
    """D26: what the log says was sent is what nginx sends."""
    path, licence_id, token = ready
    _, _, whole = ask(front, path, token)
    status, headers, part = ask(front, path, token | {"Range": "bytes=10-99"})
    assert (status, part) == (206, whole[10:100])
    assert headers["Content-Range"] == f"bytes 10-99/{len(whole)}"
    assert world.events(licence=licence_id)[-1]["bytes"] == 90
    status, _, again = ask(front, path, token | {"Range": "bytes=10-99", "If-Range": '"another"'})
    assert (status, again) == (200, whole)
    assert ask(front, path, token | {"Range": "bytes=99999999-"})[0] == 416
    assert ask(front, path, token, "HEAD")[2] == b""


def test_nobody_reaches_the_internal_location_from_outside(world, front, ready):
    """D4: the path itself opens nothing, with or without a token."""
    _, licence_id, token = ready
    (row,) = world.deliveries(licence_id)
    for headers in ({}, token):
        status, _, body = ask(front, f"/_objects/test-copies/{row.copy_key}", headers)
        assert status == 404
        assert b"\xff\xd8\xff" not in body


def test_a_revoked_licence_is_refused_at_the_next_ask(world, front, ready):
    path, licence_id, token = ready
    assert ask(front, path, token)[0] == 200
    world.revoke(licence_id)
    status, _, body = ask(front, path, token)
    assert status == 403
    assert b"licence_revoked" in body
