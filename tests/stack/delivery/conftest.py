"""The small archive of `world.py`, once a module, and a fresh photograph a test."""

from typing import Any

import pytest

from tests.stack.delivery.world import NOON, Photograph, World, open_world


@pytest.fixture(scope="module")
def world(stack: Any) -> World:
    """Return the archive of this module."""
    return open_world(stack)


@pytest.fixture(autouse=True)
def noon(world: World) -> None:
    """Begin every test at noon."""
    world.at, world.ticks = NOON, 0


@pytest.fixture
def photo(world: World) -> Photograph:
    """Return a ready photograph the archive may license for news on the web, the world over."""
    made = world.photograph()
    world.agreement(made)
    return made
