"""A great archive for measuring: made by PostgreSQL itself, set by set, and judged by its own constraints at the end.

Nothing here is random: every choice is a hash of a number, so every run measures the same archive.

| what | how it lies |
|---|---|
| photographs | 400 fonds of 40 holders, the largest a seventh of all, the smallest a few hundred; 3 % are not ready |
| lines of licences | 5 a photograph on average, some hundred on the most wanted; 4 % revoked, half of all expired |
| exclusive lines | three successive ones on 4 % of the photographs: news the world over, or editorial use in China |
| agreements | one on every fonds; 1,000 on each of three fonds; twenty exclusive on whole fonds; the rest on items |
| restrictions | on 1 % of the photographs, half of them lifted |
| twins | 1 % of the photographs look like their neighbour; a fifth of the pairs is not ruled on |
"""

from datetime import UTC, datetime
from uuid import UUID

import psycopg
from psycopg import sql

from dam.rights.territories import WORLD, territory_set
from dam.rights.vocabularies import media_set

AT = datetime(2026, 3, 10, 4, tzinfo=UTC)
"""When every measured decision is asked for: noon of a spring day in Beijing."""
FONDS, HOLDERS, PUBLISHERS = 400, 40, 300
LONG_CHAINS = (100, 101, 102)
"""The fonds with 1,000 agreements each."""
CHAIN = 1_000
LINES_A_LICENCE = 12
SPARE_LICENCES = 5_000
"""Licences of the first publisher that have no line yet: what the measured grants are made for."""

_LARGE = ("asset", "permission_request", "licence", "agreement", "agreement_line", "restriction_line", "grant_line")

_WORDS = {
    "fonds": FONDS,
    "holders": HOLDERS,
    "publishers": PUBLISHERS,
    "chains": ",".join(map(str, LONG_CHAINS)),
    "chain": CHAIN,
    "each": LINES_A_LICENCE,
    "spare": SPARE_LICENCES,
    "world": WORLD.multirange(),
    "china": territory_set(["CN"]).multirange(),
    "elsewhere": territory_set(["WORLD"], ["CN"]).multirange(),
    "all": media_set(["all"]).multirange(),
    "editorial": media_set(["editorial"]).multirange(),
    "news": media_set(["editorial.news"]).multirange(),
    "web": media_set(["editorial.news.web"]).multirange(),
    "book": media_set(["editorial.book"]).multirange(),
    "magazine": media_set(["editorial.magazine"]).multirange(),
    "tv": media_set(["editorial.broadcast"]).multirange(),
    "hall": media_set(["exhibition"]).multirange(),
    "advertising": media_set(["commercial.advertising"]).multirange(),
}

# Ids say what they are and count up, so a measurement can name a photograph without asking for it.
_HELPERS = """
CREATE FUNCTION pg_temp.id(kind int, n bigint) RETURNS uuid IMMUTABLE LANGUAGE sql
  RETURN (lpad(to_hex(kind), 8, '0') || '-0000-7000-8000-' || lpad(to_hex(n), 12, '0'))::uuid;
CREATE FUNCTION pg_temp.h(n bigint, salt int, upto int) RETURNS int IMMUTABLE LANGUAGE sql
  RETURN ((hashint8extended(n, salt) & 2147483647) % upto)::int;
CREATE FUNCTION pg_temp.u(n bigint, salt int) RETURNS float8 IMMUTABLE LANGUAGE sql
  RETURN (hashint8extended(n, salt) & 2147483647) / 2147483648.0;
CREATE FUNCTION pg_temp.day(d date) RETURNS timestamptz IMMUTABLE LANGUAGE sql
  RETURN (d::timestamp - interval '8 hours') AT TIME ZONE 'UTC';
"""

_PEOPLE = """
INSERT INTO organisation (id, kind, name_en) VALUES (pg_temp.id(1, 0), 'archive', 'The archive');
INSERT INTO organisation (id, kind, name_en)
  SELECT pg_temp.id(1, n), 'publisher', 'Publisher ' || n FROM generate_series(1, {publishers}) n;
INSERT INTO person (id, email, password, name, fs_uniquifier, organisation_id, roles)
  SELECT pg_temp.id(2, n), n || '@example.org', '-', 'Person ' || n, n::text, pg_temp.id(1, n),
    ARRAY[CASE n WHEN 0 THEN 'rights_manager' ELSE 'partner' END] FROM generate_series(0, {publishers}) n;
INSERT INTO rights_holder (id, number, name_en, recorded_by, recorded_at)
  SELECT pg_temp.id(3, n), n, 'Holder ' || n, pg_temp.id(2, 0), '2020-01-01' FROM generate_series(1, {holders}) n;
"""

_FONDS = """
CREATE TEMP TABLE fonds AS
WITH share AS (SELECT k, 1.0 / (k + 5) AS s FROM generate_series(1, {fonds}) k),
ends AS (SELECT k, floor({photographs} * sum(s) OVER (ORDER BY k) / sum(s) OVER ())::bigint AS e FROM share)
SELECT k, k % {holders} + 1 AS holder, k / {holders} + 1 AS number, coalesce(lag(e) OVER (ORDER BY k), 0) + 1 AS lo,
  e AS hi, ((k % {holders} + 1)::bigint << 51) | ((k / {holders} + 1)::bigint << 39) AS key FROM ends;
INSERT INTO collection (id, number, holder_id, title_en)
  SELECT pg_temp.id(4, k), number, pg_temp.id(3, holder), 'Fonds ' || k FROM fonds;
"""

# `ring` tells what is exclusive on a photograph: 1 news the world over, 2 editorial use in China, 3 its fonds' news.
_PHOTOGRAPHS = """
CREATE TEMP TABLE photo AS
SELECT n, k, key | n AS key, CASE WHEN k BETWEEN 350 AND 369 THEN 3 WHEN pg_temp.h(n, 1, 100) < 2 THEN 1
  WHEN pg_temp.h(n, 1, 100) < 4 THEN 2 ELSE 0 END AS ring,
  1 + CASE WHEN k BETWEEN 350 AND 369 THEN k ELSE pg_temp.h(n, 2, 1000) END % {publishers} AS owner
FROM fonds, generate_series(lo, hi) n;
CREATE UNIQUE INDEX ON photo (n);
ANALYZE photo;
INSERT INTO asset (id, scope_key, accession_number, state, reason_code, file_name, media_type, width_px, height_px,
    size_bytes, sha256, original_key, holder_id, collection_id, description, credit_line, created_at, updated_at,
    ready_at)
SELECT pg_temp.id(5, n), p.key, 'IMP-2026-' || n, state,
  CASE WHEN state IN ('quarantined', 'withdrawn') THEN 'asked' END, 'scan.jpg', 'image/jpeg', 6000, 4000, 12000000,
  encode(sha256(int8send(n)), 'hex'), 'sha256/' || n, pg_temp.id(3, holder), pg_temp.id(4, k),
  jsonb_build_object('title', jsonb_build_object('en', 'Photograph ' || n, 'zh-Hans', '照片 ' || n)),
  CASE WHEN n % 2 = 0 THEN 'Collection of the museum' END, '2025-01-01', '2025-01-01',
  CASE WHEN state = 'ready' THEN timestamptz '2025-01-01' END
FROM photo p JOIN fonds USING (k), LATERAL (SELECT CASE pg_temp.h(n, 3, 100) WHEN 0 THEN 'withdrawn'
  WHEN 1 THEN 'quarantined' WHEN 2 THEN 'received' ELSE 'ready' END AS state) s;
"""

_LICENCES = """
CREATE TEMP TABLE signed AS
SELECT n, CASE WHEN n > {licences} THEN 1 ELSE 1 + floor({publishers} * pg_temp.u(n, 11) ^ 2)::int END AS owner,
  CASE WHEN n > {licences} THEN 'offered' WHEN pg_temp.h(n, 12, 100) < 4 THEN 'revoked'
    WHEN pg_temp.h(n, 12, 100) < 6 THEN 'suspended' WHEN pg_temp.h(n, 12, 100) < 9 THEN 'offered'
    ELSE 'active' END AS state,
  date '2019-01-01' + pg_temp.h(n, 13, 2900) AS first,
  (ARRAY[30, 90, 365, 365, 730, 1825])[1 + pg_temp.h(n, 14, 6)] AS days,
  (ARRAY['{news}', '{news}', '{news}', '{web}', '{web}', '{web}', '{book}', '{book}', '{magazine}', '{tv}',
    '{hall}'])[1 + pg_temp.h(n, 15, 11)]::int4multirange AS media,
  (ARRAY['{world}', '{world}', '{china}', '{elsewhere}'])[1 + pg_temp.h(n, 16, 4)]::int4multirange AS territory
FROM generate_series(0, {licences} + {spare}) n;
CREATE UNIQUE INDEX ON signed (n);
ANALYZE signed;
INSERT INTO permission_request (id, number, organisation_id, requested_by, state, media, territory, territory_except,
    starts_on, ends_on, time_zone, purpose, publication, created_at, updated_at)
SELECT pg_temp.id(6, n), 'REQ-2026-' || n, pg_temp.id(1, owner), pg_temp.id(2, owner), 'decided', '{{editorial.news}}',
  '{{WORLD}}', '{{}}', first, first + days, 'Asia/Shanghai', 'A page', 'The paper', '2025-01-01', '2025-01-01'
FROM signed;
INSERT INTO licence (id, number, request_id, licensor_id, organisation_id, state, media, territory, territory_except,
    starts_on, ends_on, time_zone, purpose, publication, starts_at, ends_at, terms_en, terms_zh, terms_sha256,
    granted_by, granted_at, state_reason, state_changed_at, state_changed_by)
SELECT pg_temp.id(7, n), 'LIC-2026-' || n, pg_temp.id(6, n), pg_temp.id(1, 0), pg_temp.id(1, owner), state,
  '{{editorial.news}}', '{{WORLD}}', '{{}}', first, first + days, 'Asia/Shanghai', 'A page', 'The paper',
  pg_temp.day(first), pg_temp.day(first + days), 'terms', '条款', repeat('0', 64), pg_temp.id(2, 0), '2025-01-01',
  CASE WHEN state IN ('revoked', 'suspended') THEN 'asked' ELSE '' END, '2025-02-01', pg_temp.id(2, 0)
FROM signed;
"""

# The most wanted photographs have the lowest ranks, and ranks are strewn over all fonds. Where a photograph is
# exclusive to somebody, everybody else's lines are for the exhibition hall.
_LINES = """
INSERT INTO grant_line (space, licence_id, number, asset_id, licensee_id, slot_owner, scope, media, territory, term, tz,
    exclusive, state, accepted, cap, used, max_px, conditions, created_at)
SELECT 'out', pg_temp.id(7, s.n), 'LIC-2026-' || s.n, pg_temp.id(5, p.n),
  pg_temp.id(1, s.owner), pg_temp.id(1, s.owner),
  int8range(p.key, p.key + 1),
  CASE WHEN p.ring > 0 AND s.owner <> p.owner THEN int4multirange '{hall}' ELSE s.media END, s.territory,
  tstzrange(pg_temp.day(first), pg_temp.day(first + days)), 'Asia/Shanghai', false, s.state, s.state <> 'offered',
  10, pg_temp.h(i, 22, 11), 4000, '{{"credit_line": "Museum", "no_alteration": true, "print_run": 5000}}', '2025-01-01'
FROM generate_series(1, {plain}) i
JOIN signed s ON s.n = i / {each}
JOIN photo p ON p.n = (floor({photographs} * pg_temp.u(i, 21) ^ 1.5)::bigint * 700001) % {photographs} + 1;
INSERT INTO grant_line (space, licence_id, number, asset_id, licensee_id, slot_owner, scope, media, territory, term, tz,
    exclusive, state, accepted, cap, used, max_px, created_at)
SELECT 'out', pg_temp.id(7, s.n), 'LIC-2026-' || s.n, pg_temp.id(5, p.n),
  pg_temp.id(1, p.owner), pg_temp.id(1, p.owner),
  int8range(p.key, p.key + 1), CASE p.ring WHEN 1 THEN int4multirange '{news}' ELSE int4multirange '{editorial}' END,
  CASE p.ring WHEN 1 THEN int4multirange '{world}' ELSE int4multirange '{china}' END,
  tstzrange(pg_temp.day(make_date(2023 + 2 * y, 1, 1)), pg_temp.day(make_date(2025 + 2 * y, 1, 1))), 'Asia/Shanghai',
  true, 'active', true, 10, 1, 4000, '2025-01-01'
FROM photo p, generate_series(0, 2) y, LATERAL (SELECT pg_temp.h(p.n, 23, {licences}) AS n) s
WHERE p.ring IN (1, 2);
"""

_AGREEMENTS = """
CREATE TEMP TABLE supply AS
SELECT k AS n, k AS whole, NULL::bigint AS first_item, 0 AS items, NULL::int AS grantee, '{all}' AS media,
  '{world}' AS territory,
  date '2015-01-01' AS first, date '2035-12-31' AS last, false AS exclusive, 'active' AS state
  FROM generate_series(1, {fonds}) k
UNION ALL SELECT 1000 + k, k, NULL, 0, 1 + k % {publishers}, '{news}', '{world}', '2026-01-01', '2027-12-31', true,
  'active' FROM generate_series(350, 369) k
UNION ALL SELECT 1000 * k + c, k, NULL, 0, NULL, (ARRAY['{all}', '{news}', '{book}', '{magazine}'])[1 + c % 4],
  (ARRAY['{world}', '{china}', '{elsewhere}'])[1 + c % 3], make_date(2000 + c % 30, 1, 1),
  make_date(2001 + c % 30 + c % 3, 1, 1), false, CASE WHEN c % 10 < 3 THEN 'ended' ELSE 'active' END
  FROM unnest(ARRAY[{chains}]) k, generate_series(1, {chain}) c
UNION ALL SELECT 1000000 + d, NULL, {apart}::bigint * (d - 1) + 1, 1 + pg_temp.h(d, 31, 5),
  CASE WHEN d % 10 IN (3, 7) THEN 1 + pg_temp.h(d, 32, {publishers}) END,
  CASE d % 50 WHEN 3 THEN '{advertising}' ELSE CASE WHEN d % 10 IN (3, 7) THEN '{hall}' ELSE '{all}' END END, '{world}',
  date '2022-01-01' + pg_temp.h(d, 33, 1000), date '2026-12-31' + pg_temp.h(d, 34, 1000),
  d % 50 = 3 OR d % 10 = 5, CASE WHEN pg_temp.h(d, 35, 100) < 15 THEN 'ended' ELSE 'active' END
  FROM generate_series(1, {items}) d;
CREATE UNIQUE INDEX ON supply (n);
ANALYZE supply;
INSERT INTO agreement (id, number, holder_id, grantee_id, media, territory, term, media_codes, territory_codes,
    territory_except, vocabulary, starts_on, ends_on, tz, exclusive, sublicensable, credit_line, conditions, state,
    recorded_by, recorded_at, ended_at, ended_by, end_reason)
SELECT pg_temp.id(8, s.n), 'AGR-2026-' || s.n, pg_temp.id(3, f.holder), pg_temp.id(1, grantee),
  media::int4multirange, territory::int4multirange, tstzrange(pg_temp.day(first), pg_temp.day(last + 1)),
  '{{all}}', '{{WORLD}}', '{{}}', 'bench', first, last, 'Asia/Shanghai', exclusive, s.n % 5 = 0,
  CASE WHEN s.n % 3 = 0 THEN 'By courtesy of holder ' || f.holder END, '{{}}', state, pg_temp.id(2, 0), '2025-01-01',
  CASE state WHEN 'ended' THEN timestamptz '2025-06-01' END, CASE state WHEN 'ended' THEN pg_temp.id(2, 0) END,
  CASE state WHEN 'ended' THEN 'by agreement' ELSE '' END
FROM supply s LEFT JOIN photo p ON p.n = s.first_item JOIN fonds f ON f.k = coalesce(s.whole, p.k);
CREATE TEMP TABLE supplied AS
SELECT s.n, k, NULL::bigint AS item, int8range(key, key + (1::bigint << 39)) AS scope
  FROM supply s JOIN fonds ON k = whole
UNION ALL SELECT s.n, NULL, p.n, int8range(p.key, p.key + 1)
FROM supply s JOIN photo q ON q.n = first_item, generate_series(first_item, first_item + items - 1) item
JOIN photo p ON p.n = item WHERE p.k = q.k;
ANALYZE supplied;
INSERT INTO agreement_line (agreement_id, asset_id, collection_id, scope)
SELECT pg_temp.id(8, n), pg_temp.id(5, item), pg_temp.id(4, k), scope
FROM supplied;
INSERT INTO grant_line (space, agreement_id, number, asset_id, licensee_id, slot_owner, scope, media, territory,
    term, tz, exclusive, state, created_at)
SELECT space, pg_temp.id(8, n), 'AGR-2026-' || n, pg_temp.id(5, item),
  pg_temp.id(1, grantee),
  coalesce(pg_temp.id(1, grantee), '00000000-0000-0000-0000-000000000000'), scope, media::int4multirange,
  territory::int4multirange, tstzrange(pg_temp.day(first), pg_temp.day(last + 1)), 'Asia/Shanghai', exclusive, state,
  '2025-01-01'
FROM supply JOIN supplied USING (n), unnest(ARRAY['out', 'in']) space
WHERE grantee > 0 OR (exclusive AND space = 'in' AND NOT EXISTS (
  SELECT FROM photo WHERE photo.n = item AND photo.ring = 3));
"""

_RESTRICTIONS = """
INSERT INTO restriction (id, kind, media, territory, term, media_codes, territory_codes, vocabulary, tz, reason,
    placed_by, placed_at, lifted_at, lifted_by, lift_reason)
SELECT pg_temp.id(9, n), (ARRAY['embargo', 'takedown', 'privacy', 'cultural'])[1 + n % 4], '{all}',
  CASE WHEN n % 3 = 0 THEN '{china}' ELSE '{world}' END::int4multirange,
  tstzrange('2025-06-01', CASE WHEN n % 4 = 0 THEN timestamptz '2026-06-01' END),
  '{{all}}', '{{WORLD}}', 'bench', 'Asia/Shanghai', 'asked', pg_temp.id(2, 0),
  '2025-06-01',
  CASE WHEN n % 2 = 0 THEN timestamptz '2025-09-01' END, CASE WHEN n % 2 = 0 THEN pg_temp.id(2, 0) END,
  CASE WHEN n % 2 = 0 THEN 'settled' ELSE '' END
FROM generate_series(1, {photographs} / 100) n;
INSERT INTO restriction_line (restriction_id, asset_id, scope)
SELECT pg_temp.id(9, r), pg_temp.id(5, p.n), int8range(p.key, p.key + 1)
FROM generate_series(1, {photographs} / 100) r JOIN photo p ON p.n = r * 100 - 50;
"""

_TWINS = """
INSERT INTO rights_twin (id, low_id, high_id, distance, found_at, state, version, ruled_by, ruled_at, note)
SELECT pg_temp.id(10, n), pg_temp.id(5, 100 * n - 30), pg_temp.id(5, 100 * n - 29), 20, '2025-06-01', state, 1,
  CASE state WHEN 'open' THEN NULL ELSE pg_temp.id(2, 0) END,
  CASE state WHEN 'open' THEN NULL ELSE timestamptz '2025-07-01' END, 'compared'
FROM generate_series(1, {photographs} / 100) n,
  LATERAL (SELECT (ARRAY['open', 'same', 'same', 'same', 'different'])[1 + n % 5] AS state) s;
"""

_STEPS = (_HELPERS, _PEOPLE, _FONDS, _PHOTOGRAPHS, _LICENCES, _LINES, _AGREEMENTS, _RESTRICTIONS, _TWINS)


def id_of(kind: int, number: int) -> UUID:
    """Return the id of a row: 1 an organisation, 4 a fonds, 5 a photograph, 7 a licence."""
    return UUID(f"{kind:08x}-0000-7000-8000-{number:012x}")


def load(session: psycopg.Connection, photographs: int) -> None:
    """Fill an empty, migrated database; indexes and constraints are taken off and put on again over the finished rows.

    The guards that hold the service to the way of a licence are let off for the time: these have come all of it.

    Shape: a tenth as many agreements as photographs, and five times as many lines of licences.
    """
    session.execute("SET maintenance_work_mem = '1GB'")
    session.execute("SET work_mem = '256MB'")
    words = _WORDS | _sizes(photographs)
    again = [statement for table in _LARGE for statement in _taken_off(session, table)]
    session.execute("SET session_replication_role = replica")
    for step in _STEPS:
        session.execute(step.format(**words).encode())
    session.execute("RESET session_replication_role")
    # Keys first, then what refers to them.
    for statement in sorted(again, key=lambda one: "FOREIGN KEY" in one):
        session.execute(statement.encode())


def _sizes(photographs: int) -> dict[str, int]:
    exclusive = photographs * 4 * 3 // 100
    items = photographs // 10 - FONDS - 20 - len(LONG_CHAINS) * CHAIN
    if items < 1:
        raise ValueError("too small an archive for its fixed agreements; ask for at least 40,000 photographs")
    plain = 5 * photographs - exclusive
    return {
        "photographs": photographs,
        "plain": plain,
        "licences": plain // LINES_A_LICENCE,
        "items": items,
        "apart": photographs // items,
    }


def _taken_off(session: psycopg.Connection, table: str) -> list[str]:
    """Take off what is cheaper to make at once over finished rows, and return what makes it again."""
    constraints = session.execute(
        "SELECT conname, pg_get_constraintdef(oid) FROM pg_constraint WHERE conrelid = %s::regclass AND conparentid = 0"
        " AND contype IN ('f', 'x')",
        [table],
    ).fetchall()
    for name, _ in constraints:
        _run(session, "ALTER TABLE {} DROP CONSTRAINT {}", table, name)
    indexes = session.execute(
        "SELECT i.indexrelid::regclass::text, pg_get_indexdef(i.indexrelid) FROM pg_index i LEFT JOIN pg_constraint c"
        " ON c.conindid = i.indexrelid WHERE i.indrelid = %s::regclass AND c.oid IS NULL",
        [table],
    ).fetchall()
    for name, _ in indexes:
        _run(session, "DROP INDEX {}", name)
    made = [definition for _, definition in indexes]
    return made + [f"ALTER TABLE {table} ADD CONSTRAINT {name} {said}" for name, said in constraints]


def _run(session: psycopg.Connection, statement: str, *names: str) -> None:
    session.execute(sql.SQL(statement).format(*map(sql.Identifier, names)))
