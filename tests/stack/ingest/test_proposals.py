"""What a file claims about its rights, from upload to ruling: it grants nothing and holds the photograph back. D10."""

from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import date, timedelta

import pytest
from sqlalchemy import text

from dam.accounts.permissions import Role
from dam.audit.events import EventType
from dam.catalogue.asset import AssetState
from dam.ingest.checks import Upload
from dam.kernel.errors import Conflict, Invalid, NotAllowed, NotFound, WrongState
from dam.kernel.ids import ProposalId, new_id
from dam.licensing.drafts import ItemDecision, RequestDraft, Verdict
from dam.licensing.service import LicensingService
from dam.rights.agreement import AgreementDraft, RestrictionDraft, Scope, UseDraft
from dam.rights.facts import RestrictionKind
from dam.rights.proposal import ProposalState
from dam.rights.provided import Confidence, SourcedText
from tests.stack.archive import picture

pytestmark = pytest.mark.stack

MUSEUM = "Museum of the War of Chinese People's Resistance Against Japanese Aggression"
CREDIT = "He came to see him off at the border. [Photo exclusively provided to chinadaily.com.cn]"
USE = UseDraft(media=("editorial.news.web",), territory=("WORLD",))


@pytest.fixture
def rights(archive):
    return archive.rights


@pytest.fixture
def licensing(archive):
    return LicensingService(database=archive.stack.database, clock=archive.clock, rights=archive.rights)


def arrive(archive, caption=CREDIT, **description):
    """Take a captioned photograph in and have a worker open it."""
    archive.made += 1
    sent = archive.send(picture(archive.made + 50_000, 64, 48), caption={"en": caption}, **description).asset_id
    archive.work()
    assert archive.asset(sent).state is AssetState.READY
    return sent


def supply(archive, *assets, **changes):
    today = archive.at.date()
    draft = {
        "holder": archive.holder(),
        "scope": Scope(assets),
        "media": ["all"],
        "territory": ["WORLD"],
        "starts_on": today - timedelta(days=30),
        "ends_on": today + timedelta(days=700),
        "exclusive": False,
    }
    return archive.rights.record_agreement(archive.manager, AgreementDraft(**(draft | changes)))


def told(archive, asset_id):
    found = archive.rights.availability(archive.partner, asset_id, USE)
    return found.verdict.value, [reason.code for reason in found.reasons]


def states(archive, asset_id):
    return [one.state.value for one in archive.rights.proposals(archive.archivist, asset_id)]


def asked(archive, licensing, *assets):
    today = archive.at.date()
    draft = RequestDraft(
        asset_ids=assets,
        media=USE.media,
        territory=USE.territory,
        starts_on=today,
        ends_on=today + timedelta(days=60),
        purpose="A page",
    )
    return licensing.submit(archive.partner, draft)


def granted(archive, licensing, request, *assets):
    decisions = [ItemDecision(asset, Verdict.GRANT) for asset in assets]
    return licensing.decide(archive.manager, request.request_id, decisions)


def test_a_caption_that_claims_exclusivity_is_put_before_the_archivists_and_holds_the_photograph_back(archive):
    asset_id = arrive(archive)
    (found,) = archive.rights.proposals(archive.archivist, asset_id)
    assert (found.state, found.claim.source) == (ProposalState.PROPOSED, "caption.en")
    assert (found.claim.grantee, found.claim.exclusive, found.claim.confidence) == (
        "chinadaily.com.cn",
        True,
        Confidence.CERTAIN,
    )
    assert list(found.pieces()) == [
        ("He came to see him off at the border. [Photo ", False),
        ("exclusively provided to chinadaily.com.cn", True),
        ("]", False),
    ]
    assert told(archive, asset_id) == ("on_request", ["claim_unconfirmed", "rights_not_recorded"])
    assert archive.events(asset_id, EventType.PROPOSAL_MADE) == 1


def test_a_caption_that_claims_nothing_proposes_nothing(archive):
    asset_id = arrive(archive, "Rations were exclusively provided to officers by the Red Army.")
    assert states(archive, asset_id) == []
    assert told(archive, asset_id) == ("on_request", ["rights_not_recorded"])


def test_the_ordinary_flow_is_never_blocked(archive, licensing):
    """Upload, agreement, request, grant: the agreement is the ruling, in the same unit."""
    asset_id = arrive(archive)
    agreement = supply(archive, asset_id)
    (found,) = archive.rights.proposals(archive.archivist, asset_id)
    assert (found.state, found.agreement_id) == (ProposalState.CONFIRMED, agreement)
    assert found.ruled_by is not None
    assert archive.events(asset_id, EventType.PROPOSAL_CONFIRMED) == 1
    assert told(archive, asset_id) == ("available", [])
    assert granted(archive, licensing, asked(archive, licensing, asset_id), asset_id).licences


def test_an_agreement_recorded_before_the_file_is_opened_is_the_ruling_too(archive, licensing):
    archive.made += 1
    asset_id = archive.send(picture(archive.made + 50_000, 64, 48), caption={"en": CREDIT}).asset_id
    agreement = supply(archive, asset_id)
    archive.work()
    (found,) = archive.rights.proposals(archive.archivist, asset_id)
    assert (found.state, found.agreement_id) == (ProposalState.CONFIRMED, agreement)
    assert told(archive, asset_id) == ("available", [])


def test_a_grant_is_refused_with_the_reason_while_the_claim_is_open_and_goes_through_once_dismissed(archive, licensing):
    """A photograph that joins a collection under an agreement is held back until somebody rules."""
    collection = archive.catalogue.create_collection(archive.archivist, {"en": "1942"}, None).collection_id
    supply(archive, scope=Scope((), collection))
    asset_id = arrive(archive)
    archive.describe(asset_id, collection=str(collection))
    assert told(archive, asset_id) == ("on_request", ["claim_unconfirmed"])
    request = asked(archive, licensing, asset_id)
    with pytest.raises(Conflict) as refused:
        granted(archive, licensing, request, asset_id)
    assert refused.value.code == "rights_not_held"
    assert [reason["code"] for reason in refused.value.extra["reasons"]] == ["claim_unconfirmed"]
    (found,) = archive.rights.proposals(archive.archivist, asset_id)
    with pytest.raises(Invalid):
        archive.rights.dismiss_proposal(archive.archivist, found.proposal_id, "  ")
    done = archive.rights.dismiss_proposal(archive.archivist, found.proposal_id, "The museum says it is not so.")
    assert (done.state, done.reason) == (ProposalState.DISMISSED, "The museum says it is not so.")
    assert archive.events(asset_id, EventType.PROPOSAL_DISMISSED) == 1
    assert told(archive, asset_id) == ("available", [])
    assert granted(archive, licensing, request, asset_id).licences


def test_the_agreement_of_a_collection_is_confirmed_for_what_joined_it_later_by_a_person(archive):
    collection = archive.catalogue.create_collection(archive.archivist, {"en": "1943"}, None).collection_id
    agreement = supply(archive, scope=Scope((), collection))
    asset_id = arrive(archive)
    (found,) = archive.rights.proposals(archive.archivist, asset_id)
    with pytest.raises(WrongState):
        archive.rights.confirm_proposal(archive.archivist, found.proposal_id)
    archive.describe(asset_id, collection=str(collection))
    done = archive.rights.confirm_proposal(archive.archivist, found.proposal_id)
    assert (done.state, done.agreement_id) == (ProposalState.CONFIRMED, agreement)
    assert told(archive, asset_id) == ("available", [])
    with pytest.raises(WrongState):
        archive.rights.dismiss_proposal(archive.archivist, found.proposal_id, "Too late.")


def test_the_agreement_of_a_whole_collection_rules_on_everything_in_it_and_on_nothing_else(archive):
    collection = archive.catalogue.create_collection(archive.archivist, {"en": "1944"}, None).collection_id
    inside, outside = arrive(archive), arrive(archive)
    archive.describe(inside, collection=str(collection))
    supply(archive, scope=Scope((), collection))
    assert (states(archive, inside), states(archive, outside)) == (["confirmed"], ["proposed"])


def test_a_claimed_bar_is_placed_as_it_was_read(archive):
    asset_id = arrive(archive, f"Street in 1942. Photo courtesy of {MUSEUM}. JAPAN OUT. Embargoed until 5 March 2099")
    by_bar = {one.claim.bar: one for one in archive.rights.proposals(archive.archivist, asset_id)}
    assert set(by_bar) == {None, RestrictionKind.TERRITORY_BAR, RestrictionKind.EMBARGO}
    placed = archive.rights.place_proposed(archive.archivist, by_bar[RestrictionKind.TERRITORY_BAR].proposal_id)
    (bar,) = archive.rights.restrictions(archive.archivist, asset_id)
    assert (bar.restriction_id, bar.kind, bar.territory) == (placed, RestrictionKind.TERRITORY_BAR, ("JP",))
    assert bar.reason == "JAPAN OUT"
    archive.rights.place_proposed(archive.archivist, by_bar[RestrictionKind.EMBARGO].proposal_id)
    now = {one.claim.bar: one for one in archive.rights.proposals(archive.archivist, asset_id)}
    assert now[RestrictionKind.TERRITORY_BAR].restriction_id == placed
    assert [one.state.value for one in now.values()].count("confirmed") == 2
    embargo = next(
        one for one in archive.rights.restrictions(archive.archivist, asset_id) if one.kind is RestrictionKind.EMBARGO
    )
    assert embargo.span.end.astimezone().date() in (date(2099, 3, 4), date(2099, 3, 5))
    with pytest.raises(WrongState):
        archive.rights.place_proposed(archive.archivist, by_bar[RestrictionKind.EMBARGO].proposal_id)
    with pytest.raises(WrongState):
        archive.rights.place_proposed(archive.archivist, by_bar[None].proposal_id)


def test_a_restriction_placed_by_hand_rules_on_the_claim_only_when_it_bars_all_of_it(archive):
    asset_id = arrive(archive, "Street. JAPAN OUT")
    for territory, expected in (["CN"], "proposed"), (["030"], "confirmed"):
        draft = RestrictionDraft(
            RestrictionKind.TERRITORY_BAR, Scope((asset_id,)), "As the credit says.", territory=territory
        )
        archive.rights.place_restriction(archive.archivist, draft)
        assert states(archive, asset_id) == [expected]


def test_an_embargo_that_is_over_is_not_proposed(archive):
    assert states(archive, arrive(archive, "Street. Embargoed until 5 March 2001")) == []


def test_nobody_outside_reads_or_rules(archive):
    asset_id = arrive(archive)
    (found,) = archive.rights.proposals(archive.auditor, asset_id)
    for actor in (archive.partner, archive.curator):
        for act in (
            lambda who: archive.rights.proposals(who, asset_id),
            lambda who: archive.rights.proposal(who, found.proposal_id),
            lambda who: archive.rights.dismiss_proposal(who, found.proposal_id, "why"),
            lambda who: archive.rights.confirm_proposal(who, found.proposal_id),
            lambda who: archive.rights.place_proposed(who, found.proposal_id),
        ):
            with pytest.raises(NotAllowed):
                act(actor)
    with pytest.raises(NotAllowed):
        archive.rights.dismiss_proposal(archive.auditor, found.proposal_id, "why")
    with pytest.raises(NotFound):
        archive.rights.proposals(archive.archivist, new_id())
    with pytest.raises(NotFound):
        archive.rights.dismiss_proposal(archive.archivist, ProposalId(new_id()), "why")


def test_only_one_of_many_rulings_at_once_stands(archive):
    asset_id = arrive(archive)
    (found,) = archive.rights.proposals(archive.archivist, asset_id)
    archivists = [archive.person(archive.house, Role.ARCHIVIST) for _ in range(6)]
    before = archive.events(asset_id, EventType.PROPOSAL_DISMISSED)

    def rule(number):
        with suppress(WrongState):
            if number % 2:
                archive.rights.dismiss_proposal(archivists[number], found.proposal_id, f"Number {number}.")
            else:
                supply(archive, asset_id)
            return True
        return False

    with ThreadPoolExecutor(6) as pool:
        list(pool.map(rule, range(6)))
    (after,) = archive.rights.proposals(archive.archivist, asset_id)
    assert after.state is not ProposalState.PROPOSED
    logged = [archive.events(asset_id, kind) for kind in (EventType.PROPOSAL_DISMISSED, EventType.PROPOSAL_CONFIRMED)]
    assert sum(logged) - before == 1


def test_an_agreement_and_a_worker_at_once_leave_nothing_open(archive):
    """Whichever commits first, the other sees it: both hold the photograph's row."""
    for _ in range(6):
        archive.made += 1
        asset_id = archive.send(picture(archive.made + 50_000, 64, 48), caption={"en": CREDIT}).asset_id
        with ThreadPoolExecutor(2) as pool:
            work, agree = pool.submit(archive.work), pool.submit(supply, archive, asset_id)
            work.result()
            agree.result()
        assert states(archive, asset_id) == ["confirmed"]


def test_the_same_claim_is_proposed_once(archive):
    asset_id = arrive(archive)
    with archive.stack.database.unit() as unit:
        again = archive.rights.propose(unit, asset_id, [SourcedText("caption.en", CREDIT)], archive.at)
    assert again == 0
    assert states(archive, asset_id) == ["proposed"]


def test_what_was_claimed_can_be_neither_changed_nor_removed(archive):
    asset_id = arrive(archive)
    for statement in ("UPDATE rights_proposal SET grantee = 'x'", "DELETE FROM rights_proposal"):
        with pytest.raises(Exception, match="permission denied"), archive.stack.database.unit() as unit:
            unit.connection.execute(text(statement))
    assert states(archive, asset_id) == ["proposed"]


@pytest.mark.corpus
def test_the_museum_s_scan_proposes_its_exclusivity_in_both_languages(archive, corpus):
    with (corpus / "photos" / "simulated_archival_scan_c.jpg").open("rb") as stream:
        asset_id = archive.ingest.receive(archive.archivist, Upload(stream, "scan.jpg")).asset_id
    archive.work()
    found = [one.claim for one in archive.rights.proposals(archive.archivist, asset_id)]
    assert {(one.provider, one.grantee, one.exclusive, one.needs_permission, one.bar) for one in found} == {
        (MUSEUM, "chinadaily.com.cn", True, True, None),
        ("中国人民抗日战争纪念馆", "中国日报网", True, True, None),
    }
    assert all(one.confidence is Confidence.CERTAIN for one in found)
    assert told(archive, asset_id) == ("on_request", ["claim_unconfirmed", "rights_not_recorded"])
    supply(archive, asset_id)
    assert told(archive, asset_id) == ("available", [])


@pytest.mark.corpus
def test_a_file_that_claims_to_be_free_grants_nothing(archive, corpus, licensing):
    """D10: CC0, "public domain", a licence number and "everybody" in a file change no verdict."""
    with (corpus / "hostile" / "claims_cc0_c.jpg").open("rb") as stream:
        asset_id = archive.ingest.receive(archive.archivist, Upload(stream, "free.jpg")).asset_id
    archive.work()
    assert states(archive, asset_id) == []
    assert told(archive, asset_id) == ("on_request", ["rights_not_recorded"])
    with pytest.raises(Conflict) as refused:
        granted(archive, licensing, asked(archive, licensing, asset_id), asset_id)
    assert refused.value.code == "rights_not_held"
