"""What the rooms above read and write of the holdings inside a unit of their own; no permission is asked here."""

from dataclasses import dataclass
from datetime import datetime

from dam.catalogue import scope, store
from dam.catalogue.asset import (
    Asset,
    AssetState,
    HolderMark,
    Original,
    Rendition,
    RenditionKind,
    accession_number,
    may_become,
)
from dam.catalogue.dates import scene_date
from dam.catalogue.description import Description, as_json
from dam.catalogue.text import index_text
from dam.database.unit import Unit
from dam.kernel.errors import WrongState
from dam.kernel.ids import AssetId, HolderId, PersonId
from dam.kernel.text import Bilingual

_NO_STEP = Bilingual(
    "This photograph is {state}; it cannot become {following}.",
    "该照片当前状态为 {state}，不能变为 {following}。",
)


@dataclass(frozen=True, slots=True)
class Arrival:
    """A photograph about to be taken in."""

    asset_id: AssetId
    original: Original
    description: Description
    uploaded_by: PersonId


@dataclass(frozen=True, slots=True)
class Opened:
    """What opening the original told.

    Units: pixels of the upright picture. Shape: `claims` and `warnings` as plain JSON.
    """

    width_px: int
    height_px: int
    page_count: int
    description: Description
    suggested: frozenset[str]
    claims: object
    warnings: object


def held(unit: Unit, sha256: str) -> AssetId | None:
    """Return the photograph that already holds these bytes."""
    return store.held(unit, sha256)


def asset(unit: Unit, asset_id: AssetId, *, lock: bool = False) -> Asset | None:
    """Return the photograph with its storage key; with `lock`, nobody else changes it before the unit ends."""
    return store.asset_by_id(unit, asset_id, lock=lock)


def rendition(unit: Unit, asset_id: AssetId, kind: RenditionKind) -> Rendition | None:
    """Return the rendition of this kind, with its storage key."""
    return store.rendition_of(unit, asset_id, kind)


def holder_mark(unit: Unit, holder_id: HolderId) -> HolderMark:
    """Return the name of a rights holder and how strongly it wants its photographs marked."""
    return store.holder_mark(unit, holder_id)


def take_in(unit: Unit, arrival: Arrival, at: datetime) -> str | None:
    """Add the photograph, state received; return its accession number, or None when its bytes are held already."""
    item = store.next_number(unit)
    number = accession_number(at.year, item)
    original = arrival.original
    values: dict[str, object] = {
        "id": arrival.asset_id,
        "scope_key": scope.scope_key(scope.NO_HOLDER, scope.NO_FONDS, item),
        "accession_number": number,
        "state": AssetState.RECEIVED.value,
        "file_name": original.file_name,
        "media_type": original.media_type,
        "size_bytes": original.size_bytes,
        "sha256": original.sha256,
        "original_key": original.key,
        "original_version": original.version,
        "uploaded_by": arrival.uploaded_by,
        "created_at": at,
        "updated_at": at,
        **described(arrival.description, frozenset()),
    }
    if not store.add(unit, values):
        return None
    index(unit, arrival.asset_id, number, arrival.description, None)
    return number


def begin(unit: Unit, asset_id: AssetId, at: datetime) -> Asset | None:
    """Return the photograph a worker is about to open, received turned into processing; None when it is set aside."""
    found = store.asset_by_id(unit, asset_id, lock=True)
    if found is None or found.state in (AssetState.QUARANTINED, AssetState.WITHDRAWN):
        return None
    if found.state is AssetState.RECEIVED:
        store.change(unit, asset_id, {"state": AssetState.PROCESSING.value}, at)
    return found


def make_ready(unit: Unit, now: Asset, opened: Opened, at: datetime) -> None:
    """Turn the photograph from processing to ready, with what its file told.

    Raises: WrongState when it is in no state to become ready.
    """
    _step(now.state, AssetState.READY)
    values: dict[str, object] = {
        "state": AssetState.READY.value,
        "width_px": opened.width_px,
        "height_px": opened.height_px,
        "page_count": opened.page_count,
        "ready_at": at,
        **described(opened.description, opened.suggested),
    }
    store.change(unit, now.asset_id, values, at)
    store.put_reading(unit, now.asset_id, opened.claims, opened.warnings, at)
    index(unit, now.asset_id, now.accession_number, opened.description, now.credit_line)


def set_aside(unit: Unit, now: Asset, state: AssetState, code: str, reason: Bilingual, at: datetime) -> None:
    """Turn the photograph to quarantined or withdrawn, with the reason a person reads.

    Raises: WrongState.
    """
    _step(now.state, state)
    detail = {"en": reason.en, "zh-Hans": reason.zh}
    store.change(unit, now.asset_id, {"state": state.value, "reason_code": code, "reason_detail": detail}, at)


def release(unit: Unit, now: Asset, at: datetime) -> None:
    """Turn a quarantined photograph back to received, so that a worker tries again.

    Raises: WrongState.
    """
    _step(now.state, AssetState.RECEIVED)
    store.change(
        unit, now.asset_id, {"state": AssetState.RECEIVED.value, "reason_code": None, "reason_detail": None}, at
    )


def keep_rendition(unit: Unit, asset_id: AssetId, made: Rendition, at: datetime) -> str | None:
    """Keep the rendition in place of the earlier one; return the earlier one's key when that object is now nobody's."""
    return store.put_rendition(unit, asset_id, made, at)


def described(description: Description, suggested: frozenset[str]) -> dict[str, object]:
    """Return the columns of a description, its date in the two forms searching needs."""
    date = scene_date(description.date) if description.date else None
    return {
        "description": as_json(description),
        "suggested": sorted(suggested),
        "edtf": date.edtf if date else None,
        "date_earliest": date.earliest if date else None,
        "date_latest": date.latest if date else None,
    }


def index(unit: Unit, asset_id: AssetId, number: str, description: Description, credit_line: str | None) -> None:
    """Put the words of a photograph into the search index, in the unit that changes them."""
    store.put_words(unit, asset_id, index_text(_words(number, description, credit_line)))


def _words(number: str, description: Description, credit_line: str | None) -> list[str]:
    said = [
        text for both in (description.title, description.caption, description.alt_text) for text in (both.en, both.zh)
    ]
    listed = [*description.people, *description.places, *description.keywords]
    plain = [number, description.creator, description.date, description.notes, credit_line or ""]
    return [text for text in [*said, *listed, *plain] if text]


def _step(state: AssetState, following: AssetState) -> None:
    if not may_become(state, following):
        raise WrongState(_NO_STEP.format(state=state.value, following=following.value))
