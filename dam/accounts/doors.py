"""What a route declares about who may come through it.

The application refuses to start on a route that declares nothing.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import Concatenate, ParamSpec, TypeVar

from dam.accounts.people import Actor
from dam.accounts.permissions import Permission
from dam.kernel.errors import NotAllowed

P = ParamSpec("P")
R = TypeVar("R")

_ATTRIBUTE = "imprimatur_door"


@dataclass(frozen=True, slots=True)
class Guarded:
    """A door for people who hold any one of the permissions."""

    any_of: tuple[Permission, ...]

    def opens_to(self, permissions: frozenset[Permission]) -> bool:
        """Tell whether somebody with these permissions may come through."""
        return not permissions.isdisjoint(self.any_of)


@dataclass(frozen=True, slots=True)
class Public:
    """A door for everybody, and why that is right."""

    reason: str


Door = Guarded | Public


def declare(view: Callable[..., object], door: Door) -> None:
    """Write the door on the view, where the start-up check and the tests read it."""
    setattr(view, _ATTRIBUTE, door)


def door_of(view: Callable[..., object]) -> Door | None:
    """Return what the view declares, or None when it declares nothing."""
    door = getattr(view, _ATTRIBUTE, None)
    return door if isinstance(door, Guarded | Public) else None


@dataclass(frozen=True, slots=True)
class Doorkeeper:
    """What a front door writes on its views; `who` returns whoever asks, or raises NotSignedIn."""

    who: Callable[[], Actor]

    def permission(self, *any_of: Permission) -> Callable[[Callable[Concatenate[Actor, P], R]], Callable[P, R]]:
        """Open the view to people with any one of the permissions; it gets its actor as first argument.

        Raises: NotSignedIn, NotAllowed, when the view is called.
        """
        door = Guarded(any_of)

        def admitted() -> Actor:
            actor = self.who()
            if not door.opens_to(actor.permissions):
                raise NotAllowed(door.any_of[0].value)
            return actor

        return _guarding(door, admitted)

    def gated(self, needed: Permission) -> Callable[[Callable[Concatenate[Actor, P], R]], Callable[P, R]]:
        """Declare the permission but leave the refusal to the gate, which writes it into the usage log first.

        Only for views that answer with pixels through `delivery`; they get whoever is signed in as first argument.
        Raises: NotSignedIn, when the view is called.
        """
        return _guarding(Guarded((needed,)), self.who)


def public(reason: str) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """Open the view to everybody, for the stated reason."""

    def wrap(view: Callable[P, R]) -> Callable[P, R]:
        declare(view, Public(reason))
        return view

    return wrap


def _guarding(
    door: Guarded, who: Callable[[], Actor]
) -> Callable[[Callable[Concatenate[Actor, P], R]], Callable[P, R]]:
    def wrap(view: Callable[Concatenate[Actor, P], R]) -> Callable[P, R]:
        @wraps(view)
        def guarded(*args: P.args, **kwargs: P.kwargs) -> R:
            return view(who(), *args, **kwargs)

        declare(guarded, door)
        return guarded

    return wrap
