"""The typeface of the marks: found without system fonts, so that every clone draws the same mark."""

import importlib.util
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

FONTCONFIG_FILE = Path(__file__).with_name("fonts.conf")
"""An empty fontconfig set-up: only the font file we name can be used."""

_DEBIAN = Path("/usr/share/fonts")


@dataclass(frozen=True, slots=True)
class Face:
    """One font file and the family name Pango knows it by."""

    family: str
    path: Path
    covers_chinese: bool


def find_face(candidates: Sequence[Face] | None = None) -> Face:
    """Return the first face whose file exists: the packaged one, then Debian's Noto CJK, then a Latin one.

    Raises: LookupError when there is none: an unmarked preview must not be made instead.
    """
    for face in _candidates() if candidates is None else candidates:
        if face.path.is_file():
            return face
    raise LookupError("no font for the marks: install the requirements again, or the Debian package fonts-noto-cjk")


def _candidates() -> list[Face]:
    packaged = _package_folder("pylopdf_fonts_zh_cn")
    return [
        *([Face("Noto Serif SC", packaged / "NotoSerifSC-Regular.otf", True)] if packaged else []),
        Face("Noto Serif CJK SC", _DEBIAN / "opentype/noto/NotoSerifCJK-Regular.ttc", True),
        Face("Noto Sans CJK SC", _DEBIAN / "opentype/noto/NotoSansCJK-Regular.ttc", True),
        Face("Noto Serif", _DEBIAN / "truetype/noto/NotoSerif-Regular.ttf", False),
        Face("DejaVu Serif", _DEBIAN / "truetype/dejavu/DejaVuSerif.ttf", False),
        Face("DejaVu Sans", _DEBIAN / "truetype/dejavu/DejaVuSans.ttf", False),
        Face("Liberation Serif", _DEBIAN / "truetype/liberation/LiberationSerif-Regular.ttf", False),
    ]


def _package_folder(name: str) -> Path | None:
    """Find a package's folder without importing it."""
    spec = importlib.util.find_spec(name)
    return Path(spec.origin).parent if spec and spec.origin else None
