"""The desk for notices: read them, and say whether letters are wanted as well."""

from collections.abc import Sequence

from dam.accounts.people import Actor
from dam.accounts.permissions import Permission
from dam.kernel.ids import NoticeId
from dam.licensing import notice_store
from dam.licensing.announcement import NoticeView
from dam.licensing.paging import DEFAULT_LIMIT, bounded, page_of, place_of
from dam.licensing.ports import Desk
from dam.licensing.views import Page


class NoticeDesk(Desk):
    """What a person was told, and how they want to be told."""

    def notices(self, actor: Actor, cursor: str | None = None, *, limit: int = DEFAULT_LIMIT) -> Page[NoticeView]:
        """Return one page of one's own notices, newest first.

        Raises: NotAllowed; Invalid.
        """
        actor.require(Permission.SELF_READ)
        limit = bounded(limit)
        with self.database.unit() as unit:
            found = notice_store.page(unit, actor.person_id, after=place_of(cursor), limit=limit + 1)
        return page_of(found, limit, notice_store.placed)

    def unread_notices(self, actor: Actor) -> int:
        """Return how many of one's own notices are not read yet."""
        actor.require(Permission.SELF_READ)
        with self.database.unit() as unit:
            return notice_store.count_unread(unit, actor.person_id)

    def read_notices(self, actor: Actor, notice_ids: Sequence[NoticeId] | None = None) -> int:
        """Mark one's own notices as read (None: all of them), and return how many were not; others' are left alone."""
        actor.require(Permission.SELF_READ)
        with self.database.unit() as unit:
            return notice_store.mark_read(unit, actor.person_id, notice_ids, self.clock())

    def wants_letters(self, actor: Actor) -> bool:
        """Tell whether one gets letters beside the notices."""
        actor.require(Permission.SELF_READ)
        with self.database.unit() as unit:
            return notice_store.wants_letters(unit, actor.person_id)

    def switch_letters(self, actor: Actor, *, wanted: bool) -> None:
        """Say whether one wants letters; notices stay on the page either way."""
        actor.require(Permission.SELF_READ)
        with self.database.unit() as unit:
            notice_store.set_letters(unit, actor.person_id, wanted=wanted, at=self.clock())
