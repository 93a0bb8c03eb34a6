"""What may be asked of the gate: to see a marked rendition, or to fetch a licensed copy."""

from dataclasses import dataclass, field
from enum import StrEnum

from dam.catalogue.asset import RenditionKind
from dam.delivery.formats import CopyFormat
from dam.kernel.ids import AssetId, LicenceId


class Method(StrEnum):
    """How bytes are asked for; HEAD is answered like GET, without the bytes."""

    GET = "GET"
    HEAD = "HEAD"


@dataclass(frozen=True, slots=True)
class Terms:
    """How the bytes are wanted, as the request's own header texts; nothing here can widen what is allowed."""

    method: Method = Method.GET
    range_text: str | None = None
    if_range: str | None = None
    if_none_match: str | None = None


@dataclass(frozen=True, slots=True)
class RenditionAsk:
    """To see a marked thumbnail or preview of a photograph."""

    asset_id: AssetId
    kind: RenditionKind
    terms: Terms = field(default_factory=Terms)


@dataclass(frozen=True, slots=True)
class PublicAsk:
    """To see, signed in or not, the marked preview on the public page of the photograph with this number."""

    accession_number: str
    terms: Terms = field(default_factory=Terms)


@dataclass(frozen=True, slots=True)
class CopyAsk:
    """To fetch the unmarked copy of one photograph under one licence."""

    licence_id: LicenceId
    asset_id: AssetId
    format: CopyFormat = CopyFormat.JPEG
    terms: Terms = field(default_factory=Terms)
