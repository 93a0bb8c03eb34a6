"""The life of a request as a table: from this state, by this action, to that state, with that entry in its thread."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType

from dam.kernel.errors import WrongState
from dam.kernel.text import Bilingual


class RequestState(StrEnum):
    """Where a request stands."""

    SUBMITTED = "submitted"
    """Waiting for a rights manager."""
    IN_REVIEW = "in_review"
    """Decided in part; the rest still waits for a rights manager."""
    RETURNED = "returned"
    """Waiting for the partner to change or explain something."""
    DECIDED = "decided"
    """Every photograph was granted or refused."""
    WITHDRAWN = "withdrawn"
    """The partner no longer asks."""


class ItemState(StrEnum):
    """Where one photograph of a request stands."""

    UNDECIDED = "undecided"
    GRANTED = "granted"
    REFUSED = "refused"
    DROPPED = "dropped"
    """Taken out by the partner before anyone decided it; kept for the record."""


class RequestAction(StrEnum):
    """What can be done to a request."""

    DECIDE_IN_PART = "decide_in_part"
    DECIDE = "decide"
    RETURN_FOR_CHANGES = "return_for_changes"
    RESUBMIT = "resubmit"
    WITHDRAW = "withdraw"
    COMMENT = "comment"


class Effect(StrEnum):
    """What a step writes into the thread and the log."""

    SUBMITTED = "submitted"
    RETURNED = "returned"
    RESUBMITTED = "resubmitted"
    DECIDED = "decided"
    WITHDRAWN = "withdrawn"
    COMMENTED = "commented"


class Side(StrEnum):
    """Who has to act next."""

    MANAGER = "manager"
    PARTNER = "partner"
    NOBODY = "nobody"


@dataclass(frozen=True, slots=True)
class Step:
    """Where an action leads, and what it leaves in the thread."""

    state: RequestState
    effect: Effect


_S, _A, _E = RequestState, RequestAction, Effect

TRANSITIONS: Mapping[tuple[RequestState, RequestAction], Step] = MappingProxyType(
    {
        (_S.SUBMITTED, _A.DECIDE_IN_PART): Step(_S.IN_REVIEW, _E.DECIDED),
        (_S.SUBMITTED, _A.DECIDE): Step(_S.DECIDED, _E.DECIDED),
        (_S.SUBMITTED, _A.RETURN_FOR_CHANGES): Step(_S.RETURNED, _E.RETURNED),
        (_S.SUBMITTED, _A.WITHDRAW): Step(_S.WITHDRAWN, _E.WITHDRAWN),
        (_S.SUBMITTED, _A.COMMENT): Step(_S.SUBMITTED, _E.COMMENTED),
        (_S.IN_REVIEW, _A.DECIDE_IN_PART): Step(_S.IN_REVIEW, _E.DECIDED),
        (_S.IN_REVIEW, _A.DECIDE): Step(_S.DECIDED, _E.DECIDED),
        (_S.IN_REVIEW, _A.RETURN_FOR_CHANGES): Step(_S.RETURNED, _E.RETURNED),
        (_S.IN_REVIEW, _A.WITHDRAW): Step(_S.WITHDRAWN, _E.WITHDRAWN),
        (_S.IN_REVIEW, _A.COMMENT): Step(_S.IN_REVIEW, _E.COMMENTED),
        (_S.RETURNED, _A.RESUBMIT): Step(_S.SUBMITTED, _E.RESUBMITTED),
        (_S.RETURNED, _A.WITHDRAW): Step(_S.WITHDRAWN, _E.WITHDRAWN),
        (_S.RETURNED, _A.COMMENT): Step(_S.RETURNED, _E.COMMENTED),
        (_S.DECIDED, _A.COMMENT): Step(_S.DECIDED, _E.COMMENTED),
    }
)

WAITING_STATES = frozenset({RequestState.SUBMITTED, RequestState.IN_REVIEW})

STATE_LABELS: Mapping[RequestState, Bilingual] = MappingProxyType(
    {
        RequestState.SUBMITTED: Bilingual("Waiting for a decision", "等待审批"),
        RequestState.IN_REVIEW: Bilingual("Decided in part", "部分已审批"),
        RequestState.RETURNED: Bilingual("Returned for changes", "已退回修改"),
        RequestState.DECIDED: Bilingual("Decided", "已审批"),
        RequestState.WITHDRAWN: Bilingual("Withdrawn", "已撤回"),
    }
)

ITEM_LABELS: Mapping[ItemState, Bilingual] = MappingProxyType(
    {
        ItemState.UNDECIDED: Bilingual("Not decided yet", "尚未审批"),
        ItemState.GRANTED: Bilingual("Granted", "已授权"),
        ItemState.REFUSED: Bilingual("Refused", "已拒绝"),
        ItemState.DROPPED: Bilingual("Taken out by the partner", "申请方已移除"),
    }
)


def step(state: RequestState, action: RequestAction) -> Step:
    """Return where the action leads from the state.

    Raises: WrongState when the table has no such step.
    """
    found = TRANSITIONS.get((state, action))
    if found is None:
        message = Bilingual(
            "This request cannot be changed that way any more. It is now: {state}.",
            "此申请已不能进行该操作。目前状态：{state}。",
        )
        label = STATE_LABELS[state]
        raise WrongState(
            Bilingual(message.en.format(state=label.en), message.zh.format(state=label.zh)),
            extra={"state": state.value, "action": action.value},
        )
    return found


def actions_from(state: RequestState) -> frozenset[RequestAction]:
    """Return every action the table knows from the state."""
    return frozenset(action for known, action in TRANSITIONS if known is state)


def waits_for(state: RequestState) -> Side:
    """Tell who has to act next."""
    if state in WAITING_STATES:
        return Side.MANAGER
    return Side.PARTNER if state is RequestState.RETURNED else Side.NOBODY
