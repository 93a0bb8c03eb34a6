"""The peers of the ingest bench: `python ingest_peers.py floor|pillow FONT`, a path a line in, processor seconds out.

Each is one long-lived process without any isolation, and draws its tile of the mark once, not once a photograph: both
are in the peers' favour. Run by whatever Python has the library that is to be measured.
"""

import functools
import hashlib
import io
import json
import sys
import tempfile
import time
import zipfile
from pathlib import Path

LONG_SIDE, PREVIEW, THUMBNAIL, TILE = 3000, 1600, 400, 512
INSTITUTION = "Museum of the War of Chinese People's\nResistance Against Japanese Aggression\n中国人民抗日战争纪念馆"
CREDIT = "[Photo exclusively provided to chinadaily.com.cn]"


def floor(path: str, out: Path, _font: str) -> None:
    """Decode at half size, shrink and encode: what libjpeg-turbo and libvips need for these pictures, and no more."""
    import pyvips  # noqa: PLC0415 - only this peer has it

    pyvips.cache_set_max(0)
    whole = pyvips.Image.jpegload(path, shrink=2, access="sequential").copy_memory()
    preview = whole.resize(PREVIEW / max(whole.width, whole.height)).copy_memory()
    preview.jpegsave(str(out / "preview.jpg"), Q=82, keep="none")
    preview.resize(THUMBNAIL / PREVIEW).jpegsave(str(out / "thumbnail.jpg"), Q=80, keep="none")
    tiles = {"tile": True, "pyramid": True, "compression": "jpeg", "tile_width": TILE, "tile_height": TILE}
    whole.tiffsave(str(out / "pyramid.tif"), Q=85, keep="none", **tiles)


def pillow(path: str, out: Path, font: str) -> None:
    """Do the whole step: hash, metadata, perceptual hash, mark, preview, thumbnail, tiles of all levels."""
    import numpy as np  # noqa: PLC0415 - the floor does without
    from PIL import Image  # noqa: PLC0415

    from dam.imaging import pdq  # noqa: PLC0415 - numpy is all it needs

    hashlib.sha256(Path(path).read_bytes()).hexdigest()
    opened = Image.open(path)
    opened.getexif()
    opened.draft("RGB", (LONG_SIDE, LONG_SIDE * 2 // 3))
    whole = opened.convert("RGB")
    pdq.hashes(np.asarray(whole.resize((pdq.SIDE_PX, pdq.SIDE_PX), Image.Resampling.BILINEAR, reducing_gap=2.0)))
    small = whole.copy()
    small.thumbnail((THUMBNAIL, THUMBNAIL), Image.Resampling.LANCZOS, reducing_gap=2.0)
    _marked(small, font, 13).save(out / "thumbnail.jpg", quality=80)
    shown = _banded(_marked(whole, font, LONG_SIDE // 50), font)
    preview = shown.resize((PREVIEW, round(shown.height * PREVIEW / shown.width)), Image.Resampling.LANCZOS)
    preview.save(out / "preview.jpg", quality=82)
    with zipfile.ZipFile(out / "tiles.zip", "w") as tiles:
        level = 0
        while True:
            for top in range(0, shown.height, TILE):
                for left in range(0, shown.width, TILE):
                    tile = io.BytesIO()
                    part = (left, top, min(left + TILE, shown.width), min(top + TILE, shown.height))
                    shown.crop(part).save(tile, "JPEG", quality=85)
                    tiles.writestr(f"{level}/{left // TILE}_{top // TILE}.jpg", tile.getvalue())
            if max(shown.size) <= TILE:
                return
            shown, level = shown.reduce(2), level + 1


def _marked(picture, font, size):
    light, alpha = _field(picture.size, font, size)
    picture.paste(light, mask=alpha)
    return picture


@functools.cache
def _field(size, font, letters):
    from PIL import Image, ImageDraw, ImageFilter, ImageFont  # noqa: PLC0415

    face = ImageFont.truetype(font, letters)
    name = Image.new("L", (letters * 23, letters * 5))
    ImageDraw.Draw(name).multiline_text((letters, letters), INSTITUTION, 255, face, align="center")
    fill = name.rotate(24, expand=True, resample=Image.Resampling.BICUBIC)
    edge = fill.filter(ImageFilter.GaussianBlur(letters / 20)).point(lambda value: min(255, value))
    light, alpha = Image.new("RGB", size), Image.new("L", size)
    for row, top in enumerate(range(0, size[1], fill.height)):
        for left in range(-(row % 2) * fill.width // 2, size[0], fill.width):
            light.paste(Image.merge("RGB", (fill, fill, fill)), (left, top))
            alpha.paste(edge, (left, top))
    return light, alpha


def _banded(picture, font):
    from PIL import Image, ImageDraw, ImageFont  # noqa: PLC0415

    size = picture.width // 62
    mounted = Image.new("RGB", (picture.width, picture.height + 5 * size), (250, 247, 240))
    mounted.paste(picture, (0, 0))
    pen, face = ImageDraw.Draw(mounted), ImageFont.truetype(font, size)
    small = ImageFont.truetype(font, round(size * 0.72))
    pen.text((size, picture.height + size), CREDIT, (38, 33, 28), face)
    pen.text((size, picture.height + size * 2.3), "Cannot be used without permission.", (112, 102, 90), small)
    pen.text((size, picture.height + size * 3.4), "未经许可不得使用。", (112, 102, 90), small)
    return mounted


def main() -> None:
    """Serve paths until there are no more."""
    work = {"floor": floor, "pillow": pillow}[sys.argv[1]]
    with tempfile.TemporaryDirectory() as out:
        for line in sys.stdin:
            began = time.process_time()
            work(line.strip(), Path(out), sys.argv[2])
            print(json.dumps(time.process_time() - began), flush=True)


if __name__ == "__main__":
    main()
