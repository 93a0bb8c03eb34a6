"""Describing, collecting, withdrawing, and who may know of what."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import select, text

from dam.audit.events import EventType
from dam.catalogue.asset import AssetState
from dam.catalogue.scope import fonds_range, place
from dam.database.tables.catalogue import asset, asset_search
from dam.database.tables.jobs import job
from dam.kernel.errors import Invalid, NotAllowed, NotFound, Stale, WrongState
from dam.kernel.ids import new_id

pytestmark = pytest.mark.stack


def sees(archive, who, asset_id):
    try:
        return archive.catalogue.asset(getattr(archive, who), asset_id).asset_id == asset_id
    except NotFound:
        return False


EVERYBODY = ("archivist", "manager", "auditor", "partner", "curator")


@pytest.mark.parametrize(
    ("state", "seers"),
    [
        ("received", {"archivist", "manager"}),
        ("processing", {"archivist", "manager"}),
        ("ready", {"archivist", "manager", "auditor", "partner"}),
        ("quarantined", {"archivist", "manager"}),
        ("withdrawn", {"archivist", "manager"}),
    ],
)
def test_every_state_is_known_to_its_own_people_only(archive, state, seers):
    """D15: work under review, or taken out of use, cannot be reached by its id."""
    asset_id = archive.ready()
    with archive.stack.owner.unit() as unit:
        unit.connection.execute(
            text("UPDATE asset SET state = :state, reason_code = 'asked' WHERE id = :id"),
            {"state": state, "id": asset_id},
        )
    assert {who for who in EVERYBODY if sees(archive, who, asset_id)} == seers


def test_an_administrator_has_no_business_with_photographs(archive):
    with pytest.raises(NotAllowed):
        archive.catalogue.asset(archive.administrator, archive.ready())


def test_an_unknown_id_and_a_hidden_one_are_told_apart_by_nobody(archive):
    """D9: ids cannot be guessed, and a guess teaches nothing."""
    hidden = archive.new()
    answers = []
    for asset_id in (hidden, new_id()):
        with pytest.raises(NotFound) as caught:
            archive.catalogue.asset(archive.partner, asset_id)
        answers.append((caught.value.code, caught.value.message, dict(caught.value.extra)))
    assert answers[0] == answers[1]


def test_a_barred_photograph_is_hidden_from_partners_and_listed_with_its_bar_for_staff(archive):
    """D11: an embargo hides the photograph at once, and lets it come back at once."""
    asset_id = archive.ready()
    assert sees(archive, "partner", asset_id)
    bar = archive.restrict(asset_id)
    assert not sees(archive, "partner", asset_id)
    assert archive.catalogue.asset(archive.archivist, asset_id).restricted
    assert archive.catalogue.asset(archive.auditor, asset_id).restricted
    archive.lift(bar)
    assert sees(archive, "partner", asset_id)
    assert not archive.catalogue.asset(archive.archivist, asset_id).restricted


@pytest.mark.parametrize("bar", [{"territory": "JP"}, {"media": "editorial.news.web"}])
def test_a_bar_on_one_country_or_medium_hides_nothing(archive, bar):
    asset_id = archive.ready()
    archive.restrict(asset_id, **bar)
    assert sees(archive, "partner", asset_id)


def test_people_of_a_rights_holder_see_their_own_and_no_other(archive):
    """D9: a second organisation learns nothing by id."""
    ours, theirs, nobodys = archive.ready(), archive.ready(), archive.ready()
    archive.describe(ours, holder=str(archive.holder("Ours", archive.museum)))
    archive.describe(theirs, holder=str(archive.holder("Theirs", archive.other_museum)))
    assert [sees(archive, "curator", one) for one in (ours, theirs, nobodys)] == [True, False, False]


def test_no_view_carries_a_storage_key_and_the_file_name_is_for_those_who_inspect(archive):
    """D1: what a partner is told cannot lead to an object of the store."""
    asset_id = archive.ready()
    held = archive.asset(asset_id).original
    seen = repr(archive.catalogue.asset(archive.partner, asset_id))
    assert held.key not in seen
    assert archive.catalogue.asset(archive.partner, asset_id).file_name is None
    assert archive.catalogue.asset(archive.archivist, asset_id).file_name == "scan.jpg"


def test_describing_writes_everything_in_one_step_and_raises_the_version(archive):
    asset_id = archive.ready(title={"en": "Old"}, creator="Somebody")
    holder = archive.holder()
    before = archive.asset(asset_id)
    seen = archive.catalogue.describe(
        archive.archivist,
        asset_id,
        {
            "description": {"title": {"en": "New", "zh-Hans": "新"}, "date": "1942~", "creator": None},
            "credit_line": " A\u202e credit ",
            "rights_statement": "http://rightsstatements.org/vocab/UND/1.0/",
            "holder": str(holder),
        },
        before.version,
    )
    assert seen.version == before.version + 1
    assert (seen.description.title.zh, seen.description.creator) == ("新", "")
    assert (seen.credit_line, seen.holder.id, seen.holder.name.zh) == ("A credit", holder, "Museum馆")
    after = archive.asset(asset_id)
    assert (after.date_earliest.year, after.date_latest.year) == (1942, 1942)
    assert place(after.scope_key).item == place(before.scope_key).item
    assert place(after.scope_key).holder > 0
    assert archive.events(asset_id, EventType.ASSET_DESCRIBED) == 1


def test_a_change_that_changes_nothing_leaves_version_and_log_alone(archive):
    asset_id = archive.ready(title={"en": "Same"})
    before = archive.asset(asset_id).version
    assert archive.describe(asset_id, description={"title": {"en": "Same"}}).version == before
    assert archive.events(asset_id, EventType.ASSET_DESCRIBED) == 0


def test_a_stale_version_is_refused_and_of_two_writers_exactly_one_wins(archive):
    asset_id = archive.ready()
    version = archive.asset(asset_id).version

    def write(number):
        try:
            patch = {"description": {"notes": f"writer {number}"}}
            archive.catalogue.describe(archive.archivist, asset_id, patch, version)
        except Stale:
            return "stale"
        return "written"

    with ThreadPoolExecutor(8) as pool:
        ended = list(pool.map(write, range(8)))
    assert sorted(ended) == ["stale"] * 7 + ["written"]
    assert archive.asset(asset_id).version == version + 1
    assert archive.events(asset_id, EventType.ASSET_DESCRIBED) == 1


@pytest.mark.parametrize(
    ("patch", "field"),
    [
        ({"description": {"date": "soon"}}, "description.date"),
        ({"holder": str(new_id())}, "holder"),
        ({"collection": str(new_id())}, "collection"),
        ({"state": "ready"}, "state"),
        ({"scope_key": 1}, "scope_key"),
    ],
)
def test_a_fault_is_told_by_its_field_and_nothing_is_written(archive, patch, field):
    asset_id = archive.ready()
    before = archive.asset(asset_id)
    with pytest.raises(Invalid) as caught:
        archive.describe(asset_id, **patch)
    assert [fault.field for fault in caught.value.faults] == [field]
    assert archive.asset(asset_id) == before


@pytest.mark.parametrize("who", ["manager", "partner", "auditor", "curator", "administrator"])
def test_only_an_archivist_describes_collects_and_withdraws(archive, who):
    asset_id, actor = archive.ready(), getattr(archive, who)
    with pytest.raises(NotAllowed):
        archive.catalogue.describe(actor, asset_id, {"credit_line": "mine"}, 1)
    with pytest.raises(NotAllowed):
        archive.catalogue.withdraw(actor, asset_id, "because")
    with pytest.raises(NotAllowed):
        archive.catalogue.create_collection(actor, {"en": "Mine"})


def test_what_a_file_says_is_for_those_who_inspect(archive):
    asset_id = archive.ready()
    assert archive.catalogue.reading(archive.archivist, asset_id) is None
    for who in ("partner", "auditor", "curator"):
        with pytest.raises(NotAllowed):
            archive.catalogue.reading(getattr(archive, who), asset_id)
    with pytest.raises(NotFound):
        archive.catalogue.reading(archive.archivist, new_id())


def test_a_withdrawn_photograph_says_why_is_hidden_and_stays_as_it_is(archive):
    asset_id = archive.ready()
    seen = archive.catalogue.withdraw(archive.archivist, asset_id, "Asked by the family")
    assert (seen.state, seen.reason.en) == (AssetState.WITHDRAWN, "Asked by the family")
    assert archive.events(asset_id, EventType.ASSET_WITHDRAWN) == 1
    assert not sees(archive, "partner", asset_id)
    with pytest.raises(WrongState):
        archive.describe(asset_id, credit_line="new")
    with pytest.raises(WrongState):
        archive.catalogue.withdraw(archive.archivist, asset_id, "again")
    with pytest.raises(Invalid):
        archive.catalogue.withdraw(archive.archivist, archive.ready(), " \u202e ")


def test_a_photograph_that_joins_a_collection_moves_into_its_scope(archive):
    holder = archive.holder()
    made = archive.catalogue.create_collection(archive.archivist, {"en": "1942", "zh-Hans": "一九四二"}, holder)
    asset_id = archive.ready()
    seen = archive.describe(asset_id, collection=str(made.collection_id))
    assert (seen.collection.id, seen.holder.id) == (made.collection_id, holder)
    lo, hi = made.scope
    assert lo <= archive.asset(asset_id).scope_key < hi
    assert made.scope == fonds_range(made.holder_number, made.number)
    archive.describe(asset_id, collection=None)
    assert not lo <= archive.asset(asset_id).scope_key < hi


def test_a_collection_takes_no_photograph_of_another_holder(archive):
    made = archive.catalogue.create_collection(archive.archivist, {"en": "Theirs"}, archive.holder("A"))
    asset_id = archive.ready()
    archive.describe(asset_id, holder=str(archive.holder("B")))
    with pytest.raises(Invalid) as caught:
        archive.describe(asset_id, collection=str(made.collection_id))
    assert caught.value.faults[0].code == "other_holder"


def test_collections_opened_at_once_get_numbers_of_their_own(archive):
    holder = archive.holder()

    def open_one(number):
        return archive.catalogue.create_collection(archive.archivist, {"en": f"C{number}"}, holder).number

    with ThreadPoolExecutor(6) as pool:
        assert sorted(pool.map(open_one, range(12))) == list(range(1, 13))


def test_collections_are_counted_and_shown_by_what_one_may_know_of(archive):
    """D30: a collection of hidden photographs is not even named to a partner."""
    made = archive.catalogue.create_collection(archive.archivist, {"en": "Secret"})

    def counted(who):
        found = archive.catalogue.collections(getattr(archive, who))
        return {one.collection_id: one.assets for one in found}.get(made.collection_id)

    assert (counted("archivist"), counted("partner")) == (0, None)
    shown, barred = archive.ready(), archive.ready()
    for asset_id in (shown, barred):
        archive.describe(asset_id, collection=str(made.collection_id))
    assert (counted("archivist"), counted("partner")) == (2, 2)
    archive.restrict(barred)
    assert (counted("archivist"), counted("partner")) == (2, 1)
    archive.restrict(shown)
    assert (counted("archivist"), counted("partner")) == (2, None)


def test_a_changed_credit_queues_one_new_marking_and_a_changed_note_none(archive):
    asset_id = archive.ready()

    def queued():
        return len(archive.rows(select(job.c.id).where(job.c.subject_id == asset_id, job.c.state == "queued")))

    archive.describe(asset_id, description={"notes": "x"})
    assert queued() == 0
    archive.describe(asset_id, credit_line="new")
    assert queued() == 1
    archive.describe(asset_id, credit_line="old")
    archive.describe(asset_id, credit_line="new")
    assert queued() == 3


def test_the_service_cannot_rewrite_what_a_photograph_is(archive):
    """D27: the database refuses it, whatever the code asks."""
    asset_id = archive.ready()
    for change in ("sha256 = repeat('0', 64)", "original_key = 'x'", "accession_number = 'x'", "created_at = now()"):
        with (
            pytest.raises(Exception, match="permission denied"),
            archive.stack.database.unit() as unit,
        ):
            unit.connection.execute(text(f"UPDATE asset SET {change} WHERE id = :id"), {"id": asset_id})
    for table in (asset, asset_search):
        with (
            pytest.raises(Exception, match="permission denied"),
            archive.stack.database.unit() as unit,
        ):
            unit.connection.execute(table.delete())
