"""Taking a step: the request's new state, the entry in its thread and the event, in the one unit."""

from collections.abc import Mapping
from datetime import datetime
from types import MappingProxyType

from dam.audit.events import Detail, Event, EventType
from dam.database.unit import Unit
from dam.kernel.ids import PersonId
from dam.licensing import store
from dam.licensing.announcing import announce
from dam.licensing.request import Effect, RequestAction, RequestState, step
from dam.licensing.store import Header

EVENTS: Mapping[Effect, EventType] = MappingProxyType(
    {
        Effect.SUBMITTED: EventType.REQUEST_SUBMITTED,
        Effect.RETURNED: EventType.REQUEST_RETURNED,
        Effect.RESUBMITTED: EventType.REQUEST_RESUBMITTED,
        Effect.DECIDED: EventType.REQUEST_DECIDED,
        Effect.WITHDRAWN: EventType.REQUEST_WITHDRAWN,
        Effect.COMMENTED: EventType.REQUEST_COMMENTED,
        Effect.COUNTERED: EventType.REQUEST_COUNTERED,
        Effect.OFFER_ACCEPTED: EventType.OFFER_ACCEPTED,
        Effect.OFFER_DECLINED: EventType.OFFER_DECLINED,
        Effect.OFFER_TAKEN_BACK: EventType.OFFER_TAKEN_BACK,
    }
)
"""What is told of a request as a whole; whoever causes another effect tells it of the licence or the consent."""


def take(
    unit: Unit,
    by: PersonId | None,
    asked: Header,
    action: RequestAction,
    words: str,
    at: datetime,
    *,
    details: Mapping[str, Detail] | None = None,
    offer_until: datetime | None = None,
) -> RequestState:
    """Bring the request where the action leads; the clock, which is nobody, leaves no entry in the thread.

    Raises: WrongState.
    """
    taken = step(asked.state, action)
    # A reservation that ends beside an open offer leaves the offer as it is.
    until = asked.offer_until if taken.state is RequestState.COUNTERED and offer_until is None else offer_until
    store.set_state(unit, asked.request_id, taken.state, at, offer_until=until)
    if by is not None:
        store.say(unit, asked.request_id, by, taken.effect, words, at)
    if taken.effect in EVENTS:
        log(unit, by, asked, EVENTS[taken.effect], details or {}, at)
    return taken.state


def log(
    unit: Unit, by: PersonId | None, asked: Header, kind: EventType, details: Mapping[str, Detail], at: datetime
) -> None:
    """Write an event about the request down."""
    announce(
        unit,
        Event(
            type=kind,
            actor=by,
            organisation=asked.organisation.organisation_id,
            request=asked.request_id,
            details={"number": asked.number, **details},
        ),
        at,
    )
