"""Exclusive claims: when two of them clash. The database's constraint says the same, and has the last word."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from types import MappingProxyType
from uuid import UUID

from dam.kernel.errors import ExclusivityConflict
from dam.kernel.ids import AgreementId, AssetId, LicenceId, OrganisationId
from dam.kernel.span import Span
from dam.kernel.text import Bilingual
from dam.rights.facts import DEFAULT_TZ, LineState
from dam.rights.reasons import first_free_day, from_text, last_day, until_text
from dam.rights.terms import NumberSet, Range
from dam.rights.vocabularies import media_names

ARCHIVE_SLOT = OrganisationId(UUID(int=0))
"""Who owns the archive's own place in the space of supplies: one owner, whichever of its people records it."""


class Space(StrEnum):
    """Claims meet only within a space."""

    OUT = "out"
    """What is granted to others: licences, and agreements for a grantee."""
    IN = "in"
    """What is supplied: every agreement with a grantee, and those that are exclusive to the archive."""


@dataclass(frozen=True, slots=True)
class Claim:
    """One claim on a range of photographs.

    Units: `cap` downloads, `max_px` longest edge in pixels.
    Shape: `scope` is a half-open range of scope keys; exactly one of `agreement_id` and `licence_id` is set;
    `asset_id` is set when the scope is that one photograph; `reserved_until` when it only holds its place till then;
    `consents` are the agreements whose rights holder consents.
    """

    space: Space
    slot_owner: OrganisationId
    licensee: OrganisationId | None
    scope: Range
    media: NumberSet
    territory: NumberSet
    span: Span
    exclusive: bool
    number: str
    agreement_id: AgreementId | None = None
    licence_id: LicenceId | None = None
    asset_id: AssetId | None = None
    tz: str = DEFAULT_TZ
    state: LineState = LineState.ACTIVE
    cap: int | None = None
    max_px: int | None = None
    conditions: Mapping[str, object] = field(default_factory=lambda: MappingProxyType({}))
    reserved_until: datetime | None = None
    consents: tuple[AgreementId, ...] = ()


def clash(one: Claim, other: Claim) -> bool:
    """Tell whether the two may not both be live: one is exclusive, their owners differ, and they meet in every way."""
    if one.space is not other.space or one.slot_owner == other.slot_owner or not (one.exclusive or other.exclusive):
        return False
    near = one.scope[0] < other.scope[1] and other.scope[0] < one.scope[1]
    wide = one.media.overlaps(other.media) and one.territory.overlaps(other.territory)
    return near and wide and one.span.overlaps(other.span)


@dataclass(frozen=True, slots=True)
class Holding:
    """The live claim that stands in the way of another."""

    agreement_id: AgreementId | None
    licence_id: LicenceId | None
    number: str
    exclusive: bool
    media: NumberSet
    span: Span
    tz: str

    @property
    def until(self) -> date | None:
        """Its last calendar day."""
        return None if self.span.end is None else last_day(self.span.end, self.tz)

    @property
    def free_from(self) -> date | None:
        """The first whole day on which it no longer stands."""
        return None if self.span.end is None else first_free_day(self.span.end, self.tz)


def conflict(held: Holding | None, beside: str | None = None) -> ExclusivityConflict:
    """Return the error that names what stands in the way; None when it was gone before it could be read.

    Shape: `beside` is the accession number of a photograph that only looks like one of those claimed.
    """
    if held is None:
        sentence = Bilingual(
            "Somebody else claimed the same photographs at the same moment. Look again, then repeat.",
            "有人同时占用了相同的照片。请刷新后重试。",
        )
        return ExclusivityConflict(sentence)
    extra = {
        "agreement": None if held.agreement_id is None else str(held.agreement_id),
        "licence": None if held.licence_id is None else str(held.licence_id),
        "number": held.number,
        "until": None if held.until is None else held.until.isoformat(),
        "free_from": None if held.free_from is None else held.free_from.isoformat(),
    }
    if beside is None:
        return ExclusivityConflict(_sentence(held), extra=extra)
    said = _sentence(held)
    told = Bilingual(
        f"Photograph {beside} looks the same as one of these. {said.en}",
        f"照片 {beside} 与其中一张看来相同。{said.zh}",
    )
    return ExclusivityConflict(told, extra=extra | {"twin": beside})


def _sentence(held: Holding) -> Bilingual:
    values: dict[str, Bilingual] = {
        "media": media_names(held.media),
        "until": until_text(held.span.end, held.tz),
        "later": from_text(held.span.end, held.tz),
    }
    sentence = Bilingual(
        "{number} holds this exclusively for {media}{until}. Choose another use{later}.",
        "{number} 独家持有{media}{until}。请选择其他用途{later}。",
    )
    if not held.exclusive:
        sentence = Bilingual(
            "{number} already covers {media}{until}, so this cannot be exclusive. End that first{later}.",
            "{number} 已涵盖{media}{until}，因此不能独家。请先终止它{later}。",
        )
    english = {name: value.en for name, value in values.items()}
    chinese = {name: value.zh for name, value in values.items()}
    return Bilingual(
        sentence.en.format(number=held.number, **english), sentence.zh.format(number=held.number, **chinese)
    )
