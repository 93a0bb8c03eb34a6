"""The only SQL about lightboxes, and about which photographs a person may ask for."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, RowMapping, delete, func, select
from sqlalchemy.dialects.postgresql import insert as upsert

from dam.database.tables.catalogue import asset
from dam.database.tables.licensing import lightbox, lightbox_item
from dam.database.tables.rights import rights_holder
from dam.database.unit import Unit
from dam.kernel.ids import AssetId, PersonId, new_id
from dam.kernel.text import Bilingual
from dam.licensing import rows_store as rows
from dam.licensing.views import AssetRef


@dataclass(frozen=True, slots=True)
class Collected:
    """One photograph in a lightbox."""

    asset: AssetRef
    added_at: datetime


@dataclass(frozen=True, slots=True)
class Named:
    """A photograph with the name of its rights holder, as a licence states it."""

    asset: AssetRef
    holder: Bilingual | None


def title(unit: Unit, person_id: PersonId) -> str:
    """Return the title of the person's lightbox, empty where there is none yet."""
    found = unit.connection.execute(select(lightbox.c.title).where(lightbox.c.person_id == person_id)).scalar()
    return found or ""


def items(unit: Unit, person_id: PersonId, seen: ColumnElement[bool]) -> list[Collected]:
    """Return what the person collected and may still see, newest first."""
    query = (
        select(lightbox_item.c.added_at, *rows.asset_columns())
        .join_from(lightbox_item, lightbox, lightbox.c.id == lightbox_item.c.lightbox_id)
        .join(asset, asset.c.id == lightbox_item.c.asset_id)
        .where(lightbox.c.person_id == person_id, seen)
        .order_by(lightbox_item.c.added_at.desc(), lightbox_item.c.asset_id.desc())
    )
    return [Collected(rows.asset_ref(row), row["added_at"]) for row in unit.connection.execute(query).mappings()]


def collect(unit: Unit, person_id: PersonId, asset_ids: Sequence[AssetId], at: datetime) -> int:
    """Put the photographs into the person's lightbox, and return how many it now holds; twice is once."""
    unit.connection.execute(
        upsert(lightbox).values(id=new_id(), person_id=person_id, created_at=at).on_conflict_do_nothing()
    )
    # The row lock makes the count that follows exact while the same person collects in two windows.
    box = unit.connection.execute(
        select(lightbox.c.id).where(lightbox.c.person_id == person_id).with_for_update()
    ).scalar_one()
    unit.connection.execute(
        upsert(lightbox_item).on_conflict_do_nothing(),
        [{"lightbox_id": box, "asset_id": asset_id, "added_at": at} for asset_id in asset_ids],
    )
    held = select(func.count()).where(lightbox_item.c.lightbox_id == box)
    return int(unit.connection.execute(held).scalar_one())


def drop(unit: Unit, person_id: PersonId, asset_ids: Sequence[AssetId]) -> None:
    """Take the photographs out of the person's lightbox; what is not there stays away."""
    box = select(lightbox.c.id).where(lightbox.c.person_id == person_id).scalar_subquery()
    unit.connection.execute(
        delete(lightbox_item).where(lightbox_item.c.lightbox_id == box, lightbox_item.c.asset_id.in_(asset_ids))
    )


def visible_of(unit: Unit, asset_ids: Sequence[AssetId], seen: ColumnElement[bool]) -> Mapping[AssetId, Named]:
    """Return those of the photographs that satisfy the condition, each with its rights holder's name."""
    query = (
        select(
            *rows.asset_columns(),
            rights_holder.c.name_en.label("holder_en"),
            rights_holder.c.name_zh.label("holder_zh"),
        )
        .outerjoin_from(asset, rights_holder, rights_holder.c.id == asset.c.holder_id)
        .where(asset.c.id.in_(asset_ids), seen)
    )
    found = (_named(row) for row in unit.connection.execute(query).mappings())
    return {one.asset.asset_id: one for one in found}


def _named(row: RowMapping) -> Named:
    holder = None if row["holder_en"] is None else Bilingual(row["holder_en"], row["holder_zh"])
    return Named(rows.asset_ref(row), holder)
