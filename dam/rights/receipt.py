"""The receipt of a decision: what was asked, what was known, when, what was said, and by which rules.

Whoever holds a receipt and its facts can judge again and must come to the same words.
"""

import hashlib
import inspect
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from types import ModuleType
from typing import Any

from dam.kernel import span
from dam.rights import decision, facts, grounds, terms
from dam.rights.decision import decide
from dam.rights.facts import Facts, Permit, Refusal, Use
from dam.rights.wording import Unreadable, canonical, plain, read

_JUDGEMENT: tuple[ModuleType, ...] = (decision, grounds, facts, terms, span)
_VERSION_DIGITS = 16


def version_of(*sources: str) -> str:
    """Return the name of the rules written in these sources."""
    text = "\x00".join(sources)
    return hashlib.sha256(text.encode()).hexdigest()[:_VERSION_DIGITS]


RULE_VERSION = version_of(*(inspect.getsource(module) for module in _JUDGEMENT))
"""The hash of the very text that judges.

A number would have to be raised by hand, and says nothing of which rules it means; a hash cannot be forgotten, and two
houses that show the same one judge alike. The cost accepted: a reworded comment is a new version too.
"""


class Verdict(StrEnum):
    """What was said."""

    PERMIT = "permit"
    REFUSAL = "refusal"


@dataclass(frozen=True, slots=True)
class Receipt:
    """One decision as it was made.

    Shape: `facts_digest` is the sha256 of the facts' bytes, under which they are kept once for all that share them.
    """

    use: Use
    facts_digest: str
    at: datetime
    verdict: Permit | Refusal
    rule_version: str

    def said(self) -> dict[str, Any]:
        """Return the receipt as JSON data."""
        return {
            "use": plain(self.use),
            "facts": self.facts_digest,
            "at": plain(self.at),
            "verdict": verdict_said(self.verdict),
            "rules": self.rule_version,
        }

    def digest(self) -> str:
        """Return the sha256 of the receipt, which the log of events carries."""
        return receipt_digest(self.said())


class Replay(StrEnum):
    """What came of judging again."""

    SAME = "same"
    """The same verdict, to the word."""
    REWORDED = "reworded"
    """The same verdict for the same reasons, in sentences that were reworded since."""
    DIFFERENT = "different"
    """Today's rules say something else of the same facts."""
    UNREADABLE = "unreadable"
    """The receipt was written by rules that say more, or other things, than these."""
    TAMPERED = "tampered"
    """The facts or the receipt are not those that were stored."""


def issue(use: Use, known: Facts, at: datetime, verdict: Permit | Refusal) -> tuple[Receipt, bytes]:
    """Return the receipt of a decision, and the bytes of its facts.

    Raises: ValueError for a naive instant.
    """
    written = canonical(plain(known))
    return Receipt(use, facts_digest(written), at, verdict, RULE_VERSION), written


def facts_digest(written: bytes) -> str:
    """Return the name under which the facts are kept."""
    return hashlib.sha256(written).hexdigest()


def receipt_digest(said: Mapping[str, Any]) -> str:
    """Return the sha256 of a receipt's JSON data."""
    return hashlib.sha256(canonical(said)).hexdigest()


def replay(receipt: Receipt, known: Facts) -> Permit | Refusal:
    """Judge again what the receipt says was asked, from the facts it was judged by, at the same instant."""
    return decide(receipt.use, known, receipt.at)


def compare(then: Permit | Refusal, now: Permit | Refusal) -> Replay:
    """Tell whether judging again came to the same."""
    if then == now:
        return Replay.SAME
    if isinstance(then, Refusal) and isinstance(now, Refusal) and _codes(then) == _codes(now):
        return Replay.REWORDED
    return Replay.DIFFERENT


def verdict_said(verdict: Permit | Refusal) -> dict[str, Any]:
    """Return the verdict as JSON data."""
    kind = Verdict.PERMIT if isinstance(verdict, Permit) else Verdict.REFUSAL
    return {"verdict": kind.value, **plain(verdict)}


def read_verdict(said: Mapping[str, Any]) -> Permit | Refusal:
    """Return the verdict that was written.

    Raises: Unreadable.
    """
    rest = {name: value for name, value in said.items() if name != "verdict"}
    if said.get("verdict") == Verdict.PERMIT:
        return read(Permit, rest)
    if said.get("verdict") == Verdict.REFUSAL:
        return read(Refusal, rest)
    raise Unreadable("neither a permit nor a refusal")


def _codes(refusal: Refusal) -> tuple[str, tuple[str, ...]]:
    return refusal.rule, tuple(reason.code for reason in refusal.reasons)
