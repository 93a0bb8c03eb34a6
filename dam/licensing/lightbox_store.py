"""The only SQL about lightboxes."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, func, select
from sqlalchemy.dialects.postgresql import insert as upsert

from dam.accounts.people import Actor
from dam.catalogue.visibility import Barred, visible
from dam.database.tables.catalogue import asset
from dam.database.tables.licensing import lightbox, lightbox_item
from dam.database.unit import Unit
from dam.kernel.ids import AssetId, PersonId, new_id
from dam.licensing import rows_store as rows
from dam.licensing.views import AssetRef


@dataclass(frozen=True, slots=True)
class Collected:
    """One photograph in a lightbox."""

    asset: AssetRef
    added_at: datetime


def title(unit: Unit, person_id: PersonId) -> str:
    """Return the title of the person's lightbox, empty where there is none yet."""
    found = unit.connection.execute(select(lightbox.c.title).where(lightbox.c.person_id == person_id)).scalar()
    return found or ""


def items(unit: Unit, actor: Actor, at: datetime, barred: Barred) -> list[Collected]:
    """Return what the person collected and may still see, newest first."""
    query = (
        select(lightbox_item.c.added_at, *rows.asset_columns())
        .join_from(lightbox_item, lightbox, lightbox.c.id == lightbox_item.c.lightbox_id)
        .join(asset, asset.c.id == lightbox_item.c.asset_id)
        .where(lightbox.c.person_id == actor.person_id, visible(actor, at, barred))
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


def entitle(unit: Unit, person_id: PersonId, words: str, at: datetime) -> None:
    """Give the person's lightbox a title."""
    statement = upsert(lightbox).values(id=new_id(), person_id=person_id, title=words, created_at=at)
    unit.connection.execute(statement.on_conflict_do_update(index_elements=["person_id"], set_={"title": words}))


def drop(unit: Unit, person_id: PersonId, asset_ids: Sequence[AssetId]) -> None:
    """Take the photographs out of the person's lightbox; what is not there stays away."""
    box = select(lightbox.c.id).where(lightbox.c.person_id == person_id).scalar_subquery()
    unit.connection.execute(
        delete(lightbox_item).where(lightbox_item.c.lightbox_id == box, lightbox_item.c.asset_id.in_(asset_ids))
    )
