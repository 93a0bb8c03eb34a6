"""Who may open a page: every view takes one of these two decorators, directly under its route."""

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec

from flask.typing import ResponseReturnValue

from dam.accounts.doors import Guarded, Public, declare
from dam.accounts.people import Actor
from dam.accounts.permissions import Permission
from dam.kernel.errors import NotAllowed, NotSignedIn
from dam.web.session import signed_in_person

P = ParamSpec("P")
ActorView = Callable[Concatenate[Actor, P], ResponseReturnValue]
View = Callable[P, ResponseReturnValue]


def present_actor() -> Actor | None:
    """Return who is signed in to this browser session, or None."""
    person = signed_in_person()
    return person.actor if person else None


def permission(*any_of: Permission) -> Callable[[ActorView[P]], View[P]]:
    """Open the page to people with any one of the permissions; the view gets its actor as first argument.

    Raises: NotSignedIn, NotAllowed, when the page is asked for.
    """
    door = Guarded(any_of)

    def wrap(view: ActorView[P]) -> View[P]:
        @wraps(view)
        def guarded(*args: P.args, **kwargs: P.kwargs) -> ResponseReturnValue:
            return view(_admitted(door), *args, **kwargs)

        declare(guarded, door)
        return guarded

    return wrap


def gated(needed: Permission) -> Callable[[ActorView[P]], View[P]]:
    """Declare the permission but leave the refusal to the gate, which writes it into the usage log first.

    Only for routes that answer with pixels through `delivery`; the view gets whoever is signed in as first argument.
    Raises: NotSignedIn, when the page is asked for.
    """
    door = Guarded((needed,))

    def wrap(view: ActorView[P]) -> View[P]:
        @wraps(view)
        def signed_in(*args: P.args, **kwargs: P.kwargs) -> ResponseReturnValue:
            return view(_signed_in(), *args, **kwargs)

        declare(signed_in, door)
        return signed_in

    return wrap


def public(reason: str) -> Callable[[View[P]], View[P]]:
    """Open the page to everybody, for the stated reason."""

    def wrap(view: View[P]) -> View[P]:
        declare(view, Public(reason))
        return view

    return wrap


def _admitted(door: Guarded) -> Actor:
    actor = _signed_in()
    if not door.opens_to(actor.permissions):
        raise NotAllowed(door.any_of[0].value)
    return actor


def _signed_in() -> Actor:
    actor = present_actor()
    if actor is None:
        raise NotSignedIn
    return actor
