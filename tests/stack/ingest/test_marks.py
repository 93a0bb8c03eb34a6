"""What stands over a preview follows the holder and the recipe; the deep-zoom source is kept with its tiles."""

import io
import itertools

import pytest
from PIL import Image
from sqlalchemy import func, select, text, update

from dam.accounts.permissions import Role
from dam.audit.events import EventType
from dam.catalogue import holdings
from dam.catalogue.asset import RenditionKind
from dam.database.tables.catalogue import rendition
from dam.imaging.inspection import RECIPE_VERSION
from dam.imaging.pyramid import index_from_dict, splice
from dam.kernel.errors import Invalid, NotAllowed, NotFound
from dam.kernel.ids import HolderId, new_id
from dam.kernel.text import Bilingual
from dam.rights.agreement import HolderDraft
from tests.stack.archive import picture

pytestmark = pytest.mark.stack
_SEEDS = itertools.count(7_000)
KINDS = frozenset(RenditionKind)


@pytest.fixture(scope="module")
def manager(archive):
    return archive.person(archive.organisation("archive", "Rights desk"), Role.RIGHTS_MANAGER)


def prepared(archive):
    """A photograph that went the whole way, with renditions."""
    asset_id = archive.send(picture(next(_SEEDS))).asset_id
    archive.work()
    return asset_id


def made(archive, asset_id):
    with archive.stack.database.unit() as unit:
        found = {kind: holdings.rendition(unit, asset_id, kind) for kind in RenditionKind}
    return {kind: one for kind, one in found.items() if one is not None}


def of_holder(archive, manager, name, **more):
    holder = archive.rights.record_holder(manager, HolderDraft(Bilingual(name, ""), **more))
    asset_id = prepared(archive)
    archive.describe(asset_id, holder=str(holder))
    archive.work()
    return holder, asset_id


def test_the_deep_zoom_source_is_kept_and_each_tile_of_it_is_a_picture(archive):
    asset_id = prepared(archive)
    renditions = made(archive, asset_id)
    assert renditions.keys() == KINDS
    pyramid = renditions[RenditionKind.PYRAMID]
    assert (pyramid.media_type, pyramid.recipe_version) == ("image/tiff", RECIPE_VERSION)
    data, index = archive.bytes_of("renditions", pyramid.key), index_from_dict(pyramid.tile_index)
    at, size = index.place(0, 0, 0)
    assert Image.open(io.BytesIO(splice(index.tables, data[at : at + size]))).size == (index.tile_px, index.tile_px)
    assert renditions[RenditionKind.PREVIEW].tile_index is None
    view = archive.catalogue.asset(archive.archivist, asset_id)
    assert view.renditions == {RenditionKind.THUMBNAIL, RenditionKind.PREVIEW}, "it is never offered as a whole"


def test_a_stronger_mark_and_a_new_name_mark_all_previews_of_the_holder_anew(archive, manager):
    holder, asset_id = of_holder(archive, manager, "Old Name", mark="subtle")
    _, neighbour = of_holder(archive, manager, "Neighbour")
    before, beside = made(archive, asset_id), made(archive, neighbour)
    remarked = archive.events(asset_id, EventType.ASSET_REMARKED)

    draft = HolderDraft(Bilingual("Old Name", ""), contact="Room 5", mark="subtle")
    assert archive.rights.correct_holder(manager, holder, draft) == 0, "a contact is not on the picture"
    assert archive.work() == 0
    strong = HolderDraft(Bilingual("Old Name", ""), mark="strong")
    assert archive.rights.correct_holder(manager, holder, strong) == 1
    archive.work()
    stronger = made(archive, asset_id)
    assert all(stronger[kind].key != before[kind].key for kind in KINDS)
    assert archive.events(asset_id, EventType.ASSET_REMARKED) == remarked + 1
    assert archive.rights.correct_holder(manager, holder, HolderDraft(Bilingual("New Name", ""), mark="subtle")) == 1
    archive.work()
    preview = made(archive, asset_id)[RenditionKind.PREVIEW]
    data = archive.bytes_of("renditions", preview.key)
    assert b"New Name" in data
    assert b"Old Name" not in data
    assert archive.rights.correct_holder(manager, holder, strong) == 1, "back again is a change as well"
    archive.work()
    assert made(archive, asset_id)[RenditionKind.PREVIEW].sha256 == stronger[RenditionKind.PREVIEW].sha256
    assert made(archive, neighbour) == beside
    assert archive.rights.holder(manager, holder).mark == "strong"


def test_who_may_not_correct_a_holder_and_what_may_not_be_written(archive, manager):
    holder, _ = of_holder(archive, manager, "Firm")
    with pytest.raises(NotAllowed):
        archive.rights.correct_holder(archive.partner, holder, HolderDraft(Bilingual("Mine", "")))
    with pytest.raises(NotFound):
        archive.rights.correct_holder(manager, HolderId(new_id()), HolderDraft(Bilingual("Nobody", "")))
    with pytest.raises(Invalid) as caught:
        archive.rights.correct_holder(manager, holder, HolderDraft(Bilingual("Firm", ""), mark="none"))
    assert [fault.field for fault in caught.value.faults] == ["mark"]
    with archive.stack.database.unit() as unit, pytest.raises(Exception, match="mark_strength"):
        unit.connection.execute(text("UPDATE rights_holder SET mark_strength = 'none'"))


def test_what_an_older_recipe_made_is_made_again_once(archive):
    asset_id = prepared(archive)
    with archive.stack.database.unit() as unit:
        mine = update(rendition).where(rendition.c.asset_id == asset_id)
        unit.connection.execute(mine.values(recipe_version=RECIPE_VERSION - 1))
    assert archive.ingest.remake_old() == 1
    assert archive.ingest.remake_old() == 0, "it is queued already"
    archive.work()
    older = select(func.count()).where(rendition.c.recipe_version < RECIPE_VERSION)
    assert archive.one(older) == 0
    assert archive.ingest.remake_old() == 0
