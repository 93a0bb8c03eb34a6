"""What is wrong with a draft is said field by field, all at once; what is right becomes sets and instants. D16, D19."""

from dataclasses import replace
from datetime import UTC, date, datetime
from uuid import UUID

import pytest

from dam.kernel.errors import Invalid
from dam.kernel.ids import AssetId, CollectionId, HolderId, OrganisationId
from dam.kernel.text import Bilingual
from dam.rights.agreement import (
    AgreementDraft,
    HolderDraft,
    Known,
    RestrictionDraft,
    Scope,
    UseDraft,
    check_agreement,
    check_holder,
    check_restriction,
    check_use,
)
from dam.rights.facts import RestrictionKind
from dam.rights.territories import WORLD, territory_set
from dam.rights.vocabularies import EVERY_MEDIUM, media_set

HOLDER, GRANTEE = HolderId(UUID(int=1)), OrganisationId(UUID(int=2))
ASSET, COLLECTION, STRANGER = AssetId(UUID(int=3)), CollectionId(UUID(int=4)), UUID(int=99)
KNOWN = Known(frozenset({HOLDER}), frozenset({GRANTEE}), frozenset({ASSET}), frozenset({COLLECTION}))
NOW = datetime(2026, 3, 10, 4, tzinfo=UTC)
SEED = AgreementDraft(
    holder=HOLDER,
    grantee=GRANTEE,
    scope=Scope((ASSET,)),
    media=["editorial.news"],
    territory=["WORLD"],
    starts_on=date(2025, 8, 1),
    ends_on=date(2026, 7, 31),
    exclusive=True,
    credit_line="Photo exclusively provided to chinadaily.com.cn",
)
TAKEDOWN = RestrictionDraft(RestrictionKind.TAKEDOWN, Scope((ASSET,)), "A court said so.")


def faults(check, *given) -> set[tuple[str, str]]:
    with pytest.raises(Invalid) as caught:
        check(*given)
    for fault in caught.value.faults:
        assert fault.message.en
        assert fault.message.zh
    return {(fault.field, fault.code) for fault in caught.value.faults}


def test_contract_days_become_instants_of_the_contract_s_zone() -> None:
    terms = check_agreement(SEED, KNOWN)
    assert terms.span.start == datetime(2025, 7, 31, 16, tzinfo=UTC)
    assert terms.span.end == datetime(2026, 7, 31, 16, tzinfo=UTC)
    assert terms.media == media_set(["editorial.news"])
    assert terms.territory == WORLD


def test_days_that_the_clocks_change_on_are_whole_days() -> None:
    paris = replace(SEED, tz="Europe/Paris", starts_on=date(2026, 3, 29), ends_on=date(2026, 3, 29))
    short = check_agreement(paris, KNOWN).span
    assert (short.start.hour, short.end.hour) == (23, 22)
    long = check_agreement(replace(paris, starts_on=date(2026, 10, 25), ends_on=date(2026, 10, 25)), KNOWN).span
    assert (long.end - long.start).total_seconds() == 25 * 3600


def test_one_day_is_a_term() -> None:
    span = check_agreement(replace(SEED, starts_on=date(2026, 1, 1), ends_on=date(2026, 1, 1)), KNOWN).span
    assert (span.end - span.start).days == 1


def in_order(part: object) -> str:
    """Name a case alike in every process, whatever order a set has there."""
    return str(sorted(part)) if isinstance(part, set) else str(part)


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"holder": None}, {("holder", "unknown_holder")}),
        ({"holder": STRANGER}, {("holder", "unknown_holder")}),
        ({"grantee": STRANGER}, {("grantee", "unknown_grantee")}),
        ({"grantee": None, "sublicensable": True}, {("sublicensable", "no_grantee")}),
        ({"scope": Scope()}, {("scope", "empty_scope")}),
        ({"scope": Scope((ASSET, STRANGER))}, {("scope.assets.1", "unknown_asset")}),
        ({"scope": Scope((), STRANGER)}, {("scope.collection", "unknown_collection")}),
        ({"media": []}, {("media", "missing")}),
        ({"media": ["editorial", "radio"]}, {("media.1", "unknown_code")}),
        ({"territory": []}, {("territory", "missing")}),
        ({"territory": ["China"]}, {("territory.0", "unknown_code")}),
        ({"territory_except": ["CN", "XX"]}, {("territory_except.1", "unknown_code")}),
        ({"territory": ["CN"], "territory_except": ["030"]}, {("territory_except", "leaves_nothing")}),
        ({"starts_on": None}, {("starts_on", "missing")}),
        ({"ends_on": None}, {("ends_on", "no_end")}),
        ({"ends_on": date(2025, 7, 31)}, {("ends_on", "ends_before_start")}),
        ({"ends_on": date.max}, {("ends_on", "beyond_calendar")}),
        ({"tz": "Mars/Base"}, {("tz", "unknown_time_zone")}),
        ({"tz": "../etc/passwd"}, {("tz", "unknown_time_zone")}),
        ({"credit_line": "x" * 301}, {("credit_line", "too_long")}),
        ({"credit_line": "a\x00b"}, {("credit_line", "not_text")}),
        (
            {"holder": None, "scope": Scope(), "media": ["radio"], "territory": [], "starts_on": None, "ends_on": None},
            {
                ("holder", "unknown_holder"),
                ("scope", "empty_scope"),
                ("media.0", "unknown_code"),
                ("territory", "missing"),
                ("starts_on", "missing"),
                ("ends_on", "no_end"),
            },
        ),
    ],
    ids=in_order,
)
def test_every_fault_of_an_agreement(changes: dict[str, object], expected: set[tuple[str, str]]) -> None:
    assert faults(check_agreement, replace(SEED, **changes), KNOWN) == expected


def test_a_restriction_left_open_bars_everything_everywhere_from_now_on() -> None:
    terms = check_restriction(TAKEDOWN, KNOWN, NOW)
    assert (terms.media, terms.territory) == (EVERY_MEDIUM, WORLD)
    assert (terms.span.start, terms.span.end) == (NOW, None)


def test_a_restriction_with_days() -> None:
    draft = replace(TAKEDOWN, territory=["JP"], starts_on=date(2026, 4, 1), ends_on=date(2026, 4, 30))
    terms = check_restriction(draft, KNOWN, NOW)
    assert terms.territory == territory_set(["JP"])
    assert terms.span.start == datetime(2026, 3, 31, 16, tzinfo=UTC)
    assert terms.span.end == datetime(2026, 4, 30, 16, tzinfo=UTC)


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"reason": "  "}, {("reason", "missing")}),
        ({"reason": "x" * 2001}, {("reason", "too_long")}),
        ({"scope": Scope()}, {("scope", "empty_scope")}),
        ({"media": ["radio"]}, {("media.0", "unknown_code")}),
        ({"territory": ["Nowhere"]}, {("territory.0", "unknown_code")}),
        ({"kind": RestrictionKind.TERRITORY_BAR}, {("territory", "missing")}),
        ({"ends_on": date(2026, 3, 9)}, {("ends_on", "ends_before_start")}),
        ({"starts_on": date(2026, 5, 1), "ends_on": date(2026, 4, 1)}, {("ends_on", "ends_before_start")}),
        ({"tz": "Nowhere"}, {("tz", "unknown_time_zone")}),
    ],
    ids=in_order,
)
def test_every_fault_of_a_restriction(changes: dict[str, object], expected: set[tuple[str, str]]) -> None:
    assert faults(check_restriction, replace(TAKEDOWN, **changes), KNOWN, NOW) == expected


def test_every_fault_of_a_holder() -> None:
    assert faults(check_holder, HolderDraft(Bilingual("", " ")), KNOWN) == {("name.en", "missing")}
    long = HolderDraft(Bilingual("x" * 301, ""), STRANGER, statement="y" * 2001)
    expected = {("name.en", "too_long"), ("organisation", "unknown_organisation"), ("statement", "too_long")}
    assert faults(check_holder, long, KNOWN) == expected
    check_holder(HolderDraft(Bilingual("", "抗战馆")), KNOWN)


def test_a_use_without_days_is_this_instant() -> None:
    media, territory, span = check_use(UseDraft(["editorial.news.web"], ["WORLD"], ["CN"]))
    assert (media, territory, span) == (media_set(["editorial.news.web"]), territory_set(["WORLD"], ["CN"]), None)


def test_every_fault_of_a_use() -> None:
    assert faults(check_use, UseDraft([], ["CN"])) == {("media", "missing")}
    asked = UseDraft(["all"], ["CN"], starts_on=date(2026, 1, 2), ends_on=date(2026, 1, 1))
    assert faults(check_use, asked) == {("to", "ends_before_start")}
    assert faults(check_use, UseDraft(["all"], ["CN"], starts_on=date(2026, 1, 2))) == {("to", "no_end")}
