"""The deep-zoom source: capped, marked, without metadata, and served tile by tile without decoding."""

import io
import json
from collections.abc import Callable
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
import pyvips
from PIL import Image, ImageChops

from dam.imaging.inspection import PYRAMID_PX, Prepared, RenditionFile, prepare
from dam.imaging.limits import Limits
from dam.imaging.mark import MarkSpec
from dam.imaging.pyramid import TileIndex, index_from_dict, read_index, splice
from dam.kernel.text import Bilingual

Prepare = Callable[..., Prepared]


@pytest.fixture(scope="module")
def scenery(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A photograph-like picture larger than the cap."""
    y, x = np.mgrid[0:2200, 0:3300]
    planes = [np.sin(x / 97 + y / 331) * 90 + 128, np.cos(y / 71) * 60 + 120, (x + y) / 5500 * 200]
    path = tmp_path_factory.mktemp("scenery") / "scenery.jpg"
    Image.fromarray(np.stack(planes, axis=-1).astype(np.uint8)).save(path, quality=92)
    return path


@pytest.fixture(scope="module")
def made(scenery: Path, tmp_path_factory: pytest.TempPathFactory) -> Prepared:
    """What the child makes of it, once for all tests here."""
    both = Bilingual("Museum of the War", "纪念馆")
    return prepare(scenery, tmp_path_factory.mktemp("made"), MarkSpec(both, "Credit", both, "IMP-1"), Limits())


def pyramid_of(result: Prepared) -> tuple[RenditionFile, TileIndex]:
    found = next(each for each in result.renditions if each.kind == "pyramid")
    assert found.tiles is not None
    return found, found.tiles


def cut(path: Path, index: TileIndex, level: int, column: int, row: int) -> bytes:
    at, size = index.place(level, column, row)
    return path.read_bytes()[at : at + size]


def test_every_native_tile_is_a_jpeg_of_exactly_these_pixels(scenery: Path, made: Prepared) -> None:
    found, index = pyramid_of(made)
    assert found.media_type == "image/tiff"
    for level in range(len(index.levels)):
        whole = pyvips.Image.tiffload(str(found.path), page=level)
        assert (whole.width, whole.height) == (index.levels[level].width_px, index.levels[level].height_px)
        corners = {(0, 0), (index.columns(level) - 1, index.rows(level) - 1)}
        for column, row in corners:
            made = splice(index.tables, cut(found.path, index, level, column, row))
            width, height = index.shown(level, column, row)
            expected = whole.crop(column * index.tile_px, row * index.tile_px, width, height)
            decoded = pyvips.Image.jpegload_buffer(made).crop(0, 0, width, height)
            assert (expected - decoded).abs().max() == 0
            assert Image.open(io.BytesIO(made)).size == (512, 512)
            assert Image.open(io.BytesIO(made)).mode == "RGB"


def test_the_levels_halve_from_the_cap_down_to_one_tile(scenery: Path, made: Prepared) -> None:
    found, index = pyramid_of(made)
    widths = [level.width_px for level in index.levels]
    assert widths[0] == found.width_px == PYRAMID_PX, "no pixel beyond the cap"
    assert all(abs(one - 2 * half) <= 1 for one, half in pairwise(widths))
    assert (index.columns(len(widths) - 1), index.rows(len(widths) - 1)) == (1, 1)


def test_every_level_is_under_the_mark(scenery: Path, made: Prepared, tmp_path: Path) -> None:
    """D22: the deep zoom is no way around the mark, at any size."""
    found, index = pyramid_of(made)
    bare = pyvips.Image.jpegload(str(scenery)).thumbnail_image(index.levels[0].width_px)
    for level, held in enumerate(index.levels[:3]):
        shown = pyvips.Image.tiffload(str(found.path), page=level)
        plain = bare.thumbnail_image(held.width_px)
        both = plain.crop(0, 0, min(plain.width, shown.width), min(plain.height, shown.height))
        changed = ((shown.crop(0, 0, both.width, both.height) - both).abs() > 24).avg() / 255
        assert changed > 0.02


def test_the_pyramid_carries_nothing_inherited(prepared: Prepare, tmp_path: Path) -> None:
    """Law 7: no profile, no EXIF, no thumbnail, nothing that was in the original."""
    picture = Image.new("RGB", (1800, 1200), (90, 120, 60))
    exif = picture.getexif()
    exif[0x013B] = "SECRET NAME"
    picture.save(tmp_path / "tagged.jpg", exif=exif, comment=b"SECRET COMMENT", dpi=(300, 300))
    found, _ = pyramid_of(prepared(tmp_path / "tagged.jpg"))
    assert b"SECRET" not in found.path.read_bytes()
    assert not {"exif-data", "xmp-data", "iptc-data", "icc-profile-data"} & set(
        pyvips.Image.tiffload(str(found.path)).get_fields()
    )


def test_the_preview_is_the_pyramid_made_smaller(scenery: Path, made: Prepared) -> None:
    result = made
    found, _ = pyramid_of(result)
    preview = next(each for each in result.renditions if each.kind == "preview")
    shrunk = (
        Image.open(found.path).convert("RGB").resize((preview.width_px, preview.height_px), Image.Resampling.LANCZOS)
    )
    difference = np.asarray(ImageChops.difference(shrunk, Image.open(preview.path).convert("RGB")), dtype=float)
    assert difference.mean() < 3


def test_the_index_survives_json_and_is_small(scenery: Path, made: Prepared) -> None:
    _, index = pyramid_of(made)
    kept = json.dumps(index.to_dict())
    assert index_from_dict(json.loads(kept)) == index
    assert len(kept) < 4_000


@pytest.mark.parametrize("place", [(9, 0, 0), (-1, 0, 0), (0, -1, 0), (0, 0, -1), (0, 6, 0), (0, 0, 99)])
def test_there_is_no_tile_outside_the_picture(place: tuple[int, int, int], scenery: Path, made: Prepared) -> None:
    _, index = pyramid_of(made)
    with pytest.raises(IndexError):
        index.place(*place)


def test_what_is_no_pyramid_is_refused(tmp_path: Path, scenery: Path, made: Prepared) -> None:
    """The worker reads what the child wrote as it reads any stranger's file."""
    found, _ = pyramid_of(made)
    whole = found.path.read_bytes()
    first = int.from_bytes(whole[4:8], "little")
    loop = whole[:first] + _looping(whole[first:], first)
    wrong = {
        "empty": b"",
        "jpeg": scenery.read_bytes(),
        "cut": whole[: first + 20],
        "big endian": b"MM\x00*" + whole[4:],
        "tiles cut off": whole[: len(whole) // 2],
        "loop": loop,
        "no level": b"II*\x00\x00\x00\x00\x00",
    }
    for name, data in wrong.items():
        (tmp_path / "wrong.tif").write_bytes(data)
        with pytest.raises(ValueError, match=r"\w+"):
            raise AssertionError(f"{name} passed: {read_index(tmp_path / 'wrong.tif')}")
    plain = pyvips.Image.black(700, 700)
    plain.tiffsave(str(tmp_path / "plain.tif"))
    with pytest.raises(ValueError, match=r"missing|differ"):
        read_index(tmp_path / "plain.tif")


def _looping(folder: bytes, at: int) -> bytes:
    """Let a directory name itself as the next one."""
    end = 2 + 12 * int.from_bytes(folder[:2], "little")
    return folder[:end] + at.to_bytes(4, "little") + folder[end + 4 :]


@pytest.mark.parametrize("wrong", [b"", b"\xff\xd8", b"\xff\xd8 no end", b"no begin\xff\xd9"])
def test_only_whole_parts_are_spliced(wrong: bytes) -> None:
    whole = b"\xff\xd8....\xff\xd9"
    with pytest.raises(ValueError, match="begin and end"):
        splice(whole, wrong if wrong != b"\xff\xd8" else b"")
    with pytest.raises(ValueError, match="begin and end"):
        splice(wrong[:1], whole)


def test_measuring_again_keeps_the_index(scenery: Path, made: Prepared) -> None:
    found, index = pyramid_of(made)
    assert replace(found, size_bytes=0, sha256="").measured() == found
    assert found.measured().tiles == index
