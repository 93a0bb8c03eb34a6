"""The files we show in place of an original."""

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

from dam.kernel.hashing import digest_stream

RECIPE_VERSION = 1
"""Raised whenever a rendition of the same original would look different."""

RenditionKind = Literal["thumbnail", "preview"]


@dataclass(frozen=True, slots=True)
class RenditionFile:
    """One rendition on disk.

    Units: pixels of the whole file, the credit band included; bytes.
    """

    kind: RenditionKind
    path: Path
    media_type: str
    width_px: int
    height_px: int
    size_bytes: int
    sha256: str

    def measured(self) -> "RenditionFile":
        """Return the same file with its size and hash taken again, as after stamping."""
        with self.path.open("rb") as stream:
            digest = digest_stream(stream)
        return replace(self, size_bytes=digest.size_bytes, sha256=digest.sha256)
