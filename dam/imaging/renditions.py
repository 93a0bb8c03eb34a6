"""The one renderer: every picture shown in place of an original leaves through here, marked.

Runs in the child process alone.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import pyvips

from dam.imaging import pdq
from dam.imaging.drawing import tiled, with_band
from dam.imaging.fonts import Face
from dam.imaging.inspection import FILE_NAMES, PREVIEW_PX, PYRAMID_PX, THUMBNAIL_PX, TILE_PX
from dam.imaging.limits import MediaType
from dam.imaging.mark import MarkSpec
from dam.imaging.perceptual import PerceptualHash
from dam.imaging.vips import fit, fitted_srgb, open_shrunk, orientation, upright

_PREVIEW_QUALITY = 82
_THUMBNAIL_QUALITY = 80
_PYRAMID_QUALITY = 85


@dataclass(frozen=True, slots=True)
class Drawn:
    """What one decode gave.

    Units: `sizes` are width and height of each file, in pixels. Shape: `looks` are the eight hashes of `pdq.hashes`,
    of the picture before it was marked.
    """

    sizes: dict[str, tuple[int, int]]
    looks: tuple[PerceptualHash, ...]


def render(
    original: Path, media_type: MediaType, header: pyvips.Image, out_dir: Path, mark: MarkSpec, face: Face
) -> Drawn:
    """Decode once, hash the picture, and write its pyramid, preview and thumbnail, marked, without any metadata.

    The mark is drawn once, over the deep-zoom source; the preview is that picture made smaller. So no file holds a
    pixel, at any zoom, that is not under the mark.
    Raises: pyvips.Error when the picture breaks off or is damaged.
    """
    shrunk = open_shrunk(original, media_type, header, PYRAMID_PX)
    clean = upright(fitted_srgb(shrunk, PYRAMID_PX), orientation(header)).copy_memory()
    small = hash_sized(clean)
    looks = looks_of(small)
    shown = {"thumbnail": tiled(fit(small, THUMBNAIL_PX), mark, face)}
    scale = max(1.0, max(clean.width, clean.height) / PREVIEW_PX)
    shown["pyramid"] = with_band(tiled(clean, mark, face), mark, face, scale).copy_memory()
    shown["preview"] = shown["pyramid"].resize(1 / scale) if scale > 1 else shown["pyramid"]
    save(shown, out_dir)
    return Drawn({kind: (each.width, each.height) for kind, each in shown.items()}, looks)


def save(shown: Mapping[str, pyvips.Image], out_dir: Path) -> None:
    """Write each picture under its kind's name."""
    shown["thumbnail"].jpegsave(str(out_dir / FILE_NAMES["thumbnail"]), Q=_THUMBNAIL_QUALITY, keep="none")
    shown["preview"].jpegsave(str(out_dir / FILE_NAMES["preview"]), Q=_PREVIEW_QUALITY, keep="none")
    shown["pyramid"].tiffsave(
        str(out_dir / FILE_NAMES["pyramid"]),
        tile=True,
        pyramid=True,
        tile_width=TILE_PX,
        tile_height=TILE_PX,
        compression="jpeg",
        Q=_PYRAMID_QUALITY,
        keep="none",
    )


def hash_sized(clean: pyvips.Image) -> pyvips.Image:
    """Return the picture made smaller by a whole number, no side below that of the square that is hashed."""
    times = max(1, min(clean.width, clean.height) // pdq.SIDE_PX)
    return clean.shrink(times, times).copy_memory() if times > 1 else clean


def looks_of(clean: pyvips.Image) -> tuple[PerceptualHash, ...]:
    """Return the hashes of an upright, unmarked sRGB picture, each of its eight turns once."""
    square = clean.resize(pdq.SIDE_PX / clean.width, vscale=pdq.SIDE_PX / clean.height, kernel="linear")
    return pdq.hashes(square.numpy())
