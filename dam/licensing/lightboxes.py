"""The desk for lightboxes: collect photographs before asking."""

from collections.abc import Sequence
from datetime import datetime

from dam.accounts.people import Actor
from dam.accounts.permissions import Permission
from dam.database.unit import Unit
from dam.kernel.errors import Conflict, NotFound
from dam.kernel.ids import AssetId
from dam.kernel.text import Bilingual
from dam.licensing import asset_store, lightbox_store
from dam.licensing.access import PHOTOGRAPH
from dam.licensing.drafts import MOST_ASSETS, text_fault, unique
from dam.licensing.ports import Desk, require_none
from dam.licensing.views import Lightbox, LightboxItem
from dam.rights.facts import Action, Use
from dam.rights.territories import territory_set
from dam.rights.vocabularies import media_set

TITLE_CHARACTERS = 120

_USUAL_MEDIA = media_set(["editorial.news.web"])
_USUAL_TERRITORY = territory_set(["WORLD"])


class LightboxDesk(Desk):
    """Each person's one lightbox."""

    def lightbox(self, actor: Actor) -> Lightbox:
        """Return what the person collected and may still see, each with its availability for a news site, now.

        Raises: NotAllowed.
        """
        actor.require(Permission.LIGHTBOX_KEEP)
        with self.database.unit() as unit:
            return self._lightbox(unit, actor, self.clock())

    def collect(self, actor: Actor, asset_ids: Sequence[AssetId]) -> Lightbox:
        """Put photographs in; one that is in already stays where it is.

        Raises: NotAllowed; NotFound for one the person may not know of; Conflict `lightbox_full`.
        """
        actor.require(Permission.LIGHTBOX_KEEP)
        at = self.clock()
        wanted = unique(asset_ids)
        with self.database.unit() as unit:
            if not asset_store.visible_to(unit, actor, wanted, at, self.rights.hides_preview).issuperset(wanted):
                raise NotFound(PHOTOGRAPH)
            if wanted and lightbox_store.collect(unit, actor.person_id, wanted, at) > MOST_ASSETS:
                message = Bilingual("A lightbox holds at most {limit} photographs.", "选片夹最多容纳 {limit} 张照片。")
                raise Conflict(message.format(limit=MOST_ASSETS), code="lightbox_full")
            return self._lightbox(unit, actor, at)

    def drop(self, actor: Actor, asset_ids: Sequence[AssetId]) -> Lightbox:
        """Take photographs out; one that is not in changes nothing.

        Raises: NotAllowed.
        """
        actor.require(Permission.LIGHTBOX_KEEP)
        with self.database.unit() as unit:
            lightbox_store.drop(unit, actor.person_id, asset_ids)
            return self._lightbox(unit, actor, self.clock())

    def entitle(self, actor: Actor, title: str) -> Lightbox:
        """Give the lightbox a title.

        Raises: NotAllowed; Invalid.
        """
        actor.require(Permission.LIGHTBOX_KEEP)
        fault = text_fault("title", title, TITLE_CHARACTERS, needed=False)
        require_none([fault] if fault else [])
        at = self.clock()
        with self.database.unit() as unit:
            lightbox_store.entitle(unit, actor.person_id, title.strip(), at)
            return self._lightbox(unit, actor, at)

    def _lightbox(self, unit: Unit, actor: Actor, at: datetime) -> Lightbox:
        held = lightbox_store.items(unit, actor, at, self.rights.hides_preview)
        use = Use(Action.PUBLISH, actor.organisation_id, _USUAL_MEDIA, _USUAL_TERRITORY)
        ids = [one.asset.asset_id for one in held]
        told = self.rights.availability_many(unit, ids, actor.organisation_id, at, use) if ids else {}
        items = [
            LightboxItem(one.asset, one.added_at, answer.verdict.value, answer.reasons, answer.free_from)
            for one in held
            for answer in [told[one.asset.asset_id]]
        ]
        return Lightbox(lightbox_store.title(unit, actor.person_id), items)
