"""What rights say to the public, which is no party and holds no licence."""

from dataclasses import dataclass

from dam.database.unit import Database
from dam.kernel.clock import Clock
from dam.kernel.errors import NotFound
from dam.kernel.ids import AssetId
from dam.kernel.text import Bilingual
from dam.rights import facts_store
from dam.rights.agreement import UseDraft, check_use
from dam.rights.decision import availability, decide
from dam.rights.facts import COMP, Action, Refusal, Use, Verdict
from dam.rights.reasons import ReasonCode
from dam.rights.territories import WORLD

_PHOTOGRAPH = Bilingual("photograph", "照片")


@dataclass(frozen=True, slots=True)
class PublicAnswer:
    """What anybody may know: whether a use could be licensed, and the credit that every use is due.

    Shape: `held_back` tells that something bars even the look at it, its twins' bars included: then nothing is public.
    """

    verdict: Verdict
    credit_line: str | None
    held_back: bool


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
        seen = decide(Use(Action.VIEW, None, COMP, WORLD), known[asset_id], at)
        against = {why.code for why in seen.reasons} if isinstance(seen, Refusal) else set()
        return PublicAnswer(found.verdict, credit, held_back=bool(against - {ReasonCode.NOT_VISIBLE.value}))
