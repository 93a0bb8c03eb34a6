"""Small pictures made on the spot, and the mark of the seed's museum."""

from collections.abc import Callable
from pathlib import Path

import pytest
from PIL import Image

from dam.imaging.inspection import Prepared, prepare
from dam.imaging.limits import Limits
from dam.imaging.mark import MarkSpec
from dam.kernel.text import Bilingual

MUSEUM = Bilingual(
    "Museum of the War of Chinese People's Resistance Against Japanese Aggression", "中国人民抗日战争纪念馆"
)


@pytest.fixture
def mark() -> MarkSpec:
    return MarkSpec(
        institution=MUSEUM,
        credit_line="[Photo exclusively provided to chinadaily.com.cn]",
        notice=Bilingual("Cannot be used without permission.", "未经许可不得使用。"),
        accession_number="IMP-2026-000001",
    )


@pytest.fixture
def picture(tmp_path: Path) -> Callable[..., Path]:
    """Save a picture: half red, half blue, so that every turn shows."""

    def save(
        name: str = "picture.jpg", size: tuple[int, int] = (800, 600), mode: str = "RGB", **options: object
    ) -> Path:
        image = Image.new("RGB", size, (200, 30, 30))
        image.paste((30, 30, 200), (0, 0, size[0] // 2, size[1]))
        path = tmp_path / name
        image.convert(mode).save(path, **options)
        return path

    return save


@pytest.fixture
def prepared(tmp_path: Path, mark: MarkSpec) -> Callable[..., Prepared]:
    """Prepare a file into a fresh folder."""

    def run(original: Path, spec: MarkSpec = mark, limits: Limits | None = None) -> Prepared:
        out_dir = tmp_path / f"out-{original.stem}"
        out_dir.mkdir(exist_ok=True)
        return prepare(original, out_dir, spec, limits or Limits())

    return run
