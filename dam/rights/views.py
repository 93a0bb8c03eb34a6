"""What pages and partners are shown of rights."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from dam.imaging.mark import Strength
from dam.kernel.ids import AgreementId, AssetId, CollectionId, HolderId, OrganisationId, RestrictionId
from dam.kernel.span import Span
from dam.kernel.text import Bilingual
from dam.rights.facts import RestrictionKind


@dataclass(frozen=True, slots=True)
class Holder:
    """A rights holder."""

    holder_id: HolderId
    number: int
    name: Bilingual
    organisation_id: OrganisationId | None
    statement: str
    contact: str
    mark: Strength


@dataclass(frozen=True, slots=True)
class AgreementView:
    """A supply agreement as signed.

    Shape: `state` is "active" or "ended"; `over` tells whether its last day has passed.
    """

    agreement_id: AgreementId
    number: str
    holder_id: HolderId
    holder_name: Bilingual
    grantee_id: OrganisationId | None
    grantee_name: Bilingual | None
    media: tuple[str, ...]
    territory: tuple[str, ...]
    territory_except: tuple[str, ...]
    starts_on: date
    ends_on: date
    span: Span
    tz: str
    exclusive: bool
    sublicensable: bool
    credit_line: str | None
    conditions: Mapping[str, object]
    state: str
    over: bool
    recorded_at: datetime
    end_reason: str
    consent_required: bool = False


@dataclass(frozen=True, slots=True)
class ScopePart:
    """One part of what an agreement covers: a photograph, or a collection with all that joins it."""

    asset_id: AssetId | None
    accession_number: str | None
    collection_id: CollectionId | None
    title: Bilingual


@dataclass(frozen=True, slots=True)
class AgreementInFull:
    """A supply agreement with what it covers, and the SHA-256 of its deeds, oldest first."""

    agreement: AgreementView
    scope: tuple[ScopePart, ...]
    deeds: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class AgreementPage:
    """Some agreements, newest first, and where the list goes on."""

    items: tuple[AgreementView, ...]
    next: str | None


@dataclass(frozen=True, slots=True)
class RestrictionView:
    """A bar on a photograph.

    Shape: no codes means every medium, or the whole world; `whole_collection` when it was placed on the collection.
    """

    restriction_id: RestrictionId
    kind: RestrictionKind
    media: tuple[str, ...]
    territory: tuple[str, ...]
    span: Span
    tz: str
    reason: str
    placed_at: datetime
    whole_collection: bool
    lifted_at: datetime | None
    lift_reason: str
