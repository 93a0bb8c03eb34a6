"""The people of the HTTP tests, and a browser for them."""

import re
from dataclasses import dataclass, replace
from typing import Any

from werkzeug.test import TestResponse

from dam.accounts.organisation import OrganisationKind
from dam.accounts.people import Actor
from dam.accounts.permissions import Role
from dam.accounts.person import PersonDraft
from dam.accounts.tokens import TokenDraft
from dam.kernel.ids import new_id

PASSWORD = "a long enough password"
_CSRF = re.compile(r'name="csrf_token" value="([^"]+)"')


@dataclass
class Someone:
    """A person of the tests, with keys to both doors."""

    email: str
    actor: Actor
    token: str

    @property
    def bearer(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.token}"}


class Browser:
    """A browser without scripts: keeps cookies, and posts forms with their token."""

    def __init__(self, app: Any) -> None:
        self.client = app.test_client()

    def get(self, path: str, **kwargs: Any) -> TestResponse:
        return self.client.get(path, **kwargs)

    def csrf(self, path: str = "/login") -> str:
        page = self.client.get(path, follow_redirects=True).get_data(as_text=True)
        found = _CSRF.search(page)
        assert found, page
        return found.group(1)

    def post(self, path: str, data: dict[str, Any] | None = None, **kwargs: Any) -> TestResponse:
        return self.client.post(path, data={"csrf_token": self.csrf("/"), **(data or {})}, **kwargs)

    def sign_in(self, email: str, password: str = PASSWORD, onward: str = "", **kwargs: Any) -> TestResponse:
        return self.post("/login", {"email": email, "password": password, "next": onward}, **kwargs)


@dataclass
class Place:
    """The application and the people in it."""

    app: Any
    house: Any
    administrator: Actor
    organisations: dict[OrganisationKind, Any]

    def someone(self, *roles: Role, kind: OrganisationKind = OrganisationKind.ARCHIVE) -> Someone:
        accounts, email = self.house.accounts, f"{new_id().hex}@desk.example"
        draft = PersonDraft(email, "Someone", self.organisations[kind].organisation_id, frozenset(roles), "en")
        person = accounts.create_person(self.administrator, draft, PASSWORD).person
        actor = Actor(person.person_id, person.organisation_id, person.roles)
        return Someone(email, actor, accounts.create_token(actor, TokenDraft("test")).secret)

    def browser(self, someone: Someone | None = None) -> Browser:
        made = Browser(self.app)
        if someone:
            assert made.sign_in(someone.email).status_code == 302
        return made

    def rebuild(self, monkeypatch: Any, **changes: Any) -> None:
        """Let the application work with a house in which something differs, for this test."""
        monkeypatch.setitem(self.app.extensions, "imprimatur", replace(self.house, **changes))

    def api(self) -> Any:
        return self.app.test_client()
