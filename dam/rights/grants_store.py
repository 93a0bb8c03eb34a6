"""The grant lines: written sorted, under one lock a fonds, so that rivals wait for each other and never deadlock."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Executable, RowMapping, and_, bindparam, column, func, literal, or_, select, text, update
from sqlalchemy.dialects.postgresql import (
    INT4MULTIRANGE,
    INT8MULTIRANGE,
    TSTZRANGE,
    Range,
    insert,
)
from sqlalchemy.dialects.postgresql.ranges import MultiRange

from dam.catalogue.scope import place
from dam.database.tables.rights import grant_line
from dam.database.unit import Unit
from dam.kernel.ids import AgreementId, AssetId, LicenceId
from dam.rights.exclusivity import Claim, Holding, Space
from dam.rights.facts import LineState
from dam.rights.rows import multirange, number_set, span_of, term
from dam.rights.terms import Range as NumberRange

_LOCK_CLASS = 0x0D0A
_ROWS_AT_ONCE = 500
_FEW = 200
_SHOWN = ("id", "agreement_id", "licence_id", "number", "exclusive", "scope", "media", "term", "tz")
_CLAIM = (
    insert(grant_line)
    .on_conflict_do_nothing(constraint="no_double_grant")
    .returning(grant_line.c.id, grant_line.c.space, grant_line.c.scope)
)
_SELECTED = ", ".join(f"g.{name}" for name in _SHOWN)
# What is asked stands in `ask`, where the planner cannot see it, so the plan is made once. The space is written out:
# only then does the planner know that the index of the exclusive lines will do.
_STANDING_LINES = """
WITH ask AS MATERIALIZED (SELECT CAST(:owner AS uuid) AS owner, CAST(:scopes AS int8multirange) AS scopes,
  CAST(:term AS tstzrange) AS term, CAST(:media AS int4multirange) AS media,
  CAST(:territory AS int4multirange) AS territory, tstzrange(CAST(:after AS timestamptz), NULL) AS later)
SELECT few.*, count(*) OVER () AS met FROM ask CROSS JOIN LATERAL (
  SELECT {shown} FROM grant_line g
   WHERE g.live AND g.space = '{space}' {only} AND g.slot_owner <> ask.owner AND g.scope && ask.scopes
     AND g.term && ask.term AND g.term && ask.later AND g.media && ask.media AND g.territory && ask.territory
   LIMIT {few}) few
ORDER BY upper(few.term) DESC, few.id LIMIT 1
"""
_STANDING = {
    (space, exclusive): text(
        _STANDING_LINES.format(
            shown=_SELECTED, space=space.value, only="AND g.exclusive" if exclusive else "", few=_FEW
        )
    )
    .bindparams(
        bindparam("scopes", type_=INT8MULTIRANGE),
        bindparam("term", type_=TSTZRANGE),
        bindparam("media", type_=INT4MULTIRANGE),
        bindparam("territory", type_=INT4MULTIRANGE),
    )
    .columns(*(grant_line.c[name] for name in _SHOWN), column("met"))
    for space in Space
    for exclusive in (True, False)
}


def insert_claims(unit: Unit, claims: Iterable[Claim], at: datetime) -> dict[AssetId, int] | Claim:
    """Insert every claim and return the line of each single photograph, or return a claim that another's refused.

    After a refusal the unit must be rolled back: the claims before it may stand in it.
    """
    wanted = sorted(claims, key=lambda claim: (claim.scope, claim.space))
    hold(unit, wanted, at)
    lines: dict[AssetId, int] = {}
    for some in _batches(wanted):
        made = _insert(unit, some, at)
        if len(made) < len(some):
            return next(claim for claim in some if (claim.space.value, *claim.scope) not in made)
        lines |= {claim.asset_id: made[claim.space.value, *claim.scope] for claim in some if claim.asset_id is not None}
    return lines


def hold(unit: Unit, claims: Sequence[Claim], at: datetime) -> None:
    """Wait for whoever claims in the same fonds, and release the reservations there that are over."""
    _lock_fonds(unit, claims)
    _release_lapsed(unit, claims, at)


def standing_in_the_way(unit: Unit, claim: Claim) -> Holding | None:
    """Return the live claim of another owner that meets this one; an exclusive one first, then the longest."""
    found = standing_over(unit, claim, [claim.scope])
    return None if found is None else found[1]


def standing_over(unit: Unit, claim: Claim, scopes: Iterable[NumberRange]) -> tuple[NumberRange, Holding] | None:
    """Return the live claim that would meet this one if it were made on these scopes, after the scope it is made on."""
    asked = {
        "owner": claim.slot_owner,
        "scopes": MultiRange([Range(*scope) for scope in sorted(set(scopes))]),
        "term": term(claim.span),
        "media": multirange(claim.media),
        "territory": multirange(claim.territory),
    }
    row = _longest(unit, _STANDING[claim.space, True], asked)
    if row is None and claim.exclusive:
        row = _longest(unit, _STANDING[claim.space, False], asked)
    if row is None:
        return None
    held = Holding(
        agreement_id=None if row["agreement_id"] is None else AgreementId(row["agreement_id"]),
        licence_id=None if row["licence_id"] is None else LicenceId(row["licence_id"]),
        number=row["number"],
        exclusive=row["exclusive"],
        media=number_set(row["media"]),
        span=span_of(row["term"]),
        tz=row["tz"],
    )
    return (row["scope"].lower, row["scope"].upper), held


def set_licence_state(unit: Unit, licence_id: LicenceId, state: LineState, *, accepted: bool) -> int:
    """Bring every line of a licence to a state and return how many there are; the constraint judges a revival."""
    values: dict[str, Any] = {"state": state.value} | ({"accepted": True} if accepted else {})
    return unit.connection.execute(
        update(grant_line).where(grant_line.c.licence_id == licence_id).values(values)
    ).rowcount


def complete(unit: Unit, licence_id: LicenceId, at: datetime) -> int:
    """Offer every line of a licence that is still reserved and not lapsed, and return how many there were."""
    line = grant_line.c
    held = and_(line.licence_id == licence_id, line.state == LineState.RESERVED.value, line.reserved_until > at)
    return unit.connection.execute(update(grant_line).where(held).values(state=LineState.OFFERED.value)).rowcount


def set_consent(unit: Unit, line_id: int, agreement_id: AgreementId, *, stands: bool) -> None:
    """Write on the line that the agreement's holder consents to it, or no longer does."""
    line = grant_line.c
    given, withdrawn = (func.array_remove(column, agreement_id) for column in (line.consents, line.consents_withdrawn))
    here = {"consents": func.array_append(given, agreement_id), "consents_withdrawn": withdrawn}
    gone = {"consents": given, "consents_withdrawn": func.array_append(withdrawn, agreement_id)}
    unit.connection.execute(update(grant_line).where(line.id == line_id).values(here if stands else gone))


def end_agreement_lines(unit: Unit, agreement_id: AgreementId) -> None:
    """End every claim an agreement made."""
    unit.connection.execute(update(grant_line).where(grant_line.c.agreement_id == agreement_id).values(state="ended"))


def charge(unit: Unit, line_id: int) -> bool:
    """Count one download, unless the line is spent or no longer live; say whether it was counted."""
    line = grant_line.c
    left = or_(line.cap.is_(None), line.used < line.cap)
    done = unit.connection.execute(
        update(grant_line).where(and_(line.id == line_id, line.live, left)).values(used=line.used + 1)
    )
    return done.rowcount == 1


def return_charge(unit: Unit, line_id: int) -> None:
    """Take one counted download back."""
    line = grant_line.c
    unit.connection.execute(update(grant_line).where(line.id == line_id, line.used > 0).values(used=line.used - 1))


def number_and_cap(unit: Unit, line_id: int) -> tuple[str, int | None] | None:
    """Return the licence number of a line and its cap."""
    line = grant_line.c
    row = unit.connection.execute(select(line.number, line.cap).where(line.id == line_id)).first()
    return None if row is None else (row.number, row.cap)


def _longest(unit: Unit, standing: Executable, asked: Mapping[str, object]) -> RowMapping | None:
    """Return the line that ends last of those that stand in the way.

    Hundreds of thousands of lines may stand in the way of a whole collection, and they are not sorted: of any few the
    last is taken, then of any few that end after it, until no more are left. That takes a handful of short looks.
    """
    last: RowMapping | None = None
    after: datetime | None = None
    while True:
        later = unit.connection.execute(standing, {**asked, "after": after}).mappings().first()
        if later is None or later["met"] < _FEW:
            return later or last
        last, after = later, later["term"].upper


def _lock_fonds(unit: Unit, claims: Sequence[Claim]) -> None:
    for holder, fonds in sorted({place(claim.scope[0])[:2] for claim in claims}):
        unit.connection.execute(select(func.pg_advisory_xact_lock(_LOCK_CLASS, holder << 12 | fonds)))


def _release_lapsed(unit: Unit, claims: Sequence[Claim], at: datetime) -> None:
    """Release the reservations whose time is over and that these claims would meet."""
    line = grant_line.c
    scopes = [Range(*scope) for scope in sorted({claim.scope for claim in claims})]
    unit.connection.execute(
        update(grant_line)
        .where(
            line.state == LineState.RESERVED.value,
            line.reserved_until <= at,
            line.scope.overlaps(literal(MultiRange(scopes), INT8MULTIRANGE)),
        )
        .values(state=LineState.RELEASED.value)
    )


def _insert(unit: Unit, claims: Sequence[Claim], at: datetime) -> dict[tuple[str, int, int], int]:
    rows = unit.connection.execute(_CLAIM, [_row(claim, at) for claim in claims])
    return {(row.space, row.scope.lower, row.scope.upper): row.id for row in rows}


def _batches(claims: Sequence[Claim]) -> Iterable[Sequence[Claim]]:
    for start in range(0, len(claims), _ROWS_AT_ONCE):
        yield claims[start : start + _ROWS_AT_ONCE]


def _row(claim: Claim, at: datetime) -> dict[str, Any]:
    return {
        "space": claim.space.value,
        "agreement_id": claim.agreement_id,
        "licence_id": claim.licence_id,
        "number": claim.number,
        "asset_id": claim.asset_id,
        "licensee_id": claim.licensee,
        "slot_owner": claim.slot_owner,
        "scope": Range(*claim.scope),
        "media": multirange(claim.media),
        "territory": multirange(claim.territory),
        "term": term(claim.span),
        "tz": claim.tz,
        "exclusive": claim.exclusive,
        "state": claim.state.value,
        "accepted": False,
        "cap": claim.cap,
        "used": 0,
        "max_px": claim.max_px,
        "conditions": dict(claim.conditions),
        "reserved_until": claim.reserved_until,
        "consents": list(claim.consents),
        "created_at": at,
    }
