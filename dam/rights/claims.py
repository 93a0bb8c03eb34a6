"""What agreements and licences claim, as claims in the one space where all of them meet."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from types import MappingProxyType

from dam.kernel.ids import AgreementId, AssetId, LicenceId, OrganisationId
from dam.kernel.span import Span
from dam.rights.agreement import AgreementDraft, ScopeLine, Terms
from dam.rights.exclusivity import ARCHIVE_SLOT, Claim, Space
from dam.rights.facts import DEFAULT_TZ, LineState
from dam.rights.terms import NumberSet, Range


@dataclass(frozen=True, slots=True)
class LineDraft:
    """What one photograph's line of a licence allows.

    Units: `cap` downloads, `max_px` longest edge in pixels.
    """

    asset_id: AssetId
    cap: int | None
    max_px: int | None
    conditions: Mapping[str, object] = field(default_factory=lambda: MappingProxyType({}))
    consents: tuple[AgreementId, ...] = ()


@dataclass(frozen=True, slots=True)
class LicenceClaim:
    """The lines a licence needs, all or none.

    Shape: `slot_owner` is the licensee, or the exclusive holder who consents; with `reserved_until` the lines only
    hold their place, until then at the latest.
    """

    licence_id: LicenceId
    number: str
    licensee: OrganisationId
    media: NumberSet
    territory: NumberSet
    span: Span
    lines: Sequence[LineDraft]
    tz: str = DEFAULT_TZ
    exclusive: bool = False
    slot_owner: OrganisationId | None = None
    reserved_until: datetime | None = None


def agreement_claims(
    agreement_id: AgreementId, number: str, draft: AgreementDraft, terms: Terms, lines: Sequence[ScopeLine]
) -> Iterator[Claim]:
    """Yield what the agreement claims: a grantee's in both spaces, the archive's own only where it is exclusive."""
    owner = ARCHIVE_SLOT if draft.grantee is None else draft.grantee
    for space in _spaces(draft):
        for line in lines:
            yield Claim(
                space=space,
                slot_owner=owner,
                licensee=draft.grantee,
                scope=line.scope,
                media=terms.media,
                territory=terms.territory,
                span=terms.span,
                exclusive=draft.exclusive,
                number=number,
                agreement_id=agreement_id,
                asset_id=line.asset_id,
                tz=draft.tz,
            )


def _spaces(draft: AgreementDraft) -> tuple[Space, ...]:
    if draft.grantee is not None:
        return (Space.OUT, Space.IN)
    return (Space.IN,) if draft.exclusive else ()


def licence_claims(claim: LicenceClaim, scopes: Mapping[AssetId, Range]) -> list[Claim]:
    """Return one offered, or reserved, claim for each photograph of the licence, once however often it is named."""
    lines = {line.asset_id: line for line in claim.lines}
    return [_licence_claim(claim, line, scopes[asset_id]) for asset_id, line in lines.items()]


def _licence_claim(claim: LicenceClaim, line: LineDraft, scope: Range) -> Claim:
    return Claim(
        space=Space.OUT,
        slot_owner=claim.slot_owner or claim.licensee,
        licensee=claim.licensee,
        scope=scope,
        media=claim.media,
        territory=claim.territory,
        span=claim.span,
        exclusive=claim.exclusive,
        number=claim.number,
        licence_id=claim.licence_id,
        asset_id=line.asset_id,
        tz=claim.tz,
        state=LineState.OFFERED if claim.reserved_until is None else LineState.RESERVED,
        cap=line.cap,
        max_px=line.max_px,
        conditions=line.conditions,
        reserved_until=claim.reserved_until,
        consents=line.consents,
    )
