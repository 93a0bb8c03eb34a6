"""A counter-offer: every fault in its form, when it ends, and how it differs from what was asked."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from dam.licensing.codes import use_of
from dam.licensing.conditions import Conditions
from dam.licensing.drafts import RequestDraft
from dam.licensing.offers import OfferDraft, differences, ends_at, offer_faults

NOON = datetime(2026, 3, 10, 4, tzinfo=UTC)
USE = RequestDraft(
    asset_ids=[],
    media=["editorial.news.web"],
    territory=["CN"],
    starts_on=date(2026, 3, 10),
    ends_on=date(2026, 6, 30),
    purpose="The anniversary page",
)
GOOD = OfferDraft(USE, message="Only until June.")


def faults(draft):
    return {(fault.field, fault.code) for fault in offer_faults(draft, NOON)}


def test_a_good_offer_names_no_photographs_and_has_no_fault():
    assert offer_faults(GOOD, NOON) == []


# fmt: off
@pytest.mark.parametrize(
    ("changed", "fault"),
    [
        ({"message": "  "}, ("message", "missing")),
        ({"message": "x" * 4001}, ("message", "too_long")),
        ({"use": replace(USE, media=[])}, ("use.media", "missing")),
        ({"use": replace(USE, territory=[])}, ("use.territory", "missing")),
        ({"use": replace(USE, territory=["XX"])}, ("use.territory.0", "unknown_code")),
        ({"use": replace(USE, media=["editorial.news.web", "sky"])}, ("use.media.1", "unknown_code")),
        ({"use": replace(USE, territory_except=["CN"])}, ("use.territory_except", "leaves_nothing")),
        ({"use": replace(USE, ends_on=date(2026, 3, 9))}, ("use.ends_on", "before_start")),
        ({"use": replace(USE, starts_on=date(2026, 1, 1), ends_on=date(2026, 3, 9))}, ("use.ends_on", "past")),
        ({"use": replace(USE, time_zone="Asia/Nowhere")}, ("use.time_zone", "unknown")),
        ({"use": replace(USE, print_run=0)}, ("use.print_run", "out_of_range")),
        ({"use": replace(USE, purpose="")}, ("use.purpose", "missing")),
        ({"conditions": Conditions(max_px=1)}, ("conditions.max_px", "out_of_range")),
        ({"conditions": Conditions(downloads=0)}, ("conditions.downloads", "out_of_range")),
        ({"use": replace(USE, media=["machine.ai.training"]), "conditions": Conditions(no_ai_training=True)}, ("conditions.no_ai_training", "contradicts_use")),  # noqa: E501
        ({"valid_until": date(2026, 3, 9)}, ("valid_until", "out_of_range")),
        ({"valid_until": date(2027, 3, 11)}, ("valid_until", "out_of_range")),
    ],
)
def test_each_fault_is_named_at_its_field(changed, fault):
    assert faults(replace(GOOD, **changed)) == {fault}
# fmt: on


def test_an_offer_ends_with_its_last_day_or_after_the_usual_time():
    assert ends_at(GOOD, NOON, timedelta(days=30)) == NOON + timedelta(days=30)
    today = replace(GOOD, valid_until=date(2026, 3, 10))
    assert offer_faults(today, NOON) == []
    assert ends_at(today, NOON, timedelta(days=30)) == datetime(2026, 3, 10, 16, tzinfo=UTC)


def test_the_order_of_codes_is_no_difference_and_all_else_is():
    asked = use_of(replace(USE, media=["editorial.news.web", "editorial.book"]))
    assert differences(asked, use_of(replace(USE, media=["editorial.book", "editorial.news.web"]))) == frozenset()
    other = use_of(replace(USE, ends_on=date(2026, 5, 1), print_run=500, exclusive=True))
    assert differences(asked, other) == {"media", "ends_on", "print_run", "exclusive"}
