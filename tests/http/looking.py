"""Pages in a real browser: signed in, in a language, looked at on a telephone, a desk and by a screen reader."""

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from tests.http.place import PASSWORD

_AXE = Path(__file__).resolve().parents[2] / "node_modules/axe-core/axe.min.js"
_WIDTHS = (390, 1440)
_PICTURES = os.environ.get("IMPRIMATUR_SCREENSHOTS")


def complaints_of(page: Any) -> list[str]:
    """Return the list into which everything goes that the browser complains of from now on."""
    complaints: list[str] = []
    page.on("console", lambda said: said.type in {"error", "warning"} and complaints.append(said.text))
    page.on("pageerror", lambda error: complaints.append(str(error)))
    return complaints


def speak(page: Any, address: str, language: str) -> None:
    """Open the page for signing in, in that language."""
    page.goto(f"{address}/login")
    if page.get_attribute("html", "lang") != language:
        page.click("button[name=language]")
        page.wait_for_selector(f"html[lang={language}]")


def sign_in(page: Any, address: str, email: str) -> None:
    """Sign somebody in, and wait for their desk."""
    page.goto(f"{address}/login")
    page.fill("#field-email", email)
    page.fill("#field-password", PASSWORD)
    page.click("main button[type=submit]")
    page.wait_for_url(f"{address}/")


def look(page: Any, name: str) -> None:
    """Hold the open page to its width and to what a screen reader needs; keep its picture where one is asked."""
    for width in _WIDTHS:
        page.set_viewport_size({"width": width, "height": 900})
        over = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        if _PICTURES:
            page.screenshot(path=f"{_PICTURES}/{name}-{width}.png", full_page=True)
        assert over <= 0, f"{name} at {width} px is {over} px too wide"
        page.evaluate(_AXE.read_text(encoding="utf-8"))
        found = page.evaluate("axe.run().then(result => result.violations.map(v => [v.id, v.nodes.map(n => n.html)]))")
        assert found == [], (name, width)


def look_at(page: Any, address: str, paths: Mapping[str, str], label: str) -> None:
    """Open each of the named pages and look at it; the label tells their pictures from those of others."""
    for name, path in paths.items():
        page.goto(f"{address}{path}")
        look(page, f"{name}-{label}")
