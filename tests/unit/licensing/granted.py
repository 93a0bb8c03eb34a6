"""A licence as its partner reads it, for tests without a database."""

from datetime import UTC, date, datetime, timedelta
from uuid import UUID

from dam.kernel.ids import AssetId, LicenceId, OrganisationId, PersonId, RequestId
from dam.kernel.span import days
from dam.kernel.text import Bilingual
from dam.licensing.codes import media_named, territory_named
from dam.licensing.conditions import SettledConditions
from dam.licensing.licence import LicenceState
from dam.licensing.views import (
    Acceptance,
    AssetRef,
    LicenceItem,
    LicenceView,
    OrganisationRef,
    PersonRef,
    UseView,
)

ARCHIVE = OrganisationRef(OrganisationId(UUID(int=1)), Bilingual("The Archive", "档案馆"))
DAILY = OrganisationRef(OrganisationId(UUID(int=3)), Bilingual("China Daily", "中国日报网"))
READER = PersonRef(PersonId(UUID(int=5)), "Chen Li 陈丽", DAILY)
GRANTED = datetime(2026, 3, 10, 4, tzinfo=UTC)
TERMS_SHA256 = "3f9a0c7be1d24e56" + "0123456789abcdef" * 3
USUAL = SettledConditions(4000, 10, 800, no_alteration=True, no_ai_training=True, credit_line="Museum 博物馆")


def photograph(number, conditions=USUAL):
    title = Bilingual(f"Officers {number}", f"军官合影 {number}")
    asset = AssetRef(AssetId(UUID(int=100 + number)), f"IMP-2026-{number:06d}", title, "", "ready", 900, 600)
    return LicenceItem(asset, conditions, 0, conditions.downloads)


def licence(
    *items,
    state=LicenceState.ACTIVE,
    accepted=True,
    media=("editorial.news", "editorial.book.cover"),
    territory=("142", "FR"),
    territory_except=("JP",),
):
    """Return the licence of two photographs from 10 March to 30 June 2026."""
    use = UseView(
        media=media_named(media),
        territory=territory_named(territory),
        territory_except=territory_named(territory_except),
        starts_on=date(2026, 3, 10),
        ends_on=date(2026, 6, 30),
        time_zone="Asia/Shanghai",
        purpose="The anniversary page",
        publication="chinadaily.com.cn",
        print_run=800,
        max_px=4000,
    )
    return LicenceView(
        licence_id=LicenceId(UUID(int=9)),
        number="LIC-2026-000001",
        request_id=RequestId(UUID(int=8)),
        request_number="REQ-2026-000001",
        state=state,
        actions=frozenset(),
        licensor=ARCHIVE,
        licensee=DAILY,
        use=use,
        term=days(use.starts_on, use.ends_on, use.time_zone),
        items=items or (photograph(1), photograph(2)),
        downloads_left=20,
        terms=Bilingual("terms", "条款"),
        terms_sha256=TERMS_SHA256,
        granted_by=PersonRef(PersonId(UUID(int=6)), "Li Min", ARCHIVE),
        granted_at=GRANTED,
        acceptance=Acceptance(READER, GRANTED + timedelta(hours=2), TERMS_SHA256) if accepted else None,
        state_reason="",
        state_changed_at=None,
    )
