"""Photographs that look alike: the page with both side by side, the ruling in the browser and over the API."""

import io
import random
import re

import pytest
from sqlalchemy import text

from dam.accounts.organisation import OrganisationKind
from dam.accounts.permissions import Role
from dam.imaging.perceptual import TURNS, PerceptualHash
from dam.ingest.checks import Upload
from dam.kernel.ids import new_id
from tests.http.looking import look_at, sign_in, speak
from tests.stack.archive import picture

_random = random.Random(7)


@pytest.fixture(scope="module")
def archivist(place):
    return place.someone(Role.ARCHIVIST)


@pytest.fixture(scope="module")
def desk(place, archivist):
    return place.browser(archivist)


@pytest.fixture
def pair(place, archivist):
    """Two photographs that a worker found to look alike, as the API lists them."""
    house = place.house
    looks = [PerceptualHash(_random.randbytes(32), 90) for _ in range(TURNS)]
    assets = [house.ingest.receive(archivist.actor, upload).asset_id for upload in _uploads(2)]
    for asset in assets:
        likeness = house.rights.likeness(asset, looks)
        with house.database.unit() as unit:
            house.rights.keep_look(unit, asset, looks, likeness, house.clock())
    _work(place, assets)
    (found,) = listed(place, archivist, assets[0])
    return found


def _uploads(count):
    for _ in range(count):
        title = {"title": {"en": "Officers <at> the border", "zh-Hans": "边境上的军官"}}
        yield Upload(io.BytesIO(picture(_random.randrange(10**9), 64, 48)), "scan.jpg", title)


def _work(place, assets):
    house = place.house
    for asset in assets:
        with house.database.unit() as unit:
            query = text("SELECT id FROM job WHERE subject_id = :asset AND state = 'queued'")
            jobs = unit.connection.execute(query, {"asset": asset}).scalars().all()
        for job in jobs:
            house.jobs.run(job, house.ingest.prepare)


def listed(place, who, asset_id):
    answer = place.api().get(f"/api/v1/assets/{asset_id}/rights-twins", headers=who.bearer)
    assert answer.status_code == 200, answer.text
    return answer.json["items"]


def rule(place, who, twin_id, **body):
    return place.api().post(f"/api/v1/rights-twins/{twin_id}/ruling", json=body, headers=who.bearer)


def section(page, pair):
    """Return the part of the page about one pair."""
    return page.split(f'id="twins-{pair["id"]}"')[1].split("</section>")[0]


def test_the_page_shows_both_side_by_side_with_what_differs_in_words(place, desk, pair):
    page = desk.get("/rights/twins").text
    part = section(page, pair)
    assert part.count("<article>") == 2
    for side in pair["photographs"]:
        assert f'src="/assets/{side["asset"]}/preview"' in part
        assert side["accession_number"] in part
    assert "All but certainly one picture" in part
    assert "No right to license it is recorded." in part
    assert "Officers &lt;at&gt; the border" in part
    assert 'value="same"' in part
    assert 'value="different"' in part
    assert desk.get("/rights/twins?state=nonsense").status_code == 200
    auditor = place.browser(place.someone(Role.AUDITOR))
    assert "<form" not in section(auditor.get("/rights/twins").text, pair)
    auditor.post("/language", {"language": "zh-Hans"})
    assert "几乎可以肯定是同一画面" in section(auditor.get("/rights/twins").text, pair)


def test_a_ruling_in_the_browser_moves_the_pair_and_is_shown_on_both_photographs(place, desk, archivist, pair):
    address = f"/rights/twins/{pair['id']}/ruling"
    refused = desk.post(address, {"version": "1", "ruling": "different", "note": " "})
    assert refused.status_code == 422
    assert "Say how they differ." in refused.text
    answer = desk.post(address, {"version": "1", "ruling": "same", "note": "One <negative>"}, follow_redirects=True)
    assert "The ruling is kept." in answer.text
    assert f'id="twins-{pair["id"]}"' not in answer.text
    assert "One &lt;negative&gt;" in section(desk.get("/rights/twins?state=same").text, pair)
    again = desk.post(address, {"version": "1", "ruling": "different", "note": "Late"}, follow_redirects=True)
    assert "Somebody has ruled on this pair since you opened it." in again.text
    sides = [(one["asset"], one["accession_number"]) for one in pair["photographs"]]
    for (asset, _), (_, other) in zip(sides, reversed(sides), strict=True):
        page = desk.get(f"/assets/{asset}").text
        note = page[page.index('id="twins"') : page.index('id="bars-title"')]
        assert other in note
        assert "The same photograph" in note
    assert desk.post(f"/rights/twins/{new_id()}/ruling", {"ruling": "same"}).status_code == 404


def test_the_api_lists_and_rules(place, archivist, pair):
    twin = pair["id"]
    assert (pair["state"], pair["certain"], pair["version"], pair["distance"]) == ("open", True, 1, 0)
    waiting = place.api().get("/api/v1/rights-twins?state=open&limit=100", headers=archivist.bearer).json["items"]
    assert twin in [one["id"] for one in waiting]
    unknown = place.api().get("/api/v1/rights-twins?state=ruled", headers=archivist.bearer)
    assert unknown.status_code == 422
    wrong = rule(place, archivist, twin, ruling="twins")
    assert (wrong.status_code, wrong.json["faults"][0]["field"]) == (422, "ruling")
    unsaid = rule(place, archivist, twin, ruling="different")
    assert (unsaid.status_code, unsaid.json["faults"][0]["field"]) == (422, "note")
    done = rule(place, archivist, twin, ruling="different", note="The hat", version=1)
    assert (done.status_code, done.json["state"], done.json["version"]) == (200, "different", 2)
    assert rule(place, archivist, twin, ruling="same", version=1).json["code"] == "twin_changed"
    assert rule(place, archivist, twin, ruling="different", note="The hat").json["code"] == "wrong_state"
    assert rule(place, archivist, new_id(), ruling="same").status_code == 404
    assert rule(place, archivist, twin, ruling="same", colour="red").status_code == 422
    changed = rule(place, archivist, twin, ruling="same", version=2)
    assert (changed.status_code, changed.json["state"]) == (200, "same")


def test_partners_read_the_reason_and_learn_nothing_else(place, archivist, pair):
    partner = place.someone(Role.PARTNER, kind=OrganisationKind.PUBLISHER)
    asset = pair["photographs"][0]["asset"]
    answer = place.api().get(f"/api/v1/assets/{asset}", headers=partner.bearer)
    assert "rights_not_recorded" in [reason["code"] for reason in answer.json["availability"]["reasons"]]
    page = place.browser(partner).get(f"/assets/{asset}").text
    assert 'id="twins"' not in page
    assert re.search("looks the same as photograph IMP-", page)
    for path in (f"/api/v1/assets/{asset}/rights-twins", "/api/v1/rights-twins"):
        assert place.api().get(path, headers=partner.bearer).status_code == 403
    assert rule(place, partner, pair["id"], ruling="same").status_code == 403


@pytest.mark.browser
@pytest.mark.parametrize("language", ["en", "zh-Hans"])
def test_the_page_fits_and_can_be_read_aloud(place, address, browser_page, pair, language):
    page, archivist = browser_page, place.someone(Role.ARCHIVIST)
    speak(page, address, language)
    sign_in(page, address, archivist.email)
    shown = {"twins": "/rights/twins", "photograph": f"/assets/{pair['photographs'][0]['asset']}"}
    look_at(page, address, shown, language)
