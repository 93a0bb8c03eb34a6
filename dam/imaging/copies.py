"""The unmarked licensed copy, made from the original in the same limited child process."""

from dataclasses import dataclass, replace
from pathlib import Path

from dam.imaging import sandbox
from dam.imaging.faults import bad_image
from dam.imaging.inspection import accepted_type
from dam.imaging.limits import Limits, MediaType

COPY_FORMATS = (MediaType.JPEG, MediaType.TIFF, MediaType.PNG, MediaType.WEBP)
"""What a copy can be delivered as; the first is what comes where nobody chose."""
RECIPE_VERSION = 2
"""Raised whenever a copy of the same original would be made otherwise."""
_SLOW_TIMES = 4
"""How much longer than a JPEG the other formats may take."""


@dataclass(frozen=True, slots=True)
class CopyFile:
    """One licensed copy on disk, not yet stamped.

    Units: pixels, upright; bytes. Shape: `recoded` is False where the original's own coded pixels stand in it.
    """

    width_px: int
    height_px: int
    media_type: str
    size_bytes: int
    turned: bool
    resized: bool
    recoded: bool


def make_copy(
    original: Path, target: Path, *, max_px: int | None, limits: Limits, wanted: MediaType = MediaType.JPEG
) -> CopyFile:
    """Write an upright copy of the original, with its colour profile and no other metadata; stamp it afterwards.

    Where nothing has to change, the pixels stay as they are coded; else they become 8-bit sRGB.
    Units: `max_px` caps the long side; a smaller original keeps its size.
    Raises: BadImage with a code of `faults.FAULTS` when the original cannot be opened safely.
    """
    media_type = accepted_type(original)
    task = {"verb": "copy", "original": str(original.resolve()), "target": str(target.resolve())}
    answer = sandbox.run(
        task | {"media_type": media_type, "wanted": wanted, "max_px": max_px}, _patient(limits, wanted)
    )
    if accepted_type(target) is not wanted:
        raise bad_image("crashed", "the child left another format")
    return CopyFile(
        answer["width_px"],
        answer["height_px"],
        wanted.value,
        target.stat().st_size,
        turned=answer["turned"],
        resized=answer["resized"],
        recoded=answer["recoded"],
    )


def _patient(limits: Limits, wanted: MediaType) -> Limits:
    if wanted is MediaType.JPEG:
        return limits
    return replace(limits, cpu_s=_SLOW_TIMES * limits.cpu_s, wall_s=_SLOW_TIMES * limits.wall_s)
