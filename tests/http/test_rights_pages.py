"""The desk of rights in a browser without scripts: agreements, holders, collections, restrictions."""

import html
import io
import re
from datetime import date, timedelta
from uuid import uuid4

import pytest
from sqlalchemy import text

from dam.accounts.organisation import OrganisationKind
from dam.accounts.permissions import Role
from dam.ingest.checks import Upload
from dam.kernel.hashing import sha256_hex
from dam.kernel.text import Bilingual
from dam.rights.agreement import HolderDraft
from tests.stack.archive import picture

TODAY = date.today()
MAY_READ = [Role.ARCHIVIST, Role.RIGHTS_MANAGER, Role.AUDITOR]
MAY_WRITE = [Role.ARCHIVIST, Role.RIGHTS_MANAGER]
_SEEDS = iter(range(700_000, 800_000))


@pytest.fixture(scope="module")
def archivist(place):
    return place.someone(Role.ARCHIVIST)


@pytest.fixture(scope="module")
def desk(place, archivist):
    """The archivist's browser."""
    return place.browser(archivist)


@pytest.fixture(scope="module")
def holder(place, archivist):
    return place.house.rights.record_holder(archivist.actor, HolderDraft(Bilingual("The Museum", "博物馆")))


@pytest.fixture
def photograph(place, stack, archivist):
    """A ready photograph of its own, as (id, accession number)."""
    upload = Upload(io.BytesIO(picture(next(_SEEDS), 64, 48)), "river.jpg", {"title": {"en": "River crossing"}})
    received = place.house.ingest.receive(archivist.actor, upload)
    with stack.owner.unit() as unit:
        unit.connection.execute(
            text("UPDATE asset SET state='ready', ready_at=created_at, width_px=64, height_px=48 WHERE id=:id"),
            {"id": received.asset_id},
        )
    return received.asset_id, received.accession_number


@pytest.fixture
def signed(place, holder, photograph):
    """A form that can be recorded as it is."""
    return {
        "holder": str(holder),
        "assets": photograph[1],
        "media": ["editorial.news"],
        "territory": ["CN"],
        "starts_on": TODAY.isoformat(),
        "ends_on": (TODAY + timedelta(days=364)).isoformat(),
    }


def publisher(place):
    return str(place.organisations[OrganisationKind.PUBLISHER].organisation_id)


def other(place):
    return str(place.organisations[OrganisationKind.HOLDER].organisation_id)


def said(answer):
    """The page as it reads."""
    return html.unescape(re.sub(r"\s+", " ", answer.get_data(as_text=True)))


def record(desk, signed):
    answer = desk.post("/rights/agreements", signed)
    assert answer.status_code == 303, said(answer)
    return answer.location


def value_of(page, name):
    found = re.search(rf'name="{re.escape(name)}" value="([^"]*)"', page)
    return found.group(1) if found else None


# ---- agreements


def test_an_agreement_is_recorded_shown_and_listed(place, desk, signed, photograph):
    signed |= {"grantee": publisher(place), "exclusive": "on", "credit_line": "Photo: <The> Museum"}
    there = record(desk, signed)
    page = said(desk.get(there, follow_redirects=True))
    for fact in ("The Museum", "A publisher", "China", "News", "Photo: <The> Museum", "In force", photograph[1]):
        assert fact in page
    assert "<The>" not in desk.get(there).text
    assert f'href="/assets/{photograph[0]}"' in page
    newer = record(desk, signed | {"grantee": "", "exclusive": ""})
    listed = said(desk.get("/rights"))
    assert -1 < listed.find(f'href="{newer}"') < listed.find(f'href="{there}"')


def test_the_list_is_paged(place, desk, signed):
    for _ in range(25):
        record(desk, signed)
    first = desk.get("/rights").text
    onward = html.unescape(re.search(r'rel="next" href="([^"]+)"', first).group(1))
    second = desk.get(onward).text
    numbers = [set(re.findall(r"AGR-\d{4}-\d{6}", page)) for page in (first, second)]
    assert len(numbers[0]) == 24
    assert numbers[1]
    assert not numbers[0] & numbers[1]
    assert desk.get("/rights?cursor=nonsense").status_code == 422


def test_the_form_begins_with_the_photograph_it_was_opened_from(desk, photograph):
    opened = desk.get(f"/assets/{photograph[0]}")
    link = html.unescape(re.search(r'href="(/rights/agreements/new[^"]*)"', opened.text).group(1))
    assert f">{photograph[1]}</textarea>" in desk.get(link).text
    assert desk.get(f"/rights/agreements/new?asset={uuid4()}").status_code == 404
    assert desk.get("/rights/agreements/new?asset=nonsense").status_code == 200


def test_every_fault_is_said_and_nothing_typed_is_lost(place, desk, holder, photograph):
    sent = {
        "holder": str(holder),
        "grantee": "",
        "assets": f"{photograph[1]}\nIMP-1999-000001\nnonsense",
        "media": ["editorial.news.web"],
        "territory": ["CN"],
        "territory_except": ["CN"],
        "starts_on": "2026-02-30",
        "sublicensable": "on",
        "exclusive": "on",
        "credit_line": "Photo: kept",
    }
    answer = desk.post("/rights/agreements", sent)
    page = said(answer)
    assert answer.status_code == 422
    for sentence in (
        "No photograph has the number IMP-1999-000001, NONSENSE.",
        "Write the date as YYYY-MM-DD.",
        "Name the last day",
        "Only a grantee can pass rights on",
        "The exceptions leave no territory.",
    ):
        assert page.count(sentence) == 2, f"{sentence}: above the form and at its field"
    assert "Name the first day" not in page, "it was named, if badly"
    assert "nonsense</textarea>" in page
    assert value_of(page, "credit_line") == "Photo: kept"
    for kept in (f'<option value="{holder}" selected', '<option value="CN" selected', 'name="exclusive" checked'):
        assert kept in page
    assert 'value="editorial.news.web" checked' in page


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"holder": ""}, "Choose a recorded rights holder."),
        ({"holder": "nonsense"}, "Choose a recorded rights holder."),
        ({"grantee": "nonsense"}, "Choose an organisation that is active here."),
        ({"collection": "nonsense"}, "There is no such collection."),
        ({"assets": ""}, "Choose photographs, or a collection."),
        ({"media": []}, "This must be filled in."),
        ({"territory": ["XX-nowhere"]}, "The code XX-nowhere is not known."),
        ({"ends_on": (TODAY - timedelta(days=1)).isoformat()}, "The last day lies before the first."),
        ({"credit_line": "x" * 301}, "At most 300 characters."),
    ],
)
def test_a_fault_stands_at_its_field(desk, signed, change, sentence):
    """What names nothing is never taken for nothing named: a garbled grantee must not open the photographs to all."""
    answer = desk.post("/rights/agreements", signed | change)
    assert answer.status_code == 422
    assert said(answer).count(sentence) == 2


def test_many_unknown_numbers_are_one_fault(desk, signed):
    answer = desk.post("/rights/agreements", signed | {"assets": "\n".join(f"IMP-1999-{n:06d}" for n in range(200))})
    assert answer.status_code == 422
    assert said(answer).count("No photograph has these 200 numbers:") == 2


def test_numbers_may_be_written_in_any_case_and_twice(desk, signed, photograph):
    there = record(desk, signed | {"assets": f" {photograph[1].lower()} ，{photograph[1]},\n"})
    assert said(desk.get(there)).count(f">{photograph[1]}<") == 1


def test_what_stands_in_the_way_is_named_with_its_first_free_day(place, desk, signed):
    """The second exclusive agreement is refused, told by what, and its form is kept."""
    first = record(desk, signed | {"grantee": publisher(place), "exclusive": "on"})
    number = re.search(r"AGR-\d{4}-\d{6}", said(desk.get(first))).group()
    answer = desk.post(
        "/rights/agreements", signed | {"grantee": other(place), "exclusive": "on", "credit_line": "Kept"}
    )
    page = said(answer)
    assert answer.status_code == 409
    assert f'<a href="{first}">{number}</a>' in page
    free = TODAY + timedelta(days=365)
    assert f"First free day: {free.day} {free:%B} {free.year}." in page
    assert value_of(page, "credit_line") == "Kept"
    assert f'<option value="{other(place)}" selected' in page
    later = {"starts_on": free.isoformat(), "ends_on": (free + timedelta(days=9)).isoformat()}
    record(desk, signed | {"grantee": other(place), "exclusive": "on"} | later)


def test_ending_needs_a_reason_and_frees_the_photograph(place, desk, signed):
    there = record(desk, signed | {"grantee": publisher(place), "exclusive": "on"})
    refused = desk.post(f"{there}/end", {"reason": "  "})
    assert refused.status_code == 422
    assert "Give a reason." in said(refused)
    assert desk.post(f"{there}/end", {"reason": "Given back."}).status_code == 303
    page = said(desk.get(there))
    assert "Ended early: Given back." in page
    assert f'action="{there}/end"' not in page
    assert desk.post(f"{there}/end", {"reason": "Again."}).status_code == 409
    record(desk, signed | {"grantee": other(place), "exclusive": "on"})


def test_states_are_told_from_the_clock(desk, signed):
    later, before = TODAY + timedelta(days=30), TODAY - timedelta(days=30)
    coming = record(desk, signed | {"starts_on": later.isoformat()})
    over = record(desk, signed | {"starts_on": before.isoformat(), "ends_on": before.isoformat()})
    assert "Not yet begun" in said(desk.get(coming))
    page = said(desk.get(over))
    assert ">Over<" in page
    assert f'action="{over}/end"' not in page


def test_a_whole_collection_can_be_covered(desk, signed, holder):
    made = desk.post("/collections", {"title.en": "The Northeast, 1931-1945", "holder": str(holder)})
    assert made.status_code == 303
    listed = said(desk.get(made.location))
    collection = re.search(r'href="/catalogue\?collection=([0-9a-f-]{36})">The Northeast', listed).group(1)
    page = said(desk.get(record(desk, signed | {"assets": "", "collection": collection})))
    assert "The whole collection" in page
    assert "The Northeast, 1931-1945" in page


# ---- holders and collections


def test_a_holder_is_recorded_and_can_be_chosen(place, desk):
    sent = {"name.en": "Border Museum", "name.zh-Hans": "边境博物馆", "organisation": other(place), "contact": "Room 3"}
    assert desk.post("/rights/holders", sent).status_code == 303
    page = said(desk.get("/rights/holders"))
    for fact in ("Border Museum", "边境博物馆", "A holder", "Room 3"):
        assert fact in page
    assert ">Border Museum</option>" in desk.get("/rights/agreements/new").text


def test_a_holder_is_corrected_and_its_mark_made_stronger(place, desk):
    desk.post("/rights/holders", {"name.en": "River Museum", "mark": "subtle"})
    reader = place.someone(Role.RIGHTS_MANAGER).actor
    (found,) = [one for one in place.house.rights.holders(reader) if one.name.en == "River Museum"]
    path = f"/rights/holders/{found.holder_id}"
    assert path in desk.get("/rights/holders").text
    assert 'value="subtle" selected' in desk.get(path).text
    assert desk.post(path, {"name.en": "Lake Museum", "contact": "Room 4", "mark": "strong"}).status_code == 303
    page = said(desk.get("/rights/holders"))
    assert "The rights holder is corrected." in page
    assert "previews are being marked again" not in page, "it has no photographs"
    assert "Lake Museum" in page
    assert "River Museum" not in page
    wrong = desk.post(path, {"name.en": "Pond Museum", "mark": "invisible"})
    assert wrong.status_code == 422
    assert "A mark is subtle, normal or strong." in said(wrong)
    assert "Pond Museum" in wrong.text
    assert desk.get(f"/rights/holders/{found.holder_id}"[:-4] + "0000").status_code == 404


def test_a_faulty_holder_is_shown_again(desk):
    answer = desk.post("/rights/holders", {"name.en": " ", "organisation": "nonsense", "statement": "kept"})
    page = said(answer)
    assert answer.status_code == 422
    assert "This must be filled in." in page
    assert "There is no such organisation." in page
    assert "kept</textarea>" in page


def test_a_faulty_collection_is_shown_again(desk):
    answer = desk.post("/collections", {"title.en": "", "title.zh-Hans": "", "holder": "nonsense"})
    assert answer.status_code == 422
    assert said(answer).count("A collection needs a title.") == 2
    named = desk.post("/collections", {"title.zh-Hans": "东北", "holder": "nonsense"})
    assert named.status_code == 422
    assert value_of(said(named), "title.zh-Hans") == "东北"


# ---- restrictions


def test_a_restriction_is_placed_and_lifted(desk, photograph):
    sent = {"kind": "territory_bar", "bar_reason": "A court order.", "bar_territory": ["JP", "KR"]}
    placed = desk.post(f"/assets/{photograph[0]}/restrictions", sent)
    assert placed.status_code == 303
    page = said(desk.get(placed.location))
    for fact in ("Barred territory", "A court order.", "Japan", "South Korea"):
        assert fact in page
    lifting = re.search(r'action="(/restrictions/[0-9a-f-]{36}/lifting)"', page).group(1)
    refused = desk.post(lifting, {"asset": str(photograph[0]), "reason": " "})
    assert refused.location == f"/assets/{photograph[0]}"
    assert "Give a reason." in said(desk.get(refused.location))
    assert desk.post(lifting, {"asset": str(photograph[0]), "reason": "Appeal won."}).status_code == 303
    page = said(desk.get(f"/assets/{photograph[0]}"))
    assert "lifted: Appeal won." in page
    assert lifting not in page
    assert desk.post(lifting, {"asset": str(photograph[0]), "reason": "Again."}).status_code == 409
    assert desk.post(f"/restrictions/{uuid4()}/lifting", {"reason": "None."}).status_code == 404


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"bar_reason": ""}, "This must be filled in."),
        ({"kind": "whim"}, "Choose a kind from the list."),
        ({"kind": "territory_bar"}, "This must be filled in."),
        ({"bar_starts_on": "soon"}, "Write the date as YYYY-MM-DD."),
        ({"bar_ends_on": "2020-01-01"}, "The last day lies before the first."),
    ],
)
def test_a_faulty_restriction_is_shown_again(desk, photograph, change, sentence):
    sent = {"kind": "legal", "bar_reason": "Kept words.", "bar_ends_on": "2099-01-01"} | change
    answer = desk.post(f"/assets/{photograph[0]}/restrictions", sent)
    page = said(answer)
    assert answer.status_code == 422
    assert page.count(sentence) == 2
    assert sent["bar_reason"] in page
    assert value_of(page, "bar_ends_on") == sent["bar_ends_on"]


# ---- who may


@pytest.mark.parametrize("role", list(Role))
def test_roles(place, desk, signed, photograph, role):
    """D1: every other pairing is refused, and the refused see no way in."""
    there = record(desk, signed)
    browser = place.browser(place.someone(role))
    reads = 200 if role in MAY_READ else 403
    for path in ("/rights", there, "/rights/holders"):
        assert browser.get(path).status_code == reads, path
    assert browser.get("/rights/agreements/new").status_code == (200 if role in MAY_WRITE else 403)
    if role not in MAY_WRITE:
        bar = {"kind": "legal", "bar_reason": "No."}
        for path, sent in (
            ("/rights/agreements", signed),
            (f"{there}/end", {"reason": "No."}),
            ("/rights/holders", {"name.en": "No"}),
            (f"/assets/{photograph[0]}/restrictions", bar),
            (f"/restrictions/{uuid4()}/lifting", {"reason": "No."}),
        ):
            assert browser.post(path, sent).status_code == 403, path
        assert '<form method="post" action="/rights' not in browser.get("/rights/holders").text


def test_nothing_is_taken_without_the_token_of_the_form(desk, signed, photograph):
    for path, sent in (
        ("/rights/agreements", signed),
        ("/rights/holders", {"name.en": "Forged"}),
        ("/collections", {"title.en": "Forged"}),
        (f"/assets/{photograph[0]}/restrictions", {"kind": "legal", "bar_reason": "Forged."}),
    ):
        assert desk.client.post(path, data=sent).status_code == 400, path
    assert "Forged" not in desk.get("/rights/holders").text
    assert "Forged" not in desk.get(f"/assets/{photograph[0]}").text


def test_unknown_agreements_are_not_found(desk):
    assert desk.get(f"/rights/agreements/{uuid4()}").status_code == 404
    assert desk.post(f"/rights/agreements/{uuid4()}/end", {"reason": "None."}).status_code == 404


def test_no_page_tells_where_bytes_lie(stack, desk, signed, photograph):
    """D1: no storage address, bucket or key of any object reaches a person."""
    there = record(desk, signed)
    stored = stack.settings.s3_endpoint.split("//")[1]
    for path in ("/rights", there, "/rights/holders", "/rights/agreements/new", f"/assets/{photograph[0]}"):
        page = desk.get(path).text
        for trace in (stored, "sha256/", "X-Amz", stack.settings.s3_bucket_prefix + "originals"):
            assert trace not in page, path


def test_the_pages_read_in_chinese(place, signed):
    browser = place.browser(place.someone(Role.ARCHIVIST))
    there = record(browser, signed)
    browser.post("/language", {"language": "zh-Hans", "next": "/rights"})
    assert "供稿协议" in browser.get("/rights").text
    page = browser.get(there).text
    for fact in ("生效中", "博物馆", "中国", "新闻", "由档案馆对外授权"):
        assert fact in page
    faulty = said(browser.post("/rights/agreements", signed | {"assets": "IMP-1999-000001"}))
    assert "没有登录号为 IMP-1999-000001 的照片。" in faulty


def test_a_deed_is_attached_shown_and_saved(place, desk, signed):
    """A browser without scripts: attached once, told when it is there already or is no deed, and never shown inline."""
    page = desk.post("/rights/agreements", signed).location
    data = b"%PDF-1.7 signed " + uuid4().bytes

    def attach(content, name="Vertrag 协议.pdf", **more):
        return desk.post(f"{page}/deeds", {"file": (io.BytesIO(content), name), **more})

    assert attach(data).status_code == 303
    shown = html.unescape(desk.get(page).text)
    assert sha256_hex(data) in shown
    assert "Vertrag 协议.pdf" in shown
    saved = desk.get(re.search(rf'href="({page}/deeds/[^"]+)"', shown).group(1))
    assert saved.data == data
    assert saved.headers["Content-Disposition"].startswith("attachment;")
    assert saved.headers["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert saved.headers["Cache-Control"] == "private, no-store"
    assert saved.headers["X-Content-Type-Options"] == "nosniff"
    again, wrong, empty = attach(data), attach(b"PK\x03\x04", "deed.docx"), attach(b"", "")
    assert (again.status_code, wrong.status_code, empty.status_code) == (409, 422, 422)
    assert "already holds exactly this file" in again.text
    assert "save as PDF" in wrong.text or "as PDF first" in wrong.text
    auditor = place.browser(place.someone(Role.AUDITOR))
    assert "Attach the deed" not in auditor.get(page).text
    assert auditor.get(saved.request.path).data == data


def test_further_conditions_and_the_zone_of_the_days_are_kept(desk, signed):
    said = {"conditions": "No cropping.\n<b>Ask first.</b>", "time_zone": "Europe/Paris"}
    page = desk.get(desk.post("/rights/agreements", signed | said).location).text
    assert "No cropping.\n&lt;b&gt;Ask first.&lt;/b&gt;" in page
    assert "Europe/Paris" in page
    wrong = desk.post("/rights/agreements", signed | {"time_zone": "Europe/Nowhere", "conditions": "x" * 10_001})
    assert wrong.status_code == 422
    assert "This time zone is not known." in wrong.text
    assert "At most 10000 characters." in wrong.text


def test_a_photograph_of_another_holder_is_named(place, archivist, desk, signed, photograph):
    other = place.house.rights.record_holder(archivist.actor, HolderDraft(Bilingual("Another Museum", "另一博物馆")))
    version = place.house.catalogue.asset(archivist.actor, photograph[0]).version
    place.house.catalogue.describe(archivist.actor, photograph[0], {"holder": str(other)}, version)
    refused = desk.post("/rights/agreements", signed)
    assert refused.status_code == 422
    assert f"Another rights holder is recorded for {photograph[1]}." in html.unescape(refused.text)
    assert desk.post("/rights/agreements", signed | {"holder": str(other)}).status_code == 303
