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
    COUNTERED = "countered"
    """A rights manager offered another use; waiting for the partner, until the offer lapses."""
    PENDING = "pending"
    """Decided, but a rights holder's consent or a second signature is awaited; the places are held."""
    RETURNED = "returned"
    """Waiting for the partner to change or explain something."""
    DECIDED = "decided"
    """Every photograph was granted or refused."""
    WITHDRAWN = "withdrawn"
    """The partner no longer asks."""


class ItemState(StrEnum):
    """Where one photograph of a request stands."""

    UNDECIDED = "undecided"
    CONSENT_PENDING = "consent_pending"
    """Granted as soon as every rights holder consents; its place is held."""
    RESERVED = "reserved"
    """Granted as soon as a second person signs; its place is held."""
    GRANTED = "granted"
    REFUSED = "refused"
    DROPPED = "dropped"
    """Taken out by the partner before anyone decided it; kept for the record."""


class RequestAction(StrEnum):
    """What can be done to a request."""

    DECIDE_IN_PART = "decide_in_part"
    DECIDE = "decide"
    RESERVE = "reserve"
    """Decide the last photographs, some of them awaiting a consent or a second signature."""
    COUNTER = "counter"
    TAKE_BACK = "take_back"
    ACCEPT_OFFER = "accept_offer"
    ACCEPT_OFFER_RESERVED = "accept_offer_reserved"
    DECLINE_OFFER = "decline_offer"
    COMPLETE_IN_PART = "complete_in_part"
    """A reserved licence is complete; others, or undecided photographs, remain."""
    COMPLETE = "complete"
    RELEASE_IN_PART = "release_in_part"
    """A reserved licence is given up; the request stands where it stood."""
    RELEASE = "release"
    """A reserved licence is given up; its photographs are undecided again."""
    RELEASE_LAST = "release_last"
    """A reserved licence is given up, and every photograph is decided."""
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
    COUNTERED = "countered"
    OFFER_ACCEPTED = "offer_accepted"
    OFFER_DECLINED = "offer_declined"
    OFFER_TAKEN_BACK = "offer_taken_back"
    COMPLETED = "completed"
    RELEASED = "released"
    CONSENT_GIVEN = "consent_given"
    CONSENT_REFUSED = "consent_refused"
    CONSENT_WITHDRAWN = "consent_withdrawn"


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
        (_S.SUBMITTED, _A.RESERVE): Step(_S.PENDING, _E.DECIDED),
        (_S.SUBMITTED, _A.COUNTER): Step(_S.COUNTERED, _E.COUNTERED),
        (_S.SUBMITTED, _A.COMPLETE_IN_PART): Step(_S.SUBMITTED, _E.COMPLETED),
        (_S.SUBMITTED, _A.RELEASE_IN_PART): Step(_S.SUBMITTED, _E.RELEASED),
        (_S.SUBMITTED, _A.RETURN_FOR_CHANGES): Step(_S.RETURNED, _E.RETURNED),
        (_S.SUBMITTED, _A.WITHDRAW): Step(_S.WITHDRAWN, _E.WITHDRAWN),
        (_S.SUBMITTED, _A.COMMENT): Step(_S.SUBMITTED, _E.COMMENTED),
        (_S.IN_REVIEW, _A.DECIDE_IN_PART): Step(_S.IN_REVIEW, _E.DECIDED),
        (_S.IN_REVIEW, _A.DECIDE): Step(_S.DECIDED, _E.DECIDED),
        (_S.IN_REVIEW, _A.RESERVE): Step(_S.PENDING, _E.DECIDED),
        (_S.IN_REVIEW, _A.COUNTER): Step(_S.COUNTERED, _E.COUNTERED),
        (_S.IN_REVIEW, _A.COMPLETE_IN_PART): Step(_S.IN_REVIEW, _E.COMPLETED),
        (_S.IN_REVIEW, _A.RELEASE_IN_PART): Step(_S.IN_REVIEW, _E.RELEASED),
        (_S.IN_REVIEW, _A.RETURN_FOR_CHANGES): Step(_S.RETURNED, _E.RETURNED),
        (_S.IN_REVIEW, _A.WITHDRAW): Step(_S.WITHDRAWN, _E.WITHDRAWN),
        (_S.IN_REVIEW, _A.COMMENT): Step(_S.IN_REVIEW, _E.COMMENTED),
        (_S.COUNTERED, _A.COUNTER): Step(_S.COUNTERED, _E.COUNTERED),
        (_S.COUNTERED, _A.TAKE_BACK): Step(_S.SUBMITTED, _E.OFFER_TAKEN_BACK),
        (_S.COUNTERED, _A.ACCEPT_OFFER): Step(_S.DECIDED, _E.OFFER_ACCEPTED),
        (_S.COUNTERED, _A.ACCEPT_OFFER_RESERVED): Step(_S.PENDING, _E.OFFER_ACCEPTED),
        (_S.COUNTERED, _A.DECLINE_OFFER): Step(_S.SUBMITTED, _E.OFFER_DECLINED),
        (_S.COUNTERED, _A.COMPLETE_IN_PART): Step(_S.COUNTERED, _E.COMPLETED),
        (_S.COUNTERED, _A.RELEASE_IN_PART): Step(_S.COUNTERED, _E.RELEASED),
        (_S.COUNTERED, _A.WITHDRAW): Step(_S.WITHDRAWN, _E.WITHDRAWN),
        (_S.COUNTERED, _A.COMMENT): Step(_S.COUNTERED, _E.COMMENTED),
        (_S.PENDING, _A.COMPLETE_IN_PART): Step(_S.PENDING, _E.COMPLETED),
        (_S.PENDING, _A.COMPLETE): Step(_S.DECIDED, _E.COMPLETED),
        (_S.PENDING, _A.RELEASE_IN_PART): Step(_S.PENDING, _E.RELEASED),
        (_S.PENDING, _A.RELEASE): Step(_S.IN_REVIEW, _E.RELEASED),
        (_S.PENDING, _A.RELEASE_LAST): Step(_S.DECIDED, _E.RELEASED),
        (_S.PENDING, _A.WITHDRAW): Step(_S.WITHDRAWN, _E.WITHDRAWN),
        (_S.PENDING, _A.COMMENT): Step(_S.PENDING, _E.COMMENTED),
        (_S.RETURNED, _A.COMPLETE_IN_PART): Step(_S.RETURNED, _E.COMPLETED),
        (_S.RETURNED, _A.RELEASE_IN_PART): Step(_S.RETURNED, _E.RELEASED),
        (_S.RETURNED, _A.RESUBMIT): Step(_S.SUBMITTED, _E.RESUBMITTED),
        (_S.RETURNED, _A.WITHDRAW): Step(_S.WITHDRAWN, _E.WITHDRAWN),
        (_S.RETURNED, _A.COMMENT): Step(_S.RETURNED, _E.COMMENTED),
        (_S.DECIDED, _A.COMMENT): Step(_S.DECIDED, _E.COMMENTED),
    }
)

WAITING_STATES = frozenset({RequestState.SUBMITTED, RequestState.IN_REVIEW, RequestState.PENDING})
PARTNERS_TURN = frozenset({RequestState.RETURNED, RequestState.COUNTERED})
AWAITED = frozenset({ItemState.CONSENT_PENDING, ItemState.RESERVED})
"""A photograph whose place is held."""

STATE_LABELS: Mapping[RequestState, Bilingual] = MappingProxyType(
    {
        RequestState.SUBMITTED: Bilingual("Waiting for a decision", "等待审批"),
        RequestState.IN_REVIEW: Bilingual("Decided in part", "部分已审批"),
        RequestState.COUNTERED: Bilingual("Another use is offered", "已提出另一方案"),
        RequestState.PENDING: Bilingual("Consent or second signature awaited", "等待权利人同意或第二人签署"),
        RequestState.RETURNED: Bilingual("Returned for changes", "已退回修改"),
        RequestState.DECIDED: Bilingual("Decided", "已审批"),
        RequestState.WITHDRAWN: Bilingual("Withdrawn", "已撤回"),
    }
)

ITEM_LABELS: Mapping[ItemState, Bilingual] = MappingProxyType(
    {
        ItemState.UNDECIDED: Bilingual("Not decided yet", "尚未审批"),
        ItemState.CONSENT_PENDING: Bilingual("Waiting for the rights holder's consent", "等待权利人同意"),
        ItemState.RESERVED: Bilingual("Waiting for a second signature", "等待第二人签署"),
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
    return Side.PARTNER if state in PARTNERS_TURN else Side.NOBODY


def after_reservation(state: RequestState, *, complete: bool, undecided: int, awaited: int) -> RequestAction:
    """Return the action by which a reserved licence that is complete, or given up, moves its request on."""
    part, whole = RequestAction.RELEASE_IN_PART, RequestAction.RELEASE_LAST
    if complete:
        part, whole = RequestAction.COMPLETE_IN_PART, RequestAction.COMPLETE
    if state is not RequestState.PENDING:
        return part
    if undecided:
        return RequestAction.RELEASE
    return part if awaited else whole
