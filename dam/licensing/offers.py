"""A counter-offer: what a manager sends in, what can be wrong with it, and how it differs from what was asked."""

from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from dam.kernel.errors import Fault
from dam.kernel.span import days
from dam.kernel.text import Bilingual
from dam.licensing.codes import asks_for_machine_use, code_faults, codes_of
from dam.licensing.conditions import Conditions, conditions_faults
from dam.licensing.drafts import (
    AS_ASKED,
    MESSAGE_CHARACTERS,
    RequestDraft,
    request_faults,
    text_fault,
)
from dam.licensing.offers_store import OfferRecord
from dam.licensing.views import Code, Offer, OfferItem, UseView

LONGEST_OFFER_DAYS = 365


@dataclass(frozen=True, slots=True)
class OfferDraft:
    """Another use for the undecided photographs of a request.

    Shape: `use` names no photographs; `valid_until` is the last day, included, in the use's zone, None for the house's
    usual time.
    """

    use: RequestDraft
    conditions: Conditions = AS_ASKED
    message: str = ""
    valid_until: date | None = None


def offer_faults(draft: OfferDraft, at: datetime) -> list[Fault]:
    """Return everything wrong with the form of an offer, field by field."""
    faults = [
        fault
        for fault in request_faults(draft.use, today=lambda zone: at.astimezone(zone).date())
        if fault.field != "assets"
    ]
    coded = code_faults(draft.use)
    message = text_fault("message", draft.message, MESSAGE_CHARACTERS, needed=True)
    machine = not coded and asks_for_machine_use(draft.use.media)
    faults += [*coded, *([message] if message else [])]
    faults += conditions_faults(
        draft.conditions, path="conditions", asks_for_machine_use=machine, starts_on=draft.use.starts_on
    )
    if not any(fault.field == "use.time_zone" for fault in faults):
        faults += _end_faults(draft, at)
    return faults


def ends_at(draft: OfferDraft, at: datetime, usual: timedelta) -> datetime:
    """Return the instant at which the offer is over."""
    if draft.valid_until is None:
        return at + usual
    return days(draft.valid_until, draft.valid_until, draft.use.time_zone).end or at


def differences(asked: UseView, offered: UseView) -> frozenset[str]:
    """Return the names of the fields in which the two uses differ; the order of codes is no difference."""
    return frozenset(
        field.name
        for field in fields(UseView)
        if _comparable(getattr(asked, field.name)) != _comparable(getattr(offered, field.name))
    )


def offer_of(found: OfferRecord, asked: UseView, items: Sequence[OfferItem]) -> Offer:
    """Return the offer as pages and the API read it."""
    return Offer(
        offer_id=found.offer_id,
        state=found.state,
        use=found.use,
        conditions=found.conditions,
        message=found.message,
        valid_until=found.valid_until,
        made_by=found.made_by,
        made_at=found.made_at,
        differs=differences(asked, found.use),
        items=items,
    )


def _end_faults(draft: OfferDraft, at: datetime) -> list[Fault]:
    today = at.astimezone(ZoneInfo(draft.use.time_zone)).date()
    if draft.valid_until is None or today <= draft.valid_until <= today + timedelta(days=LONGEST_OFFER_DAYS):
        return []
    message = Bilingual(
        "An offer ends today at the earliest and within {days} days.", "报价最早于今天结束，最迟在 {days} 天之内。"
    )
    return [Fault("valid_until", "out_of_range", message.format(days=LONGEST_OFFER_DAYS))]


def _comparable(value: object) -> object:
    if isinstance(value, tuple | list) and all(isinstance(one, Code) for one in value):
        return frozenset(codes_of(value))
    return value
