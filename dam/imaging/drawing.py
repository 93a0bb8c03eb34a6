"""Paints the visible mark: a light name with a dark edge over the picture, and a paper band under it."""

import math

import pyvips

from dam.imaging.fonts import Face
from dam.imaging.mark import MarkSpec, Strength, band_lines, markup, tile_lines

PAPER = [250, 247, 240]
INK = [38, 33, 28]
RULE = [196, 184, 164]
_FADED = 0.66
"""How much of the ink the small lines take."""

_SLANT_DEGREES = -24
_ALPHAS = {Strength.SUBTLE: (0.38, 0.32), Strength.NORMAL: (0.58, 0.48), Strength.STRONG: (0.82, 0.68)}
"""Opacity of the light letter and of the dark edge around it."""
_LINE_HEIGHT = 0.92
_TILE_EMS = 21
_SMALLEST_MARK_PX = 13.0
_BOLDNESS = 1.5
"""Makes up for what slanting and small sizes take from thin strokes."""
_DRAWN_PX = 32.0
"""The largest letters that are drawn: larger ones are these enlarged, which their blurred edges hide."""
_NARROWEST_BAND_PX = 300
_SMALLEST_TEXT_PX = 11.0


def text_mask(text: str, face: Face, size_px: float, **options: object) -> pyvips.Image:
    """Return the text as a one-band mask, 0 to 255.

    Units: `size_px` is the em in pixels (72 dpi makes a point a pixel).
    """
    return pyvips.Image.text(
        text, font=f"{face.family} {size_px:.1f}", fontfile=str(face.path), dpi=72, wrap="word-char", **options
    )


def tiled(picture: pyvips.Image, spec: MarkSpec, face: Face) -> pyvips.Image:
    """Return the picture with the institution's name repeated over it, readable on light, dark and busy ground.

    Shape: `(H, W, 3)` uint8 sRGB in and out.
    """
    long_side = max(picture.width, picture.height)
    size_px = max(_SMALLEST_MARK_PX, long_side / 50)
    times = math.ceil(size_px / _DRAWN_PX)
    lines = tile_lines(spec, covers_chinese=face.covers_chinese)
    tile = _bricks(_enlarged(_name(lines, face, size_px / times, spec.strength), times))
    tile = tile.copy_memory()
    across, down = (-(-side // step) for side, step in ((picture.width, tile.width), (picture.height, tile.height)))
    field = tile.replicate(across, down).crop(0, 0, picture.width, picture.height)
    level, alpha = field[0], field[1]
    light = level.bandjoin([level, level]).copy(interpretation="srgb")
    return alpha.ifthenelse(light, picture, blend=True)


def _name(lines: list[str], face: Face, size_px: float, strength: Strength) -> pyvips.Image:
    """Return two bands, grey level and opacity, of the name once, slanted, with the gap that follows it."""
    text = f'<span line_height="{_LINE_HEIGHT}">' + "\n".join(lines) + "</span>"
    name = text_mask(text, face, size_px, width=round(size_px * _TILE_EMS), align="centre")
    margin = round(size_px)
    framed = name.embed(margin, margin, name.width + 2 * margin, name.height + 2 * margin)
    slanted = framed.rotate(_SLANT_DEGREES, interpolate=pyvips.Interpolate.new("bicubic"))
    row = slanted.embed(0, 0, slanted.width + round(size_px * 1.5), slanted.height)
    fill = (row * _BOLDNESS).cast("uchar").copy_memory()
    edge = (fill.gaussblur(max(0.6, size_px / 20)) * 2.4).cast("uchar")
    letter, around = _ALPHAS[strength]
    alpha = fill * letter + edge * (1 - fill / 255) * around  # the edge lies around the letter, not under it
    level = fill * letter * 255 / (alpha + 0.001)
    return level.cast("uchar").bandjoin(alpha.cast("uchar")).copy_memory()


def _enlarged(name: pyvips.Image, times: int) -> pyvips.Image:
    """Return it a whole number of times larger, with soft edges."""
    if times == 1:
        return name
    soft = pyvips.Image.new_from_array([[1] * times] * times, scale=times * times)
    return name.zoom(times, times).conv(soft, precision="integer").copy_memory()


def _bricks(name: pyvips.Image) -> pyvips.Image:
    """Return two rows of it, the second moved by half a name, as bricks are laid."""
    return name.join(name.wrap(x=name.width // 2, y=0), "vertical")


def with_band(picture: pyvips.Image, spec: MarkSpec, face: Face, scale: float = 1.0) -> pyvips.Image:
    """Return the picture on paper with its credit under it; a picture too narrow to carry text gets a paper mount.

    Shape: the band is as tall as its text needs; no word is cut. `scale` is how much the whole will be shrunk later:
    it is 2 where letters must be twice as large now.
    """
    width = max(picture.width, math.ceil(_NARROWEST_BAND_PX * scale))
    band = _band(width, spec, face, _SMALLEST_TEXT_PX * scale)
    mounted = picture
    if width > picture.width:
        left = (width - picture.width) // 2
        mounted = picture.embed(left, 0, width, picture.height, extend="background", background=PAPER)
    return mounted.join(band, "vertical").copy(interpretation="srgb")


def _band(width: int, spec: MarkSpec, face: Face, smallest_px: float) -> pyvips.Image:
    size_px = max(smallest_px, width / 62)
    pad = round(size_px * 1.1)
    number = _set(markup(spec.accession_number), face, size_px * 0.72, width - 2 * pad)
    aside = number is not None and number.width < width * 0.3
    room = width - 2 * pad - (number.width + pad if number is not None and aside else 0)
    small = band_lines(spec, covers_chinese=face.covers_chinese)
    column = [
        (_set(markup(spec.credit_line), face, size_px, room), 1.0),
        *((_set(line, face, size_px * 0.72, room), _FADED) for line in small),
        (None if aside else number, _FADED),
    ]
    texts = [(block, ink) for block, ink in column if block is not None]
    gap = round(size_px * 0.45)
    height = pad * 2 + sum(block.height for block, _ in texts) + gap * max(0, len(texts) - 1)
    words = pyvips.Image.black(width, height)
    top = pad
    for block, ink in texts:
        words = words.insert(_inked(block, ink), pad, top)
        top += block.height + gap
    if number is not None and aside:
        words = words.insert(_inked(number, _FADED), width - pad - number.width, pad + round(size_px * 0.28))
    band = words.ifthenelse(_sheet(width, height, INK), _sheet(width, height, PAPER), blend=True)
    return band.insert(_sheet(width, max(1, round(size_px / 14)), RULE), 0, 0)


def _set(text: str, face: Face, size_px: float, width: int) -> pyvips.Image | None:
    """Return the text as a mask, wrapped into the width, or None for no text."""
    if not text:
        return None
    mask = text_mask(text, face, size_px, width=width, spacing=round(size_px * 0.25))
    return mask.resize(width / mask.width) if mask.width > width else mask


def _inked(mask: pyvips.Image, ink: float) -> pyvips.Image:
    return mask if ink == 1 else (mask * ink).cast("uchar")


def _sheet(width: int, height: int, colour: list[int]) -> pyvips.Image:
    dot = (pyvips.Image.black(1, 1, bands=3) + colour).cast("uchar").copy(interpretation="srgb")
    return dot.embed(0, 0, width, height, extend="copy")
