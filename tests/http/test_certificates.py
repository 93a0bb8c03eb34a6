"""Certificates, their confirmation, and ODRL documents, over both doors of the whole application."""

import io
import json
import re
from typing import Any

import pypdf
import pytest
from sqlalchemy import text

from dam.kernel.ids import new_id
from dam.licensing.conditions import Conditions
from dam.licensing.drafts import ItemDecision, RequestDraft, Verdict
from dam.licensing.verification import fingerprint
from tests.http.scene import LAST_DAY, NEWS, TODAY, Scene, set_scene

JSON_LD = "application/ld+json"


@pytest.fixture(scope="module")
def scene(place: Any) -> Scene:
    return set_scene(place)


@pytest.fixture(autouse=True)
def no_counts(stack: Any) -> None:
    """Codes that were not confirmed in another test do not count here."""
    stack.broker.flushall()


def api(scene, column, path, method="GET", **sent):
    return scene.place.api().open(f"/api/v1{path}", method=method, headers=scene.people[column].bearer, **sent)


def held(scene):
    """Return the licence as the API tells it to its partner."""
    return api(scene, "partner", f"/licences/{scene.ids['licence_id']}").json


def offer(scene):
    """Return a licence whose terms nobody has accepted."""
    licensing = scene.place.house.licensing
    draft = RequestDraft(
        asset_ids=[scene.ids["asset_id"]],
        media=NEWS,
        territory=("FR",),
        starts_on=TODAY,
        ends_on=LAST_DAY,
        purpose="x",
    )
    asked = licensing.submit(scene.people["partner"].actor, draft)
    decision = ItemDecision(scene.ids["asset_id"], Verdict.GRANT, "", Conditions())
    return licensing.decide(scene.people["manager"].actor, asked.request_id, [decision]).licences[0]


def confirmation(scene, number, given):
    answer = scene.place.browser().get(f"/verify/{number}", query_string={"h": given})
    return answer.status_code, re.sub(r'name="csrf_token" value="[^"]*"|X-CSRFToken": "[^"]*"', "", answer.text)


# ---- certificates


@pytest.mark.parametrize("column", ["partner", "manager", "auditor"])
def test_those_who_may_read_the_licence_get_its_certificate(scene, column):
    licence = held(scene)
    over_api = api(scene, column, f"/licences/{licence['id']}/certificate.pdf")
    on_page = scene.place.browser(scene.people[column]).get(f"/licences/{licence['id']}/certificate.pdf")
    for answer in (over_api, on_page):
        assert (answer.status_code, answer.content_type) == (200, "application/pdf")
        assert f'filename="{licence["number"]}.pdf"' in answer.headers["Content-Disposition"]
        assert answer.headers["Cache-Control"] == "private, no-store"
        page = "".join(pypdf.PdfReader(io.BytesIO(answer.data)).pages[0].extract_text().split())
        base = scene.place.house.settings.base_url
        address = f"{base}/verify/{licence['number']}?h={fingerprint(licence['terms_sha256'])}"
        for said in (licence["number"], "许可证书", "LicenceCertificate", "Activeon", "有效，", address):
            assert said in page


@pytest.mark.parametrize(("column", "status"), [("rival", 404), ("holder", 403), ("archivist", 403), ("admin", 403)])
def test_nobody_else_does(scene, column, status):
    path = f"/licences/{scene.ids['licence_id']}/certificate.pdf"
    assert api(scene, column, path).status_code == status
    assert scene.place.browser(scene.people[column]).get(path).status_code == status


def test_there_is_no_certificate_before_acceptance(scene):
    licence_id = offer(scene)
    answer = api(scene, "partner", f"/licences/{licence_id}/certificate.pdf")
    assert (answer.status_code, answer.json["code"]) == (409, "wrong_state")
    page = scene.place.browser(scene.people["partner"]).get(f"/licences/{licence_id}")
    assert "certificate.pdf" not in page.text
    assert f"/licences/{licence_id}/odrl" in page.text


def test_the_pages_lead_to_the_documents(scene):
    browser = scene.place.browser(scene.people["manager"])
    licence_id, agreement_id = scene.ids["licence_id"], scene.ids["agreement_id"]
    assert f'href="/licences/{licence_id}/certificate.pdf"' in browser.get(f"/licences/{licence_id}").text
    assert f'href="/rights/agreements/{agreement_id}/odrl"' in browser.get(f"/rights/agreements/{agreement_id}").text


# ---- the confirmation


def test_whoever_holds_the_certificate_sees_that_it_is_valid(scene):
    licence = held(scene)
    status, page = confirmation(scene, licence["number"], fingerprint(licence["terms_sha256"]))
    assert status == 200
    for said in ("This licence is valid now", licence["number"], licence["licensee"]["name"]["en"], "Active"):
        assert said in page
    for kept in ("anniversary", "A page about the archive", "IMP-", licence["id"], licence["terms_sha256"], "<img"):
        assert kept not in page


def test_unknown_and_wrong_look_the_same(scene):
    licence = held(scene)
    wrong = confirmation(scene, licence["number"], "0" * 16)
    assert wrong[0] == 404
    assert "cannot be confirmed" in wrong[1]
    for number, given in (
        (licence["number"], ""),
        (licence["number"], licence["terms_sha256"]),
        ("LIC-2026-999999", fingerprint(licence["terms_sha256"])),
        ("nonsense\x00", "x"),
    ):
        status, page = confirmation(scene, number, given)
        plain = [re.sub(r"/verify/[^\"]*", "", each) for each in (page, wrong[1])]
        assert (status, plain[0]) == (404, plain[1]), number


def test_a_revoked_licence_is_not_valid_the_moment_it_is_revoked(scene):
    licensing = scene.place.house.licensing
    licence_id = offer(scene)
    partner, manager = scene.people["partner"].actor, scene.people["manager"].actor
    view = licensing.licence(partner, licence_id)
    given = fingerprint(view.terms_sha256)
    assert "not valid now" in confirmation(scene, view.number, given)[1]
    licensing.accept(partner, licence_id, view.terms_sha256)
    assert "is valid now" in confirmation(scene, view.number, given)[1]
    licensing.revoke(manager, licence_id, "a secret reason")
    status, page = confirmation(scene, view.number, given)
    assert status == 200
    assert "not valid now" in page
    assert "Revoked" in page
    assert "secret" not in page


def test_the_confirmation_speaks_chinese(scene):
    licence = held(scene)
    path = f"/verify/{licence['number']}?h={fingerprint(licence['terms_sha256'])}"
    answer = scene.place.browser().get(path, headers={"Accept-Language": "zh-CN"})
    assert "此许可证目前有效" in answer.text
    assert 'lang="zh-Hans"' in answer.text


def test_guessing_is_throttled_and_certificates_are_not(scene):
    licence = held(scene)
    good = fingerprint(licence["terms_sha256"])
    assert {confirmation(scene, licence["number"], good)[0] for _ in range(30)} == {200}
    found = [confirmation(scene, licence["number"], f"{nth:016x}")[0] for nth in range(24)]
    assert found == [404] * 20 + [429] * 4


# ---- ODRL


def test_documents_go_out_as_json_ld(scene):
    licence, agreement = scene.ids["licence_id"], scene.ids["agreement_id"]
    base = scene.place.house.settings.base_url
    for path, page, kind in (
        (f"/licences/{licence}/odrl", f"/licences/{licence}/odrl", "Agreement"),
        (f"/agreements/{agreement}/odrl", f"/rights/agreements/{agreement}/odrl", "Agreement"),
        (f"/licences/{(offered := offer(scene))}/odrl", f"/licences/{offered}/odrl", "Offer"),
    ):
        answer = api(scene, "manager", path)
        assert (answer.status_code, answer.mimetype) == (200, JSON_LD)
        document = json.loads(answer.data)
        assert document["@type"] == kind
        assert document["@id"].startswith(base)
        saved = scene.place.browser(scene.people["manager"]).get(page)
        assert json.loads(saved.data) == document
        assert ".jsonld" in saved.headers["Content-Disposition"]


def test_a_licence_names_the_agreement_it_stands_on(scene):
    document = json.loads(api(scene, "partner", f"/licences/{scene.ids['licence_id']}/odrl").data)
    base = scene.place.house.settings.base_url
    assert document["dct:source"] == [{"@id": f"{base}/agreements/{scene.ids['agreement_id']}"}]


def exclusive(scene, asset, **changes):
    """Record an exclusive agreement for a publisher and return its number in the API."""
    publisher = scene.people["partner"].actor.organisation_id
    sent = {
        "holder": str(scene.ids["holder"]),
        "grantee": str(publisher),
        "scope": {"assets": [str(asset)]},
        "media": ["editorial.news"],
        "territory": ["WORLD"],
        "territory_except": ["JP"],
        "starts_on": TODAY.isoformat(),
        "ends_on": LAST_DAY.isoformat(),
        "exclusive": True,
        "credit_line": "Photo of the Museum 博物馆",
        "conditions": {"prints": 2},
    } | changes
    answer = api(scene, "manager", "/agreements", "POST", json=sent)
    assert answer.status_code == 201, answer.text
    return answer.json["id"]


def taken_back(scene, agreement_id):
    """Return an agreement as the API tells it, without what is new about every copy."""
    told = api(scene, "manager", f"/agreements/{agreement_id}").json
    return {name: value for name, value in told.items() if name not in {"id", "number", "state", "end_reason"}}


def test_what_was_exported_is_recorded_again_word_for_word(scene):
    """The same publisher may hold the same twice, so its own exclusivity does not stand in the way."""
    first = exclusive(scene, scene.another_ready(31))
    document = api(scene, "manager", f"/agreements/{first}/odrl").data
    again = api(scene, "manager", "/agreements/odrl", "POST", data=document, content_type=JSON_LD)
    assert again.status_code == 201
    assert taken_back(scene, again.json["id"]) == taken_back(scene, first)


def test_recording_is_logged_and_another_houses_names_can_be_given(scene, stack):
    first = exclusive(scene, scene.another_ready(32), exclusive=False)
    document = json.loads(api(scene, "manager", f"/agreements/{first}/odrl").data)
    ours = f"{scene.place.house.settings.base_url}/rights-holders/{scene.ids['holder']}"
    foreign = json.loads(json.dumps(document).replace(ours, "https://museum.example/us"))
    refused = api(scene, "manager", "/agreements/odrl", "POST", json=foreign)
    assert refused.status_code == 422
    assert [(fault["field"], fault["code"]) for fault in refused.json["faults"]] == [("holder", "unknown_party")]
    sent = {"document": foreign, "same_as": {"https://museum.example/us": ours}}
    recorded = api(scene, "manager", "/agreements/odrl", "POST", json=sent)
    assert recorded.status_code == 201
    assert taken_back(scene, recorded.json["id"]) == taken_back(scene, first)
    query = text(
        "SELECT count(*) FROM au.event WHERE type = 'rights.agreement.recorded' AND au.j(entry) ->> 'agr' = :id"
    )
    with stack.owner.unit() as unit:
        assert unit.connection.execute(query, {"id": recorded.json["id"]}).scalar_one() == 1


def test_an_exclusive_document_clashes_with_what_another_publisher_holds(scene):
    """D13: the answer names the agreement that stands in the way."""
    asset = scene.another_ready(33)
    first = exclusive(scene, asset)
    rival = str(scene.people["rival"].actor.organisation_id)
    document = api(scene, "manager", f"/agreements/{first}/odrl").data.decode()
    publisher = str(scene.people["partner"].actor.organisation_id)
    answer = api(
        scene, "manager", "/agreements/odrl", "POST", data=document.replace(publisher, rival), content_type=JSON_LD
    )
    assert (answer.status_code, answer.json["code"]) == (409, "exclusivity_conflict")
    assert answer.json["agreement"] == first
    ended = api(scene, "manager", f"/agreements/{first}/end", "POST", json={"reason": "moved"})
    assert ended.status_code == 200
    again = api(
        scene, "manager", "/agreements/odrl", "POST", data=document.replace(publisher, rival), content_type=JSON_LD
    )
    assert again.status_code == 201


def test_faults_come_field_by_field_and_nothing_is_recorded(scene):
    first = exclusive(scene, scene.another_ready(34), exclusive=False)
    document = json.loads(api(scene, "manager", f"/agreements/{first}/odrl").data)
    document["discount"] = 3
    document["timeZone"] = "Mars/Olympus"
    before = len(api(scene, "manager", "/agreements?limit=100").json["items"])
    answer = api(scene, "manager", "/agreements/odrl", "POST", json=document)
    assert answer.status_code == 422
    found = {(fault["field"], fault["code"]): fault for fault in answer.json["faults"]}
    assert set(found) == {("discount", "not_understood"), ("tz", "unknown_time_zone")}
    assert all(fault["message_zh"] for fault in found.values())
    assert len(api(scene, "manager", "/agreements?limit=100").json["items"]) == before


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (b"{", "not_json"),
        (b"\xff\xfe", "not_json"),
        (b"[" * 100_000, "not_json"),
        (b"3", "not_json_ld"),
        (b"{}", "not_one_agreement"),
        (b'{"document": {}, "secret": 1}', "unknown_field"),
        (b'{"document": {}, "same_as": [1]}', "not_addresses"),
    ],
    ids=lambda value: str(value[:12]),
)
def test_bad_bodies_are_faults(scene, body, code):
    answer = api(scene, "manager", "/agreements/odrl", "POST", data=body, content_type=JSON_LD)
    assert answer.status_code == 422, answer.text
    assert code in {fault["code"] for fault in answer.json["faults"]}


def test_a_document_too_large_is_not_read(scene):
    answer = api(scene, "manager", "/agreements/odrl", "POST", data=b" " * (5 << 20), content_type=JSON_LD)
    assert answer.status_code == 413


def test_unknown_things_have_no_documents(scene):
    for path in (f"/agreements/{new_id()}/odrl", f"/licences/{new_id()}/odrl", f"/licences/{new_id()}/certificate.pdf"):
        assert api(scene, "manager", path).status_code == 404
