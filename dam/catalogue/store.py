"""The only SQL of the holdings."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Row, and_, exists, func, literal, not_, null, select, true, update
from sqlalchemy.dialects.postgresql import TSVECTOR, insert

from dam.catalogue.asset import (
    WHOLE_PICTURES,
    Asset,
    AssetState,
    AssetView,
    HolderMark,
    Named,
    Original,
    Reading,
    Rendition,
    RenditionKind,
)
from dam.catalogue.collection import Collection
from dam.catalogue.description import from_json
from dam.catalogue.public_page import PublicLevel, PublicPage
from dam.catalogue.text import IndexText
from dam.database.tables.catalogue import asset, asset_number, asset_reading, asset_search, collection, rendition
from dam.database.tables.rights import rights_holder
from dam.database.unit import Unit
from dam.imaging.mark import Strength
from dam.kernel.ids import AssetId, CollectionId, HolderId, PersonId
from dam.kernel.text import Bilingual


@dataclass(frozen=True, slots=True)
class Shelf:
    """A holder, or a collection with its holder, and the numbers of its scope."""

    holder_id: HolderId | None
    holder: int
    fonds: int


def next_number(unit: Unit) -> int:
    """Return the next item number, never given twice."""
    return int(unit.connection.execute(select(asset_number.next_value())).scalar_one())


def add(unit: Unit, values: Mapping[str, object]) -> bool:
    """Insert a photograph; False when its bytes are held already, also when two come at once."""
    made = insert(asset).values(dict(values)).on_conflict_do_nothing(index_elements=["sha256"]).returning(asset.c.id)
    return unit.connection.execute(made).one_or_none() is not None


def held(unit: Unit, sha256: str) -> AssetId | None:
    """Return the photograph that holds these bytes."""
    found = unit.connection.execute(select(asset.c.id).where(asset.c.sha256 == sha256)).scalar()
    return None if found is None else AssetId(found)


def asset_by_id(unit: Unit, asset_id: AssetId, *, lock: bool = False) -> Asset | None:
    """Return the photograph; with `lock`, nobody else changes it before the unit ends."""
    query = select(asset).where(asset.c.id == asset_id)
    row = unit.connection.execute(query.with_for_update() if lock else query).one_or_none()
    return None if row is None else _asset(row)


def change(unit: Unit, asset_id: AssetId, values: Mapping[str, object], at: datetime) -> None:
    """Write new values into the photograph and raise its version."""
    counted = {"version": asset.c.version + 1, "updated_at": at}
    unit.connection.execute(update(asset).where(asset.c.id == asset_id).values({**values, **counted}))


def put_words(unit: Unit, asset_id: AssetId, words: IndexText) -> None:
    """Put the words of the photograph into the search index, in place of the old ones."""
    row = insert(asset_search).values(asset_id=asset_id, tsv=_tsv(words))
    unit.connection.execute(row.on_conflict_do_update(index_elements=["asset_id"], set_={"tsv": row.excluded.tsv}))


def put_reading(unit: Unit, asset_id: AssetId, claims: object, warnings: object, at: datetime) -> None:
    """Keep what the file says of itself, in place of an earlier reading."""
    row = insert(asset_reading).values(asset_id=asset_id, claims=claims, warnings=warnings, read_at=at)
    fresh = {name: row.excluded[name] for name in ("claims", "warnings", "read_at")}
    unit.connection.execute(row.on_conflict_do_update(index_elements=["asset_id"], set_=fresh))


def reading(unit: Unit, asset_id: AssetId) -> Reading | None:
    """Return what the file says of itself, once it was read."""
    row = unit.connection.execute(select(asset_reading).where(asset_reading.c.asset_id == asset_id)).one_or_none()
    return None if row is None else Reading(asset_id, tuple(row.claims), tuple(row.warnings), row.read_at)


def put_rendition(unit: Unit, asset_id: AssetId, made: Rendition, at: datetime) -> str | None:
    """Keep the rendition in place of the earlier one of its kind; return the earlier one's key if it differs."""
    earlier = rendition_of(unit, asset_id, made.kind)
    values: dict[str, Any] = {
        "recipe_version": made.recipe_version,
        "key": made.key,
        "sha256": made.sha256,
        "media_type": made.media_type,
        "width_px": made.width_px,
        "height_px": made.height_px,
        "size_bytes": made.size_bytes,
        "tile_index": null() if made.tile_index is None else made.tile_index,
        "created_at": at,
    }
    row = insert(rendition).values(asset_id=asset_id, kind=made.kind.value, **values)
    unit.connection.execute(row.on_conflict_do_update(index_elements=["asset_id", "kind"], set_=values))
    return earlier.key if earlier is not None and earlier.key != made.key else None


def rendition_of(unit: Unit, asset_id: AssetId, kind: RenditionKind) -> Rendition | None:
    """Return the rendition of this kind."""
    query = select(rendition).where(rendition.c.asset_id == asset_id, rendition.c.kind == kind.value)
    row = unit.connection.execute(query).one_or_none()
    if row is None:
        return None
    return Rendition(
        kind=RenditionKind(row.kind),
        recipe_version=row.recipe_version,
        key=row.key,
        sha256=row.sha256,
        media_type=row.media_type,
        width_px=row.width_px,
        height_px=row.height_px,
        size_bytes=row.size_bytes,
        tile_index=row.tile_index,
    )


def holder_shelf(unit: Unit, holder_id: HolderId) -> Shelf | None:
    """Return the place of a holder's photographs that are in no collection."""
    number = unit.connection.execute(select(rights_holder.c.number).where(rights_holder.c.id == holder_id)).scalar()
    return None if number is None else Shelf(holder_id, number, 0)


def collection_shelf(unit: Unit, collection_id: CollectionId) -> Shelf | None:
    """Return the place of a collection's photographs."""
    found = collection_by_id(unit, collection_id)
    return None if found is None else Shelf(found.holder_id, found.holder_number, found.number)


def holder_mark(unit: Unit, holder_id: HolderId) -> HolderMark:
    """Return what a rights holder says about the mark over its photographs."""
    query = select(rights_holder).where(rights_holder.c.id == holder_id)
    row = unit.connection.execute(query).one()
    return HolderMark(Bilingual(row.name_en, row.name_zh), Strength(row.mark_strength))


def last_fonds(unit: Unit, holder_id: HolderId | None) -> int:
    """Return the highest collection number of the holder; nobody else may add to it before the unit ends."""
    unit.connection.execute(select(func.pg_advisory_xact_lock(func.hashtextextended(f"fonds:{holder_id}", 0))))
    same = collection.c.holder_id.is_not_distinct_from(holder_id)
    return int(
        unit.connection.execute(select(func.coalesce(func.max(collection.c.number), 0)).where(same)).scalar_one()
    )


def add_collection(unit: Unit, made: Collection, at: datetime) -> None:
    """Insert a collection."""
    unit.connection.execute(
        insert(collection).values(
            id=made.collection_id,
            number=made.number,
            holder_id=made.holder_id,
            title_en=made.title.en,
            title_zh=made.title.zh,
            created_at=at,
        )
    )


def collection_by_id(unit: Unit, collection_id: CollectionId) -> Collection | None:
    """Return the collection, its photographs not counted."""
    query = (
        select(collection, func.coalesce(rights_holder.c.number, 0).label("holder_number"), literal(0).label("assets"))
        .outerjoin(rights_holder, rights_holder.c.id == collection.c.holder_id)
        .where(collection.c.id == collection_id)
    )
    row = unit.connection.execute(query).one_or_none()
    return None if row is None else _collection(row)


def collections(unit: Unit, seen: ColumnElement[bool], *, empty_too: bool) -> Sequence[Collection]:
    """Return the collections by title, each with the number of its photographs that satisfy the condition."""
    counted = (
        select(asset.c.collection_id, func.count().label("assets"))
        .where(seen)
        .group_by(asset.c.collection_id)
        .subquery()
    )
    assets = func.coalesce(counted.c.assets, 0)
    query = (
        select(collection, func.coalesce(rights_holder.c.number, 0).label("holder_number"), assets.label("assets"))
        .outerjoin(rights_holder, rights_holder.c.id == collection.c.holder_id)
        .outerjoin(counted, counted.c.collection_id == collection.c.id)
        .where(true() if empty_too else assets > 0)
        .order_by(collection.c.title_en, collection.c.title_zh, collection.c.id)
    )
    return [_collection(row) for row in unit.connection.execute(query)]


def view(
    unit: Unit, asset_id: AssetId, seen: ColumnElement[bool], barred: ColumnElement[bool], *, inspects: bool
) -> AssetView | None:
    """Return the photograph as a person may see it, or None where the condition hides it."""
    shown = and_(rendition.c.asset_id == asset.c.id, rendition.c.kind.in_([kind.value for kind in WHOLE_PICTURES]))
    kinds = select(func.array_agg(rendition.c.kind)).where(shown).scalar_subquery()
    query = (
        select(
            asset,
            kinds.label("kinds"),
            barred.label("restricted"),
            rights_holder.c.name_en.label("holder_en"),
            rights_holder.c.name_zh.label("holder_zh"),
            collection.c.title_en,
            collection.c.title_zh,
        )
        .outerjoin(rights_holder, rights_holder.c.id == asset.c.holder_id)
        .outerjoin(collection, collection.c.id == asset.c.collection_id)
        .where(asset.c.id == asset_id, seen)
    )
    row = unit.connection.execute(query).one_or_none()
    return None if row is None else _view(row, inspects=inspects)


def published(unit: Unit, number: str, barred: ColumnElement[bool]) -> PublicPage | None:
    """Return the public page of the photograph with this number; None unless it is published, ready and not barred."""
    of_it = and_(rendition.c.asset_id == asset.c.id, rendition.c.kind == RenditionKind.PREVIEW.value)
    query = (
        select(asset, exists().where(of_it).label("drawn"), rights_holder.c.name_en, rights_holder.c.name_zh)
        .outerjoin(rights_holder, rights_holder.c.id == asset.c.holder_id)
        .where(
            asset.c.accession_number == number,
            asset.c.public_page != PublicLevel.NOTHING.value,
            asset.c.state == AssetState.READY.value,
            not_(barred),
        )
    )
    row = unit.connection.execute(query).one_or_none()
    return None if row is None else _public_page(row)


def is_visible(unit: Unit, asset_id: AssetId, seen: ColumnElement[bool]) -> bool:
    """Tell whether the photograph is there and satisfies the condition."""
    return bool(unit.connection.execute(select(exists().where(asset.c.id == asset_id, seen))).scalar_one())


def numbered(unit: Unit, numbers: Sequence[str], seen: ColumnElement[bool]) -> dict[str, AssetId]:
    """Return the photographs with these accession numbers that satisfy the condition, by number."""
    # One array and not a list of parameters: somebody may paste a very long list.
    query = select(asset.c.accession_number, asset.c.id).where(
        asset.c.accession_number == func.any(list(numbers)), seen
    )
    return {row.accession_number: AssetId(row.id) for row in unit.connection.execute(query)}


def _tsv(words: IndexText) -> ColumnElement[Any]:
    pairs = literal(words.pairs).cast(TSVECTOR)
    return pairs.op("||")(func.to_tsvector("english", words.words))


def _reason(detail: Mapping[str, str] | None) -> Bilingual | None:
    return None if not detail else Bilingual(detail.get("en", ""), detail.get("zh-Hans", ""))


def _asset(row: Row[Any]) -> Asset:
    return Asset(
        asset_id=AssetId(row.id),
        scope_key=row.scope_key,
        accession_number=row.accession_number,
        state=AssetState(row.state),
        reason_code=row.reason_code,
        reason=_reason(row.reason_detail),
        original=Original(
            row.original_key, row.original_version, row.sha256, row.size_bytes, row.media_type, row.file_name
        ),
        width_px=row.width_px,
        height_px=row.height_px,
        page_count=row.page_count,
        holder_id=None if row.holder_id is None else HolderId(row.holder_id),
        collection_id=None if row.collection_id is None else CollectionId(row.collection_id),
        description=from_json(row.description),
        suggested=frozenset(row.suggested),
        credit_line=row.credit_line,
        rights_statement=row.rights_statement,
        public_page=PublicLevel(row.public_page),
        date_earliest=row.date_earliest,
        date_latest=row.date_latest,
        version=row.version,
        uploaded_by=None if row.uploaded_by is None else PersonId(row.uploaded_by),
        created_at=row.created_at,
        updated_at=row.updated_at,
        ready_at=row.ready_at,
    )


def _view(row: Row[Any], *, inspects: bool) -> AssetView:
    holder = None if row.holder_id is None else Named(HolderId(row.holder_id), Bilingual(row.holder_en, row.holder_zh))
    shelf = None
    if row.collection_id is not None:
        shelf = Named(CollectionId(row.collection_id), Bilingual(row.title_en, row.title_zh))
    return AssetView(
        asset_id=AssetId(row.id),
        accession_number=row.accession_number,
        state=AssetState(row.state),
        reason_code=row.reason_code,
        reason=_reason(row.reason_detail),
        media_type=row.media_type,
        width_px=row.width_px,
        height_px=row.height_px,
        page_count=row.page_count,
        size_bytes=row.size_bytes,
        sha256=row.sha256,
        file_name=row.file_name if inspects else None,
        description=from_json(row.description),
        suggested=frozenset(row.suggested) if inspects else frozenset(),
        credit_line=row.credit_line,
        rights_statement=row.rights_statement,
        public_page=PublicLevel(row.public_page),
        holder=holder,
        collection=shelf,
        renditions=frozenset(RenditionKind(kind) for kind in row.kinds or ()),
        restricted=bool(row.restricted),
        version=row.version,
        created_at=row.created_at,
        updated_at=row.updated_at,
        ready_at=row.ready_at,
    )


def _public_page(row: Row[Any]) -> PublicPage:
    return PublicPage(
        asset_id=AssetId(row.id),
        accession_number=row.accession_number,
        description=from_json(row.description),
        holder=None if row.holder_id is None else Bilingual(row.name_en, row.name_zh),
        rights_statement=row.rights_statement,
        shows_preview=row.public_page == PublicLevel.PREVIEW.value and row.drawn,
    )


def _collection(row: Row[Any]) -> Collection:
    return Collection(
        collection_id=CollectionId(row.id),
        number=row.number,
        holder_id=None if row.holder_id is None else HolderId(row.holder_id),
        holder_number=row.holder_number,
        title=Bilingual(row.title_en, row.title_zh),
        assets=row.assets,
    )
