"""The SQL of holders, agreements and restrictions; grant lines and facts have stores of their own."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, ColumnElement, Row, Select, Table, cast, exists, func, insert, or_, select, update
from sqlalchemy.dialects.postgresql import Range

from dam.catalogue.scope import fonds_range, item_range
from dam.database.tables.accounts import organisation
from dam.database.tables.catalogue import asset, collection
from dam.database.tables.rights import (
    agreement,
    agreement_line,
    agreement_number,
    holder_number,
    restriction,
    restriction_line,
    rights_holder,
)
from dam.database.unit import Unit
from dam.imaging.mark import Strength
from dam.kernel.ids import AgreementId, AssetId, CollectionId, HolderId, OrganisationId, PersonId, RestrictionId
from dam.kernel.text import Bilingual
from dam.rights import territories, vocabularies
from dam.rights.agreement import AgreementDraft, HolderDraft, Known, RestrictionDraft, Scope, ScopeLine, Terms
from dam.rights.facts import RestrictionKind
from dam.rights.rows import multirange, span_of, term
from dam.rights.views import AgreementView, Holder, RestrictionView, ScopePart

_MOST_NAMED = 10
VOCABULARY = f"{vocabularies.VERSION} {territories.VERSION}"


def known(unit: Unit, scope: Scope, holder: HolderId | None, party: OrganisationId | None) -> Known:
    """Return which of the things a draft names exist, organisations only while active."""
    active = select(organisation.c.id).where(organisation.c.id == party, organisation.c.is_active)
    return Known(
        holders=frozenset(map(HolderId, _ids(unit, rights_holder, [holder]))),
        organisations=frozenset(map(OrganisationId, unit.connection.execute(active).scalars())),
        assets=frozenset(map(AssetId, _ids(unit, asset, scope.asset_ids))),
        collections=frozenset(map(CollectionId, _ids(unit, collection, [scope.collection_id]))),
        of_others=_of_others(unit, scope, holder),
    )


def scope_lines(unit: Unit, scope: Scope) -> tuple[ScopeLine, ...]:
    """Return the ranges of a scope, its photographs held where they are until the unit ends."""
    parts = _items(unit, scope.asset_ids) if scope.asset_ids else []
    return tuple(parts if scope.collection_id is None else parts + _wholes(unit, scope.collection_id))


def _items(unit: Unit, asset_ids: Sequence[AssetId]) -> list[ScopeLine]:
    keyed = select(asset.c.id, asset.c.scope_key).where(asset.c.id.in_(asset_ids)).order_by(asset.c.id)
    rows = unit.connection.execute(keyed.with_for_update(read=True))
    return [ScopeLine(AssetId(row.id), None, item_range(row.scope_key)) for row in rows]


def _wholes(unit: Unit, collection_id: CollectionId) -> list[ScopeLine]:
    whole = (
        select(collection.c.id, collection.c.number, func.coalesce(rights_holder.c.number, 0).label("holder"))
        .outerjoin(rights_holder, rights_holder.c.id == collection.c.holder_id)
        .where(collection.c.id == collection_id)
    )
    rows = unit.connection.execute(whole)
    return [ScopeLine(None, CollectionId(row.id), fonds_range(row.holder, row.number)) for row in rows]


# ---- holders


def add_holder(unit: Unit, holder_id: HolderId, draft: HolderDraft, by: PersonId, at: datetime) -> int:
    """Insert a holder and return its number."""
    number: int = unit.connection.execute(select(holder_number.next_value())).scalar_one()
    unit.connection.execute(
        insert(rights_holder).values(
            id=holder_id,
            number=number,
            name_en=draft.name.pick("en").strip(),
            name_zh=draft.name.zh.strip(),
            organisation_id=draft.organisation_id,
            statement=draft.statement.strip(),
            contact=draft.contact.strip(),
            recorded_by=by,
            recorded_at=at,
            mark_strength=draft.mark,
        )
    )
    return number


def change_holder(unit: Unit, holder_id: HolderId, draft: HolderDraft) -> None:
    """Write what the draft says over what is recorded."""
    values = {
        "name_en": draft.name.pick("en").strip(),
        "name_zh": draft.name.zh.strip(),
        "organisation_id": draft.organisation_id,
        "statement": draft.statement.strip(),
        "contact": draft.contact.strip(),
        "mark_strength": draft.mark,
    }
    unit.connection.execute(update(rights_holder).where(rights_holder.c.id == holder_id).values(values))


def holder(unit: Unit, holder_id: HolderId, *, lock: bool = False) -> Holder | None:
    """Return one holder; with `lock`, nobody else changes it before the unit ends."""
    query = select(rights_holder).where(rights_holder.c.id == holder_id)
    row = unit.connection.execute(query.with_for_update() if lock else query).one_or_none()
    return None if row is None else _holder(row)


def marked_of(unit: Unit, holder_id: HolderId) -> Sequence[AssetId]:
    """Return the holder's photographs that have a mark or are about to get one."""
    of_it = asset.c.holder_id == holder_id, asset.c.state.in_(("processing", "ready"))
    return [AssetId(one) for one in unit.connection.execute(select(asset.c.id).where(*of_it)).scalars()]


def holders(unit: Unit) -> tuple[Holder, ...]:
    """Return every holder, by name."""
    rows = unit.connection.execute(select(rights_holder).order_by(rights_holder.c.name_en, rights_holder.c.number))
    return tuple(map(_holder, rows))


def _holder(row: Row[Any]) -> Holder:
    return Holder(
        HolderId(row.id),
        row.number,
        Bilingual(row.name_en, row.name_zh),
        None if row.organisation_id is None else OrganisationId(row.organisation_id),
        row.statement,
        row.contact,
        Strength(row.mark_strength),
    )


# ---- agreements


def next_agreement_number(unit: Unit, at: datetime) -> str:
    """Return the next agreement number; one lost to a rollback stays unused."""
    number: int = unit.connection.execute(select(agreement_number.next_value())).scalar_one()
    return f"AGR-{at.year}-{number:06d}"


def add_agreement(
    unit: Unit,
    agreement_id: AgreementId,
    number: str,
    draft: AgreementDraft,
    terms: Terms,
    lines: Sequence[ScopeLine],
    *,
    by: PersonId,
    at: datetime,
) -> None:
    """Insert an agreement with its scope."""
    unit.connection.execute(
        insert(agreement).values(
            id=agreement_id,
            number=number,
            holder_id=draft.holder,
            grantee_id=draft.grantee,
            territory_except=list(draft.territory_except),
            starts_on=draft.starts_on,
            ends_on=draft.ends_on,
            exclusive=draft.exclusive,
            sublicensable=draft.sublicensable,
            consent_required=draft.consent_required,
            credit_line=(draft.credit_line or "").strip() or None,
            conditions=dict(draft.conditions),
            state="active",
            recorded_by=by,
            recorded_at=at,
            **_terms(draft, terms),
        )
    )
    _add_lines(unit, agreement_line, {"agreement_id": agreement_id}, lines)


def end_agreement(unit: Unit, agreement_id: AgreementId, reason: str, *, by: PersonId, at: datetime) -> bool:
    """End an active agreement; say whether there was one to end."""
    done = unit.connection.execute(
        update(agreement)
        .where(agreement.c.id == agreement_id, agreement.c.state == "active")
        .values(state="ended", ended_at=at, ended_by=by, end_reason=reason)
    )
    return done.rowcount == 1


def agreements(unit: Unit, before: AgreementId | None, limit: int, at: datetime) -> tuple[AgreementView, ...]:
    """Return agreements, newest first, from after the one named."""
    wanted = _agreements().order_by(agreement.c.id.desc()).limit(limit)
    if before is not None:
        wanted = wanted.where(agreement.c.id < before)
    return tuple(_agreement(dict(row), at) for row in unit.connection.execute(wanted).mappings())


def agreement_of(unit: Unit, agreement_id: AgreementId, at: datetime) -> AgreementView | None:
    """Return one agreement."""
    row = unit.connection.execute(_agreements().where(agreement.c.id == agreement_id)).mappings().first()
    return None if row is None else _agreement(dict(row), at)


def agreement_scope(unit: Unit, agreement_id: AgreementId) -> tuple[ScopePart, ...]:
    """Return what an agreement covers, photographs by accession number."""
    title = asset.c.description["title"]
    rows = unit.connection.execute(
        select(
            agreement_line.c.asset_id,
            agreement_line.c.collection_id,
            asset.c.accession_number,
            func.coalesce(collection.c.title_en, title["en"].astext, "").label("title_en"),
            func.coalesce(collection.c.title_zh, title["zh-Hans"].astext, "").label("title_zh"),
        )
        .outerjoin(asset, asset.c.id == agreement_line.c.asset_id)
        .outerjoin(collection, collection.c.id == agreement_line.c.collection_id)
        .where(agreement_line.c.agreement_id == agreement_id)
        .order_by(asset.c.accession_number, agreement_line.c.id)
    )
    return tuple(
        ScopePart(row.asset_id, row.accession_number, row.collection_id, Bilingual(row.title_en, row.title_zh))
        for row in rows
    )


def without_own_credit(unit: Unit, lines: Sequence[ScopeLine]) -> tuple[AssetId, ...]:
    """Return the ready photographs of a scope that show their agreement's credit line, having none of their own."""
    inside: list[ColumnElement[bool]] = [asset.c.id.in_([line.asset_id for line in lines if line.asset_id is not None])]
    wholes = [line.scope for line in lines if line.collection_id is not None]
    inside += [asset.c.scope_key.between(low, high - 1) for low, high in wholes]
    wanted = select(asset.c.id).where(
        or_(*inside), asset.c.state == "ready", func.coalesce(asset.c.credit_line, "") == ""
    )
    return tuple(map(AssetId, unit.connection.execute(wanted.order_by(asset.c.id)).scalars()))


# ---- restrictions


def add_restriction(
    unit: Unit,
    restriction_id: RestrictionId,
    draft: RestrictionDraft,
    terms: Terms,
    lines: Sequence[ScopeLine],
    *,
    by: PersonId,
    at: datetime,
) -> None:
    """Insert a restriction with its scope."""
    unit.connection.execute(
        insert(restriction).values(
            id=restriction_id,
            kind=draft.kind.value,
            reason=draft.reason.strip(),
            placed_by=by,
            placed_at=at,
            **_terms(draft, terms),
        )
    )
    _add_lines(unit, restriction_line, {"restriction_id": restriction_id}, lines)


def lift_restriction(unit: Unit, restriction_id: RestrictionId, reason: str, *, by: PersonId, at: datetime) -> bool:
    """Lift a restriction that stands; say whether there was one to lift."""
    done = unit.connection.execute(
        update(restriction)
        .where(restriction.c.id == restriction_id, restriction.c.lifted_at.is_(None))
        .values(lifted_at=at, lifted_by=by, lift_reason=reason)
    )
    return done.rowcount == 1


def restriction_exists(unit: Unit, restriction_id: RestrictionId) -> bool:
    """Tell whether there is such a restriction, lifted or not."""
    return bool(_ids(unit, restriction, [restriction_id]))


def restrictions(unit: Unit, asset_id: AssetId) -> tuple[RestrictionView, ...] | None:
    """Return every restriction placed on a photograph, newest first; None when there is no such photograph."""
    key = unit.connection.execute(select(asset.c.scope_key).where(asset.c.id == asset_id)).scalar()
    if key is None:
        return None
    # The key of a photograph that is in no collection is small, and PostgreSQL knows no int8range @> integer.
    covers = restriction_line.c.scope.contains(cast(key, BigInteger))
    of_it = restriction_line.c.restriction_id == restriction.c.id
    directly = exists().where(of_it, covers, restriction_line.c.asset_id.is_not(None))
    wanted = select(restriction, directly.label("directly")).where(exists().where(of_it, covers))
    rows = unit.connection.execute(wanted.order_by(restriction.c.placed_at.desc(), restriction.c.id.desc()))
    return tuple(_restriction(dict(row)) for row in rows.mappings())


# ---- rows


def _of_others(unit: Unit, scope: Scope, holder: HolderId | None) -> tuple[str, ...]:
    """Return the accession numbers and titles in the scope for which another holder is on record than the one named."""
    if holder is None:
        return ()
    photographs = select(asset.c.accession_number).where(asset.c.id.in_(scope.asset_ids), asset.c.holder_id != holder)
    whole = select(collection.c.title_en).where(
        collection.c.id == scope.collection_id, collection.c.holder_id != holder
    )
    both = photographs.order_by(asset.c.accession_number).limit(_MOST_NAMED), whole
    return tuple(name for query in both for name in unit.connection.execute(query).scalars())


def _ids(unit: Unit, table: Table, wanted: Iterable[object]) -> list[Any]:
    named = [item for item in wanted if item is not None]
    if not named:
        return []
    return list(unit.connection.execute(select(table.c.id).where(table.c.id.in_(named))).scalars())


def _terms(draft: AgreementDraft | RestrictionDraft, terms: Terms) -> dict[str, object]:
    return {
        "media": multirange(terms.media),
        "territory": multirange(terms.territory),
        "term": term(terms.span),
        "media_codes": list(draft.media),
        "territory_codes": list(draft.territory),
        "vocabulary": VOCABULARY,
        "tz": draft.tz,
    }


def _add_lines(unit: Unit, table: Table, owner: Mapping[str, object], lines: Sequence[ScopeLine]) -> None:
    rows = [
        {**owner, "asset_id": line.asset_id, "collection_id": line.collection_id, "scope": Range(*line.scope)}
        for line in lines
    ]
    unit.connection.execute(insert(table), rows)


def _agreements() -> Select[Any]:
    return (
        select(
            agreement,
            rights_holder.c.name_en.label("holder_en"),
            rights_holder.c.name_zh.label("holder_zh"),
            organisation.c.name_en.label("grantee_en"),
            organisation.c.name_zh.label("grantee_zh"),
        )
        .join(rights_holder, rights_holder.c.id == agreement.c.holder_id)
        .outerjoin(organisation, organisation.c.id == agreement.c.grantee_id)
    )


def _agreement(row: Mapping[str, Any], at: datetime) -> AgreementView:
    granted = row["grantee_id"] is not None
    span = span_of(row["term"])
    return AgreementView(
        agreement_id=AgreementId(row["id"]),
        number=row["number"],
        holder_id=HolderId(row["holder_id"]),
        holder_name=Bilingual(row["holder_en"], row["holder_zh"]),
        grantee_id=OrganisationId(row["grantee_id"]) if granted else None,
        grantee_name=Bilingual(row["grantee_en"], row["grantee_zh"]) if granted else None,
        media=tuple(row["media_codes"]),
        territory=tuple(row["territory_codes"]),
        territory_except=tuple(row["territory_except"]),
        starts_on=row["starts_on"],
        ends_on=row["ends_on"],
        span=span,
        tz=row["tz"],
        exclusive=row["exclusive"],
        sublicensable=row["sublicensable"],
        consent_required=row["consent_required"],
        credit_line=row["credit_line"],
        conditions=row["conditions"],
        state=row["state"],
        over=span.end is not None and span.end <= at,
        recorded_at=row["recorded_at"],
        end_reason=row["end_reason"],
    )


def _restriction(row: Mapping[str, Any]) -> RestrictionView:
    return RestrictionView(
        restriction_id=RestrictionId(row["id"]),
        kind=RestrictionKind(row["kind"]),
        media=tuple(row["media_codes"]),
        territory=tuple(row["territory_codes"]),
        span=span_of(row["term"]),
        tz=row["tz"],
        reason=row["reason"],
        placed_at=row["placed_at"],
        whole_collection=not row["directly"],
        lifted_at=row["lifted_at"],
        lift_reason=row["lift_reason"],
    )
