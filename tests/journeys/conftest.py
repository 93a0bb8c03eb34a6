"""The desks of the demo accounts on one live stack.

`IMPRIMATUR_LIVE=DIR` walks the journeys on a service that runs already, known by the `endpoint` and
`demo-accounts.json` in its data folder; without it the tests start one of their own.
"""

import json
import os
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from tests.journeys.contract import Contract
from tests.journeys.desk import Desk, open_desks

RUNNING = os.environ.get("IMPRIMATUR_LIVE")


@pytest.fixture(scope="session")
def running(request: pytest.FixtureRequest) -> Path:
    """The data folder of the service under test."""
    return Path(RUNNING) if RUNNING else request.getfixturevalue("live").data_dir


@pytest.fixture(scope="session")
def base_url(running: Path) -> str:
    return (running / "endpoint").read_text(encoding="utf-8").strip()


@pytest.fixture(scope="session")
def contract(base_url: str) -> Contract:
    """What the API says of itself; every answer any desk gets is held against it."""
    return Contract(httpx.get(f"{base_url}/api/v1/openapi.json").json())


@pytest.fixture(scope="session")
def desks(running: Path, base_url: str, contract: Contract) -> Iterator[list[Desk]]:
    accounts = json.loads((running / "demo-accounts.json").read_text(encoding="utf-8"))
    opened = open_desks(base_url, accounts, contract.check)
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
def second_manager(desks: list[Desk]) -> Desk:
    return _desk(desks, "rights_manager", 1)


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


@pytest.fixture(scope="session")
def administrator(desks: list[Desk]) -> Desk:
    return _desk(desks, "administrator")
