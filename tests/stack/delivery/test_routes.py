"""The gate and the usage log as the API tells them: status, shape, headers."""

import csv
import io
from datetime import timedelta

import pytest
from sqlalchemy import insert

from dam.app import create_app
from dam.database.tables.accounts import api_token
from dam.kernel.clock import utc_now
from dam.kernel.errors import ServiceFault
from dam.kernel.hashing import sha256_hex
from dam.kernel.ids import new_id


@pytest.fixture(scope="module")
def client(world):
    return create_app(world.stack.settings, world.stack.house).test_client()


@pytest.fixture(scope="module")
def bearer(world):
    made = {}
    for who, actor in world.people.items():
        secret = f"imp_{who}"
        with world.stack.owner.unit() as unit:
            unit.connection.execute(
                insert(api_token).values(
                    id=new_id(),
                    person_id=actor.person_id,
                    name=who,
                    sha256=sha256_hex(secret.encode()),
                    created_at=utc_now(),
                    expires_at=utc_now() + timedelta(days=1),
                )
            )
        made[who] = {"Authorization": f"Bearer {secret}"}
    return made


@pytest.fixture
def licensed(world, photo):
    """Return the path of the copy, of a licence of today, and of the preview."""
    world.at = utc_now()
    today = utc_now().date()
    world.first, world.last = today - timedelta(days=2), today + timedelta(days=2)
    photo = world.photograph()
    world.agreement(photo)
    licence_id = world.licence(photo)
    copy = f"/api/v1/licences/{licence_id}/assets/{photo.asset_id}/copy"
    return copy, f"/api/v1/assets/{photo.asset_id}/renditions/preview", photo


def test_signed_out_nobody_gets_a_byte(client, licensed):
    copy, preview, _ = licensed
    for path in (copy, preview):
        for method in (client.get, client.head):
            answer = method(path)
            assert answer.status_code == 401
            assert "image" not in answer.content_type


def test_the_copy_is_prepared_then_sent(world, client, bearer, licensed):
    copy, _, _ = licensed
    first = client.get(copy, headers=bearer["partner"])
    assert first.status_code == 202
    assert first.json["state"] == "making"
    assert int(first.headers["Retry-After"]) > 0
    world.work()
    sent = client.get(copy, headers=bearer["partner"])
    assert (sent.status_code, sent.content_type) == (200, "image/jpeg")
    assert sent.headers["Cache-Control"] == "private, no-store"
    assert "sandbox" in sent.headers["Content-Security-Policy"]
    assert len(sent.data) == int(sent.headers["Content-Length"])
    part = client.get(copy, headers=bearer["partner"] | {"Range": "bytes=5-9"})
    assert (part.status_code, part.data) == (206, sent.data[5:10])
    assert client.head(copy, headers=bearer["partner"]).headers["Content-Length"] == str(len(sent.data))


def test_a_refusal_says_why_and_what_next(client, bearer, licensed):
    copy, _, _ = licensed
    answer = client.get(copy, headers=bearer["rival"])
    assert (answer.status_code, answer.content_type) == (403, "application/problem+json")
    (reason,) = answer.json["reasons"]
    assert reason["code"] == "not_your_licence"
    assert all(reason[name] for name in ("message", "message_zh", "next_step"))


def test_a_role_without_the_permission_is_refused_by_the_gate_and_logged(world, client, bearer, licensed):
    copy, _, photo = licensed
    assert client.get(copy, headers=bearer["auditor"]).status_code == 403
    assert world.events(asset=photo.asset_id)[-1]["why"] == ["not_allowed"]


def test_unknown_and_malformed_addresses_are_not_found(client, bearer):
    for path in (
        f"/api/v1/assets/{new_id()}/renditions/preview",
        f"/api/v1/assets/{new_id()}/renditions/original",
        "/api/v1/assets/1/renditions/preview",
        f"/api/v1/licences/{new_id()}/assets/{new_id()}/copy",
    ):
        assert client.get(path, headers=bearer["partner"]).status_code == 404


@pytest.mark.parametrize(
    "query", ["?disposition=inline", "?original=1", "?nolog=1", "?accept=true&terms=ok", "?watermark=0"]
)
def test_no_parameter_changes_what_leaves_or_what_is_logged(world, client, bearer, licensed, query):
    """D6, D7: whatever is added to the address: the same bytes, exactly one event."""
    _, preview, photo = licensed
    answer = client.get(preview + query, headers=bearer["partner"])
    assert answer.data == photo.renditions["preview"]
    assert [entry["type"] for entry in world.events(asset=photo.asset_id)] == ["delivery.rendition.viewed"]


def test_while_postgresql_is_away_nothing_is_sent(world, client, bearer, licensed, monkeypatch):
    """D3: facts that cannot be read are a refusal: 503 and no picture."""
    _, preview, _ = licensed

    def away(*_args, **_more):
        raise ServiceFault("postgresql")

    monkeypatch.setattr("dam.delivery.store.held", away)
    answer = client.get(preview, headers=bearer["partner"])
    assert (answer.status_code, answer.content_type) == (503, "application/problem+json")


def test_the_usage_log_is_listed_and_exported_for_auditors_alone(client, bearer, licensed):
    _, preview, photo = licensed
    assert client.get(preview, headers=bearer["partner"]).status_code == 200
    query = f"?asset={photo.asset_id}&from=2026-01-01&to=2100-01-01"
    listed = client.get(f"/api/v1/usage-events{query}", headers=bearer["auditor"])
    (event,) = listed.json["items"]
    assert event.keys() >= {
        "id",
        "at",
        "outcome",
        "asset",
        "licence",
        "partner",
        "actor",
        "rendition",
        "reasons",
        "size_bytes",
    }
    assert (event["outcome"], event["log_index"], listed.json["next"]) == ("delivered", None, None)
    exported = client.get(f"/api/v1/usage-events.csv{query}", headers=bearer["auditor"])
    assert exported.content_type.startswith("text/csv")
    assert [row["id"] for row in csv.DictReader(io.StringIO(exported.text))] == [event["id"]]
    for who in ("partner", "manager", "archivist", "administrator", "holder"):
        for path in ("/api/v1/usage-events", "/api/v1/usage-events.csv"):
            assert client.get(path, headers=bearer[who]).status_code == 403


@pytest.mark.parametrize(
    "query", ["?from=yesterday", "?to=2026-13-01", "?from=2026-01-01T00:00:00", "?outcome=x", "?cursor=x", "?partner=1"]
)
def test_a_filter_that_cannot_be_read_is_a_fault_of_its_field(client, bearer, query):
    answer = client.get(f"/api/v1/usage-events{query}", headers=bearer["auditor"])
    assert answer.status_code == 422
    assert answer.json["faults"][0]["field"].startswith(query[1:].partition("=")[0])


def test_no_answer_names_the_store(world, client, bearer, licensed):
    """D1: no JSON of the API holds an address or a key of the store."""
    copy, _, photo = licensed
    client.get(copy, headers=bearer["partner"])
    pages = [f"/api/v1/assets/{photo.asset_id}", "/api/v1/assets", copy, "/api/v1/usage-events"]
    for path in pages:
        told = client.get(path, headers=bearer["auditor"]).text + client.get(path, headers=bearer["partner"]).text
        for word in (
            world.stack.settings.s3_endpoint,
            photo.original_key,
            "X-Amz",
            "test-originals",
            "test-renditions",
        ):
            assert word not in told
