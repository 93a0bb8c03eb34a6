"""The visible mark holds on every ground, in every crop, in three strengths, and in whatever typeface there is."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import pyvips
from PIL import Image

from dam.imaging.drawing import tiled, with_band
from dam.imaging.fonts import Face, find_face
from dam.imaging.mark import MarkSpec, Strength

SEEN = 20
"""A step of brightness that anybody sees."""
SIZES = [(1200, 800), (800, 1200), (900, 900)]


def ground(kind: str, width: int, height: int) -> np.ndarray:
    """A picture of one kind."""
    y, x = np.mgrid[0:height, 0:width]
    chance = np.random.default_rng(1942)
    grey = {
        "white": np.full((height, width), 250),
        "black": np.full((height, width), 6),
        "middle": np.full((height, width), 128),
        "gradient": x * 255 // width,
        "grain": np.clip(chance.normal(128, 30, (height, width)), 0, 255),
        "busy": (np.sin(x / 7) * np.cos(y / 5) * 100 + 128),
    }[kind]
    return np.repeat(grey.astype(np.uint8)[..., None], 3, axis=2)


def marked(picture: np.ndarray, spec: MarkSpec, face: Face | None = None) -> np.ndarray:
    height, width, bands = picture.shape
    image = pyvips.Image.new_from_memory(picture.tobytes(), width, height, bands, "uchar").copy(interpretation="srgb")
    shown: np.ndarray = tiled(image, spec, face or find_face()).numpy()
    return shown


def change(picture: np.ndarray, shown: np.ndarray) -> np.ndarray:
    """By how much each pixel's brightness was changed."""
    step: np.ndarray = np.abs(shown.astype(int) - picture.astype(int)).mean(axis=2)
    return step


@pytest.mark.parametrize("kind", ["white", "black", "middle", "gradient", "grain", "busy"])
@pytest.mark.parametrize("size", SIZES)
def test_no_quarter_of_a_picture_is_without_its_mark(kind: str, size: tuple[int, int], mark: MarkSpec) -> None:
    """Half the width and half the height, cut out anywhere: the mark is in it, across most of it, and can be seen."""
    picture = ground(kind, *size)
    seen = change(picture, marked(picture, mark)) > SEEN
    width, height = size[0] // 2, size[1] // 2
    for left in range(0, size[0] - width + 1, width // 5):
        for top in range(0, size[1] - height + 1, height // 5):
            crop = seen[top : top + height, left : left + width]
            assert crop.mean() > 0.012, (left, top, crop.mean())
            assert np.ptp(np.nonzero(crop.any(axis=0))[0]) > 0.5 * width, (left, top)


@pytest.mark.parametrize("kind", ["white", "black", "busy"])
def test_a_stronger_mark_is_seen_more_and_even_a_subtle_one_is_seen(kind: str, mark: MarkSpec) -> None:
    picture = ground(kind, 1200, 800)
    steps = [change(picture, marked(picture, replace(mark, strength=each))) for each in Strength]
    means = [step.mean() for step in steps]
    assert means[0] * 1.3 < means[1]
    assert means[1] * 1.3 < means[2]
    assert (steps[0] > SEEN).mean() > 0.01


def test_the_letter_is_light_and_its_edge_dark(mark: MarkSpec) -> None:
    """One of the two stands out wherever the picture is as bright as the other."""
    picture = ground("middle", 1200, 800)
    shown = marked(picture, mark).astype(int).mean(axis=2)
    assert (shown > 128 + 2 * SEEN).mean() > 0.01
    assert (shown < 128 - 1.5 * SEEN).mean() > 0.01


def test_a_large_picture_is_marked_like_its_own_smaller_self(mark: MarkSpec) -> None:
    """Large letters are small ones enlarged: the mark keeps its place, so a preview is the deep zoom made smaller."""
    large, small = (marked(ground("middle", side, side), mark) for side in (1700, 850))
    shrunk = np.asarray(Image.fromarray(large).resize((850, 850), Image.Resampling.BOX), dtype=int)
    assert np.abs(shrunk - small.astype(int)).mean() < 12


@pytest.mark.parametrize("place", [0, -1])
def test_the_mark_stands_in_any_typeface(place: int, mark: MarkSpec, tmp_path: Path) -> None:
    """The packaged typeface, and a Latin one as a machine without it would have."""
    system = sorted(Path("/usr/share/fonts").rglob("*.ttf"))
    if place and not system:
        pytest.skip("no other typeface on this machine")
    face = find_face() if place == 0 else Face(_family(system[0]), system[0], covers_chinese=False)
    picture = ground("middle", 1000, 700)
    assert (change(picture, marked(picture, mark, face)) > SEEN).mean() > 0.01
    band = with_band(pyvips.Image.black(1000, 10, bands=3).copy(interpretation="srgb"), mark, face).numpy()[10:]
    assert (band.mean(axis=2) < 120).mean() > 0.005, "the credit is legible"


def _family(path: Path) -> str:
    from fontTools.ttLib import TTFont  # noqa: PLC0415 - only where there is another typeface

    with TTFont(path) as font:
        return str(font["name"].getBestFamilyName())


def test_the_band_is_as_readable_in_a_large_picture(mark: MarkSpec) -> None:
    """The deep zoom's band shrinks with it: its letters are drawn as much larger."""
    narrow = pyvips.Image.black(200, 3000, bands=3).copy(interpretation="srgb")
    mounted = with_band(narrow, mark, find_face(), 3000 / 1600)
    assert mounted.width * 1600 / 3000 >= 300


def test_each_of_the_three_strengths_reaches_the_child(
    mark: MarkSpec, picture: Callable[..., Path], prepared: Callable[..., object]
) -> None:
    original = picture(size=(500, 400))
    shown = {}
    for each in Strength:
        result = prepared(original, replace(mark, strength=each))
        shown[each] = {one.kind: one.sha256 for one in result.renditions}  # type: ignore[attr-defined]
    for kind in ("thumbnail", "preview", "pyramid"):
        assert len({made[kind] for made in shown.values()}) == 3
