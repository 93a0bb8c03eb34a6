"""What is known when a use is judged, and what the judgement says: nouns only."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from types import MappingProxyType

from dam.kernel.errors import Reason
from dam.kernel.ids import AgreementId, AssetId, LicenceId, OrganisationId, RestrictionId
from dam.kernel.span import Span
from dam.rights.terms import NumberSet
from dam.rights.territories import WORLD
from dam.rights.vocabularies import media_set

DEFAULT_TZ = "Asia/Shanghai"
COMP = media_set(["internal.evaluation.comp"])


class Action(StrEnum):
    """What the pixels are wanted for."""

    VIEW = "view"
    """A marked thumbnail or preview."""
    PUBLISH = "publish"
    """An unmarked licensed copy."""


class LineState(StrEnum):
    """Where a licence line stands; expiry is not a state, the clock tells it."""

    RESERVED = "reserved"
    """It holds its place while a consent or a second signature is awaited; it permits nothing."""
    OFFERED = "offered"
    ACTIVE = "active"
    SUSPENDED = "suspended"
    REVOKED = "revoked"
    RELEASED = "released"
    """It was reserved and never completed."""


class RestrictionKind(StrEnum):
    """Why an asset is held back; each is also a reason code."""

    EMBARGO = "embargo"
    TAKEDOWN = "takedown"
    SENSITIVITY = "sensitivity"
    CULTURAL = "cultural"
    LEGAL = "legal"
    PRIVACY = "privacy"
    TERRITORY_BAR = "territory_bar"


@dataclass(frozen=True, slots=True)
class Use:
    """What somebody wants to do with one asset.

    Shape: `span` None means this instant; `print_run` None means nothing is printed.
    """

    action: Action
    party: OrganisationId | None
    media: NumberSet
    territory: NumberSet
    span: Span | None = None
    print_run: int | None = None
    alters: bool = False


@dataclass(frozen=True, slots=True)
class LicenceLine:
    """One asset's line of one licence.

    Units: `max_px` longest edge in pixels, `cap` and `used` downloads.
    Shape: `slot_owner` is the licensee, or the exclusive holder who consented to this line; `consents` are the
    agreements whose rights holder consents to this line, `consents_withdrawn` those whose holder no longer does.
    """

    line_id: int
    licence_id: LicenceId
    licensee: OrganisationId
    state: LineState
    accepted: bool
    span: Span
    media: NumberSet
    territory: NumberSet
    cap: int | None
    used: int
    max_px: int | None
    slot_owner: OrganisationId
    conditions: Mapping[str, object] = field(default_factory=lambda: MappingProxyType({}))
    number: str = ""
    tz: str = DEFAULT_TZ
    consents: tuple[AgreementId, ...] = ()
    consents_withdrawn: tuple[AgreementId, ...] = ()


@dataclass(frozen=True, slots=True)
class RightsIn:
    """What one supply agreement lets the archive, or its grantee, do with the asset.

    Shape: `grantee` None means the archive itself may license; with `consent_required` nothing is licensed from it
    before its rights holder consents to that very use.
    """

    agreement_id: AgreementId
    number: str
    grantee: OrganisationId | None
    media: NumberSet
    territory: NumberSet
    span: Span
    exclusive: bool
    credit_line: str | None
    live: bool
    sublicensable: bool = False
    tz: str = DEFAULT_TZ
    consent_required: bool = False


@dataclass(frozen=True, slots=True)
class Exclusive:
    """A live exclusive claim on the asset."""

    holder: OrganisationId
    agreement_id: AgreementId | None
    licence_id: LicenceId | None
    number: str
    media: NumberSet
    territory: NumberSet
    span: Span
    tz: str = DEFAULT_TZ


@dataclass(frozen=True, slots=True)
class Restriction:
    """A bar placed on the asset and not lifted; it binds everybody."""

    restriction_id: RestrictionId
    kind: RestrictionKind
    media: NumberSet
    territory: NumberSet
    span: Span
    tz: str = DEFAULT_TZ

    @property
    def hides_preview(self) -> bool:
        """Tell whether even the marked preview is barred: the world over, looking included."""
        return self.territory.covers(WORLD) and self.media.covers(COMP)


@dataclass(frozen=True, slots=True)
class Twin:
    """Another photograph that looks like this one and was not ruled different, with all that limits its use.

    Shape: `unruled` until an archivist rules; `may_view` whether the party may see it while nothing hides it.
    """

    asset_id: AssetId
    accession_number: str
    asset_state: str
    unruled: bool
    may_view: bool
    restrictions: tuple[Restriction, ...] = ()
    rights_in: tuple[RightsIn, ...] = ()
    exclusives: tuple[Exclusive, ...] = ()
    unconfirmed_claim: bool = False


@dataclass(frozen=True, slots=True)
class Facts:
    """Everything known about one asset and one party, read in one snapshot.

    Shape: `lines` may hold other parties' lines, which never permit; `counts_against_quota` is False while a live
    delivery is fetched again; `asset_credit_line` is the asset's own, and goes before an agreement's;
    `unconfirmed_claim` tells that its texts claim rights nobody has ruled on; `twins` are the photographs whose rights
    count here as well.
    """

    complete: bool
    asset_state: str
    party_active: bool
    may_view: bool
    restrictions: tuple[Restriction, ...] = ()
    lines: tuple[LicenceLine, ...] = ()
    rights_in: tuple[RightsIn, ...] = ()
    exclusives: tuple[Exclusive, ...] = ()
    counts_against_quota: bool = True
    asset_credit_line: str | None = None
    unconfirmed_claim: bool = False
    twins: tuple[Twin, ...] = ()

    @property
    def all_known(self) -> "tuple[Facts | Twin, ...]":
        """The photograph itself, then its twins."""
        return (self, *self.twins)


@dataclass(frozen=True, slots=True)
class Obligations:
    """What whoever delivers must hold to.

    Units: `max_px` longest edge in pixels.
    """

    max_px: int | None
    credit_line: str | None


@dataclass(frozen=True, slots=True)
class Permit:
    """The use is permitted, up to `valid_until` if nothing changes; None means no edge lies ahead."""

    obligations: Obligations
    line_id: int | None
    licence_id: LicenceId | None
    valid_until: datetime | None
    rule: str


@dataclass(frozen=True, slots=True)
class Refusal:
    """The use is refused, for every one of these reasons."""

    reasons: tuple[Reason, ...]
    rule: str


class Verdict(StrEnum):
    """What a photograph says about a use before anybody asks for a licence."""

    AVAILABLE = "available"
    ON_REQUEST = "on_request"
    EXCLUSIVE = "exclusive"
    NEVER = "never"


@dataclass(frozen=True, slots=True)
class Availability:
    """Whether a use could be licensed.

    Shape: `free_from` is the first whole day on which what stands in the way is over, where that is known.
    """

    verdict: Verdict
    reasons: tuple[Reason, ...]
    free_from: date | None
