"""The life of a request, every pair of state and action."""

from itertools import product

import pytest

from dam.accounts.people import Actor
from dam.accounts.permissions import Role
from dam.kernel.errors import WrongState
from dam.kernel.ids import OrganisationId, PersonId, new_id
from dam.licensing.access import request_actions_of
from dam.licensing.request import (
    AWAITED,
    ITEM_LABELS,
    PARTNERS_TURN,
    STATE_LABELS,
    TRANSITIONS,
    ItemState,
    RequestAction,
    RequestState,
    Side,
    actions_from,
    after_reservation,
    step,
    waits_for,
)
from tests.unit.licensing.drawn import REQUEST as DRAWN

S, A = RequestState, RequestAction
FOLLOWING = {
    A.RESERVE,
    A.ACCEPT_OFFER_RESERVED,
    A.COMPLETE,
    A.COMPLETE_IN_PART,
    A.RELEASE,
    A.RELEASE_IN_PART,
    A.RELEASE_LAST,
}
"""Steps nobody asks for by name: they follow from a decision, an answer, a signature or the clock."""


@pytest.mark.parametrize(("state", "action"), list(product(S, A)))
def test_each_action_leads_where_it_is_drawn_or_nowhere(state, action):
    """D15: nothing is decided twice, and nothing returned or withdrawn is decided at all."""
    if (state, action) in DRAWN:
        taken = step(state, action)
        assert (taken.state, taken.effect) == DRAWN[state, action]
        assert action in actions_from(state)
        return
    with pytest.raises(WrongState) as caught:
        step(state, action)
    assert caught.value.extra == {"state": state.value, "action": action.value}
    assert STATE_LABELS[state].zh in caught.value.message.zh
    assert action not in actions_from(state)


def test_nothing_is_in_the_table_that_is_not_drawn():
    assert set(TRANSITIONS) == set(DRAWN)


def test_what_is_closed_stays_closed():
    """D20: a request ends by being closed; no action opens it again."""
    for state in (S.DECIDED, S.WITHDRAWN):
        assert {step(state, action).state for action in actions_from(state)} <= {state}


def test_it_is_always_clear_who_acts_next():
    expected = {
        S.SUBMITTED: Side.MANAGER,
        S.IN_REVIEW: Side.MANAGER,
        S.RETURNED: Side.PARTNER,
        S.COUNTERED: Side.PARTNER,
        S.PENDING: Side.MANAGER,
        S.DECIDED: Side.NOBODY,
        S.WITHDRAWN: Side.NOBODY,
    }
    assert {state: waits_for(state) for state in S} == expected


def test_every_state_has_its_name_in_both_languages():
    assert set(STATE_LABELS) == set(S)
    assert set(ITEM_LABELS) == set(ItemState)
    assert all(label.en and label.zh for label in (*STATE_LABELS.values(), *ITEM_LABELS.values()))


def _actor(role, organisation):
    return Actor(PersonId(new_id()), organisation, frozenset({role}))


@pytest.mark.parametrize("state", list(S))
def test_partner_and_manager_never_share_a_step(state):
    """D2: a partner cannot grant."""
    own = OrganisationId(new_id())
    partner = request_actions_of(_actor(Role.PARTNER, own), own, state)
    manager = request_actions_of(_actor(Role.RIGHTS_MANAGER, OrganisationId(new_id())), own, state)
    assert partner & manager <= {A.COMMENT}
    assert partner <= {A.RESUBMIT, A.WITHDRAW, A.COMMENT, A.ACCEPT_OFFER, A.DECLINE_OFFER}
    assert manager <= {A.DECIDE, A.DECIDE_IN_PART, A.RETURN_FOR_CHANGES, A.COUNTER, A.TAKE_BACK, A.COMMENT}
    assert actions_from(state) - partner - manager <= FOLLOWING
    for role in (Role.AUDITOR, Role.ARCHIVIST, Role.RIGHTS_HOLDER, Role.ADMINISTRATOR):
        assert request_actions_of(_actor(role, own), own, state) == frozenset()
    assert request_actions_of(_actor(Role.PARTNER, OrganisationId(new_id())), own, state) == frozenset()


ENDS = [
    ends
    for ends in product([state for state in S if state not in {S.DECIDED, S.WITHDRAWN}], (0, 1), (0, 1), (True, False))
    # Nothing of a pending request becomes undecided when a licence is complete.
    if not (ends[0] is S.PENDING and ends[2] and ends[3])
]


@pytest.mark.parametrize(("state", "awaited", "undecided", "complete"), ENDS)
def test_a_reservation_that_ends_leaves_its_request_where_the_photographs_say(state, awaited, undecided, complete):
    action = after_reservation(state, complete=complete, undecided=undecided, awaited=awaited)
    expected = state
    if state is S.PENDING:
        expected = S.IN_REVIEW if undecided else S.PENDING if awaited else S.DECIDED
    taken = step(state, action)
    assert taken.state is expected
    assert taken.effect.value == ("completed" if complete else "released")


def test_what_is_held_is_neither_open_nor_decided():
    assert {ItemState.CONSENT_PENDING, ItemState.RESERVED} == AWAITED
    assert all(waits_for(state) is Side.PARTNER for state in PARTNERS_TURN)
