"""The corpus of real, odd and hostile files through the whole of ingest."""

from contextlib import suppress
from pathlib import Path

import pytest

from dam.catalogue import holdings
from dam.catalogue.asset import AssetState, RenditionKind
from dam.ingest.checks import Upload
from dam.kernel.errors import BadImage, Duplicate
from dam.kernel.hashing import sha256_hex

pytestmark = [pytest.mark.stack, pytest.mark.corpus]

READY = [
    "photos/china.jpg",
    "photos/simulated_archival_scan_c.jpg",
    "formats/bigtiff_c.tif",
    "formats/photo_c.avif",
    "formats/photo_c.webp",
    "formats/grey16_c.tif",
    "hostile/claims_cc0_c.jpg",
    "hostile/polyglot_html_c.jpg",
    "hostile/polyglot_zip_c.jpg",
    "hostile/png_named_c.jpg",
    "hostile/thumb_and_gps_c.jpg",
    "hostile/trailing_mp4_c.jpg",
    "hostile/xmp_xxe_c.jpg",
    "hostile/xss_exif_c.jpg",
    "edge/dates_impossible_c.jpg",
    "edge/iim_gb18030_nocharset_c.jpg",
]
QUARANTINED = [
    "hostile/truncated_c.jpg",
    "hostile/headeronly_c.jpg",
    "hostile/piexif_bomb_c.tif",
    "hostile/bomb_50000x50000_c.png",
    "hostile/bomb_jpeg_header_c.jpg",
    "formats/balloon.jp2",
    "formats/cheers_1440x960.heic",
]
REFUSED = ["hostile/empty_c.jpg", "hostile/text_named_jpg_c.jpg", "hostile/path_body_c.jpg"]
_TELLTALES = (b"<script", b"<html", b"PK\x05\x06", b"CC0", b"creativecommons", b"GPSLatitude")


def send(archive, path: Path):
    with path.open("rb") as stream:
        return archive.ingest.receive(archive.archivist, Upload(stream, path.name)).asset_id


def renditions(archive, asset_id):
    with archive.stack.database.unit() as unit:
        made = [holdings.rendition(unit, asset_id, kind) for kind in RenditionKind]
    return [archive.bytes_of("renditions", one.key) for one in made if one is not None]


@pytest.mark.parametrize("name", READY)
def test_a_photograph_that_can_be_opened_becomes_ready_and_shows_nothing_of_its_file(archive, corpus, name):
    asset_id = send(archive, corpus / name)
    archive.work()
    held = archive.asset(asset_id)
    assert held.state is AssetState.READY, held.reason
    assert archive.bytes_of("originals", held.original.key) == (corpus / name).read_bytes()
    shown = renditions(archive, asset_id)
    assert len(shown) == 3
    for data in shown:
        assert data.startswith((b"\xff\xd8", b"II*\x00"))
        assert not [told for told in _TELLTALES if told in data]


@pytest.mark.parametrize("name", QUARANTINED)
def test_what_cannot_be_opened_safely_is_set_aside_with_a_sentence(archive, corpus, name):
    asset_id = send(archive, corpus / name)
    archive.work()
    held = archive.asset(asset_id)
    assert held.state is AssetState.QUARANTINED
    assert held.reason_code
    assert held.reason.en.endswith(".")
    assert held.reason.zh.endswith("。")
    assert renditions(archive, asset_id) == []
    assert archive.work() == 0


@pytest.mark.parametrize("name", REFUSED)
def test_what_is_no_image_is_refused_at_the_door(archive, corpus, name):
    with pytest.raises(BadImage):
        send(archive, corpus / name)


def test_what_a_file_claims_fills_empty_fields_as_suggestions_and_grants_nothing(archive, corpus):
    path = corpus / "metadata" / "Photoshop (3).jpg"
    asset_id = send(archive, path)
    archive.work()
    held = archive.asset(asset_id)
    assert held.state is AssetState.READY
    reading = archive.catalogue.reading(archive.archivist, asset_id)
    assert reading.claims
    assert all({"source", "name", "value"} <= set(claim) for claim in reading.claims)
    assert held.suggested
    assert (held.credit_line, held.rights_statement, held.holder_id) == (None, None, None)
    field = min(held.suggested)
    after = archive.describe(asset_id, description={field: None})
    assert field not in after.suggested


def test_a_name_that_says_another_format_is_told_to_the_archivist(archive, corpus):
    """The manifest of the corpus: accept as image/png (type from content), warn about the name."""
    wrongly, rightly = (_held(archive, corpus / name) for name in ("hostile/png_named_c.jpg", "photos/china.jpg"))
    warned = {
        each: [warning["code"] for warning in archive.catalogue.reading(archive.archivist, each).warnings]
        for each in (wrongly, rightly)
    }
    assert "name_mismatch" in warned[wrongly]
    assert "name_mismatch" not in warned[rightly]


def _held(archive, path):
    """Take the file in, or find it where another test already did."""
    with suppress(Duplicate):
        asset_id = send(archive, path)
        archive.work()
        return asset_id
    with archive.stack.database.unit() as unit:
        return holdings.held(unit, sha256_hex(path.read_bytes()))
