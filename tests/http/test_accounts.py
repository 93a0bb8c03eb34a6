"""Organisations and people, over the API and on the administrator's pages."""

import re

import pytest

from dam.accounts.organisation import OrganisationKind
from dam.accounts.permissions import Role

STAFF = [Role.ARCHIVIST, Role.RIGHTS_MANAGER, Role.AUDITOR, Role.ADMINISTRATOR]


def test_me_tells_organisation_and_permissions(place):
    someone = place.someone(Role.PARTNER, kind=OrganisationKind.PUBLISHER)
    me = place.api().get("/api/v1/me", headers=someone.bearer).json
    assert me["organisation"]["id"] == str(someone.actor.organisation_id)
    assert me["organisation"]["name"] == {"en": "A publisher"}
    assert "licensing.request.submit" in me["permissions"]
    assert me["roles"] == ["partner"]
    assert not {"password", "fs_uniquifier"} & set(me)


@pytest.mark.parametrize("role", STAFF)
def test_staff_see_every_organisation(place, role):
    found = place.api().get("/api/v1/organisations", headers=place.someone(role).bearer).json
    assert {organisation["kind"] for organisation in found["items"]} >= {"archive", "publisher", "holder"}
    assert found["next"] is None


@pytest.mark.parametrize(
    ("role", "kind"), [(Role.PARTNER, OrganisationKind.PUBLISHER), (Role.RIGHTS_HOLDER, OrganisationKind.HOLDER)]
)
def test_others_see_the_archive_and_their_own(place, role, kind):
    someone = place.someone(role, kind=kind)
    found = place.api().get("/api/v1/organisations", headers=someone.bearer).json["items"]
    own = {str(place.organisations[OrganisationKind.ARCHIVE].organisation_id), str(someone.actor.organisation_id)}
    assert {organisation["id"] for organisation in found} == own


def test_an_administrator_adds_a_person_who_then_signs_in(place):
    administrator = place.browser(place.someone(Role.ADMINISTRATOR))
    organisation = place.organisations[OrganisationKind.PUBLISHER].organisation_id
    sent = {
        "name": "张伟",
        "email": "Zhang@Example.org",
        "organisation": str(organisation),
        "roles": ["partner", "auditor"],
    }
    page = administrator.post("/people", sent)
    assert page.status_code == 201
    password = re.search(r'id="new-password">([^<]+)<', page.text).group(1)
    assert password not in administrator.get("/people").text
    newcomer = place.browser()
    assert newcomer.sign_in("zhang@example.org", password).status_code == 302
    assert "张伟" in newcomer.get("/").text
    again = administrator.post("/people", sent)
    assert again.status_code == 409
    assert "already signs in" in again.text


def test_a_faulty_person_is_shown_again_with_every_fault(place):
    administrator = place.browser(place.someone(Role.ADMINISTRATOR))
    organisation = place.organisations[OrganisationKind.PUBLISHER].organisation_id
    page = administrator.post("/people", {"name": "", "email": "nothing", "organisation": str(organisation)})
    assert page.status_code == 422
    for sentence in ("Write an email address", "Write the person", "Choose at least one role"):
        assert sentence in page.text
    assert 'aria-invalid="true"' in page.text


def test_names_are_shown_as_text(place):
    administrator = place.browser(place.someone(Role.ADMINISTRATOR))
    attack = "<script>alert(1)</script>"
    administrator.post("/organisations", {"name.en": attack, "kind": "publisher"})
    assert attack not in administrator.get("/organisations").text


def test_closing_an_organisation_stops_its_people(place):
    administrator = place.browser(place.someone(Role.ADMINISTRATOR))
    someone = place.someone(Role.PARTNER, kind=OrganisationKind.HOLDER)
    path = f"/organisations/{someone.actor.organisation_id}"
    assert administrator.post(f"{path}/deactivation").status_code == 303
    assert place.api().get("/api/v1/me", headers=someone.bearer).status_code == 401
    assert administrator.post(f"{path}/activation").status_code == 303
    assert place.api().get("/api/v1/me", headers=someone.bearer).status_code == 200


def test_nobody_closes_themselves(place):
    me = place.someone(Role.ADMINISTRATOR)
    browser = place.browser(me)
    assert browser.post(f"/people/{me.actor.person_id}/deactivation").status_code == 409
    assert browser.post(f"/organisations/{me.actor.organisation_id}/deactivation").status_code == 409


def test_the_navigation_shows_only_what_opens(place):
    partner = place.browser(place.someone(Role.PARTNER)).get("/").text
    administrator = place.browser(place.someone(Role.ADMINISTRATOR)).get("/").text
    assert 'href="/people"' not in partner
    assert 'href="/people"' in administrator


def test_the_language_is_kept_with_the_person(place):
    someone = place.someone(Role.PARTNER)
    browser = place.browser(someone)
    assert '<html lang="en">' in browser.get("/").text
    browser.post("/language", {"language": "zh-Hans", "next": "/profile"})
    assert '<html lang="zh-Hans">' in browser.get("/").text
    assert '<html lang="zh-Hans">' in place.browser(someone).get("/").text
    assert browser.post("/language", {"language": "fr"}).status_code == 400


def test_the_description_of_the_api_is_complete(place):
    spec = place.api().get("/api/v1/openapi.json").json
    assert spec["openapi"] == "3.1.0"
    described = {(path, method) for path, item in spec["paths"].items() for method in item}
    assert ("/api/v1/me", "get") in described
    assert ("/api/v1/tokens/{token_id}/revocation", "post") in described
    assert all(path.startswith("/api/v1/") for path, _ in described), described
    tokens = spec["paths"]["/api/v1/tokens"]["post"]
    assert tokens["x-permissions"] == ["accounts.self.read"]
    assert tokens["security"] == [{"bearer": []}]
    assert "application/problem+json" in tokens["responses"]["default"]["content"]
    assert "swagger-ui-bundle.js" in place.browser().get("/api/docs").text
