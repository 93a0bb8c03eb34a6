"""What pages and the API read: every name and label already in it, so that no row costs a further query."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Generic, TypeVar

from dam.kernel.errors import Reason
from dam.kernel.ids import AssetId, ConsentId, LicenceId, OfferId, OrganisationId, PersonId, RequestId
from dam.kernel.span import Span
from dam.kernel.text import Bilingual
from dam.licensing.conditions import Conditions, SettledConditions
from dam.licensing.licence import LicenceAction, LicenceState
from dam.licensing.request import ItemState, RequestAction, RequestState, Side

Item = TypeVar("Item")


@dataclass(frozen=True, slots=True)
class Page(Generic[Item]):
    """One page of a list; `next` opens the following one, None at the end."""

    items: Sequence[Item]
    next: str | None


@dataclass(frozen=True, slots=True)
class Code:
    """A code of a vocabulary with its names."""

    code: str
    label: Bilingual


@dataclass(frozen=True, slots=True)
class OrganisationRef:
    """An organisation by name."""

    organisation_id: OrganisationId
    name: Bilingual


@dataclass(frozen=True, slots=True)
class PersonRef:
    """A person by name, and the organisation they acted for."""

    person_id: PersonId
    name: str
    organisation: OrganisationRef


@dataclass(frozen=True, slots=True)
class AssetRef:
    """A photograph as a list shows it.

    Units: `width_px`, `height_px` of the original.
    """

    asset_id: AssetId
    accession_number: str
    title: Bilingual
    credit_line: str
    state: str
    width_px: int | None
    height_px: int | None


@dataclass(frozen=True, slots=True)
class UseView:
    """One use: where, on what, when and what for.

    Units: `ends_on` is the last day, included, in `time_zone`; `max_px` pixels of the longer side.
    """

    media: Sequence[Code]
    territory: Sequence[Code]
    territory_except: Sequence[Code]
    starts_on: date
    ends_on: date
    time_zone: str
    purpose: str
    publication: str
    print_run: int | None
    max_px: int | None
    exclusive: bool = False


@dataclass(frozen=True, slots=True)
class RequestItem:
    """One photograph of a request.

    `verdict` and `reasons` are of this moment while the photograph is undecided; after that, as they were decided on.
    """

    asset: AssetRef
    state: ItemState
    verdict: str
    reasons: Sequence[Reason]
    free_from: date | None
    refusal_reason: str
    conditions: SettledConditions | None
    licence_id: LicenceId | None
    licence_number: str | None
    decided_at: datetime | None


@dataclass(frozen=True, slots=True)
class Message:
    """One entry of the thread; `kind` is a value of `request.Effect`."""

    author: PersonRef
    at: datetime
    kind: str
    text: str


class OfferState(StrEnum):
    """What became of a counter-offer; `lapsed` is judged by the clock."""

    OPEN = "open"
    ACCEPTED = "accepted"
    DECLINED = "declined"
    TAKEN_BACK = "taken_back"
    REPLACED = "replaced"
    WITHDRAWN = "withdrawn"
    LAPSED = "lapsed"


@dataclass(frozen=True, slots=True)
class OfferItem:
    """One photograph of an open counter-offer, with what rights say of the offered use now."""

    asset: AssetRef
    verdict: str
    reasons: Sequence[Reason]
    free_from: date | None


@dataclass(frozen=True, slots=True)
class Offer:
    """Another use than was asked, as a rights manager offers it.

    Shape: `differs` names the fields of the use that differ from what is asked; `items` are empty once it is closed.
    """

    offer_id: OfferId
    state: OfferState
    use: UseView
    conditions: Conditions
    message: str
    valid_until: datetime
    made_by: PersonRef
    made_at: datetime
    differs: frozenset[str]
    items: Sequence[OfferItem]


class ConsentState(StrEnum):
    """Where the asking for one consent stands."""

    ASKED = "asked"
    GIVEN = "given"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"
    NOT_NEEDED = "not_needed"
    """The licence was given up before anybody answered."""


@dataclass(frozen=True, slots=True)
class ConsentView:
    """What a rights holder is asked to consent to: one photograph in one use by one partner.

    Shape: `answerable` and `withdrawable` tell what can be done about it now, by whoever may do it.
    """

    consent_id: ConsentId
    state: ConsentState
    licence_id: LicenceId
    licence_number: str
    request_id: RequestId
    asset: AssetRef
    holder: Bilingual
    holder_organisation: OrganisationId | None
    agreement_number: str
    licensee: OrganisationRef
    use: UseView
    credit_line: str
    reserved_until: datetime | None
    asked_at: datetime
    answered_by: PersonRef | None
    answered_at: datetime | None
    on_behalf: bool
    words: str
    answerable: bool
    withdrawable: bool


@dataclass(frozen=True, slots=True)
class Reservation:
    """What a licence still waits for, and what the reader can do about it.

    Shape: `until` None once it is complete or given up; `other_signers` counts the people who could sign instead.
    """

    until: datetime | None
    consents: Sequence[ConsentView]
    needs_signature: bool
    signed_by: PersonRef | None
    signed_at: datetime | None
    may_sign: bool
    may_release: bool
    other_signers: int


@dataclass(frozen=True, slots=True)
class LicenceLink:
    """A licence by its number."""

    licence_id: LicenceId
    number: str


@dataclass(frozen=True, slots=True)
class Renewal:
    """A request for a further term of a licence, and the licence it came to, if any."""

    request_id: RequestId
    number: str
    state: RequestState
    licence_id: LicenceId | None
    licence_number: str | None
    licence_state: LicenceState | None


@dataclass(frozen=True, slots=True)
class RequestView:
    """A request with its photographs and thread; `actions` are those the reader may take now.

    Shape: `offer` is the latest counter-offer, whatever became of it.
    """

    request_id: RequestId
    number: str
    state: RequestState
    waits_for: Side
    actions: frozenset[RequestAction]
    organisation: OrganisationRef
    requested_by: PersonRef
    use: UseView
    items: Sequence[RequestItem]
    thread: Sequence[Message]
    created_at: datetime
    updated_at: datetime
    offer: Offer | None = None
    renews: LicenceLink | None = None


@dataclass(frozen=True, slots=True)
class RequestRow:
    """A request as the queue shows it; `cover` is its first photograph."""

    request_id: RequestId
    number: str
    state: RequestState
    waits_for: Side
    organisation: OrganisationRef
    requested_by: PersonRef
    purpose: str
    publication: str
    starts_on: date
    ends_on: date
    item_count: int
    undecided_count: int
    granted_count: int
    refused_count: int
    cover: AssetRef | None
    created_at: datetime
    updated_at: datetime


@dataclass(frozen=True, slots=True)
class Decided:
    """What a decision came to: the request's state, and the licence it made, if any."""

    state: RequestState
    licences: Sequence[LicenceId]


@dataclass(frozen=True, slots=True)
class LicenceItem:
    """One photograph of a licence.

    Units: `used`, `downloads_left` deliveries.
    """

    asset: AssetRef
    conditions: SettledConditions
    used: int
    downloads_left: int


@dataclass(frozen=True, slots=True)
class Acceptance:
    """Who accepted which text, when."""

    person: PersonRef
    at: datetime
    terms_sha256: str


@dataclass(frozen=True, slots=True)
class LicenceView:
    """A licence with its photographs and text; `state` is that of this moment, `actions` those the reader may take now.

    Units: `downloads_left` deliveries, all photographs together.
    """

    licence_id: LicenceId
    number: str
    request_id: RequestId
    request_number: str
    state: LicenceState
    actions: frozenset[LicenceAction]
    licensor: OrganisationRef
    licensee: OrganisationRef
    use: UseView
    term: Span
    items: Sequence[LicenceItem]
    downloads_left: int
    terms: Bilingual
    terms_sha256: str
    granted_by: PersonRef
    granted_at: datetime
    acceptance: Acceptance | None
    state_reason: str
    state_changed_at: datetime | None


@dataclass(frozen=True, slots=True)
class LicenceRow:
    """A licence as a list shows it; `cover` is its first photograph.

    Units: `downloads_left` deliveries, all photographs together.
    """

    licence_id: LicenceId
    number: str
    state: LicenceState
    licensee: OrganisationRef
    publication: str
    purpose: str
    starts_on: date
    ends_on: date
    time_zone: str
    item_count: int
    downloads_left: int
    cover: AssetRef | None
    granted_at: datetime


@dataclass(frozen=True, slots=True)
class LightboxItem:
    """One collected photograph with its availability for the person's usual use."""

    asset: AssetRef
    added_at: datetime
    verdict: str
    reasons: Sequence[Reason]
    free_from: date | None


@dataclass(frozen=True, slots=True)
class Lightbox:
    """The photographs a person has collected before asking, newest first."""

    title: str
    items: Sequence[LightboxItem]


@dataclass(frozen=True, slots=True)
class Counts:
    """The figures beside the menu entries.

    `waiting` requests wait for a rights manager, `returned` for the partner; `offered` licences wait for acceptance.
    """

    waiting: int
    returned: int
    offered: int
    active: int
    consents: int = 0
