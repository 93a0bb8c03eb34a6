"""The one renderer: every picture shown in place of an original leaves through here, marked.

Runs in the child process alone.
"""

from dataclasses import dataclass
from pathlib import Path

import pyvips

from dam.imaging import pdq
from dam.imaging.drawing import tiled, with_band
from dam.imaging.fonts import Face
from dam.imaging.inspection import PREVIEW_PX, THUMBNAIL_PX
from dam.imaging.limits import MediaType
from dam.imaging.mark import MarkSpec
from dam.imaging.perceptual import PerceptualHash
from dam.imaging.vips import fit, fitted_srgb, open_shrunk, orientation, upright

_PREVIEW_QUALITY = 82
_THUMBNAIL_QUALITY = 80


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
    """Decode once, hash the picture, and write `preview.jpg` and `thumbnail.jpg`, marked, without any metadata.

    Raises: pyvips.Error when the picture breaks off or is damaged.
    """
    shrunk = open_shrunk(original, media_type, header, PREVIEW_PX)
    clean = upright(fitted_srgb(shrunk, PREVIEW_PX), orientation(header)).copy_memory()
    preview = with_band(tiled(clean, mark, face), mark, face)
    preview.jpegsave(str(out_dir / "preview.jpg"), Q=_PREVIEW_QUALITY, keep="none", optimize_coding=True)
    thumbnail = tiled(fit(clean, THUMBNAIL_PX), mark, face)
    thumbnail.jpegsave(str(out_dir / "thumbnail.jpg"), Q=_THUMBNAIL_QUALITY, keep="none", optimize_coding=True)
    sizes = {"preview": (preview.width, preview.height), "thumbnail": (thumbnail.width, thumbnail.height)}
    return Drawn(sizes, looks_of(clean))


def looks_of(clean: pyvips.Image) -> tuple[PerceptualHash, ...]:
    """Return the hashes of an upright, unmarked sRGB picture, each of its eight turns once."""
    square = clean.resize(pdq.SIDE_PX / clean.width, vscale=pdq.SIDE_PX / clean.height, kernel="linear")
    return pdq.hashes(square.numpy())
