"""Near copies of a real photograph through the real worker: found in every turn and compression; others are not."""

import io

import pytest
from PIL import Image, ImageOps
from sqlalchemy import text

from dam.audit.events import EventType
from dam.catalogue.asset import AssetState
from dam.rights.agreement import UseDraft
from dam.rights.twin import STRONG_DISTANCE, TwinState
from tests.stack.archive import picture

pytestmark = pytest.mark.stack
USE = UseDraft(media=("editorial.news.web",), territory=("WORLD",))


def saved(image: Image.Image, **options: object) -> bytes:
    out = io.BytesIO()
    image.save(out, **({"format": "JPEG", "quality": 70} | options))
    return out.getvalue()


def arrive(archive, data, name="scan.jpg"):
    """Take a photograph in and have a worker open it."""
    sent = archive.send(data, name).asset_id
    archive.work()
    assert archive.asset(sent).state is AssetState.READY
    return sent


def others(archive, asset_id):
    found = archive.rights.twins_of(archive.archivist, asset_id)
    return {side.asset_id: one.pair.distance for one in found for side in one.pair.sides if side.asset_id != asset_id}


@pytest.mark.corpus
def test_a_photograph_and_its_near_copies_are_twins_from_the_moment_they_are_ready(archive, corpus):
    """D2: whoever brings a picture in again, smaller, turned or mirrored, does not shake off its restrictions."""
    original = (corpus / "metadata" / "Canon EOS 7D.jpg").read_bytes()
    first = arrive(archive, original)
    bar = archive.restrict(first)
    image = ImageOps.exif_transpose(Image.open(io.BytesIO(original))).convert("RGB")
    small = image.resize((image.width // 3, image.height // 3))
    copies = {
        "compressed": arrive(archive, saved(small, quality=45)),
        "mirrored": arrive(archive, saved(ImageOps.mirror(small), format="PNG"), "copy.png"),
        "turned": arrive(archive, saved(small.transpose(Image.Transpose.ROTATE_90), format="WEBP"), "copy.webp"),
    }
    stranger = arrive(archive, (corpus / "metadata" / "FujiFilm FinePixS1Pro (1).jpg").read_bytes())
    assert set(others(archive, first)) == set(copies.values())
    assert max(others(archive, first).values()) <= STRONG_DISTANCE
    assert others(archive, stranger) == {}
    for copy in copies.values():
        found = archive.rights.availability(archive.partner, copy, USE)
        assert found.verdict.value == "never"
        assert {"twin_unruled", "embargo"} <= {reason.code for reason in found.reasons}
        assert archive.events(copy, EventType.TWINS_FOUND) >= 1
    archive.lift(bar)


def test_flat_pictures_make_no_pairs_and_different_ones_neither(archive):
    flat = [arrive(archive, saved(Image.new("RGB", (90 + nth, 60), (200, 190, 180)))) for nth in range(2)]
    drawn = [arrive(archive, picture(700_001 + nth)) for nth in range(2)]
    assert all(others(archive, one) == {} for one in (*flat, *drawn))


def test_photographs_from_before_there_were_hashes_are_compared_on_the_sweep(archive):
    """Nothing is silently left out: they are prepared again, once, and keep what they look like."""
    data = picture(800_001)
    older = arrive(archive, data)
    with archive.stack.owner.unit() as unit:
        unit.connection.execute(text("DELETE FROM asset_look WHERE asset_id = :id"), {"id": older})
    newer = arrive(archive, saved(Image.open(io.BytesIO(data)).resize((320, 210))))
    assert others(archive, newer) == {}, "the older one has no hash yet"
    assert archive.ingest.compare_all() == 1
    assert archive.ingest.compare_all() == 0, "it is queued already"
    archive.work()
    assert set(others(archive, newer)) == {older}
    assert archive.ingest.compare_all() == 0
    (found,) = archive.rights.twins_of(archive.archivist, older)
    assert found.pair.state is TwinState.OPEN


def test_a_photograph_marked_anew_is_not_compared_again(archive):
    asset_id = arrive(archive, picture(800_002))
    before = archive.one(text("SELECT number FROM asset_look WHERE asset_id = :id").bindparams(id=asset_id))
    archive.describe(asset_id, credit_line="By somebody else")
    assert archive.work() >= 1
    after = archive.one(text("SELECT number FROM asset_look WHERE asset_id = :id").bindparams(id=asset_id))
    assert after == before
