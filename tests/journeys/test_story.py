"""The main job over the API, as six people at their desks. Reads from top to bottom like the story in the README."""

import csv
import datetime as dt
import io
import json
import re
import subprocess
from pathlib import Path
from typing import Any

import httpx
import pytest
from PIL import Image

from tests.journeys.desk import (
    Desk,
    drawn_photograph,
    eventually,
    fetch_copy,
    ok,
    photographs,
    reason_codes,
    refused,
    settled,
    upload,
    upload_ready,
)

pytestmark = pytest.mark.stack

TODAY = dt.datetime.now(dt.UTC).date()
NEWS = "editorial.news.web"
CREDIT = "[Photo exclusively provided to chinadaily.com.cn]"
CAPTION = {
    "en": "Chai Shirong (fourth right front) with officers of the Soviet army, July 1942",
    "zh-Hans": "柴世荣（前排右四）与苏联军官合影，1942年7月",
}


def description(title: str) -> dict[str, Any]:
    return {
        "title": {"en": title, "zh-Hans": "柴世荣，1942年7月"},
        "caption": CAPTION,
        "alt_text": {"en": "A group of soldiers facing the camera"},
        "creator": "Unknown photographer",
        "date": "1942-07",
        "people": ["Chai Shirong"],
        "places": ["China-Soviet border"],
        "keywords": ["war", "1942"],
    }


def use(**changes: Any) -> dict[str, Any]:
    asked = {
        "media": [NEWS],
        "territory": ["CN"],
        "starts_on": TODAY.isoformat(),
        "ends_on": (TODAY + dt.timedelta(days=200)).isoformat(),
        "purpose": "World War II anniversary feature",
        "max_px": 800,
    }
    return asked | changes


def agreement(holder: str, assets: list[str], **changes: Any) -> dict[str, Any]:
    terms = {
        "holder": holder,
        "scope": {"assets": assets},
        "media": ["editorial"],
        "territory": ["WORLD"],
        "starts_on": (TODAY - dt.timedelta(days=30)).isoformat(),
        "ends_on": (TODAY + dt.timedelta(days=400)).isoformat(),
        "exclusive": False,
    }
    return terms | changes


@pytest.fixture(scope="module")
def holder(archivist: Desk) -> str:
    name = {"en": "Museum of a Black-Box Test", "zh-Hans": "黑箱测试博物馆"}
    return str(ok(archivist.post("/rights-holders", json={"name": name}), 201)["id"])


@pytest.fixture(scope="module")
def story(archivist: Desk, manager: Desk, daily: Desk, holder: str, corpus_or_none: Path | None) -> dict[str, Any]:
    """Three photographs, two agreements, one licence granted to the first publisher and not yet accepted."""
    pictures = photographs(corpus_or_none, 3)
    assets = [upload_ready(archivist, data, name, description(f"Officers {name}")) for name, data in pictures]
    ids = [asset["id"] for asset in assets]
    ok(archivist.post("/agreements", json=agreement(holder, ids)), 201)
    exclusive = agreement(
        holder,
        ids[:2],
        grantee=daily.organisation_id(),
        media=[NEWS],
        territory=["CN"],
        exclusive=True,
        credit_line=CREDIT,
    )
    agreement_id = ok(archivist.post("/agreements", json=exclusive), 201)["id"]
    request = ok(daily.post("/requests", json={"assets": ids[:2], "use": use()}), 201)
    decision = {
        "items": [
            {"asset": ids[0], "decision": "grant", "conditions": {"max_px": 700, "downloads": 3}},
            {"asset": ids[1], "decision": "refuse", "reason": "Kept for the exhibition"},
        ]
    }
    decided = ok(manager.post(f"/requests/{request['id']}/decisions", json=decision), 200)
    return {
        "assets": ids,
        "pictures": pictures,
        "agreement": agreement_id,
        "request": request,
        "licence": decided["licences"][0],
    }


@pytest.fixture(scope="module")
def accepted(story: dict[str, Any], daily: Desk) -> dict[str, Any]:
    terms = ok(daily.get(f"/licences/{story['licence']}"))
    ok(daily.post(f"/licences/{story['licence']}/acceptance", json={"terms_sha256": terms["terms_sha256"]}), 200)
    return story


class TestArchivist:
    def test_a_photograph_becomes_ready_by_itself(self, story: dict[str, Any], archivist: Desk) -> None:
        asset = ok(archivist.get(f"/assets/{story['assets'][0]}"))
        assert asset["state"] == "ready"
        assert re.fullmatch(r"[0-9a-f]{64}", asset["sha256"])
        assert asset["size_bytes"] == len(story["pictures"][0][1])
        assert asset["description"]["caption"]["zh-Hans"] == CAPTION["zh-Hans"]
        assert {"thumbnail", "preview"} <= asset["renditions"].keys()

    def test_the_same_bytes_again_are_recognised(self, story: dict[str, Any], archivist: Desk) -> None:
        again = upload(archivist, story["pictures"][0][1], "another name.jpg")
        assert refused(again, 409, "duplicate")["asset"] == story["assets"][0]

    def test_a_broken_file_ends_quarantined_with_a_sentence(self, archivist: Desk) -> None:
        received = ok(upload(archivist, drawn_photograph(901)[:9000], "torn.jpg"), 202)
        asset = settled(archivist, received["id"])
        assert asset["state"] == "quarantined"
        assert asset["reason"]

    @pytest.mark.parametrize("body", [b"", b"just some words, no picture at all"])
    def test_what_is_no_picture_is_refused_at_once(self, archivist: Desk, body: bytes) -> None:
        refused(upload(archivist, body, "words.jpg"), 415)

    def test_a_stale_edit_is_told_so(self, story: dict[str, Any], archivist: Desk) -> None:
        path = f"/assets/{story['assets'][2]}"
        tag = archivist.get(path).headers["ETag"]
        changed = {"description": description("A better title")}
        ok(archivist.patch(path, json=changed, headers={"If-Match": tag}), 200)
        refused(archivist.patch(path, json=changed, headers={"If-Match": tag}), 412)

    def test_a_faulty_agreement_is_answered_field_by_field(
        self, story: dict[str, Any], archivist: Desk, holder: str
    ) -> None:
        wrong = agreement(holder, story["assets"][:1], media=["no.such.media"], territory=["XX"], ends_on="2001-01-01")
        problem = refused(archivist.post("/agreements", json=wrong), 422)
        fields = {fault["field"].split(".")[0] for fault in problem["faults"]}
        assert {"media", "territory", "ends_on"} <= fields

    def test_a_clashing_exclusive_cannot_be_recorded(
        self, story: dict[str, Any], archivist: Desk, holder: str, gazette: Desk
    ) -> None:
        clash = agreement(
            holder,
            story["assets"][:1],
            grantee=gazette.organisation_id(),
            media=[NEWS],
            territory=["CN"],
            exclusive=True,
        )
        refused(archivist.post("/agreements", json=clash), 409, "exclusivity_conflict")


class TestPartner:
    def test_finds_a_photograph_by_two_chinese_characters(self, story: dict[str, Any], daily: Desk) -> None:
        found = ok(daily.get("/assets", params={"q": "世荣"}))
        assert story["assets"][0] in {item["id"] for item in found["items"]}

    def test_pages_never_repeat_a_photograph(self, story: dict[str, Any], daily: Desk) -> None:
        seen: list[str] = []
        page = ok(daily.get("/assets", params={"limit": 2}))
        while True:
            seen += [item["id"] for item in page["items"]]
            if not page["next"]:
                break
            page = ok(daily.get("/assets", params={"limit": 2, "cursor": page["next"]}))
        assert len(seen) == len(set(seen))
        assert set(story["assets"]) <= set(seen)

    def test_sees_a_marked_preview_that_differs_from_the_original(self, story: dict[str, Any], daily: Desk) -> None:
        preview = daily.get(f"/assets/{story['assets'][0]}/renditions/preview")
        assert preview.status_code == 200
        assert preview.headers["Cache-Control"] == "private, no-store"
        picture = Image.open(io.BytesIO(preview.content)).convert("L")
        original = Image.open(io.BytesIO(story["pictures"][0][1])).convert("L").resize(picture.size)
        different = sum(abs(a - b) > 25 for a, b in zip(picture.tobytes(), original.tobytes(), strict=True))
        assert different > 0.02 * picture.width * picture.height

    def test_a_second_publisher_is_told_at_once_that_it_is_exclusive(
        self, story: dict[str, Any], gazette: Desk
    ) -> None:
        asked = ok(gazette.post("/requests", json={"assets": story["assets"][:1], "use": use()}), 201)
        (item,) = asked["items"]
        assert item["verdict"] == "exclusive"
        assert "exclusive_to_another" in {reason["code"] for reason in item["reasons"]}

    def test_the_same_publisher_may_have_it_elsewhere(self, story: dict[str, Any], gazette: Desk) -> None:
        asked = ok(gazette.post("/requests", json={"assets": story["assets"][:1], "use": use(territory=["FR"])}), 201)
        assert asked["items"][0]["verdict"] == "available"

    def test_an_empty_use_is_answered_field_by_field(self, story: dict[str, Any], daily: Desk) -> None:
        wrong = use(media=[], territory=[], ends_on="2001-01-01")
        problem = refused(daily.post("/requests", json={"assets": story["assets"][:1], "use": wrong}), 422)
        fields = " ".join(fault["field"] for fault in problem["faults"])
        assert "media" in fields
        assert "territory" in fields
        assert "ends_on" in fields

    def test_a_partner_cannot_write_rights(self, story: dict[str, Any], daily: Desk, holder: str) -> None:
        """D2: a partner cannot create a grant, an agreement or a decision."""
        refused(daily.post("/agreements", json=agreement(holder, story["assets"])), 403, "not_allowed")
        path = f"/requests/{story['request']['id']}/decisions"
        refused(
            daily.post(path, json={"items": [{"asset": story["assets"][1], "decision": "grant"}]}), 403, "not_allowed"
        )


class TestRightsManager:
    def test_cannot_break_the_exclusivity(self, story: dict[str, Any], gazette: Desk, manager: Desk) -> None:
        asked = ok(gazette.post("/requests", json={"assets": story["assets"][:1], "use": use()}), 201)
        grant = {"items": [{"asset": story["assets"][0], "decision": "grant"}]}
        problem = refused(manager.post(f"/requests/{asked['id']}/decisions", json=grant), 409, "exclusivity_conflict")
        assert problem.get("agreement") == story["agreement"] or problem.get("licence") == story["licence"]

    def test_returns_a_request_for_changes(self, story: dict[str, Any], gazette: Desk, manager: Desk) -> None:
        asked = ok(gazette.post("/requests", json={"assets": story["assets"][2:], "use": use(territory=["FR"])}), 201)
        ok(manager.post(f"/requests/{asked['id']}/return", json={"message": "Which page will it be on?"}), 200)
        seen = ok(gazette.get(f"/requests/{asked['id']}"))
        assert seen["state"] == "returned"
        assert "Which page will it be on?" in json.dumps(seen["thread"])

    def test_a_request_cannot_be_deleted(self, story: dict[str, Any], manager: Desk, daily: Desk) -> None:
        """D20: requests are closed, never deleted."""
        for desk in (manager, daily):
            assert desk.http.delete(f"/requests/{story['request']['id']}").status_code in {404, 405}


class TestLicence:
    def test_nothing_is_delivered_before_the_terms_are_accepted(self, story: dict[str, Any], daily: Desk) -> None:
        """D7: acceptance is a row of ours; a query parameter is nothing."""
        path = f"/licences/{story['licence']}/assets/{story['assets'][0]}/copy?terms_accepted=1&accept=true"
        assert "terms_not_accepted" in reason_codes(refused(daily.get(path), 403, "not_licensed"))

    def test_other_terms_cannot_be_accepted(self, story: dict[str, Any], daily: Desk) -> None:
        refused(daily.post(f"/licences/{story['licence']}/acceptance", json={"terms_sha256": "0" * 64}), 409)

    def test_another_organisation_cannot_accept(self, story: dict[str, Any], gazette: Desk, daily: Desk) -> None:
        terms = ok(daily.get(f"/licences/{story['licence']}"))["terms_sha256"]
        answer = gazette.post(f"/licences/{story['licence']}/acceptance", json={"terms_sha256": terms})
        assert answer.status_code in {403, 404}

    def test_the_copy_is_whole_and_resized(self, accepted: dict[str, Any], daily: Desk) -> None:
        copy = fetch_copy(daily, accepted["licence"], accepted["assets"][0])
        assert copy.status_code == 200, copy.text
        assert copy.headers["Content-Disposition"].startswith("attachment")
        picture = Image.open(io.BytesIO(copy.content))
        assert max(picture.size) == 700

    @pytest.mark.exiftool
    def test_an_independent_program_reads_the_stamp(
        self, accepted: dict[str, Any], daily: Desk, tmp_path: Path
    ) -> None:
        copy = fetch_copy(daily, accepted["licence"], accepted["assets"][0])
        _read_by_exiftool(copy.content, tmp_path, ok(daily.get(f"/licences/{accepted['licence']}")))

    def test_fetching_again_counts_once(self, accepted: dict[str, Any], daily: Desk) -> None:
        """D26: one delivery however often, and in however many pieces, it is fetched."""
        whole = fetch_copy(daily, accepted["licence"], accepted["assets"][0])
        left = ok(daily.get(f"/licences/{accepted['licence']}"))["downloads_left"]
        path = f"/licences/{accepted['licence']}/assets/{accepted['assets'][0]}/copy"
        first = daily.get(path, headers={"Range": "bytes=0-99"})
        rest = daily.get(path, headers={"Range": "bytes=100-"})
        assert (first.status_code, rest.status_code) == (206, 206)
        assert first.content + rest.content == whole.content
        head = daily.http.head(path)
        assert head.status_code == 200
        assert head.content == b""
        assert ok(daily.get(f"/licences/{accepted['licence']}"))["downloads_left"] == left == 2

    def test_a_refused_photograph_of_the_same_request_stays_closed(self, accepted: dict[str, Any], daily: Desk) -> None:
        """D24: a set is decided item by item."""
        answer = daily.get(f"/licences/{accepted['licence']}/assets/{accepted['assets'][1]}/copy")
        assert reason_codes(refused(answer, 403, "not_licensed")) == {"not_in_licence"}

    def test_another_organisation_is_refused(self, accepted: dict[str, Any], gazette: Desk) -> None:
        """D9: somebody else's licence opens nothing."""
        answer = gazette.get(f"/licences/{accepted['licence']}/assets/{accepted['assets'][0]}/copy")
        reason_codes(refused(answer, 403, "not_licensed"))

    def test_signed_out_is_refused(self, accepted: dict[str, Any], daily: Desk) -> None:
        path = f"/licences/{accepted['licence']}/assets/{accepted['assets'][0]}/copy"
        refused(httpx.get(f"{daily.http.base_url}{path.lstrip('/')}"), 401, "not_signed_in")

    def test_an_unknown_licence_is_not_found(self, accepted: dict[str, Any], daily: Desk) -> None:
        unknown = "018f0000-0000-7000-8000-000000000000"
        refused(daily.get(f"/licences/{unknown}/assets/{accepted['assets'][0]}/copy"), 404, "not_found")

    def test_no_answer_names_a_storage_address(self, accepted: dict[str, Any], daily: Desk) -> None:
        """D1, D31: nothing a partner can read says where the bytes lie."""
        for path in (
            f"/assets/{accepted['assets'][0]}",
            "/assets?q=1942",
            f"/licences/{accepted['licence']}",
            f"/requests/{accepted['request']['id']}",
        ):
            text = daily.get(path).text
            assert not re.search(r"(?i)x-amz|s3://|sha256/|originals/|:8333|presign", text), path

    def test_revocation_holds_on_the_next_request(
        self, archivist: Desk, manager: Desk, gazette: Desk, holder: str
    ) -> None:
        asset = upload_ready(archivist, drawn_photograph(902), "to-revoke.jpg", description("To be revoked"))
        ok(archivist.post("/agreements", json=agreement(holder, [asset["id"]])), 201)
        asked = ok(gazette.post("/requests", json={"assets": [asset["id"]], "use": use(territory=["FR"])}), 201)
        grant = {"items": [{"asset": asset["id"], "decision": "grant"}]}
        licence = ok(manager.post(f"/requests/{asked['id']}/decisions", json=grant), 200)["licences"][0]
        terms = ok(gazette.get(f"/licences/{licence}"))["terms_sha256"]
        ok(gazette.post(f"/licences/{licence}/acceptance", json={"terms_sha256": terms}), 200)
        assert fetch_copy(gazette, licence, asset["id"]).status_code == 200
        ok(manager.post(f"/licences/{licence}/revocation", json={"reason": "The family asked for it"}), 200)
        answer = gazette.get(f"/licences/{licence}/assets/{asset['id']}/copy")
        assert "licence_revoked" in reason_codes(refused(answer, 403, "not_licensed"))
        assert ok(gazette.get(f"/licences/{licence}"))["state"] == "revoked"

    def test_a_takedown_closes_preview_search_and_copy(
        self, archivist: Desk, manager: Desk, gazette: Desk, holder: str
    ) -> None:
        """D5, D11, D23, D30: what was open a moment ago is closed everywhere by one restriction."""
        asset = upload_ready(archivist, drawn_photograph(903), "takedown.jpg", description("Zhu Takedown"))
        assert gazette.get(f"/assets/{asset['id']}/renditions/preview").status_code == 200
        bar = {
            "kind": "takedown",
            "scope": {"assets": [asset["id"]]},
            "reason": "Asked for by the family",
        }
        ok(archivist.post("/restrictions", json=bar), 201)
        for desk in (gazette, manager, archivist):
            for kind in ("thumbnail", "preview"):
                assert desk.get(f"/assets/{asset['id']}/renditions/{kind}").status_code in {403, 404}
        found = ok(gazette.get("/assets", params={"q": "Takedown"}))
        assert asset["id"] not in {item["id"] for item in found["items"]}


class TestAuditor:
    def test_sees_the_delivery_with_who_what_when_why(
        self, accepted: dict[str, Any], auditor: Desk, daily: Desk
    ) -> None:
        fetch_copy(daily, accepted["licence"], accepted["assets"][0])
        query = {"asset": accepted["assets"][0], "outcome": "delivered"}
        events = ok(auditor.get("/usage-events", params=query))["items"]
        copy = next(event for event in events if event["licence"])
        assert copy["asset"] == accepted["assets"][0]
        assert copy["partner"]
        assert copy["actor"]
        assert copy["size_bytes"] > 0
        assert dt.datetime.fromisoformat(copy["at"]).tzinfo is not None

    def test_sees_the_refusals_with_their_reasons(self, accepted: dict[str, Any], auditor: Desk, gazette: Desk) -> None:
        gazette.get(f"/licences/{accepted['licence']}/assets/{accepted['assets'][0]}/copy")
        events = ok(auditor.get("/usage-events", params={"outcome": "refused", "partner": gazette.organisation_id()}))[
            "items"
        ]
        assert any(event["reasons"] for event in events)
        assert {event["outcome"] for event in events} == {"refused"}

    def test_exports_csv(self, accepted: dict[str, Any], auditor: Desk) -> None:
        answer = auditor.get("/usage-events.csv")
        assert answer.status_code == 200
        assert answer.headers["content-type"].startswith("text/csv")
        rows = list(csv.reader(io.StringIO(answer.text.lstrip("\ufeff"))))
        assert len(rows) > 3
        assert not any(cell.startswith(("=", "+", "@", "\t")) for row in rows for cell in row)

    def test_nobody_can_write_the_log(self, auditor: Desk, daily: Desk) -> None:
        """D8: there is no client-written log."""
        for desk in (auditor, daily):
            assert desk.post("/usage-events", json={}).status_code in {403, 404, 405}


def _read_by_exiftool(copy: bytes, folder: Path, licence: dict[str, Any]) -> None:
    path = folder / "copy.jpg"
    path.write_bytes(copy)
    said = subprocess.run(["exiftool", "-j", "-G1", "-struct", "-a", "-ee", str(path)], capture_output=True, check=True)
    tags = json.loads(said.stdout)[0]
    text = json.dumps(tags, ensure_ascii=False)
    number = licence["number"]
    assert copy.count(b"Exif\x00\x00") == 1
    assert "ThumbnailImage" not in text
    assert tags["XMP-photoshop:Credit"] == CREDIT
    assert number in str(tags["XMP-plus:LicenseID"])
    assert number in str(tags["ExifIFD:UserComment"])
    assert tags["IPTC:Credit"] == CREDIT
    assert CREDIT in tags["ExifIFD:UserComment"]
    assert tags["IFD0:Copyright"] == tags["XMP-dc:Rights"] == tags["IPTC:CopyrightNotice"]
    terms = tags["XMP-xmpRights:UsageTerms-en"]
    assert terms in tags["ExifIFD:UserComment"]
    assert terms in tags["IPTC:SpecialInstructions"]
    assert number in terms


def test_every_answer_arrives_within_patience(daily: Desk) -> None:
    answer = eventually(lambda: daily.get("/me"), lambda response: response.status_code == 200, within_s=5)
    assert answer.elapsed < dt.timedelta(seconds=3)
