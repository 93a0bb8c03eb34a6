"""Searching, with what rights allow beside every photograph found."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from functools import partial
from typing import Protocol

from dam.accounts.people import Actor
from dam.accounts.permissions import Permission
from dam.catalogue.visibility import Barred, visible
from dam.database.unit import Database, Unit
from dam.discovery import store
from dam.discovery.query import DEFAULT_LIMIT, MOST_LIMIT, Card, Found, Page, Search, read_cursor, write_cursor
from dam.kernel.clock import Clock
from dam.kernel.ids import AssetId, OrganisationId
from dam.rights.facts import Action, Availability, Use, Verdict
from dam.rights.territories import WORLD
from dam.rights.vocabularies import media_set

_NEWS_ON_THE_WEB = media_set(["editorial.news.web"])
_BATCH = 100
_MOST_BATCHES = 10


class Availabilities(Protocol):
    """What discovery asks of rights: many photographs, one round trip."""

    def availability_many(
        self, unit: Unit, asset_ids: Sequence[AssetId], *, party: OrganisationId | None, at: datetime, use: Use
    ) -> Mapping[AssetId, Availability]:
        """Return, for each photograph, whether the use could be licensed to the party."""


class DiscoveryService:
    """Finding photographs; `barred` is the rule of rights that hides a photograph from partners."""

    def __init__(self, *, database: Database, clock: Clock, rights: Availabilities, barred: Barred) -> None:
        self.database = database
        self.clock = clock
        self.rights = rights
        self.barred = barred

    def search(self, actor: Actor, search: Search, cursor: str | None = None, limit: int = DEFAULT_LIMIT) -> Page:
        """Return the newest photographs found that this person may know of, with counts through the same rule.

        The badge is for news on the open web, now, by the partner who looks; an availability filter looks at no more
        than 1,000 photographs a call, so a page may be short, or empty, and still have a following one.
        Raises: NotAllowed; Invalid when the cursor is none of ours.
        """
        actor.require(Permission.ASSET_READ)
        after = read_cursor(cursor) if cursor else None
        at = self.clock()
        within = store.field(search, visible(actor, at, self.barred), self.barred, at)
        with self.database.unit() as unit:
            judge = partial(self._cards, unit, actor.organisation_id, at)
            fetch = partial(store.page, unit, within)
            items, following = _fill(fetch, judge, search.availability, after, _bounded(limit))
            counts = store.facets(unit, within, with_states=actor.may(Permission.ASSET_INSPECT))
        return Page(tuple(items), write_cursor(following) if following else None, counts)

    def _cards(self, unit: Unit, party: OrganisationId | None, at: datetime, found: Sequence[Found]) -> Sequence[Card]:
        if not found:
            return []
        use = Use(Action.PUBLISH, party, _NEWS_ON_THE_WEB, WORLD)
        ids = [one.asset_id for one in found]
        verdicts = self.rights.availability_many(unit, ids, party=party, at=at, use=use)
        return [Card(one, verdicts[one.asset_id]) for one in found]


def _fill(
    fetch: Callable[[AssetId | None, int], Sequence[Found]],
    judge: Callable[[Sequence[Found]], Sequence[Card]],
    wanted: Verdict | None,
    after: AssetId | None,
    limit: int,
) -> tuple[list[Card], AssetId | None]:
    """Return at most `limit` cards and, where more may follow, the photograph the next page begins after."""
    kept: list[Card] = []
    batch = _BATCH if wanted else limit + 1
    for _ in range(_MOST_BATCHES):
        found = fetch(after, batch)
        for card in judge(found):
            if wanted not in (None, card.availability.verdict):
                continue
            if len(kept) == limit:
                return kept, kept[-1].photograph.asset_id
            kept.append(card)
        if len(found) < batch:
            return kept, None
        after = found[-1].asset_id
    return kept, after


def _bounded(limit: int) -> int:
    return max(1, min(limit, MOST_LIMIT))
