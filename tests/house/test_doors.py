"""Every route declares who may open it; the house is composed, but nothing is connected."""

import pytest

from config.settings import Settings
from dam.accounts.doors import Guarded, Public, door_of
from dam.app import create_app


@pytest.fixture(scope="module")
def app():
    nowhere = {
        "database_url": "postgresql://x:x@127.0.0.1:1/x",
        "broker_url": "redis://127.0.0.1:1/0",
        "s3_endpoint": "http://127.0.0.1:1",
        "s3_access_key": "x",
        "s3_secret_key": "x",
        "secret_key": "s" * 32,
        "security_password_salt": "p" * 32,
    }
    return create_app(Settings(**nowhere))


def test_every_route_declares_its_door(app):
    doors = {endpoint: door_of(view) for endpoint, view in app.view_functions.items()}
    assert {endpoint for endpoint, door in doors.items() if door is None} == set()
    assert all(door.any_of for door in doors.values() if isinstance(door, Guarded))


def test_few_routes_are_open_to_everybody(app):
    """D1, D9: no route that could carry a photograph is public, but for a marked preview an archivist published."""
    public = {endpoint for endpoint, view in app.view_functions.items() if isinstance(door_of(view), Public)}
    assert public == {
        "credentials.page",
        "credentials.root",
        "home.choose_language",
        "home.home",
        "openapi.documentation",
        "openapi.spec",
        "operations.healthz",
        "operations.metrics",
        "operations.readyz",
        "public.mining_policy",
        "public.photograph",
        "public.preview",
        "public.reservation",
        "security.login",
        "security.logout",
        "static",
        "verification.verify",
    }


def test_no_api_route_is_public_but_its_description(app):
    public = {
        rule.rule for rule in app.url_map.iter_rules() if isinstance(door_of(app.view_functions[rule.endpoint]), Public)
    }
    assert {path for path in public if path.startswith("/api/")} == {"/api/docs", "/api/v1/openapi.json"}
