"""Loading the demo, through the same services a person uses; loading it again changes nothing."""

import io
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from uuid import UUID

from dam.accounts.people import Actor
from dam.accounts.permissions import Role
from dam.catalogue.asset import AssetState
from dam.demo.accounts import FILE_NAME, Cast, settle
from dam.demo.pictures import age, folder
from dam.demo.story import CREDIT_LINE, MUSEUM, PHOTOGRAPHS, STAND_IN, DemoPhotograph
from dam.house import House
from dam.ingest.checks import Upload
from dam.kernel.errors import Duplicate, ServiceFault
from dam.kernel.ids import AssetId, CollectionId, HolderId
from dam.kernel.text import Bilingual
from dam.licensing.conditions import Conditions
from dam.licensing.drafts import ItemDecision, RequestDraft, Verdict
from dam.licensing.views import LicenceView
from dam.rights.agreement import AgreementDraft, HolderDraft, RestrictionDraft, Scope
from dam.rights.facts import RestrictionKind

READY_WITHIN_S = 180.0
_COLLECTION = {"en": "Northeast China, 1931-1945", "zh-Hans": "东北抗战影像，1931—1945"}
_NEWS = ("editorial.news",)
_WITHOUT_AGREEMENT = 2


@dataclass(frozen=True, slots=True)
class Loaded:
    """Whether the photographs came in now, or lay there from an earlier start."""

    fresh: bool


def load(house: House, *, base: Path) -> Loaded:
    """Load accounts, photographs, agreements and first requests; `base` is where the accounts file goes.

    Raises: ServiceFault when the workers do not get the pictures ready in time.
    """
    cast = settle(house.accounts, base / FILE_NAME)
    archivist = cast.first(Role.ARCHIVIST)
    if house.rights.agreements(archivist).items:
        return Loaded(fresh=False)
    assets = [_received(house, archivist, photograph, seed) for seed, photograph in enumerate(PHOTOGRAPHS)]
    _wait_until_ready(house, archivist, assets)
    holder = _holder(house, archivist, cast)
    _collect(house, archivist, holder, assets)
    _agree(house, archivist, cast, holder, assets)
    _restrict(house, archivist, assets)
    _ask(house, cast, assets)
    return Loaded(fresh=True)


def _received(house: House, archivist: Actor, photograph: DemoPhotograph, seed: int) -> AssetId:
    picture = io.BytesIO(age(folder() / photograph.file, seed))
    name = f"stand-in-{seed + 1:02d}.jpg"
    try:
        return house.ingest.receive(archivist, Upload(picture, name, _description(photograph))).asset_id
    except Duplicate as held:
        return AssetId(UUID(str(held.extra["asset"])))


def _description(photograph: DemoPhotograph) -> dict[str, object]:
    return {
        "title": _tagged(Bilingual(f"{photograph.title.en} (stand-in)", f"{photograph.title.zh}（替代图片）")),
        "caption": _tagged(
            Bilingual(f"{photograph.caption.en} {STAND_IN.en}", f"{photograph.caption.zh}{STAND_IN.zh}")
        ),
        "alt_text": _tagged(photograph.title),
        "creator": "Unknown photographer",
        "date": photograph.date,
        "people": list(photograph.people),
        "places": list(photograph.places),
        "keywords": list(photograph.keywords),
        "notes": f"{STAND_IN.en} {STAND_IN.zh}",
    }


def _wait_until_ready(house: House, archivist: Actor, assets: Sequence[AssetId]) -> None:
    deadline = time.monotonic() + READY_WITHIN_S
    waiting = set(assets)
    while waiting:
        waiting = {asset for asset in waiting if not _is_settled(house, archivist, asset)}
        if waiting and time.monotonic() > deadline:
            raise ServiceFault("workers")
        time.sleep(0.2 if waiting else 0)


def _is_settled(house: House, archivist: Actor, asset: AssetId) -> bool:
    return house.catalogue.asset(archivist, asset).state not in {AssetState.RECEIVED, AssetState.PROCESSING}


def _holder(house: House, archivist: Actor, cast: Cast) -> HolderId:
    for known in house.rights.holders(archivist):
        if known.name == MUSEUM:
            return known.holder_id
    statement = "Photographs are provided for the named uses only and cannot be used without permission."
    return house.rights.record_holder(archivist, HolderDraft(MUSEUM, cast.organisations["museum"], statement))


def _collect(house: House, archivist: Actor, holder: HolderId, assets: Sequence[AssetId]) -> CollectionId:
    collection = house.catalogue.create_collection(archivist, _COLLECTION, holder).collection_id
    for asset in assets:
        version = house.catalogue.asset(archivist, asset).version
        house.catalogue.describe(archivist, asset, {"collection": str(collection), "holder": str(holder)}, version)
    return collection


def _agree(house: House, archivist: Actor, cast: Cast, holder: HolderId, assets: Sequence[AssetId]) -> None:
    """Record the seed's case: one photograph exclusively provided to one publisher, the others open to licensing."""
    today = house.clock().date()
    exclusive = AgreementDraft(
        holder=holder,
        scope=Scope((assets[0],)),
        media=_NEWS,
        territory=("CN",),
        starts_on=today - timedelta(days=30),
        ends_on=today + timedelta(days=335),
        exclusive=True,
        grantee=cast.organisations["daily"],
        credit_line=CREDIT_LINE,
    )
    archive = AgreementDraft(
        holder=holder,
        scope=Scope(tuple(assets[:-_WITHOUT_AGREEMENT])),
        media=("all",),
        territory=("WORLD",),
        starts_on=today - timedelta(days=60),
        ends_on=today + timedelta(days=5 * 365),
        exclusive=False,
        credit_line=f"Photo: {MUSEUM.en}",
    )
    house.rights.record_agreement(archivist, exclusive)
    house.rights.record_agreement(archivist, archive)


def _restrict(house: House, archivist: Actor, assets: Sequence[AssetId]) -> None:
    today = house.clock().date()
    embargo = RestrictionDraft(
        RestrictionKind.EMBARGO,
        Scope((assets[4],)),
        "The museum's exhibition shows it first.",
        media=("editorial",),
        ends_on=today + timedelta(days=60),
    )
    house.rights.place_restriction(archivist, embargo)


def _ask(house: House, cast: Cast, assets: Sequence[AssetId]) -> None:
    """Leave something on every desk: a granted licence, an offered one, and a request that waits."""
    manager, daily, gazette = (
        cast.first(Role.RIGHTS_MANAGER),
        cast.actors["picturedesk@chinadaily.example"],
        cast.actors["pictures@gazette.example"],
    )
    desk = house.licensing
    accepted = _granted(house, manager, daily, (assets[1], assets[2]), "Feature on transport in wartime")
    desk.accept(daily, accepted.licence_id, accepted.terms_sha256)
    _granted(house, manager, daily, (assets[0],), "70th anniversary of the victory")
    desk.submit(gazette, _request((assets[0], assets[8]), "Series on a forgotten army", house.clock().date()))
    desk.collect(daily, list(assets[5:8]))


def _granted(house: House, manager: Actor, partner: Actor, assets: Sequence[AssetId], purpose: str) -> LicenceView:
    asked = house.licensing.submit(partner, _request(assets, purpose, house.clock().date()))
    decisions = [
        ItemDecision(asset, Verdict.GRANT, conditions=Conditions(max_px=1600, downloads=5)) for asset in assets
    ]
    decided = house.licensing.decide(manager, asked.request_id, decisions)
    return house.licensing.licence(partner, decided.licences[0])


def _request(assets: Sequence[AssetId], purpose: str, today: date) -> RequestDraft:
    return RequestDraft(
        asset_ids=assets,
        media=("editorial.news.web",),
        territory=("CN",),
        starts_on=today,
        ends_on=today + timedelta(days=180),
        purpose=purpose,
    )


def _tagged(text: Bilingual) -> Mapping[str, str]:
    return {"en": text.en, "zh-Hans": text.zh}
