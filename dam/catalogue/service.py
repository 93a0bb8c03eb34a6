"""What people do with the holdings: read, describe, collect, withdraw."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from dam.accounts.people import Actor
from dam.accounts.permissions import Permission
from dam.audit.events import Detail, Event, EventType
from dam.audit.service import append
from dam.catalogue import holdings, scope, store
from dam.catalogue.asset import Asset, AssetState, AssetView, Reading
from dam.catalogue.collection import Collection, next_fonds, parse_title
from dam.catalogue.description import clean_text
from dam.catalogue.patch import Wanted, changed_parts, changes_mark, patched
from dam.catalogue.public_page import PublicPage
from dam.catalogue.visibility import Barred, scope_key, visible
from dam.database.unit import Database, Unit
from dam.jobs.names import JobKind
from dam.jobs.service import JobService
from dam.kernel.clock import Clock
from dam.kernel.errors import Fault, Invalid, NotFound, Stale, WrongState
from dam.kernel.ids import AssetId, CollectionId, HolderId, new_id
from dam.kernel.text import Bilingual

PHOTOGRAPH = Bilingual("photograph", "照片")
_WITHDRAWN = Bilingual("This photograph was withdrawn and can no longer be changed.", "该照片已撤下，不能再修改。")
_OTHER_HOLDER = Fault(
    "collection",
    "other_holder",
    Bilingual("This collection belongs to another rights holder.", "该专题属于另一权利人。"),
)
_LONGEST_REASON = 1000


class CatalogueService:
    """The holdings.

    `barred` tells which photographs a live restriction hides; rights owns that rule.
    """

    def __init__(self, *, database: Database, clock: Clock, jobs: JobService, barred: Barred) -> None:
        self.database = database
        self.clock = clock
        self.jobs = jobs
        self.barred = barred

    def asset(self, actor: Actor, asset_id: AssetId) -> AssetView:
        """Return the photograph as this person may see it.

        Raises: NotAllowed; NotFound when there is none, or none this person may know of.
        """
        actor.require(Permission.ASSET_READ)
        with self.database.unit() as unit:
            return self._view(unit, actor, asset_id)

    def is_visible(self, unit: Unit, actor: Actor, asset_id: AssetId, at: datetime) -> bool:
        """Tell whether this person may know of the photograph; the same rule as search and its counts."""
        if not actor.may(Permission.ASSET_READ):
            return False
        return store.is_visible(unit, asset_id, visible(actor, at, self.barred))

    def public_page(self, number: str) -> PublicPage | None:
        """Return what anybody may read of the photograph with this number.

        Shape: None alike for one that nobody published, one held back or withdrawn, and a number nobody has.
        """
        with self.database.unit() as unit:
            return store.published(unit, number, self.barred(scope_key, self.clock()))

    def numbered(self, actor: Actor, numbers: Sequence[str]) -> Mapping[str, AssetId]:
        """Return the photographs this person may know of that have these accession numbers, by number.

        Raises: NotAllowed.
        """
        actor.require(Permission.ASSET_READ)
        with self.database.unit() as unit:
            return store.numbered(unit, numbers, visible(actor, self.clock(), self.barred))

    def describe(self, actor: Actor, asset_id: AssetId, patch: Mapping[str, object], if_match: int) -> AssetView:
        """Change what is written about the photograph; a changed credit is marked anew on its preview.

        Shape: `patch` has any of `patch.PATCHABLE`; null empties.
        Raises: NotAllowed; NotFound; Stale when `if_match` is not its version; Invalid; WrongState when withdrawn;
        ExclusivityConflict when joining the collection would break a grant.
        """
        actor.require(Permission.ASSET_DESCRIBE)
        with self.database.unit() as unit:
            now = self._locked(unit, asset_id)
            if now.version != if_match:
                raise Stale
            if now.state is AssetState.WITHDRAWN:
                raise WrongState(_WITHDRAWN)
            before = Wanted.of(now)
            after, key = self._placed(unit, now, before, patched(before, patch))
            if after != before:
                self._write(unit, actor, now, after, key)
            return self._view(unit, actor, asset_id)

    def withdraw(self, actor: Actor, asset_id: AssetId, reason: str) -> AssetView:
        """Take the photograph out of use, for good.

        Raises: NotAllowed; NotFound; Invalid without a reason; WrongState when it is withdrawn already.
        """
        actor.require(Permission.ASSET_WITHDRAW)
        sentence = _reason(reason)
        at = self.clock()
        with self.database.unit() as unit:
            now = self._locked(unit, asset_id)
            holdings.set_aside(unit, now, AssetState.WITHDRAWN, "withdrawn", Bilingual(sentence, sentence), at)
            _log(unit, EventType.ASSET_WITHDRAWN, actor, asset_id, {"reason": sentence}, at)
            return self._view(unit, actor, asset_id)

    def reading(self, actor: Actor, asset_id: AssetId) -> Reading | None:
        """Return what the file says of itself; None while nothing has read it.

        Raises: NotAllowed; NotFound.
        """
        actor.require(Permission.ASSET_INSPECT)
        with self.database.unit() as unit:
            if store.asset_by_id(unit, asset_id) is None:
                raise NotFound(PHOTOGRAPH)
            return store.reading(unit, asset_id)

    def collections(self, actor: Actor) -> Sequence[Collection]:
        """Return the collections, each with how many photographs this person may know of; none that would be empty.

        Raises: NotAllowed.
        """
        actor.require(Permission.ASSET_READ)
        seen = visible(actor, self.clock(), self.barred)
        with self.database.unit() as unit:
            return store.collections(unit, seen, empty_too=actor.may(Permission.ASSET_INSPECT))

    def create_collection(self, actor: Actor, title: object, holder_id: HolderId | None = None) -> Collection:
        """Open a collection, of one holder's photographs or of those whose holder is not recorded.

        Shape: `title` is `{en?, "zh-Hans"?}`. Raises: NotAllowed; Invalid; Conflict when the holder has 4,095 already.
        """
        actor.require(Permission.ASSET_DESCRIBE)
        named, at = parse_title(title), self.clock()
        with self.database.unit() as unit:
            shelf = _holder(unit, holder_id)
            number = next_fonds(store.last_fonds(unit, holder_id))
            made = Collection(CollectionId(new_id()), number, holder_id, shelf.holder, named)
            store.add_collection(unit, made, at)
            details = {"collection": str(made.collection_id), "title_en": named.en, "title_zh": named.zh}
            _log(unit, EventType.COLLECTION_CREATED, actor, None, details, at)
        return made

    def collection(self, unit: Unit, collection_id: CollectionId) -> Collection | None:
        """Return a collection and its scope, for the rooms above."""
        return store.collection_by_id(unit, collection_id)

    def _write(self, unit: Unit, actor: Actor, now: Asset, after: Wanted, key: int, at: datetime | None = None) -> None:
        at, before = at or self.clock(), Wanted.of(now)
        values: dict[str, object] = {
            **holdings.described(after.description, after.suggested),
            "credit_line": after.credit_line,
            "rights_statement": after.rights_statement,
            "public_page": after.public_page.value,
            "holder_id": after.holder_id,
            "collection_id": after.collection_id,
        }
        if key != now.scope_key:
            values["scope_key"] = key
        store.change(unit, now.asset_id, values, at)
        holdings.index(unit, now.asset_id, now.accession_number, after.description, after.credit_line)
        parts = list(changed_parts(before, after))
        _log(unit, EventType.ASSET_DESCRIBED, actor, now.asset_id, {"changed": parts}, at)
        if after.public_page is not before.public_page:
            details = {"public_page": after.public_page.value}
            _log(unit, EventType.ASSET_PUBLISHED, actor, now.asset_id, details, at)
        if changes_mark(before, after) and now.state is not AssetState.QUARANTINED:
            self.jobs.enqueue(unit, JobKind.PREPARE_ASSET, now.asset_id, params={"version": now.version + 1})

    def _placed(self, unit: Unit, now: Asset, before: Wanted, after: Wanted) -> tuple[Wanted, int]:
        """Return what is wanted, its holder completed from its collection, and the scope key that follows."""
        if (after.holder_id, after.collection_id) == (before.holder_id, before.collection_id):
            return after, now.scope_key
        shelf = _holder(unit, after.holder_id)
        if after.collection_id is not None:
            shelf = _collection(unit, after.collection_id)
            if after.holder_id is None:
                after = replace(after, holder_id=shelf.holder_id)
            if shelf.holder_id not in (None, after.holder_id):
                raise Invalid([_OTHER_HOLDER])
        return after, scope.scope_key(shelf.holder, shelf.fonds, scope.place(now.scope_key).item)

    def _locked(self, unit: Unit, asset_id: AssetId) -> Asset:
        found = store.asset_by_id(unit, asset_id, lock=True)
        if found is None:
            raise NotFound(PHOTOGRAPH)
        return found

    def _view(self, unit: Unit, actor: Actor, asset_id: AssetId) -> AssetView:
        at, inspects = self.clock(), actor.may(Permission.ASSET_INSPECT)
        seen, hidden = visible(actor, at, self.barred), self.barred(scope_key, at)
        found = store.view(unit, asset_id, seen, hidden, inspects=inspects)
        if found is None:
            raise NotFound(PHOTOGRAPH)
        return found


def _log(
    unit: Unit, kind: EventType, actor: Actor, asset_id: AssetId | None, details: Mapping[str, Detail], at: datetime
) -> None:
    event = Event(type=kind, actor=actor.person_id, organisation=actor.organisation_id, asset=asset_id, details=details)
    append(unit, event, at)


def _holder(unit: Unit, holder_id: HolderId | None) -> store.Shelf:
    if holder_id is None:
        return store.Shelf(None, scope.NO_HOLDER, scope.NO_FONDS)
    found = store.holder_shelf(unit, holder_id)
    if found is None:
        raise Invalid([_unknown("holder")])
    return found


def _collection(unit: Unit, collection_id: CollectionId) -> store.Shelf:
    found = store.collection_shelf(unit, collection_id)
    if found is None:
        raise Invalid([_unknown("collection")])
    return found


def _unknown(field: str) -> Fault:
    return Fault(field, "unknown", Bilingual("There is no such entry.", "没有这一项。"))


def _reason(sent: str) -> str:
    reason = clean_text(sent, lines=True)
    if not reason:
        raise Invalid([Fault("reason", "missing", Bilingual("Say why.", "请填写原因。"))])
    if len(reason) > _LONGEST_REASON:
        sentence = Bilingual(f"At most {_LONGEST_REASON} characters.", f"最多 {_LONGEST_REASON} 个字符。")
        raise Invalid([Fault("reason", "too_long", sentence)])
    return reason
