"""One call makes an upload showable: format, measures, metadata, marked renditions, all in a limited child process."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from types import MappingProxyType
from typing import Any, Literal

from dam.imaging import sandbox
from dam.imaging.faults import bad_image
from dam.imaging.fonts import find_face
from dam.imaging.limits import SNIFF_BYTES, Limits, MediaType, sniff
from dam.imaging.mark import MarkSpec
from dam.imaging.perceptual import TURNS, PerceptualHash, hash_from_dict
from dam.imaging.pyramid import TileIndex, read_index
from dam.kernel.errors import ServiceFault
from dam.kernel.hashing import digest_stream
from dam.metadata.claims import Reading, ReadWarning, warning_from_dict

PREVIEW_PX = 1_600
THUMBNAIL_PX = 400
PYRAMID_PX = 3_000
"""The long side of the deep-zoom source: nobody without a licence sees more of a photograph."""
TILE_PX = 512
RECIPE_VERSION = 2
"""Raised whenever a rendition of the same original would look different."""

RenditionKind = Literal["thumbnail", "preview", "pyramid"]
FILE_NAMES: Mapping[RenditionKind, str] = MappingProxyType(
    {"thumbnail": "thumbnail.jpg", "preview": "preview.jpg", "pyramid": "pyramid.tif"}
)
"""What the child writes, all of it marked."""


@dataclass(frozen=True, slots=True)
class RenditionFile:
    """One rendition on disk.

    Units: pixels of the whole file, the credit band included; bytes. Shape: `tiles` tells where the tiles of a pyramid
    lie; None for a plain picture.
    """

    kind: RenditionKind
    path: Path
    media_type: str
    width_px: int
    height_px: int
    size_bytes: int
    sha256: str
    tiles: TileIndex | None = None

    def measured(self) -> "RenditionFile":
        """Return the same file with its size and hash taken again, as after stamping."""
        with self.path.open("rb") as stream:
            digest = digest_stream(stream)
        return replace(self, size_bytes=digest.size_bytes, sha256=digest.sha256)


@dataclass(frozen=True, slots=True)
class Prepared:
    """What became of an original.

    Units: `width_px` and `height_px` of the first page, upright. Shape: `orientation` is the EXIF value, 1 to 8;
    `looks` are the perceptual hashes of the unmarked picture, upright first, then its seven other turns and mirrorings.
    """

    media_type: MediaType
    width_px: int
    height_px: int
    page_count: int
    orientation: int
    warnings: tuple[ReadWarning, ...]
    reading: Reading
    renditions: tuple[RenditionFile, ...]
    looks: tuple[PerceptualHash, ...]

    @property
    def perceptual(self) -> PerceptualHash:
        """The hash of the picture as it stands upright."""
        return self.looks[0]


def prepare(original: Path, out_dir: Path, mark: MarkSpec, limits: Limits) -> Prepared:
    """Read the original and write its marked renditions into `out_dir`, without metadata; stamp them afterwards.

    Raises: BadImage with a code of `faults.FAULTS` when the file is no picture we can open safely; ServiceFault when
    it could not be tried.
    """
    media_type = accepted_type(original)
    task = {"verb": "prepare", "original": str(original.resolve()), "out_dir": str(out_dir.resolve())}
    _demand_font()
    answer = sandbox.run(task | {"media_type": media_type, "mark": asdict(mark)}, limits)
    try:
        return _prepared(media_type, out_dir, answer)
    except (KeyError, TypeError, ValueError, OSError) as error:
        raise bad_image("crashed", f"the child's answer makes no sense: {error}") from error


def _demand_font() -> None:
    """A missing font is our fault, not the file's.

    Raises: ServiceFault when the marks could not be drawn.
    """
    try:
        find_face()
    except LookupError as error:
        raise ServiceFault("font") from error


def _prepared(media_type: MediaType, out_dir: Path, answer: dict[str, Any]) -> Prepared:
    return Prepared(
        media_type=media_type,
        width_px=answer["width_px"],
        height_px=answer["height_px"],
        page_count=answer["page_count"],
        orientation=answer["orientation"],
        warnings=tuple(warning_from_dict(warning) for warning in answer["warnings"]),
        reading=Reading.from_dict(answer["reading"]),
        renditions=tuple(_rendition(kind, out_dir, answer) for kind in FILE_NAMES),
        looks=_looks(answer["looks"]),
    )


def accepted_type(original: Path) -> MediaType:
    """Return the format of the file, told from its first bytes.

    Raises: BadImage when it is empty, no image, or a format we refuse.
    """
    with original.open("rb") as stream:
        head = stream.read(SNIFF_BYTES)
    if not head:
        raise bad_image("empty")
    media_type = sniff(head)
    if media_type is None:
        raise bad_image("not_an_image")
    if not media_type.accepted:
        raise bad_image("unsupported_format", media_type)
    return media_type


def _looks(answers: list[dict[str, Any]]) -> tuple[PerceptualHash, ...]:
    looks = tuple(map(hash_from_dict, answers))
    if len(looks) != TURNS:
        raise ValueError("a picture can be turned and mirrored in eight ways")
    return looks


def _rendition(kind: RenditionKind, out_dir: Path, answer: dict[str, Any]) -> RenditionFile:
    """Measure what the child wrote: its word is not taken for size, hash or format."""
    path, size = out_dir / FILE_NAMES[kind], answer["sizes"][kind]
    media_type = MediaType.TIFF if kind == "pyramid" else MediaType.JPEG
    with path.open("rb") as stream:
        if sniff(stream.read(SNIFF_BYTES)) is not media_type:
            raise bad_image("crashed", "the child left another format")
    tiles = read_index(path) if media_type is MediaType.TIFF else None
    return RenditionFile(kind, path, media_type.value, size[0], size[1], 0, "", tiles).measured()
