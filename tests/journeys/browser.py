"""What a person does at a browser, and what is looked at on every page they reach.

`IMPRIMATUR_SCREENSHOTS=DIR` keeps a picture of every page, by step, width and language.
"""

import os
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Self

from playwright.sync_api import Browser, ConsoleMessage, Locator, Request, expect

AXE = Path(__file__).resolve().parents[2] / "node_modules/axe-core/axe.min.js"
LANGUAGES = ("zh-Hans", "en")
WIDTHS = (390, 1440)
HEIGHT = 900
PATIENCE_MS = 60_000
_STATUS = re.compile(r"responded with a status of (\d+)")
_PICTURES_LOADED = """async () => {
    for (const picture of document.images) picture.loading = "eager";
    await Promise.all([...document.images].map((picture) => picture.decode().catch(() => null)));
}"""
_RUN_AXE = """async () => {
    const found = await axe.run(document, { resultTypes: ["violations"] });
    return found.violations.map((each) => [each.id, ...each.nodes.map((node) => node.html)]);
}"""
_TOO_WIDE_PX = "document.documentElement.scrollWidth - document.documentElement.clientWidth"


class Person:
    """Somebody at a browser of their own, who keeps everything it complains of."""

    def __init__(self, browser: Browser, base_url: str, account: Mapping[str, str], *, scripts: bool = True) -> None:
        """Open an empty browser in English; without `scripts` it runs none."""
        size = {"width": WIDTHS[-1], "height": HEIGHT}
        self.context = browser.new_context(
            base_url=base_url, locale="en-GB", viewport=size, java_script_enabled=scripts
        )
        self.page = self.context.new_page()
        self.base_url, self.account, self.scripts = base_url, account, scripts
        self.complaints: list[str] = []
        self._expected: set[str] = set()
        self.page.set_default_timeout(PATIENCE_MS)
        self.page.on("console", self._hear)
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.page.on("request", self._follow)
        self.page.on("dialog", lambda dialog: dialog.accept())

    def _hear(self, said: ConsoleMessage) -> None:
        status = _STATUS.search(said.text)
        if said.type in {"error", "warning"} and not (status and status[1] in self._expected):
            self.complaints.append(said.text)

    def _follow(self, request: Request) -> None:
        """Hold every page to its own address: nothing is loaded from a store or from elsewhere."""
        if not request.url.startswith((self.base_url, "data:", "about:", "blob:")):
            self.complaints.append(f"asked {request.url}")

    @contextmanager
    def expecting(self, *statuses: int) -> Iterator[None]:
        """Take the browser's own word about answers with these statuses as no complaint."""
        self._expected |= {str(status) for status in statuses}
        yield
        self._expected.clear()

    # ------------------------------------------------------------------------------------------------- moving about
    def sign_in(self) -> Self:
        self.page.goto("/login")
        self.page.fill("#field-email", self.account["email"])
        self.page.fill("#field-password", self.account["password"])
        self.page.click("main button[type=submit]")
        expect(self.page.locator(".whoami")).to_be_attached()
        self.speak("en")
        return self

    def speak(self, language: str) -> None:
        """Have the pages in this language."""
        root = self.page.locator("html")
        if root.get_attribute("lang") == language:
            return
        if not self.page.locator("button[name=language]").is_visible():
            self.page.click(".nav-toggle")
        self.page.click("button[name=language]")
        expect(root).to_have_attribute("lang", language)

    def open(self, path: str, status: int = 200) -> None:
        """Go to a page and hold it to the status of its answer."""
        with self.expecting(status):
            answer = self.page.goto(path)
        assert answer is not None
        assert answer.status == status, (path, answer.status)

    def press(self, name: str, within: Locator | None = None) -> None:
        """Press the first button with this name."""
        (within or self.page.locator("main")).get_by_role("button", name=name, exact=True).first.click()

    def read(self, selector: str = "main") -> str:
        return self.page.inner_text(selector)

    def notice(self) -> str:
        return self.read(".notice")

    def ids(self) -> str:
        """Return the id at the end of the page's address."""
        return self.page.url.split("?")[0].split("#")[0].rsplit("/", 1)[-1]

    # -------------------------------------------------------------------------------------------------------- forms
    def fill(self, fields: Mapping[str, str]) -> None:
        for name, value in fields.items():
            self.page.fill(f"main [name='{name}']", value)

    def choose(self, name: str, *, value: str | None = None, label: str | None = None) -> None:
        self.page.select_option(f"main select[name='{name}']", value=value, label=label)

    def tick(self, name: str, value: str) -> None:
        """Tick one medium, unfolding the branch it stands in."""
        box = self.page.locator(f"main input[name='{name}'][value='{value}']")
        if not box.is_visible():
            box.locator("xpath=ancestor::details").locator("summary").first.click()
        box.check()

    def download(self, link: Locator, folder: Path) -> Path:
        """Follow a link until a file comes, over a page to wait on if there is one."""
        with self.page.expect_download(timeout=PATIENCE_MS) as coming:
            link.click()
        path = folder / coming.value.suggested_filename
        coming.value.save_as(path)
        return path

    # ------------------------------------------------------------------------------------------------------ looking
    def look(self, name: str, *, status: int = 200, languages: tuple[str, ...] = LANGUAGES) -> None:
        """Look at a page that was asked for by its address: both languages, a telephone and a desk."""
        with self.expecting(status):
            for language in languages:
                self.speak(language)
                self.look_once(name)

    def look_once(self, name: str) -> None:
        """Look at the page as it stands, for what an answer to a form cannot be asked for again."""
        language = self.page.get_attribute("html", "lang")
        for width in WIDTHS:
            self.page.set_viewport_size({"width": width, "height": HEIGHT})
            self._inspect(f"{name}-{language}-{width}")
        assert self.complaints == [], (name, self.complaints)

    def _inspect(self, name: str) -> None:
        if self.scripts:
            self.page.evaluate(_PICTURES_LOADED)
        self._keep(name)
        too_wide: Any = self.page.evaluate(_TOO_WIDE_PX)
        assert too_wide <= 0, f"{name} is {too_wide} px too wide"
        if self.scripts:
            if not self.page.evaluate("'axe' in window"):
                self.page.evaluate(AXE.read_text(encoding="utf-8"))
            found: Any = self.page.evaluate(_RUN_AXE)
            assert found == [], (name, found)

    def _keep(self, name: str) -> None:
        folder = os.environ.get("IMPRIMATUR_SCREENSHOTS")
        if folder:
            self.page.screenshot(path=Path(folder) / f"{name}.png", full_page=True)

    def portrait(self, name: str) -> None:
        """Keep the upper part of the page as a small JPEG."""
        folder = os.environ.get("IMPRIMATUR_SCREENSHOTS")
        if folder:
            self.page.set_viewport_size({"width": 1280, "height": 1270})
            self.page.evaluate(_PICTURES_LOADED)
            self.page.screenshot(path=Path(folder) / f"{name}.jpg", type="jpeg", quality=78)

    def close(self) -> None:
        self.context.close()
