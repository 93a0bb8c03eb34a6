"""Every event the house records, and what each must say."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Literal, TypeAlias

from dam.kernel.ids import (
    AgreementId,
    AssetId,
    DeliveryId,
    LicenceId,
    OrganisationId,
    PersonId,
    RequestId,
)

Detail: TypeAlias = str | int | bool | Sequence["Detail"] | Mapping[str, "Detail"] | None
Decision: TypeAlias = Literal["allow", "deny", "error"]


class EventType(StrEnum):
    """One thing that can happen, as `room.noun.verb`; a value is never reused for something else."""

    PERSON_CREATED = "accounts.person.created"
    """An administrator created a person's account."""
    PERSON_DEACTIVATED = "accounts.person.deactivated"
    """An administrator closed a person's account."""
    PERSON_REACTIVATED = "accounts.person.reactivated"
    """An administrator opened a closed account again."""
    PERSON_ROLES_CHANGED = "accounts.person.roles_changed"
    """An administrator changed what a person is here to do."""
    PERSON_PASSWORD_CHANGED = "accounts.person.password_changed"  # noqa: S105  a name
    """A person changed the password."""
    PERSON_SIGNED_IN = "accounts.person.signed_in"
    """A person signed in."""
    PERSON_SIGNED_OUT = "accounts.person.signed_out"
    """A person signed out."""
    SIGN_IN_REFUSED = "accounts.person.sign_in_refused"
    """Somebody failed to sign in."""
    ORGANISATION_CREATED = "accounts.organisation.created"
    """An administrator created an organisation."""
    ORGANISATION_DEACTIVATED = "accounts.organisation.deactivated"
    """An administrator closed an organisation."""
    ORGANISATION_REACTIVATED = "accounts.organisation.reactivated"
    """An administrator opened a closed organisation again."""
    TOKEN_CREATED = "accounts.token.created"  # noqa: S105  a name
    """A person made an API token."""
    TOKEN_REVOKED = "accounts.token.revoked"  # noqa: S105  a name
    """An API token was revoked."""

    ASSET_RECEIVED = "ingest.asset.received"
    """An original was stored and became an asset."""
    ASSET_PREPARED = "ingest.asset.prepared"
    """The renditions of an asset were made and it became ready."""
    ASSET_QUARANTINED = "ingest.asset.quarantined"
    """An asset could not be prepared and was set aside, with the reason."""
    ASSET_RELEASED = "ingest.asset.released"
    """Somebody sent a quarantined asset to be prepared again."""
    ASSET_REMARKED = "ingest.asset.remarked"
    """The marked preview of an asset was made again, for example after its credit line changed."""
    UPLOAD_DISCARDED = "ingest.upload.discarded"
    """An upload that never became an asset was removed."""

    ASSET_DESCRIBED = "catalogue.asset.described"
    """The description, holder or collection of an asset changed."""
    ASSET_PUBLISHED = "catalogue.asset.published"
    """What the public page of an asset shows was changed."""
    ASSET_WITHDRAWN = "catalogue.asset.withdrawn"
    """An asset was taken out of use."""
    COLLECTION_CREATED = "catalogue.collection.created"
    """A collection was opened."""

    HOLDER_RECORDED = "rights.holder.recorded"
    """A rights holder was recorded or corrected."""
    AGREEMENT_RECORDED = "rights.agreement.recorded"
    """A supply agreement was recorded."""
    AGREEMENT_ENDING = "rights.agreement.ending"
    """The rights managers were told that a supply agreement ends soon."""
    AGREEMENT_ENDED = "rights.agreement.ended"
    """A supply agreement was ended before its last day."""
    DEED_ATTACHED = "rights.deed.attached"
    """A deed file was attached to a supply agreement."""
    DEED_READ = "rights.deed.read"
    """A deed file was about to be sent."""
    DEED_DISCARDED = "rights.deed.discarded"
    """A file that never became a deed was removed."""
    RESTRICTION_PLACED = "rights.restriction.placed"
    """An embargo, takedown or other bar was placed."""
    RESTRICTION_LIFTED = "rights.restriction.lifted"
    """An embargo, takedown or other bar was lifted."""
    PROPOSAL_MADE = "rights.proposal.made"
    """What a photograph's texts claim about its rights was put before the archivists."""
    PROPOSAL_CONFIRMED = "rights.proposal.confirmed"
    """A claim was confirmed by the agreement or the restriction that an archivist recorded."""
    PROPOSAL_DISMISSED = "rights.proposal.dismissed"
    """An archivist dismissed a claim, with the reason."""
    TWINS_FOUND = "rights.twins.found"
    """Two photographs were found to look alike; until an archivist rules, the stricter rights count for both."""
    TWINS_RULED = "rights.twins.ruled"
    """An archivist ruled that two photographs are the same picture, or different ones."""

    REQUEST_SUBMITTED = "licensing.request.submitted"
    """A partner asked for a licence."""
    REQUEST_RETURNED = "licensing.request.returned"
    """A rights manager returned a request for changes."""
    REQUEST_RESUBMITTED = "licensing.request.resubmitted"
    """A partner answered and submitted the request again."""
    REQUEST_DECIDED = "licensing.request.decided"
    """A rights manager decided items of a request."""
    REQUEST_WITHDRAWN = "licensing.request.withdrawn"
    """A partner withdrew a request."""
    REQUEST_COMMENTED = "licensing.request.commented"
    """A partner or a rights manager added a message to the thread."""
    REQUEST_COUNTERED = "licensing.request.countered"
    """A rights manager offered another use than was asked."""
    OFFER_ACCEPTED = "licensing.offer.accepted"
    """A partner accepted a counter-offer."""
    OFFER_DECLINED = "licensing.offer.declined"
    """A partner declined a counter-offer, with a message."""
    OFFER_TAKEN_BACK = "licensing.offer.taken_back"
    """A rights manager took a counter-offer back."""
    OFFER_LAPSED = "licensing.offer.lapsed"
    """The time of a counter-offer was over."""
    CONSENT_ASKED = "licensing.consent.asked"
    """A rights holder was asked to consent to a use."""
    CONSENT_GIVEN = "licensing.consent.given"
    """A rights holder consented, or a rights manager recorded that consent with its document."""
    CONSENT_REFUSED = "licensing.consent.refused"
    """A rights holder refused to consent, with the reason."""
    CONSENT_WITHDRAWN = "licensing.consent.withdrawn"
    """A rights holder withdrew a consent; nothing more is delivered on it."""
    LICENCE_RESERVED = "licensing.licence.reserved"
    """A licence holds its place while a consent or a second signature is awaited."""
    LICENCE_SIGNED = "licensing.licence.signed"
    """A second person signed an exclusive licence."""
    LICENCE_RELEASED = "licensing.licence.released"
    """A reserved licence was given up or lapsed, with the reason; its place is free."""
    LICENCE_GRANTED = "licensing.licence.granted"
    """A licence was offered to a partner."""
    LICENCE_ACCEPTED = "licensing.licence.accepted"
    """A partner accepted the terms of a licence."""
    LICENCE_REVOKED = "licensing.licence.revoked"
    """A licence was revoked."""
    LICENCE_SUSPENDED = "licensing.licence.suspended"
    """A licence was suspended."""
    LICENCE_RESUMED = "licensing.licence.resumed"
    """A suspended licence was made active again."""
    LICENCE_ENDING = "licensing.licence.ending"
    """The partner was told that a licence ends soon."""
    USE_REPORTED = "licensing.use.reported"
    """A partner reported where a photograph was published, or that it was not."""
    REPORT_DUE = "licensing.report.due"
    """The partner was told that a report of use is due soon."""
    REPORT_OVERDUE = "licensing.report.overdue"
    """Partner and rights managers were told that a report of use is overdue."""
    OUTBOX_LETTER_REOPENED = "mail.letter.reopened"
    """An administrator had a letter tried again that was refused or withheld."""

    RENDITION_VIEWED = "delivery.rendition.viewed"
    """A marked rendition was about to be shown."""
    RENDITION_REFUSED = "delivery.rendition.refused"
    """A marked rendition was refused."""
    COPY_STARTED = "delivery.copy.started"
    """A delivery was admitted and its copy is to be made."""
    COPY_MADE = "delivery.copy.made"
    """The licensed copy of a delivery was made."""
    COPY_DELIVERED = "delivery.copy.delivered"
    """A licensed copy was about to be sent."""
    COPY_REFUSED = "delivery.copy.refused"
    """A licensed copy was refused."""
    COPY_FAILED = "delivery.copy.failed"
    """The licensed copy of a delivery could not be made."""
    COPY_DELETED = "delivery.copy.deleted"
    """The licensed copy of a lapsed delivery was deleted."""

    USAGE_READ = "audit.usage.read"
    """The usage log was read."""
    USAGE_EXPORTED = "audit.usage.exported"
    """The usage log was exported."""
    LOG_READ = "audit.log.read"
    """An auditor read an entry of the log, or began to ask it for proofs."""
    LOG_EXPORTED = "audit.log.exported"
    """The log, or a selection of it, was exported with its proofs."""
    KEY_ANNOUNCED = "audit.key.announced"
    """The log tells of a public key that signs for it."""


USAGE_TYPES: frozenset[EventType] = frozenset(
    {
        EventType.RENDITION_VIEWED,
        EventType.RENDITION_REFUSED,
        EventType.COPY_DELIVERED,
        EventType.COPY_REFUSED,
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """One thing that happened.

    Shape: `details` holds what `dam.audit.canonical` allows: no floats, lower-case ASCII keys, small integers.
    `actor` is None where the house itself acted or nobody was signed in.
    """

    type: EventType
    actor: PersonId | None
    organisation: OrganisationId | None
    asset: AssetId | None = None
    licence: LicenceId | None = None
    agreement: AgreementId | None = None
    request: RequestId | None = None
    delivery: DeliveryId | None = None
    decision: Decision | None = None
    reasons: tuple[str, ...] = ()
    rendition: str | None = None
    size_bytes: int | None = None
    details: Mapping[str, Detail] = field(default_factory=dict)
