"""Stand-in pictures: freely licensed test images, aged by a seeded generator until they look archival.

None of them is a historical photograph, and each says so in its title. The images are read from the data folder of the
installed scikit-image wheel (BSD-3-Clause); nothing of it is imported or committed.
"""

import math
import random
from collections.abc import Iterator
from importlib import metadata
from pathlib import Path

import pyvips

LONG_SIDE_PX = 2000
_BORDER_PX = 56
_PAPER = [236, 228, 208]
_SHADOW, _LIGHT = (38, 30, 24), (240, 229, 205)
# The marker in the file keeps equal pictures apart from other demos' uploads and says what they are.
_COMMENT = "Stand-in picture for the Imprimatur demo. Not a historical photograph."


def folder() -> Path:
    """Return the folder of the installed stand-in images.

    Raises: FileNotFoundError when the scikit-image wheel is not installed.
    """
    try:
        files = metadata.files("scikit-image") or []
    except metadata.PackageNotFoundError:
        files = []
    for file in files:
        if file.name == "camera.png":
            return Path(str(file.locate())).parent
    raise FileNotFoundError(
        "the stand-in pictures need the scikit-image wheel: pip install --no-deps -r requirements-demo.txt"
    )


def age(source: Path, seed: int) -> bytes:
    """Return the picture as an old print: toned, grained, scratched, faded at the edges, on yellowed paper.

    Shape: JPEG bytes, longest side `LONG_SIDE_PX`; the same source and seed give the same bytes.
    """
    picture = _enlarged(source)
    toned = _toned(_worn(picture, seed))
    framed = toned.embed(
        _BORDER_PX,
        _BORDER_PX,
        toned.width + 2 * _BORDER_PX,
        toned.height + 2 * _BORDER_PX,
        extend="background",
        background=_PAPER,
    )
    printed = (framed + _noise(framed, 3.0, seed + 1)).cast("uchar").copy(interpretation="srgb")
    printed = printed.copy()
    printed.set_type(pyvips.GValue.gstr_type, "exif-ifd0-ImageDescription", _COMMENT)
    data: bytes = printed.jpegsave_buffer(Q=88, keep="exif")
    return data


def _enlarged(source: Path) -> pyvips.Image:
    image = pyvips.Image.new_from_file(str(source))
    grey = image.flatten().colourspace("b-w").extract_band(0).cast("float")
    inner = LONG_SIDE_PX - 2 * _BORDER_PX
    return grey.resize(inner / max(grey.width, grey.height), kernel="lanczos3").gaussblur(1.1)


def _worn(grey: pyvips.Image, seed: int) -> pyvips.Image:
    faded = grey * 0.82 + 24
    grained = faded + _noise(grey, 13.0, seed) + _noise(grey, 26.0, seed + 2).gaussblur(2.5) * 1.6
    return _scratched(grained * _vignette(grey), seed)


def _noise(like: pyvips.Image, sigma: float, seed: int) -> pyvips.Image:
    return pyvips.Image.gaussnoise(like.width, like.height, mean=0.0, sigma=sigma, seed=seed)


def _vignette(like: pyvips.Image) -> pyvips.Image:
    xy = pyvips.Image.xyz(like.width, like.height)
    x = xy.extract_band(0) / like.width - 0.5
    y = xy.extract_band(1) / like.height - 0.5
    return 1.06 - (x * x + y * y) * 0.75


def _scratched(image: pyvips.Image, seed: int) -> pyvips.Image:
    plate = pyvips.Image.black(image.width, image.height)
    for x1, y1, x2, y2 in _scratches(image.width, image.height, seed):
        plate = plate.draw_line(150, x1, y1, x2, y2)
    return image + plate.gaussblur(0.8).cast("float") * 0.6


def _scratches(width: int, height: int, seed: int) -> Iterator[tuple[int, int, int, int]]:
    dice = random.Random(seed)  # noqa: S311 - decoration, and it must repeat
    for _ in range(18):
        x, y = dice.randrange(width), dice.randrange(height)
        length, turn = dice.randrange(30, height // 2), dice.gauss(math.pi / 2, 0.25)
        yield x, y, int(x + length * math.cos(turn)), int(y + length * math.sin(turn))


def _toned(grey: pyvips.Image) -> pyvips.Image:
    bands = [grey * ((light - shadow) / 255) + shadow for shadow, light in zip(_SHADOW, _LIGHT, strict=True)]
    return bands[0].bandjoin(bands[1:])
