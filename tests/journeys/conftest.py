"""The desks of the demo accounts on one live stack."""

from collections.abc import Iterator
from typing import Any

import pytest

from tests.journeys.desk import Desk, open_desks


@pytest.fixture(scope="session")
def desks(live: Any) -> Iterator[list[Desk]]:
    opened = open_desks(live.url, live.accounts)
    yield opened
    for desk in opened:
        desk.http.close()


def _desk(desks: list[Desk], role: str, place: int = 0) -> Desk:
    return [desk for desk in desks if desk.role == role][place]


@pytest.fixture(scope="session")
def archivist(desks: list[Desk]) -> Desk:
    return _desk(desks, "archivist")


@pytest.fixture(scope="session")
def manager(desks: list[Desk]) -> Desk:
    return _desk(desks, "rights_manager")


@pytest.fixture(scope="session")
def daily(desks: list[Desk]) -> Desk:
    """The publisher with the exclusive."""
    return next(d for d in desks if d.role == "partner" and "chinadaily" in d.organisation.lower().replace(" ", ""))


@pytest.fixture(scope="session")
def gazette(desks: list[Desk], daily: Desk) -> Desk:
    """The other publisher."""
    return next(d for d in desks if d.role == "partner" and d is not daily)


@pytest.fixture(scope="session")
def auditor(desks: list[Desk]) -> Desk:
    return _desk(desks, "auditor")
