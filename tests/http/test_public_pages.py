"""The pages every stamped file leads to: what is public is what an archivist published, and each look is on record."""

import json
import re
from typing import Any

import pytest
from rdflib import Graph, URIRef
from sqlalchemy import text

from dam.app import create_app
from dam.rights.agreement import RestrictionDraft, Scope
from dam.rights.facts import RestrictionKind
from tests.http.looking import complaints_of, look_at, sign_in, speak
from tests.http.place import Place
from tests.http.scene import set_scene

STATEMENT = "http://rightsstatements.org/vocab/NoC-CR/1.0/"
ATTACK = '</script><script>alert(1)</script><!--"\u2028]]>'
SCHEMA = "https://schema.org/"
NOBODYS = "IMP-1942-999999"
TWINS = """
INSERT INTO rights_twin (id, low_id, high_id, distance, found_at)
VALUES (gen_random_uuid(), :one, :other, 4, now()) ON CONFLICT DO NOTHING
"""
VARYING = re.compile(r'name="csrf_token" value="[^"]+"|X-CSRFToken": "[^"]+"|request-id">.*?<|/photographs/[^"]*')


class Pages:
    """A stranger before the public pages of one photograph, and its archivist behind them."""

    def __init__(self, place: Place, stack: Any) -> None:
        self.place, self.stack = place, stack
        self.scene = set_scene(place, 71)
        self.asset = self.scene.ids["asset_id"]
        self.archivist = self.scene.people["archivist"].actor
        self.number = self.view().accession_number
        self.stranger = place.browser()

    def view(self) -> Any:
        return self.place.house.catalogue.asset(self.archivist, self.asset)

    def publish(self, level: str, **patch: Any) -> None:
        wanted = {"public_page": level, **patch}
        self.place.house.catalogue.describe(self.archivist, self.asset, wanted, self.view().version)

    def page(self, number: str | None = None, **kwargs: Any) -> Any:
        return self.stranger.get(f"/photographs/{number or self.number}", **kwargs)

    def preview(self, number: str | None = None, **kwargs: Any) -> Any:
        return self.stranger.get(f"/photographs/{number or self.number}/preview", **kwargs)

    def linked(self) -> Any:
        (found,) = re.findall(r'<script type="application/ld\+json">(.*?)</script>', self.page().text, re.DOTALL)
        return json.loads(found)

    def logged(self) -> list[dict[str, Any]]:
        query = "SELECT convert_from(entry, 'UTF8')::jsonb FROM au.event ORDER BY event_id"
        with self.stack.owner.unit() as unit:
            return [each for each in unit.connection.execute(text(query)).scalars() if each.get("rend")]


@pytest.fixture(scope="module")
def pages(place, stack):
    return Pages(place, stack)


def same(answer):
    """What an answer says, without what differs from one request to the next."""
    kept = {
        name: value for name, value in answer.headers if name not in ("X-Request-Id", "Set-Cookie", "Content-Length")
    }
    return answer.status_code, kept, VARYING.sub("", answer.text)


def test_an_unpublished_photograph_is_answered_like_a_number_nobody_has(pages):
    """Default deny: nothing tells that it exists, whatever state it is in."""
    pages.publish("nothing")
    unknown, held = pages.page(NOBODYS), pages.page()
    assert unknown.status_code == 200
    assert same(held) == same(unknown)
    for secret in ("Officers", "军官", "The Museum", pages.number, str(pages.asset)):
        assert secret not in VARYING.sub("", held.text)
    assert "Not to be used without permission" in held.text
    assert "How to ask for a licence" in held.text
    assert held.headers["X-Robots-Tag"].startswith("noindex")
    assert 'content="noindex' in held.text
    assert same(pages.preview()) == same(pages.preview(NOBODYS))
    assert pages.preview().status_code == 404
    for odd in ("x" * 5000, "%00", "'--", "a b", "😀"):
        assert same(pages.page(odd)) == same(unknown), odd
        assert pages.preview(odd).status_code == 404, odd


def test_a_published_text_tells_whose_it_is_and_no_picture(pages):
    pages.publish(
        "text", rights_statement=STATEMENT, description={"creator": "Unknown photographer", "date": "1942-07"}
    )
    answer = pages.page()
    for said in ("Officers 71", "July 1942", "The Museum", "No copyright, contractual restrictions", STATEMENT):
        assert said in answer.text, said
    assert "<img" not in answer.text
    assert answer.headers["X-Robots-Tag"] == "noarchive, noai, noimageai"
    assert 'content="noarchive, noai, noimageai"' in answer.text
    assert f"/login?next=/assets/{pages.asset}" in answer.text.replace("%2F", "/")
    assert pages.preview().status_code == 404
    assert pages.logged()[-1]["why"] == ["not_visible"]
    chinese = pages.page(headers={"Accept-Language": "zh-CN"}).text
    assert "军官合影" in chinese
    assert "无版权——有合同限制" in chinese


def test_what_search_engines_read_is_json_ld_and_nothing_can_break_out_of_it(pages):
    """Read by an independent parser; a picture is named only once it is published."""
    pages.publish("text", credit_line=ATTACK, description={"title": {"en": ATTACK}, "caption": {"en": ATTACK}})
    said = pages.linked()
    base = pages.place.house.settings.base_url
    assert (said["name"], said["description"], said["creditText"]) == (said["name"],) * 3
    assert said["name"].startswith("</script><script>alert(1)</script><!--")
    assert "contentUrl" not in said
    assert pages.page().text.count("</script>") == pages.page().text.count("<script")
    assert "<script>alert" not in pages.page().text
    pages.publish(
        "preview", credit_line="The Museum", description={"title": {"en": "Officers"}, "caption": {"en": "x"}}
    )
    graph = Graph()
    local = {**pages.linked(), "@context": {"@vocab": SCHEMA}}
    graph.parse(data=json.dumps(local), format="json-ld")
    subject = URIRef(f"{base}/photographs/{pages.number}#photograph")
    told = {str(name).removeprefix(SCHEMA): str(value) for name, value in graph.predicate_objects(subject)}
    assert told["contentUrl"] == f"{base}/photographs/{pages.number}/preview"
    assert told["license"] == f"{base}/photographs/{pages.number}"
    assert told["acquireLicensePage"] == f"{base}/photographs/{pages.number}#ask"
    assert told["usageInfo"] == STATEMENT
    assert (told["creditText"], told["dateCreated"]) == ("The Museum", "1942-07")
    assert "Cannot be used without permission." in told["copyrightNotice"]
    assert {URIRef(f"{SCHEMA}ImageObject"), URIRef(f"{SCHEMA}Person")} == {
        kind for _, kind in graph.subject_objects(URIRef("http://www.w3.org/1999/02/22-rdf-syntax-ns#type"))
    }
    assert 'id="ask"' in pages.page().text


def test_a_published_preview_is_decided_and_logged_each_time_by_nobodys_name(pages):
    pages.publish("preview")
    before = len(pages.logged())
    answer = pages.preview()
    assert answer.status_code == 200
    assert answer.data.startswith(b"\xff\xd8")
    marked = pages.place.api().get(
        f"/api/v1/assets/{pages.asset}/renditions/preview", headers=pages.scene.people["partner"].bearer
    )
    assert answer.data == marked.data
    assert answer.headers["Cache-Control"] == "private, no-store"
    assert answer.headers["X-Robots-Tag"] == "noarchive, noai, noimageai"
    assert (answer.headers["tdm-reservation"], answer.headers["tdm-policy"][-11:]) == ("1", "/tdm-policy")
    event = pages.logged()[before]
    assert (event["type"], event["dec"], event["asset"]) == ("delivery.rendition.viewed", "allow", str(pages.asset))
    assert not {"actor", "org"} & event.keys()
    assert event["more"]["receipt"]
    assert event["bytes"] == len(answer.data)
    bare = pages.stranger.client.head(f"/photographs/{pages.number}/preview")
    assert (bare.status_code, bare.data) == (200, b"")
    part = pages.preview(headers={"Range": "bytes=0-9"})
    assert (part.status_code, part.data) == (206, answer.data[:10])
    assert pages.preview(headers={"If-None-Match": answer.headers["ETag"]}).status_code == 304
    listed = pages.place.api().get(
        f"/api/v1/usage-events?asset={pages.asset}", headers=pages.scene.people["auditor"].bearer
    )
    found = listed.json["items"][0]["id"]
    told = pages.place.api().get(f"/api/v1/usage-events/{found}/receipt", headers=pages.scene.people["auditor"].bearer)
    assert told.json["replay"] == "same"


def test_a_restriction_takes_the_whole_page_back_at_once_and_lifting_it_gives_it_again(pages):
    pages.publish("preview")
    assert (pages.preview().status_code, "Officers" in pages.page().text) == (200, True)
    rights, manager = pages.place.house.rights, pages.scene.people["manager"].actor
    bar = RestrictionDraft(kind=RestrictionKind.TAKEDOWN, scope=Scope((pages.asset,)), reason="A family asked")
    placed = rights.place_restriction(manager, bar)
    assert same(pages.preview()) == same(pages.preview(NOBODYS))
    assert same(pages.page()) == same(pages.page(NOBODYS))
    refused = [event for event in pages.logged() if event.get("asset") == str(pages.asset)][-1]
    assert (refused["type"], refused["why"]) == ("delivery.rendition.refused", ["takedown"])
    rights.lift_restriction(manager, placed, "They agree")
    assert (pages.preview().status_code, "Officers" in pages.page().text) == (200, True)


def test_a_bar_on_its_twin_takes_the_page_back_too(pages, stack):
    """Two scans of one print: what is taken down as the one is not shown as the other."""
    pages.publish("preview")
    other = pages.scene.another_ready(72)
    bar = RestrictionDraft(kind=RestrictionKind.TAKEDOWN, scope=Scope((other,)), reason="A family asked")
    placed = pages.place.house.rights.place_restriction(pages.scene.people["manager"].actor, bar)
    pair = sorted((pages.asset, other))
    with stack.owner.unit() as unit:
        unit.connection.execute(text(TWINS), {"one": pair[0], "other": pair[1]})
    assert same(pages.preview()) == same(pages.preview(NOBODYS))
    assert same(pages.page()) == same(pages.page(NOBODYS))
    pages.place.house.rights.lift_restriction(pages.scene.people["manager"].actor, placed, "They agree")
    assert (pages.preview().status_code, "Officers" in pages.page().text) == (200, True)


@pytest.mark.parametrize("state", ["received", "processing", "quarantined", "withdrawn"])
def test_what_is_not_ready_is_not_public(pages, stack, state):
    pages.publish("preview")
    ready = {"state": "ready", "why": None}
    for values, published in (({"state": state, "why": "asked"}, False), (ready, True)):
        with stack.owner.unit() as unit:
            change = text("UPDATE asset SET state = :state, reason_code = :why WHERE id = :asset")
            unit.connection.execute(change, values | {"asset": pages.asset})
        assert (pages.preview().status_code == 200) is published
        assert ("Officers" in pages.page().text) is published


def test_without_a_line_in_the_log_no_byte_leaves(pages, monkeypatch):
    pages.publish("preview")

    def broken(*_args: object) -> None:
        raise RuntimeError("the log is full")

    monkeypatch.setattr("dam.delivery.gate.append_hashed", broken)
    for number in (pages.number, NOBODYS):
        answer = pages.preview(number)
        assert answer.status_code == 503
        assert not answer.content_type.startswith("image/")


def test_publishing_is_an_archivists_and_on_record(pages, stack):
    pages.publish("nothing")
    pages.publish("text")
    query = "SELECT convert_from(entry, 'UTF8')::jsonb FROM au.event WHERE type = 'catalogue.asset.published'"
    with stack.owner.unit() as unit:
        told = list(unit.connection.execute(text(f"{query} ORDER BY event_id")).scalars())[-1]
    assert (told["actor"], told["more"]) == (str(pages.archivist.person_id), {"public_page": "text"})
    desk = pages.place.browser(pages.scene.people["archivist"])
    form = desk.get(f"/assets/{pages.asset}").text
    assert f'href="/photographs/{pages.number}"' in form
    sent = {"version": str(pages.view().version), "public_page": "preview", "rights_statement": STATEMENT}
    assert desk.post(f"/assets/{pages.asset}", sent).status_code == 303
    assert pages.view().public_page == "preview"
    wrong = desk.post(
        f"/assets/{pages.asset}", sent | {"version": str(pages.view().version), "rights_statement": "mine"}
    )
    assert (wrong.status_code, "Choose a rights statement" in wrong.text) == (422, True)


def test_mining_is_reserved_where_people_and_machines_look(pages):
    base = pages.place.house.settings.base_url
    (rule,) = pages.stranger.get("/.well-known/tdmrep.json").json
    assert rule == {"location": "/*", "tdm-reservation": 1, "tdm-policy": f"{base}/tdm-policy"}
    page = pages.stranger.get("/tdm-policy")
    assert "Text and data mining is reserved" in page.text
    assert "Accept" in page.headers["Vary"]
    assert "保留文本与数据挖掘权利" in pages.stranger.get("/tdm-policy", headers={"Accept-Language": "zh"}).text
    said = pages.stranger.get("/tdm-policy", headers={"Accept": "application/ld+json"})
    assert said.content_type == "application/ld+json"
    policy = json.loads(said.data)
    assert (policy["uid"], policy["profile"]) == (f"{base}/tdm-policy", "http://www.w3.org/ns/tdmrep")
    assert [rule["duty"][0]["action"] for rule in policy["permission"]] == ["obtainConsent"]
    for path in ("/", "/api/v1/me", "/login", f"/photographs/{NOBODYS}", "/static/css/app.css"):
        answer = pages.stranger.get(path)
        assert (answer.headers["tdm-reservation"], answer.headers["tdm-policy"]) == ("1", f"{base}/tdm-policy"), path
        assert answer.headers["X-Robots-Tag"].startswith("noindex"), path


def test_one_address_cannot_walk_the_numbers(pages, stack):
    settings = stack.settings.model_copy(update={"public_limit": "4 per minute"})
    stack.broker.flushall()
    place = pages.place
    stranger = Place(create_app(settings, place.house), place.house, place.administrator, place.organisations).browser()
    paths = [f"/photographs/IMP-2026-{number:06d}{tail}" for number in range(900, 903) for tail in ("", "/preview")]
    assert [stranger.get(path).status_code for path in paths] == [200, 404, 200, 404, 429, 429]
    assert stranger.get("/login").status_code == 200
    stack.broker.flushall()


# ---- in a browser


@pytest.mark.browser
@pytest.mark.parametrize("language", ["en", "zh-Hans"])
def test_the_pages_fit_and_can_be_read_aloud(pages, address, browser_page, language):
    caption = {"en": "Officers before they part.", "zh-Hans": "分别前的军官。"}
    pages.publish("preview", description={"title": {"en": "Officers", "zh-Hans": "军官合影"}, "caption": caption})
    page, complaints = browser_page, complaints_of(browser_page)
    speak(page, address, language)
    shown = {"published": f"/photographs/{pages.number}", "unpublished": f"/photographs/{NOBODYS}"}
    look_at(page, address, shown | {"mining": "/tdm-policy"}, language)
    sign_in(page, address, pages.scene.people["archivist"].email)
    agreement = f"/rights/agreements/{pages.scene.ids['agreement_id']}"
    desk = {"asset": f"/assets/{pages.asset}", "agreement": agreement, "form": "/rights/agreements/new"}
    look_at(page, address, desk, language)
    assert complaints == []
