"""Knocking on a door as somebody, and reading what came of it as one sign of the rulebook."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from werkzeug.routing import AnyConverter, IntegerConverter, Rule, UnicodeConverter, UUIDConverter
from werkzeug.test import TestResponse

from tests.http.place import Browser
from tests.http.scene import TODAY, Scene

NOBODY = UUID("018f0000-0000-7000-8000-000000000000")
"""An identifier nobody issued."""

ADMITTED, REFUSED, HIDDEN, UNLICENSED, UNKNOWN = "+", "-", "0", "x", "?"
"""Admitted; 403 for want of permission; 404 as if it were not there; 403 for want of rights; 401 or sent to sign in."""

USE = {"media": ["editorial.news.web"], "territory": ["FR"], "purpose": "x"}
DAYS = {"starts_on": TODAY.isoformat(), "ends_on": TODAY.isoformat()}


@dataclass(frozen=True)
class Door:
    """One method of one rule."""

    method: str
    rule: Rule

    @property
    def is_api(self) -> bool:
        return self.rule.rule.startswith("/api/")

    def address(self, ids: Mapping[str, Any]) -> str:
        """Return the address with what the scene holds, and with nobody's identifier where it holds nothing."""
        parts: dict[str, Any] = {}
        for name, converter in self.rule._converters.items():
            match converter:
                case AnyConverter():
                    parts[name] = min(converter.items)
                case IntegerConverter():
                    parts[name] = 0
                case UUIDConverter():
                    parts[name] = ids.get(name, NOBODY)
                case UnicodeConverter():
                    parts[name] = ids.get(name, "LIC-2026-999999")
                case _:
                    parts[name] = "css/app.css"
        return str(self.rule.build(parts)[1])


def doors(app: Any, methods: frozenset[str] = frozenset({"GET", "POST", "PATCH", "PUT", "DELETE"})) -> Iterator[Door]:
    """Yield every method of every rule of the application."""
    for rule in app.url_map.iter_rules():
        for method in sorted(rule.methods & methods):
            yield Door(method, rule)


def body_of(door: Door, scene: Scene) -> Any:
    """Return a body that goes as far as the thing itself, and then changes nothing: the request is decided already."""
    asset = str(scene.ids["asset_id"])
    return {
        "api_licensing.decide_request": {"items": [{"asset": asset, "decision": "refuse", "reason": "x"}]},
        "api_licensing.return_request": {"message": "x"},
        "api_licensing.resubmit_request": {"assets": [asset], "use": USE | DAYS, "message": "x"},
        "api_workflow.counter_request": {"use": USE | DAYS, "message": "x"},
        "api_workflow.decline_counter_offer": {"message": "x"},
        "api_workflow.refuse_consent": {"reason": "x"},
        "api_workflow.withdraw_consent": {"reason": "x"},
        "api_workflow.release_licence": {"reason": "x"},
        "api_licensing.suspend_licence": {"reason": ""},
        "api_licensing.comment_request": {"message": "x"},
        "api_licensing.accept_licence": {"terms_sha256": "0" * 64},
        "api_reports.report_use": {"asset": str(scene.ids["asset_id"]), "unused": True},
    }.get(door.rule.endpoint, {})


def knock_api(door: Door, scene: Scene, bearer: Mapping[str, str], method: str | None = None) -> TestResponse:
    """Call the route with this token, or none."""
    method = method or door.method
    body = None if method in {"GET", "HEAD"} else body_of(door, scene)
    return scene.place.api().open(door.address(scene.ids), method=method, json=body, headers=dict(bearer))


def knock_page(door: Door, scene: Scene, browser: Browser, token: str, method: str | None = None) -> TestResponse:
    """Open the page, or send its form, in this browser."""
    method = method or door.method
    form = None if method in {"GET", "HEAD"} else {"csrf_token": token, "message": "x", "terms_sha256": "0" * 64}
    return browser.client.open(door.address(scene.ids), method=method, data=form)


def sign_of(answer: TestResponse) -> str:
    """Read the answer as one sign of the rulebook."""
    status = answer.status_code
    if status == 401 or (status in {302, 303} and answer.location.startswith("/login")):
        return UNKNOWN
    if status == 403:
        return UNLICENSED if _names_reasons(answer) else REFUSED
    if status >= 500:
        return str(status)
    return HIDDEN if status == 404 else ADMITTED


def _names_reasons(answer: TestResponse) -> bool:
    if answer.is_json:
        return bool(answer.json.get("reasons"))
    return 'class="reasons"' in answer.text
