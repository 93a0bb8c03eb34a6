"""Many at the same moment: a quota to its last download, and a licence taken back while copies are being fetched."""

import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor, wait
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import Connection, text
from sqlalchemy.event import listen, remove

from dam.delivery.delivered import Preparing
from dam.kernel.errors import NotLicensed, ServiceFault
from dam.licensing.service import LicensingService
from dam.rights.service import RightsService
from tests.stack.delivery.world import Photograph, World

pytestmark = pytest.mark.stack
ASKING, FETCHING = 50, 6
CAP = 3
LIMIT_S = 30


def outcome(act: Callable[[], Any]) -> tuple[str, ...]:
    """Return what came of an ask: the reasons it was refused for, or how it was granted."""
    try:
        answer = act()
    except NotLicensed as refused:
        return tuple(one.code for one in refused.reasons)
    if isinstance(answer, Preparing):
        return ("preparing",)
    return ("sent",) if World.read(answer) else ("empty",)


def at_once(world: World, licence_id: UUID, photo: Photograph) -> set[tuple[str, ...]]:
    """Ask fifty times at the same moment."""
    ready = threading.Barrier(ASKING, timeout=LIMIT_S)

    def ask(_: int) -> tuple[str, ...]:
        ready.wait()
        return outcome(lambda: world.fetch(licence_id, photo))

    with ThreadPoolExecutor(ASKING) as pool:
        return set(pool.map(ask, range(ASKING)))


def test_a_quota_is_exact_to_its_last_download(world: World, photo: Photograph) -> None:
    """Every day fifty ask at once, and fifty fetch again what was made: one download a day, three in all."""
    licence_id = world.licence(photo, cap=CAP)
    for day in range(1, CAP + 1):
        assert at_once(world, licence_id, photo) == {("preparing",)}
        world.work()
        assert at_once(world, licence_id, photo) == {("sent",)}
        assert (world.used(licence_id), len(world.deliveries(licence_id))) == (day, day)
        world.at += timedelta(hours=25)
    assert at_once(world, licence_id, photo) == {("quota_used",)}
    assert (world.used(licence_id), len(world.deliveries(licence_id))) == (CAP, CAP)


@pytest.mark.parametrize(("verb", "why"), [("revoke", "licence_revoked"), ("suspend", "licence_suspended")])
def test_no_ask_after_a_licence_is_taken_back_is_answered(world: World, photo: Photograph, verb: str, why: str) -> None:
    """D5: the copy is fetched without a pause, and not one ask that begins after the word is given is answered."""
    licensing = LicensingService(database=world.stack.database, clock=world.clock, rights=world.rights)
    licence_id = world.licence(photo)
    world.made_copy(licence_id, photo)
    stop, came = threading.Event(), []

    def fetch_on() -> None:
        deadline = time.monotonic() + LIMIT_S
        while not stop.is_set() and time.monotonic() < deadline:
            began = time.monotonic()
            came.append((began, outcome(lambda: world.fetch(licence_id, photo))))

    with ThreadPoolExecutor(FETCHING) as pool:
        fetching = [pool.submit(fetch_on) for _ in range(FETCHING)]
        wait_for(lambda: len(came) > 5 * FETCHING)
        getattr(licensing, verb)(world.people["manager"], licence_id, "The rights were sold.")
        given = time.monotonic()
        wait_for(lambda: sum(began > given for began, _ in came) > 5 * FETCHING)
        stop.set()
        for one in fetching:
            one.result()
    before = [what for began, what in came if began < given]
    assert before.count(("sent",)) > FETCHING
    assert set(before) <= {("sent",), (why,)}
    assert {what for began, what in came if began > given} == {(why,)}
    logged = [entry["type"] for entry in world.events(licence=licence_id)]
    assert logged.count("delivery.copy.delivered") == before.count(("sent",))
    assert world.used(licence_id) == 1
    if verb == "suspend":
        licensing.reinstate(world.people["manager"], licence_id)
        assert outcome(lambda: world.fetch(licence_id, photo)) == ("sent",)


def test_a_licence_is_taken_back_before_a_decision_or_after_its_event(
    world: World, photo: Photograph, monkeypatch: pytest.MonkeyPatch
) -> None:
    """D5: whoever takes it back waits for the copy that is being decided about, so what is logged later was refused."""
    licensing = LicensingService(database=world.stack.database, clock=world.clock, rights=world.rights)
    licence_id = world.licence(photo)
    world.made_copy(licence_id, photo)
    known, go_on, ask = threading.Event(), threading.Event(), RightsService.facts

    def slowly(*given: Any, **named: Any) -> Any:
        found = ask(*given, **named)
        known.set()
        assert go_on.wait(LIMIT_S)
        return found

    monkeypatch.setattr(RightsService, "facts", slowly)
    with ThreadPoolExecutor(2) as pool:
        sent = pool.submit(lambda: outcome(lambda: world.fetch(licence_id, photo)))
        assert known.wait(LIMIT_S)
        revoked = pool.submit(licensing.revoke, world.people["manager"], licence_id, "The rights were sold.")
        done, _ = wait([revoked], timeout=0.5)
        go_on.set()
        assert not done
        assert sent.result() == ("sent",)
        revoked.result()
    monkeypatch.undo()
    assert outcome(lambda: world.fetch(licence_id, photo)) == ("licence_revoked",)


@pytest.mark.parametrize("ask", ["copy", "preview"])
@pytest.mark.parametrize("table", ["restriction", "grant_line", "agreement_line"])
def test_facts_that_come_too_late_are_a_refusal(world: World, photo: Photograph, table: str, ask: str) -> None:
    """D3: whichever of the facts PostgreSQL keeps waiting for, the ask ends as a fault, and no byte has left."""
    licence_id = world.licence(photo)
    world.made_copy(licence_id, photo)
    engine, logged = world.stack.database.engine, len(world.events(asset=photo.asset_id))

    def hurry(connection: Connection) -> None:
        connection.exec_driver_sql("SET LOCAL lock_timeout = '100ms'")

    listen(engine, "begin", hurry)
    try:
        with world.stack.owner.unit() as unit, pytest.raises(ServiceFault):
            unit.connection.execute(text(f"LOCK TABLE {table} IN ACCESS EXCLUSIVE MODE"))
            world.fetch(licence_id, photo) if ask == "copy" else world.view("partner", photo)
    finally:
        remove(engine, "begin", hurry)
    assert len(world.events(asset=photo.asset_id)) == logged
    assert outcome(lambda: world.fetch(licence_id, photo)) == ("sent",)


def wait_for(enough: Callable[[], bool]) -> None:
    deadline = time.monotonic() + LIMIT_S
    while not enough():
        assert time.monotonic() < deadline
        time.sleep(0.01)
