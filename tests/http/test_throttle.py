"""Guessing passwords is slow, and the broker's absence does not make it fast."""

import pytest

from dam.accounts.permissions import Role
from dam.app import create_app
from dam.kernel.ids import new_id
from tests.http.place import Browser, Place


@pytest.fixture
def strict(place, stack):
    """The application with a limit low enough to reach, and a broker it may not find."""

    def make(broker_url=None):
        changes = {"sign_in_limit": "4 per minute"}
        settings = stack.settings.model_copy(update=changes)
        if broker_url:
            settings = settings.model_copy(update={"broker_url": type(stack.settings.broker_url)(broker_url)})
        stack.broker.flushall()
        return Place(create_app(settings, place.house), place.house, place.administrator, place.organisations)

    yield make
    stack.broker.flushall()


def _fail(browser: Browser, email: str) -> int:
    return browser.sign_in(email, "wrong password").status_code


def test_failures_are_throttled_by_address(strict):
    browser = strict().browser()
    found = [_fail(browser, f"{new_id().hex}@example.org") for _ in range(6)]
    assert found == [200, 200, 200, 200, 429, 429]


def test_the_right_password_is_throttled_with_the_wrong_ones(strict):
    place = strict()
    someone, browser = place.someone(Role.PARTNER), place.browser()
    for _ in range(4):
        _fail(browser, someone.email)
    refused = browser.sign_in(someone.email)
    assert refused.status_code == 429
    assert "Too many attempts" in refused.text


def test_successes_do_not_count(strict):
    place = strict()
    someone = place.someone(Role.PARTNER)
    assert [place.browser().sign_in(someone.email).status_code for _ in range(6)] == [302] * 6


def test_another_process_counts_on(strict):
    """The counts live in the broker, so a second web process does not double the guesses."""
    first = strict()
    browser = first.browser()
    for _ in range(4):
        _fail(browser, "x@example.org")
    second = Place(first.app, first.house, first.administrator, first.organisations)
    assert _fail(second.browser(), "x@example.org") == 429


def test_without_the_broker_the_door_still_throttles(strict):
    """D3, D10: the throttle does not fail open."""
    browser = strict("redis://127.0.0.1:1/0").browser()
    found = [_fail(browser, "y@example.org") for _ in range(6)]
    assert found[-1] == 429
    assert found.count(200) <= 5
