"""Who may call a route: every view takes one of these decorators, directly under its route.

Only a bearer token opens a route, never a cookie, so a foreign page cannot make a browser act here.
"""

from flask import current_app, request

from dam.accounts.doors import Doorkeeper, public
from dam.accounts.people import Actor
from dam.house import House
from dam.kernel.errors import NotSignedIn

__all__ = ["gated", "permission", "public", "the_house"]


def the_house() -> House:
    """Return the composed services of the running application."""
    house: House = current_app.extensions["imprimatur"]
    return house


def _signed_in() -> Actor:
    return the_house().accounts.actor_for_token(_bearer_token())


def _bearer_token() -> str:
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not token.strip():
        raise NotSignedIn
    return token.strip()


_keeper = Doorkeeper(_signed_in)
permission = _keeper.permission
gated = _keeper.gated
