"""The only SQL about consents: asked once for each line, answered once, and perhaps withdrawn."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, RowMapping, Select, any_, func, insert, literal, select, tuple_, update

from dam.accounts.permissions import Role
from dam.database.tables.accounts import organisation, person
from dam.database.tables.catalogue import asset
from dam.database.tables.licensing import consent, licence, licence_item
from dam.database.tables.rights import agreement, rights_holder
from dam.database.unit import Unit
from dam.kernel.ids import AgreementId, AssetId, ConsentId, LicenceId, OrganisationId, PersonId, RequestId, new_id
from dam.kernel.text import Bilingual
from dam.licensing import rows_store as rows
from dam.licensing.licence import LicenceState
from dam.licensing.paging import Place
from dam.licensing.views import ConsentState, ConsentView, UseView

_LICENSEE = organisation.alias("licensee")
_ANSWERER = person.alias("answerer")
_ANSWERER_ORGANISATION = organisation.alias("answerer_organisation")
_KEPT = ("state", "asked_at", "answered_at", "on_behalf", "words")
_ANSWER = ("answered_by", "answered_at", "on_behalf", "words")


@dataclass(frozen=True, slots=True)
class Asked:
    """One line a holder's consent is needed for; `given` is an answer the same use was given before."""

    asset_id: AssetId
    line_id: int
    agreement_id: AgreementId
    given: Mapping[str, object] | None = None


@dataclass(frozen=True, slots=True)
class Given:
    """A consent that stands, to a use whose licence was given up before it was complete."""

    asset_id: AssetId
    agreement_id: AgreementId
    use: UseView
    answer: Mapping[str, object]


def ask(unit: Unit, licence_id: LicenceId, asked: Sequence[Asked], by: PersonId, at: datetime) -> None:
    """Ask for the consents; those already given are written down as given."""
    named = [one.agreement_id for one in asked]
    found = unit.connection.execute(select(agreement.c.id, agreement.c.holder_id).where(agreement.c.id.in_(named)))
    holders = {row.id: row.holder_id for row in found}
    unit.connection.execute(
        insert(consent),
        [
            {
                "id": new_id(),
                "licence_id": licence_id,
                "asset_id": one.asset_id,
                "line_id": one.line_id,
                "agreement_id": one.agreement_id,
                "holder_id": holders[one.agreement_id],
                "state": (ConsentState.ASKED if one.given is None else ConsentState.GIVEN).value,
                "asked_by": by,
                "asked_at": at,
                **(one.given or {"answered_by": None, "answered_at": None, "on_behalf": False, "words": ""}),
            }
            for one in asked
        ],
    )


def given(unit: Unit, request_id: RequestId, asset_ids: Sequence[AssetId]) -> list[Given]:
    """Return the consents that stand for photographs of the request, under licences that were given up."""
    query = (
        select(
            consent.c.asset_id,
            consent.c.agreement_id,
            *(consent.c[name] for name in _ANSWER),
            *rows.use_columns(licence),
        )
        .join(licence, licence.c.id == consent.c.licence_id)
        .where(
            licence.c.request_id == request_id,
            licence.c.state == LicenceState.RELEASED.value,
            consent.c.state == ConsentState.GIVEN.value,
            consent.c.asset_id.in_(asset_ids),
        )
        .order_by(consent.c.asked_at)
    )
    return [
        Given(
            AssetId(row["asset_id"]),
            AgreementId(row["agreement_id"]),
            rows.use_view(row),
            {name: row[name] for name in _ANSWER},
        )
        for row in unit.connection.execute(query).mappings()
    ]


def answer(
    unit: Unit,
    consent_id: ConsentId,
    before: ConsentState,
    after: ConsentState,
    *,
    by: PersonId,
    on_behalf: bool,
    words: str,
    at: datetime,
) -> tuple[int, AgreementId] | None:
    """Write the answer and return the line and agreement it is about; None when it no longer stood as it was."""
    row = unit.connection.execute(
        update(consent)
        .where(consent.c.id == consent_id, consent.c.state == before.value)
        .values(state=after.value, answered_by=by, answered_at=at, on_behalf=on_behalf, words=words)
        .returning(consent.c.line_id, consent.c.agreement_id)
    ).first()
    return None if row is None else (row.line_id, AgreementId(row.agreement_id))


def stop_asking(unit: Unit, licence_id: LicenceId) -> None:
    """Write down that no answer is needed any more."""
    unit.connection.execute(
        update(consent)
        .where(consent.c.licence_id == licence_id, consent.c.state == ConsentState.ASKED.value)
        .values(state=ConsentState.NOT_NEEDED.value)
    )


def one(unit: Unit, consent_id: ConsentId, at: datetime) -> ConsentView | None:
    """Return one consent."""
    row = unit.connection.execute(_consents().where(consent.c.id == consent_id)).mappings().first()
    return None if row is None else _view(row, at)


def of_licence(unit: Unit, licence_id: LicenceId, at: datetime) -> list[ConsentView]:
    """Return the consents a licence needs, in the order of its photographs."""
    query = _consents().where(consent.c.licence_id == licence_id).order_by(licence_item.c.position)
    return [_view(row, at) for row in unit.connection.execute(query).mappings()]


def page(
    unit: Unit, *, of: OrganisationId | None, state: ConsentState | None, after: Place | None, at: datetime, limit: int
) -> list[ConsentView]:
    """Return one page of consents, newest first, asked of one holder's organisation (None: of all)."""
    key = tuple_(consent.c.asked_at, consent.c.id)
    conditions: list[ColumnElement[bool]] = []
    if of is not None:
        conditions.append(rights_holder.c.organisation_id == of)
    if state is not None:
        conditions.append(consent.c.state == state.value)
    if after is not None:
        conditions.append(key < tuple_(literal(after.at), literal(after.row_id)))
    query = _consents().where(*conditions).order_by(consent.c.asked_at.desc(), consent.c.id.desc()).limit(limit)
    return [_view(row, at) for row in unit.connection.execute(query).mappings()]


def count_asked(unit: Unit, of: OrganisationId, at: datetime) -> int:
    """Return how many consents wait for the organisation's answer."""
    query = (
        select(func.count())
        .select_from(consent)
        .join(licence, licence.c.id == consent.c.licence_id)
        .join(rights_holder, rights_holder.c.id == consent.c.holder_id)
        .where(
            rights_holder.c.organisation_id == of,
            consent.c.state == ConsentState.ASKED.value,
            licence.c.reserved_until > at,
        )
    )
    return int(unit.connection.execute(query).scalar_one())


def has_people(unit: Unit, organisation_id: OrganisationId) -> bool:
    """Tell whether the organisation has anybody here who answers for a rights holder."""
    query = (
        select(person.c.id)
        .join(organisation, organisation.c.id == person.c.organisation_id)
        .where(
            person.c.organisation_id == organisation_id,
            person.c.active,
            organisation.c.is_active,
            literal(Role.RIGHTS_HOLDER.value) == any_(person.c.roles),
        )
        .limit(1)
    )
    return unit.connection.execute(query).first() is not None


def placed(view: ConsentView) -> Place:
    """Return the place of the consent in its list."""
    return Place(view.asked_at, UUID(str(view.consent_id)))


def _consents() -> Select[Any]:
    return (
        select(
            consent.c.id,
            *(consent.c[name] for name in _KEPT),
            licence.c.id.label("licence_id"),
            licence.c.number.label("licence_number"),
            licence.c.request_id,
            licence.c.state.label("licence_state"),
            licence.c.reserved_until,
            licence_item.c.credit_line,
            agreement.c.number.label("agreement_number"),
            rights_holder.c.name_en.label("holder_en"),
            rights_holder.c.name_zh.label("holder_zh"),
            rights_holder.c.organisation_id.label("holder_organisation"),
            *rows.use_columns(licence),
            *rows.asset_columns(),
            *rows.organisation_columns(_LICENSEE, "licensee"),
            *rows.person_columns(_ANSWERER, _ANSWERER_ORGANISATION, "answerer"),
        )
        .join(licence, licence.c.id == consent.c.licence_id)
        .join(licence_item, licence_item.c.line_id == consent.c.line_id)
        .join(asset, asset.c.id == consent.c.asset_id)
        .join(agreement, agreement.c.id == consent.c.agreement_id)
        .join(rights_holder, rights_holder.c.id == consent.c.holder_id)
        .join(_LICENSEE, _LICENSEE.c.id == licence.c.organisation_id)
        .outerjoin(_ANSWERER, _ANSWERER.c.id == consent.c.answered_by)
        .outerjoin(_ANSWERER_ORGANISATION, _ANSWERER_ORGANISATION.c.id == _ANSWERER.c.organisation_id)
    )


def _view(row: RowMapping, at: datetime) -> ConsentView:
    state, held = ConsentState(row["state"]), LicenceState(row["licence_state"])
    waiting = held is LicenceState.RESERVED and row["reserved_until"] > at
    return ConsentView(
        consent_id=ConsentId(row["id"]),
        state=state,
        licence_id=LicenceId(row["licence_id"]),
        licence_number=row["licence_number"],
        request_id=RequestId(row["request_id"]),
        asset=rows.asset_ref(row),
        holder=Bilingual(row["holder_en"], row["holder_zh"]),
        holder_organisation=row["holder_organisation"],
        agreement_number=row["agreement_number"],
        licensee=rows.organisation_ref(row, "licensee"),
        use=rows.use_view(row),
        credit_line=row["credit_line"],
        reserved_until=row["reserved_until"] if waiting else None,
        asked_at=row["asked_at"],
        answered_by=rows.person_ref(row, "answerer") if row["answerer_person_id"] else None,
        answered_at=row["answered_at"],
        on_behalf=row["on_behalf"],
        words=row["words"],
        answerable=state is ConsentState.ASKED and waiting,
        withdrawable=state is ConsentState.GIVEN and held is not LicenceState.REVOKED,
    )
