"""Every operation of the API, answered as its own description says."""

import datetime as dt
from typing import Any

import httpx
import pytest

from tests.journeys.contract import Contract
from tests.journeys.desk import Desk, drawn_photograph, eventually, fetch_copy, ok, refused, upload_ready

pytestmark = pytest.mark.stack

TODAY = dt.datetime.now(dt.UTC).date()
USE = {
    "media": ["editorial.news.web"],
    "territory": ["FR"],
    "starts_on": TODAY.isoformat(),
    "ends_on": (TODAY + dt.timedelta(days=90)).isoformat(),
    "purpose": "A page about the archive",
    "max_px": 640,
}

GRANTED = {"downloads": 2, "report_within_days": 30}


def _photograph(archivist: Desk, seed: int) -> str:
    title = {"title": {"en": f"Contract {seed}", "zh-Hans": f"契约 {seed}"}, "date": "1942~", "places": ["Harbin"]}
    return str(upload_ready(archivist, drawn_photograph(seed), f"contract-{seed}.jpg", title)["id"])


@pytest.fixture(scope="module")
def held(archivist: Desk) -> dict[str, str]:
    """A photograph in a collection of a holder, under an agreement and behind a lifted restriction."""
    asset = _photograph(archivist, 77)
    holder = ok(archivist.post("/rights-holders", json={"name": {"en": "Contract Museum"}}), 201)["id"]
    collection = ok(archivist.post("/collections", json={"title": {"en": "Contract"}, "holder": holder}), 201)["id"]
    tag = archivist.get(f"/assets/{asset}").headers["ETag"]
    patch = {"holder": holder, "collection": collection, "credit_line": "Contract Museum"}
    ok(archivist.patch(f"/assets/{asset}", json=patch, headers={"If-Match": tag}), 200)
    agreement = {
        "holder": holder,
        "scope": {"assets": [asset]},
        "media": ["editorial"],
        "territory": ["WORLD"],
        "territory_except": ["US"],
        "starts_on": TODAY.isoformat(),
        "ends_on": (TODAY + dt.timedelta(days=300)).isoformat(),
        "exclusive": False,
    }
    agreed = ok(archivist.post("/agreements", json=agreement), 201)["id"]
    whole = agreement | {"scope": {"collection": collection}, "territory": ["CN"], "territory_except": []}
    spare = ok(archivist.post("/agreements", json=whole), 201)["id"]
    return {"asset": asset, "holder": holder, "collection": collection, "agreement": agreed, "spare": spare}


@pytest.fixture(scope="module")
def asked(held: dict[str, str], gazette: Desk) -> dict[str, Any]:
    found: dict[str, Any] = ok(gazette.post("/requests", json={"assets": [held["asset"]], "use": USE}), 201)
    return found


@pytest.fixture(scope="module")
def licence(asked: dict[str, Any], held: dict[str, str], gazette: Desk, manager: Desk) -> str:
    again = {"assets": [held["asset"]], "use": USE | {"print_run": 500}, "message": "With the print run"}
    ok(manager.post(f"/requests/{asked['id']}/return", json={"message": "How many copies?"}), 200)
    ok(gazette.post(f"/requests/{asked['id']}/resubmission", json=again), 200)
    decision = {"items": [{"asset": held["asset"], "decision": "grant", "conditions": GRANTED}]}
    return str(ok(manager.post(f"/requests/{asked['id']}/decisions", json=decision), 200)["licences"][0])


def test_catalogue(held: dict[str, str], archivist: Desk, daily: Desk) -> None:
    for desk in (archivist, daily):
        ok(desk.get("/assets", params={"q": "Contract", "year": "1940s"}))
        ok(desk.get(f"/assets/{held['asset']}/availability", params={"media": "editorial", "territory": "CN,FR"}))
        ok(desk.get(f"/assets/{held['asset']}/availability-calendar"))
        ok(desk.get("/collections"))
        ok(desk.get("/vocabularies"))
        for kind in ("thumbnail", "preview"):
            assert desk.get(f"/assets/{held['asset']}/renditions/{kind}").status_code == 200
    ok(archivist.post(f"/assets/{_photograph(archivist, 78)}/withdrawal", json={"reason": "Twice"}), 200)


def test_rights(held: dict[str, str], archivist: Desk, manager: Desk, auditor: Desk) -> None:
    ok(archivist.get(f"/assets/{held['asset']}/rights-twins"))
    pair = ok(archivist.get("/rights-twins"))["items"][0]
    apart = {"ruling": "different", "note": "Two frames of one roll."}
    ok(archivist.post(f"/rights-twins/{pair['id']}/ruling", json=apart))
    refused(archivist.post(f"/rights-twins/{held['asset']}/ruling", json=apart), 404)
    renamed = {"name": {"en": "Contract Museum"}, "mark": "strong"}
    assert ok(manager.put(f"/rights-holders/{held['holder']}", json=renamed))["marked_anew"] > 0
    for desk in (archivist, manager, auditor):
        assert "strong" in {each["mark"] for each in ok(desk.get("/rights-holders"))["items"]}
        ok(desk.get("/agreements"))
        ok(desk.get(f"/agreements/{held['agreement']}"))
        document = ok(desk.get(f"/agreements/{held['agreement']}/odrl"))
    ok(manager.post("/agreements/odrl", json=document), 201)
    sent = {"file": ("deed.pdf", b"%PDF-1.7 the contract", "application/pdf")}
    deed = ok(manager.post(f"/agreements/{held['agreement']}/deeds", files=sent), 201)["id"]
    for desk in (archivist, manager, auditor):
        assert ok(desk.get(f"/agreements/{held['agreement']}/deeds"))["items"][0]["id"] == deed
        assert desk.get(f"/agreements/{held['agreement']}/deeds/{deed}").content == sent["file"][1]
    ok(manager.post(f"/agreements/{held['spare']}/end", json={"reason": "Replaced"}), 200)
    bar = {"kind": "embargo", "scope": {"assets": [held["asset"]]}, "territory": ["DE"], "reason": "An anniversary"}
    placed = ok(manager.post("/restrictions", json=bar), 201)["id"]
    ok(manager.post(f"/restrictions/{placed}/lifting", json={"reason": "It is over"}), 200)
    ok(auditor.get(f"/assets/{held['asset']}/restrictions"))


def test_claims_about_rights(held: dict[str, str], archivist: Desk, manager: Desk, auditor: Desk) -> None:
    """Three photographs whose captions claim something: dismissed, placed, and confirmed by an agreement on record."""
    whole = {
        "holder": held["holder"],
        "scope": {"collection": held["collection"]},
        "media": ["exhibition"],
        "territory": ["FR"],
        "starts_on": TODAY.isoformat(),
        "ends_on": (TODAY + dt.timedelta(days=30)).isoformat(),
        "exclusive": False,
    }
    ok(archivist.post("/agreements", json=whole), 201)
    said = ("Exclusively provided to Harbour Gazette by Contract Museum", "JAPAN OUT", "Courtesy of Contract Museum")
    assets = [
        str(upload_ready(archivist, drawn_photograph(seed), f"claim-{seed}.jpg", {"caption": {"en": caption}})["id"])
        for seed, caption in enumerate(said, 90)
    ]
    patch = {"holder": held["holder"], "collection": held["collection"]}
    tag = archivist.get(f"/assets/{assets[2]}").headers["ETag"]
    ok(archivist.patch(f"/assets/{assets[2]}", json=patch, headers={"If-Match": tag}), 200)
    found = [ok(auditor.get(f"/assets/{asset}/rights-proposals"))["items"][0]["id"] for asset in assets]
    ok(manager.post(f"/rights-proposals/{found[0]}/dismissal", json={"reason": "Not so"}), 200)
    ok(manager.post(f"/rights-proposals/{found[1]}/restriction"), 201)
    ok(manager.post(f"/rights-proposals/{found[2]}/confirmation"), 200)


def test_licensing(held: dict[str, str], asked: dict[str, Any], licence: str, gazette: Desk, manager: Desk) -> None:
    for desk in (gazette, manager):
        ok(desk.get("/requests"))
        ok(desk.get(f"/requests/{asked['id']}"))
        ok(desk.get("/licences"))
    terms = ok(gazette.get(f"/licences/{licence}"))["terms_sha256"]
    ok(gazette.post(f"/licences/{licence}/acceptance", json={"terms_sha256": terms}), 200)
    assert fetch_copy(gazette, licence, held["asset"]).status_code == 200
    for desk in (gazette, manager):
        assert ok(desk.get(f"/licences/{licence}/odrl"))["@type"] == "Agreement"
        assert desk.get(f"/licences/{licence}/certificate.pdf").content.startswith(b"%PDF")
    _after_the_grant(held["asset"], licence, gazette, manager)
    ok(manager.post(f"/licences/{licence}/revocation", json={"reason": "The contract ended"}), 200)
    other = ok(gazette.post("/requests", json={"assets": [held["asset"]], "use": USE}), 201)["id"]
    ok(gazette.post(f"/requests/{other}/withdrawal"), 200)


def test_what_must_wait(held: dict[str, str], gazette: Desk, manager: Desk, second_manager: Desk) -> None:
    """A counter-offer declined, taken back and accepted; a consent on behalf; a second signature; a place given up."""
    wall = USE | {"media": ["exhibition.display.physical"], "exclusive": True}
    asking = {
        "holder": held["holder"],
        "scope": {"assets": [held["asset"]]},
        "media": wall["media"],
        "territory": ["WORLD"],
        "starts_on": TODAY.isoformat(),
        "ends_on": (TODAY + dt.timedelta(days=300)).isoformat(),
        "exclusive": False,
        "consent_required": True,
    }
    ok(manager.post("/agreements", json=asking), 201)
    plain = wall | {"exclusive": False}
    asked = f"/requests/{ok(gazette.post('/requests', json={'assets': [held['asset']], 'use': plain}), 201)['id']}"
    offer = {"use": wall, "conditions": {"downloads": 2, "report_by": TODAY.isoformat()}, "message": "Exclusive?"}

    def offered() -> str:
        made = ok(manager.post(f"{asked}/counter-offers", json=offer), 201)["offer"]
        assert (made["differs"], made["items"][0]["reasons"][0]["code"]) == (["exclusive"], "consent_needed")
        return f"{asked}/counter-offers/{made['id']}"

    refused(gazette.post(f"{asked}/counter-offers", json=offer), 403)
    late = offer | {"use": wall | {"ends_on": "1999-01-01"}}
    assert refused(manager.post(f"{asked}/counter-offers", json=late), 422)["faults"][0]["field"] == "use.ends_on"
    ok(gazette.post(f"{offered()}/refusal", json={"message": "No."}), 200)
    ok(manager.post(f"{offered()}/withdrawal"), 200)
    accepted = ok(gazette.post(f"{offered()}/acceptance"), 200)
    assert accepted["state"] == "pending"
    held_place = f"/licences/{accepted['licences'][0]}"
    refused(manager.post(f"{held_place}/signature"), 409, "second_signer_needed")
    refused(second_manager.post(f"{held_place}/signature"), 409, "consents_awaited")
    (consent,) = ok(manager.get("/consents", params={"state": "asked"}))["items"]
    named = f"/consents/{consent['id']}"
    assert ok(manager.get(named))["answerable"]
    refused(manager.post(f"{named}/consent", json={}), 422)
    assert ok(manager.post(f"{named}/consent", json={"words": "Letter 7"}), 200)["on_behalf"]
    assert ok(second_manager.post(f"{held_place}/signature"), 200)["state"] == "offered"
    assert ok(gazette.get(f"{held_place}/reservation"))["signed_by"]
    terms = ok(gazette.get(held_place))["terms_sha256"]
    ok(gazette.post(f"{held_place}/acceptance", json={"terms_sha256": terms}), 200)
    ok(manager.post(f"{named}/withdrawal", json={"reason": "The family asks us to"}), 200)
    ok(manager.post(f"{held_place}/suspension", json={"reason": "For now"}), 200)
    ok(manager.post(f"{held_place}/reinstatement"), 200)
    ok(manager.post(f"{held_place}/revocation", json={"reason": "It is over"}), 200)
    _refused_and_given_up(held["asset"], plain, gazette, manager)


def _refused_and_given_up(asset: str, use: dict[str, Any], gazette: Desk, manager: Desk) -> None:
    """A consent refused on behalf, and a place given up by hand."""
    for answer in ("refusal", "release"):
        asked = f"/requests/{ok(gazette.post('/requests', json={'assets': [asset], 'use': use}), 201)['id']}"
        ok(gazette.post(f"{asked}/messages", json={"message": "For the wall"}), 200)
        decision = {"items": [{"asset": asset, "decision": "grant"}], "message": "If the holder agrees"}
        (licence,) = ok(manager.post(f"{asked}/decisions", json=decision), 200)["licences"]
        if answer == "release":
            ok(manager.post(f"/licences/{licence}/release", json={"reason": "Too late"}), 200)
            continue
        (consent,) = ok(manager.get(f"/licences/{licence}/reservation"))["consents"]
        ok(manager.post(f"/consents/{consent['id']}/refusal", json={"reason": "It hangs in our own show"}), 200)


def _after_the_grant(asset: str, licence: str, gazette: Desk, manager: Desk) -> None:
    """Report the use that is due, correct the report, and ask for the next term."""
    for desk in (gazette, manager):
        assert licence in {row["licence"] for row in ok(desk.get("/reports-due"))["items"]}
    used = {"asset": asset, "medium": "editorial.news.web", "title": "A page", "published_on": TODAY.isoformat()}
    report = ok(gazette.post(f"/licences/{licence}/reports", json=used), 201)
    outside = used | {"territory": ["DE"], "url": "https://gazette.example/1", "amends": report["id"]}
    assert ok(gazette.post(f"/licences/{licence}/reports", json=outside), 201)["outside"] == ["territory"]
    for desk in (gazette, manager):
        assert len(ok(desk.get(f"/licences/{licence}/reports"))["items"]) == 2
        assert ok(desk.get(f"/licences/{licence}/reports/{report['id']}"))["amended_by"]
        assert licence not in {row["licence"] for row in ok(desk.get("/reports-due"))["items"]}
    renewed = ok(gazette.post(f"/licences/{licence}/renewal", json={"message": "And next year?"}), 201)
    assert renewed["renews"]["id"] == licence
    assert gazette.post(f"/licences/{licence}/renewal", json={}).json()["code"] == "renewal_open"
    assert ok(manager.get(f"/licences/{licence}/renewals"))["items"][0]["request"] == renewed["id"]
    ok(gazette.post(f"/requests/{renewed['id']}/withdrawal"), 200)


def test_lightbox(held: dict[str, str], daily: Desk) -> None:
    before = {item["asset"] for item in ok(daily.get("/lightbox"))["items"]}
    collected = ok(daily.post("/lightbox", json={"assets": [held["asset"]], "title": "Next week"}), 200)
    assert collected["title"] == "Next week"
    assert {item["asset"] for item in collected["items"]} - before == {held["asset"]}
    assert ok(daily.get("/lightbox")) == collected
    left = ok(daily.post("/lightbox/removals", json={"assets": [held["asset"]]}), 200)["items"]
    assert {item["asset"] for item in left} == before


def test_documents(held: dict[str, str], licence: str, gazette: Desk, manager: Desk) -> None:
    """An agreement that went out as ODRL comes in again; a licence has its document and its certificate."""
    said = ok(manager.get(f"/agreements/{held['agreement']}/odrl"))
    ok(manager.post("/agreements/odrl", json={"document": said}), 201)
    for desk in (gazette, manager):
        ok(desk.get(f"/licences/{licence}/odrl"))
        certificate = desk.get(f"/licences/{licence}/certificate.pdf")
        assert certificate.content.startswith(b"%PDF-"), certificate.text


def test_receipts(held: dict[str, str], licence: str, auditor: Desk, gazette: Desk) -> None:
    gazette.get(f"/licences/{licence}/assets/{held['asset']}/copy")
    gazette.get(f"/assets/{held['asset']}/renditions/preview")
    listed = ok(auditor.get("/usage-events", params={"asset": held["asset"], "limit": 100}))["items"]
    own = ok(gazette.get("/me"))["organisation"]["id"]
    assert {event["outcome"] for event in listed} == {"delivered", "refused"}
    for event in listed:
        for desk in (auditor, gazette) if event["partner"] == own else (auditor,):
            told = ok(desk.get(f"/usage-events/{event['id']}/receipt"))
            assert told["replay"] in ("same", None)
            assert (told["facts"] is None) == (desk is gazette or told["receipt"] is None)
            if told["receipt"]:
                wanted = {"at": TODAY.isoformat(), "territory": ["CN"], "media": ["editorial.book"]}
                ok(desk.post(f"/usage-events/{event['id']}/what-if", json=wanted), 200)


def test_accounts_and_usage(desks: list[Desk], auditor: Desk) -> None:
    for desk in desks:
        ok(desk.get("/me"))
        ok(desk.get("/organisations"))
        made = ok(desk.post("/tokens", json={"name": "contract", "life_days": 1}), 201)["id"]
        ok(desk.get("/tokens"))
        assert desk.post(f"/tokens/{made}/revocation").status_code == 204
    listed = ok(auditor.get("/usage-events", params={"outcome": "delivered", "limit": 100}))["items"]
    index = next(event["log_index"] for event in listed if event["log_index"] is not None)
    note = eventually(lambda: auditor.get("/log/checkpoint").text, lambda text: int(text.split("\n")[1]) > index)
    assert ok(auditor.get(f"/log/entries/{index}"))["id"] in {event["id"] for event in listed}
    size = int(note.split("\n")[1])
    assert ok(auditor.get(f"/log/entries/{index}/proof", params={"size": size}))["index"] == index
    assert ok(auditor.get("/log/consistency", params={"from": 1, "to": size}))["hashes"]
    assert auditor.get("/usage-events.csv").status_code == 200


def test_every_operation_has_kept_its_word(contract: Contract, licence: str) -> None:
    """No operation of the description stays unproven; the tests above call them all."""
    kept = {operation for operation, _ in contract.kept}
    assert contract.operations - kept - {("GET", "/api/v1/openapi.json")} == set()
    statuses = {status for (_, path), status in contract.kept if path.endswith("/copy")}
    assert {200, 202} <= statuses


def test_every_list_keeps_to_its_limit(desks: list[Desk], contract: Contract, asked: dict[str, Any]) -> None:
    paged = ("/assets", "/agreements", "/requests", "/licences", "/usage-events")
    for desk in desks:
        for path in paged:
            answer = desk.get(path, params={"limit": 1})
            if answer.status_code == 403:
                continue
            page = ok(answer, 200)
            assert len(page["items"]) <= 1, path
            if page["next"]:
                second = ok(desk.get(path, params={"limit": 1, "cursor": page["next"]}))
                assert second["items"] != page["items"], path


def test_readiness_is_told_to_operations(base_url: str, archivist: Desk) -> None:
    address = base_url.rstrip("/")
    for path in ("/healthz", "/readyz"):
        answer = eventually(
            lambda path=path: archivist.http.get(f"{address}{path}"), lambda found: found.status_code == 200
        )
        assert answer.json()


def test_the_contract_notices_what_nobody_described(contract: Contract, held: dict[str, str], archivist: Desk) -> None:
    """A member too many, one too few, a word outside its list: each is found, so the checks above can fail."""
    answer = archivist.get(f"/assets/{held['asset']}")
    body = answer.json()
    few = {name: value for name, value in body.items() if name != "sha256"}
    for wrong in (body | {"s3_url": "x"}, few, body | {"state": "lost"}, body | {"size_bytes": "7"}):
        tampered = httpx.Response(200, json=wrong, request=answer.request)
        with pytest.raises(AssertionError):
            contract.check(tampered)
