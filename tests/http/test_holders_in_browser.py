"""The pages of rights holders as a person has them: they fit a telephone, and can be read aloud, in both languages."""

import os
import threading
from pathlib import Path

import pytest
from werkzeug.serving import make_server

from dam.accounts.permissions import Role
from dam.kernel.text import Bilingual
from dam.rights.agreement import HolderDraft
from tests.http.place import PASSWORD

pytestmark = [pytest.mark.stack, pytest.mark.browser]
AXE = Path(__file__).resolve().parents[2] / "node_modules/axe-core/axe.min.js"
PICTURES = os.environ.get("IMPRIMATUR_SCREENSHOTS")


@pytest.fixture
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
def test_a_holder_is_corrected_on_a_page_that_fits(place, address, browser_page, language):
    page, archivist = browser_page, place.someone(Role.ARCHIVIST)
    name = Bilingual("Museum of the War of Chinese People's Resistance", "中国人民抗日战争纪念馆")
    holder = place.house.rights.record_holder(archivist.actor, HolderDraft(name, mark="subtle"))
    page.goto(f"{address}/login")
    if page.get_attribute("html", "lang") != language:
        page.click("button[name=language]")
        page.wait_for_selector(f"html[lang={language}]")
    page.fill("#field-email", archivist.email)
    page.fill("#field-password", PASSWORD)
    page.click("main button[type=submit]")
    page.wait_for_url(f"{address}/")
    for shown, path in {"holders": "/rights/holders", "holder": f"/rights/holders/{holder}"}.items():
        page.goto(f"{address}{path}")
        for width in (390, 1440):
            page.set_viewport_size({"width": width, "height": 900})
            over = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
            if PICTURES:
                page.screenshot(path=f"{PICTURES}/{shown}-{language}-{width}.png", full_page=True)
            assert over <= 0, f"{shown} at {width} px is {over} px too wide"
            page.evaluate(AXE.read_text(encoding="utf-8"))
            found = page.evaluate("axe.run().then(r => r.violations.map(v => [v.id, v.nodes.map(n => n.html)]))")
            assert found == [], (shown, width)
    page.select_option("[name=mark]", "strong")
    page.click("main form button[type=submit]")
    page.wait_for_url(f"{address}/rights/holders")
    assert place.house.rights.holder(archivist.actor, holder).mark == "strong"
