"""Two thousand grants that clash, asked for by eight writers at the same moments, through the services themselves.

What stands in the end is judged by comparing every pair of lines, with no help from the constraint or its index. The
same judge, over the same race without the constraint, must find what is wrong: else it could not see it here.
"""

import random
import time
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import datetime
from threading import Barrier
from typing import Any

import pytest
from sqlalchemy import insert, text
from sqlalchemy.dialects.postgresql import Range

from dam.catalogue.service import CatalogueService
from dam.database.tables.rights import grant_line
from dam.jobs.service import JobService
from dam.kernel.errors import ExclusivityConflict
from dam.kernel.ids import AssetId
from dam.rights import grants_store
from dam.rights.agreement import Scope
from dam.rights.claims import LicenceClaim, LineDraft
from dam.rights.exclusivity import Claim
from dam.rights.rows import multirange, term
from tests.stack.archive import Silence
from tests.stack.rights.conftest import Archive, raw_claim

pytestmark = pytest.mark.stack
WRITERS = 8
ROUND_LIMIT_S = 60
DEADLOCKS = "SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()"
Act = Callable[[], object]


class Herd:
    """Eight writers, each for a publisher of its own with a licence of its own."""

    def __init__(self, archive: Archive) -> None:
        self.archive = archive
        self.parties = [archive.organisation("publisher") for _ in range(WRITERS)]
        self.claims = [archive.claim_of(party, []) for party in self.parties]
        self.jobs = JobService(database=archive.database, queue=Silence())
        self.catalogue = CatalogueService(
            database=archive.database, clock=lambda: archive.at, jobs=self.jobs, barred=archive.rights.hides_preview
        )

    def claim(self, writer: int, photos: Sequence[AssetId], *, exclusive: bool) -> LicenceClaim:
        lines = [LineDraft(photo, 10, 4000) for photo in photos]
        return replace(self.claims[writer], lines=lines, exclusive=exclusive)

    def grant(self, writer: int, photos: Sequence[AssetId], *, exclusive: bool = True) -> Act:
        claim = self.claim(writer, photos, exclusive=exclusive)
        return lambda: self.archive.grant(claim, accept=False)

    def sell(self, writer: int, fonds_id: Any) -> Act:
        """Sign a whole collection over to the writer's publisher."""
        draft = self.archive.seed(Scope((), fonds_id), grantee=self.parties[writer])
        return lambda: self.archive.rights.record_agreement(self.archive.manager, draft)

    def join(self, photo: AssetId, fonds_id: Any) -> Act:
        """Put a photograph into a collection, as an archivist does."""
        patch = {"collection": str(fonds_id)}
        return lambda: self.catalogue.describe(self.archive.archivist, photo, patch, 1)


def stampede(rounds: Sequence[Sequence[Act]]) -> list[list[object]]:
    """Let each writer do its act of every round at the same moment, and return what each came to, errors included."""
    start = Barrier(WRITERS, timeout=ROUND_LIMIT_S)

    def writer(number: int) -> list[object]:
        came_to: list[object] = []
        for acts in rounds:
            start.wait()
            try:
                came_to.append(acts[number]())
            except Exception as error:  # noqa: BLE001 - what a person would have been shown is what is looked at
                came_to.append(error)
        return came_to

    with ThreadPoolExecutor(WRITERS) as pool:
        return [list(one) for one in zip(*pool.map(writer, range(WRITERS)), strict=True)]


def shown(results: Iterable[Iterable[object]]) -> set[str]:
    """Return the names of the errors people were shown."""
    return {type(one).__name__ for outcomes in results for one in outcomes if isinstance(one, Exception)}


def of_one_photograph(herd: Herd) -> list[Act]:
    photo = herd.archive.photograph()
    return [herd.grant(writer, [photo]) for writer in range(WRITERS)]


def of_three_in_opposite_orders(herd: Herd) -> list[Act]:
    photos = [herd.archive.photograph(fonds=fonds) for fonds in (1, 2, 3)]
    return [herd.grant(writer, photos[:: -1 if writer % 2 else 1]) for writer in range(WRITERS)]


def of_a_collection_and_a_photograph_in_it(herd: Herd) -> list[Act]:
    fonds_id, fonds = herd.archive.collection()
    photos = [herd.archive.photograph(), herd.archive.photograph(fonds=fonds)]
    return [
        herd.sell(writer, fonds_id) if writer % 2 else herd.grant(writer, photos[:: -1 if writer % 4 else 1])
        for writer in range(WRITERS)
    ]


def test_two_thousand_clashing_grants_have_one_winner_a_round(archive: Archive) -> None:
    herd, dice = Herd(archive), random.Random(7)
    kinds = (
        [of_one_photograph] * 130 + [of_three_in_opposite_orders] * 70 + [of_a_collection_and_a_photograph_in_it] * 50
    )
    dice.shuffle(kinds)
    rounds = [kind(herd) for kind in kinds]
    assert sum(map(len, rounds)) == 2000
    started = time.monotonic()
    results = stampede(rounds)
    spent, deadlocks = time.monotonic() - started, archive.scalar(DEADLOCKS)
    print(f"\n2,000 clashing grants in {spent:.1f} s; {deadlocks} deadlocks inside, none shown")
    assert shown(results) == {"ExclusivityConflict"}
    for outcomes in results:
        assert len({one.extra["number"] for one in outcomes if isinstance(one, ExclusivityConflict)}) == 1
    winners = [sum(not isinstance(one, Exception) for one in outcomes) for outcomes in results]
    assert winners == [1] * len(rounds)
    assert archive.violations() == 0


def test_a_photograph_joins_a_sold_collection_or_is_granted_elsewhere_and_never_both(archive: Archive) -> None:
    """The collection is sold, the photograph joins it and others get a licence of it, all at the same moment."""
    herd = Herd(archive)
    rounds = []
    for _ in range(25):
        fonds_id, _ = archive.collection()
        before, during = archive.photograph(), archive.photograph()
        sold_before, _ = archive.collection()
        herd.sell(0, sold_before)()
        rounds.append(
            [
                herd.join(before, sold_before),
                herd.join(during, fonds_id),
                herd.sell(2, fonds_id),
                *(herd.grant(writer, [before, during], exclusive=False) for writer in (3, 4)),
                *(herd.grant(writer, [during, before], exclusive=False) for writer in (5, 6)),
                herd.grant(7, [before], exclusive=False),
            ]
        )
    results = stampede(rounds)
    assert shown(results) == {"ExclusivityConflict"}
    for joined, _, _, *granted in results:
        elsewhere = any(not isinstance(one, Exception) for one in granted)
        assert isinstance(joined, ExclusivityConflict) == elsewhere
    assert archive.violations() == 0


def row_of(claim: Claim, at: datetime) -> dict[str, object]:
    return {
        "space": claim.space.value,
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
        "created_at": at,
    }


def test_the_judge_sees_what_check_then_insert_lets_through(fresh_stack: Any) -> None:
    """The control: the real check, then an insertion, with nothing that holds the two together."""
    archive = Archive(fresh_stack)
    herd = Herd(archive)
    with fresh_stack.owner.unit() as unit:
        unit.connection.execute(text("ALTER TABLE grant_line DROP CONSTRAINT no_double_grant"))

    def unguarded(writer: int, photo: AssetId) -> Act:
        claim = raw_claim(archive, herd.claim(writer, [photo], exclusive=True), photo)

        def act() -> bool:
            with archive.database.unit() as unit:
                free = grants_store.standing_in_the_way(unit, claim) is None
                unit.connection.execute(text("SELECT pg_sleep(0.002)"))
                if free:
                    unit.connection.execute(insert(grant_line), row_of(claim, archive.at))
            return free

        return act

    photos = [archive.photograph() for _ in range(20)]
    stampede([[unguarded(writer, photo) for writer in range(WRITERS)] for photo in photos])
    assert archive.violations() > 0
