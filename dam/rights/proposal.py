"""Claims read from a photograph's own texts, as they stand before the archivists."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from dam.kernel.errors import WrongState
from dam.kernel.ids import AgreementId, AssetId, ProposalId, RestrictionId
from dam.kernel.text import Bilingual
from dam.rights.agreement import RestrictionDraft, Scope, Terms
from dam.rights.facts import DEFAULT_TZ, RestrictionKind
from dam.rights.provided import ProvidedClaim
from dam.rights.territories import WORLD, territory_set
from dam.rights.vocabularies import EVERY_MEDIUM, media_set

CONTEXT = 240
"""Characters shown on either side of the words."""

_NO_BAR = Bilingual("This claim is not a restriction.", "该声明不是一项限制。")
_RULED = Bilingual(
    "Somebody has already ruled on this claim. Load the page again.", "已有人就该声明作出认定，请重新载入页面。"
)


class ProposalState(StrEnum):
    """Where a claim stands."""

    PROPOSED = "proposed"
    CONFIRMED = "confirmed"
    DISMISSED = "dismissed"


@dataclass(frozen=True, slots=True)
class Excerpt:
    """The part of a text around a claim's words; `start` is its offset in the text."""

    start: int
    text: str


@dataclass(frozen=True, slots=True)
class Proposal:
    """One claim about one photograph, and what became of it.

    Shape: `ruled_by` is the person's name; `reason` is given for a dismissal; a confirmed claim names the agreement or
    the restriction that confirmed it.
    """

    proposal_id: ProposalId
    asset_id: AssetId
    claim: ProvidedClaim
    excerpt: Excerpt
    state: ProposalState
    proposed_at: datetime
    ruled_by: str | None = None
    ruled_at: datetime | None = None
    reason: str = ""
    agreement_id: AgreementId | None = None
    agreement_number: str | None = None
    restriction_id: RestrictionId | None = None

    @property
    def placeable(self) -> bool:
        """Tell whether its restriction could still be placed."""
        return self.claim.bar is not None and self.state is not ProposalState.DISMISSED and self.restriction_id is None

    def pieces(self) -> Iterator[tuple[str, bool]]:
        """Yield the excerpt piece by piece, each with whether it is among the exact words of the claim."""
        at = 0
        for words in self.claim.words:
            start, end = words.start - self.excerpt.start, words.end - self.excerpt.start
            if start > at:
                yield self.excerpt.text[at:start], False
            yield self.excerpt.text[start:end], True
            at = end
        if at < len(self.excerpt.text):
            yield self.excerpt.text[at:], False


def excerpt_of(text: str, claim: ProvidedClaim) -> Excerpt:
    """Return the words of a claim with what stands around them."""
    start = max(0, claim.words[0].start - CONTEXT)
    return Excerpt(start, text[start : claim.words[-1].end + CONTEXT])


def is_over(claim: ProvidedClaim, at: datetime, tz: str = DEFAULT_TZ) -> bool:
    """Tell whether the claim is an embargo whose last day has passed."""
    return claim.free_from is not None and claim.free_from <= at.astimezone(ZoneInfo(tz)).date()


def restriction_of(proposal: Proposal) -> RestrictionDraft:
    """Return the restriction that the claim asks for, to be placed as it was read.

    Raises: WrongState for a claim that is no bar, was dismissed, or is placed already.
    """
    claim = proposal.claim
    if claim.bar is None:
        raise WrongState(_NO_BAR)
    if not proposal.placeable:
        raise already_ruled()
    return RestrictionDraft(
        kind=claim.bar,
        scope=Scope((proposal.asset_id,)),
        reason=" ".join(words.text for words in claim.words),
        media=claim.media,
        territory=claim.territory,
        ends_on=None if claim.free_from is None else claim.free_from - timedelta(days=1),
    )


def answers(claim: ProvidedClaim, kind: RestrictionKind, terms: Terms, tz: str) -> bool:
    """Tell whether a restriction bars everything that the claim asks to be barred."""
    media = media_set(claim.media) if claim.media else EVERY_MEDIUM
    territory = territory_set(claim.territory) if claim.territory else WORLD
    lasts = terms.span.end is None or (claim.free_from is not None and _day(terms.span.end, tz) >= claim.free_from)
    return claim.bar is kind and terms.media.covers(media) and terms.territory.covers(territory) and lasts


def already_ruled() -> WrongState:
    """Return the refusal of a second ruling."""
    return WrongState(_RULED)


def _day(instant: datetime, tz: str) -> date:
    return instant.astimezone(ZoneInfo(tz)).date()
