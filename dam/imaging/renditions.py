"""The one renderer: every picture shown in place of an original leaves through here, marked.

Runs in the child process alone.
"""

from pathlib import Path

import pyvips

from dam.imaging.drawing import tiled, with_band
from dam.imaging.fonts import Face
from dam.imaging.inspection import PREVIEW_PX, THUMBNAIL_PX
from dam.imaging.limits import MediaType
from dam.imaging.mark import MarkSpec
from dam.imaging.vips import fit, fitted_srgb, open_shrunk, orientation, upright

_PREVIEW_QUALITY = 82
_THUMBNAIL_QUALITY = 80


def render(
    original: Path, media_type: MediaType, header: pyvips.Image, out_dir: Path, mark: MarkSpec, face: Face
) -> dict[str, tuple[int, int]]:
    """Decode once and write `preview.jpg` and `thumbnail.jpg`, both marked, both without any metadata.

    Units: returns width and height of each, in pixels.
    Raises: pyvips.Error when the picture breaks off or is damaged.
    """
    shrunk = open_shrunk(original, media_type, header, PREVIEW_PX)
    clean = upright(fitted_srgb(shrunk, PREVIEW_PX), orientation(header)).copy_memory()
    preview = with_band(tiled(clean, mark, face), mark, face)
    preview.jpegsave(str(out_dir / "preview.jpg"), Q=_PREVIEW_QUALITY, keep="none", optimize_coding=True)
    thumbnail = tiled(fit(clean, THUMBNAIL_PX), mark, face)
    thumbnail.jpegsave(str(out_dir / "thumbnail.jpg"), Q=_THUMBNAIL_QUALITY, keep="none", optimize_coding=True)
    return {"preview": (preview.width, preview.height), "thumbnail": (thumbnail.width, thumbnail.height)}
