"""Who may open a page: every view takes one of these decorators under its route; the session says who asks."""

from dam.accounts.doors import Doorkeeper, public
from dam.accounts.people import Actor
from dam.kernel.errors import NotSignedIn
from dam.web.session import signed_in_person

__all__ = ["gated", "permission", "present_actor", "public"]


def present_actor() -> Actor | None:
    """Return who is signed in to this browser session, or None."""
    person = signed_in_person()
    return person.actor if person else None


def _signed_in() -> Actor:
    actor = present_actor()
    if actor is None:
        raise NotSignedIn
    return actor


_keeper = Doorkeeper(_signed_in)
permission = _keeper.permission
gated = _keeper.gated
