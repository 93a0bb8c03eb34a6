"""The receipt and the calendar as a person sees them: a telephone and a desk, both languages, a screen reader."""

import pytest

from tests.http.looking import complaints_of, look_at, sign_in, speak
from tests.http.scene import set_scene

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def scene(place):
    """A photograph under licence, and the event of the partner's looking at it."""
    return set_scene(place, 41)


@pytest.mark.parametrize("language", ["en", "zh-Hans"])
@pytest.mark.parametrize("who", ["manager", "partner"])
def test_the_pages_fit_and_can_be_read_aloud(scene, address, browser_page, who, language):
    page, complaints = browser_page, complaints_of(browser_page)
    speak(page, address, language)
    sign_in(page, address, scene.people[who].email)
    addresses = {
        "receipt": f"/usage/{scene.ids['event_id']}?territory=CN#what-if",
        "calendar": f"/assets/{scene.ids['asset_id']}/calendar",
    }
    look_at(page, address, addresses, f"{who}-{language}")
    assert complaints == []
