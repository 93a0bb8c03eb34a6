"""What a route declares about who may come through it.

The application refuses to start on a route that declares nothing.
"""

from collections.abc import Callable
from dataclasses import dataclass

from dam.accounts.permissions import Permission

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
