"""What comes out of the gate and out of the store: deliveries, and bytes on their way to a person."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from dam.delivery.formats import CopyFormat
from dam.delivery.ranges import Answer
from dam.kernel.ids import AssetId, DeliveryId, LicenceId, OrganisationId, PersonId
from dam.storage.ports import Body


class DeliveryState(StrEnum):
    """Where a delivery stands; it is open while it is being made or ready."""

    MAKING = "making"
    READY = "ready"
    FAILED = "failed"
    DELETED = "deleted"


@dataclass(frozen=True, slots=True)
class MadeCopy:
    """The licensed copy of a delivery; its key never leaves the server.

    Units: `size_bytes` in bytes, sides in pixels. Shape: `manifest_sha256` of the credentials it was signed with, None
    in copies made before there were any.
    """

    key: str
    sha256: str
    size_bytes: int
    media_type: str
    width_px: int
    height_px: int
    file_name: str
    manifest_sha256: str | None


@dataclass(frozen=True, slots=True)
class Delivery:
    """One admitted download: made once, fetched again until it lapses, charged once."""

    delivery_id: DeliveryId
    licence_id: LicenceId
    line_id: int
    asset_id: AssetId
    organisation_id: OrganisationId
    format: CopyFormat
    started_by: PersonId
    started_at: datetime
    expires_at: datetime
    state: DeliveryState
    failure: str | None
    copy: MadeCopy | None


@dataclass(frozen=True, slots=True)
class Preparing:
    """The copy is being made; ask again.

    Units: seconds.
    """

    delivery_id: DeliveryId
    retry_after_s: int


class Stream:
    """The bytes of a body, for a web server to iterate; closing it, also half-way, lets the store's connection go."""

    def __init__(self, body: Body) -> None:
        self._body = body

    def __iter__(self) -> Iterator[bytes]:
        """Return the bytes in large pieces."""
        return self._body.chunks

    def close(self) -> None:
        """Stop reading."""
        self._body.close()


@dataclass(frozen=True, slots=True)
class Delivered:
    """A permitted answer, ready to leave.

    Shape: `stream` is empty where the answer has no bytes or nginx sends them; the door hands all three on unchanged.
    """

    answer: Answer
    headers: Mapping[str, str]
    stream: Stream | tuple[()] = ()
