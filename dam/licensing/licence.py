"""A licence at an instant: the state it is in, what may happen to it, and how many downloads are left."""

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from types import MappingProxyType

from dam.kernel.errors import WrongState
from dam.kernel.span import Span
from dam.kernel.text import Bilingual


class LicenceState(StrEnum):
    """Where a licence stands; `expired` is never stored, the clock alone makes it so."""

    RESERVED = "reserved"
    """It holds its place while a consent or a second signature is awaited; it may lapse by the clock."""
    OFFERED = "offered"
    """Granted; its terms are not accepted yet, so nothing is delivered under it."""
    ACTIVE = "active"
    SUSPENDED = "suspended"
    REVOKED = "revoked"
    RELEASED = "released"
    """It was reserved and never completed."""
    EXPIRED = "expired"


class LicenceAction(StrEnum):
    """What can be done to a licence."""

    COMPLETE = "complete"
    """Every consent is given and, where it is exclusive, a second person has signed."""
    RELEASE = "release"
    ACCEPT = "accept"
    SUSPEND = "suspend"
    REINSTATE = "reinstate"
    REVOKE = "revoke"


_S, _A = LicenceState, LicenceAction

TRANSITIONS: Mapping[tuple[LicenceState, LicenceAction], LicenceState] = MappingProxyType(
    {
        (_S.RESERVED, _A.COMPLETE): _S.OFFERED,
        (_S.RESERVED, _A.RELEASE): _S.RELEASED,
        (_S.OFFERED, _A.ACCEPT): _S.ACTIVE,
        (_S.OFFERED, _A.REVOKE): _S.REVOKED,
        (_S.ACTIVE, _A.SUSPEND): _S.SUSPENDED,
        (_S.ACTIVE, _A.REVOKE): _S.REVOKED,
        (_S.SUSPENDED, _A.REINSTATE): _S.ACTIVE,
        (_S.SUSPENDED, _A.REVOKE): _S.REVOKED,
    }
)

STATE_LABELS: Mapping[LicenceState, Bilingual] = MappingProxyType(
    {
        LicenceState.RESERVED: Bilingual("Consent or second signature awaited", "等待权利人同意或第二人签署"),
        LicenceState.OFFERED: Bilingual("Terms waiting to be accepted", "条款待接受"),
        LicenceState.ACTIVE: Bilingual("Active", "有效"),
        LicenceState.SUSPENDED: Bilingual("Suspended", "已暂停"),
        LicenceState.REVOKED: Bilingual("Revoked", "已撤销"),
        LicenceState.RELEASED: Bilingual("Never completed", "未完成"),
        LicenceState.EXPIRED: Bilingual("Expired", "已到期"),
    }
)


def state_at(stored: LicenceState, term: Span, at: datetime, reserved_until: datetime | None = None) -> LicenceState:
    """Return the state at the instant: a licence past its last day is expired, unless it was revoked before.

    Shape: a reservation whose time is over is released, whether or not anybody has tidied it up yet.

    Raises: ValueError when the term has no end; no licence is without one.
    """
    if term.end is None:
        raise ValueError("a licence has an end")
    if stored is LicenceState.RESERVED and reserved_until is not None and at >= reserved_until:
        return LicenceState.RELEASED
    if stored not in {LicenceState.REVOKED, LicenceState.RELEASED} and at >= term.end:
        return LicenceState.EXPIRED
    return stored


def downloads_left(cap: int, used: int) -> int:
    """Return how many downloads of one photograph remain, never below nought.

    Units: deliveries.
    """
    return max(0, cap - used)


def step(state: LicenceState, action: LicenceAction) -> LicenceState:
    """Return where the action leads from the state.

    Raises: WrongState when the table has no such step.
    """
    found = TRANSITIONS.get((state, action))
    if found is None:
        label = STATE_LABELS[state]
        message = Bilingual(
            f"This licence cannot be changed that way any more. It is now: {label.en}.",
            f"此许可证已不能进行该操作。目前状态：{label.zh}。",
        )
        raise WrongState(message, extra={"state": state.value, "action": action.value})
    return found


def actions_from(state: LicenceState) -> frozenset[LicenceAction]:
    """Return every action the table knows from the state."""
    return frozenset(action for known, action in TRANSITIONS if known is state)
