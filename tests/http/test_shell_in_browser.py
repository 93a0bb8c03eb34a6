"""The shell as a person sees it: both languages, a telephone and a desk, and what a screen reader meets."""

import os
import threading
from pathlib import Path

import pytest
from werkzeug.serving import make_server

from dam.accounts.permissions import Role
from tests.http.place import PASSWORD

pytestmark = pytest.mark.browser

AXE = Path(__file__).resolve().parents[2] / "node_modules/axe-core/axe.min.js"
WIDTHS = (390, 1440)
PICTURES = os.environ.get("IMPRIMATUR_SCREENSHOTS")


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


@pytest.fixture
def page(browser_page):
    """A page that keeps what the browser complains of."""
    browser_page.complaints = []
    browser_page.on(
        "console", lambda said: said.type in {"error", "warning"} and browser_page.complaints.append(said.text)
    )
    browser_page.on("pageerror", lambda error: browser_page.complaints.append(str(error)))
    return browser_page


def _sign_in(page, address, someone):
    page.goto(f"{address}/login")
    page.fill("#field-email", someone.email)
    page.fill("#field-password", PASSWORD)
    page.click("main button[type=submit]")
    page.wait_for_url(f"{address}/")


def _look(page, name):
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 900})
        over = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        if PICTURES:
            page.screenshot(path=f"{PICTURES}/{name}-{width}.png", full_page=True)
        assert over <= 0, f"{name} at {width} px is {over} px too wide"
        page.evaluate(AXE.read_text(encoding="utf-8"))
        found = page.evaluate("axe.run().then(result => result.violations.map(v => [v.id, v.nodes.map(n => n.html)]))")
        assert found == [], (name, width)
    assert page.complaints == []


@pytest.mark.parametrize("language", ["en", "zh-Hans"])
def test_every_page_of_the_shell(place, address, page, language):
    page.goto(address)
    if language != "en":
        page.click("button[name=language]")
    page.wait_for_selector(f"html[lang={language}]")
    _look(page, f"welcome-{language}")
    page.goto(f"{address}/login")
    _look(page, f"login-{language}")
    _sign_in(page, address, place.someone(Role.ADMINISTRATOR, Role.ARCHIVIST, Role.PARTNER, Role.AUDITOR))
    for path in ("/", "/profile", "/people", "/organisations", "/change"):
        page.goto(address + path)
        _look(page, f"{path.strip('/') or 'desk'}-{language}")
    answer = page.goto(f"{address}/nowhere")
    assert answer.status == 404
    page.complaints.clear()  # the browser itself reports the 404
    _look(page, f"error-{language}")


def test_the_menu_opens_on_a_telephone(place, address, page):
    page.set_viewport_size({"width": 390, "height": 800})
    page.goto(address)
    assert not page.is_visible("header >> text=Sign in")
    page.click("text=Menu")
    assert page.is_visible("header >> text=Sign in")
    assert page.get_attribute(".nav-toggle", "aria-expanded") == "true"


def test_a_new_token_can_be_copied_and_is_gone_after(place, address, page):
    _sign_in(page, address, place.someone(Role.PARTNER))
    page.goto(f"{address}/profile")
    page.fill("#field-name", "desk")
    page.click("main >> button:has-text('Make a token')")
    secret = page.text_content("#new-token").strip()
    assert secret.startswith("imp_")
    page.goto(f"{address}/profile")
    assert secret not in page.content()
    assert page.is_visible("td >> text=desk")


def test_the_description_can_be_read(address, page):
    page.goto(f"{address}/api/docs")
    page.wait_for_selector(".opblock")
    assert page.complaints == []


def test_htmx_requests_carry_the_token_by_themselves(place, address, page):
    """Htmx 4 inherits only what says `:inherited`."""
    _sign_in(page, address, place.someone(Role.PARTNER))
    with page.expect_response("**/language") as answered:
        page.evaluate(
            """() => {
                const button = document.createElement("button");
                button.setAttribute("hx-post", "/language");
                button.setAttribute("hx-vals", '{"language": "en"}');
                button.setAttribute("hx-swap", "none");
                document.querySelector("main").append(button);
                htmx.process(button);
                button.click();
            }"""
        )
    assert answered.value.status == 303
