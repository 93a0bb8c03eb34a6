"""API tokens: shown once, hashed, never without an end."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from dam.accounts.permissions import Role
from dam.accounts.tokens import LONGEST_LIFE_DAYS, TokenDraft
from dam.kernel.clock import utc_now


def test_the_longest_life_of_any_token(place, stack):
    """D21: no token lives longer than a year, asked over the API, the page, or of the database itself."""
    someone, api = place.someone(Role.PARTNER), place.api()
    default = api.post("/api/v1/tokens", json={"name": "n"}, headers=someone.bearer).json
    assert _life(default) == timedelta(days=90)
    longest = api.post("/api/v1/tokens", json={"name": "n", "life_days": 365}, headers=someone.bearer).json
    assert _life(longest) == timedelta(days=LONGEST_LIFE_DAYS)
    for days in (366, 0, -1, 10**6):
        refused = api.post("/api/v1/tokens", json={"name": "n", "life_days": days}, headers=someone.bearer)
        assert (refused.status_code, refused.json["faults"][0]["field"]) == (422, "life_days")
    browser = place.browser(someone)
    assert browser.post("/profile/tokens", {"name": "n", "life_days": "9999"}).status_code == 422
    with pytest.raises(IntegrityError), stack.owner.engine.begin() as connection:
        connection.execute(text("UPDATE api_token SET expires_at = created_at + interval '366 days'"))


def _life(made):
    return datetime.fromisoformat(made["expires_at"]) - datetime.fromisoformat(made["created_at"])


def test_a_token_is_shown_once_and_kept_as_a_hash(place, stack):
    someone, api = place.someone(Role.PARTNER), place.api()
    made = api.post("/api/v1/tokens", json={"name": "desk"}, headers=someone.bearer)
    assert made.status_code == 201
    secret = made.json["token"]
    assert secret not in api.get("/api/v1/tokens", headers=someone.bearer).text
    with stack.owner.unit() as unit:
        kept = unit.connection.execute(text("SELECT api_token::text FROM api_token")).scalars().all()
        logged = unit.connection.execute(text("SELECT convert_from(entry, 'UTF8') FROM au.event")).scalars().all()
    assert secret not in "".join([*kept, *logged])
    assert api.get("/api/v1/me", headers={"Authorization": f"Bearer {secret}"}).json["email"] == someone.email


@pytest.mark.parametrize(
    "sent", ["", "Bearer", "Bearer ", "Bearer imp_unknown", "Basic YTpi", "Token x", "Bearer \x80"]
)
def test_unknown_tokens_are_401(place, sent):
    answer = place.api().get("/api/v1/me", headers={"Authorization": sent})
    assert (answer.status_code, answer.json["code"]) == (401, "not_signed_in")


def test_a_token_in_the_address_opens_nothing(place):
    someone = place.someone(Role.PARTNER)
    for name in ("token", "access_token", "auth_token"):
        assert place.api().get(f"/api/v1/me?{name}={someone.token}").status_code == 401


def test_a_revoked_token_is_401_at_once(place):
    someone, api = place.someone(Role.PARTNER), place.api()
    made = api.post("/api/v1/tokens", json={"name": "n"}, headers=someone.bearer).json
    bearer = {"Authorization": f"Bearer {made['token']}"}
    assert api.get("/api/v1/me", headers=bearer).status_code == 200
    assert api.post(f"/api/v1/tokens/{made['id']}/revocation", headers=someone.bearer).status_code == 204
    assert api.get("/api/v1/me", headers=bearer).status_code == 401
    assert api.post(f"/api/v1/tokens/{made['id']}/revocation", headers=someone.bearer).status_code == 404


def test_a_token_ends_at_its_edge(place, monkeypatch):
    """D16, D21: one second before the end it opens, at the end it does not."""
    accounts, start = place.house.accounts, utc_now()
    someone = place.someone(Role.PARTNER)
    monkeypatch.setattr(accounts, "clock", lambda: start)
    secret = accounts.create_token(someone.actor, TokenDraft("short", 1)).secret
    bearer = {"Authorization": f"Bearer {secret}"}
    for seconds, status in ((-1, 200), (0, 401), (1, 401)):
        monkeypatch.setattr(accounts, "clock", lambda s=seconds: start + timedelta(days=1, seconds=s))
        assert place.api().get("/api/v1/me", headers=bearer).status_code == status


def test_nobody_revokes_or_sees_another_persons_token(place):
    owner, other, api = place.someone(Role.PARTNER), place.someone(Role.ADMINISTRATOR), place.api()
    made = api.post("/api/v1/tokens", json={"name": "mine"}, headers=owner.bearer).json
    assert api.post(f"/api/v1/tokens/{made['id']}/revocation", headers=other.bearer).status_code == 404
    assert made["id"] not in api.get("/api/v1/tokens", headers=other.bearer).text


def test_the_page_shows_a_new_token_once(place):
    browser = place.browser(place.someone(Role.PARTNER))
    shown = browser.post("/profile/tokens", {"name": "desk", "life_days": "30"})
    assert shown.status_code == 201
    assert "imp_" in shown.text
    assert "imp_" not in browser.get("/profile").text


@pytest.mark.parametrize(("name", "status"), [("a\\u0000b", 422), ("\\ud800", 422), ("\\uD83D\\uDCF7", 201)])
def test_a_name_that_is_no_text_is_a_wrong_name(place, name, status):
    """Half a surrogate pair can be written in JSON but nowhere else; a whole one is a camera."""
    someone = place.someone(Role.PARTNER)
    body = f'{{"name": "{name}", "life_days": 1}}'
    answer = place.api().post("/api/v1/tokens", data=body, content_type="application/json", headers=someone.bearer)
    assert answer.status_code == status
