"""The only SQL about photographs: which of them a person may ask for, and how a licence names them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import RowMapping, select

from dam.accounts.people import Actor
from dam.catalogue.visibility import Barred, visible
from dam.database.tables.catalogue import asset
from dam.database.tables.rights import rights_holder
from dam.database.unit import Unit
from dam.kernel.ids import AssetId
from dam.kernel.text import Bilingual
from dam.licensing import rows_store as rows
from dam.licensing.views import AssetRef


@dataclass(frozen=True, slots=True)
class Named:
    """A photograph with the name of its rights holder, as a licence states it."""

    asset: AssetRef
    holder: Bilingual | None


def visible_to(
    unit: Unit, actor: Actor, asset_ids: Sequence[AssetId], at: datetime, barred: Barred
) -> frozenset[AssetId]:
    """Return those of the photographs that the person may know of; the same rule as search and every page."""
    query = select(asset.c.id).where(asset.c.id.in_(asset_ids), visible(actor, at, barred))
    return frozenset(AssetId(found) for found in unit.connection.execute(query).scalars())


def named(unit: Unit, asset_ids: Sequence[AssetId]) -> Mapping[AssetId, Named]:
    """Return the photographs, each with its rights holder's name."""
    query = (
        select(
            *rows.asset_columns(),
            rights_holder.c.name_en.label("holder_en"),
            rights_holder.c.name_zh.label("holder_zh"),
        )
        .outerjoin_from(asset, rights_holder, rights_holder.c.id == asset.c.holder_id)
        .where(asset.c.id.in_(asset_ids))
    )
    found = (_named(row) for row in unit.connection.execute(query).mappings())
    return {one.asset.asset_id: one for one in found}


def _named(row: RowMapping) -> Named:
    holder = None if row["holder_en"] is None else Bilingual(row["holder_en"], row["holder_zh"])
    return Named(rows.asset_ref(row), holder)
