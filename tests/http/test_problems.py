"""One shape for every error of the API."""

import pytest

from dam.accounts.permissions import Role
from dam.api import problems
from dam.kernel.errors import (
    BadImage,
    Conflict,
    Duplicate,
    ExclusivityConflict,
    Fault,
    ImprimaturError,
    Invalid,
    LogFault,
    NotAllowed,
    NotFound,
    NotLicensed,
    NotSignedIn,
    Reason,
    ServiceFault,
    Stale,
    TooMuch,
    WrongState,
)
from dam.kernel.text import Bilingual

TEXT = Bilingual("A sentence.", "一句话。")
MEMBERS = {"type", "title", "status", "detail", "detail_zh", "code"}
FAMILY = [
    (NotSignedIn(), 401, "not_signed_in"),
    (NotAllowed("catalogue.asset.upload"), 403, "not_allowed"),
    (NotLicensed([Reason("no_licence", TEXT, TEXT)]), 403, "not_licensed"),
    (NotFound(Bilingual("licence", "许可证")), 404, "not_found"),
    (Conflict(TEXT), 409, "conflict"),
    (WrongState(TEXT), 409, "wrong_state"),
    (ExclusivityConflict(TEXT, extra={"agreement": "x"}), 409, "exclusivity_conflict"),
    (Duplicate(TEXT, extra={"asset": "y"}), 409, "duplicate"),
    (Stale(), 412, "stale"),
    (BadImage(TEXT), 415, "bad_image"),
    (TooMuch(TEXT), 413, "too_much"),
    (TooMuch(TEXT, code="too_often"), 429, "too_often"),
    (Invalid([Fault("use.territory.0", "unknown", TEXT)]), 422, "invalid"),
    (ServiceFault("s3"), 503, "service_unavailable"),
    (LogFault("postgresql"), 503, "log_unavailable"),
    (ImprimaturError(TEXT), 500, "error"),
    (RuntimeError("postgresql://secret"), 500, "internal"),
]


@pytest.mark.parametrize(("error", "status", "code"), FAMILY, ids=lambda value: getattr(value, "code", None))
def test_the_family_maps_exactly(place, error, status, code):
    with place.app.test_request_context("/api/v1/x"):
        answer = problems.problem_of(error)
    body = answer.get_json(force=True)
    assert answer.content_type == "application/problem+json"
    assert answer.status_code == body["status"] == status
    assert body["code"] == code
    assert set(body) >= MEMBERS
    assert ("Retry-After" in answer.headers) == (status in {429, 503})
    assert "secret" not in answer.get_data(as_text=True)


def test_what_each_kind_adds(place):
    with place.app.test_request_context("/api/v1/x"):
        refused = problems.problem_of(NotLicensed([Reason("expired", TEXT, Bilingual("Ask.", "请询问。"))])).json
        wrong = problems.problem_of(Invalid([Fault("a.b", "required", TEXT)])).json
        duplicate = problems.problem_of(Duplicate(TEXT, extra={"asset": "y", "code": "forged"})).json
    assert refused["reasons"] == [
        {
            "code": "expired",
            "message": "A sentence.",
            "message_zh": "一句话。",
            "next_step": "Ask.",
            "next_step_zh": "请询问。",
        }
    ]
    assert wrong["faults"] == [{"field": "a.b", "code": "required", "message": "A sentence.", "message_zh": "一句话。"}]
    assert (duplicate["asset"], duplicate["code"]) == ("y", "duplicate")


@pytest.mark.parametrize(
    ("method", "path", "sent", "status", "code"),
    [
        ("GET", "/api/v1/nowhere", {}, 404, "not_found"),
        ("DELETE", "/api/v1/me", {}, 405, "method_not_allowed"),
        ("POST", "/api/v1/tokens", {"data": b"{", "content_type": "application/json"}, 400, "bad_request"),
        ("POST", "/api/v1/tokens", {"json": {}}, 422, "invalid"),
        ("POST", "/api/v1/tokens", {"json": {"name": "n", "colour": 1}}, 422, "invalid"),
        ("POST", "/api/v1/tokens", {"json": []}, 422, "invalid"),
    ],
)
def test_the_frameworks_own_errors_are_problems_too(place, method, path, sent, status, code):
    someone = place.someone(Role.PARTNER)
    answer = place.api().open(path, method=method, headers=someone.bearer, **sent)
    assert answer.content_type == "application/problem+json", answer.get_data(as_text=True)
    assert (answer.status_code, answer.json["code"]) == (status, code)
    if status == 405:
        assert "GET" in answer.headers["Allow"]


def test_faults_name_their_field(place):
    answer = place.api().post(
        "/api/v1/tokens", json={"life_days": "x", "colour": 1}, headers=place.someone(Role.PARTNER).bearer
    )
    faults = {fault["field"]: fault["code"] for fault in answer.json["faults"]}
    assert faults == {"name": "required", "life_days": "wrong_type", "colour": "unknown"}
    assert all(fault["message_zh"] for fault in answer.json["faults"])


def test_a_body_beyond_the_limit_is_413(place, monkeypatch):
    someone = place.someone(Role.PARTNER)
    monkeypatch.setitem(place.app.config, "MAX_CONTENT_LENGTH", 1000)
    answer = place.api().post("/api/v1/tokens", json={"name": "x" * 2000}, headers=someone.bearer)
    assert (answer.status_code, answer.json["code"]) == (413, "too_much")


def test_an_unexpected_exception_tells_nothing(place, monkeypatch):
    someone = place.someone(Role.PARTNER)

    def broken(*_args):
        raise RuntimeError("password=hunter2")

    monkeypatch.setattr(type(place.house.accounts), "me", broken)
    place.app.config["PROPAGATE_EXCEPTIONS"] = False
    answer = place.api().get("/api/v1/me", headers=someone.bearer)
    assert (answer.status_code, answer.json["code"]) == (500, "internal")
    assert "hunter2" not in answer.get_data(as_text=True)


def test_errors_of_pages_are_pages_in_both_languages(place):
    english = place.browser().get("/nowhere", headers={"Accept-Language": "en"})
    chinese = place.browser().get("/nowhere", headers={"Accept-Language": "zh-CN,en;q=0.5"})
    assert english.status_code == chinese.status_code == 404
    assert 'lang="en"' in english.text
    assert "There is nothing here" in english.text
    assert 'lang="zh-Hans"' in chinese.text
    assert "There is nothing here" not in chinese.text
