"""Signing in, staying in, and being out."""

from datetime import timedelta
from urllib.parse import urljoin, urlsplit

import pytest
from sqlalchemy import text

from dam.accounts.permissions import Role
from dam.kernel.clock import utc_now
from tests.http.place import PASSWORD


def _events(place, stack, name):
    with stack.owner.unit() as unit:
        return unit.connection.execute(
            text("SELECT actor, convert_from(entry, 'UTF8')::jsonb AS entry FROM au.event WHERE type = :name"),
            {"name": name},
        ).all()


def test_signing_in_is_recorded_and_leads_on(place, stack):
    someone, browser = place.someone(Role.ARCHIVIST), place.browser()
    answer = browser.sign_in(someone.email, onward="/profile")
    assert (answer.status_code, answer.location) == (302, "/profile")
    assert someone.email in browser.get("/profile").text
    assert someone.actor.person_id in {event.actor for event in _events(place, stack, "accounts.person.signed_in")}


def test_the_email_address_is_found_whatever_its_case(place):
    someone, browser = place.someone(Role.ARCHIVIST), place.browser()
    assert browser.sign_in(someone.email.upper()).status_code == 302


def test_a_refused_sign_in_is_recorded_and_says_nothing(place, stack):
    """The page is the same for an unknown address and a wrong password."""
    someone = place.someone(Role.ARCHIVIST)
    wrong = place.browser().sign_in(someone.email, "not the password")
    unknown = place.browser().sign_in("nobody-at-all@example.org", "not the password")
    assert wrong.status_code == unknown.status_code == 200
    sentence = "This address and password do not open an account."
    assert sentence in wrong.text
    assert sentence in unknown.text
    events = _events(place, stack, "accounts.person.sign_in_refused")
    assert someone.actor.person_id in {event.actor for event in events}
    assert None in {event.actor for event in events}
    assert "nobody-at-all" not in str([event.entry for event in events])


@pytest.mark.parametrize(
    "target",
    [
        "https://evil.example/",
        "//evil.example/",
        "/\\evil.example",
        "///evil.example",
        "\\\\evil.example",
        "javascript:alert(1)",
    ],
)
def test_open_redirects_are_refused(place, target):
    someone, browser = place.someone(Role.ARCHIVIST), place.browser()
    answer = browser.sign_in(someone.email, onward=target)
    led_to = urlsplit(urljoin("http://localhost/login", answer.location or "/"))
    assert (led_to.scheme, led_to.netloc) == ("http", "localhost")
    assert "\\" not in (answer.location or "")
    switched = place.browser().post("/language", {"language": "en", "next": target})
    assert (switched.status_code, switched.location) == (303, "/")


def test_forms_without_their_token_are_refused(place):
    browser = place.browser(place.someone(Role.ADMINISTRATOR))
    for path in ("/login", "/logout", "/language", "/people", "/organisations", "/profile/tokens", "/change"):
        assert browser.client.post(path, data={"name": "x"}).status_code == 400, path
        forged = browser.client.post(path, data={"csrf_token": "forged"}, headers={"HX-Request": "true"})
        assert forged.status_code == 400, path


def test_htmx_requests_may_carry_the_token_in_a_header(place):
    browser = place.browser()
    token = browser.csrf("/")
    answer = browser.client.post("/language", data={"language": "en"}, headers={"X-CSRFToken": token})
    assert answer.status_code == 303


def test_the_cookie_is_hardened(place):
    answer = place.browser().sign_in(place.someone(Role.PARTNER).email)
    cookie = next(value for value in answer.headers.getlist("Set-Cookie") if value.startswith("imprimatur="))
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie
    assert "Expires=" not in cookie
    assert not any("remember" in value for value in answer.headers.getlist("Set-Cookie"))


def test_signing_out_ends_the_session_and_needs_a_form(place):
    browser = place.browser(place.someone(Role.PARTNER))
    assert browser.get("/logout").status_code == 405
    assert browser.post("/logout").status_code == 302
    assert browser.get("/profile").status_code == 303


def test_signing_out_also_ends_a_copy_of_the_session(place):
    """D21: whoever copied the cookie is out together with its owner."""
    browser, copied = place.browser(place.someone(Role.PARTNER)), place.browser()
    copied.client.set_cookie("imprimatur", browser.client.get_cookie("imprimatur").value)
    assert copied.get("/profile").status_code == 200
    browser.post("/logout")
    assert copied.get("/profile").status_code == 303


def test_an_address_with_a_character_no_text_has_is_only_a_wrong_address(place):
    assert place.browser().sign_in("some\x00body@example.org").status_code == 200


def test_such_a_character_in_a_form_is_dropped(place):
    browser = place.browser(place.someone(Role.PARTNER))
    assert browser.post("/profile/tokens", {"name": "my\x00 desk", "life_days": "3"}).status_code < 400
    assert "my desk" in browser.get("/profile").text


def test_a_stolen_cookie_does_not_work_in_another_browser(place):
    browser = place.browser(place.someone(Role.PARTNER))
    assert browser.get("/profile").status_code == 200
    assert browser.get("/profile", headers={"User-Agent": "another"}).status_code == 303


def test_a_session_ends_at_its_longest_life_however_busy(place, monkeypatch):
    """D16: one second before it is in, at the edge it is out."""
    browser = place.browser(place.someone(Role.PARTNER))
    life = place.app.permanent_session_lifetime
    start = utc_now()
    place.rebuild(monkeypatch, clock=lambda: start + life - timedelta(seconds=3))
    assert browser.get("/profile").status_code == 200
    place.rebuild(monkeypatch, clock=lambda: start + life + timedelta(seconds=1))
    assert browser.get("/profile").status_code == 303
    assert browser.get("/login").status_code == 200


def test_a_closed_account_is_out_at_its_next_request(place):
    someone = place.someone(Role.PARTNER)
    browser, api = place.browser(someone), place.api()
    assert browser.get("/profile").status_code == 200
    assert api.get("/api/v1/me", headers=someone.bearer).status_code == 200
    place.house.accounts.close_person(place.administrator, someone.actor.person_id)
    assert browser.get("/profile").status_code == 303
    assert api.get("/api/v1/me", headers=someone.bearer).status_code == 401
    assert "do not open an account" in place.browser().sign_in(someone.email).text
    place.house.accounts.reopen_person(place.administrator, someone.actor.person_id)
    assert browser.get("/profile").status_code == 303, "the old session must not come back to life"
    assert place.browser().sign_in(someone.email).status_code == 302


def test_a_changed_password_ends_other_sessions(place):
    someone = place.someone(Role.PARTNER)
    here, there = place.browser(someone), place.browser(someone)
    new = "an even longer password"
    sent = {"password": PASSWORD, "new_password": new, "new_password_confirm": new}
    assert here.post("/change", sent).status_code == 302
    assert here.get("/profile").status_code == 200
    assert there.get("/profile").status_code == 303
    assert "do not open an account" in place.browser().sign_in(someone.email).text
    assert place.browser().sign_in(someone.email, new).status_code == 302


@pytest.mark.parametrize(
    ("old", "new", "again", "sentence"),
    [
        ("wrong", "an even longer password", "an even longer password", "That is not your present password."),
        (PASSWORD, "short", "short", "Use at least 12 characters."),
        (PASSWORD, "an even longer password", "another long password", "The two new passwords differ."),
        (PASSWORD, PASSWORD, PASSWORD, "The new password is the old one."),
    ],
)
def test_a_bad_new_password_says_why(place, old, new, again, sentence):
    browser = place.browser(place.someone(Role.PARTNER))
    answer = browser.post("/change", {"password": old, "new_password": new, "new_password_confirm": again})
    assert answer.status_code == 200
    assert sentence in answer.text


def test_there_is_no_registration_nor_reset(place):
    for path in ("/register", "/reset", "/confirm", "/us-signin", "/wan-register", "/tf-setup"):
        assert place.browser().get(path).status_code == 404


def test_no_json_sign_in_hands_out_keys(place):
    """The library could answer a JSON sign-in with a token of its own; that token opens nothing."""
    someone, browser = place.someone(Role.ADMINISTRATOR), place.browser()
    token = browser.csrf()
    answer = browser.client.post(
        "/login?include_auth_token",
        json={"email": someone.email, "password": PASSWORD},
        headers={"X-CSRFToken": token},
    )
    key = (answer.json or {}).get("response", {}).get("user", {}).get("authentication_token", "")
    fresh = place.browser()
    assert fresh.get("/profile", headers={"Authentication-Token": key}).status_code == 303
    assert fresh.get("/api/v1/me", headers={"Authorization": f"Bearer {key}"}).status_code == 401
