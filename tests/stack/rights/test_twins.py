"""Two photographs that look alike: the stricter rights count for both, for every reader and every writer at once."""

import random
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import date
from threading import Barrier
from typing import Any

import pytest
from sqlalchemy import text

from dam.accounts.permissions import Role
from dam.catalogue.service import CatalogueService
from dam.imaging.perceptual import TURNS, PerceptualHash
from dam.kernel.errors import Conflict, ExclusivityConflict, Invalid, NotAllowed, NotFound, WrongState
from dam.kernel.ids import AssetId, TwinId, new_id
from dam.rights import grants_store
from dam.rights.agreement import RestrictionDraft, Scope, UseDraft
from dam.rights.facts import Action, RestrictionKind, Use
from dam.rights.twin import TwinState
from tests.stack.rights.conftest import BOOK, FRANCE, NOON, WEB, Archive, raw_claim

pytestmark = pytest.mark.stack
ASKED = UseDraft(media=("editorial.news.web",), territory=("FR",))
_random = random.Random(20261123)


@dataclass
class Alike:
    """Two photographs in collections of their own that look alike."""

    one: AssetId
    other: AssetId
    twin_id: TwinId


def at_once(work: Callable[[int], object], writers: int) -> list[object]:
    """Run the work in every writer at the same moment, and return what each came to."""
    start = Barrier(writers)

    def run(number: int) -> object:
        start.wait()
        try:
            return work(number)
        except ExclusivityConflict as conflict:
            return conflict

    with ThreadPoolExecutor(writers) as pool:
        return list(pool.map(run, range(writers)))


def looks(quality: int = 90) -> tuple[PerceptualHash, ...]:
    """Return eight hashes that are far from all others, like the turns of one picture."""
    return tuple(PerceptualHash(_random.randbytes(32), quality) for _ in range(TURNS))


def near(hashes: tuple[PerceptualHash, ...], bits: int) -> tuple[PerceptualHash, ...]:
    """Return hashes of which the first differs from the given first one in so many bits."""
    flipped = int.from_bytes(hashes[0].bits, "big") ^ ((1 << bits) - 1)
    return (PerceptualHash(flipped.to_bytes(32, "big"), hashes[0].quality), *looks()[1:])


def keep(archive: Archive, asset_id: AssetId, hashes: tuple[PerceptualHash, ...]) -> int:
    likeness = archive.rights.likeness(asset_id, hashes)
    with archive.database.unit() as unit:
        return archive.rights.keep_look(unit, asset_id, hashes, likeness, NOON)


def photograph(archive: Archive, **values: Any) -> AssetId:
    """A photograph in a collection of its own, so that no two share a lock."""
    _, fonds = archive.collection()
    return archive.photograph(fonds=fonds, **values)


def alike(archive: Archive) -> Alike:
    one, other, hashes = photograph(archive), photograph(archive), looks()
    assert keep(archive, one, hashes) == 0
    assert keep(archive, other, near(hashes, 9)) == 1
    (found,) = archive.rights.twins_of(archive.manager, one)
    return Alike(one, other, found.pair.twin_id)


def told(archive: Archive, asset_id: AssetId, who: Any = None) -> tuple[str, list[str]]:
    found = archive.rights.availability(who or archive.partner, asset_id, ASKED)
    return found.verdict.value, [reason.code for reason in found.reasons]


def test_a_pair_is_made_once_and_only_where_the_pictures_are_near_and_telling(archive: Archive) -> None:
    hashes = looks()
    first, second, far, flat, again_flat = (photograph(archive) for _ in range(5))
    assert keep(archive, first, hashes) == 0
    assert keep(archive, second, near(hashes, 64)) == 1
    assert keep(archive, second, near(hashes, 64)) == 0
    assert keep(archive, far, near(hashes, 65)) == 1, "it is one bit from the second, and one too far from the first"
    plain = looks(quality=49)
    assert keep(archive, flat, plain) == 0
    assert keep(archive, again_flat, plain) == 0
    (pair,) = archive.rights.twins_of(archive.manager, first)
    assert {side.asset_id for side in pair.pair.sides} == {first, second}
    assert (pair.pair.distance, pair.pair.state, pair.pair.strong) == (64, TwinState.OPEN, False)
    event = "SELECT count(*) FROM au.event WHERE type = 'rights.twins.found' AND asset = :asset"
    assert archive.scalar(event, asset=second) == 1


def test_photographs_prepared_at_the_same_moment_find_each_other(archive: Archive) -> None:
    """Each looked before any was kept, so nothing was found: only the second look, under the lock, can pair them."""
    hashes = looks()
    photos = [photograph(archive) for _ in range(6)]
    early = [archive.rights.likeness(one, hashes) for one in photos]
    assert all(found is not None and found.found == () for found in early)

    def conclude(number: int) -> int:
        with archive.database.unit() as unit:
            return archive.rights.keep_look(unit, photos[number], hashes, early[number], NOON)

    made = at_once(conclude, writers=len(photos))
    assert sorted(made) == [0, 1, 2, 3, 4, 5]
    assert all(len(archive.rights.twins_of(archive.manager, one)) == 5 for one in photos)


def test_each_takes_the_stricter_of_both_until_somebody_rules(archive: Archive) -> None:
    pair = alike(archive)
    archive.open_supply(pair.one)
    assert told(archive, pair.one) == ("on_request", ["twin_unruled", "rights_not_recorded"])
    narrow = archive.open_supply(pair.other, media=["editorial.book"])
    assert told(archive, pair.one) == ("on_request", ["twin_unruled", "rights_narrower"])
    archive.rights.end_agreement(archive.manager, narrow, "replaced")
    archive.open_supply(pair.other)
    assert told(archive, pair.one) == ("available", [])
    bar = RestrictionDraft(RestrictionKind.LEGAL, Scope((pair.other,)), "A court says so", territory=("FR",))
    archive.rights.place_restriction(archive.manager, bar)
    assert told(archive, pair.one) == ("never", ["twin_unruled", "legal"])
    assert told(archive, pair.other) == ("never", ["legal"])
    archive.rights.rule_twins(archive.archivist, pair.twin_id, "same")
    assert told(archive, pair.one) == ("never", ["twin_same", "legal"])
    archive.rights.rule_twins(archive.archivist, pair.twin_id, "different", "Another day; see the flag.")
    assert told(archive, pair.one) == ("available", [])


def test_one_statement_tells_of_the_photograph_and_its_twins_and_of_many_at_once(archive: Archive) -> None:
    pair, alone = alike(archive), photograph(archive)
    archive.open_supply(pair.other)
    use = Use(Action.PUBLISH, archive.rival, WEB, FRANCE)
    with archive.database.unit() as unit:
        asked = [pair.one, pair.other, alone]
        many = archive.rights.availability_many(unit, asked, archive.rival, NOON, use)
        known = archive.rights.facts(unit, pair.one, party=archive.rival, at=NOON, lock=True)
    codes = {one: [reason.code for reason in many[one].reasons] for one in asked}
    assert codes == {
        pair.one: ["rights_not_recorded"],
        pair.other: ["twin_unruled", "rights_not_recorded"],
        alone: ["rights_not_recorded"],
    }
    (twin,) = known.twins
    assert (twin.asset_id, twin.unruled, twin.may_view, len(twin.rights_in)) == (pair.other, True, True, 1)


def test_what_hides_one_picture_hides_the_other_too(archive: Archive) -> None:
    """D11: an embargo on one copy would be worth nothing if the other could be looked at."""
    pair = alike(archive)
    catalogue = CatalogueService(
        database=archive.database, clock=lambda: NOON, jobs=None, barred=archive.rights.hides_preview
    )
    assert catalogue.asset(archive.partner, pair.one).asset_id == pair.one
    draft = RestrictionDraft(RestrictionKind.EMBARGO, Scope((pair.other,)), "Not before the anniversary")
    bar = archive.rights.place_restriction(archive.manager, draft)
    with pytest.raises(NotFound):
        catalogue.asset(archive.partner, pair.one)
    with archive.database.unit() as unit:
        known = archive.rights.facts(unit, pair.one, party=archive.rival, at=NOON)
    assert "another photograph" in archive.rights.availability(archive.manager, pair.one, ASKED).reasons[1].message.en
    assert known.twins[0].restrictions[0].hides_preview
    archive.rights.lift_restriction(archive.manager, bar, "The day has come")
    assert catalogue.asset(archive.partner, pair.one).asset_id == pair.one


def test_of_two_who_claim_an_exclusive_on_either_twin_one_wins_every_round(archive: Archive) -> None:
    """D2, D5: the fonds of both are locked, so no two writers stand over one picture."""
    for round_number in range(8):
        pair = alike(archive)
        claims = [
            archive.claim_of(of, [asset], exclusive=True)
            for of, asset in ((archive.rival, pair.one), (archive.third, pair.other))
        ]
        results = at_once(lambda number, claims=claims: archive.grant(claims[number]), writers=2)
        lost = [one for one in results if isinstance(one, ExclusivityConflict)]
        assert len(lost) == 1, round_number
        assert lost[0].extra["twin"].startswith("IMP-2026-")
        assert lost[0].extra["number"] in {claim.number for claim in claims}
        assert "looks the same as one of these" in lost[0].message.en


def test_without_the_look_beside_both_would_win(archive: Archive) -> None:
    """The negative control: the constraint alone knows nothing of twins."""
    pair = alike(archive)
    first, second = (
        archive.claim_of(of, [asset], exclusive=True)
        for of, asset in ((archive.rival, pair.one), (archive.third, pair.other))
    )
    archive.grant(first)
    with archive.database.unit() as unit:
        made = grants_store.insert_claims(unit, [raw_claim(archive, second, pair.other)], NOON)
    assert isinstance(made, dict)


def test_a_grant_meets_what_its_twin_is_licensed_for_and_a_ruling_sets_it_free(archive: Archive) -> None:
    pair = alike(archive)
    plain = archive.claim_of(archive.rival, [pair.one])
    archive.grant(plain)
    with pytest.raises(ExclusivityConflict) as refused:
        archive.rights.record_agreement(archive.manager, archive.seed(Scope((pair.other,))))
    assert refused.value.extra["licence"] == str(plain.licence_id)
    assert archive.grant(archive.claim_of(archive.third, [pair.other])), "neither is exclusive"
    assert archive.grant(archive.claim_of(archive.rival, [pair.other], media=BOOK, exclusive=True)), "another use"
    assert archive.grant(archive.claim_of(archive.rival, [pair.one, pair.other])), "both to one licensee"
    with pytest.raises(ExclusivityConflict):
        archive.grant(archive.claim_of(archive.daily, [pair.one], media=BOOK))
    archive.rights.rule_twins(archive.archivist, pair.twin_id, "different", "Another man.")
    assert archive.grant(archive.claim_of(archive.daily, [pair.one], media=BOOK))


def test_a_whole_collection_is_compared_with_the_twins_outside_it(archive: Archive) -> None:
    fonds_id, fonds = archive.collection()
    hashes = looks()
    inside, outside = archive.photograph(fonds=fonds), photograph(archive)
    keep(archive, inside, hashes)
    keep(archive, outside, hashes)
    archive.grant(archive.claim_of(archive.rival, [outside]))
    with pytest.raises(ExclusivityConflict) as refused:
        archive.rights.record_agreement(archive.manager, archive.seed(Scope((), fonds_id)))
    number = archive.scalar("SELECT accession_number FROM asset WHERE id = :id", id=outside)
    assert refused.value.extra["twin"] == number


def test_a_ruling_is_made_by_whoever_may_on_what_they_saw_and_its_history_is_in_the_log(archive: Archive) -> None:
    pair, rights = alike(archive), archive.rights
    for actor in (archive.partner, archive.auditor):
        with pytest.raises(NotAllowed):
            rights.rule_twins(actor, pair.twin_id, "same")
    with pytest.raises(NotAllowed):
        rights.twins(archive.partner)
    with pytest.raises(NotFound):
        rights.rule_twins(archive.archivist, TwinId(new_id()), "same")
    with pytest.raises(NotFound):
        rights.twins_of(archive.archivist, AssetId(new_id()))
    for ruling, note, fields in (
        ("open", "", ["ruling"]),
        ("twins", "x" * 2001, ["ruling", "note"]),
        ("different", " ", ["note"]),
    ):
        with pytest.raises(Invalid) as wrong:
            rights.rule_twins(archive.archivist, pair.twin_id, ruling, note)
        assert [fault.field for fault in wrong.value.faults] == fields
    ruled = rights.rule_twins(archive.archivist, pair.twin_id, "same", " One negative. ", seen=1).pair
    assert (ruled.state, ruled.version, ruled.note, ruled.ruled_at) == (TwinState.SAME, 2, "One negative.", NOON)
    assert ruled.ruled_by
    with pytest.raises(Conflict) as stale:
        rights.rule_twins(archive.manager, pair.twin_id, "different", "No.", seen=1)
    assert stale.value.code == "twin_changed"
    with pytest.raises(WrongState):
        rights.rule_twins(archive.manager, pair.twin_id, "same")
    rights.rule_twins(archive.manager, pair.twin_id, "different", "The hat.", seen=2)
    entries = """
SELECT array_agg(concat_ws('>', au.j(entry) #>> '{more,before}', au.j(entry) #>> '{more,ruling}'))
  FROM au.event WHERE type = 'rights.twins.ruled' AND au.j(entry) #>> '{more,twins}' = :twins"""
    assert sorted(archive.scalar(entries, twins=str(pair.twin_id))) == ["open>same", "same>different"]


def test_of_two_who_rule_at_once_the_second_is_told(archive: Archive) -> None:
    pair = alike(archive)

    def rule(number: int) -> object:
        try:
            return archive.rights.rule_twins(
                archive.archivist, pair.twin_id, ("same", "different")[number], "Seen.", seen=1
            )
        except Conflict as conflict:
            return conflict.code

    assert at_once(rule, writers=2).count("twin_changed") == 1


def test_the_queue_shows_the_longest_known_first_with_what_differs_in_words(archive: Archive) -> None:
    waiting = "SELECT count(*) FROM rights_twin WHERE state = 'open'"
    pairs = [alike(archive) for _ in range(3)]
    number = archive.scalar("SELECT number FROM agreement WHERE id = :id", id=archive.open_supply(pairs[2].other))
    archive.open_supply(pairs[2].one, pairs[2].other, starts_on=date(2021, 1, 1))
    seen: list[Any] = []
    cursor = None
    while True:
        page = archive.rights.twins(archive.auditor, "open", cursor, limit=2)
        seen += page.items
        cursor = page.next
        if cursor is None:
            break
    assert len(seen) == archive.scalar(waiting)
    assert [one.pair.twin_id for one in seen[-3:]] == [pair.twin_id for pair in pairs]
    last = seen[-1]
    alone = dict(zip((side.asset_id for side in last.pair.sides), last.alone, strict=True))
    assert alone[pairs[2].one] == ()
    assert [number in said.en for said in alone[pairs[2].other]] == [True]
    assert len(last.both) == 1
    with pytest.raises(Invalid):
        archive.rights.twins(archive.auditor, "ruled")
    with pytest.raises(Invalid):
        archive.rights.twins(archive.auditor, cursor="nonsense")


def test_the_service_can_neither_delete_a_pair_nor_change_a_hash(archive: Archive) -> None:
    pair = alike(archive)
    for statement in (
        "DELETE FROM rights_twin WHERE id = :id",
        "UPDATE rights_twin SET distance = 0 WHERE id = :id",
        "UPDATE asset_look SET quality = 0 WHERE asset_id = :id",
        "DELETE FROM asset_look WHERE asset_id = :id",
    ):
        with pytest.raises(Exception, match="permission denied"), archive.database.unit() as unit:
            unit.connection.execute(text(statement), {"id": pair.twin_id})


def test_a_holder_s_people_are_not_told_of_photographs_they_may_not_see(archive: Archive) -> None:
    organisation = archive.organisation("holder")
    curator = archive.person(organisation, Role.RIGHTS_HOLDER)
    holder = archive.holder(organisation)
    hashes = looks()
    theirs, others = photograph(archive, holder_id=holder), photograph(archive)
    keep(archive, theirs, hashes)
    keep(archive, others, hashes)
    said = archive.rights.availability(curator, theirs, ASKED).reasons
    assert [reason.code for reason in said] == ["rights_not_recorded", "twin_unruled"]
    assert "another photograph" in said[1].message.en
    assert "另一张照片" in said[1].message.zh
    number = archive.scalar("SELECT accession_number FROM asset WHERE id = :id", id=others)
    assert number in archive.rights.availability(archive.partner, theirs, ASKED).reasons[1].message.en
