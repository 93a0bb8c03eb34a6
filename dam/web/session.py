"""The signed-in person of the browser session, as Flask-Security knows them."""

from dataclasses import replace

from flask import current_app, g
from flask_security import RoleMixin, UserMixin, current_user
from flask_security.core import AnonymousUser

from dam.accounts.people import Actor
from dam.accounts.person import Account
from dam.house import House


def the_house() -> House:
    """Return the composed services of the running application."""
    house: House = current_app.extensions["imprimatur"]
    return house


class SessionRole(RoleMixin):
    """A role by its name, the shape Flask-Security asks for."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.permissions: list[str] = []


class SessionPerson(UserMixin):
    """One account as Flask-Security handles it; changes go back through `PeopleDatastore.put`."""

    # Flask-Security looks for this on the class, before any instance exists.
    fs_uniquifier: str = ""

    def __init__(self, account: Account) -> None:
        self.account = account
        self.email = account.person.email
        self.active = account.active
        self.password: str = account.password_hash
        self.fs_uniquifier = account.session_key
        self.roles = [SessionRole(role.value) for role in sorted(account.person.roles)]

    @property
    def actor(self) -> Actor:
        """The person as the services know them."""
        return self.account.actor

    def settle(self) -> None:
        """Take the changed password and session key as the account's own."""
        self.account = replace(self.account, password_hash=self.password, session_key=self.fs_uniquifier)


def signed_in_person() -> SessionPerson | None:
    """Return who is signed in to this browser session, or None.

    Raises: ServiceFault, when PostgreSQL does not answer and the page has not said it can do without.
    """
    person = current_user._get_current_object()  # noqa: SLF001  # the documented way to the object behind the proxy
    return person if isinstance(person, SessionPerson) and person.is_authenticated else None


def do_without_person() -> None:
    """Show this page as to a stranger: an error page must not need the service that failed."""
    g._login_user = AnonymousUser()  # type: ignore[no-untyped-call]  # noqa: SLF001  # where Flask-Login keeps whom it has looked up
