"""The embedded servers: they work with our keys, and every other door of theirs is shut."""

import os
import socket
import stat
import subprocess
import urllib.error
import urllib.request

import psutil
import psycopg
import pytest

from dam.local import seaweedfs
from dam.local.process import StartFailed
from dam.local.servers import end_leftovers, held, remember

pytestmark = pytest.mark.stack


def status(url, method="GET"):
    try:
        with urllib.request.urlopen(urllib.request.Request(url, method=method), timeout=5) as answer:
            return answer.status
    except urllib.error.HTTPError as refused:
        return refused.code


def test_every_listener_is_on_loopback(servers):
    listening = [
        connection.laddr.ip
        for child in servers.children()
        for connection in psutil.Process(child.pid).net_connections(kind="inet")
        if connection.status == psutil.CONN_LISTEN
    ]
    assert len(listening) >= 6
    assert set(listening) == {"127.0.0.1"}


def test_no_server_runs_as_root(servers):
    assert all(psutil.Process(child.pid).uids().effective != 0 for child in servers.children())


def test_no_server_shows_a_password_on_its_command_line(servers):
    secrets = {value for name in servers.keys.__slots__ if (value := getattr(servers.keys, name))}
    for child in servers.children():
        words = " ".join(psutil.Process(child.pid).cmdline())
        assert not [secret for secret in secrets if secret in words]


def test_secrets_are_for_the_owner_alone(servers):
    for path in (servers.data_dir / "secrets.json", *servers.seaweedfs.folder.glob("*.*")):
        assert stat.S_IMODE(path.stat().st_mode) & 0o077 == 0, path


def test_the_logs_are_for_their_owner_alone(servers):
    """They tell who asked for what."""
    assert stat.S_IMODE((servers.data_dir / "logs").stat().st_mode) == 0o700


def test_postgresql_refuses_a_wrong_password(servers):
    address = servers.postgres.url("postgres", "wrong", "postgres").replace("+psycopg", "")
    with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
        psycopg.connect(address)


def test_postgresql_is_18_with_checksums_and_utf8(servers):
    address = servers.postgres.url("postgres", servers.keys.postgres_superuser, "postgres").replace("+psycopg", "")
    with psycopg.connect(address) as session:
        asked = [session.execute(f"SHOW {name}").fetchone()[0] for name in ("data_checksums", "server_encoding")]
        assert asked == ["on", "UTF8"]
        assert session.info.server_version // 10_000 == 18


def test_the_owner_of_the_tables_is_no_superuser(stack):
    with stack.owner.unit() as unit:
        assert (
            unit.connection.exec_driver_sql("SELECT rolsuper FROM pg_roles WHERE rolname = current_user").scalar()
            is False
        )


def test_valkey_refuses_a_stranger(servers):
    with socket.create_connection(("127.0.0.1", servers.valkey.port), timeout=5) as line:
        line.sendall(b"KEYS *\r\n")
        assert line.recv(100).startswith(b"-NOAUTH")


def test_d4_a_stored_object_is_closed_to_a_stranger_at_every_port(servers, stack):
    """FAILURES D4: whoever knows the key of a stored object gets it nowhere without our signature."""
    stack.s3.put_object(Bucket="test-renditions", Key="door/probe", Body=b"pixels")
    weed = servers.seaweedfs
    asked = {
        f"http://127.0.0.1:{weed.s3}/test-renditions/door/probe": {403},
        f"http://127.0.0.1:{weed.filer}/buckets/test-renditions/door/probe": {401, 404},
        f"http://127.0.0.1:{weed.volume}/1,0123456789": {401, 404},
        f"http://127.0.0.1:{weed.master}/dir/assign": {401, 404},
        f"http://127.0.0.1:{weed.master}/col/delete?collection=test-renditions": {401, 404},
        f"http://127.0.0.1:{weed.master}/vol/grow?count=1": {401, 404},
    }
    for url, refused in asked.items():
        for method in ("GET", "HEAD", "PUT", "POST", "DELETE"):
            assert status(url, method) in refused | {403, 405, 501}, (method, url)
    assert stack.s3.get_object(Bucket="test-renditions", Key="door/probe")["Body"].read() == b"pixels"


@pytest.mark.slow
def test_the_stores_shell_needs_our_certificate(servers):
    """FAILURES D4: gRPC, which could delete even a locked object, answers nobody without the certificate."""
    weed = servers.seaweedfs
    where = [f"-master=127.0.0.1:{weed.master}", f"-filer=127.0.0.1:{weed.filer}"]

    def listing(*options):
        try:
            done = subprocess.run(
                [seaweedfs.binary(), *options, "shell", *where],
                input="fs.ls /buckets\n",
                capture_output=True,
                text=True,
                timeout=8,
                check=False,
                cwd="/",
            )
        except subprocess.TimeoutExpired as late:
            return (late.stdout or b"").decode()
        return done.stdout

    assert "test-originals" not in listing()
    assert "test-originals" in listing(f"-config_dir={weed.folder}")


def test_a_second_copy_on_the_same_data_is_told_so(servers):
    with pytest.raises(StartFailed, match="already running"), held(servers.data_dir):
        pass


def test_what_a_killed_supervisor_left_is_ended_by_the_next(tmp_path):
    with subprocess.Popen(["sleep", "60"]) as left:

        class Stray:
            pid = left.pid

        remember(tmp_path, [Stray()])
        end_leftovers(tmp_path)
        assert not psutil.pid_exists(left.pid)


def test_a_reused_process_number_is_left_alone(tmp_path):
    (tmp_path / "processes.json").write_text(f'[{{"pid": {os.getpid()}, "started": 1.0}}]')
    end_leftovers(tmp_path)
    assert not (tmp_path / "processes.json").exists()
