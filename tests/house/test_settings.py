"""Settings: all documented, all validated at once, no secret ever shown."""

import os
from pathlib import Path

import pytest

from config.settings import BadSettings, Settings, read_settings, settings_table

ROOT = Path(__file__).resolve().parents[2]
GOOD = {
    "DATABASE_URL": "postgresql://service:hidden-word@127.0.0.1/imprimatur",
    "BROKER_URL": "redis://:hidden-word@127.0.0.1/0",
    "S3_ENDPOINT": "http://127.0.0.1:8333",
    "S3_ACCESS_KEY": "hidden-word",
    "S3_SECRET_KEY": "hidden-word",
    "SECRET_KEY": "hidden-word" * 4,
    "SECURITY_PASSWORD_SALT": "hidden-word" * 4,
}


@pytest.fixture(autouse=True)
def bare_environment(monkeypatch):
    for name, _default, _meaning in settings_table():
        monkeypatch.delenv(name, raising=False)


def set_all(monkeypatch, **changed):
    for name, value in (GOOD | changed).items():
        monkeypatch.setenv(name, value)


def test_every_setting_stands_in_the_documents():
    page = (ROOT / "docs" / "configuration.md").read_text(encoding="utf-8")
    rows = [
        f"| `{name}` | {f'`{default}`' if default else ''} | {meaning} |" for name, default, meaning in settings_table()
    ]
    assert [row for row in rows if row not in page] == []
    assert page.count("\n| `") == len(rows), "the page names a setting that is gone"


def test_every_setting_says_what_it_is():
    assert [name for name, _default, meaning in settings_table() if len(meaning) < 15] == []


def test_every_variable_of_the_compose_file_is_a_setting():
    known = {name for name, _default, _meaning in settings_table()} | {
        "COMPOSE_PROFILES",
        "DATABASE_LOG_PASSWORD",
        "DATABASE_OWNER_PASSWORD",
        "DATABASE_SERVICE_PASSWORD",
        "DATABASE_SUPERUSER_PASSWORD",
        "VALKEY_PASSWORD",
    }
    lines = (ROOT / ".env.example").read_text(encoding="utf-8").splitlines()
    assert {line.partition("=")[0] for line in lines if line and not line.startswith("#")} <= known


def test_all_faults_are_named_at_once(monkeypatch):
    set_all(
        monkeypatch, DATABASE_URL="mysql://x", BROKER_URL="amqp://x", SECRET_KEY="short", TIME_ZONE="Mars", PORT="0"
    )
    monkeypatch.delenv("S3_ENDPOINT")
    with pytest.raises(BadSettings) as found:
        read_settings()
    for name in ("DATABASE_URL", "BROKER_URL", "SECRET_KEY", "TIME_ZONE", "PORT", "S3_ENDPOINT"):
        assert f"  {name}: " in str(found.value)
    assert "S3_ACCESS_KEY" not in str(found.value)


def test_no_secret_is_shown(monkeypatch):
    set_all(monkeypatch)
    assert "hidden-word" not in repr(read_settings())
    monkeypatch.setenv("SECRET_KEY", "hidden-word")
    with pytest.raises(BadSettings) as found:
        read_settings()
    assert "hidden-word" not in str(found.value)


def test_cookies_must_be_secure_behind_https(monkeypatch):
    set_all(monkeypatch, BASE_URL="https://pictures.example.org")
    with pytest.raises(BadSettings, match="COOKIES_SECURE"):
        read_settings()
    monkeypatch.setenv("COOKIES_SECURE", "true")
    assert read_settings().cookies_secure is True


def test_settings_never_change(monkeypatch):
    set_all(monkeypatch)
    with pytest.raises(ValueError, match="frozen"):
        read_settings().port = 1


def test_an_empty_variable_counts_as_unset(monkeypatch):
    set_all(monkeypatch, S3_REGION="")
    assert read_settings().s3_region == Settings.model_fields["s3_region"].default
    assert os.environ["S3_REGION"] == ""
