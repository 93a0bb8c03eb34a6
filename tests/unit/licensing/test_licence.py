"""A licence at an instant, and every pair of state and action."""

from datetime import UTC, date, datetime, timedelta
from itertools import product

import pytest

from dam.accounts.people import Actor
from dam.accounts.permissions import Role
from dam.kernel.errors import WrongState
from dam.kernel.ids import OrganisationId, PersonId, new_id
from dam.kernel.span import Span, days
from dam.licensing.access import licence_actions_of
from dam.licensing.licence import (
    STATE_LABELS,
    TRANSITIONS,
    LicenceAction,
    LicenceState,
    downloads_left,
    state_at,
    step,
)
from tests.unit.licensing.drawn import LICENCE as DRAWN

S, A = LicenceState, LicenceAction
TERM = days(date(2025, 8, 1), date(2026, 7, 31), "Asia/Shanghai")
MOMENT = timedelta(microseconds=1)
HELD_UNTIL = datetime(2026, 3, 24, 4, tzinfo=UTC)


@pytest.mark.parametrize(("state", "action"), list(product(S, A)))
def test_each_action_leads_where_it_is_drawn_or_nowhere(state, action):
    if (state, action) in DRAWN:
        assert step(state, action) is DRAWN[state, action]
        return
    with pytest.raises(WrongState) as caught:
        step(state, action)
    assert caught.value.extra == {"state": state.value, "action": action.value}


def test_nothing_is_in_the_table_that_is_not_drawn():
    assert dict(TRANSITIONS) == DRAWN
    assert all(STATE_LABELS[state].en and STATE_LABELS[state].zh for state in S)


@pytest.mark.parametrize("stored", [S.OFFERED, S.ACTIVE, S.SUSPENDED])
@pytest.mark.parametrize(
    ("at", "over"),
    [
        (datetime(2026, 7, 31, 15, 59, 59, 999999, tzinfo=UTC), False),
        (datetime(2026, 7, 31, 16, 0, 0, tzinfo=UTC), True),
        (datetime(2026, 7, 31, 16, 0, 1, tzinfo=UTC), True),
        (datetime(2026, 7, 31, 15, 59, 59, tzinfo=UTC), False),
        (datetime(2027, 1, 1, tzinfo=UTC), True),
        (datetime(2024, 1, 1, tzinfo=UTC), False),
    ],
)
def test_the_clock_alone_ends_a_licence_at_midnight_of_its_own_zone(stored, at, over):
    """D16, D17: no job, no stored state; midnight in Shanghai is 16:00 UTC."""
    assert state_at(stored, TERM, at) is (S.EXPIRED if over else stored)


@pytest.mark.parametrize(("last", "zone"), [(date(2026, 3, 29), "Europe/Paris"), (date(2026, 10, 25), "Europe/Paris")])
def test_a_last_day_of_23_or_25_hours_is_whole(last, zone):
    """D16: the day on which the clocks change."""
    term = days(last, last, zone)
    assert term.end is not None
    assert (term.end - term.start) in {timedelta(hours=23), timedelta(hours=25)}
    assert state_at(S.ACTIVE, term, term.end - MOMENT) is S.ACTIVE
    assert state_at(S.ACTIVE, term, term.end) is S.EXPIRED


@pytest.mark.parametrize(
    ("at", "state"), [(HELD_UNTIL - MOMENT, S.RESERVED), (HELD_UNTIL, S.RELEASED), (HELD_UNTIL + MOMENT, S.RELEASED)]
)
def test_the_clock_alone_releases_a_place_that_nobody_completed(at, state):
    assert state_at(S.RESERVED, TERM, at, HELD_UNTIL) is state
    for other in (S.OFFERED, S.ACTIVE, S.SUSPENDED, S.REVOKED, S.RELEASED):
        assert state_at(other, TERM, at, HELD_UNTIL) is other


def test_revoked_and_released_stay_so_after_their_end():
    assert state_at(S.RELEASED, TERM, datetime(2030, 1, 1, tzinfo=UTC), HELD_UNTIL) is S.RELEASED
    assert state_at(S.REVOKED, TERM, datetime(2030, 1, 1, tzinfo=UTC)) is S.REVOKED


def test_a_term_without_end_is_no_term():
    """D19."""
    with pytest.raises(ValueError, match="end"):
        state_at(S.ACTIVE, Span(TERM.start, None), TERM.start)


@pytest.mark.parametrize(("cap", "used", "left"), [(10, 0, 10), (10, 9, 1), (10, 10, 0), (10, 11, 0)])
def test_downloads_left_is_never_below_nought(cap, used, left):
    assert downloads_left(cap, used) == left


@pytest.mark.parametrize("state", list(S))
def test_only_the_licensee_accepts_and_only_a_manager_revokes(state):
    own = OrganisationId(new_id())
    actor = {role: Actor(PersonId(new_id()), own, frozenset({role})) for role in Role}
    offered = {A.ACCEPT} if state is S.OFFERED else set()
    assert licence_actions_of(actor[Role.PARTNER], own, state) == offered
    assert licence_actions_of(actor[Role.PARTNER], OrganisationId(new_id()), state) == frozenset()
    assert A.ACCEPT not in licence_actions_of(actor[Role.RIGHTS_MANAGER], own, state)
    for role in (Role.AUDITOR, Role.ARCHIVIST, Role.RIGHTS_HOLDER, Role.ADMINISTRATOR):
        assert licence_actions_of(actor[role], own, state) == frozenset()
    assert A.COMPLETE not in licence_actions_of(actor[Role.RIGHTS_MANAGER], own, state)
