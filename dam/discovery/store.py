"""The only SQL of discovery."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import reduce
from typing import Any

from sqlalchemy import (
    CTE,
    ColumnElement,
    CompoundSelect,
    Integer,
    Row,
    Select,
    Text,
    and_,
    cast,
    exists,
    extract,
    false,
    func,
    literal,
    or_,
    select,
    union_all,
)
from sqlalchemy.dialects.postgresql import TSQUERY

from dam.catalogue.asset import AssetState, Named
from dam.catalogue.description import from_json
from dam.catalogue.text import QueryText, query_text
from dam.catalogue.visibility import Barred, scope_key
from dam.database.tables.catalogue import asset, asset_search, collection, rendition
from dam.database.tables.rights import rights_holder
from dam.database.unit import Unit
from dam.discovery.facets import COUNTED_AT_MOST, Facet, Facets, decade_label, most_first
from dam.discovery.query import Found, Search, Years
from dam.kernel.ids import AssetId, HolderId
from dam.kernel.text import Bilingual

_MOST_DECADES = 30
_STATES = {
    AssetState.RECEIVED: Bilingual("Received", "已接收"),
    AssetState.PROCESSING: Bilingual("Processing", "处理中"),
    AssetState.READY: Bilingual("Ready", "可用"),
    AssetState.QUARANTINED: Bilingual("Quarantined", "已隔离"),
    AssetState.WITHDRAWN: Bilingual("Withdrawn", "已撤下"),
}


@dataclass(frozen=True, slots=True)
class Field:
    """What a search ranges over: the photographs that match and that one person may know of.

    `page`, `facets` and nothing else read from it, so a count can never tell of a photograph a list would hide.
    """

    condition: ColumnElement[bool]
    barred: ColumnElement[bool]


def field(search: Search, seen: ColumnElement[bool], barred: Barred, at: datetime) -> Field:
    """Return what the search ranges over; `seen` is the condition of who may know of what."""
    wanted = [seen]
    if search.q:
        wanted.append(_matches(query_text(search.q)))
    if search.holder is not None:
        wanted.append(asset.c.holder_id == search.holder)
    if search.collection is not None:
        wanted.append(asset.c.collection_id == search.collection)
    if search.years is not None:
        wanted.append(_dated(search.years))
    if search.state is not None:
        wanted.append(asset.c.state == search.state.value)
    return Field(and_(*wanted), barred(scope_key, at))


def page(unit: Unit, within: Field, after: AssetId | None, limit: int) -> Sequence[Found]:
    """Return the newest photographs of the field after the given one.

    Shape: by id, which sorts by arrival, so paging neither loses nor doubles what was there when it began.
    """
    has_preview = exists().where(rendition.c.asset_id == asset.c.id, rendition.c.kind == "preview")
    query = (
        select(
            asset,
            rights_holder.c.name_en,
            rights_holder.c.name_zh,
            within.barred.label("restricted"),
            has_preview.label("has_preview"),
        )
        .outerjoin(rights_holder, rights_holder.c.id == asset.c.holder_id)
        .where(within.condition)
        .order_by(asset.c.id.desc())
        .limit(limit)
    )
    if after is not None:
        query = query.where(asset.c.id < after)
    return [_found(row) for row in unit.connection.execute(query)]


def facets(unit: Unit, within: Field, *, with_states: bool) -> Facets:
    """Return the counts over the field, of its first 10,000 photographs where there are more."""
    counted = _counted(unit, within)
    total = counted["total"].get("", 0)
    return Facets(
        holder=most_first(_named(unit, _holder_names(list(counted["holder"])), counted["holder"])),
        collection=most_first(_named(unit, _collection_names(list(counted["collection"])), counted["collection"])),
        year=tuple(_decades(counted["year"])),
        state=tuple(_by_state(counted["state"])) if with_states else (),
        total=min(total, COUNTED_AT_MOST),
        capped=total > COUNTED_AT_MOST,
    )


def _matches(query: QueryText) -> ColumnElement[bool]:
    """Return the condition that every word is found; a query of signs alone finds nothing."""
    if not query:
        return false()
    asked: list[ColumnElement[Any]] = []
    if query.phrases:
        asked.append(cast(literal(query.phrases), TSQUERY))
    if query.words:
        asked.append(func.plainto_tsquery("english", query.words))
    sought = reduce(lambda both, one: both.op("&&")(one), asked)
    return asset.c.id.in_(select(asset_search.c.asset_id).where(asset_search.c.tsv.op("@@")(sought)))


def _dated(years: Years) -> ColumnElement[bool]:
    starts = or_(asset.c.date_earliest.is_(None), asset.c.date_earliest <= years.last_day)
    ends = or_(asset.c.date_latest.is_(None), asset.c.date_latest >= years.first_day)
    return and_(asset.c.edtf.is_not(None), starts, ends)


def _counted(unit: Unit, within: Field) -> dict[str, dict[str, int]]:
    columns = (asset.c.holder_id, asset.c.collection_id, asset.c.state, asset.c.date_earliest, asset.c.date_latest)
    some = select(*columns).where(within.condition).limit(COUNTED_AT_MOST + 1).cte("found")
    counts: CompoundSelect[Any] = union_all(
        select(literal("total"), literal(""), func.count()).select_from(some),
        _count("holder", some.c.holder_id, some),
        _count("collection", some.c.collection_id, some),
        _count("state", some.c.state, some),
        _count_decades(some),
    )
    found: dict[str, dict[str, int]] = {"total": {}, "holder": {}, "collection": {}, "state": {}, "year": {}}
    for name, value, count in unit.connection.execute(counts):
        found[name][value] = count
    return found


def _count(name: str, column: ColumnElement[Any], some: CTE) -> Select[str, str, int]:
    value = cast(column, Text)
    return select(literal(name), value, func.count()).select_from(some).where(column.is_not(None)).group_by(value)


def _count_decades(some: CTE) -> Select[str, str, int]:
    """Count each photograph in every decade its date may lie in, as the filter would; open dates in the one known."""
    first = func.coalesce(some.c.date_earliest, some.c.date_latest)
    last = func.coalesce(some.c.date_latest, some.c.date_earliest)
    start, end = _decade(first), _decade(last)
    every = func.generate_series(start, func.least(end, start + 10 * _MOST_DECADES), 10).table_valued("decade")
    decades = every.render_derived("decades").lateral("decades")
    value = cast(decades.c.decade, Text)
    joined = some.join(decades, literal(1) == 1)
    return select(literal("year"), value, func.count()).select_from(joined).where(first.is_not(None)).group_by(value)


def _decade(day: ColumnElement[Any]) -> ColumnElement[int]:
    return cast(func.floor(extract("year", day) / 10) * 10, Integer)


def _holder_names(ids: Sequence[str]) -> Select[Any]:
    named = select(cast(rights_holder.c.id, Text), rights_holder.c.name_en, rights_holder.c.name_zh)
    return named.where(cast(rights_holder.c.id, Text).in_(ids))


def _collection_names(ids: Sequence[str]) -> Select[Any]:
    named = select(cast(collection.c.id, Text), collection.c.title_en, collection.c.title_zh)
    return named.where(cast(collection.c.id, Text).in_(ids))


def _named(unit: Unit, names: Select[Any], counts: dict[str, int]) -> list[Facet]:
    if not counts:
        return []
    return [Facet(value, Bilingual(en, zh), counts[value]) for value, en, zh in unit.connection.execute(names)]


def _decades(counts: dict[str, int]) -> list[Facet]:
    return [Facet(f"{year}s", decade_label(int(year)), counts[year]) for year in sorted(counts, key=int)]


def _by_state(counts: dict[str, int]) -> list[Facet]:
    return [Facet(state.value, label, counts[state.value]) for state, label in _STATES.items() if state.value in counts]


def _found(row: Row[Any]) -> Found:
    holder = None if row.holder_id is None else Named(HolderId(row.holder_id), Bilingual(row.name_en, row.name_zh))
    return Found(
        asset_id=AssetId(row.id),
        accession_number=row.accession_number,
        description=from_json(row.description),
        holder=holder,
        credit_line=row.credit_line,
        state=AssetState(row.state),
        reason_code=row.reason_code,
        restricted=bool(row.restricted),
        has_preview=bool(row.has_preview) and not row.restricted,
        width_px=row.width_px,
        height_px=row.height_px,
    )
