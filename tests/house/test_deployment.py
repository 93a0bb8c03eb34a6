"""The compose file, the Dockerfile and the Makefile start what the command line offers, and nothing else."""

import re
from pathlib import Path

import pytest
import yaml

from config.settings import Settings
from dam.cli import main
from dam.local.postgres import DATABASE, OWNER

ROOT = Path(__file__).resolve().parents[2]
OURS = {"migrate", "web", "web-behind-nginx", "worker", "scheduler", "sequencer"}
NAMED_IN = re.compile(r"\$\{(\w+)")
DATABASE_CONNECTIONS = 100
"""What PostgreSQL allows unless told otherwise; the compose file does not tell it."""


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
            assert list(service["networks"]) == ["inside"]


def test_compose_holds_no_secret(compose):
    for service in compose["services"].values():
        for name, value in service.get("environment", {}).items():
            if re.search(r"PASSWORD|SECRET|_KEY$|_URL$", name):
                assert "${" in str(value), name


def secrets_of(service):
    return {secret for value in service.get("environment", {}).values() for secret in NAMED_IN.findall(str(value))}


def test_only_the_migration_knows_the_owner(compose):
    """FAILURES D8: whoever holds the owner's password could switch the log's triggers off."""
    services = compose["services"]
    knowing = {name for name in services if "DATABASE_OWNER_PASSWORD" in secrets_of(services[name])}
    assert knowing == {"migrate", "postgresql"}
    assert "DATABASE_SUPERUSER_PASSWORD" not in set().union(*(secrets_of(services[name]) for name in OURS))


def test_only_the_sequencer_holds_the_key_of_the_log(compose):
    """FAILURES D27: nobody who serves requests can sign the log or give events their places."""
    services = compose["services"]
    knowing = {name for name in services if "DATABASE_LOG_PASSWORD" in secrets_of(services[name])}
    assert knowing == {"migrate", "sequencer"}
    holding = {name for name, one in services.items() if any("log-key" in part for part in one.get("volumes", []))}
    assert holding == {"sequencer"}


def test_no_part_is_handed_every_secret(compose):
    """The file of secrets itself enters no container: each is named where it is needed."""
    for service in compose["services"].values():
        assert [file["path"] for file in service.get("env_file", [])] in ([], ["settings.env"])


def test_every_secret_has_its_line_in_the_example(compose):
    asked = set().union(*map(secrets_of, compose["services"].values()))
    lines = (ROOT / ".env.example").read_text(encoding="utf-8").splitlines()
    assert asked <= {line.partition("=")[0] for line in lines}


def test_the_owner_is_no_superuser(compose):
    """The script runs at the first start, as the embedded stack's own preparation does."""
    mounted = {volume.split(":")[0] for volume in compose["services"]["postgresql"]["volumes"]}
    script = (ROOT / "config" / "deploy" / "postgresql.sh").read_text(encoding="utf-8")
    assert "./config/deploy/postgresql.sh" in mounted
    assert f"CREATE ROLE {OWNER} LOGIN CREATEROLE CREATEDB PASSWORD" in script
    assert f"CREATE DATABASE {DATABASE} OWNER {OWNER}" in script
    assert "SUPERUSER" not in script


def test_proxies_are_believed_only_where_nothing_else_reaches_the_service(compose):
    services = compose["services"]
    believing = {name for name, service in services.items() if "TRUSTED_PROXIES" in service.get("environment", {})}
    assert believing == {"web-behind-nginx"}
    assert "ports" not in services["web-behind-nginx"]
    assert services["web-behind-nginx"]["environment"]["X_ACCEL"] == "true"
    assert {name for name, service in services.items() if service.get("profiles") == ["nginx"]} == {
        "web-behind-nginx",
        "nginx",
    }


def test_every_running_part_says_whether_it_is_well(compose):
    silent = {name for name, service in compose["services"].items() if "healthcheck" not in service}
    assert silent == {"migrate", "worker", "scheduler", "sequencer"}, "they have no door to knock at; /readyz tells"


def test_all_processes_together_stay_within_the_connections_of_the_database():
    """Web processes, the children of the worker and its parent, sweeps, sequencer and a migration, each a full pool."""
    fields = Settings.model_fields
    processes = fields["web_processes"].default + fields["worker_concurrency"].default + 4
    assert processes * fields["database_pool_size"].default < DATABASE_CONNECTIONS - 10


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
