"""Identifiers: one NewType a noun, and time-ordered UUIDs to fill them."""

import os
import time
import uuid
from typing import NewType

AgreementId = NewType("AgreementId", uuid.UUID)
AssetId = NewType("AssetId", uuid.UUID)
CollectionId = NewType("CollectionId", uuid.UUID)
DeedId = NewType("DeedId", uuid.UUID)
DeliveryId = NewType("DeliveryId", uuid.UUID)
EventId = NewType("EventId", uuid.UUID)
HolderId = NewType("HolderId", uuid.UUID)
LetterId = NewType("LetterId", uuid.UUID)
LicenceId = NewType("LicenceId", uuid.UUID)
NoticeId = NewType("NoticeId", uuid.UUID)
OrganisationId = NewType("OrganisationId", uuid.UUID)
PersonId = NewType("PersonId", uuid.UUID)
ProposalId = NewType("ProposalId", uuid.UUID)
ReportId = NewType("ReportId", uuid.UUID)
OfferId = NewType("OfferId", uuid.UUID)
ConsentId = NewType("ConsentId", uuid.UUID)
RequestId = NewType("RequestId", uuid.UUID)
RestrictionId = NewType("RestrictionId", uuid.UUID)
TwinId = NewType("TwinId", uuid.UUID)

_VERSION_7 = 0x7 << 76
_VARIANT = 0b10 << 62


def new_id() -> uuid.UUID:
    """Return a fresh UUID version 7.

    Shape: 48 bits of Unix milliseconds, then 74 random bits: sorts by creation, cannot be guessed.
    Source: RFC 9562 section 5.7.
    """
    milliseconds = time.time_ns() // 1_000_000
    random_a = int.from_bytes(os.urandom(2)) & 0x0FFF
    random_b = int.from_bytes(os.urandom(8)) & ((1 << 62) - 1)
    return uuid.UUID(int=(milliseconds << 80) | _VERSION_7 | (random_a << 64) | _VARIANT | random_b)
