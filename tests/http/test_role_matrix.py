"""Every door of the application against the rulebook: each method of each rule, API and pages, by everybody."""

from typing import Any

import pytest
from sqlalchemy import text

from dam.accounts.doors import Guarded, door_of
from dam.accounts.permissions import ROLE_PERMISSIONS, Role
from dam.accounts.tokens import TokenDraft
from tests.http.knocking import ADMITTED, REFUSED, UNKNOWN, Door, doors, knock_api, knock_page, sign_of
from tests.http.place import Browser, Place
from tests.http.rulebook import BOOK, COLUMNS, promises
from tests.http.scene import Scene, set_scene

ROLES = {
    "archivist": Role.ARCHIVIST,
    "manager": Role.RIGHTS_MANAGER,
    "partner": Role.PARTNER,
    "rival": Role.PARTNER,
    "holder": Role.RIGHTS_HOLDER,
    "auditor": Role.AUDITOR,
    "admin": Role.ADMINISTRATOR,
}


@pytest.fixture(scope="module")
def scene(place: Place) -> Scene:
    """A photograph under licence, and everybody of the rulebook."""
    return set_scene(place)


def _guarded(place: Place, *, api: bool) -> list[Door]:
    return [door for door in doors(place.app) if BOOK[_key(door)].signs and door.is_api is api]


def _key(door: Door) -> tuple[str, str]:
    return door.method, door.rule.rule


def test_the_book_has_one_line_for_every_route_and_no_other(place: Place) -> None:
    assert {_key(door) for door in doors(place.app)} == set(BOOK)


def test_the_book_says_what_the_routes_declare(place: Place) -> None:
    """D2: a role is turned away by its permissions alone, and no role is turned away that the route declares."""
    for door in doors(place.app):
        declared = door_of(place.app.view_functions[door.rule.endpoint])
        signs = BOOK[_key(door)].signs
        if not isinstance(declared, Guarded):
            assert signs == {}, door
            continue
        may = {column for column, role in ROLES.items() if declared.opens_to(ROLE_PERMISSIONS[role])}
        assert {column for column, sign in signs.items() if sign != REFUSED} == may, door


def test_the_book_keeps_what_the_description_of_the_api_promises() -> None:
    for key, people in promises():
        assert {column for column, sign in BOOK[key].signs.items() if sign == ADMITTED} == people, key


@pytest.mark.parametrize("column", COLUMNS)
def test_the_api(scene: Scene, column: str) -> None:
    """D1, D9: hiding a link is nothing: the endpoint refuses, and the id of another organisation opens nothing."""
    bearer = scene.people[column].bearer
    for door in _guarded(scene.place, api=True):
        expected = BOOK[_key(door)].signs[column]
        answer = knock_api(door, scene, bearer)
        assert sign_of(answer) == expected, (door, answer.status_code, answer.text[:500])
        if expected != ADMITTED:
            assert answer.content_type == "application/problem+json", door
        if door.method == "GET":
            bare = knock_api(door, scene, bearer, "HEAD")
            assert (bare.status_code, bare.data) == (answer.status_code, b""), door


@pytest.mark.parametrize("column", COLUMNS)
def test_the_pages(scene: Scene, column: str) -> None:
    """D1, D9: the same on the pages, with a form token that is good."""
    browser = scene.place.browser(scene.people[column])
    token = browser.csrf("/")
    for door in _guarded(scene.place, api=False):
        answer = knock_page(door, scene, browser, token)
        assert sign_of(answer) == BOOK[_key(door)].signs[column], (door, answer.status_code, answer.text[:500])
        if door.method == "GET":
            bare = knock_page(door, scene, browser, token, "HEAD")
            assert (bare.status_code, bare.data) == (answer.status_code, b""), door


def _expired(scene: Scene, stack: Any) -> dict[str, str]:
    accounts, actor = scene.place.house.accounts, scene.people["manager"].actor
    made = accounts.create_token(actor, TokenDraft("old", 1))
    with stack.owner.unit() as unit:
        past = "created_at = created_at - interval '2 days', expires_at = expires_at - interval '2 days'"
        unit.connection.execute(text(f"UPDATE api_token SET {past} WHERE id = :id"), {"id": made.token.token_id})
    return {"Authorization": f"Bearer {made.secret}"}


def _revoked(scene: Scene) -> dict[str, str]:
    accounts, actor = scene.place.house.accounts, scene.people["manager"].actor
    made = accounts.create_token(actor, TokenDraft("dead"))
    accounts.revoke_token(actor, made.token.token_id)
    return {"Authorization": f"Bearer {made.secret}"}


def _closed(scene: Scene) -> dict[str, str]:
    person = scene.place.someone(Role.RIGHTS_MANAGER)
    scene.place.house.accounts.close_person(scene.place.administrator, person.actor.person_id)
    return person.bearer


def test_without_a_living_token_the_api_is_shut(scene: Scene, stack: Any) -> None:
    """D1, D21: nobody, an expired token, a revoked one, one of a person who was closed: 401 everywhere."""
    for bearer in ({}, _expired(scene, stack), _revoked(scene), _closed(scene)):
        for door in _guarded(scene.place, api=True):
            answer = knock_api(door, scene, bearer)
            assert sign_of(answer) == UNKNOWN, (door, answer.status_code)
            assert answer.headers["WWW-Authenticate"].startswith("Bearer")
            assert answer.json["code"] == "not_signed_in"


def test_signed_out_or_closed_every_page_leads_to_the_sign_in(scene: Scene) -> None:
    """D1: a session that ended, or whose person was closed, sees no page and sends no form."""
    stranger = Browser(scene.place.app)
    person = scene.place.someone(Role.RIGHTS_MANAGER)
    closed = scene.place.browser(person)
    kept = closed.csrf("/")
    scene.place.house.accounts.close_person(scene.place.administrator, person.actor.person_id)
    for browser, token in ((stranger, stranger.csrf()), (closed, kept)):
        for door in _guarded(scene.place, api=False):
            answer = knock_page(door, scene, browser, token)
            assert sign_of(answer) == UNKNOWN, (door, answer.status_code, answer.text[:300])
            assert b"csrf" not in answer.data


def test_no_form_without_its_token_does_anything(scene: Scene) -> None:
    browser = scene.place.browser(scene.people["manager"])
    for door in _guarded(scene.place, api=False):
        if door.method == "POST":
            assert knock_page(door, scene, browser, "forged").status_code == 400, door


def test_asking_for_the_methods_shows_nothing(scene: Scene) -> None:
    for door in doors(scene.place.app):
        answer = scene.place.api().options(door.address(scene.ids))
        assert (answer.status_code, answer.data) == (200, b""), door
