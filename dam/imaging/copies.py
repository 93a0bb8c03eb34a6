"""The unmarked licensed copy, made from the original in the same limited child process."""

from dataclasses import dataclass
from pathlib import Path

from dam.imaging import sandbox
from dam.imaging.inspection import accepted_type
from dam.imaging.limits import Limits, MediaType


@dataclass(frozen=True, slots=True)
class CopyFile:
    """One licensed copy on disk, not yet stamped.

    Units: pixels, upright; bytes.
    """

    width_px: int
    height_px: int
    media_type: str
    size_bytes: int


def make_copy(original: Path, target: Path, *, max_px: int | None, limits: Limits) -> CopyFile:
    """Write an upright sRGB JPEG of the original, with its colour profile and no other metadata; stamp it afterwards.

    Units: `max_px` caps the long side; a smaller original keeps its size.
    Raises: BadImage with a code of `faults.FAULTS` when the original cannot be opened safely.
    """
    media_type = accepted_type(original)
    task = {"verb": "copy", "original": str(original.resolve()), "target": str(target.resolve())}
    answer = sandbox.run(task | {"media_type": media_type, "max_px": max_px}, limits)
    return CopyFile(answer["width_px"], answer["height_px"], MediaType.JPEG.value, target.stat().st_size)
