"""The choice of a format at both doors, and the public page about signed copies."""

import pytest

from dam.metadata.c2pa import describe
from tests.http.place import Place
from tests.http.scene import Scene, set_scene


@pytest.fixture(scope="module")
def scene(place: Place) -> Scene:
    return set_scene(place)


@pytest.mark.parametrize("wanted", ["gif", "jpeg,tiff", "%00", "../tiff", "JPEG"])
def test_a_format_that_is_none_is_told_by_its_field(scene: Scene, wanted: str) -> None:
    path = f"/licences/{scene.ids['licence_id']}/assets/{scene.ids['asset_id']}/copy?format={wanted}"
    partner = scene.people["partner"]
    answer = scene.place.api().get("/api/v1" + path, headers=partner.bearer)
    assert answer.status_code == 422
    assert answer.content_type.startswith("application/problem+json")
    assert "format" in answer.text
    assert scene.place.browser(partner).client.get(path).status_code == 422


def test_each_format_is_started_once_and_offered_on_the_page(scene: Scene) -> None:
    licence, partner = f"/licences/{scene.ids['licence_id']}", scene.people["partner"]
    path = f"{licence}/assets/{scene.ids['asset_id']}/copy?format=tiff"
    page = scene.place.browser(partner).client.get(licence).text
    assert all(f"copy?format={each}" in page for each in ("tiff", "png", "webp"))
    first, second = (scene.place.api().get("/api/v1" + path, headers=partner.bearer) for _ in range(2))
    assert (first.status_code, second.status_code) == (202, 202)
    assert first.json["delivery"] == second.json["delivery"]
    assert "TIFF" in scene.place.browser(partner).client.get(licence).text


def test_everybody_may_read_what_a_signature_proves_and_take_the_root(place: Place) -> None:
    browser = place.browser()
    page, root = browser.get("/credentials"), browser.get("/credentials/root.pem")
    assert page.status_code == root.status_code == 200
    assert b"BEGIN CERTIFICATE" in root.data
    assert b"PRIVATE" not in root.data
    assert describe(root.data).fingerprint in page.text
    assert root.headers["Content-Disposition"].startswith("attachment")
