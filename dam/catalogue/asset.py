"""A photograph as it is held: its states, its original, its renditions, and what may be changed about it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from types import MappingProxyType

from dam.catalogue.description import Description
from dam.catalogue.public_page import PublicLevel
from dam.imaging.mark import Strength
from dam.kernel.ids import AssetId, CollectionId, HolderId, PersonId
from dam.kernel.text import Bilingual


class AssetState(StrEnum):
    """How far a photograph has come."""

    RECEIVED = "received"
    """The original is stored; nothing has looked at it yet."""
    PROCESSING = "processing"
    """A worker has it."""
    READY = "ready"
    """It has its preview; rights decide who sees it."""
    QUARANTINED = "quarantined"
    """It could not be opened safely; the reason says why."""
    WITHDRAWN = "withdrawn"
    """An archivist took it out of use."""


NEXT_STATES: Mapping[AssetState, frozenset[AssetState]] = MappingProxyType(
    {
        AssetState.RECEIVED: frozenset({AssetState.PROCESSING, AssetState.QUARANTINED, AssetState.WITHDRAWN}),
        AssetState.PROCESSING: frozenset({AssetState.READY, AssetState.QUARANTINED, AssetState.WITHDRAWN}),
        AssetState.READY: frozenset({AssetState.WITHDRAWN}),
        AssetState.QUARANTINED: frozenset({AssetState.RECEIVED, AssetState.WITHDRAWN}),
        AssetState.WITHDRAWN: frozenset(),
    }
)
"""Every step a photograph may take; whatever is not here is refused."""


class RenditionKind(StrEnum):
    """The marked pictures made of every photograph."""

    THUMBNAIL = "thumbnail"
    PREVIEW = "preview"
    PYRAMID = "pyramid"
    """The deep-zoom source, which leaves tile by tile and never as a whole."""


WHOLE_PICTURES = (RenditionKind.THUMBNAIL, RenditionKind.PREVIEW)
"""The kinds that a page shows as one file."""


@dataclass(frozen=True, slots=True)
class Original:
    """The bytes as they came, stored once.

    Units: `size_bytes` bytes. Shape: `sha256` 64 lower-case hex digits.
    """

    key: str
    version: str | None
    sha256: str
    size_bytes: int
    media_type: str
    file_name: str


@dataclass(frozen=True, slots=True)
class Rendition:
    """One picture made of a photograph.

    Units: `width_px`, `height_px` pixels; `size_bytes` bytes. Shape: `tile_index` is that of a pyramid
    (`imaging.pyramid.index_from_dict` reads it), None for a plain picture.
    """

    kind: RenditionKind
    recipe_version: int
    key: str
    sha256: str
    media_type: str
    width_px: int
    height_px: int
    size_bytes: int
    tile_index: Mapping[str, object] | None = None


@dataclass(frozen=True, slots=True)
class HolderMark:
    """What a rights holder gives to the mark over its photographs."""

    name: Bilingual
    strength: Strength


@dataclass(frozen=True, slots=True)
class Asset:
    """A photograph as the house holds it: everything, for the rooms that work on it, never for a page.

    Units: `width_px`, `height_px` pixels of the upright picture; None until it was opened.
    Shape: `suggested` names the description fields that were taken from the file and nobody has confirmed.
    """

    asset_id: AssetId
    scope_key: int
    accession_number: str
    state: AssetState
    reason_code: str | None
    reason: Bilingual | None
    original: Original
    width_px: int | None
    height_px: int | None
    page_count: int | None
    holder_id: HolderId | None
    collection_id: CollectionId | None
    description: Description
    suggested: frozenset[str]
    credit_line: str | None
    rights_statement: str | None
    public_page: PublicLevel
    date_earliest: date | None
    date_latest: date | None
    version: int
    uploaded_by: PersonId | None
    created_at: datetime
    updated_at: datetime
    ready_at: datetime | None


@dataclass(frozen=True, slots=True)
class Named:
    """A thing by its id and its name."""

    id: HolderId | CollectionId
    name: Bilingual


@dataclass(frozen=True, slots=True)
class AssetView:
    """A photograph as one person may see it: no storage key, and the file's name only for those who inspect.

    Units: as in `Asset`. Shape: `version` is what `If-Match` must carry; `renditions` the whole pictures that exist;
    `restricted` tells that a live restriction hides its pixels from everybody.
    """

    asset_id: AssetId
    accession_number: str
    state: AssetState
    reason_code: str | None
    reason: Bilingual | None
    media_type: str
    width_px: int | None
    height_px: int | None
    page_count: int | None
    size_bytes: int
    sha256: str
    file_name: str | None
    description: Description
    suggested: frozenset[str]
    credit_line: str | None
    rights_statement: str | None
    public_page: PublicLevel
    holder: Named | None
    collection: Named | None
    renditions: frozenset[RenditionKind]
    restricted: bool
    version: int
    created_at: datetime
    updated_at: datetime
    ready_at: datetime | None


@dataclass(frozen=True, slots=True)
class Reading:
    """What a file says about itself: claims, each with its source. They grant nothing.

    Shape: each claim and each warning as the metadata workshop wrote it (`Claim`, `ReadWarning`), as plain JSON.
    """

    asset_id: AssetId
    claims: tuple[Mapping[str, object], ...]
    warnings: tuple[Mapping[str, object], ...]
    read_at: datetime


def accession_number(year: int, item: int) -> str:
    """Return the number a photograph is known by for ever, such as `IMP-2026-000042`."""
    return f"IMP-{year:04d}-{item:06d}"


def may_become(state: AssetState, following: AssetState) -> bool:
    """Tell whether a photograph may step from one state to the other."""
    return following in NEXT_STATES[state]
