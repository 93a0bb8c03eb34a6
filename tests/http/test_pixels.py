"""What carries pixels, in every way it can be asked: one gate, one line in the log, and nothing round it."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from sqlalchemy import text

from dam.rights.agreement import RestrictionDraft, Scope
from dam.rights.facts import RestrictionKind
from tests.http.knocking import ADMITTED, Door, doors, knock_api, knock_page, sign_of
from tests.http.place import Browser, Place
from tests.http.rulebook import COLUMNS
from tests.http.scene import Scene, set_scene

GET = frozenset({"GET"})
PIXEL_DOORS = {
    "api_delivery.rendition",
    "api_delivery.licensed_copy",
    "delivery.thumbnail",
    "delivery.preview",
    "delivery.licensed_copy",
    "public.preview",
}
ARCHIVES = re.compile(r"application/(zip|x-tar|gzip|octet-stream)|^(image|video)/")
OTHER_WAYS = re.compile(r"(?i)iiif|tile|dzi|deepzoom|info\.json|manifest|zip|archive\b|embed|oembed|sitemap|feed")
STORE = re.compile(r"(?i)x-amz|s3://|presign|sha256/[0-9a-f]{2}/|\boriginals/|\brenditions/[0-9a-f]|\bcopies/")
HIDDEN_STATES = ("received", "processing", "quarantined", "withdrawn")


@pytest.fixture(scope="module")
def scene(place: Place) -> Scene:
    """A photograph under licence whose copy is made, its page published, and everybody of the rulebook."""
    made = set_scene(place)
    archivist = made.people["archivist"].actor
    held = place.house.catalogue.asset(archivist, made.ids["asset_id"])
    place.house.catalogue.describe(archivist, held.asset_id, {"public_page": "preview"}, held.version)
    made.ids["number"] = held.accession_number
    licensed = f"/api/v1/licences/{made.ids['licence_id']}/assets/{made.ids['asset_id']}/copy"
    assert place.api().get(licensed, headers=made.people["partner"].bearer).status_code == 202
    with place.house.database.unit() as unit:
        jobs = unit.connection.execute(text("SELECT id FROM job WHERE kind = 'delivery.make_copy'")).scalars().all()
    for job in jobs:
        place.house.jobs.run(job, place.house.delivery.make_copy)
    return made


@pytest.fixture(scope="module")
def browsers(scene: Scene) -> dict[str, Browser]:
    return {column: scene.place.browser(scene.people[column]) for column in COLUMNS}


def _knock(door: Door, scene: Scene, browsers: dict[str, Browser], column: str, query: str = "", **headers: str) -> Any:
    path = door.address(scene.ids) + query
    if door.is_api:
        return scene.place.api().get(path, headers=scene.people[column].bearer | headers)
    return browsers[column].client.get(path, headers=headers)


def _pixel_doors(place: Place) -> list[Door]:
    return [door for door in doors(place.app, GET) if door.rule.endpoint in PIXEL_DOORS]


def _uses(stack: Any) -> int:
    counted = (
        "SELECT count(*) FROM au.event WHERE type IN ('delivery.rendition.viewed', 'delivery.rendition.refused',"
        " 'delivery.copy.delivered', 'delivery.copy.refused')"
    )
    with stack.owner.unit() as unit:
        return int(unit.connection.execute(text(counted)).scalar() or 0)


@contextmanager
def _changed(stack: Any, scene: Scene, change: str, back: str) -> Iterator[None]:
    """Change the photograph's row behind the service's back, and change it back."""
    for_this = {"id": scene.ids["asset_id"]}
    with stack.owner.unit() as unit:
        unit.connection.execute(text(f"UPDATE asset SET {change} WHERE id = :id"), for_this)
    yield
    with stack.owner.unit() as unit:
        unit.connection.execute(text(f"UPDATE asset SET {back} WHERE id = :id"), for_this)


def test_no_route_leads_round_the_gate(place: Place) -> None:
    """D12, D13, D23: no tile, no info.json, no zip, no embed; what has no route cannot forget the gate."""
    assert [rule.rule for rule in place.app.url_map.iter_rules() if OTHER_WAYS.search(rule.rule)] == []


def test_nothing_can_be_deleted_and_no_client_writes_the_log(place: Place) -> None:
    """D8, D20: there is no DELETE anywhere, and nothing that is called log, event or usage takes a body."""
    every = list(doors(place.app, frozenset({"POST", "PUT", "PATCH", "DELETE"})))
    assert {door.method for door in every} == {"POST", "PUT", "PATCH"}
    written = [door.rule.rule for door in every if re.search(r"usage|event|log(?!in|out)|deliver", door.rule.rule)]
    assert all(rule.endswith("/what-if") for rule in written), (
        "a question about an event is the one thing it may be sent"
    )


@pytest.mark.parametrize("column", COLUMNS)
def test_pixels_come_through_the_gate_alone_and_are_logged_once(
    scene: Scene, stack: Any, browsers: dict[str, Browser], column: str
) -> None:
    """D6, D12, D23, D28: of every door, those that answer with a picture are the gate's, one event for each answer."""
    for door in doors(scene.place.app, GET):
        if door.rule.endpoint == "static":
            continue
        before = _uses(stack)
        answer = _knock(door, scene, browsers, column)
        is_pixels = bool(ARCHIVES.search(answer.content_type or ""))
        assert not is_pixels or door.rule.endpoint in PIXEL_DOORS, door
        assert _uses(stack) - before == (door.rule.endpoint in PIXEL_DOORS), (door, answer.status_code)


@pytest.mark.parametrize("query", ["?nolog=1&log=off", "?original=1&watermark=0&size=full", "?accepted=1&raw=true"])
def test_no_parameter_changes_an_answer_or_keeps_it_out_of_the_log(
    scene: Scene, stack: Any, browsers: dict[str, Browser], query: str
) -> None:
    """D6: every route x disposition: the marked or stamped bytes, and exactly one line in the log."""
    for door in _pixel_doors(scene.place):
        plain, before = _knock(door, scene, browsers, "partner"), _uses(stack)
        asked = _knock(door, scene, browsers, "partner", query)
        assert asked.status_code == plain.status_code == 200, (door, asked.text[:300])
        assert asked.data == plain.data, door
        assert _uses(stack) == before + 1, door
        assert asked.headers["Cache-Control"] == "private, no-store", door


def test_the_copy_is_stamped_and_the_others_are_marked_whichever_door_they_leave_by(
    scene: Scene, browsers: dict[str, Browser]
) -> None:
    """D6, D22: pages and API send the same bytes; only the licensed copy names a licence."""
    bodies: dict[str, set[bytes]] = {}
    for door in _pixel_doors(scene.place):
        kind = "copy" if "copy" in door.rule.rule else door.address(scene.ids).rpartition("/")[2]
        bodies.setdefault(kind, set()).add(_knock(door, scene, browsers, "partner").data)
    assert bodies.keys() == {"copy", "preview", "thumbnail"}
    assert {kind: len(found) for kind, found in bodies.items()} == {"copy": 1, "preview": 1, "thumbnail": 1}
    assert b"LIC-" in bodies["copy"].pop()
    assert b"LIC-" not in bodies["preview"].pop()


@pytest.mark.parametrize("state", HIDDEN_STATES)
@pytest.mark.parametrize("column", ["partner", "rival", "holder"])
def test_what_is_not_ready_is_shown_by_no_door(
    scene: Scene, stack: Any, browsers: dict[str, Browser], column: str, state: str
) -> None:
    """D11, D15: every state x every route that names a photograph: no byte and no word of it, licence or not."""
    back = "state = 'ready', reason_code = NULL"
    with _changed(stack, scene, f"state = '{state}', reason_code = 'asked'", back):
        for door in doors(scene.place.app, GET):
            if "asset_id" in door.rule.arguments:
                answer = _knock(door, scene, browsers, column)
                assert sign_of(answer) != ADMITTED, (door, answer.status_code)
                assert b"Officers" not in answer.data, door
                assert not (answer.content_type or "").startswith("image/"), door


@pytest.mark.parametrize("state", HIDDEN_STATES)
def test_no_role_sees_pixels_of_what_is_not_ready(
    scene: Scene, stack: Any, browsers: dict[str, Browser], state: str
) -> None:
    """D11, D15: nor do the archive's own people, for no role overrides rights."""
    with _changed(stack, scene, f"state = '{state}', reason_code = 'asked'", "state = 'ready', reason_code = NULL"):
        for column in COLUMNS:
            for door in _pixel_doors(scene.place):
                assert _knock(door, scene, browsers, column).status_code in {403, 404}, (column, door)


def test_a_picture_that_the_browser_holds_is_asked_for_again_and_decided_again(
    scene: Scene, browsers: dict[str, Browser]
) -> None:
    """D5, D25: with the right ETag: 304 while it is allowed, 403 from the moment it is not; nothing may be kept."""
    rights, manager = scene.place.house.rights, scene.people["manager"].actor
    held = []
    for door in _pixel_doors(scene.place):
        answer = _knock(door, scene, browsers, "partner")
        assert answer.headers["Cache-Control"] == "private, no-store"
        held.append((door, answer.headers["ETag"]))
        assert _knock(door, scene, browsers, "partner", **{"If-None-Match": held[-1][1]}).status_code == 304, door
    takedown = RestrictionDraft(RestrictionKind.TAKEDOWN, Scope((scene.ids["asset_id"],)), "The family asked")
    placed = rights.place_restriction(manager, takedown)
    for door, tag in held:
        for headers in ({"If-None-Match": tag}, {"If-None-Match": "*"}, {"Range": "bytes=0-9", "If-Range": tag}):
            answer = _knock(door, scene, browsers, "partner", **headers)
            assert answer.status_code in {403, 404}, (door, headers)
            assert "ETag" not in answer.headers, door
    rights.lift_restriction(manager, placed, "The test is over")


def test_without_its_log_no_door_sends_a_byte(scene: Scene, stack: Any, browsers: dict[str, Browser]) -> None:
    """D3, D8, D28: the log cannot be written: 503 on every door, to those who may and to those who may not."""
    with stack.owner.unit() as unit:
        unit.connection.execute(text("REVOKE INSERT ON au.event FROM imprimatur_app"))
    try:
        for column in ("partner", "rival", "archivist"):
            for door in _pixel_doors(scene.place):
                answer = _knock(door, scene, browsers, column)
                assert answer.status_code == 503, (column, door, answer.status_code)
                assert not (answer.content_type or "").startswith("image/"), door
    finally:
        with stack.owner.unit() as unit:
            unit.connection.execute(text("GRANT INSERT ON au.event TO imprimatur_app"))


@pytest.mark.parametrize("column", COLUMNS)
def test_no_answer_says_where_the_bytes_lie(
    scene: Scene, stack: Any, browsers: dict[str, Browser], column: str
) -> None:
    """D1, D31: no JSON, no page and no header names the store, a bucket, a key or a signed address."""
    endpoint = stack.settings.s3_endpoint.rpartition("/")[2]
    with stack.owner.unit() as unit:
        keys = unit.connection.execute(text("SELECT original_key FROM asset UNION SELECT key FROM rendition")).scalars()
        words = {endpoint, stack.settings.s3_bucket_prefix + "originals", *keys}
    for door in doors(scene.place.app, GET):
        if door.rule.endpoint == "static":
            continue
        answer = _knock(door, scene, browsers, column)
        said = str(answer.headers) + answer.data.decode("utf-8", "replace")
        assert not STORE.search(said), (door, STORE.search(said))
        assert [word for word in words if word in said] == [], door


def test_the_helpers_know_every_way_in(scene: Scene, browsers: dict[str, Browser]) -> None:
    """The same doors are knocked on here and in the role matrix."""
    token = browsers["partner"].csrf("/")
    for door in _pixel_doors(scene.place):
        answer = (
            knock_api(door, scene, scene.people["partner"].bearer)
            if door.is_api
            else knock_page(door, scene, browsers["partner"], token)
        )
        assert (answer.status_code, answer.content_type) == (200, "image/jpeg"), door
