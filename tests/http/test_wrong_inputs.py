"""Wrong input over the API, of every kind and to every operation: always a problem document, never a 500."""

import io
import json
from collections.abc import Iterator
from typing import Any

import pytest
from werkzeug.test import TestResponse

from tests.http.knocking import NOBODY, Door, doors
from tests.http.place import Place, Someone
from tests.http.rulebook import BOOK
from tests.http.scene import TODAY, Scene, set_scene

WRITING = frozenset({"POST", "PUT", "PATCH"})
HUGE = "9" * 400
LONG = "柴" * 200_000
DEEP = "[" * 20_000 + "]" * 20_000
NUL = "a\x00b"
SURROGATE = '"\\ud800"'

BODIES: dict[str, bytes] = {
    "nothing": b"",
    "half an object": b'{"assets": [',
    "not text": b"\xff\xfe\x00\x01",
    "a list": b"[]",
    "a word": b'"x"',
    "null": b"null",
    "a number": b"-1e400",
    "not a number": b"NaN",
    "an unknown field": b'{"s3_url": "x", "__proto__": {}}',
    "a key twice": b'{"reason": "a", "reason": "b", "name": 1, "name": 2}',
    "very deep": DEEP.encode(),
    "half a surrogate": b'{"reason": %s, "name": {"en": %s}}' % (SURROGATE.encode(), SURROGATE.encode()),
}
CONTENT_TYPES = ("text/plain", "application/xml", "application/x-www-form-urlencoded", "multipart/form-data", "")
WRONG: tuple[Any, ...] = (
    None,
    True,
    -1,
    0,
    1.5,
    10**30,
    "",
    " ",
    NUL,
    LONG,
    "x",
    [],
    [[]],
    [None],
    {},
    {"en": 1},
    HUGE,
)


@pytest.fixture(scope="module")
def scene(place: Place) -> Scene:
    """Everything there is, so that an identifier of the wrong kind can be a real one."""
    return set_scene(place)


@pytest.fixture(scope="module")
def target(place: Place) -> Scene:
    """A second scene, for input that may turn out right: a reason of spaces and NULs may still be a reason."""
    return set_scene(place, seed=2)


def _may(scene: Scene, door: Door) -> Someone:
    """Return somebody who may call the route."""
    signs = BOOK[door.method, door.rule.rule].signs
    column = next((column for column, sign in signs.items() if sign == "+"), "partner")
    return scene.people[column]


def _api(place: Place, methods: frozenset[str]) -> Iterator[Door]:
    for door in doors(place.app, methods):
        if door.is_api and BOOK[door.method, door.rule.rule].signs:
            yield door


def _call(scene: Scene, door: Door, path: str | None = None, **kwargs: Any) -> TestResponse:
    headers = _may(scene, door).bearer | kwargs.pop("headers", {})
    path = path or door.address(scene.ids)
    return scene.place.api().open(path, method=door.method, headers=headers, **kwargs)


def _is_a_problem(answer: TestResponse, *where: object) -> None:
    assert 400 <= answer.status_code < 500, (where, answer.status_code, answer.text[:500])
    assert answer.content_type == "application/problem+json", where
    body = answer.get_json(force=True)
    assert {"type", "title", "status", "detail", "detail_zh", "code"} <= body.keys(), where
    assert body["status"] == answer.status_code, where
    assert all(fault["message"] and fault["message_zh"] for fault in body.get("faults", [])), where


OPTIONAL = {"api_reports.renew", "api_receipts.what_if"}
"""Operations that do without a body: none at all is not wrong there."""


def _is_wrong_or_no_body(door: Door, answer: TestResponse, *where: object) -> None:
    if door.rule.endpoint in OPTIONAL and answer.status_code < 400:
        return
    _is_a_problem(answer, door, *where)
    assert answer.status_code in {400, 404, 409, 415, 422}, door


def _never_breaks(answer: TestResponse, *where: object) -> None:
    """Where the input may happen to be right, a success will do."""
    if answer.status_code >= 400:
        _is_a_problem(answer, *where)


@pytest.mark.parametrize("name", list(BODIES))
def test_a_body_that_is_no_body(scene: Scene, name: str) -> None:
    for door in _api(scene.place, WRITING):
        answer = _call(scene, door, data=BODIES[name], content_type="application/json")
        if name == "nothing":
            _is_wrong_or_no_body(door, answer, name)
        else:
            _is_a_problem(answer, door, name)
            assert answer.status_code in {400, 404, 409, 415, 422}, door


@pytest.mark.parametrize("content_type", CONTENT_TYPES)
def test_a_body_of_another_kind(scene: Scene, content_type: str) -> None:
    for door in _api(scene.place, WRITING):
        answer = _call(scene, door, data=b'{"reason": "x"}', content_type=content_type)
        _is_wrong_or_no_body(door, answer, content_type)


RIGHT: dict[str, dict[str, Any]] = {
    "api_rights.record_holder": {"name": {"en": "A Museum"}, "organisation": None, "statement": "s", "contact": "c"},
    "api_rights.correct_holder": {"name": {"en": "A Museum"}, "organisation": None, "statement": "", "mark": "strong"},
    "api_rights.record_agreement": {
        "holder": str(NOBODY),
        "grantee": str(NOBODY),
        "scope": {"assets": [str(NOBODY)]},
        "media": ["editorial"],
        "territory": ["CN"],
        "territory_except": ["HK"],
        "starts_on": TODAY.isoformat(),
        "ends_on": TODAY.isoformat(),
        "exclusive": True,
        "sublicensable": False,
        "credit_line": "x",
        "conditions": {"a": "b"},
        "time_zone": "Asia/Shanghai",
    },
    "api_rights.place_restriction": {
        "kind": "embargo",
        "scope": {"collection": str(NOBODY)},
        "media": ["editorial"],
        "territory": ["CN"],
        "starts_on": TODAY.isoformat(),
        "ends_on": TODAY.isoformat(),
        "reason": "x",
        "time_zone": "Asia/Shanghai",
    },
    "api_rights.end_agreement": {"reason": "x"},
    "api_rights.lift_restriction": {"reason": "x"},
    "api_catalogue.describe_asset": {
        "description": {"title": {"en": "x"}},
        "credit_line": "x",
        "rights_statement": "http://rightsstatements.org/vocab/UND/1.0/",
        "public_page": "nothing",
        "holder": str(NOBODY),
        "collection": str(NOBODY),
    },
    "api_catalogue.withdraw_asset": {"reason": "x"},
    "api_catalogue.create_collection": {"title": {"en": "x"}, "holder": str(NOBODY)},
    "api_lightbox.collect": {"assets": [str(NOBODY)], "title": "x"},
    "api_lightbox.drop": {"assets": [str(NOBODY)]},
    "api_licensing.submit_request": {
        "assets": [str(NOBODY)],
        "use": {
            "media": ["editorial"],
            "territory": ["CN"],
            "territory_except": [],
            "starts_on": TODAY.isoformat(),
            "ends_on": TODAY.isoformat(),
            "purpose": "x",
            "publication": "x",
            "print_run": 1,
            "max_px": 500,
            "time_zone": "Asia/Shanghai",
            "exclusive": False,
        },
    },
    "api_workflow.counter_request": {
        "use": {
            "media": ["editorial.news.web"],
            "territory": ["WORLD"],
            "territory_except": ["JP"],
            "starts_on": TODAY.isoformat(),
            "ends_on": TODAY.isoformat(),
            "purpose": "x",
            "publication": "x",
            "print_run": 1,
            "max_px": 500,
            "time_zone": "Asia/Shanghai",
            "exclusive": True,
        },
        "conditions": {"max_px": 500, "downloads": 1, "no_alteration": True, "credit_line": "x"},
        "message": "x",
        "valid_until": TODAY.isoformat(),
    },
    "api_workflow.decline_counter_offer": {"message": "x"},
    "api_workflow.give_consent": {"words": "x"},
    "api_workflow.refuse_consent": {"reason": "x"},
    "api_workflow.withdraw_consent": {"reason": "x"},
    "api_workflow.release_licence": {"reason": "x"},
    "api_licensing.suspend_licence": {"reason": ""},
    "api_licensing.comment_request": {"message": "x"},
    "api_licensing.decide_request": {
        "message": "x",
        "items": [
            {
                "asset": str(NOBODY),
                "decision": "grant",
                "reason": "x",
                "conditions": {
                    "max_px": 500,
                    "downloads": 1,
                    "print_run": 1,
                    "no_alteration": True,
                    "no_ai_training": True,
                    "credit_line": "x",
                    "report_within_days": 1,
                    "report_by": TODAY.isoformat(),
                },
            }
        ],
    },
    "api_licensing.return_request": {"message": "x"},
    "api_licensing.accept_licence": {"terms_sha256": "0" * 64},
    "api_licensing.revoke_licence": {"reason": "x"},
    "api_reports.renew": {"starts_on": TODAY.isoformat(), "ends_on": "1999-01-01", "message": "x"},
    "api_reports.report_use": {
        "asset": str(NOBODY),
        "unused": False,
        "medium": "editorial.news.web",
        "territory": ["CN"],
        "title": "x",
        "url": "https://a.example/1",
        "published_on": TODAY.isoformat(),
        "print_run": 1,
        "note": "x",
        "amends": str(NOBODY),
    },
    "api_accounts.create_token": {"name": "x", "life_days": 0},
    "api_proposals.dismiss_proposal": {"reason": "x"},
    "api_twins.rule_twins": {"ruling": "same", "note": "x", "version": 99},
    "api_receipts.what_if": {
        "at": TODAY.isoformat(),
        "media": ["editorial"],
        "territory": ["CN"],
        "territory_except": ["HK"],
        "partner": str(NOBODY),
    },
}
"""A body of the right shape for each operation, which would change nothing; each member is then made wrong in turn."""


def _paths(body: Any, at: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Yield the way to every member at every depth."""
    entries = body.items() if isinstance(body, dict) else enumerate(body) if isinstance(body, list) else ()
    for key, value in entries:
        yield (*at, key)
        yield from _paths(value, (*at, key))


def _with(body: Any, path: tuple[Any, ...], value: Any) -> Any:
    changed = json.loads(json.dumps(body))
    inner = changed
    for key in path[:-1]:
        inner = inner[key]
    inner[path[-1]] = value
    return changed


def _version(scene: Scene) -> str:
    path = f"/api/v1/assets/{scene.ids['asset_id']}"
    return scene.place.api().get(path, headers=scene.people["archivist"].bearer).headers["ETag"]


@pytest.mark.parametrize("endpoint", list(RIGHT))
def test_each_member_made_wrong_in_each_way(target: Scene, endpoint: str) -> None:
    """Wrong types, absurd sizes, NUL, nothing: at every depth of every body."""
    (door,) = [door for door in _api(target.place, WRITING) if door.rule.endpoint == endpoint]
    for path in _paths(RIGHT[endpoint]):
        for value in WRONG:
            headers = {"If-Match": _version(target)}
            answer = _call(target, door, json=_with(RIGHT[endpoint], path, value), headers=headers)
            _never_breaks(answer, endpoint, path, str(value)[:40])


def test_each_member_of_a_document_made_wrong_in_each_way(target: Scene) -> None:
    """What we ourselves say as ODRL, sent back with one member wrong: a fault of a field, or another agreement."""
    manager, client = target.people["manager"].bearer, target.place.api()
    path = f"/api/v1/agreements/{target.ids['agreement_id']}/odrl"
    right = {"document": client.get(path, headers=manager).json, "same_as": {"a": "b"}}
    for member in _paths(right):
        for value in (None, -1, NUL, HUGE, [], {}):
            answer = client.post("/api/v1/agreements/odrl", json=_with(right, member, value), headers=manager)
            _never_breaks(answer, member, str(value)[:40])


def test_every_writing_operation_is_swept(scene: Scene) -> None:
    """An operation that is new must join the sweep, but for those without a body, the upload, and a twin of another."""
    without = {
        "api_deeds.attach_deed",
        "api_odrl.record_odrl_agreement",
        "api_proposals.confirm_proposal",
        "api_proposals.place_proposed",
        "api_catalogue.upload_asset",
        "api_licensing.withdraw_request",
        "api_licensing.resubmit_request",
        "api_licensing.reinstate_licence",
        "api_workflow.accept_counter_offer",
        "api_workflow.take_back_counter_offer",
        "api_workflow.sign_licence",
        "api_accounts.revoke_token",
    }
    assert {door.rule.endpoint for door in _api(scene.place, WRITING)} - without == set(RIGHT)


def test_an_identifier_of_another_kind_is_not_found(scene: Scene) -> None:
    """D9: a licence is no photograph; the answer is the one for an identifier nobody issued."""
    for door in _api(scene.place, WRITING | {"GET"}):
        names = [name for name in door.rule.arguments if name.endswith("_id")]
        body = RIGHT.get(door.rule.endpoint)
        for name in names:
            others = {other: value for other, value in scene.ids.items() if other != name}
            for kind in ("licence_id", "asset_id", "agreement_id", "request_id", "person_id", "holder"):
                if kind == name or scene.ids[kind] == scene.ids.get(name):
                    continue
                path = door.address(scene.ids | {name: others[kind]})
                answer = _call(scene, door, path, json=body, headers={"If-Match": '"1"'})
                _is_a_problem(answer, path)
                assert answer.status_code in {403, 404, 422}, (path, answer.status_code)
                assert door.rule.endpoint.endswith("licensed_copy") or answer.status_code != 403, path


@pytest.mark.parametrize("garbage", ["x", "..%2F..%2Fetc", "0" * 36, "%00", "' OR 1=1", "😀", "018f0000", "-1", "null"])
def test_an_identifier_that_is_none(scene: Scene, garbage: str) -> None:
    for door in _api(scene.place, WRITING | {"GET"}):
        if "_id" in door.rule.rule:
            path = door.address(scene.ids)
            for value in map(str, scene.ids.values()):
                path = path.replace(value, garbage)
            answer = scene.place.api().open(path.replace(str(NOBODY), garbage), method=door.method)
            _is_a_problem(answer, path)
            assert answer.status_code == 404, path


LISTS = ("assets", "agreements", "requests", "licences", "usage-events")
QUERIES = (
    "cursor=x",
    "cursor=W10",
    "cursor=W251bGxd",
    "cursor=WzEsMiwzLDQsNV0",
    "cursor=%00",
    "cursor=" + "A" * 513,
    "cursor=" + "A" * 500,
    "cursor=WyJ4IiwieSJd",
    "cursor=WyIyMDI2LTAxLTAxIiwieCJd",
    "cursor=WzFlOTk5LDFd",
    "limit=0",
    "limit=-1",
    "limit=101",
    "limit=99999999999999999999",
    "limit=x",
    "limit=",
    "limit=1.5",
)


@pytest.mark.parametrize("name", LISTS)
@pytest.mark.parametrize("query", QUERIES)
def test_a_cursor_or_limit_that_is_none(scene: Scene, name: str, query: str) -> None:
    path = f"/api/v1/{name}?{query}"
    for person in ("manager", "auditor", "partner"):
        answer = scene.place.api().get(path, headers=scene.people[person].bearer)
        _is_a_problem(answer, person, path)
        assert answer.status_code in {403, 422}, (person, path, answer.status_code, answer.text[:300])


FILTERS = {
    "assets": ("q", "holder", "collection", "year", "availability", "state"),
    "requests": ("state",),
    "usage-events": ("from", "to", "partner", "asset", "licence", "actor", "rendition", "outcome"),
    "usage-events.csv": ("from", "to", "partner", "asset", "licence", "actor", "rendition", "outcome"),
}


@pytest.mark.parametrize(
    "value", ["%00", "x" * 3000, "1" * 400, "%F0%9F%98%80", "';--", "%25%25", "(", "\\", "٣", "2026-13-45", " "]
)
def test_a_filter_that_means_nothing(scene: Scene, value: str) -> None:
    for name, filters in FILTERS.items():
        for each in filters:
            answer = scene.place.api().get(f"/api/v1/{name}?{each}={value}", headers=scene.people["auditor"].bearer)
            _never_breaks(answer, name, each, value)
    for each in ("media", "territory", "from", "to"):
        path = f"/api/v1/assets/{scene.ids['asset_id']}/availability?{each}={value}"
        _never_breaks(scene.place.api().get(path, headers=scene.people["partner"].bearer), path)


@pytest.mark.parametrize("tag", ["", "x", "*", '"', "W/", '"-1"', '"' + "9" * 400 + '"', '"1", "2"', "1", '"\x80"'])
def test_a_version_that_is_none(scene: Scene, tag: str) -> None:
    path = f"/api/v1/assets/{scene.ids['asset_id']}"
    bearer = scene.people["archivist"].bearer
    answer = scene.place.api().patch(path, json={"credit_line": "x"}, headers=bearer | {"If-Match": tag})
    _is_a_problem(answer, tag)
    assert answer.status_code in {412, 422}, tag


@pytest.mark.parametrize(
    "header",
    [
        "bytes=",
        "bytes=-",
        "bytes=9-1",
        "bytes=x-y",
        "bytes=0-0,1-1",
        "lines=0-1",
        f"bytes={HUGE}-",
        "bytes=-0",
        "bytes=99999999-",
    ],
)
def test_a_range_that_is_none(scene: Scene, header: str) -> None:
    path = f"/api/v1/assets/{scene.ids['asset_id']}/renditions/preview"
    answer = scene.place.api().get(path, headers=scene.people["partner"].bearer | {"Range": header})
    assert answer.status_code in {200, 416}, header
    _never_breaks(answer, header)
    if answer.status_code == 416:
        assert answer.headers["Content-Range"].startswith("bytes */")


UPLOADS: tuple[dict[str, Any], ...] = (
    {},
    {"file": "no file at all"},
    {"file": (io.BytesIO(b""), "empty.jpg")},
    {"file": (io.BytesIO(b"words"), "a\x00b.jpg")},
    {"file": (io.BytesIO(b"\xff\xd8"), "x" * 5000 + ".jpg")},
    {"file": (io.BytesIO(b"words"), "../../etc/passwd")},
    {"file": (io.BytesIO(b"words"), "a.jpg"), "description": "not json"},
    {"file": (io.BytesIO(b"words"), "a.jpg"), "description": "[]"},
    {"file": (io.BytesIO(b"words"), "a.jpg"), "description": '{"title": 1, "colour": 2}'},
    {"file": (io.BytesIO(b"words"), "a.jpg"), "description": DEEP},
    {"file": (io.BytesIO(b"words"), "a.jpg"), "description": '{"title": {"en": "\\u0000"}}'},
)


@pytest.mark.parametrize("number", range(len(UPLOADS)))
def test_an_upload_that_is_none(scene: Scene, number: int) -> None:
    answer = scene.place.api().post(
        "/api/v1/assets",
        data=dict(UPLOADS[number]),
        headers=scene.people["archivist"].bearer,
        content_type="multipart/form-data",
    )
    _is_a_problem(answer, number)
    assert answer.status_code in {415, 422}


DEEDS: tuple[dict[str, Any], ...] = (
    {},
    {"file": "no file at all"},
    {"file": (io.BytesIO(b""), "empty.pdf")},
    {"file": (io.BytesIO(b"PK\x03\x04words"), "deed.docx")},
    {"file": (io.BytesIO(b"MZ%PDF-1.7"), "deed.pdf")},
    {"file": (io.BytesIO(b"%PDF-1.7"), "deed.pdf"), "supersedes": "x"},
    {"file": (io.BytesIO(b"%PDF-1.7"), "deed.pdf"), "supersedes": str(NOBODY)},
)


@pytest.mark.parametrize("number", range(len(DEEDS)))
def test_a_deed_that_is_none(scene: Scene, number: int) -> None:
    answer = scene.place.api().post(
        f"/api/v1/agreements/{scene.ids['agreement_id']}/deeds",
        data=dict(DEEDS[number]),
        headers=scene.people["manager"].bearer,
        content_type="multipart/form-data",
    )
    _is_a_problem(answer, number)
    assert answer.status_code == 422


def test_a_body_beyond_every_limit_is_refused_before_it_is_read(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(scene.place.app.config, "MAX_CONTENT_LENGTH", 10_000)
    for door in _api(scene.place, WRITING):
        if door.rule.endpoint in RIGHT:
            answer = _call(scene, door, json={"reason": "x" * 20_000})
            assert (answer.status_code, answer.get_json(force=True)["code"]) == (413, "too_much"), door


@pytest.mark.parametrize("value", ["", "-1", "1.5", "x", "%00", "9" * 30, "999999"])
def test_a_size_of_the_log_that_is_none(scene: Scene, value: str) -> None:
    """A number that is none, or larger than the published log, is a fault of its field."""
    bearer, tries = scene.people["auditor"].bearer, (("entries/0/proof?", "size"), ("consistency?from=0&", "to"))
    for path, name in (*tries, ("consistency?", "from")):
        answer = scene.place.api().get(f"/api/v1/log/{path}{name}={value.format(name=name)}", headers=bearer)
        _is_a_problem(answer, path, value)
        assert answer.status_code == 422, (path, value, answer.text[:300])
    for index in ("999999", "9" * 30):
        for tail in ("", "/proof"):
            answer = scene.place.api().get(f"/api/v1/log/entries/{index}{tail}", headers=bearer)
            _is_a_problem(answer, index)
            assert answer.status_code == 404
