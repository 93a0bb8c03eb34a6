"""What the auditor sees of the gate's decisions: listed, filtered, counted, exported; and the auditor is seen too."""

import csv
import io
from datetime import date, timedelta

import pytest

from dam.audit.usage import service
from dam.audit.usage.nouns import Outcome, Rendition, Step, UsageFilter
from dam.database.tables.accounts import person
from dam.delivery.asks import Method
from dam.kernel.errors import NotAllowed, NotLicensed


@pytest.fixture
def used(world, photo):
    """One delivery fetched twice, one preview seen, two refusals of a rival; nothing else of this photograph."""
    licence_id = world.licence(photo)
    world.made_copy(licence_id, photo)
    for _ in range(2):
        world.read(world.fetch(licence_id, photo))
    world.read(world.view("partner", photo))
    for _ in range(2):
        with pytest.raises(NotLicensed):
            world.fetch(licence_id, photo, world.people["rival"])
    return licence_id


def test_every_decision_is_listed_newest_first_with_its_names(world, photo, used):
    items = world.usage(asset=photo.asset_id).items
    assert [(e.outcome, e.rendition) for e in items] == [
        (Outcome.REFUSED, "copy"),
        (Outcome.REFUSED, "copy"),
        (Outcome.DELIVERED, "preview"),
        (Outcome.DELIVERED, "copy"),
        (Outcome.DELIVERED, "copy"),
    ]
    newest, last = items[0], items[-1]
    assert newest.reasons == ("not_your_licence",)
    assert (newest.partner_name.en, newest.actor_name) == ("Another Daily", "rival")
    assert last.licence_number.startswith("LIC-2026-")
    assert last.accession_number.startswith("IMP-2026-")
    assert last.size_bytes > 0
    assert last.log_index is None


@pytest.mark.parametrize(
    ("wanted", "count"),
    [
        ({"outcome": Outcome.REFUSED}, 2),
        ({"outcome": Outcome.DELIVERED}, 3),
        ({"rendition": Rendition.PREVIEW}, 1),
        ({"rendition": Rendition.COPY, "outcome": Outcome.DELIVERED}, 2),
        ({"partner": "rival"}, 2),
        ({"actor": "partner"}, 3),
        ({"licence": "used"}, 4),
        ({"since": timedelta(0), "until": timedelta(hours=1)}, 5),
        ({"since": timedelta(hours=1)}, 0),
        ({"until": timedelta(0)}, 0),
    ],
)
def test_each_filter_narrows_to_what_it_says(world, photo, used, wanted, count):
    named = {
        "rival": world.people["rival"].organisation_id,
        "partner": world.people["partner"].person_id,
        "used": used,
    }
    values = {
        name: world.NOON + value if isinstance(value, timedelta) else named.get(value, value)
        for name, value in wanted.items()
    }
    assert len(world.usage(asset=photo.asset_id, **values).items) == count


def test_pages_join_without_gap_or_repeat(world, photo, used):
    wanted, seen, cursor = UsageFilter(asset=photo.asset_id), [], None
    while True:
        page = world.audit.usage(world.people["auditor"], wanted, cursor, limit=2)
        seen += [event.event_id for event in page.items]
        cursor = page.next
        if cursor is None:
            break
    assert len(seen) == len(set(seen)) == 5
    assert seen == sorted(seen, reverse=True)


def test_a_copy_fetched_twice_is_one_use_and_heads_are_none(world, photo, used):
    """D26: neither ranges nor HEAD inflate the figures."""
    world.fetch(used, photo, method=Method.HEAD)
    world.read(world.fetch(used, photo, range_header="bytes=0-9"))
    (point,) = world.audit.use_over_time(world.people["auditor"], UsageFilter(asset=photo.asset_id))
    assert (point.starts_on, point.copies, point.views, point.refused) == (date(2026, 3, 10), 1, 1, 2)


def test_days_are_the_archives_own_and_gaps_are_shown(world, photo, used):
    world.at = world.NOON + timedelta(days=2, hours=11, minutes=59)  # a minute to midnight in Beijing
    world.read(world.view("partner", photo))
    world.at += timedelta(minutes=1)
    world.read(world.view("partner", photo))
    wanted = UsageFilter(asset=photo.asset_id)
    points = world.audit.use_over_time(world.people["auditor"], wanted)
    assert [(p.starts_on.day, p.views) for p in points] == [(10, 1), (11, 0), (12, 1), (13, 1)]
    weeks = world.audit.use_over_time(world.people["auditor"], wanted, Step.WEEK)
    assert [(w.starts_on, w.views) for w in weeks] == [(date(2026, 3, 9), 3)]
    months = world.audit.use_over_time(world.people["auditor"], wanted, Step.MONTH)
    assert [(m.starts_on, m.copies) for m in months] == [(date(2026, 3, 1), 1)]


def test_partners_and_reasons_are_counted(world, photo, used):
    wanted = UsageFilter(asset=photo.asset_id)
    partners = world.audit.by_partner(world.people["auditor"], wanted)
    assert [(p.partner_name.en, p.copies, p.views, p.refused) for p in partners] == [
        ("China Daily", 1, 1, 0),
        ("Another Daily", 0, 0, 2),
    ]
    reasons = world.audit.refusals_by_reason(world.people["auditor"], wanted)
    assert [(r.code, r.refused) for r in reasons] == [("not_your_licence", 2)]


def test_the_export_holds_the_same_events_and_no_formula(world, photo, used):
    world.change(person, world.people["rival"].person_id, name="=HYPERLINK(1)")
    try:
        lines = "".join(world.audit.usage_csv(world.people["auditor"], UsageFilter(asset=photo.asset_id)))
    finally:
        world.change(person, world.people["rival"].person_id, name="rival")
    rows = list(csv.DictReader(io.StringIO(lines)))
    assert len(rows) == 5
    assert rows[0]["actor_name"] == "'=HYPERLINK(1)"
    assert rows[0]["reasons"] == "not_your_licence"
    assert rows[-1]["outcome"] == "delivered"
    assert rows[-1]["licence"] == str(used)


def test_reading_and_exporting_are_logged_and_nobody_else_may(world, photo, used):
    """D27: the auditor's own access is in the log."""
    before = {entry["id"] for entry in world.events(actor=world.people["auditor"].person_id)}
    world.usage(asset=photo.asset_id)
    list(world.audit.usage_csv(world.people["auditor"], UsageFilter(asset=photo.asset_id)))
    logged = [e for e in world.events(actor=world.people["auditor"].person_id) if e["id"] not in before]
    assert [entry["type"] for entry in logged] == ["audit.usage.read", "audit.usage.exported"]
    assert logged[0]["more"] == {"asset": str(photo.asset_id)}
    for who in ("partner", "manager", "archivist", "administrator", "holder"):
        verbs = (world.audit.usage, world.audit.usage_csv, world.audit.use_over_time)
        for verb in (*verbs, world.audit.by_partner, world.audit.refusals_by_reason):
            with pytest.raises(NotAllowed):
                verb(world.people[who], UsageFilter())


def test_an_export_longer_than_a_page_misses_nothing(world, photo, monkeypatch):
    monkeypatch.setattr(service, "_EXPORT_PAGE", 3)
    for _ in range(7):
        world.read(world.view("partner", photo, "thumbnail"))
    lines = list(world.audit.usage_csv(world.people["auditor"], UsageFilter(asset=photo.asset_id)))
    assert len(lines) == 1 + 7
