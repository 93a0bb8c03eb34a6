"""The receipt and the calendar as a person sees them: a telephone and a desk, both languages, a screen reader."""

import os
import threading
from pathlib import Path

import pytest
from werkzeug.serving import make_server

from tests.http.place import PASSWORD
from tests.http.scene import set_scene

pytestmark = pytest.mark.browser

AXE = Path(__file__).resolve().parents[2] / "node_modules/axe-core/axe.min.js"
WIDTHS = (390, 1440)
PICTURES = os.environ.get("IMPRIMATUR_SCREENSHOTS")


@pytest.fixture(scope="module")
def scene(place):
    """A photograph under licence, and the event of the partner's looking at it."""
    return set_scene(place, 41)


@pytest.fixture(scope="module")
def address(place):
    """The application behind a real port."""
    server = make_server("127.0.0.1", 0, place.app, threaded=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.mark.parametrize("language", ["en", "zh-Hans"])
@pytest.mark.parametrize("who", ["manager", "partner"])
def test_the_pages_fit_and_can_be_read_aloud(scene, address, browser_page, who, language):
    page, complaints = browser_page, []
    page.on("console", lambda said: said.type in {"error", "warning"} and complaints.append(said.text))
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.goto(f"{address}/login")
    if page.get_attribute("html", "lang") != language:
        page.click("button[name=language]")
        page.wait_for_selector(f"html[lang={language}]")
    page.fill("#field-email", scene.people[who].email)
    page.fill("#field-password", PASSWORD)
    page.click("main button[type=submit]")
    page.wait_for_url(f"{address}/")
    addresses = {
        "receipt": f"/usage/{scene.ids['event_id']}?territory=CN#what-if",
        "calendar": f"/assets/{scene.ids['asset_id']}/calendar",
    }
    for name, path in addresses.items():
        page.goto(f"{address}{path}")
        for width in WIDTHS:
            page.set_viewport_size({"width": width, "height": 900})
            over = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
            if PICTURES:
                page.screenshot(path=f"{PICTURES}/{name}-{who}-{language}-{width}.png", full_page=True)
            assert over <= 0, f"{name} at {width} px is {over} px too wide"
            page.evaluate(AXE.read_text(encoding="utf-8"))
            found = page.evaluate("axe.run().then(r => r.violations.map(v => [v.id, v.nodes.map(n => n.html)]))")
            assert found == [], (name, width)
    assert complaints == []
