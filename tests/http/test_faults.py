"""What people meet when a part of the ground gives way."""

from dataclasses import replace

import pytest
from sqlalchemy import text

from dam.accounts import service
from dam.accounts.permissions import Role
from dam.accounts.service import AccountsService
from dam.app import create_app
from dam.database.engine import make_engine
from dam.database.unit import Database
from dam.kernel.clock import utc_now
from dam.kernel.errors import LogFault
from tests.http.place import Browser


@pytest.fixture
def without_database(place, stack):
    """The application, whose PostgreSQL does not answer."""
    database = Database(make_engine("postgresql://nobody:x@127.0.0.1:1/none", pool_size=2))
    accounts = AccountsService(database=database, clock=utc_now, password_pepper="p" * 32)
    return create_app(stack.settings, replace(place.house, accounts=accounts))


def test_the_api_answers_503_and_nothing_else(place, without_database):
    """D3: no database, no door."""
    someone = place.someone(Role.ADMINISTRATOR)
    answer = without_database.test_client().get("/api/v1/me", headers=someone.bearer)
    assert (answer.status_code, answer.json["code"]) == (503, "service_unavailable")
    assert int(answer.headers["Retry-After"]) > 0
    assert "127.0.0.1" not in answer.text


def test_a_signed_in_person_gets_a_page_that_says_so(place, without_database):
    """D3: the error page itself must not need the database."""
    browser = place.browser(place.someone(Role.ADMINISTRATOR))
    cookie = browser.client.get_cookie("imprimatur")
    other = Browser(without_database)
    other.client.set_cookie("imprimatur", cookie.value)
    for path in ("/", "/people", "/profile"):
        answer = other.get(path)
        assert answer.status_code == 503
        assert "A part of the service is not answering" in answer.text
        assert int(answer.headers["Retry-After"]) > 0


def test_strangers_and_supervisors_are_still_answered(without_database):
    browser = Browser(without_database)
    assert browser.get("/").status_code == 200
    assert browser.get("/healthz").status_code == 200
    assert browser.sign_in("a@desk.example").status_code == 503


def test_a_sign_in_that_cannot_be_recorded_does_not_happen(place, monkeypatch):
    """D8, D28: log before anything else."""
    someone, browser = place.someone(Role.ADMINISTRATOR), place.browser()

    def broken(*_args):
        raise LogFault("postgresql")

    with monkeypatch.context() as patch:
        patch.setattr(service, "append", broken)
        assert browser.sign_in(someone.email).status_code == 503
    assert browser.get("/profile").status_code == 303
    assert browser.sign_in(someone.email).status_code == 302


def test_nothing_changes_that_cannot_be_recorded(place, stack, monkeypatch):
    """D8, D28: a change of state and its event share one transaction."""
    someone = place.someone(Role.ADMINISTRATOR)

    def broken(*_args):
        raise LogFault("postgresql")

    def kept():
        with stack.owner.unit() as unit:
            return [
                unit.connection.execute(text(f"SELECT count(*), max({column}::text) FROM {table}")).one()
                for table, column in (("person", "active"), ("api_token", "revoked_at"), ("organisation", "is_active"))
            ]

    before = kept()
    monkeypatch.setattr(service, "append", broken)
    client = place.api()
    assert client.post("/api/v1/tokens", json={"name": "n"}, headers=someone.bearer).status_code == 503
    with pytest.raises(LogFault):
        place.house.accounts.close_person(place.administrator, someone.actor.person_id)
    assert kept() == before
