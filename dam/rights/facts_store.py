"""The facts of a decision, read in one statement and so in one snapshot."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, and_, exists, or_, select, text, union_all

from dam.database.tables.catalogue import asset
from dam.database.tables.rights import restriction, restriction_line
from dam.database.tables.rights_twins import rights_twin
from dam.database.unit import Unit
from dam.kernel.ids import AgreementId, AssetId, LicenceId, OrganisationId, RestrictionId
from dam.kernel.span import Span
from dam.rights.facts import (
    COMP,
    Exclusive,
    Facts,
    LicenceLine,
    LineState,
    Restriction,
    RestrictionKind,
    RightsIn,
    Twin,
)
from dam.rights.rows import multirange
from dam.rights.terms import NumberSet
from dam.rights.territories import WORLD

_SETS = "'media', {0}.media::text, 'territory', {0}.territory::text, 'tz', {0}.tz"
_TERM = "'starts', lower({0}.term), 'ends', upper({0}.term)"


def _sets(alias: str) -> str:
    return f"{_SETS.format(alias)}, {_TERM.format(alias)}"


_ENDED_SHOWN = 3

# Nobody can give what is another's: once a photograph's holder is known, only agreements with that holder count. Of
# those that are over only the last few are told, for an old fonds has hundreds, which permit nothing and explain less.
# What is asked stands in `ask`, where the planner cannot see it: so the plan made once serves every photograph, and
# `= ANY(ARRAY(...))` keeps to the indexes where `IN` would read all agreements.
_FACTS = """
WITH ask AS MATERIALIZED (
  SELECT CAST(:at AS timestamptz) AS at, CAST(:party AS uuid) AS party, CAST(:licence AS uuid) AS licence)
SELECT w.asked, w.ruling, a.id, a.accession_number, a.state, a.credit_line,
  coalesce(o.is_active, ask.party IS NULL) AS party_active,
  CASE WHEN ask.party IS NULL THEN a.public_page = 'preview'
       ELSE o.id IS NOT NULL AND (o.kind <> 'holder' OR coalesce(h.organisation_id = o.id, false)) END AS may_view,
  (SELECT json_agg(json_build_object('id', r.id, 'kind', r.kind, {r}))
     FROM restriction r
    WHERE r.lifted_at IS NULL AND (upper_inf(r.term) OR upper(r.term) > ask.at)
      AND r.id = ANY(ARRAY(SELECT l.restriction_id FROM restriction_line l WHERE l.scope @> a.scope_key))
  ) AS restrictions,
  (SELECT json_agg(json_build_object('id', g.id, 'licence', g.licence_id, 'licensee', g.licensee_id,
            'state', g.state, 'accepted', g.accepted, 'cap', g.cap, 'used', g.used, 'max_px', g.max_px,
            'owner', g.slot_owner, 'conditions', g.conditions, 'number', g.number, 'consents', g.consents,
            'withdrawn', g.consents_withdrawn, {g}) ORDER BY g.id)
     FROM grant_line g
    WHERE g.scope @> a.scope_key AND g.licence_id IS NOT NULL AND {whose}) AS lines,
  (SELECT json_agg(json_build_object('id', s.id, 'number', s.number, 'grantee', s.grantee_id,
            'exclusive', s.exclusive, 'sublicensable', s.sublicensable, 'credit_line', s.credit_line,
            'consent_required', s.consent_required, {s}))
     FROM (SELECT *, row_number() OVER (PARTITION BY upper(term) > ask.at ORDER BY upper(term) DESC, number DESC) AS nth
             FROM agreement
            WHERE state = 'active' AND (a.holder_id IS NULL OR a.holder_id = holder_id)
              AND id = ANY(ARRAY(SELECT l.agreement_id FROM agreement_line l WHERE l.scope @> a.scope_key))) s
    WHERE upper(s.term) > ask.at OR s.nth <= {ended}) AS rights_in,
  (SELECT json_agg(json_build_object('owner', x.slot_owner, 'agreement', x.agreement_id, 'licence', x.licence_id,
            'number', x.number, {x}))
     FROM grant_line x
    WHERE x.scope @> a.scope_key AND x.live AND x.exclusive AND x.space = 'out' AND upper(x.term) > ask.at
      AND (x.state <> 'reserved' OR x.reserved_until > ask.at)) AS exclusives,
  EXISTS (SELECT FROM rights_proposal p WHERE p.asset_id = a.id AND p.state = 'proposed') AS unconfirmed_claim
FROM ask CROSS JOIN (
  SELECT id AS asked, id, NULL AS ruling FROM asset WHERE id = {which}
  UNION ALL SELECT low_id, high_id, state FROM rights_twin WHERE low_id = {which} AND state <> 'different'
  UNION ALL SELECT high_id, low_id, state FROM rights_twin WHERE high_id = {which} AND state <> 'different') w
JOIN asset a ON a.id = w.id
LEFT JOIN organisation o ON o.id = ask.party
LEFT JOIN rights_holder h ON h.id = a.holder_id
"""

_BLOCKS = {alias: _sets(alias) for alias in "rgsx"}
_WHOSE = {"party": "g.licensee_id = ask.party", "licence": "g.licence_id = ask.licence"}
_WHICH = {"one": "CAST(:asset AS uuid)", "many": "ANY(CAST(:assets AS uuid[]))"}
_STATEMENTS = {
    (whose, which): text(_FACTS.format(whose=_WHOSE[whose], which=_WHICH[which], ended=_ENDED_SHOWN, **_BLOCKS))
    for whose in _WHOSE
    for which in _WHICH
}

# Always asset, then agreements, then lines: whoever locks in this order cannot deadlock with another who does.
_LOCKS = text(
    """
WITH w AS (SELECT CAST(:asset AS uuid) AS id
  UNION ALL SELECT high_id FROM rights_twin WHERE low_id = CAST(:asset AS uuid) AND state <> 'different'
  UNION ALL SELECT low_id FROM rights_twin WHERE high_id = CAST(:asset AS uuid) AND state <> 'different'),
a AS (SELECT id, scope_key FROM asset WHERE id = ANY(ARRAY(SELECT id FROM w)) ORDER BY id FOR SHARE),
s AS (SELECT id FROM agreement WHERE id = ANY(ARRAY(
        SELECT l.agreement_id FROM agreement_line l JOIN a ON l.scope @> a.scope_key)) ORDER BY id FOR SHARE),
g AS (SELECT id FROM grant_line WHERE licence_id = CAST(:licence AS uuid)
        AND scope @> (SELECT scope_key FROM a WHERE id = CAST(:asset AS uuid)) ORDER BY id FOR NO KEY UPDATE)
SELECT (SELECT count(*) FROM a), (SELECT count(*) FROM s), (SELECT count(*) FROM g)
"""
)

_CREDIT = text(
    """
SELECT coalesce(nullif(a.credit_line, ''), (
  SELECT s.credit_line FROM agreement s
   WHERE s.state = 'active' AND s.credit_line IS NOT NULL AND s.term @> CAST(:at AS timestamptz)
     AND (a.holder_id IS NULL OR a.holder_id = s.holder_id)
     AND s.id = ANY(ARRAY(SELECT l.agreement_id FROM agreement_line l WHERE l.scope @> a.scope_key))
   ORDER BY s.exclusive DESC, s.number DESC LIMIT 1))
FROM asset a WHERE a.id = CAST(:asset AS uuid)
"""
)


def facts(
    unit: Unit,
    asset_ids: Iterable[AssetId],
    *,
    party: OrganisationId | None,
    licence_id: LicenceId | None,
    at: datetime,
) -> dict[AssetId, Facts]:
    """Return the facts of each asset that exists, about one party, or about one licence and its lines.

    Shape: the party None is the public, which sees what an archivist published with its preview.
    """
    asked = list(asset_ids)
    which = {"asset": asked[0]} if len(asked) == 1 else {"assets": asked}
    statement = _STATEMENTS["party" if licence_id is None else "licence", "one" if len(asked) == 1 else "many"]
    values = {"party": party, "licence": licence_id, "at": at, **which}
    rows = unit.connection.execute(statement, values).mappings()
    return _grouped([dict(row) for row in rows])


def lock(unit: Unit, asset_id: AssetId, licence_id: LicenceId | None) -> None:
    """Hold the asset and its twins, their agreements and the licence's lines as they are until the unit ends."""
    unit.connection.execute(_LOCKS, {"asset": asset_id, "licence": licence_id})


def credit_line(unit: Unit, asset_id: AssetId, at: datetime) -> str | None:
    """Return the asset's own credit line, or else the one its supply agreement asks for."""
    found = unit.connection.execute(_CREDIT, {"asset": asset_id, "at": at}).scalar()
    return None if found is None else str(found)


def hides_preview(scope_key: ColumnElement[int], at: datetime) -> ColumnElement[bool]:
    """Return, as a condition, that a live restriction hides the marked preview: `Restriction.hides_preview` in SQL.

    Shape: a restriction of a twin hides it, too; those photographs are few, and are gathered once for all rows.
    """
    low, high = asset.alias("low"), asset.alias("high")
    alike = rights_twin.join(low, low.c.id == rights_twin.c.low_id).join(high, high.c.id == rights_twin.c.high_id)
    standing = rights_twin.c.state != "different"
    hidden = [
        select(one.c.scope_key).select_from(alike).where(standing, _hidden(other.c.scope_key, at))
        for one, other in ((low, high), (high, low))
    ]
    return or_(_hidden(scope_key, at), scope_key.in_(union_all(*hidden)))


def _hidden(scope_key: ColumnElement[int], at: datetime) -> ColumnElement[bool]:
    held, line = restriction.c, restriction_line.c
    return exists().where(
        and_(
            line.restriction_id == held.id,
            line.scope.contains(scope_key),
            held.lifted_at.is_(None),
            held.term.contains(at),
            held.territory.contains(multirange(WORLD)),
            held.media.contains(multirange(COMP)),
        )
    )


def _grouped(rows: Sequence[Mapping[str, Any]]) -> dict[AssetId, Facts]:
    """Return the facts of each asset asked for; a row with a ruling tells of a twin of it."""
    twins: dict[AssetId, list[Twin]] = {}
    for row in sorted(rows, key=_id):
        if row["ruling"] is not None:
            twins.setdefault(AssetId(row["asked"]), []).append(_twin(row))
    own = (row for row in rows if row["ruling"] is None)
    return {AssetId(row["id"]): _facts(row, tuple(twins.get(row["id"], ()))) for row in own}


def _id(row: Mapping[str, Any]) -> UUID:
    found: UUID = row["id"]
    return found


def _twin(row: Mapping[str, Any]) -> Twin:
    return Twin(
        asset_id=AssetId(row["id"]),
        accession_number=row["accession_number"],
        asset_state=row["state"],
        unruled=row["ruling"] == "open",
        may_view=row["may_view"],
        restrictions=tuple(map(_restriction, row["restrictions"] or ())),
        rights_in=tuple(map(_right, row["rights_in"] or ())),
        exclusives=tuple(map(_exclusive, row["exclusives"] or ())),
        unconfirmed_claim=row["unconfirmed_claim"],
    )


def _facts(row: Mapping[str, Any], twins: tuple[Twin, ...]) -> Facts:
    return Facts(
        complete=True,
        asset_state=row["state"],
        party_active=row["party_active"],
        may_view=row["may_view"],
        restrictions=tuple(map(_restriction, row["restrictions"] or ())),
        lines=tuple(map(_line, row["lines"] or ())),
        rights_in=tuple(map(_right, row["rights_in"] or ())),
        exclusives=tuple(map(_exclusive, row["exclusives"] or ())),
        asset_credit_line=row["credit_line"] or None,
        unconfirmed_claim=row["unconfirmed_claim"],
        twins=twins,
    )


def _restriction(found: Mapping[str, Any]) -> Restriction:
    kind = RestrictionKind(found["kind"])
    return Restriction(
        RestrictionId(UUID(found["id"])), kind, _media(found), _territory(found), _span(found), found["tz"]
    )


def _line(found: Mapping[str, Any]) -> LicenceLine:
    return LicenceLine(
        line_id=found["id"],
        licence_id=LicenceId(UUID(found["licence"])),
        licensee=OrganisationId(UUID(found["licensee"])),
        state=LineState(found["state"]),
        accepted=found["accepted"],
        span=_span(found),
        media=_media(found),
        territory=_territory(found),
        cap=found["cap"],
        used=found["used"],
        max_px=found["max_px"],
        slot_owner=OrganisationId(UUID(found["owner"])),
        conditions=found["conditions"],
        number=found["number"],
        tz=found["tz"],
        consents=_agreements(found["consents"]),
        consents_withdrawn=_agreements(found["withdrawn"]),
    )


def _right(found: Mapping[str, Any]) -> RightsIn:
    return RightsIn(
        agreement_id=AgreementId(UUID(found["id"])),
        number=found["number"],
        grantee=None if found["grantee"] is None else OrganisationId(UUID(found["grantee"])),
        media=_media(found),
        territory=_territory(found),
        span=_span(found),
        exclusive=found["exclusive"],
        credit_line=found["credit_line"],
        live=True,
        sublicensable=found["sublicensable"],
        tz=found["tz"],
        consent_required=found["consent_required"],
    )


def _exclusive(found: Mapping[str, Any]) -> Exclusive:
    return Exclusive(
        holder=OrganisationId(UUID(found["owner"])),
        agreement_id=None if found["agreement"] is None else AgreementId(UUID(found["agreement"])),
        licence_id=None if found["licence"] is None else LicenceId(UUID(found["licence"])),
        number=found["number"],
        media=_media(found),
        territory=_territory(found),
        span=_span(found),
        tz=found["tz"],
    )


def _agreements(ids: Iterable[str]) -> tuple[AgreementId, ...]:
    return tuple(AgreementId(UUID(one)) for one in ids)


def _media(found: Mapping[str, Any]) -> NumberSet:
    return NumberSet.parse(found["media"])


def _territory(found: Mapping[str, Any]) -> NumberSet:
    return NumberSet.parse(found["territory"])


def _span(found: Mapping[str, Any]) -> Span:
    ends = found["ends"]
    return Span(datetime.fromisoformat(found["starts"]), None if ends is None else datetime.fromisoformat(ends))
