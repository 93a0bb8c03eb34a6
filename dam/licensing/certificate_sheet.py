"""The sheet a certificate is set on: frame, seal, rows in two languages, and the code; measures are points."""

import io
import unicodedata
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from threading import Lock

import segno
from reportlab.lib.colors import Color, HexColor
from reportlab.lib.pagesizes import A4
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen.canvas import Canvas

from dam.imaging.truetype import truetype
from dam.kernel.text import Bilingual

INK, SOFT, RULE, SEAL, PAPER = (HexColor(f"#{code}") for code in ("211e1a", "5d564c", "d9d0c0", "9b2a22", "fbf8f2"))
WIDTH, HEIGHT = A4
MARGIN = 54.0
LABEL, GAP = 92.0, 16.0
COLUMN = (WIDTH - 2 * MARGIN - LABEL - 2 * GAP) / 2
SIZE, LEADING, ROW_GAP = 9.0, 13.0, 9.0
CODE_SIZE = 96.0
FOOT = MARGIN + CODE_SIZE + 24
QUIET_MODULES = 4

TITLE = Bilingual("Licence Certificate", "许可证书")
STATE = Bilingual("State when issued", "出具时状态")
SUMMARY = Bilingual(
    "This certificate sums up the licence; the accepted terms, named by their hash, prevail.",
    "本证书为许可证摘要；以上述哈希值所指、已被接受的条款为准。",
)
CONTINUED = Bilingual("continued", "续页")

_FACE = "Imprimatur certificate"
_SETTING = Lock()  # the PDF library keeps its typefaces for the whole process
_NEVER_FIRST = frozenset("，。、；：？！）》”’】,.;:?!)")


@dataclass(frozen=True, slots=True)
class Row:
    """One row: its label, and its value in both languages, or one value across both columns."""

    label: Bilingual
    value: Bilingual | str
    strong: bool = False

    @property
    def size(self) -> float:
        """The size its value is set in."""
        return SIZE + 1.2 if self.strong else SIZE


@dataclass(frozen=True, slots=True)
class Sheet:
    """Everything that stands on a certificate; what is too long for the first page stands overleaf."""

    number: str
    issuer: Bilingual
    rows: Sequence[Row]
    overleaf: Sequence[Row]
    address: str
    confirm: Bilingual
    state: Bilingual
    valid: bool
    at: datetime


def pdf(sheet: Sheet) -> bytes:
    """Return the sheet as PDF; rows that find no room go on overleaf."""
    with _SETTING:
        _take_face(truetype(_characters(sheet)))
        made = io.BytesIO()
        canvas = Canvas(made, pagesize=A4, invariant=1, lang="en", initialFontName=_FACE)  # type: ignore[arg-type]  # a name
        canvas.setTitle(f"{TITLE.en} {sheet.number} {TITLE.zh}")
        canvas.setAuthor(sheet.issuer.pick("en"))
        canvas.setSubject(f"{sheet.number} {sheet.address}")
        _set(canvas, sheet)
        canvas.save()
    return made.getvalue()


def lines(words: str, width: float, size: float = SIZE) -> Iterator[str]:
    """Yield the words broken into lines: between words, between Chinese characters, never before a closing mark."""
    line = ""
    for piece in _pieces(" ".join(words.split())):
        fits = _width((line + piece).rstrip(), size) <= width
        if line and not fits and piece[0] not in _NEVER_FIRST:
            yield line.rstrip()
            line = ""
        while _width(piece, size) > width and len(piece) > 1:
            cut = _most(line + piece, width, size)
            yield (line + piece)[:cut]
            line, piece = "", (line + piece)[cut:]  # noqa: PLW2901  # a word wider than the column is cut
        line += piece if line else piece.lstrip()
    if line.strip():
        yield line.rstrip()


def _take_face(file: bytes) -> None:
    """Set everything from now on in this cut of the typeface: the library registers a name but once."""
    cut = TTFont(_FACE, io.BytesIO(file))
    held: object = pdfmetrics.getFont(_FACE) if _FACE in pdfmetrics.getRegisteredFontNames() else None
    if isinstance(held, TTFont):
        held.face = cut.face
    else:
        pdfmetrics.registerFont(cut)


def _pieces(words: str) -> Iterator[str]:
    word = ""
    for letter in words:
        wide = unicodedata.east_asian_width(letter) in {"W", "F"}
        if (wide or letter == " ") and word:
            yield word
            word = ""
        if wide or letter == " ":
            yield letter
        else:
            word += letter
    if word:
        yield word


def _most(words: str, width: float, size: float) -> int:
    """Return how many letters fit, at least one."""
    return max(1, bisect_right(range(len(words)), width, key=lambda cut: _width(words[:cut], size)) - 1)


def _width(words: str, size: float) -> float:
    return pdfmetrics.stringWidth(words, _FACE, size)


def _set(canvas: Canvas, sheet: Sheet) -> None:
    _frame(canvas)
    top = _head(canvas, sheet)
    _foot(canvas, sheet)
    bottom = FOOT
    for row in (*sheet.rows, *sheet.overleaf):
        turns = bottom == FOOT and row in sheet.overleaf
        if turns or top - _height(row) < bottom:
            canvas.showPage()
            _frame(canvas)
            top, bottom = _continued_head(canvas, sheet), MARGIN
        top = _row(canvas, row, top)


def _frame(canvas: Canvas) -> None:
    canvas.setFillColor(PAPER)
    canvas.rect(0, 0, WIDTH, HEIGHT, stroke=0, fill=1)
    for inset, width, colour in ((24, 1.4, SEAL), (28.5, 0.4, SEAL)):
        canvas.setStrokeColor(colour)
        canvas.setLineWidth(width)
        canvas.rect(inset, inset, WIDTH - 2 * inset, HEIGHT - 2 * inset)


def _head(canvas: Canvas, sheet: Sheet) -> float:
    top = HEIGHT - MARGIN
    _seal(canvas, MARGIN, top - 46, 46)
    left = MARGIN + 62
    _say(canvas, TITLE.en, left, top - 19, 23, INK)
    _say(canvas, TITLE.zh, left, top - 44, 19, INK, spread=5)
    canvas.setFillColor(SEAL)
    canvas.setFont(_FACE, 15)
    canvas.drawRightString(WIDTH - MARGIN, top - 17, sheet.number)
    canvas.setFillColor(SOFT)
    canvas.setFont(_FACE, 8.5)
    for nth, name in enumerate(dict.fromkeys((sheet.issuer.pick("en"), sheet.issuer.pick("zh-Hans")))):
        canvas.drawRightString(WIDTH - MARGIN, top - 32 - 12 * nth, name)
    _rule(canvas, top - 62, SEAL, 0.9)
    return top - 62 - 18


def _continued_head(canvas: Canvas, sheet: Sheet) -> float:
    top = HEIGHT - MARGIN
    _say(canvas, f"{sheet.number}  {CONTINUED.en} {CONTINUED.zh}", MARGIN, top - 8, SIZE, SEAL)
    _rule(canvas, top - 18, RULE, 0.5)
    return top - 34


def _seal(canvas: Canvas, left: float, bottom: float, size: float) -> None:
    canvas.setFillColor(SEAL)
    canvas.roundRect(left, bottom, size, size, 4, stroke=0, fill=1)
    canvas.setFillColor(PAPER)
    canvas.setFont(_FACE, size * 0.72)
    canvas.drawCentredString(left + size / 2, bottom + size * 0.24, "印")


def _foot(canvas: Canvas, sheet: Sheet) -> None:
    top = FOOT - 14
    _rule(canvas, top, SEAL, 0.9)
    _code(canvas, sheet.address, WIDTH - MARGIN - CODE_SIZE, top - 10 - CODE_SIZE, CODE_SIZE)
    width = WIDTH - 2 * MARGIN - CODE_SIZE - GAP
    y = top - 17
    told = [
        (f"{STATE.en} {STATE.zh}", SOFT, 7.5),
        (sheet.state.en, INK if sheet.valid else SEAL, SIZE),
        (sheet.state.zh, INK if sheet.valid else SEAL, SIZE),
        (sheet.confirm.en, SOFT, 7.5),
        (sheet.confirm.zh, SOFT, 7.5),
        (sheet.address, INK, 7.5),
        (SUMMARY.en, SOFT, 7.5),
        (SUMMARY.zh, SOFT, 7.5),
    ]
    for words, colour, size in told:
        for line in lines(words, width, size):
            _say(canvas, line, MARGIN, y, size, colour)
            y -= size + 3.2


def _code(canvas: Canvas, address: str, left: float, bottom: float, size: float) -> None:
    """Draw the code with its quiet zone, which the square includes."""
    matrix = segno.make(address, error="m", micro=False).matrix
    module = size / (len(matrix) + 2 * QUIET_MODULES)
    canvas.setFillColor(HexColor("#ffffff"))
    canvas.rect(left, bottom, size, size, stroke=0, fill=1)
    canvas.setFillColor(INK)
    path = canvas.beginPath()
    for down, row in enumerate(matrix):
        y = bottom + size - (down + 1 + QUIET_MODULES) * module
        for across, dark in enumerate(row):
            if dark:
                path.rect(left + (across + QUIET_MODULES) * module, y, module, module)
    canvas.drawPath(path, stroke=0, fill=1)


def _columns(row: Row) -> list[tuple[float, float, str]]:
    left = MARGIN + LABEL + GAP
    if isinstance(row.value, str):
        return [(left, 2 * COLUMN + GAP, row.value)]
    return [(left, COLUMN, row.value.pick("en")), (left + COLUMN + GAP, COLUMN, row.value.pick("zh-Hans"))]


def _height(row: Row) -> float:
    longest = max(len([*lines(words, width, row.size)]) for _, width, words in _columns(row))
    labels = 2 if row.label.en else 1
    return max(longest, labels) * LEADING + ROW_GAP


def _row(canvas: Canvas, row: Row, top: float) -> float:
    if row.label.en:
        _say(canvas, row.label.en, MARGIN, top - SIZE, 8, SOFT)
        _say(canvas, row.label.zh, MARGIN, top - SIZE - LEADING, 8, SOFT)
    for left, width, words in _columns(row):
        for nth, line in enumerate(lines(words, width, row.size)):
            _say(canvas, line, left, top - SIZE - nth * LEADING, row.size, INK)
    return top - _height(row)


def _rule(canvas: Canvas, y: float, colour: Color, width: float) -> None:
    canvas.setStrokeColor(colour)
    canvas.setLineWidth(width)
    canvas.line(MARGIN, y, WIDTH - MARGIN, y)


def _say(canvas: Canvas, words: str, x: float, y: float, size: float, colour: Color, *, spread: float = 0) -> None:
    canvas.setFillColor(colour)
    canvas.setFont(_FACE, size)
    canvas.drawString(x, y, words, charSpace=spread)


def _characters(sheet: Sheet) -> set[str]:
    both = [TITLE, STATE, SUMMARY, CONTINUED, sheet.issuer, sheet.confirm, sheet.state]
    said = [text for one in both for text in (one.en, one.zh)] + [sheet.number, sheet.address, "印 0123456789"]
    for row in (*sheet.rows, *sheet.overleaf):
        said += [row.label.en, row.label.zh]
        said += [row.value] if isinstance(row.value, str) else [row.value.en, row.value.zh]
    return set("".join(said))
