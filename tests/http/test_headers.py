"""What every answer tells the browser."""

import pytest

from dam.accounts.permissions import Role

PAGES = ["/", "/login", "/nowhere", "/api/v1/me", "/api/v1/nowhere", "/api/v1/openapi.json", "/api/docs", "/healthz"]


@pytest.mark.parametrize("path", PAGES)
def test_headers_of_every_answer(place, path):
    """D9, D25: nothing but our own style sheets and scripts is ever kept by a cache."""
    answer = place.browser().get(path)
    policy = dict(part.split(" ", 1) for part in answer.headers["Content-Security-Policy"].split("; "))
    assert policy["default-src"] == policy["frame-ancestors"] == policy["base-uri"] == "'none'"
    assert policy["script-src"] == policy["style-src"] == policy["form-action"] == policy["connect-src"] == "'self'"
    assert answer.headers["Cache-Control"] == "private, no-store"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Referrer-Policy"] == "same-origin"
    assert answer.headers["Cross-Origin-Opener-Policy"] == "same-origin"
    assert answer.headers["Cross-Origin-Resource-Policy"] == "same-origin"
    assert answer.headers["tdm-reservation"] == "1"
    assert len(answer.headers["X-Request-Id"]) == 32


@pytest.mark.parametrize("path", ["/", "/login", "/nowhere", "/profile", "/people", "/organisations"])
def test_no_page_has_inline_script_or_style(place, path):
    page = place.browser(place.someone(Role.ADMINISTRATOR)).get(path, follow_redirects=True).text
    assert "<style" not in page
    assert " style=" not in page
    assert " onclick=" not in page
    assert page.count("<script") == page.count("<script src=")


def test_static_files_may_be_kept_but_their_absence_not(place):
    browser = place.browser()
    assert browser.get("/static/css/app.css").headers["Cache-Control"] == "public, max-age=600"
    assert browser.get("/static/css/absent.css").headers["Cache-Control"] == "private, no-store"


def test_liveness_readiness_and_counts(place):
    browser = place.browser()
    assert browser.get("/healthz").json == {"status": "ok"}
    ready = browser.get("/readyz")
    assert ready.status_code == 200, ready.json
    assert set(ready.json["services"].values()) == {True}
    assert "imprimatur_http_requests_total" in browser.get("/metrics").text


def test_readiness_says_which_service_is_down(place, monkeypatch):
    def broken() -> bool:
        raise OSError("no route")

    place.rebuild(monkeypatch, checks={"postgresql": lambda: True, "s3": broken})
    answer = place.browser().get("/readyz")
    assert answer.status_code == 503
    assert answer.json["services"] == {"postgresql": True, "s3": False}
