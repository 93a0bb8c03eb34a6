"""The receipt of a decision: written, read and judged again, over worlds drawn at random."""

import dataclasses
import hashlib
import json
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from types import MappingProxyType
from uuid import UUID

import pytest
from hypothesis import given, settings

from dam.kernel.ids import LicenceId
from dam.kernel.span import Span
from dam.rights.decision import decide
from dam.rights.facts import Action, Facts, LicenceLine, LineState, Permit, Refusal, Use
from dam.rights.receipt import (
    RULE_VERSION,
    Replay,
    compare,
    facts_digest,
    issue,
    read_verdict,
    replay,
    verdict_said,
    version_of,
)
from dam.rights.territories import WORLD
from dam.rights.vocabularies import media_set
from dam.rights.wording import Unreadable, canonical, plain, read
from tests.laws.test_decision import PARTIES, Asked, asked

MANY = settings(max_examples=300, deadline=None)
AT = datetime(2026, 3, 10, 4, tzinfo=UTC)
USE = Use(Action.PUBLISH, PARTIES[0], media_set(["editorial.news.web"]), WORLD)
EMPTY = Facts(complete=True, asset_state="ready", party_active=True, may_view=True)


def through_json(value):
    return json.loads(canonical(value))


@MANY
@given(asked)
def test_what_is_read_back_is_what_was_written(case: Asked) -> None:
    assert read(Facts, through_json(plain(case.facts))) == case.facts
    assert read(Use, through_json(plain(case.use))) == case.use


@MANY
@given(asked)
def test_judging_again_from_what_was_stored_says_exactly_the_same(case: Asked) -> None:
    receipt, written = issue(case.use, case.facts, case.at, decide(case.use, case.facts, case.at))
    stored = replace(
        receipt,
        use=read(Use, through_json(plain(receipt.use))),
        verdict=read_verdict(through_json(verdict_said(receipt.verdict))),
        at=read(datetime, through_json(plain(receipt.at))),
    )
    assert stored == receipt
    assert stored.digest() == receipt.digest()
    assert replay(stored, read(Facts, json.loads(written))) == receipt.verdict
    assert compare(receipt.verdict, replay(stored, read(Facts, json.loads(written)))) is Replay.SAME


@MANY
@given(asked, asked)
def test_equal_facts_have_one_name_and_others_another(one: Asked, other: Asked) -> None:
    names = [facts_digest(canonical(plain(case.facts))) for case in (one, other)]
    assert (names[0] == names[1]) == (one.facts == other.facts)
    again = json.loads(canonical(plain(one.facts)), object_pairs_hook=lambda pairs: dict(reversed(pairs)))
    assert facts_digest(canonical(again)) == names[0]


def test_the_bytes_of_facts_are_what_they_are() -> None:
    """Written out by hand: a change of this form would give every stored fact another name."""
    written = (
        '{"asset_credit_line":"馆藏","asset_state":"ready","complete":true,"counts_against_quota":true,"exclusives":[],'
        '"lines":[],"may_view":true,"party_active":true,"restrictions":[],"rights_in":[]}'
    )
    said = canonical(plain(replace(EMPTY, asset_credit_line="馆藏")))
    known = json.loads(said)
    added = known.keys() - json.loads(written).keys()
    assert canonical({name: value for name, value in known.items() if name not in added}) == written.encode()


def test_every_part_of_the_facts_can_be_written_and_read() -> None:
    """A field of a kind no receipt holds fails here, not at the gate."""
    told = plain(EMPTY)
    assert told.keys() == {field.name for field in dataclasses.fields(Facts)}
    assert read(Facts, told) == EMPTY
    with pytest.raises(TypeError):
        plain(replace(EMPTY, asset_state=object()))


def test_conditions_of_a_licence_come_back_whole(licence_line: LicenceLine) -> None:
    said = plain(licence_line)
    assert read(LicenceLine, through_json(said)) == licence_line


@pytest.fixture
def licence_line() -> LicenceLine:
    kept = MappingProxyType({"print_run": 5000, "no_alteration": True, "credit_line": "“馆”", "more": {"a": [1, None]}})
    return LicenceLine(
        line_id=7,
        licence_id=LicenceId(UUID(int=1)),
        licensee=PARTIES[0],
        state=LineState.ACTIVE,
        accepted=True,
        span=Span(AT, None),
        media=USE.media,
        territory=USE.territory,
        cap=None,
        used=0,
        max_px=4000,
        slot_owner=PARTIES[1],
        conditions=kept,
    )


def test_a_field_of_later_rules_is_not_guessed_at() -> None:
    with pytest.raises(Unreadable):
        read(Facts, plain(EMPTY) | {"moon": "full"})


def test_a_field_the_rules_of_then_did_not_know_takes_its_default() -> None:
    @dataclass(frozen=True, slots=True)
    class Later(Facts):
        unheard_of: bool = False
        named: str | None = None

    assert read(Later, plain(EMPTY)) == Later(complete=True, asset_state="ready", party_active=True, may_view=True)


@pytest.mark.parametrize("name", ["complete", "asset_state", "party_active", "may_view"])
def test_what_has_no_default_must_be_there(name: str) -> None:
    said = plain(EMPTY)
    del said[name]
    with pytest.raises(Unreadable):
        read(Facts, said)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("complete", 1),
        ("asset_state", None),
        ("lines", {}),
        ("lines", [3]),
        ("restrictions", "none"),
        ("may_view", "yes"),
    ],
)
def test_a_wrong_kind_of_value_is_not_bent_into_shape(name: str, value: object) -> None:
    with pytest.raises(Unreadable):
        read(Facts, plain(EMPTY) | {name: value})


def test_a_naive_instant_has_no_receipt() -> None:
    with pytest.raises(ValueError, match="aware"):
        issue(USE, EMPTY, AT.replace(tzinfo=None), Refusal((), "facts"))[0].digest()


def test_rewording_is_told_from_judging_otherwise() -> None:
    then = decide(replace(USE, action=Action.PUBLISH), EMPTY, AT)
    assert isinstance(then, Refusal)
    reworded = replace(then, reasons=tuple(replace(why, message=why.next_step) for why in then.reasons))
    fewer = replace(then, reasons=then.reasons[1:])
    permit = decide(replace(USE, action=Action.VIEW), EMPTY, AT)
    assert isinstance(permit, Permit)
    assert [compare(then, now) for now in (then, reworded, fewer, permit)] == [
        Replay.SAME,
        Replay.REWORDED,
        Replay.DIFFERENT,
        Replay.DIFFERENT,
    ]
    assert compare(permit, replace(permit, line_id=4)) is Replay.DIFFERENT


def test_the_digest_covers_every_part_of_the_receipt() -> None:
    receipt, _ = issue(USE, EMPTY, AT, decide(USE, EMPTY, AT))
    others = [
        replace(receipt, use=replace(receipt.use, alters=not receipt.use.alters)),
        replace(receipt, at=receipt.at.replace(microsecond=receipt.at.microsecond + 1)),
        replace(receipt, facts_digest=hashlib.sha256(b"").hexdigest()),
        replace(receipt, rule_version="0"),
        replace(receipt, verdict=Refusal((), "bar")),
    ]
    assert len({one.digest() for one in (receipt, *others)}) == 6


def test_the_version_is_that_of_the_text_that_judges() -> None:
    sources = ["def decide(): return no", "def grounds(): ..."]
    assert version_of(*sources) == version_of(*sources)
    assert version_of(*sources) != version_of(sources[0].replace("no", "yes"), sources[1])
    assert version_of("ab", "c") != version_of("a", "bc")
    assert len(RULE_VERSION) == 16


def test_a_receipt_from_before_twins_were_known_reads_as_having_none() -> None:
    older = through_json(plain(EMPTY))
    del older["twins"]
    assert read(Facts, older) == EMPTY
    assert replay(issue(USE, EMPTY, AT, decide(USE, EMPTY, AT))[0], read(Facts, older)) == decide(USE, EMPTY, AT)
