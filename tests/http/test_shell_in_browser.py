"""The shell as a person sees it: both languages, a telephone and a desk, and what a screen reader meets."""

import pytest

from dam.accounts.permissions import Role
from tests.http.looking import complaints_of, look, sign_in

pytestmark = pytest.mark.browser


@pytest.fixture
def page(browser_page):
    """A page that keeps what the browser complains of."""
    browser_page.complaints = complaints_of(browser_page)
    return browser_page


@pytest.mark.parametrize("language", ["en", "zh-Hans"])
def test_every_page_of_the_shell(place, address, page, language):
    page.goto(address)
    if language != "en":
        page.click("button[name=language]")
    page.wait_for_selector(f"html[lang={language}]")
    look(page, f"welcome-{language}")
    page.goto(f"{address}/login")
    look(page, f"login-{language}")
    sign_in(page, address, place.someone(Role.ADMINISTRATOR, Role.ARCHIVIST, Role.PARTNER, Role.AUDITOR).email)
    for path in ("/", "/profile", "/people", "/organisations", "/change"):
        page.goto(address + path)
        look(page, f"{path.strip('/') or 'desk'}-{language}")
    answer = page.goto(f"{address}/nowhere")
    assert answer.status == 404
    page.complaints.clear()  # the browser itself reports the 404
    look(page, f"error-{language}")


def test_the_menu_opens_on_a_telephone(place, address, page):
    page.set_viewport_size({"width": 390, "height": 800})
    page.goto(address)
    assert not page.is_visible("header >> text=Sign in")
    page.click("text=Menu")
    assert page.is_visible("header >> text=Sign in")
    assert page.get_attribute(".nav-toggle", "aria-expanded") == "true"


def test_a_new_token_can_be_copied_and_is_gone_after(place, address, page):
    sign_in(page, address, place.someone(Role.PARTNER).email)
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
    sign_in(page, address, place.someone(Role.PARTNER).email)
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
