"""A typeface cut down to the characters of one document, with outlines every PDF writer can embed.

The packaged Noto faces have PostScript outlines; documents embed TrueType ones. Only the characters that are used are
turned, so that a page costs a third of a second and not half a minute.
"""

import io
from collections.abc import Iterable

from fontTools import subset
from fontTools.pens.cu2quPen import Cu2QuPen
from fontTools.pens.ttGlyphPen import TTGlyphPen
from fontTools.ttLib import TTFont, newTable

from dam.imaging.fonts import Face, find_face

_FAITHFUL_UNITS = 0.5
"""How far a turned outline may lie from the drawn one; a glyph is 1000 units high."""

_TRUETYPE = "\x00\x01\x00\x00"
_NOT_NEEDED = ["BASE", "DSIG", "GDEF", "GPOS", "GSUB", "VORG", "vhea", "vmtx"]
_MAXIMA = (
    *("maxTwilightPoints", "maxStorage", "maxFunctionDefs", "maxInstructionDefs", "maxStackElements"),
    *("maxSizeOfInstructions", "maxComponentElements", "maxPoints", "maxContours", "maxCompositePoints"),
    *("maxCompositeContours", "maxComponentDepth"),
)


def truetype(characters: Iterable[str], face: Face | None = None) -> bytes:
    """Return a TrueType file of the house's face that holds these characters, as far as the face knows them.

    Raises: LookupError when no face is installed.
    """
    chosen = face or find_face()
    font = TTFont(chosen.path, lazy=True, fontNumber=0, recalcTimestamp=False)
    _cut(font, characters)
    if "glyf" not in font:
        _turn(font)
    made = io.BytesIO()
    font.save(made)
    return made.getvalue()


def _cut(font: TTFont, characters: Iterable[str]) -> None:
    options = subset.Options(layout_features=[], hinting=False, notdef_outline=True)
    options.drop_tables += _NOT_NEEDED
    cutter = subset.Subsetter(options)
    cutter.populate(text="".join(characters))
    cutter.subset(font)


def _turn(font: TTFont) -> None:
    """Replace cubic outlines by quadratic ones, in place."""
    order, drawn = font.getGlyphOrder(), font.getGlyphSet()
    turned = {}
    for name in order:
        pen = TTGlyphPen(drawn)
        drawn[name].draw(Cu2QuPen(pen, _FAITHFUL_UNITS, reverse_direction=True))
        turned[name] = pen.glyph()
    font["loca"] = newTable("loca")
    glyphs = font["glyf"] = newTable("glyf")
    glyphs.glyphOrder, glyphs.glyphs = order, turned
    maxima = font["maxp"]
    maxima.tableVersion, maxima.maxZones = 0x00010000, 1
    for name in _MAXIMA:
        setattr(maxima, name, 0)
    font["post"].formatType = 3.0
    del font["CFF "]
    font.sfntVersion = _TRUETYPE
