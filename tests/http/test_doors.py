"""Every route declares who may open it, and keeps to it."""

from uuid import UUID

import pytest
from apiflask import APIBlueprint
from werkzeug.routing import AnyConverter, IntegerConverter, UUIDConverter

from dam.accounts.doors import Guarded, Public, door_of
from dam.accounts.permissions import ROLE_PERMISSIONS, Role
from dam.api import accounts as api_accounts
from dam.app import UndeclaredDoor, check_doors

OURS = {"accounts", "api_accounts", "home", "operations", "openapi", "security", "static"}
_SAMPLES = {UUIDConverter: UUID(int=7), IntegerConverter: 7}


def _guarded(app):
    """Yield (rule, method, door) of every guarded route."""
    for rule in app.url_map.iter_rules():
        door = door_of(app.view_functions[rule.endpoint])
        if isinstance(door, Guarded):
            for method in sorted(rule.methods - {"OPTIONS"}):
                yield rule, method, door


def _is_ours(rule):
    return rule.endpoint.split(".")[0] in OURS


def _code(answer):
    return None if answer.request.method == "HEAD" else answer.json["code"]


def _address(rule):
    """An address of the rule that leads to nothing that exists."""
    samples = {
        name: next(iter(converter.items)) if isinstance(converter, AnyConverter) else _SAMPLES.get(type(converter), "x")
        for name, converter in rule._converters.items()
    }
    return rule.build(samples)[1]


def test_every_endpoint_declares_its_door(place):
    silent = [name for name, view in place.app.view_functions.items() if door_of(view) is None]
    assert silent == []
    assert all(door.reason for view in place.app.view_functions.values() if isinstance(door := door_of(view), Public))


def test_a_route_without_a_door_stops_the_application(place):
    place.app.view_functions["stray"] = lambda: "open"
    try:
        with pytest.raises(UndeclaredDoor, match="stray"):
            check_doors(place.app)
    finally:
        del place.app.view_functions["stray"]


def test_api_refuses_strangers_and_cookies(place):
    """D1: a session cookie, or nothing, opens no API route."""
    signed_in = place.browser(place.someone(Role.ADMINISTRATOR))
    for rule, method, _ in _guarded(place.app):
        if rule.rule.startswith("/api/"):
            for client in (place.api(), signed_in.client):
                answer = client.open(_address(rule), method=method)
                assert (answer.status_code, _code(answer)) in {(401, "not_signed_in"), (401, None)}, rule
                assert answer.headers["WWW-Authenticate"].startswith("Bearer")


@pytest.mark.parametrize("role", list(Role))
def test_role_by_route_over_the_api(place, role):
    someone, client = place.someone(role), place.api()
    for rule, method, door in _guarded(place.app):
        if not rule.rule.startswith("/api/"):
            continue
        answer = client.open(_address(rule), method=method, headers=someone.bearer)
        if not door.opens_to(ROLE_PERMISSIONS[role]):
            assert (answer.status_code, _code(answer)) in {(403, "not_allowed"), (403, None)}, rule
        elif _is_ours(rule):
            assert answer.status_code not in {401, 403}, rule


@pytest.mark.parametrize("role", list(Role))
def test_role_by_route_on_the_pages(place, role):
    browser = place.browser(place.someone(role))
    token = browser.csrf("/")
    for rule, method, door in _guarded(place.app):
        if rule.rule.startswith("/api/") or (door.opens_to(ROLE_PERMISSIONS[role]) and not _is_ours(rule)):
            continue
        answer = browser.client.open(
            _address(rule), method=method, data={"csrf_token": token} if method == "POST" else None
        )
        if door.opens_to(ROLE_PERMISSIONS[role]):
            assert answer.status_code not in {401, 403, 500}, rule
        else:
            assert answer.status_code == 403, rule


def test_strangers_are_sent_to_sign_in_and_back(place):
    answer = place.browser().get("/people?x=1")
    assert answer.status_code == 303
    assert answer.location == "/login?next=/people?x%3D1"
    htmx = place.browser().get("/people", headers={"HX-Request": "true"})
    assert (htmx.status_code, htmx.headers["HX-Redirect"]) == (401, "/login")


def test_strangers_cannot_post(place):
    browser = place.browser()
    answer = browser.post("/people", {"name": "x"})
    assert answer.status_code == 303
    assert answer.location.startswith("/login")


def test_the_matrix_is_not_empty(place):
    assert len(list(_guarded(place.app))) >= 15
    assert isinstance(api_accounts.blueprint, APIBlueprint)
