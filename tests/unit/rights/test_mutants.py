"""The table is worth its rows only if every one-line fault in the rules makes some row fail."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import ModuleType

import pytest

import dam.rights.decision
import dam.rights.grounds
from dam.rights.facts import Permit
from tests.unit.rights.cases import CASES, NOON
from tests.unit.rights.test_availability import ROWS

# fmt: off
MUTANTS = [
    ("decision", "if not facts.complete or at.tzinfo is None:\n        return Refusal(", "if False:\n        return Refusal("),  # noqa: E501
    ("decision", "if not facts.may_view:", "if False:"),
    ("grounds", "bar.hides_preview and bar.span.holds(at)", "bar.span.holds(at)"),
    ("grounds", "bar.hides_preview and bar.span.holds(at)", "bar.hides_preview"),
    ("decision", "if any(meets(one, bar, at) for one in judged)", "if all(meets(one, bar, at) for one in judged)"),
    ("decision", '    if against:\n        return Refusal(distinct(against), "no', '    if not clean:\n        return Refusal(distinct(against), "no'),  # noqa: E501
    ("grounds", "return timely and item.media.overlaps(use.media) and", "return timely and item.media.covers(use.media) and"),  # noqa: E501
    ("grounds", "and item.territory.overlaps(use.territory)", "and item.territory.covers(use.territory)"),
    ("grounds", "item.span.overlaps(use.span)", "item.span.covers(use.span)"),
    ("grounds", "item.span.covers(use.span)", "item.span.overlaps(use.span)"),
    ("grounds", "return timely and item.media.covers(use.media)", "return timely and item.media.overlaps(use.media)"),
    ("grounds", "if use.party is None or line.licensee != use.party:", "if False:"),
    ("grounds", "yield from _state_reasons(line)", "yield from ()"),
    ("grounds", "yield from _term_reasons(use, line, at)", "yield from ()"),
    ("grounds", "if claim.holder != line.slot_owner)", "if claim.holder not in {one.slot_owner for one in facts.lines})"),  # noqa: E501
    ("grounds", "if claim.holder != line.slot_owner)", ")"),
    ("grounds", "if claim.holder != use.party and meets", "if meets"),
    ("grounds", "facts.counts_against_quota and line.cap is not None and line.used >= line.cap", "line.cap is not None and line.used >= line.cap"),  # noqa: E501
    ("grounds", "line.used >= line.cap", "line.used > line.cap"),
    ("grounds", "if not line.media.covers(use.media):", "if not line.media.overlaps(use.media):"),
    ("grounds", "if not line.territory.covers(use.territory):", "if not line.territory.overlaps(use.territory):"),
    ("grounds", "use.span is not None and not line.span.covers(use.span)", "False"),
    ("grounds", "if at < line.span.start:", "if at <= line.span.start:"),
    ("grounds", "live = [right for right in rights if right.live]", "live = list(rights)"),
    ("grounds", "return right.sublicensable and right.grantee", "return right.grantee"),
    ("grounds", "if any(all(contains(right, occasion, at)", "if any(any(contains(right, occasion, at)"),
    ("grounds", "if not facts.party_active:", "if False:"),
    ("grounds", 'if facts.asset_state != "ready":', 'if facts.asset_state in {"withdrawn", "quarantined"}:'),
    ("grounds", "use.print_run > print_run", "use.print_run >= print_run"),
    ("grounds", "if use.alters and", "if False and"),
    ("grounds", "if not line.accepted:", "if False:"),
    ("grounds", "if not use.media or not use.territory:", "if not use.media:"),
    ("grounds", "if known.unconfirmed_claim:", "if False:"),
    ("grounds", "if known.unconfirmed_claim:", "if known.unconfirmed_claim and known.lines:"),
    ("decision", "against += claim_reasons(facts)", "pass"),
    ("grounds", "return not right.consent_required or", "return True or"),
    ("grounds", "return not right.consent_required or", "return"),
    ("grounds", "right.agreement_id in line.consents\n", "bool(line.consents)\n"),
    ("grounds", "right.agreement_id in line.consents\n", "right.agreement_id not in line.consents_withdrawn\n"),
    ("grounds", "right.agreement_id in line.consents_withdrawn for", "right.agreement_id in line.consents for"),
    ("grounds", "return basis_reasons(use, rights, at) or [", "return ["),
    ("grounds", "return basis_reasons(use, rights, at) or [_consent_reason(rights, line)]", "return basis_reasons(use, rights, at)"),  # noqa: E501
    ("grounds", "yield reason(ReasonCode.LICENCE_RESERVED, number=line.number)", "pass"),
    ("grounds", "yield reason(ReasonCode.LICENCE_RELEASED, number=line.number)", "pass"),
    ("decision", "    if not facts.may_view:", "    if not facts.may_view or facts.unconfirmed_claim:"),
    ("grounds", "    if told:\n", "    if told and twin.unruled:\n"),
    ("grounds", "        yield _twin_reason(twin, at)\n", ""),
    ("grounds", "ReasonCode.TWIN_UNRULED if twin.unruled else ReasonCode.TWIN_SAME", "ReasonCode.TWIN_UNRULED"),
    ("grounds", 'return twin.unruled or twin.asset_state == "ready"', 'return twin.asset_state == "ready"'),
    ("grounds", 'return twin.unruled or twin.asset_state == "ready"', "return twin.unruled"),
    ("grounds", 'return twin.unruled or twin.asset_state == "ready"', "return True"),
    ("grounds", "    if narrows(twin):\n        yield from claim_reasons(twin)", "    yield from claim_reasons(twin)"),
    ("grounds", "    if narrows(twin):\n        yield from claim_reasons(twin)\n", ""),
    ("grounds", "    if narrows(twin):\n        yield from _right_behind", "    if True:\n        yield from _right_behind"),  # noqa: E501
    ("grounds", "if any(meets(each, bar, at) for each in judged)", "if all(meets(each, bar, at) for each in judged)"),
    ("grounds", "if one.holder != line.slot_owner)", ")"),
    ("grounds", "for right in twin.rights_in if serves(right, line)", "for right in twin.rights_in"),
    ("grounds", "yield from twin_reasons(twin, _twin_line_reasons(use, line, twin, at), at)", "yield from ()"),
    ("grounds", "    for twin in facts.twins:\n", "    for twin in facts.twins[:1]:\n"),
    ("decision", "against += [why for twin in facts.twins for why in twin_reasons(twin, twin_bars", "[why for twin in facts.twins for why in twin_reasons(twin, twin_bars"),  # noqa: E501
    ("decision", "        against += twin_reasons(twin, _hidden(twin, at), at)", "        pass"),
    ("decision", "return found + [why for twin", "return found or [why for twin"),
]
AVAILABILITY_MUTANTS = [
    ("decision", "    for twin in facts.twins:\n        against += twin_reasons(twin, _unavailable(use, twin, at), at)\n", ""),  # noqa: E501
    ("decision", "for known in facts.all_known for bar in _bars", "for known in (facts,) for bar in _bars"),
    ("decision", "for known in facts.all_known for claim in others", "for known in (facts,) for claim in others"),
    ("decision", "if isinstance(known, Twin) and not narrows(known):", "if False:"),
    ("decision", "if isinstance(known, Twin) and not narrows(known):", "if isinstance(known, Twin):"),
    ("decision", "if meets(use, bar, at) or hides(bar, at)", "if meets(use, bar, at)"),
]
# fmt: on


@pytest.mark.parametrize("mutant", AVAILABILITY_MUTANTS, ids=lambda mutant: f"{mutant[0]}: {mutant[2][:50]}")
def test_some_row_of_availability_kills_every_mutant(mutant: tuple[str, str, str]) -> None:
    with mutated(*mutant) as decision:
        assert any(told(decision, row) != row[3:] for row in ROWS)


def told(decision: ModuleType, row: tuple) -> tuple:
    _, asked, known, *_ = row
    found = decision.availability(asked, known, NOON)
    return found.verdict.value, " ".join(reason.code for reason in found.reasons), found.free_from


@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda mutant: f"{mutant[0]}: {mutant[2][:50]}")
def test_some_row_kills_every_mutant(mutant: tuple[str, str, str]) -> None:
    with mutated(*mutant) as decision:
        assert any(not holds(decision, case) for case in CASES)


def test_the_rules_as_they_are_kill_no_row() -> None:
    with mutated("decision", "def decide(", "def decide(") as decision:
        assert all(holds(decision, case) for case in CASES)


def holds(decision: ModuleType, case: object) -> bool:
    try:
        verdict = decision.decide(case.use, case.facts, case.at)
    except (TypeError, ValueError, KeyError, AttributeError):
        return False
    codes = [] if isinstance(verdict, Permit) else [reason.code for reason in verdict.reasons]
    return codes == case.codes.split()


@contextmanager
def mutated(where: str, old: str, new: str) -> Iterator[ModuleType]:
    """Load the rules afresh with one line changed, and leave the real ones in place."""
    changed = {"decision": dam.rights.decision, "grounds": dam.rights.grounds}[where]
    source = Path(changed.__file__).read_text(encoding="utf-8")
    assert source.count(old) == 1, f"the rule moved: {old!r} stands {source.count(old)} times"
    kept = {name: sys.modules[name] for name in ("dam.rights.grounds", "dam.rights.decision")}
    try:
        for name, module in kept.items():
            text = Path(module.__file__).read_text(encoding="utf-8")
            fresh = ModuleType(name)
            sys.modules[name] = fresh
            exec(compile(text.replace(old, new) if module is changed else text, name, "exec"), fresh.__dict__)  # noqa: S102
        yield sys.modules["dam.rights.decision"]
    finally:
        sys.modules.update(kept)
