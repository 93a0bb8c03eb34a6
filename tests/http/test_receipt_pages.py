"""The receipt and the calendar in a browser without scripts, and over the API: for each role what is theirs."""

import html
import re

import pytest

from dam.kernel.ids import new_id
from dam.rights import facts_store
from dam.rights.calendar import MEDIA_GROUPS, TERRITORY_GROUPS
from tests.http.scene import TODAY, set_scene

STAFF = ["archivist", "manager", "auditor"]


@pytest.fixture(scope="module")
def scene(place):
    """A photograph under licence, and the event of the partner's looking at it."""
    return set_scene(place, 31)


def browser(scene, who, language="en"):
    opened = scene.place.browser(scene.people[who])
    if language != "en":
        opened.post("/language", {"language": language})
    return opened


def said(answer):
    """The page as it reads."""
    return html.unescape(re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.get_data(as_text=True))))


def get(scene, who, path, **query):
    return scene.place.api().get(f"/api/v1{path}", headers=scene.people[who].bearer, query_string=query)


def post(scene, who, path, body):
    return scene.place.api().post(f"/api/v1{path}", headers=scene.people[who].bearer, json=body)


@pytest.mark.parametrize("who", [*STAFF, "partner"])
def test_the_receipt_says_what_was_asked_known_and_decided(scene, who):
    page = said(browser(scene, who).get(f"/usage/{scene.ids['event_id']}"))
    for words in ("the same verdict ✓", "Permitted", "Thumbnail", "What was known", "What if", "A publisher"):
        assert words in page, words
    assert ("AGR-" in page) is (who != "partner")
    assert ("Another organisation" in page) is (who != "partner")


def test_the_usage_log_leads_to_the_receipt(scene):
    page = browser(scene, "auditor").get("/usage").get_data(as_text=True)
    assert f'href="/usage/{scene.ids["event_id"]}"' in page


def test_the_receipt_in_chinese(scene):
    page = said(browser(scene, "auditor", "zh-Hans").get(f"/usage/{scene.ids['event_id']}"))
    for words in ("决定凭证", "结论相同 ✓", "准许", "供稿协议", "假设"):
        assert words in page, words


@pytest.mark.parametrize("who", ["rival", "holder", "admin"])
def test_nobody_else_reads_it(scene, who):
    """D9: another organisation does not learn that it is there."""
    expected = {"rival": 404, "holder": 403, "admin": 403}[who]
    assert browser(scene, who).get(f"/usage/{scene.ids['event_id']}").status_code == expected
    assert get(scene, who, f"/usage-events/{scene.ids['event_id']}/receipt").status_code == expected


def test_what_if_on_the_page(scene):
    opened, path = browser(scene, "manager"), f"/usage/{scene.ids['event_id']}"
    page = said(opened.get(path, query_string={"at": TODAY.isoformat(), "territory": "CN", "media": "editorial.book"}))
    assert "Over what was known then" in page
    assert "Over what is on record today" in page
    wrong = opened.get(path, query_string={"at": "someday", "territory": "CN"})
    assert wrong.status_code == 422
    assert "Give a date" in said(wrong)
    unknown = opened.get(path, query_string={"territory": "XX", "media": "nonsense", "partner": "x"})
    assert unknown.status_code == 422
    assert "Choose an organisation that is active here." in said(unknown)
    own = said(browser(scene, "partner").get(path, query_string={"territory": "CN"}))
    assert "Over what is on record today" not in own


def test_a_receipt_over_the_api(scene):
    path = f"/usage-events/{scene.ids['event_id']}/receipt"
    told, own = get(scene, "auditor", path).json, get(scene, "partner", path).json
    assert told["replay"] == own["replay"] == "same"
    assert told["receipt"]["verdict"] == told["again"]
    assert (told["again"]["permitted"], told["again"]["rule"]) == (True, "view")
    assert told["facts"]["asset_state"] == "ready"
    assert own["facts"] is None
    assert own["receipt"] == told["receipt"]
    assert told["rules_now"] == told["receipt"]["rules"]


@pytest.mark.parametrize(
    ("body", "fields"),
    [
        ({"at": "2026-13-01"}, {"at"}),
        ({"at": "9999-12-31T23:59:59-14:00"}, {"at"}),
        ({"media": ["x"], "territory": ["CN", "XX"]}, {"media.0", "territory.1"}),
        ({"partner": "me"}, {"partner"}),
        ({"moon": "full"}, {"moon"}),
        ({"territory": ["CN"], "territory_except": ["x"]}, {"territory_except.0"}),
    ],
)
def test_a_wrong_what_if_names_every_field(scene, body, fields):
    answer = post(scene, "auditor", f"/usage-events/{scene.ids['event_id']}/what-if", body)
    assert answer.status_code == 422
    assert {fault["field"] for fault in answer.json["faults"]} == fields


def test_an_event_that_is_none_is_not_found(scene):
    for who in (*STAFF, "partner"):
        assert get(scene, who, f"/usage-events/{new_id()}/receipt").status_code == 404
        assert post(scene, who, f"/usage-events/{new_id()}/what-if", {}).status_code == 404


# ---- the calendar


def cells(answer):
    """The words of every cell, table by table and row by row."""
    page = answer.get_data(as_text=True)
    tables = re.findall(r'<table class="[^"]*months">(.*?)</table>', page, re.DOTALL)
    return [
        [re.findall(r"<td><span class=\"state state-([a-z-]+)\">([^<]+)</span></td>", row) for row in rows]
        for rows in (re.findall(r'<tr><th scope="row">(.*?)</tr>', table, re.DOTALL) for table in tables)
    ]


@pytest.mark.parametrize("who", [*STAFF, "partner", "rival", "holder"])
def test_the_calendar_shows_two_years_in_words(scene, who):
    answer = browser(scene, who).get(f"/assets/{scene.ids['asset_id']}/calendar")
    by_medium, by_territory = cells(answer)
    assert [len(by_medium), len(by_territory)] == [24, 24]
    assert {len(row) for row in by_medium} == {len(MEDIA_GROUPS)}
    assert {len(row) for row in by_territory} == {len(TERRITORY_GROUPS)}
    assert all(label.strip() for row in by_medium for _, label in row)
    page = answer.get_data(as_text=True)
    assert page.count('<th scope="col">') == len(MEDIA_GROUPS) + len(TERRITORY_GROUPS) + 2
    assert page.count('<div class="table-wrap" tabindex="0" role="region"') == 2


def test_the_asset_page_leads_to_the_calendar(scene):
    page = browser(scene, "partner").get(f"/assets/{scene.ids['asset_id']}").get_data(as_text=True)
    assert f'href="/assets/{scene.ids["asset_id"]}/calendar"' in page


def test_the_calendar_in_chinese(scene):
    answer = browser(scene, "partner", "zh-Hans").get(f"/assets/{scene.ids['asset_id']}/calendar?territory=CN")
    page = said(answer)
    assert "逐月可用情况" in page
    assert f"{TODAY.year}年{TODAY.month}月" in page
    assert "按媒介（中国）" in page


def test_a_code_that_is_none_is_said_and_the_page_still_shows(scene):
    answer = browser(scene, "partner").get(f"/assets/{scene.ids['asset_id']}/calendar?territory=XX&media=nonsense")
    assert answer.status_code == 422
    assert len(cells(answer)) == 2
    assert 'class="notice notice-error"' in answer.get_data(as_text=True)


def test_the_calendar_over_the_api_is_availability_asked_cell_by_cell(scene):
    path = f"/assets/{scene.ids['asset_id']}"
    query = {"territory": "WORLD,DE,FR", "media": "editorial.news,commercial.advertising", "months": 9}
    found = get(scene, "rival", f"{path}/availability-calendar", **query).json
    seen = set()
    for month in found["months"]:
        for column, cell in zip(found["columns"], month["cells"], strict=True):
            asked = {
                "media": column["media"],
                "territory": column["territory"],
                "from": month["first"],
                "to": month["last"],
            }
            one = get(scene, "rival", f"{path}/availability", **asked).json
            assert (cell["verdict"], cell["free_from"]) == (one["verdict"], one["free_from"]), asked
            assert cell["reasons"] == [reason["code"] for reason in one["reasons"]]
            seen.add(cell["verdict"])
    assert len(seen) >= 2


def test_the_facts_of_a_calendar_are_read_once(scene, monkeypatch):
    read, asked = facts_store.facts, []
    monkeypatch.setattr(facts_store, "facts", lambda *args, **named: asked.append(1) or read(*args, **named))
    assert get(scene, "partner", f"/assets/{scene.ids['asset_id']}/availability-calendar").status_code == 200
    assert len(asked) == 1


def test_a_calendar_too_wide_is_refused(scene):
    every = ",".join(MEDIA_GROUPS)
    many = "CN,FR,DE,US,JP,KR,GB,IT,ES,SE,NO"
    path = f"/assets/{scene.ids['asset_id']}/availability-calendar"
    assert get(scene, "partner", path, territory=many, media=every).status_code == 422
    assert get(scene, "partner", path, months=25).status_code == 422
    assert get(scene, "partner", f"/assets/{new_id()}/availability-calendar").status_code == 404
