"""Two people at the same moment, and a service that dies in the middle."""

import os
import signal
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from sqlalchemy import func, select, text

from dam.database.tables.audit import event
from dam.database.tables.licensing import licence, licence_acceptance, licence_item, lightbox_item, request_item
from dam.database.tables.rights import grant_line
from dam.kernel.errors import Conflict, ExclusivityConflict
from dam.licensing.drafts import ItemDecision, Verdict
from dam.licensing.request import RequestState


def all_at_once(*acts):
    """Do everything at the same moment and return each outcome, an exception included."""
    gate = threading.Barrier(len(acts))

    def one(act):
        gate.wait()
        try:
            return act()
        except Exception as error:  # noqa: BLE001  the outcome is what the test looks at
            return error

    with ThreadPoolExecutor(len(acts)) as pool:
        return list(pool.map(one, acts))


@pytest.mark.parametrize("round_number", range(10))
def test_of_two_managers_at_the_same_moment_one_decides(archive, round_number):
    photo = archive.photograph()
    archive.supply(photo)
    view = archive.ask(archive.daily, photo)
    grant = [ItemDecision(photo, Verdict.GRANT)]
    outcomes = all_at_once(
        *(
            lambda who=who: archive.licensing.decide(who, view.request_id, grant)
            for who in (archive.manager, archive.second_manager)
        )
    )
    lost = [one for one in outcomes if isinstance(one, Conflict)]
    assert len(lost) == 1
    assert lost[0].code == "wrong_state"
    assert archive.count(licence, licence.c.request_id == view.request_id) == 1
    assert archive.count(grant_line, grant_line.c.asset_id == photo, grant_line.c.licence_id.is_not(None)) == 1
    decided = archive.events(request_id=view.request_id).count("licensing.request.decided")
    assert decided == 1


@pytest.mark.parametrize("round_number", range(10))
def test_a_grant_and_a_refusal_at_the_same_moment_are_one_of_them(archive, round_number):
    photo = archive.photograph()
    archive.supply(photo)
    view = archive.ask(archive.daily, photo)
    all_at_once(
        lambda: archive.licensing.decide(archive.manager, view.request_id, [ItemDecision(photo, Verdict.GRANT)]),
        lambda: archive.licensing.decide(
            archive.second_manager, view.request_id, [ItemDecision(photo, Verdict.REFUSE, "No.")]
        ),
        lambda: archive.licensing.withdraw(archive.daily, view.request_id),
    )
    now = archive.licensing.request(archive.manager, view.request_id)
    licences = archive.count(licence, licence.c.request_id == view.request_id)
    assert licences == (now.items[0].state.value == "granted")
    assert now.state in {RequestState.DECIDED, RequestState.WITHDRAWN}


@pytest.mark.parametrize("round_number", range(10))
def test_of_a_licence_and_an_exclusive_agreement_at_the_same_moment_one_stands(archive, round_number):
    photos = [archive.photograph() for _ in range(3)]
    archive.supply(*photos)
    view = archive.ask(archive.herald, *photos)
    grant = [ItemDecision(photo, Verdict.GRANT) for photo in photos[::-1]]
    granted, sold = all_at_once(
        lambda: archive.licensing.decide(archive.manager, view.request_id, grant),
        lambda: archive.supply(*photos, grantee=archive.daily, exclusive=True),
    )
    assert isinstance(granted, ExclusivityConflict) != isinstance(sold, ExclusivityConflict)
    assert archive.count(licence, licence.c.request_id == view.request_id) == (
        0 if isinstance(granted, ExclusivityConflict) else 1
    )


def test_the_same_terms_accepted_in_two_windows_are_accepted_once(archive):
    photo = archive.photograph()
    archive.supply(photo)
    view = archive.ask(archive.daily, photo)
    decided = archive.licensing.decide(archive.manager, view.request_id, [ItemDecision(photo, Verdict.GRANT)])
    offer = archive.licensing.licence(archive.daily, decided.licences[0])
    outcomes = all_at_once(
        *(lambda: archive.licensing.accept(archive.daily, offer.licence_id, offer.terms_sha256) for _ in range(4))
    )
    assert not [one for one in outcomes if isinstance(one, Exception)]
    assert archive.count(licence_acceptance, licence_acceptance.c.licence_id == offer.licence_id) == 1


def test_a_lightbox_filled_from_two_windows_never_overflows(archive):
    photos = [archive.photograph() for _ in range(220)]
    archive.licensing.entitle(archive.daily, "Page one")  # the lightbox is there already
    halves = (photos[:110], photos[110:])
    outcomes = all_at_once(*(lambda half=half: archive.licensing.collect(archive.daily, half) for half in halves))
    full = [one for one in outcomes if isinstance(one, Conflict)]
    assert [one.code for one in full] == ["lightbox_full"]
    assert archive.count(lightbox_item) == 110


DYING = """
import os, signal, sys
from dam.database.engine import make_engine
from dam.database.unit import Database
from dam.accounts.people import Actor
from dam.accounts.permissions import Role
from dam.licensing import service, requests
from dam.licensing.drafts import ItemDecision, Verdict
from dam.rights.service import RightsService
from datetime import datetime, UTC
from uuid import UUID

url, step, person, organisation, request, photo = sys.argv[1:]
database = Database(make_engine(url, pool_size=2))
clock = lambda: datetime(2026, 3, 10, 4, tzinfo=UTC)
room, name = step.rsplit(".", 1)
target = sys.modules[room]
original = getattr(target, name)

def die_after(*given, **named):
    original(*given, **named)
    os.kill(os.getpid(), signal.SIGKILL)

setattr(target, name, die_after)
actor = Actor(UUID(person), UUID(organisation), frozenset({Role.RIGHTS_MANAGER}))
licensing = service.LicensingService(
    database=database, clock=clock, rights=RightsService(database=database, clock=clock)
)
licensing.decide(actor, UUID(request), [ItemDecision(UUID(photo), Verdict.GRANT)])
"""


@pytest.mark.parametrize(
    "step",
    [
        "dam.licensing.licence_store.insert_licence",
        "dam.licensing.licence_store.insert_items",
        "dam.licensing.granting.announce",
        "dam.licensing.store.settle",
        "dam.licensing.store.set_state",
        "dam.licensing.steps.announce",
    ],
)
def test_a_service_killed_in_the_middle_of_a_grant_leaves_nothing_half_done(archive, step):
    """`kill -9` after each step: no licence, no line, no event, no place held; and the next attempt succeeds."""
    photo = archive.photograph()
    archive.supply(photo)
    view = archive.ask(archive.daily, photo)
    before = {table: archive.count(table) for table in (licence, licence_item, grant_line, event)}
    given = (
        archive.stack.database_url,
        step,
        str(archive.manager.person_id),
        str(archive.manager.organisation_id),
        str(view.request_id),
        str(photo),
    )
    died = subprocess.run(
        [sys.executable, "-c", DYING, *given], cwd=Path.cwd(), env=dict(os.environ), capture_output=True, check=False
    )
    assert died.returncode == -signal.SIGKILL, died.stderr.decode()
    wait_until_nobody_is_left(archive)
    assert {table: archive.count(table) for table in before} == before
    assert archive.count(request_item, request_item.c.licence_id.is_not(None), request_item.c.asset_id == photo) == 0
    decided = archive.licensing.decide(archive.manager, view.request_id, [ItemDecision(photo, Verdict.GRANT)])
    assert len(decided.licences) == 1


def wait_until_nobody_is_left(archive):
    """Wait until PostgreSQL has noticed that the dead service's connection is gone."""
    others = (
        select(func.count())
        .select_from(text("pg_stat_activity"))
        .where(text("datname = current_database() AND state LIKE 'idle in transaction%'"))
    )
    for _ in range(100):
        with archive.stack.owner.unit() as unit:
            if unit.connection.execute(others).scalar_one() == 0:
                return
            unit.connection.execute(text("SELECT pg_sleep(0.05)"))
    pytest.fail("the dead service still holds a transaction")
