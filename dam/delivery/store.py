"""The only SQL of deliveries."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, Row, Select, and_, bindparam, func, insert, select, true, update

from dam.catalogue.asset import Rendition, RenditionKind
from dam.database.tables.accounts import organisation
from dam.database.tables.catalogue import asset, rendition
from dam.database.tables.delivery import delivery
from dam.database.tables.licensing import licence, licence_item
from dam.database.tables.rights import rights_holder
from dam.database.unit import Unit
from dam.delivery.delivered import Delivery, DeliveryState, MadeCopy
from dam.delivery.formats import CopyFormat
from dam.kernel.ids import AssetId, DeliveryId, LicenceId, OrganisationId, PersonId

_OPEN = (DeliveryState.MAKING, DeliveryState.READY)
_ANSWERING = (*_OPEN, DeliveryState.FAILED)


@dataclass(frozen=True, slots=True)
class Held:
    """A photograph in the house, the organisation of its rights holder, and the rendition asked for, if it was made."""

    holder_organisation: OrganisationId | None
    rendition: Rendition | None


@dataclass(frozen=True, slots=True)
class Covered:
    """Whose licence it is, its line for the photograph, if it covers it, and the delivery that answers, if any does."""

    organisation_id: OrganisationId
    line_id: int | None
    latest: Delivery | None


@dataclass(frozen=True, slots=True)
class CopyWork:
    """Everything from our own records that goes into a licensed copy.

    Shape: rows as the tables have them; `holder`, `licensee` and `licensor` carry `name_en` and `name_zh`.
    """

    delivery: Delivery
    asset: Row[tuple[object, ...]]
    licence: Row[tuple[object, ...]]
    terms: Row[tuple[object, ...]]
    holder: Row[tuple[object, ...]] | None
    licensee: Row[tuple[object, ...]]
    licensor: Row[tuple[object, ...]]


def held(unit: Unit, asset_id: AssetId, kind: RenditionKind) -> Held | None:
    """Return what is held of the photograph, or None when there is no such photograph."""
    source = asset.outerjoin(rights_holder, rights_holder.c.id == asset.c.holder_id).outerjoin(
        rendition, and_(rendition.c.asset_id == asset.c.id, rendition.c.kind == kind.value)
    )
    query = select(rights_holder.c.organisation_id, rendition).select_from(source).where(asset.c.id == asset_id)
    row = unit.connection.execute(query).one_or_none()
    if row is None:
        return None
    owner = None if row.organisation_id is None else OrganisationId(row.organisation_id)
    return Held(owner, None if row.key is None else _rendition(row))


def held_under(unit: Unit, accession_number: str, kind: RenditionKind) -> tuple[AssetId, Held] | None:
    """Return the photograph with this number and what is held of it, or None when nobody has the number."""
    found = unit.connection.execute(select(asset.c.id).where(asset.c.accession_number == accession_number)).scalar()
    if found is None:
        return None
    known = held(unit, AssetId(found), kind)
    return None if known is None else (AssetId(found), known)


def _covered() -> Select[tuple[object, ...]]:
    """Licence, line and newest answering delivery of its own organisation, in one statement."""
    newest = (
        select(delivery)
        .where(
            delivery.c.organisation_id == licence.c.organisation_id,
            delivery.c.licence_id == licence.c.id,
            delivery.c.asset_id == asset.c.id,
            delivery.c.format == bindparam("format"),
            delivery.c.state.in_(_ANSWERING),
            delivery.c.expires_at > bindparam("at"),
        )
        .order_by(delivery.c.started_at.desc(), delivery.c.id.desc())
        .limit(1)
        .lateral("newest")
    )
    item = and_(licence_item.c.licence_id == licence.c.id, licence_item.c.asset_id == asset.c.id)
    source = licence.join(asset, asset.c.id == bindparam("asset")).outerjoin(licence_item, item)
    columns = (licence.c.organisation_id.label("licensee"), licence_item.c.line_id.label("line"), newest)
    query = select(*columns).select_from(source.outerjoin(newest, true()))
    return query.where(licence.c.id == bindparam("licence"))


_COVERED = _covered()


def covered(unit: Unit, licence_id: LicenceId, asset_id: AssetId, wanted: CopyFormat, at: datetime) -> Covered | None:
    """Return what the licence says of the photograph, or None when either of them does not exist.

    Shape: `latest` is the newest delivery in the format that answers at the instant: being made, ready, or failed a
    while ago.
    """
    values = {"licence": licence_id, "asset": asset_id, "format": wanted.value, "at": at}
    row = unit.connection.execute(_COVERED, values).one_or_none()
    if row is None:
        return None
    return Covered(OrganisationId(row.licensee), row.line, None if row.id is None else _delivery(row))


def queue_up(unit: Unit, licence_id: LicenceId) -> None:
    """Wait until no other unit starts a delivery under the licence: the lock ends with the unit.

    Taken before any row is locked, so that two that start at once wait here and not for each other.
    """
    key = func.hashtextextended(f"delivery {licence_id}", 0)
    unit.connection.execute(select(func.pg_advisory_xact_lock(key)))


def add(unit: Unit, made: Delivery) -> None:
    """Insert a delivery that is to be made."""
    unit.connection.execute(
        insert(delivery).values(
            id=made.delivery_id,
            licence_id=made.licence_id,
            line_id=made.line_id,
            asset_id=made.asset_id,
            organisation_id=made.organisation_id,
            format=made.format.value,
            started_by=made.started_by,
            started_at=made.started_at,
            expires_at=made.expires_at,
            state=made.state.value,
        )
    )


def find(unit: Unit, delivery_id: DeliveryId) -> Delivery | None:
    """Return the delivery, or None."""
    row = unit.connection.execute(_deliveries().where(delivery.c.id == delivery_id)).one_or_none()
    return None if row is None else _delivery(row)


def copy_work(unit: Unit, delivery_id: DeliveryId) -> CopyWork | None:
    """Return what is to be made and everything that goes into it; None unless the delivery is still being made."""
    wanted = find(unit, delivery_id)
    if wanted is None or wanted.state is not DeliveryState.MAKING:
        return None
    one = unit.connection.execute
    of_asset = one(select(asset).where(asset.c.id == wanted.asset_id)).one()
    of_licence = one(select(licence).where(licence.c.id == wanted.licence_id)).one()
    terms = select(licence_item).where(
        licence_item.c.licence_id == wanted.licence_id, licence_item.c.asset_id == wanted.asset_id
    )
    return CopyWork(
        delivery=wanted,
        asset=of_asset,
        licence=of_licence,
        terms=one(terms).one(),
        holder=one(select(rights_holder).where(rights_holder.c.id == of_asset.holder_id)).one_or_none(),
        licensee=one(_organisation(of_licence.organisation_id)).one(),
        licensor=one(_organisation(of_licence.licensor_id)).one(),
    )


def make_ready(unit: Unit, delivery_id: DeliveryId, copy: MadeCopy, expires_at: datetime) -> bool:
    """Write the copy down; False when the delivery is no longer being made."""
    values = {
        "state": DeliveryState.READY.value,
        "expires_at": expires_at,
        "copy_key": copy.key,
        "copy_sha256": copy.sha256,
        "size_bytes": copy.size_bytes,
        "media_type": copy.media_type,
        "width_px": copy.width_px,
        "height_px": copy.height_px,
        "file_name": copy.file_name,
        "manifest_sha256": copy.manifest_sha256,
    }
    return _step(unit, delivery_id, (DeliveryState.MAKING,), values)


def make_failed(unit: Unit, delivery_id: DeliveryId, failure: str, expires_at: datetime) -> bool:
    """Write down why the copy could not be made, and until when that is the answer; False when it is not being made."""
    values = {"state": DeliveryState.FAILED.value, "failure": failure, "expires_at": expires_at}
    return _step(unit, delivery_id, (DeliveryState.MAKING,), values)


def close(unit: Unit, delivery_id: DeliveryId) -> bool:
    """End an open delivery; False when it is not open any more."""
    return _step(unit, delivery_id, _OPEN, {"state": DeliveryState.DELETED.value})


def lapsed(unit: Unit, before: datetime, limit: int) -> list[Delivery]:
    """Return open deliveries whose time was over by then, locked, leaving out those another sweep has."""
    query = (
        _deliveries()
        .where(delivery.c.state.in_(_OPEN), delivery.c.expires_at <= before)
        .order_by(delivery.c.expires_at)
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    return [_delivery(row) for row in unit.connection.execute(query)]


def lapsed_of(unit: Unit, wanted: Delivery, at: datetime) -> list[Delivery]:
    """Return the open delivery of the same photograph and format whose time is over, locked; none or one."""
    query = _deliveries().where(
        _of(wanted.organisation_id, wanted.licence_id, wanted.asset_id),
        delivery.c.format == wanted.format.value,
        delivery.c.state.in_(_OPEN),
        delivery.c.expires_at <= at,
    )
    return [_delivery(row) for row in unit.connection.execute(query.with_for_update())]


def of_licence(unit: Unit, licence_id: LicenceId, limit: int) -> list[Delivery]:
    """Return the deliveries under a licence, newest first."""
    query = _deliveries().where(delivery.c.licence_id == licence_id)
    newest = query.order_by(delivery.c.started_at.desc(), delivery.c.id.desc()).limit(limit)
    return [_delivery(row) for row in unit.connection.execute(newest)]


def licensee_of(unit: Unit, licence_id: LicenceId) -> OrganisationId | None:
    """Return the organisation that holds the licence, or None when there is no such licence."""
    found = unit.connection.execute(select(licence.c.organisation_id).where(licence.c.id == licence_id)).scalar()
    return None if found is None else OrganisationId(found)


def _of(organisation_id: OrganisationId, licence_id: LicenceId, asset_id: AssetId) -> ColumnElement[bool]:
    return and_(
        delivery.c.organisation_id == organisation_id,
        delivery.c.licence_id == licence_id,
        delivery.c.asset_id == asset_id,
    )


def _step(
    unit: Unit, delivery_id: DeliveryId, from_states: tuple[DeliveryState, ...], values: dict[str, object]
) -> bool:
    step = update(delivery).where(delivery.c.id == delivery_id, delivery.c.state.in_(from_states)).values(values)
    return unit.connection.execute(step).rowcount == 1


def _organisation(organisation_id: UUID) -> Select[tuple[object, ...]]:
    return select(organisation).where(organisation.c.id == organisation_id)


def _deliveries() -> Select[tuple[object, ...]]:
    return select(delivery)


def _rendition(row: Row[tuple[object, ...]]) -> Rendition:
    return Rendition(
        kind=RenditionKind(row.kind),
        recipe_version=row.recipe_version,
        key=row.key,
        sha256=row.sha256,
        media_type=row.media_type,
        width_px=row.width_px,
        height_px=row.height_px,
        size_bytes=row.size_bytes,
    )


def _delivery(row: Row[tuple[object, ...]]) -> Delivery:
    return Delivery(
        delivery_id=DeliveryId(row.id),
        licence_id=LicenceId(row.licence_id),
        line_id=row.line_id,
        asset_id=AssetId(row.asset_id),
        organisation_id=OrganisationId(row.organisation_id),
        format=CopyFormat(row.format),
        started_by=PersonId(row.started_by),
        started_at=row.started_at,
        expires_at=row.expires_at,
        state=DeliveryState(row.state),
        failure=row.failure,
        copy=None if row.copy_key is None else _made_copy(row),
    )


def _made_copy(row: Row[tuple[object, ...]]) -> MadeCopy:
    return MadeCopy(
        key=row.copy_key,
        sha256=row.copy_sha256,
        size_bytes=row.size_bytes,
        media_type=row.media_type,
        width_px=row.width_px,
        height_px=row.height_px,
        file_name=row.file_name,
        manifest_sha256=row.manifest_sha256,
    )
