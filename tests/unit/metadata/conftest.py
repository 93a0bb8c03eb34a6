"""A JPEG to write into, and the seed's own stamp."""

import io
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
from PIL import Image

from dam.kernel.text import Bilingual
from dam.metadata.fields import LicenceStamp, RightsStamp


@pytest.fixture
def jpeg(tmp_path: Path) -> Callable[..., Path]:
    """Save a small busy JPEG with whatever Pillow is told to put into it."""

    def save(name: str = "copy.jpg", **options: object) -> Path:
        buffer = io.BytesIO()
        Image.effect_noise((160, 120), 60).convert("RGB").save(buffer, "JPEG", quality=90, **options)
        (tmp_path / name).write_bytes(buffer.getvalue())
        return tmp_path / name

    return save


@pytest.fixture
def rights() -> RightsStamp:
    """What the seed's photograph carries when China Daily downloads it."""
    return RightsStamp(
        title=Bilingual("Chai Shirong, July 1942", "柴世荣，1942年7月"),
        headline="Chai Shirong, 1942",
        caption=Bilingual("Chai Shirong (fourth right, front) & his <officers>.", "柴世荣（前排右四）与军官合影。"),
        alt_text=Bilingual("Two rows of soldiers.", "士兵站成两排。"),
        creator="Unknown photographer",
        credit_line="[Photo exclusively provided to chinadaily.com.cn]",
        source="Museum of the War of Chinese People's Resistance Against Japanese Aggression",
        rights_notice=Bilingual(
            "The photos are exclusively provided to chinadaily.com.cn by Museum of the War of Chinese People's"
            " Resistance Against Japanese Aggression and cannot be used without permission.",
            "本图片由中国人民抗日战争纪念馆独家提供给中国日报网，未经许可不得使用。",
        ),
        usage_terms=Bilingual("Cannot be used without permission.", "未经许可不得使用。"),
        web_statement="https://imprimatur.example.org/r/1",
        copyright_owner="Museum of the War of Chinese People's Resistance Against Japanese Aggression",
        licensor_name="Museum of the War of Chinese People's Resistance Against Japanese Aggression",
        licensor_url="https://imprimatur.example.org/assets/1",
        date="1942-07",
        persons=("Chai Shirong", "柴世荣"),
        image_id="0192f7c4-6c1e-7b42-9a10-1942070000aa",
        accession_number="IMP-2026-000001",
        licence=LicenceStamp(
            number="LIC-2026-000123",
            licensee="China Daily",
            starts_on=date(2026, 11, 22),
            ends_on=date(2027, 11, 21),
            media="News websites",
            territory="China",
            constraints="Print run 10,000",
            no_alteration=True,
        ),
        data_mining="DMI-PROHIBITED",
    )
