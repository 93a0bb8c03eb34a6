"""One photograph and everything that can hang on it, made through the services, for tests that knock on every door."""

import datetime as dt
import io
import random
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any
from uuid import UUID

import numpy as np
from PIL import Image
from sqlalchemy import text

from dam.accounts.organisation import OrganisationDraft, OrganisationKind
from dam.accounts.permissions import Role
from dam.audit.usage.nouns import Rendition, UsageFilter
from dam.catalogue.asset import RenditionKind
from dam.delivery.asks import Method
from dam.imaging.perceptual import TURNS, PerceptualHash
from dam.ingest.checks import Upload
from dam.kernel.ids import RequestId
from dam.kernel.text import Bilingual
from dam.licensing.conditions import Conditions
from dam.licensing.drafts import ItemDecision, RequestDraft, Verdict
from dam.licensing.offers import OfferDraft
from dam.licensing.reports import ReportDraft
from dam.rights.agreement import AgreementDraft, HolderDraft, RestrictionDraft, Scope
from dam.rights.deed import DeedFile
from dam.rights.facts import RestrictionKind
from dam.rights.provided import SourcedText
from tests.http.place import Place, Someone

NEWS = ("editorial.news.web",)
TODAY = dt.datetime.now(dt.UTC).date()
LAST_DAY = TODAY + dt.timedelta(days=200)

STAFF = {
    "archivist": Role.ARCHIVIST,
    "manager": Role.RIGHTS_MANAGER,
    "auditor": Role.AUDITOR,
    "admin": Role.ADMINISTRATOR,
}
"""People of the archive, by the column of the rulebook they stand in."""


@dataclass
class Scene:
    """People by column, and the identifiers of what they meet."""

    place: Place
    people: dict[str, Someone] = field(default_factory=dict)
    ids: dict[str, Any] = field(default_factory=dict)

    def another_ready(self, seed: int) -> UUID:
        """Take a further photograph in, and open it as the worker would."""
        house, archivist = self.place.house, self.people["archivist"].actor
        title = {"title": {"en": f"Officers {seed}", "zh-Hans": "军官合影"}}
        sent = Upload(io.BytesIO(photograph(seed)), f"scan-{seed}.jpg", title)
        asset_id = house.ingest.receive(archivist, sent).asset_id
        with house.database.unit() as unit:
            query = text("SELECT id FROM job WHERE subject_id = :asset AND state = 'queued'")
            jobs = unit.connection.execute(query, {"asset": asset_id}).scalars().all()
        for job in jobs:
            house.jobs.run(job, house.ingest.prepare)
        return asset_id


def photograph(seed: int) -> bytes:
    """Return a small JPEG that looks like that of no other seed: soft light and shade, drawn anew for each."""
    shades = np.random.RandomState(seed).randint(0, 256, (8, 12)).astype(np.uint8)
    saved = io.BytesIO()
    Image.fromarray(shades).resize((480 + seed, 320), Image.Resampling.BICUBIC).save(saved, "JPEG", quality=90)
    return saved.getvalue()


def set_scene(place: Place, seed: int = 1) -> Scene:
    """Return a photograph under an agreement, with a licence that one of two publishers has accepted."""
    scene = Scene(place)
    for column, role in STAFF.items():
        scene.people[column] = place.someone(role)
    scene.people["partner"] = place.someone(Role.PARTNER, kind=OrganisationKind.PUBLISHER)
    scene.people["rival"] = _of_another_publisher(place)
    scene.people["holder"] = place.someone(Role.RIGHTS_HOLDER, kind=OrganisationKind.HOLDER)
    _record(scene, seed)
    _license(scene)
    _look(scene)
    _spare(scene)
    return scene


def _look(scene: Scene) -> None:
    """Have the partner look at the picture, and keep the event that tells of it."""
    house, auditor = scene.place.house, scene.people["auditor"].actor
    house.delivery.view_rendition(
        scene.people["partner"].actor, scene.ids["asset_id"], RenditionKind.THUMBNAIL, Method.HEAD
    )
    wanted = UsageFilter(asset=scene.ids["asset_id"], rendition=Rendition.THUMBNAIL)
    scene.ids["event_id"] = house.audit.usage(auditor, wanted).items[0].event_id


def _of_another_publisher(place: Place) -> Someone:
    draft = OrganisationDraft(OrganisationKind.PUBLISHER, Bilingual("Another Publisher", "另一出版社"))
    made = place.house.accounts.create_organisation(place.administrator, draft)
    own = place.organisations
    return Place(place.app, place.house, place.administrator, own | {OrganisationKind.PUBLISHER: made}).someone(
        Role.PARTNER, kind=OrganisationKind.PUBLISHER
    )


def _spare(scene: Scene) -> None:
    """Add somebody, and an organisation, that the administrator may close and open again."""
    draft = OrganisationDraft(OrganisationKind.PUBLISHER, Bilingual("A Spare Publisher", "备用出版社"))
    made = scene.place.house.accounts.create_organisation(scene.place.administrator, draft)
    scene.ids["organisation_id"] = made.organisation_id
    spare = scene.place.someone(Role.PARTNER)
    scene.ids["person_id"] = spare.actor.person_id
    scene.ids["token_id"] = scene.place.house.accounts.tokens(spare.actor)[0].token_id


def _record(scene: Scene, seed: int) -> None:
    house, archivist = scene.place.house, scene.people["archivist"].actor
    museum = scene.place.organisations[OrganisationKind.HOLDER].organisation_id
    holder = house.rights.record_holder(archivist, HolderDraft(Bilingual("The Museum", "博物馆"), museum))
    collection = house.catalogue.create_collection(archivist, {"en": "1942"}, holder)
    asset = scene.another_ready(seed)
    version = house.catalogue.asset(archivist, asset).version
    patch: Mapping[str, object] = {"holder": str(holder), "collection": str(collection.collection_id)}
    house.catalogue.describe(archivist, asset, patch, version)
    agreement = AgreementDraft(
        holder=holder,
        scope=Scope((asset,), None),
        media=("editorial",),
        territory=("WORLD",),
        starts_on=TODAY,
        ends_on=LAST_DAY,
        exclusive=False,
    )
    restriction = RestrictionDraft(
        kind=RestrictionKind.EMBARGO,
        scope=Scope((asset,), None),
        reason="An anniversary",
        media=("commercial",),
        territory=("DE",),
    )
    scene.ids |= {
        "holder": holder,
        "holder_id": holder,
        "collection": collection.collection_id,
        "asset_id": asset,
        "agreement_id": house.rights.record_agreement(archivist, agreement),
        "restriction_id": house.rights.place_restriction(archivist, restriction),
    }
    scene.ids["proposal_id"] = _claimed(scene)
    scene.ids["twin_id"] = _alike(scene, seed)
    deed = DeedFile(io.BytesIO(b"%PDF-1.7 signed"), "Vertrag 协议.pdf")
    scene.ids["deed_id"] = house.deeds.attach(archivist, scene.ids["agreement_id"], deed)


def _claimed(scene: Scene) -> UUID:
    """Have a credit read that the agreement on record confirms at once."""
    house, asset = scene.place.house, scene.ids["asset_id"]
    with house.database.unit() as unit:
        house.rights.propose(unit, asset, [SourcedText("credit", "Courtesy of The Museum")], house.clock())
    return house.rights.proposals(scene.people["archivist"].actor, asset)[0].proposal_id


def _alike(scene: Scene, seed: int) -> UUID:
    """Take two more in that look alike, ruled different, and leave them unopened."""
    house, archivist = scene.place.house, scene.people["archivist"].actor
    sent = [Upload(io.BytesIO(photograph(seed * 100 + nth)), "copy.jpg") for nth in range(2)]
    assets = [house.ingest.receive(archivist, one).asset_id for one in sent]
    looks = [PerceptualHash(random.Random(nth + seed).randbytes(32), 90) for nth in range(TURNS)]
    for asset in assets:
        likeness = house.rights.likeness(asset, looks)
        with house.database.unit() as unit:
            house.rights.keep_look(unit, asset, looks, likeness, house.clock())
    twin_id = house.rights.twins_of(archivist, assets[0])[0].pair.twin_id
    house.rights.rule_twins(archivist, twin_id, "different", "Another man.")
    return twin_id


def _countered(scene: Scene, request_id: RequestId, asked: RequestDraft) -> UUID:
    """Offer less than was asked, and have it declined."""
    licensing = scene.place.house.licensing
    other = OfferDraft(replace(asked, max_px=300), message="Smaller?")
    offer = licensing.counter(scene.people["manager"].actor, request_id, other).offer
    assert offer is not None
    licensing.decline_offer(scene.people["partner"].actor, request_id, offer.offer_id, "No.")
    return offer.offer_id


def _asked_for_consent(scene: Scene, asked: RequestDraft) -> UUID:
    """Have the museum asked about exhibitions, and the request withdrawn before it answers."""
    house, partner = scene.place.house, scene.people["partner"].actor
    wall = ("exhibition.display.physical",)
    asking = AgreementDraft(
        holder=scene.ids["holder"],
        scope=Scope((scene.ids["asset_id"],), None),
        media=wall,
        territory=("WORLD",),
        starts_on=TODAY,
        ends_on=LAST_DAY,
        exclusive=False,
        consent_required=True,
    )
    house.rights.record_agreement(scene.people["archivist"].actor, asking)
    request = house.licensing.submit(partner, replace(asked, media=wall))
    decision = ItemDecision(scene.ids["asset_id"], Verdict.GRANT)
    (held,) = house.licensing.decide(scene.people["manager"].actor, request.request_id, [decision]).licences
    (wanted,) = house.licensing.reservation(partner, held).consents
    house.licensing.withdraw(partner, request.request_id)
    return wanted.consent_id


def _license(scene: Scene) -> None:
    licensing, partner = scene.place.house.licensing, scene.people["partner"].actor
    draft = RequestDraft(
        asset_ids=[scene.ids["asset_id"]],
        media=NEWS,
        territory=("FR",),
        starts_on=TODAY,
        ends_on=LAST_DAY,
        purpose="A page about the archive",
        max_px=400,
    )
    request = licensing.submit(partner, draft)
    scene.ids["offer_id"] = _countered(scene, request.request_id, draft)
    decision = ItemDecision(scene.ids["asset_id"], Verdict.GRANT, "", Conditions(downloads=100))
    (licence,) = licensing.decide(scene.people["manager"].actor, request.request_id, [decision]).licences
    licensing.accept(partner, licence, licensing.licence(partner, licence).terms_sha256)
    used = ReportDraft(scene.ids["asset_id"], medium=NEWS[0], title="A page", published_on=TODAY - dt.timedelta(days=1))
    report = licensing.report_use(partner, licence, used)
    scene.ids |= {"request_id": request.request_id, "licence_id": licence, "report_id": report.report_id}
    scene.ids["consent_id"] = _asked_for_consent(scene, draft)
    letters = scene.place.house.outbox.letters(scene.people["admin"].actor, None, None, limit=1)
    scene.ids["letter_id"] = letters[0].letter_id
