"""The constraint on real PostgreSQL: one claim holds, and holds what comes later; test_herd.py asks all at once."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from dam.catalogue.scope import fonds_range, place
from dam.kernel.errors import ExclusivityConflict
from dam.rights import grants_store
from dam.rights.agreement import Scope
from dam.rights.exclusivity import clash
from dam.rights.facts import LineState
from tests.stack.rights.conftest import AFTER, BOOK, FRANCE, NEWS, WEB, WORLD, YEAR, Archive, raw_claim

pytestmark = pytest.mark.stack


def test_the_seed_case(archive: Archive) -> None:
    """Museum to China Daily: a whole collection, news, the world, to 31 July 2026 in Beijing, exclusively."""
    fonds_id, fonds = archive.collection()
    agreement = archive.rights.record_agreement(archive.manager, archive.seed(Scope((), fonds_id)))
    later = archive.photograph(fonds=fonds)
    last_hour = replace(YEAR, start=datetime(2026, 7, 31, 15, tzinfo=UTC), end=AFTER.end)

    one_hour = archive.claim_of(archive.rival, [later], territory=FRANCE, span=last_hour)
    with pytest.raises(ExclusivityConflict) as refused:
        archive.grant(one_hour)
    assert refused.value.extra == {
        "agreement": str(agreement),
        "licence": None,
        "number": archive.rights.agreement(archive.manager, agreement).agreement.number,
        "until": "2026-07-31",
        "free_from": "2026-08-01",
    }
    assert "31 July 2026 (Beijing time)" in refused.value.message.en

    assert archive.grant(archive.claim_of(archive.rival, [later], territory=FRANCE, span=AFTER))
    assert archive.grant(archive.claim_of(archive.rival, [later], media=BOOK))
    assert archive.grant(archive.claim_of(archive.third, [later], slot_owner=archive.daily))
    assert archive.grant(archive.claim_of(archive.daily, [later]))
    assert archive.violations() == 0


def test_an_exclusive_cannot_be_signed_over_another_s_licence_until_that_is_revoked(archive: Archive) -> None:
    photo = archive.photograph()
    held = archive.claim_of(archive.rival, [photo])
    archive.grant(held)
    draft = archive.seed(Scope((photo,)))
    with pytest.raises(ExclusivityConflict) as refused:
        archive.rights.record_agreement(archive.manager, draft)
    assert refused.value.extra["licence"] == str(held.licence_id)
    assert refused.value.extra["number"] == held.number
    before = archive.scalar("SELECT count(*) FROM agreement")
    archive.set_lines(held, LineState.REVOKED)
    archive.rights.record_agreement(archive.manager, draft)
    assert archive.scalar("SELECT count(*) FROM agreement") == before + 1

    with pytest.raises(ExclusivityConflict):
        archive.set_lines(held, LineState.ACTIVE)
    assert archive.scalar("SELECT state FROM grant_line WHERE licence_id = :id", id=held.licence_id) == "revoked"
    assert archive.violations() == 0


def test_what_has_ended_frees_its_days_without_any_job(archive: Archive) -> None:
    """D17: the term itself ends the claim."""
    photo = archive.photograph()
    archive.grant(archive.claim_of(archive.daily, [photo], exclusive=True))
    assert archive.grant(archive.claim_of(archive.rival, [photo], exclusive=True, span=AFTER))


def test_nothing_of_a_refused_agreement_stays(archive: Archive) -> None:
    taken, free = archive.photograph(), archive.photograph()
    archive.grant(archive.claim_of(archive.daily, [taken], exclusive=True))
    counts = "SELECT (SELECT count(*) FROM grant_line) + (SELECT count(*) FROM agreement_line)"
    before, events = archive.scalar(counts), archive.scalar("SELECT count(*) FROM au.event")
    with pytest.raises(ExclusivityConflict):
        archive.rights.record_agreement(archive.manager, archive.seed(Scope((free, taken)), grantee=archive.rival))
    with pytest.raises(ExclusivityConflict):
        archive.grant(archive.claim_of(archive.rival, [free, taken]))
    assert (archive.scalar(counts), archive.scalar("SELECT count(*) FROM au.event")) == (before, events)


def test_a_photograph_that_joins_a_claimed_collection_is_held_by_it(archive: Archive) -> None:
    fonds_id, fonds = archive.collection()
    archive.rights.record_agreement(archive.manager, archive.seed(Scope((), fonds_id)))
    joins = archive.photograph()
    archive.move(joins, fonds)
    with pytest.raises(ExclusivityConflict):
        archive.grant(archive.claim_of(archive.rival, [joins]))


def test_a_photograph_that_another_holds_cannot_join_a_claimed_collection(archive: Archive) -> None:
    fonds_id, fonds = archive.collection()
    archive.rights.record_agreement(archive.manager, archive.seed(Scope((), fonds_id)))
    held = archive.photograph()
    archive.grant(archive.claim_of(archive.rival, [held]))
    before = archive.scalar("SELECT scope_key FROM asset WHERE id = :id", id=held)
    with pytest.raises(ExclusivityConflict):
        archive.move(held, fonds)
    assert archive.scalar("SELECT scope_key FROM asset WHERE id = :id", id=held) == before


def test_a_photograph_takes_its_lines_along(archive: Archive) -> None:
    photo = archive.photograph()
    _, fonds = archive.collection()
    archive.open_supply(photo)
    archive.grant(archive.claim_of(archive.daily, [photo]))
    archive.move(photo, fonds)
    here = (
        "SELECT count(*) FROM {} l JOIN asset a ON l.scope = int8range(a.scope_key, a.scope_key + 1) WHERE a.id = :id"
    )
    for table in ("grant_line", "agreement_line"):
        assert archive.scalar(here.format(table), id=photo) == 1


def test_an_archive_exclusive_supply_clashes_with_a_later_grantee_but_not_with_its_own_licences(
    archive: Archive,
) -> None:
    photo = archive.photograph()
    archive.rights.record_agreement(archive.manager, archive.seed(Scope((photo,)), grantee=None))
    assert archive.grant(archive.claim_of(archive.rival, [photo]))
    with pytest.raises(ExclusivityConflict):
        archive.rights.record_agreement(archive.manager, archive.seed(Scope((photo,)), exclusive=False))
    archive.rights.record_agreement(archive.archivist, archive.seed(Scope((photo,)), grantee=None))


def test_ending_an_agreement_frees_what_it_claimed(archive: Archive) -> None:
    photo = archive.photograph()
    made = archive.rights.record_agreement(archive.manager, archive.seed(Scope((photo,))))
    archive.rights.end_agreement(archive.manager, made, "Signed in error.")
    assert archive.rights.agreement(archive.manager, made).agreement.state == "ended"
    assert archive.grant(archive.claim_of(archive.rival, [photo]))


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("media", "'{}'"),
        ("territory", "'{}'"),
        ("scope", "'empty'"),
        ("term", "'empty'"),
        ("term", "tstzrange(now(), NULL)"),
        ("term", "tstzrange(now(), 'infinity')"),
        ("media", "'{[0,)}'"),
        ("used", "cap + 1"),
        ("licence_id", "NULL"),
        ("state", "'ended'"),
    ],
)
def test_the_database_itself_refuses_lines_that_would_slip_past(archive: Archive, column: str, value: str) -> None:
    """D19: a grant without an end; and an empty set, which overlaps nothing."""
    claim = archive.claim_of(archive.daily, [archive.photograph()])
    archive.grant(claim)
    with pytest.raises(DBAPIError) as refused, archive.stack.owner.unit() as unit:
        statement = f"UPDATE grant_line SET {column} = {value} WHERE licence_id = :id"
        unit.connection.execute(text(statement), {"id": claim.licence_id})
    assert refused.value.orig.sqlstate == "23514"


@pytest.mark.parametrize(
    "statement",
    [
        "DELETE FROM grant_line",
        "DELETE FROM agreement",
        "DELETE FROM restriction",
        "UPDATE grant_line SET term = term",
        "UPDATE grant_line SET slot_owner = slot_owner",
        "UPDATE grant_line SET cap = cap",
        "UPDATE agreement SET media = media",
        "UPDATE restriction SET term = term",
        "UPDATE grant_line SET xr = xr",
        "SELECT rekey_asset_lines()",
    ],
)
def test_the_service_s_role_cannot_rewrite_what_was_agreed(archive: Archive, statement: str) -> None:
    """D2: no way round the constraint; only states and counters change."""
    with pytest.raises(DBAPIError) as refused, archive.database.unit() as unit:
        unit.connection.execute(text(statement))
    assert refused.value.orig.sqlstate in {"42501", "428C9"}


def test_the_store_says_the_same_as_the_pure_rule(archive: Archive) -> None:
    photo = archive.photograph()
    held = archive.claim_of(archive.daily, [photo], media=NEWS, exclusive=True)
    archive.grant(held)
    for media, territory, span, clashes in (
        (WEB, WORLD, YEAR, True),
        (BOOK, WORLD, YEAR, False),
        (WEB, FRANCE, YEAR, True),
        (WEB, WORLD, AFTER, False),
    ):
        wanted = archive.claim_of(archive.rival, [photo], media=media, territory=territory, span=span)
        one, other = raw_claim(archive, held, photo), raw_claim(archive, wanted, photo)
        assert clash(one, other) is clashes
        with archive.database.unit() as unit:
            assert (grants_store.standing_in_the_way(unit, other) is not None) is clashes


def test_of_many_lines_the_one_that_ends_last_is_named(archive: Archive) -> None:
    """More than one look can take in, so that the first free day is only right when the looks go on to the end."""
    _, fonds = archive.collection()
    photo = archive.photograph(fonds=fonds)
    held = archive.claim_of(archive.rival, [photo])
    archive.grant(held)
    more = """
INSERT INTO grant_line (space, licence_id, number, asset_id, licensee_id, slot_owner, scope, media, territory, term, tz,
    exclusive, state, created_at)
SELECT space, licence_id, 'LIC ' || n, asset_id, licensee_id, slot_owner, scope, media, territory,
  tstzrange(lower(term), upper(term) + n * interval '1 day'), tz, exclusive, state, created_at
  FROM grant_line, generate_series(1, 900) n WHERE licence_id = :id"""
    with archive.stack.owner.unit() as unit:
        unit.connection.execute(text(more), {"id": held.licence_id})
    low, high = fonds_range(*place(archive.scalar("SELECT scope_key FROM asset WHERE id = :id", id=photo))[:2])
    wanted = archive.claim_of(archive.daily, [photo], exclusive=True)
    whole = replace(raw_claim(archive, wanted, photo), scope=(low, high))
    with archive.database.unit() as unit:
        found = grants_store.standing_in_the_way(unit, whole)
        assert grants_store.standing_in_the_way(unit, replace(whole, exclusive=False)) is None
    assert found is not None
    assert (found.number, found.span.end) == ("LIC 900", YEAR.end + timedelta(days=900))


def test_an_agreement_signed_for_one_day_holds_that_day_alone(archive: Archive) -> None:
    photo, day = archive.photograph(), date(2026, 5, 1)
    archive.rights.record_agreement(archive.manager, archive.seed(Scope((photo,)), starts_on=day, ends_on=day))
    assert archive.grant(archive.claim_of(archive.rival, [photo], span=AFTER))
    with pytest.raises(ExclusivityConflict):
        archive.grant(archive.claim_of(archive.rival, [photo]))
