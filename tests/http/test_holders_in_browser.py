"""The pages of rights holders as a person has them: they fit a telephone, and can be read aloud, in both languages."""

import pytest

from dam.accounts.permissions import Role
from dam.kernel.text import Bilingual
from dam.rights.agreement import HolderDraft
from tests.http.looking import look_at, sign_in, speak

pytestmark = [pytest.mark.stack, pytest.mark.browser]


@pytest.mark.parametrize("language", ["en", "zh-Hans"])
def test_a_holder_is_corrected_on_a_page_that_fits(place, address, browser_page, language):
    page, archivist = browser_page, place.someone(Role.ARCHIVIST)
    name = Bilingual("Museum of the War of Chinese People's Resistance", "中国人民抗日战争纪念馆")
    holder = place.house.rights.record_holder(archivist.actor, HolderDraft(name, mark="subtle"))
    speak(page, address, language)
    sign_in(page, address, archivist.email)
    look_at(page, address, {"holders": "/rights/holders", "holder": f"/rights/holders/{holder}"}, language)
    page.select_option("[name=mark]", "strong")
    page.click("main form button[type=submit]")
    page.wait_for_url(f"{address}/rights/holders")
    assert place.house.rights.holder(archivist.actor, holder).mark == "strong"
