"""No byte leaves under a place that is only held, nor on a consent that is missing or was withdrawn."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from sqlalchemy import select, update

from dam.database.tables.rights import agreement, grant_line
from dam.delivery.asks import Method
from dam.kernel.errors import NotLicensed
from tests.stack.delivery.test_licensed_copies import codes, refusal

HELD = timedelta(days=14)


def put(world, licence_id, state):
    """Bring the line of the licence to a state in which it was never complete."""
    with world.stack.owner.unit() as unit:
        lines = update(grant_line).where(grant_line.c.licence_id == licence_id)
        unit.connection.execute(lines.values(state=state, accepted=False, reserved_until=world.at + HELD))


def line_of(world, licence_id):
    return world.one(select(grant_line.c.id).where(grant_line.c.licence_id == licence_id))


@pytest.mark.parametrize("state", ["reserved", "released"])
@pytest.mark.parametrize("ask", [{}, {"range_header": "bytes=5-"}, {"method": Method.HEAD}, {"if_none_match": "*"}])
def test_a_place_that_is_only_held_gives_no_byte(world, photo, state, ask):
    """D15: every new state x every way to ask for the copy."""
    licence_id = world.licence(photo, accepted=False, state="offered")
    put(world, licence_id, state)
    with pytest.raises(NotLicensed) as refused:
        world.fetch(licence_id, photo, **ask)
    assert codes(refused) == [f"licence_{state}"]
    assert refusal(world, licence_id, photo) == [f"licence_{state}"]


def test_a_copy_made_on_a_consent_stays_in_once_that_is_withdrawn(world, photo):
    """D5: consent is judged at every ask, also of a copy that was fetched a moment ago."""
    own = world.one(select(agreement.c.id).order_by(agreement.c.recorded_at.desc(), agreement.c.number.desc()).limit(1))
    world.change(agreement, own, consent_required=True)
    licence_id = world.licence(photo)
    assert refusal(world, licence_id, photo) == ["consent_needed"]
    consent(world, licence_id, own, stands=True)
    world.made_copy(licence_id, photo)
    world.read(world.fetch(licence_id, photo))
    with ThreadPoolExecutor(4) as pool:
        asks = [pool.submit(world.fetch, licence_id, photo) for _ in range(3)]
        pool.submit(consent, world, licence_id, own, stands=False).result()
        late = [pool.submit(world.fetch, licence_id, photo) for _ in range(3)]
    for ask in late:
        assert [reason.code for reason in ask.exception().reasons] == ["consent_withdrawn"]
    for ask in asks:
        if ask.exception() is None:
            world.read(ask.result())
    assert world.events(licence=licence_id)[-1]["type"] == "delivery.copy.refused"
    consent(world, licence_id, own, stands=True)
    world.read(world.fetch(licence_id, photo))


def consent(world, licence_id, agreement_id, *, stands):
    line_id = line_of(world, licence_id)
    with world.stack.database.unit() as unit:
        world.rights.set_consent(unit, line_id, agreement_id, stands=stands)
