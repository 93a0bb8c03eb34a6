"""The words of the mark and the typeface they are set in."""

from collections.abc import Callable
from pathlib import Path

import pytest

from dam.imaging.fonts import Face, find_face
from dam.imaging.mark import MarkSpec, band_lines, markup, tile_lines
from dam.kernel.errors import ServiceFault
from dam.kernel.text import Bilingual

NONE = Bilingual("", "")


def test_the_packaged_font_is_found_without_system_fonts() -> None:
    face = find_face()
    assert face.covers_chinese
    assert "site-packages" in str(face.path)


def test_the_next_font_steps_in_when_one_is_missing(tmp_path: Path) -> None:
    (tmp_path / "latin.ttf").touch()
    gone = Face("Noto Serif SC", tmp_path / "gone.otf", covers_chinese=True)
    latin = Face("DejaVu Serif", tmp_path / "latin.ttf", covers_chinese=False)
    assert find_face([gone, latin]) is latin


def test_without_any_font_no_preview_is_made(tmp_path: Path) -> None:
    with pytest.raises(LookupError):
        find_face([Face("x", tmp_path / "gone", covers_chinese=True)])


def test_a_latin_font_prints_no_empty_boxes_for_chinese() -> None:
    spec = MarkSpec(Bilingual("Museum", "纪念馆"), "credit", Bilingual("No use.", "不得使用。"), "IMP-1")
    assert tile_lines(spec, covers_chinese=True) == ["Museum", "纪念馆"]
    assert tile_lines(spec, covers_chinese=False) == ["Museum"]
    assert band_lines(spec, covers_chinese=False) == ["No use."]


def test_the_tiled_mark_is_never_empty() -> None:
    assert tile_lines(MarkSpec(NONE, "", NONE, "IMP-1"), covers_chinese=True) == ["IMP-1"]
    assert tile_lines(MarkSpec(NONE, "", NONE, "\x00 \u200b"), covers_chinese=True) == ["PREVIEW"]


@pytest.mark.parametrize(
    ("text", "printed"),
    [
        ("a <b>c</b> & d", "a &lt;b&gt;c&lt;/b&gt; &amp; d"),
        ("line\nbreak\ttab", "line break tab"),
        ("\u202egpj.exe\u200b", "gpj.exe"),
        ("\ud800x", "x"),
        ("x" * 2_000, "x" * 999 + "…"),
    ],
)
def test_words_are_made_safe_for_the_typesetter(text: str, printed: str) -> None:
    assert markup(text) == printed


def test_a_missing_font_is_our_fault_and_not_the_photographs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, picture: Callable[..., Path], prepared: Callable[..., object]
) -> None:
    monkeypatch.setattr("dam.imaging.fonts._candidates", list)
    with pytest.raises(ServiceFault):
        prepared(picture())
