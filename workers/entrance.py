"""One house a process."""

import os

from config.settings import read_settings
from dam.house import House, build_house

_houses: dict[int, House] = {}


def the_house() -> House:
    """Return this process's house, built when first asked for: connections made before a fork would be shared."""
    present = os.getpid()
    if present not in _houses:
        _houses.clear()
        _houses[present] = build_house(read_settings())
    return _houses[present]
