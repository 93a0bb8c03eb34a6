"""The rights room on real PostgreSQL: what is recorded is what is decided, at once and for everybody."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date, timedelta

import pytest
from sqlalchemy import event, select, update

from dam.accounts.permissions import Role
from dam.database.tables.catalogue import asset
from dam.kernel.errors import ExclusivityConflict, Invalid, NotAllowed, NotFound, WrongState
from dam.kernel.ids import AgreementId, AssetId, HolderId, RestrictionId, new_id
from dam.kernel.text import Bilingual
from dam.rights.agreement import HolderDraft, RestrictionDraft, Scope, UseDraft
from dam.rights.decision import Action, LineState, Permit, Refusal, RestrictionKind, Use, Verdict, decide
from tests.stack.rights.conftest import NOON, WEB, WORLD, YEAR, Archive

pytestmark = pytest.mark.stack
NEWS_NOW = UseDraft(["editorial.news.web"], ["WORLD"])


def judged(archive: Archive, photo: AssetId, *, action: Action = Action.PUBLISH, lock: bool = False, party=None):
    party = party or archive.rival
    with archive.database.unit() as unit:
        found = archive.rights.facts(unit, photo, party=party, at=archive.at, lock=lock)
    return decide(Use(action, party, WEB, WORLD), found, archive.at)


def codes(verdict: Permit | Refusal) -> list[str]:
    return [] if isinstance(verdict, Permit) else [reason.code for reason in verdict.reasons]


def bar(photo: AssetId, kind: str = "takedown", **changes) -> RestrictionDraft:
    return replace(RestrictionDraft(RestrictionKind(kind), Scope((photo,)), "Somebody asked."), **changes)


@pytest.fixture
def licensed(archive: Archive):
    photo = archive.photograph()
    archive.open_supply(photo, credit_line="Museum of the War of Resistance")
    claim = archive.claim_of(archive.rival, [photo])
    lines = archive.grant(claim)
    return photo, claim, lines[photo]


def test_nothing_recorded_permits_nothing(archive: Archive) -> None:
    """D10."""
    photo = archive.photograph()
    assert codes(judged(archive, photo)) == ["no_licence"]
    assert archive.rights.availability(archive.partner, photo, NEWS_NOW).verdict is Verdict.ON_REQUEST


def test_an_accepted_licence_on_a_recorded_right_permits(archive: Archive, licensed) -> None:
    photo, claim, line = licensed
    for lock in (False, True):
        permit = judged(archive, photo, lock=lock)
        assert isinstance(permit, Permit)
        assert (permit.line_id, permit.licence_id, permit.obligations.max_px) == (line, claim.licence_id, 4000)
        assert permit.obligations.credit_line == "Museum of the War of Resistance"
        assert permit.valid_until == YEAR.end


def test_each_state_of_a_licence(archive: Archive) -> None:
    """D15, D16: at the edge of the last day in Beijing, with no scheduler running."""
    photo = archive.photograph()
    archive.open_supply(photo)
    claim = archive.claim_of(archive.rival, [photo])
    archive.grant(claim, accept=False)
    assert codes(judged(archive, photo)) == ["terms_not_accepted"]
    with archive.database.unit() as unit:
        archive.rights.set_lines(unit, claim.licence_id, LineState.ACTIVE, accepted=True)
    for moment, expected in (
        (YEAR.start - timedelta(microseconds=1), ["licence_not_started"]),
        (YEAR.start, []),
        (YEAR.end - timedelta(microseconds=1), []),
        (YEAR.end, ["licence_expired"]),
    ):
        archive.at = moment
        assert codes(judged(archive, photo)) == expected
    archive.at = NOON
    archive.set_lines(claim, LineState.SUSPENDED)
    assert codes(judged(archive, photo)) == ["licence_suspended"]
    archive.set_lines(claim, LineState.REVOKED)
    assert codes(judged(archive, photo)) == ["licence_revoked"]


def test_a_takedown_counts_from_the_next_decision_on_and_for_everybody(archive: Archive, licensed) -> None:
    """D2, D5, D11."""
    photo, _, _ = licensed
    placed = archive.rights.place_restriction(archive.manager, bar(photo))
    assert codes(judged(archive, photo)) == ["takedown"]
    for party in (archive.rival, archive.house, archive.daily):
        assert codes(judged(archive, photo, action=Action.VIEW, party=party)) == ["takedown"]
    assert archive.rights.availability(archive.partner, photo, NEWS_NOW).verdict is Verdict.NEVER
    archive.rights.lift_restriction(archive.manager, placed, "The court changed its mind.")
    assert codes(judged(archive, photo)) == []
    with pytest.raises(WrongState):
        archive.rights.lift_restriction(archive.manager, placed, "Again.")
    (shown,) = archive.rights.restrictions(archive.auditor, photo)
    assert (shown.restriction_id, shown.kind, shown.whole_collection) == (placed, RestrictionKind.TAKEDOWN, False)
    assert shown.lift_reason == "The court changed its mind."


def test_a_restricted_collection_holds_what_joins_it_and_lets_go_of_what_leaves(archive: Archive) -> None:
    fonds_id, fonds = archive.collection()
    archive.rights.place_restriction(archive.manager, bar(archive.photograph(), scope=Scope((), fonds_id)))
    photo = archive.photograph()
    assert codes(judged(archive, photo, action=Action.VIEW)) == []
    archive.move(photo, fonds)
    assert codes(judged(archive, photo, action=Action.VIEW)) == ["takedown"]
    assert archive.rights.restrictions(archive.manager, photo)[0].whole_collection
    archive.move(photo, 0)
    assert codes(judged(archive, photo, action=Action.VIEW)) == []


def test_the_sql_that_hides_a_preview_says_what_the_decision_says(archive: Archive) -> None:
    """D11, D30: search and asset pages hide by the same rule that refuses the pixels."""
    drafts = [
        bar,
        lambda photo: bar(photo, territory=["JP"]),
        lambda photo: bar(photo, media=["commercial"]),
        lambda photo: bar(photo, media=["internal.evaluation.comp"]),
        lambda photo: bar(photo, media=["all"]),
        lambda photo: bar(photo, "embargo", starts_on=date(2026, 1, 1), ends_on=date(2026, 3, 10)),
        lambda photo: bar(photo, "embargo", starts_on=date(2026, 3, 11), ends_on=date(2026, 3, 12)),
    ]
    photos = [archive.photograph() for _ in drafts]
    for photo, draft in zip(photos, drafts, strict=True):
        archive.rights.place_restriction(archive.manager, draft(photo))
    midnight = YEAR.start.replace(year=2026, month=3, day=10)
    for archive.at in (NOON, midnight - timedelta(microseconds=1), midnight, midnight + timedelta(days=1)):
        hidden = select(asset.c.id).where(archive.rights.hides_preview(asset.c.scope_key, archive.at))
        with archive.database.unit() as unit:
            found = set(unit.connection.execute(hidden.where(asset.c.id.in_(photos))).scalars())
        assert found == {one for one in photos if codes(judged(archive, one, action=Action.VIEW))}
        assert found


def test_a_set_is_judged_item_by_item_in_one_round_trip(archive: Archive) -> None:
    """D24."""
    free, taken, barred, orphan = (archive.photograph() for _ in range(4))
    gone = archive.photograph(state="withdrawn")
    archive.open_supply(free, taken, barred)
    archive.rights.record_agreement(archive.manager, archive.seed(Scope((taken,))))
    archive.rights.place_restriction(archive.manager, bar(barred))
    statements: list[str] = []
    with archive.database.unit() as unit:
        event.listen(unit.connection, "before_cursor_execute", lambda *given: statements.append(given[2]))
        use = Use(Action.PUBLISH, archive.rival, WEB, WORLD)
        asked = [free, taken, barred, orphan, gone, AssetId(new_id())]
        found = archive.rights.availability_many(unit, asked, archive.rival, NOON, use)
    assert len(statements) == 1
    assert {photo: one.verdict.value for photo, one in found.items()} == {
        free: "available",
        taken: "exclusive",
        barred: "never",
        orphan: "on_request",
        gone: "never",
    }
    assert found[taken].free_from == date(2026, 8, 1)


def test_the_grantee_stands_on_its_own_supply_and_nobody_else_does(archive: Archive) -> None:
    photo = archive.photograph()
    archive.rights.record_agreement(archive.manager, archive.seed(Scope((photo,))))
    assert archive.rights.availability(archive.desk, photo, NEWS_NOW).verdict is Verdict.AVAILABLE
    told = archive.rights.availability(archive.partner, photo, NEWS_NOW)
    assert told.verdict is Verdict.EXCLUSIVE
    assert told.reasons[0].message.en == "Exclusively licensed for news until 31 July 2026 (Beijing time)."
    assert "publisher" not in told.reasons[0].message.en, "the holder's name is not the rival's to know"
    archive.grant(archive.claim_of(archive.daily, [photo]))
    assert codes(judged(archive, photo, party=archive.daily)) == []


def test_ending_the_agreement_takes_the_ground_from_its_licences(archive: Archive, licensed) -> None:
    photo, _, _ = licensed
    (right,) = archive.rights.agreements(archive.manager, limit=1).items
    archive.rights.end_agreement(archive.manager, right.agreement_id, "The museum withdrew.")
    assert codes(judged(archive, photo)) == ["rights_not_recorded"]
    with pytest.raises(WrongState):
        archive.rights.end_agreement(archive.manager, right.agreement_id, "Again.")


def test_a_quota_is_exact_however_many_ask_at_once(archive: Archive) -> None:
    photo = archive.photograph()
    archive.open_supply(photo)
    claim = archive.claim_of(archive.rival, [photo], cap=10)
    line = archive.grant(claim)[photo]

    def charge(_: int) -> bool:
        with archive.database.unit() as unit:
            archive.rights.facts(unit, photo, party=archive.rival, licence_id=claim.licence_id, at=NOON, lock=True)
            return archive.rights.charge_line(unit, line) is None

    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(charge, range(40))) == 10
    assert archive.scalar("SELECT used FROM grant_line WHERE id = :id", id=line) == 10
    assert codes(judged(archive, photo)) == ["quota_used"]
    with archive.database.unit() as unit:
        archive.rights.return_charge(unit, line)
    assert codes(judged(archive, photo)) == []
    archive.set_lines(claim, LineState.REVOKED)
    with archive.database.unit() as unit:
        refused = archive.rights.charge_line(unit, line)
    assert refused is not None


def test_who_may_see_a_photograph(archive: Archive) -> None:
    """D9: a rights holder's people see that holder's photographs and no others."""
    theirs = archive.organisation("holder")
    curator = archive.person(theirs, Role.RIGHTS_HOLDER)
    own, other = archive.photograph(holder_id=archive.holder(theirs)), archive.photograph()
    assert codes(judged(archive, own, action=Action.VIEW, party=theirs)) == []
    assert codes(judged(archive, other, action=Action.VIEW, party=theirs)) == ["not_visible"]
    with pytest.raises(NotFound):
        archive.rights.availability(curator, other, NEWS_NOW)
    with pytest.raises(NotFound):
        archive.rights.availability(archive.partner, archive.photograph(state="received"), NEWS_NOW)
    with pytest.raises(NotFound):
        archive.rights.availability(archive.partner, AssetId(new_id()), NEWS_NOW)


def test_an_agreement_s_credit_line_is_shown_where_the_photograph_has_none(archive: Archive) -> None:
    fonds_id, fonds = archive.collection()
    bare, own = archive.photograph(fonds=fonds), archive.photograph(fonds=fonds, credit_line="Its own")
    waiting = archive.photograph(fonds=fonds, state="received")
    archive.rights.record_agreement(archive.manager, archive.seed(Scope((), fonds_id), credit_line=" The museum "))
    with archive.database.unit() as unit:
        assert archive.rights.credit_line_for(unit, bare) == "The museum"
        assert archive.rights.credit_line_for(unit, own) == "Its own"
        assert archive.rights.credit_line_for(unit, archive.photograph()) is None
    queued = "SELECT count(*) FROM job WHERE kind = 'ingest.prepare' AND subject_id = :id"
    assert [archive.scalar(queued, id=one) for one in (bare, own, waiting)] == [1, 0, 0]


def test_every_act_is_in_the_log_with_its_effect(archive: Archive) -> None:
    count = "SELECT count(*) FROM au.event WHERE entry::text IS NOT NULL"
    before = archive.scalar("SELECT count(*) FROM au.event")
    holder = archive.holder()
    photo = archive.photograph(holder_id=holder)
    made = archive.rights.record_agreement(archive.manager, archive.seed(Scope((photo,)), holder=holder))
    placed = archive.rights.place_restriction(archive.manager, bar(photo))
    archive.rights.lift_restriction(archive.manager, placed, "Over.")
    archive.rights.end_agreement(archive.manager, made, "Over.")
    assert archive.scalar(count) == before + 5
    with pytest.raises(Invalid):
        archive.rights.record_agreement(archive.manager, archive.seed(Scope((photo,)), holder=HolderId(new_id())))
    assert archive.scalar(count) == before + 5


def test_what_is_recorded_is_shown_as_signed(archive: Archive) -> None:
    fonds_id, _ = archive.collection()
    draft = archive.seed(Scope((), fonds_id), territory_except=["JP"], conditions={"note": "原件"}, credit_line="M")
    made = archive.rights.record_agreement(archive.archivist, draft)
    shown = archive.rights.agreement(archive.auditor, made)
    one = shown.agreement
    assert (one.media, one.territory, one.territory_except) == (("editorial.news",), ("WORLD",), ("JP",))
    assert (one.starts_on, one.ends_on, one.span.end) == (date(2025, 8, 1), date(2026, 7, 31), YEAR.end)
    assert (one.grantee_id, one.holder_id, one.conditions, one.over) == (
        archive.daily,
        archive.museum,
        {"note": "原件"},
        False,
    )
    assert one.holder_name.zh == "中国人民抗日战争纪念馆"
    (part,) = shown.scope
    assert (part.collection_id, part.title.zh) == (fonds_id, "一九四二")


def test_an_agreement_gives_nothing_for_a_photograph_that_turns_out_to_be_somebody_elses(archive: Archive) -> None:
    """D10: the licence stood on the museum's word; corrected to another holder, nobody with a right has agreed."""
    photo = archive.photograph()
    archive.open_supply(photo, credit_line="Photo: the museum")
    use = UseDraft(media=["editorial.news.web"], territory=["FR"])
    assert archive.rights.availability(archive.partner, photo, use).verdict is Verdict.AVAILABLE
    other = archive.holder()
    with archive.database.unit() as unit:
        unit.connection.execute(update(asset).where(asset.c.id == photo).values(holder_id=other))
    found = archive.rights.availability(archive.partner, photo, use)
    assert [reason.code for reason in found.reasons] == ["rights_not_recorded"]
    assert archive.rights.credit_line(archive.partner, photo) is None
    archive.open_supply(photo, holder=other, credit_line="Photo: the other")
    assert archive.rights.availability(archive.partner, photo, use).verdict is Verdict.AVAILABLE
    assert archive.rights.credit_line(archive.partner, photo) == "Photo: the other"


def test_agreements_are_paged_newest_first_without_gaps(archive: Archive) -> None:
    made = [archive.open_supply(archive.photograph()) for _ in range(5)]
    first = archive.rights.agreements(archive.manager, limit=2)
    second = archive.rights.agreements(archive.manager, first.next, limit=2)
    assert [one.agreement_id for one in (*first.items, *second.items)] == made[:0:-1]
    with pytest.raises(Invalid):
        archive.rights.agreements(archive.manager, "elsewhere")


def test_partners_record_and_read_nothing(archive: Archive) -> None:
    """D2: a partner cannot create a grant; agreements and restrictions are the staff's and the auditor's to read."""
    photo, rights = archive.photograph(), archive.rights
    acts = [
        lambda: rights.record_holder(archive.partner, HolderDraft(Bilingual("Mine", ""))),
        lambda: rights.record_agreement(archive.partner, archive.seed(Scope((photo,)))),
        lambda: rights.end_agreement(archive.partner, AgreementId(new_id()), "why"),
        lambda: rights.place_restriction(archive.partner, bar(photo)),
        lambda: rights.lift_restriction(archive.partner, RestrictionId(new_id()), "why"),
        lambda: rights.agreements(archive.partner),
        lambda: rights.agreement(archive.partner, AgreementId(new_id())),
        lambda: rights.holders(archive.partner),
        lambda: rights.restrictions(archive.partner, photo),
        lambda: rights.record_agreement(archive.auditor, archive.seed(Scope((photo,)))),
    ]
    for act in acts:
        with pytest.raises(NotAllowed):
            act()


def test_unknown_ids_are_not_found(archive: Archive) -> None:
    with pytest.raises(NotFound):
        archive.rights.agreement(archive.manager, AgreementId(new_id()))
    with pytest.raises(NotFound):
        archive.rights.end_agreement(archive.manager, AgreementId(new_id()), "why")
    with pytest.raises(NotFound):
        archive.rights.lift_restriction(archive.manager, RestrictionId(new_id()), "why")
    with pytest.raises(NotFound):
        archive.rights.restrictions(archive.manager, AssetId(new_id()))
    with pytest.raises(NotFound), archive.database.unit() as unit:
        archive.rights.facts(unit, AssetId(new_id()), party=archive.rival, at=NOON)
    with pytest.raises(NotFound):
        archive.grant(archive.claim_of(archive.rival, [AssetId(new_id())]))
    with pytest.raises(Invalid):
        archive.rights.end_agreement(archive.manager, AgreementId(new_id()), "  ")


def test_the_conflict_says_when_it_ends_in_both_languages(archive: Archive) -> None:
    photo = archive.photograph()
    archive.rights.record_agreement(archive.manager, archive.seed(Scope((photo,))))
    with pytest.raises(ExclusivityConflict) as refused:
        archive.rights.record_agreement(archive.manager, archive.seed(Scope((photo,)), grantee=archive.rival))
    assert refused.value.message.zh.endswith("。")
    assert "2026年7月31日" in refused.value.message.zh
