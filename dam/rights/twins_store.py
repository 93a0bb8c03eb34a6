"""The SQL of what photographs look like and of the pairs that look alike."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, RowMapping, Select, exists, func, insert, or_, select, text, update
from sqlalchemy.dialects.postgresql import insert as insert_or_leave

from dam.catalogue.scope import item_range
from dam.database.tables.accounts import person
from dam.database.tables.catalogue import asset, rendition
from dam.database.tables.jobs import job
from dam.database.tables.rights import rights_holder
from dam.database.tables.rights_twins import asset_look, rights_twin
from dam.database.unit import Unit
from dam.imaging.perceptual import BITS, TURNS, WEAK_QUALITY, PerceptualHash
from dam.kernel.ids import AssetId, PersonId, TwinId, new_id
from dam.kernel.text import Bilingual
from dam.rights.exclusivity import Claim
from dam.rights.twin import MOST_DISTANCE, Likeness, Resemblance, Ruling, Side, TwinPair, TwinState

_LOCK_CLASS = 0x0D0B
_LOW, _HIGH, _LOW_HOLDER, _HIGH_HOLDER = (
    asset.alias("low"),
    asset.alias("high"),
    rights_holder.alias("low_holder"),
    rights_holder.alias("high_holder"),
)

_DISTANCES = [f"bit_count(bits # CAST(:turn{nth} AS bit({BITS})))" for nth in range(TURNS)]
_ALIKE = text(
    f"""
SELECT asset_id, least({", ".join(_DISTANCES)}) AS distance
  FROM asset_look
 WHERE number > :after AND quality >= {WEAK_QUALITY}
   AND ({" OR ".join(f"{one} <= {MOST_DISTANCE}" for one in _DISTANCES)})
 ORDER BY asset_id
"""  # noqa: S608 - numbers of our own
)

# Which photographs look like those in each claim and lie outside it, while nobody has ruled them different. A single
# photograph is looked up, and its twins from it; for a whole collection all twins are read, which only then is done.
_BESIDE = text(
    """
WITH c AS MATERIALIZED (
  SELECT * FROM unnest(CAST(:lows AS bigint[]), CAST(:highs AS bigint[])) WITH ORDINALITY c (low, high, nth)),
wide AS MATERIALIZED (SELECT * FROM c WHERE high > low + 1)
SELECT c.nth, b.scope_key, b.accession_number
  FROM c
 CROSS JOIN LATERAL (SELECT id FROM asset WHERE scope_key = c.low OFFSET 0) a
 CROSS JOIN LATERAL (
   SELECT high_id AS other FROM rights_twin WHERE low_id = a.id AND state <> 'different'
   UNION ALL SELECT low_id FROM rights_twin WHERE high_id = a.id AND state <> 'different') t
 CROSS JOIN LATERAL (SELECT scope_key, accession_number FROM asset WHERE id = t.other OFFSET 0) b
 WHERE c.high = c.low + 1
UNION ALL
SELECT c.nth, b.scope_key, b.accession_number
  FROM wide c
  JOIN asset a ON a.scope_key >= c.low AND a.scope_key < c.high
  JOIN (SELECT low_id AS one, high_id AS other FROM rights_twin WHERE state <> 'different'
        UNION ALL SELECT high_id, low_id FROM rights_twin WHERE state <> 'different') t ON t.one = a.id
  JOIN asset b ON b.id = t.other AND NOT (b.scope_key >= c.low AND b.scope_key < c.high)
 WHERE EXISTS (SELECT FROM wide)
 ORDER BY nth, scope_key
"""
)


@dataclass(frozen=True, slots=True)
class Beside:
    """A photograph that looks like one in a claim and lies outside it."""

    claim: Claim
    accession_number: str


def has_look(unit: Unit, asset_id: AssetId) -> bool:
    """Tell whether the photograph's hash is kept."""
    return bool(unit.connection.execute(select(exists().where(asset_look.c.asset_id == asset_id))).scalar())


def alike(unit: Unit, looks: Sequence[PerceptualHash], *, after: int = 0) -> Likeness:
    """Return what looks like the picture in one of its turns, among the hashes after a number; flat ones are no match.

    One scan of the table: 0.75 s for a million photographs and all eight turns.
    """
    numbers = select(func.coalesce(func.max(asset_look.c.number), 0))
    seen: int = unit.connection.execute(numbers).scalar_one()
    if not looks[0].telling:
        return Likeness((), seen)
    asked = {f"turn{nth}": _written(look) for nth, look in enumerate(looks)}
    rows = unit.connection.execute(_ALIKE, {**asked, "after": after})
    return Likeness(tuple(Resemblance(AssetId(row.asset_id), row.distance) for row in rows), seen)


def lock_looks(unit: Unit) -> None:
    """Let nobody else add a hash before the unit ends."""
    unit.connection.execute(select(func.pg_advisory_xact_lock(_LOCK_CLASS, 0)))


def add_look(unit: Unit, asset_id: AssetId, look: PerceptualHash, at: datetime) -> None:
    """Insert the hash of a photograph."""
    row = {"asset_id": asset_id, "bits": _written(look), "quality": look.quality, "made_at": at}
    unit.connection.execute(insert(asset_look).values(row))


def add_pair(unit: Unit, one: AssetId, found: Resemblance, at: datetime) -> TwinId | None:
    """Insert a pair as open; None when it stands there already, ruled on or not."""
    low, high = sorted((one, found.asset_id))
    row = {"id": new_id(), "low_id": low, "high_id": high, "distance": found.distance, "found_at": at}
    made = insert_or_leave(rights_twin).values(row).on_conflict_do_nothing().returning(rights_twin.c.id)
    twin_id = unit.connection.execute(made).scalar()
    return None if twin_id is None else TwinId(twin_id)


def without_look(unit: Unit, params: Mapping[str, object], limit: int) -> Sequence[AssetId]:
    """Return ready photographs that were opened before hashes were kept and have no job with these parameters."""
    unlooked = ~exists().where(asset_look.c.asset_id == asset.c.id)
    opened = exists().where(rendition.c.asset_id == asset.c.id)
    queued = exists().where(job.c.subject_id == asset.c.id, job.c.params.contains(dict(params)))
    wanted = select(asset.c.id).where(asset.c.state == "ready", unlooked, opened, ~queued)
    found = unit.connection.execute(wanted.order_by(asset.c.id).limit(limit)).scalars()
    return [AssetId(one) for one in found]


def one(unit: Unit, twin_id: TwinId, *, lock: bool = False) -> TwinPair | None:
    """Return one pair; with `lock`, nobody else rules on it before the unit ends."""
    query = _pairs().where(rights_twin.c.id == twin_id)
    row = unit.connection.execute(query.with_for_update(of=rights_twin) if lock else query).mappings().first()
    return None if row is None else _pair(row)


def of_asset(unit: Unit, asset_id: AssetId) -> tuple[TwinPair, ...]:
    """Return every pair of a photograph, whatever was ruled, the longest known first."""
    mine = or_(rights_twin.c.low_id == asset_id, rights_twin.c.high_id == asset_id)
    rows = unit.connection.execute(_pairs().where(mine).order_by(rights_twin.c.id)).mappings()
    return tuple(map(_pair, rows))


def asset_exists(unit: Unit, asset_id: AssetId) -> bool:
    """Tell whether there is such a photograph."""
    return bool(unit.connection.execute(select(exists().where(asset.c.id == asset_id))).scalar())


def pairs(unit: Unit, state: TwinState | None, after: TwinId | None, limit: int) -> tuple[TwinPair, ...]:
    """Return pairs in a state, or all, the longest known first."""
    query = _pairs().order_by(rights_twin.c.id).limit(limit)
    if state is not None:
        query = query.where(rights_twin.c.state == state.value)
    if after is not None:
        query = query.where(rights_twin.c.id > after)
    return tuple(map(_pair, unit.connection.execute(query).mappings()))


def rule(unit: Unit, twin_id: TwinId, ruling: Ruling, *, by: PersonId, at: datetime) -> None:
    """Write the ruling over the pair; the log keeps what was ruled before."""
    values: Mapping[str, Any] = {"state": ruling.state.value, "note": ruling.note, "ruled_by": by, "ruled_at": at}
    done = update(rights_twin).where(rights_twin.c.id == twin_id).values(**values, version=rights_twin.c.version + 1)
    unit.connection.execute(done)


def beside(unit: Unit, claims: Sequence[Claim]) -> tuple[Beside, ...]:
    """Return, for every photograph beside the claims that looks like one in them, what they would claim of it."""
    scopes = {"lows": [claim.scope[0] for claim in claims], "highs": [claim.scope[1] for claim in claims]}
    rows = unit.connection.execute(_BESIDE, scopes)
    return tuple(
        Beside(replace(claims[row.nth - 1], scope=item_range(row.scope_key), asset_id=None), row.accession_number)
        for row in rows
    )


def _pairs() -> Select[Any]:
    columns: list[ColumnElement[Any]] = []
    for name, side, holder in (("low", _LOW, _LOW_HOLDER), ("high", _HIGH, _HIGH_HOLDER)):
        columns += [
            side.c.accession_number.label(f"{name}_number"),
            side.c.state.label(f"{name}_state"),
            side.c.description["title", "en"].astext.label(f"{name}_title_en"),
            side.c.description["title", "zh-Hans"].astext.label(f"{name}_title_zh"),
            holder.c.name_en.label(f"{name}_holder_en"),
            holder.c.name_zh.label(f"{name}_holder_zh"),
        ]
    return (
        select(rights_twin, person.c.name.label("ruler"), *columns)
        .join(_LOW, _LOW.c.id == rights_twin.c.low_id)
        .join(_HIGH, _HIGH.c.id == rights_twin.c.high_id)
        .outerjoin(_LOW_HOLDER, _LOW_HOLDER.c.id == _LOW.c.holder_id)
        .outerjoin(_HIGH_HOLDER, _HIGH_HOLDER.c.id == _HIGH.c.holder_id)
        .outerjoin(person, person.c.id == rights_twin.c.ruled_by)
    )


def _pair(row: RowMapping) -> TwinPair:
    return TwinPair(
        twin_id=TwinId(row["id"]),
        sides=(_side(row, "low"), _side(row, "high")),
        distance=row["distance"],
        found_at=row["found_at"],
        state=TwinState(row["state"]),
        version=row["version"],
        ruled_by=row["ruler"],
        ruled_at=row["ruled_at"],
        note=row["note"],
    )


def _side(row: RowMapping, name: str) -> Side:
    holder = row[f"{name}_holder_en"]
    return Side(
        asset_id=AssetId(row[f"{name}_id"]),
        accession_number=row[f"{name}_number"],
        title=Bilingual(row[f"{name}_title_en"] or "", row[f"{name}_title_zh"] or ""),
        state=row[f"{name}_state"],
        holder=None if holder is None else Bilingual(holder, row[f"{name}_holder_zh"] or ""),
    )


def _written(look: PerceptualHash) -> str:
    """Return the hash as PostgreSQL reads bits."""
    return format(int.from_bytes(look.bits, "big"), f"0{BITS}b")
