"""The six steps of the story at a browser, as six people, with scripts and without; nothing of the product imported.

Every page reached is looked at in English and Chinese, on a telephone and at a desk: no sideways scrolling, nothing
that axe objects to, nothing the browser complains of, nothing loaded from elsewhere.
"""

import base64
import csv
import datetime as dt
import io
import json
import os
import secrets
import subprocess
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from PIL import Image
from playwright.sync_api import Browser, Locator, expect

from tests.journeys.browser import HEIGHT, PATIENCE_MS, WIDTHS, Person
from tests.journeys.desk import drawn_photograph

pytestmark = [pytest.mark.browser, pytest.mark.slow]

TODAY = dt.datetime.now(ZoneInfo("Asia/Shanghai")).date()
CREDIT = "[Photo provided by the River Museum]"
MAX_PX = 400
ABROAD = "FR"
REAL = ("photos/simulated_archival_scan_c.jpg", "orientation/Portrait_6.jpg", "photos/china.jpg")
TORN, NO_PICTURE = "hostile/truncated_c.jpg", "hostile/text_named_jpg_c.jpg"


@dataclass
class Story:
    """What one step leaves for the next."""

    mark: str = field(default_factory=lambda: secrets.token_hex(3))
    files: list[tuple[str, bytes]] = field(default_factory=list)
    torn: tuple[str, bytes] = ("torn.jpg", b"")
    assets: list[str] = field(default_factory=list)
    numbers: list[str] = field(default_factory=list)
    agreement: str = ""
    request: str = ""
    other_request: str = ""
    licence: str = ""
    copies: list[tuple[Path, int]] = field(default_factory=list)

    def title(self, place: int) -> str:
        return f"River crossing {self.mark} {'ABC'[place]}"

    def title_zh(self, place: int) -> str:
        return f"松花江渡口{'甲乙丙'[place]}"


def _fresh(data: bytes) -> bytes:
    """Return the file as it is, or made unlike itself where the service has already seen an earlier run."""
    if not os.environ.get("IMPRIMATUR_LIVE"):
        return data
    comment = secrets.token_bytes(8)
    return data[:2] + b"\xff\xfe" + (len(comment) + 2).to_bytes(2) + comment + data[2:]


@pytest.fixture(scope="module")
def story(corpus_or_none: Path | None) -> Story:
    told = Story()
    if corpus_or_none is None:
        told.files = [(f"drawn-{seed}.jpg", drawn_photograph(seed)) for seed in (7001, 7002, 7003)]
        told.torn = ("torn.jpg", drawn_photograph(77)[:20_000])
    else:
        told.files = [(Path(name).name, _fresh((corpus_or_none / name).read_bytes())) for name in REAL]
        told.torn = (Path(TORN).name, _fresh((corpus_or_none / TORN).read_bytes()))
    return told


@pytest.fixture(scope="module")
def seat(browser: Browser, running: Path, base_url: str) -> Iterator[Callable[..., Person]]:
    """Seat somebody at a browser and sign them in: `seat(role, organisation="", scripts=True)`; once for each."""
    accounts = json.loads((running / "demo-accounts.json").read_text(encoding="utf-8"))
    seated: dict[tuple[str, bool], Person] = {}

    def seat_one(role: str, organisation: str = "", *, scripts: bool = True) -> Person:
        account = next(a for a in accounts if a["role"] == role and organisation in a["organisation"].lower())
        key = (account["email"], scripts)
        if key not in seated:
            seated[key] = Person(browser, base_url, account, scripts=scripts).sign_in()
        return seated[key]

    yield seat_one
    for person in seated.values():
        person.close()


@pytest.fixture
def archivist(seat: Callable[..., Person]) -> Person:
    return seat("archivist")


@pytest.fixture
def manager(seat: Callable[..., Person]) -> Person:
    return seat("rights_manager")


@pytest.fixture
def daily(seat: Callable[..., Person]) -> Person:
    """The publisher with the exclusive."""
    return seat("partner", "chinadaily")


@pytest.fixture
def gazette(seat: Callable[..., Person]) -> Person:
    """The other publisher."""
    return seat("partner", "gazette")


@pytest.fixture
def auditor(seat: Callable[..., Person]) -> Person:
    return seat("auditor")


def test_0_the_photograph_it_began_with(gazette: Person) -> None:
    """The demo's case, and the picture that README shows: one publisher has it exclusively, another is told so."""
    page = gazette.page
    gazette.open("/catalogue?q=柴世荣")
    page.get_by_role("link", name="Chai Shirong and officers").click()
    gazette.open(f"/assets/{gazette.ids()}?check=1&media=editorial.news.web&territory=CN")
    assert "Exclusive to another" in gazette.read("#availability")
    assert "[Photo exclusively provided to chinadaily.com.cn]" in gazette.read(".asset-words")
    gazette.portrait("photograph")


def test_0_filters_are_folded_on_a_telephone(gazette: Person) -> None:
    open_filters = gazette.page.locator(".facets details[open]")
    gazette.open("/catalogue")
    expect(open_filters).not_to_have_count(0)
    gazette.page.set_viewport_size({"width": WIDTHS[0], "height": HEIGHT})
    gazette.page.reload()
    expect(open_filters).to_have_count(0)
    gazette.page.set_viewport_size({"width": WIDTHS[-1], "height": HEIGHT})


# ------------------------------------------------------------------------------------------------------ 1 archivist
def _payload(file: tuple[str, bytes]) -> Any:
    return {"name": file[0], "mimeType": "image/jpeg", "buffer": file[1]}


def _describe(row: Locator, words: dict[str, str]) -> None:
    row.locator("summary").click()
    for name, value in words.items():
        row.locator(f"[data-field='{name}']").fill(value)


def _drop(person: Person, file: tuple[str, bytes]) -> None:
    """Drop a file onto the form as a hand would."""
    carried = person.page.evaluate_handle(
        """([name, letters]) => {
            const bytes = Uint8Array.from(atob(letters), (letter) => letter.charCodeAt(0));
            const carried = new DataTransfer();
            carried.items.add(new File([bytes], name, { type: "image/jpeg" }));
            return carried;
        }""",
        [file[0], base64.b64encode(file[1]).decode()],
    )
    person.page.dispatch_event("[data-drop]", "drop", {"dataTransfer": carried})


def test_1_an_archivist_brings_photographs_in(archivist: Person, story: Story) -> None:
    page = archivist.page
    archivist.open("/")
    archivist.look("01-desk-archivist")
    archivist.open("/upload")
    archivist.look("02-upload")
    page.set_input_files("#field-file", [_payload(file) for file in story.files])
    rows = page.locator(".queue-row")
    expect(rows).to_have_count(len(story.files))
    for place in range(len(story.files)):
        words = {
            "description.title.en": story.title(place),
            "description.title.zh-Hans": story.title_zh(place),
            "description.caption.en": f"Officers at the river crossing, July 1942 ({story.mark}).",
            "description.caption.zh-Hans": "1942年7月，军官们在松花江渡口合影留念。",
        }
        _describe(rows.nth(place), words)
    archivist.fill({"description.date": "1942年7月", "description.creator": "Unknown photographer"})
    archivist.look_once("03-upload-described")
    archivist.press("Upload")
    for place in range(len(story.files)):
        expect(rows.nth(place).locator(".queue-state")).to_have_text("Ready", timeout=PATIENCE_MS)
        assert rows.nth(place).locator("progress").evaluate("line => line.value") == 100
        story.assets.append((rows.nth(place).locator(".queue-links a").get_attribute("href") or "").rsplit("/", 1)[-1])
        story.numbers.append(rows.nth(place).locator(".queue-message").inner_text())
    expect(page.locator("#queue-status")).to_contain_text("3 of 3")
    archivist.look_once("04-upload-ready")


def test_1_a_torn_file_a_text_and_the_same_bytes_are_told_apart(
    archivist: Person, story: Story, corpus_or_none: Path | None
) -> None:
    page = archivist.page
    text = (corpus_or_none / NO_PICTURE).read_bytes() if corpus_or_none else b"I am no picture at all.\n" * 20
    archivist.open("/upload")
    archivist.speak("zh-Hans")
    _drop(archivist, story.torn)
    page.set_input_files("#field-file", [_payload(story.files[0]), _payload(("text-named.jpg", text))])
    with archivist.expecting(409, 415):
        archivist.press("上传")
        torn, twice, no_picture = (page.locator(".queue-row").nth(place) for place in range(3))
        expect(torn.locator(".queue-state")).to_have_text("已隔离", timeout=PATIENCE_MS)
        expect(twice.locator(".queue-links a")).to_have_attribute("href", f"/assets/{story.assets[0]}")
        expect(no_picture.locator(".queue-message")).not_to_be_empty()
        assert len(torn.locator(".queue-message").inner_text()) > 5
        archivist.look_once("05-upload-refusals")
    torn.locator(".queue-links a").click()
    archivist.look("06-quarantined")
    assert "In quarantine" in archivist.read(".state-line")
    assert len(archivist.read(".state-line span:not(.state)")) > 20


def test_1_the_archivist_corrects_a_description(archivist: Person, story: Story) -> None:
    archivist.open(f"/assets/{story.assets[0]}")
    archivist.fill({"description.people": "Chai Shirong\n柴世荣", "description.places": "Songhua river\n松花江"})
    archivist.press("Keep the description")
    assert "kept" in archivist.notice()
    assert "柴世荣" in archivist.read(".asset-words")
    archivist.look("07-asset-archivist")


# --------------------------------------------------------------------------------------------------------- 2 rights
def test_2_holder_and_exclusive_agreement_are_recorded(archivist: Person, story: Story) -> None:
    archivist.open("/rights/holders")
    archivist.look("08-holders")
    archivist.fill({"name.en": f"River Museum {story.mark}", "name.zh-Hans": f"松花江博物馆 {story.mark}"})
    archivist.press("Record the rights holder")
    assert "recorded" in archivist.notice()
    archivist.open(f"/rights/agreements/new?asset={story.assets[0]}")
    archivist.look("09-agreement-form")
    _agree(archivist, story, [0], grantee="chinadaily.com.cn")
    story.agreement = archivist.read("h1").split()[-1]
    assert "Exclusive" in archivist.read(".page-actions")
    archivist.look("10-agreement")
    archivist.open("/rights/agreements/new")
    _agree(archivist, story, [0, 1, 2])
    archivist.open("/rights")
    assert story.agreement in archivist.read()
    archivist.look("11-agreements")


def test_2_a_second_exclusive_agreement_is_refused_and_names_the_first(archivist: Person, story: Story) -> None:
    archivist.open("/rights/agreements/new")
    with archivist.expecting(409):
        _agree(archivist, story, [0], grantee="Harbour Gazette")
        assert story.agreement in archivist.notice()
        archivist.look_once("12-agreement-in-the-way")


def _agree(person: Person, story: Story, places: list[int], grantee: str = "") -> None:
    """Fill the form of an agreement: exclusive in China for a named publisher, else for the archive to license."""
    person.choose("holder", label=f"River Museum {story.mark}")
    person.fill({"assets": "\n".join(story.numbers[place] for place in places), "credit_line": CREDIT})
    person.fill({"starts_on": str(TODAY), "ends_on": str(TODAY + dt.timedelta(days=300))})
    person.tick("media", "editorial.news" if grantee else "all")
    person.choose("territory", value="CN" if grantee else "WORLD")
    if grantee:
        person.choose("grantee", label=grantee)
        person.page.check("[name=exclusive]")
    person.press("Record the agreement")


# ------------------------------------------------------------------------------------------------------- 3 partners
def test_3_a_partner_searches_in_chinese_and_sees_marked_previews(daily: Person, story: Story) -> None:
    daily.open("/catalogue")
    daily.look("13-catalogue")
    daily.speak("zh-Hans")
    daily.fill({"q": "渡口"})
    daily.press("检索")
    for place, asset in enumerate(story.assets):
        expect(daily.page.locator(f"a[href='/assets/{asset}']")).to_contain_text(story.title_zh(place))
    daily.look("14-search")
    daily.open("/catalogue?q=" + "nothing-like-it")
    daily.look("15-nothing-found")
    daily.open(f"/assets/{story.assets[0]}")
    preview = daily.page.locator("img.preview")
    assert preview.evaluate("picture => picture.decode().then(() => picture.naturalWidth)") > 200
    daily.look("16-asset-partner")


def test_3_the_partner_collects_and_asks(daily: Person, story: Story) -> None:
    daily.open("/lightbox")
    daily.look("17-lightbox-before")
    _empty_lightbox(daily)
    daily.look("18-lightbox-empty")
    _collect(daily, story, [0, 1])
    daily.open("/lightbox")
    daily.look("19-lightbox")
    with daily.expecting(422):
        daily.press("Ask for a licence")
        # The browser itself holds the required fields back, so the form has not been sent.
        assert daily.page.evaluate("document.querySelector('#ask').checkValidity()") is False
    _ask(daily, "CN")
    story.request = daily.ids()
    assert "Exclusive" not in daily.read(".request-items")
    daily.look("20-request-partner")
    daily.open("/requests")
    daily.look("21-requests-partner")


def test_3_the_other_publisher_is_told_at_once_that_it_is_exclusive(gazette: Person, story: Story) -> None:
    _empty_lightbox(gazette)
    _collect(gazette, story, [0])
    gazette.open("/lightbox")
    _ask(gazette, "CN")
    story.other_request = gazette.ids()
    answer = gazette.read(".request-items")
    assert "Exclusive to another" in answer
    assert "exclusive" in gazette.read(".reasons").lower()
    gazette.look("22-request-exclusive")


def _collect(person: Person, story: Story, places: list[int]) -> None:
    for place in places:
        person.open(f"/assets/{story.assets[place]}")
        person.press("Add to lightbox")
        assert "lightbox" in person.notice()


def _empty_lightbox(person: Person) -> None:
    person.open("/lightbox")
    while person.page.get_by_role("button", name="Take out").count():
        person.page.get_by_role("button", name="Take out").first.click()
        person.page.wait_for_load_state()


def _ask(person: Person, territory: str) -> None:
    person.choose("use.territory", value=territory)
    person.fill({"use.starts_on": str(TODAY), "use.ends_on": str(TODAY + dt.timedelta(days=90))})
    person.fill({"use.purpose": "A feature on the river in wartime", "use.publication": "Weekend pages"})
    person.press("Ask for a licence")
    assert "rights desk" in person.notice()


# -------------------------------------------------------------------------------------------------- 4 rights manager
def test_4_the_manager_cannot_break_the_exclusivity_and_returns_the_request(manager: Person, story: Story) -> None:
    manager.open("/requests")
    manager.look("23-requests-manager")
    manager.open(f"/requests/{story.other_request}")
    manager.page.check(f"[name='decision-{story.assets[0]}'][value=grant]")
    with manager.expecting(409):
        manager.press("Decide what is marked")
        assert story.agreement in manager.notice()
        manager.look_once("24-grant-in-the-way")
    manager.open(f"/requests/{story.other_request}")
    manager.page.fill("#field-return-message", "The photograph is exclusive in China. Would France do?")
    manager.press("Return it to the partner")
    assert "back with the partner" in manager.notice()


def test_4_the_other_publisher_changes_its_request(gazette: Person, story: Story) -> None:
    gazette.open(f"/requests/{story.other_request}")
    assert "Would France do?" in gazette.read(".thread")
    gazette.look("25-request-returned")
    gazette.choose("use.territory", value=ABROAD)
    gazette.press("Ask again")
    assert "Available" in gazette.read(".request-items")


def test_4_the_manager_grants_one_and_refuses_another(manager: Person, story: Story) -> None:
    manager.open(f"/requests/{story.request}")
    manager.look("26-request-manager")
    granted, refused = story.assets[0], story.assets[1]
    conditions = manager.page.get_by_text("Conditions and reason")
    conditions.nth(0).click()
    conditions.nth(1).click()
    manager.page.check(f"[name='decision-{granted}'][value=grant]")
    manager.fill({f"max_px-{granted}": str(MAX_PX), f"downloads-{granted}": "2"})
    manager.page.check(f"[name='decision-{refused}'][value=refuse]")
    manager.fill({f"reason-{refused}": "The family has asked us to hold this one back."})
    manager.look_once("27-deciding")
    manager.press("Decide what is marked")
    assert "Decided" in manager.notice()
    manager.look("28-decided")
    manager.page.get_by_role("link", name="Licence LIC-").click()
    story.licence = manager.ids()
    manager.look("29-licence-manager")


# --------------------------------------------------------------------------------------------------------- 5 licence
def test_5_no_copy_before_the_terms_are_accepted(daily: Person, story: Story) -> None:
    """D7: not even by its address."""
    daily.open(f"/requests/{story.request}")
    assert "The family has asked us" in daily.read(".request-items")
    daily.open(_copy_path(story), status=403)
    assert "terms" in daily.read(".reasons").lower()
    daily.look("30-no-copy-yet", status=403)
    daily.page.get_by_role("link", name="Back to the licence").click()
    assert daily.ids() == story.licence


def test_5_the_partner_accepts_and_downloads_the_copy(daily: Person, story: Story, tmp_path: Path) -> None:
    daily.open("/licences")
    daily.look("31-licences")
    daily.open(f"/licences/{story.licence}")
    daily.look("32-licence-offered")
    daily.page.check("#field-agreed")
    daily.press("Accept the terms")
    assert "accepted" in daily.notice()
    link = daily.page.get_by_role("link", name="Download the licensed copy")
    copy = daily.download(link, tmp_path)
    daily.look_once("33-waiting")
    _check_copy(story, copy, MAX_PX)
    daily.open(f"/licences/{story.licence}")
    assert "1 of 2" in daily.read(".request-items")
    daily.look("34-licence-active")


def test_5_somebody_else_gets_a_clear_no(gazette: Person, story: Story) -> None:
    """D9: another organisation's licence opens nothing, and an unknown id is nothing."""
    gazette.open(f"/licences/{story.licence}", status=404)
    gazette.open(_copy_path(story), status=403)
    assert gazette.read(".reasons")
    gazette.look("35-not-your-licence", status=403)
    gazette.open("/assets/018f0000-0000-7000-8000-000000000000", status=404)
    gazette.look("36-nothing-here", status=404)
    gazette.open("/usage", status=403)
    gazette.look("37-not-your-role", status=403)


def _copy_path(story: Story) -> str:
    return f"/licences/{story.licence}/assets/{story.assets[0]}/copy"


def _check_copy(story: Story, copy: Path, max_px: int) -> None:
    """Hold a downloaded copy to its licence: a JPEG of the right size; who it says it belongs to is read at the end."""
    with Image.open(io.BytesIO(copy.read_bytes())) as picture:
        assert picture.format == "JPEG"
        assert max(picture.size) <= max_px
    story.copies.append((copy, max_px))


# --------------------------------------------------------------------------------------------------------- 6 auditor
def test_6_the_auditor_sees_the_delivery_and_the_refusals(auditor: Person, story: Story, tmp_path: Path) -> None:
    auditor.open("/usage")
    drawn = auditor.page.evaluate("Chart.getChart('use-over-time').data.datasets.map(bars => bars.data.length)")
    assert len(drawn) == 3
    assert min(drawn) > 0
    auditor.look("38-usage")
    auditor.choose("rendition", label="Licensed copy")
    auditor.choose("outcome", label="Delivered")
    auditor.press("Show")
    first = auditor.page.locator(".events tbody tr").first
    expect(first).to_contain_text("chinadaily.com.cn")
    expect(first).to_contain_text(story.numbers[0])
    expect(first).to_contain_text("LIC-")
    auditor.choose("outcome", label="Refused")
    auditor.press("Show")
    refused = auditor.read(".events tbody")
    assert "Terms not accepted" in refused
    assert "Another organisation's licence" in refused
    auditor.look("39-usage-filtered")
    table = auditor.download(auditor.page.get_by_role("link", name="Export as CSV"), tmp_path)
    rows = list(csv.reader(io.StringIO(table.read_text(encoding="utf-8-sig"))))
    assert len(rows) > 2
    assert any("terms_not_accepted" in cell for row in rows for cell in row)
    auditor.open("/usage?from=2001-01-01&to=2001-01-02")
    auditor.look("40-usage-nothing")


def test_6_the_rights_holder_sees_their_own_photographs_only(seat: Callable[..., Person], story: Story) -> None:
    holder = seat("rights_holder")
    holder.open("/catalogue")
    assert "stand-in" in holder.read()
    assert holder.page.locator(".state-available").count() > 5
    assert story.mark not in holder.read()
    holder.look("41-catalogue-holder")
    holder.open(f"/assets/{story.assets[0]}", status=404)


# --------------------------------------------------------------------------------------------------- without scripts
def test_without_scripts_two_files_are_received(seat: Callable[..., Person], story: Story) -> None:
    plain = seat("archivist", scripts=False)
    plain.open("/upload")
    drawn = [_payload((f"plain-{seed}.jpg", _fresh(drawn_photograph(seed)))) for seed in (8101, 8102)]
    plain.page.set_input_files("#field-file", drawn)
    plain.fill({"description.title.en": f"Plain {story.mark}", "description.title.zh-Hans": "无脚本上传"})
    plain.press("Upload")
    received = plain.page.locator(".plain-list a")
    expect(received).to_have_count(2)
    plain.look_once("42-plain-upload")
    received.first.click()
    for _ in range(60):
        if plain.page.locator(".state-line").count() == 0:
            break
        plain.page.wait_for_timeout(500)
        plain.page.reload()
    assert plain.page.locator("img.preview").count() == 1
    plain.look("43-plain-asset")


def test_without_scripts_a_partner_gets_a_copy(
    seat: Callable[..., Person], manager: Person, story: Story, tmp_path: Path
) -> None:
    plain = seat("partner", "gazette", scripts=False)
    _empty_lightbox(plain)
    plain.open(f"/catalogue?q={story.mark}")
    plain.page.get_by_role("button", name=f"Add to lightbox: {story.title(2)}").click()
    plain.open("/lightbox")
    plain.look("44-plain-lightbox")
    _ask(plain, ABROAD)
    asked = plain.ids()
    manager.open(f"/requests/{asked}")
    manager.page.check(f"[name='decision-{story.assets[2]}'][value=grant]")
    manager.press("Decide what is marked")
    plain.open(f"/requests/{asked}")
    plain.page.get_by_role("link", name="Licence LIC-").click()
    plain.page.check("#field-agreed")
    plain.press("Accept the terms")
    plain.speak("zh-Hans")
    copy = plain.download(plain.page.get_by_role("link", name="下载授权副本"), tmp_path)
    plain.look_once("45-plain-waiting")
    plain.speak("en")
    _check_copy(story, copy, 2000)


@pytest.mark.exiftool
def test_an_independent_program_reads_whose_the_downloaded_copies_are(story: Story) -> None:
    assert len(story.copies) == 2
    for copy, max_px in story.copies:
        said = subprocess.run(["exiftool", "-j", "-G", str(copy)], capture_output=True, check=True, timeout=60)
        tags = json.loads(said.stdout)[0]
        assert tags["File:FileType"] == "JPEG"
        assert max(tags["File:ImageWidth"], tags["File:ImageHeight"]) <= max_px
        assert tags["IPTC:Credit"] == tags["XMP:Credit"]
        assert CREDIT.startswith(tags["IPTC:Credit"])
        assert "LIC-" in json.dumps(tags)
