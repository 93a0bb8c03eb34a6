"""The compose file, the Dockerfile and the Makefile start what the command line offers, and nothing else."""

import re
from pathlib import Path

import pytest
import yaml

from dam.cli import main

ROOT = Path(__file__).resolve().parents[2]
OURS = {"migrate", "web", "worker", "scheduler"}


@pytest.fixture(scope="module")
def compose():
    return yaml.safe_load((ROOT / "docker-compose.yml").read_text(encoding="utf-8"))


def test_compose_has_every_part_of_the_service(compose):
    assert OURS | {"postgresql", "valkey", "seaweedfs"} <= set(compose["services"])


def test_each_process_of_ours_is_a_command_of_ours(compose):
    assert {compose["services"][name]["command"] for name in OURS} <= set(main.commands)


def test_all_of_ours_come_from_one_image(compose):
    assert {compose["services"][name]["image"] for name in OURS} == {"imprimatur"}


def test_nothing_but_the_web_can_be_reached_from_outside(compose):
    """FAILURES D4, D31: the object store, the database and the broker have no way out of their own network."""
    assert compose["networks"]["inside"]["internal"] is True
    for name, service in compose["services"].items():
        published = service.get("ports", [])
        assert all(port.startswith("127.0.0.1:") for port in published)
        if name not in {"web", "nginx"}:
            assert not published
            assert service["networks"] == ["inside"]


def test_compose_holds_no_secret(compose):
    for service in compose["services"].values():
        for name, value in service.get("environment", {}).items():
            if re.search(r"PASSWORD|SECRET|_KEY$|_URL$", name):
                assert "${" in str(value), name


def test_only_the_migration_knows_the_owner(compose):
    knowing = {
        name for name, service in compose["services"].items() if "DATABASE_OWNER_URL" in service.get("environment", {})
    }
    assert knowing == {"migrate"}


def test_the_image_does_not_run_as_root():
    lines = (ROOT / "Dockerfile").read_text(encoding="utf-8").splitlines()
    users = [line.split()[1] for line in lines if line.startswith("USER ")]
    assert users
    assert users[-1] not in {"root", "0"}


def test_the_image_is_built_from_the_lock():
    text = (ROOT / "Dockerfile").read_text(encoding="utf-8")
    assert "--require-hashes --requirement requirements.txt" in text


def test_both_object_stores_shut_the_same_doors():
    """The container's start script and the embedded stack must not drift apart."""
    embedded = (ROOT / "dam" / "local" / "seaweedfs.py").read_text(encoding="utf-8")
    container = (ROOT / "config" / "deploy" / "seaweedfs.sh").read_text(encoding="utf-8")
    doors = (
        "-disableHttp", "-master.telemetry=false", "-filer.exposeDirectoryData=false", "-s3.iam=false", "-webdav=false",
        "-s3.port.iceberg=0", "-s3.port.lance=0", "-s3.autoCreateBucket=false", "-s3.allowDeleteBucketNotEmpty=false",
        "filer_signing.read",
    )  # fmt: skip
    assert [door for door in doors if door not in embedded or door not in container] == []


def test_make_offers_its_verbs():
    text = (ROOT / "Makefile").read_text(encoding="utf-8")
    assert {"run", "test", "check", "bench", "lock", "clean"} <= set(re.findall(r"^(\w+):", text, re.MULTILINE))
