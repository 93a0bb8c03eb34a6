"""What a photograph's texts claim about its rights, on its page and over the API: the exact words, and the rulings."""

import html
import io
import re

import pytest
from sqlalchemy import text

from dam.accounts.organisation import OrganisationDraft, OrganisationKind
from dam.accounts.permissions import Role
from dam.ingest.checks import Upload
from dam.kernel.ids import new_id
from dam.kernel.text import Bilingual
from dam.rights.agreement import HolderDraft
from tests.stack.archive import picture

_SEEDS = iter(range(900_000, 990_000))
CREDIT = "Officers at the border. [Photo exclusively provided to chinadaily.com.cn by the Harbin Museum]"


@pytest.fixture(scope="module")
def archivist(place):
    return place.someone(Role.ARCHIVIST)


@pytest.fixture(scope="module")
def desk(place, archivist):
    """The archivist's browser."""
    return place.browser(archivist)


def arrive(place, archivist, caption=CREDIT):
    """Take a captioned photograph in, and open it as the worker would."""
    house = place.house
    upload = Upload(io.BytesIO(picture(next(_SEEDS), 64, 48)), "scan.jpg", {"caption": {"en": caption}})
    asset_id = house.ingest.receive(archivist.actor, upload).asset_id
    with house.database.unit() as unit:
        query = text("SELECT id FROM job WHERE subject_id = :asset AND state = 'queued'")
        jobs = unit.connection.execute(query, {"asset": asset_id}).scalars().all()
    for job in jobs:
        house.jobs.run(job, house.ingest.prepare)
    return asset_id


def listed(place, archivist, asset_id):
    answer = place.api().get(f"/api/v1/assets/{asset_id}/rights-proposals", headers=archivist.bearer)
    assert answer.status_code == 200, answer.text
    return answer.json["items"]


def post(place, who, path, body=None):
    return place.api().post(f"/api/v1/rights-proposals/{path}", json=body or {}, headers=who.bearer)


def test_the_page_shows_the_exact_words_and_every_ruling(place, archivist, desk):
    page = desk.get(f"/assets/{arrive(place, archivist)}").text
    words = "exclusively provided to chinadaily.com.cn by the Harbin Museum"
    assert f"[Photo <mark>{words}</mark>]" in page
    assert "Waits for a ruling" in page
    assert all(
        f">{label}</" in page for label in ("Record the agreement", "Dismiss", "The agreement on record says so")
    )


def test_words_of_a_file_are_text_and_never_markup(place, archivist, desk):
    """D7."""
    hostile = '<script>alert(1)</script> [Photo exclusively provided to Daily <b onclick="x">Club</b>]'
    page = desk.get(f"/assets/{arrive(place, archivist, hostile)}").text
    section = page[page.index('id="claims"') : page.index('id="bars-title"')]
    assert "<script" not in section
    assert "<b" not in section.replace("<blockquote", "").replace("<button", "")


def test_the_form_of_the_agreement_begins_with_what_the_claim_says(place, archivist, desk):
    house = place.house
    holder = house.rights.record_holder(archivist.actor, HolderDraft(Bilingual("Harbin Museum", "哈尔滨馆")))
    draft = OrganisationDraft(OrganisationKind.PUBLISHER, Bilingual("China Daily", "中国日报网"))
    daily = house.accounts.create_organisation(place.administrator, draft).organisation_id
    asset_id = arrive(place, archivist)
    page = desk.get(f"/assets/{asset_id}").text
    link = html.unescape(re.search(r'href="([^"]*/rights/agreements/new\?[^"]*exclusive[^"]*)"', page)[1])
    form = desk.get(link).text
    assert re.search(rf'<option value="{holder}" selected', form)
    assert re.search(rf'<option value="{daily}" selected', form)
    assert re.search(r'name="exclusive" checked', form)
    assert house.catalogue.asset(archivist.actor, asset_id).accession_number in form


def test_a_claim_is_dismissed_with_a_reason_and_stays_on_the_page(place, archivist, desk):
    asset_id = arrive(place, archivist)
    (found,) = listed(place, archivist, asset_id)
    address = f"/rights-proposals/{found['id']}/dismissal"
    assert desk.post(address, {"reason": ""}).status_code == 303
    assert listed(place, archivist, asset_id)[0]["state"] == "proposed"
    answer = desk.post(address, {"reason": "The museum <says> no."}, follow_redirects=True)
    assert "The claim is dismissed. It stays on record." in answer.text
    assert "The museum &lt;says&gt; no." in answer.text
    (found,) = listed(place, archivist, asset_id)
    assert (found["state"], found["reason"]) == ("dismissed", "The museum <says> no.")
    again = desk.post(address, {"reason": "Again."}, follow_redirects=True)
    assert "Somebody has already ruled on this claim." in again.text


def test_a_claimed_bar_is_placed_from_the_page(place, archivist, desk):
    asset_id = arrive(place, archivist, "Street. JAPAN OUT")
    (found,) = listed(place, archivist, asset_id)
    assert (found["restriction"], found["territory"]) == ("territory_bar", ["JP"])
    answer = desk.post(f"/rights-proposals/{found['id']}/restriction", follow_redirects=True)
    assert "The restriction is placed." in answer.text
    (found,) = listed(place, archivist, asset_id)
    assert found["state"] == "confirmed"
    (bar,) = place.house.rights.restrictions(archivist.actor, asset_id)
    assert (str(bar.restriction_id), bar.reason) == (found["placed"], "JAPAN OUT")


def test_the_api_lists_and_rules(place, archivist):
    asset_id = arrive(place, archivist)
    (found,) = listed(place, archivist, asset_id)
    (words,) = found["words"]
    assert CREDIT[words["start"] : words["end"]] == words["text"]
    assert (found["provider"], found["grantee"], found["exclusive"]) == ("Harbin Museum", "chinadaily.com.cn", True)
    assert post(place, archivist, f"{found['id']}/confirmation").json["code"] == "wrong_state"
    assert post(place, archivist, f"{found['id']}/restriction").status_code == 409
    missing = post(place, archivist, f"{found['id']}/dismissal", {"reason": " "})
    assert (missing.status_code, missing.json["faults"][0]["field"]) == (422, "reason")
    done = post(place, archivist, f"{found['id']}/dismissal", {"reason": "Not so."})
    assert (done.status_code, done.json["state"]) == (200, "dismissed")
    assert post(place, archivist, f"{found['id']}/dismissal", {"reason": "Again."}).status_code == 409
    assert post(place, archivist, f"{new_id()}/dismissal", {"reason": "x"}).status_code == 404


def test_partners_see_that_it_is_on_request_and_not_what_is_claimed(place, archivist):
    asset_id = arrive(place, archivist, "Street. JAPAN OUT. Photo exclusively provided to Daily")
    partner = place.someone(Role.PARTNER, kind=OrganisationKind.PUBLISHER)
    answer = place.api().get(f"/api/v1/assets/{asset_id}", headers=partner.bearer)
    reasons = [reason["code"] for reason in answer.json["availability"]["reasons"]]
    assert "claim_unconfirmed" in reasons
    assert 'id="claims"' not in place.browser(partner).get(f"/assets/{asset_id}").text
    hidden = place.api().get(f"/api/v1/assets/{asset_id}/rights-proposals", headers=partner.bearer)
    assert hidden.status_code == 403
