"""What rights say to the public, which is no party and holds no licence."""

from dataclasses import dataclass

from dam.database.unit import Database
from dam.kernel.clock import Clock
from dam.kernel.errors import NotFound
from dam.kernel.ids import AssetId
from dam.kernel.text import Bilingual
from dam.rights import facts_store
from dam.rights.agreement import UseDraft, check_use
from dam.rights.decision import availability
from dam.rights.facts import Action, Use, Verdict

_PHOTOGRAPH = Bilingual("photograph", "照片")


@dataclass(frozen=True, slots=True)
class PublicAnswer:
    """What anybody may know: whether a use could be licensed, and the credit that every use is due."""

    verdict: Verdict
    credit_line: str | None


class PublicRights:
    """What anybody may ask about a photograph whose page is published."""

    database: Database
    clock: Clock

    def public_answer(self, asset_id: AssetId, draft: UseDraft) -> PublicAnswer:
        """Say in one word whether a use could be licensed to anybody, without telling whose claims stand in the way.

        Raises: Invalid, NotFound.
        """
        media, territory, span = check_use(draft)
        at = self.clock()
        with self.database.unit() as unit:
            known = facts_store.facts(unit, [asset_id], party=None, licence_id=None, at=at)
            credit = facts_store.credit_line(unit, asset_id, at)
        if asset_id not in known:
            raise NotFound(_PHOTOGRAPH)
        found = availability(Use(Action.PUBLISH, None, media, territory, span), known[asset_id], at)
        return PublicAnswer(found.verdict, credit)
