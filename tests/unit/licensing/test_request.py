"""The life of a request, every pair of state and action."""

from itertools import product

import pytest

from dam.accounts.people import Actor
from dam.accounts.permissions import Role
from dam.kernel.errors import WrongState
from dam.kernel.ids import OrganisationId, PersonId, new_id
from dam.licensing.access import request_actions_of
from dam.licensing.request import (
    ITEM_LABELS,
    STATE_LABELS,
    TRANSITIONS,
    Effect,
    ItemState,
    RequestAction,
    RequestState,
    Side,
    actions_from,
    step,
    waits_for,
)

S, A = RequestState, RequestAction

# The drawing on the rights desk's wall: what is not on it cannot happen.
DRAWN = {
    (S.SUBMITTED, A.DECIDE_IN_PART): (S.IN_REVIEW, Effect.DECIDED),
    (S.SUBMITTED, A.DECIDE): (S.DECIDED, Effect.DECIDED),
    (S.SUBMITTED, A.RETURN_FOR_CHANGES): (S.RETURNED, Effect.RETURNED),
    (S.SUBMITTED, A.WITHDRAW): (S.WITHDRAWN, Effect.WITHDRAWN),
    (S.SUBMITTED, A.COMMENT): (S.SUBMITTED, Effect.COMMENTED),
    (S.IN_REVIEW, A.DECIDE_IN_PART): (S.IN_REVIEW, Effect.DECIDED),
    (S.IN_REVIEW, A.DECIDE): (S.DECIDED, Effect.DECIDED),
    (S.IN_REVIEW, A.RETURN_FOR_CHANGES): (S.RETURNED, Effect.RETURNED),
    (S.IN_REVIEW, A.WITHDRAW): (S.WITHDRAWN, Effect.WITHDRAWN),
    (S.IN_REVIEW, A.COMMENT): (S.IN_REVIEW, Effect.COMMENTED),
    (S.RETURNED, A.RESUBMIT): (S.SUBMITTED, Effect.RESUBMITTED),
    (S.RETURNED, A.WITHDRAW): (S.WITHDRAWN, Effect.WITHDRAWN),
    (S.RETURNED, A.COMMENT): (S.RETURNED, Effect.COMMENTED),
    (S.DECIDED, A.COMMENT): (S.DECIDED, Effect.COMMENTED),
}


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
    assert partner <= {A.RESUBMIT, A.WITHDRAW, A.COMMENT}
    assert partner | manager == actions_from(state)
    for role in (Role.AUDITOR, Role.ARCHIVIST, Role.RIGHTS_HOLDER, Role.ADMINISTRATOR):
        assert request_actions_of(_actor(role, own), own, state) == frozenset()
    assert request_actions_of(_actor(Role.PARTNER, OrganisationId(new_id())), own, state) == frozenset()
