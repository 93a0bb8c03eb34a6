"""What an upload is before anything opens it: its size, its hash, its format, and a file name that is only a name."""

import hashlib
from dataclasses import dataclass
from typing import BinaryIO

from dam.catalogue.description import DescriptionDraft
from dam.imaging.faults import bad_image
from dam.imaging.limits import SNIFF_BYTES, MediaType, sniff
from dam.kernel.errors import TooMuch
from dam.kernel.hashing import Digest
from dam.kernel.text import Bilingual

_CHUNK_BYTES = 1 << 20
_MEGABYTE = 1_000_000
_TOO_LARGE = Bilingual(
    "The file is larger than the {megabytes} MB this archive accepts.",
    "文件超过本档案库允许的 {megabytes} MB 上限。",
)


@dataclass(frozen=True, slots=True)
class Upload:
    """One file as it was sent, with what the sender says of it.

    Shape: `stream` is seekable and stands at its start; `file_name` is a label, never a path.
    """

    stream: BinaryIO
    file_name: str
    description: DescriptionDraft | None = None


@dataclass(frozen=True, slots=True)
class Checked:
    """What an upload turned out to be."""

    digest: Digest
    media_type: MediaType


def check(stream: BinaryIO, *, limit_bytes: int) -> Checked:
    """Hash the stream once, one chunk in memory at a time, and tell its format by its first bytes; then rewind it.

    Units: `limit_bytes` bytes. Raises: BadImage when it is empty or no image; TooMuch when it is larger than the limit.
    """
    head = stream.read(SNIFF_BYTES)
    media_type = _format(head)
    state, size, chunk = hashlib.sha256(), 0, head
    while chunk:
        state.update(chunk)
        size += len(chunk)
        if size > limit_bytes:
            raise TooMuch(_TOO_LARGE.format(megabytes=limit_bytes // _MEGABYTE), code="too_large")
        chunk = stream.read(_CHUNK_BYTES)
    stream.seek(0)
    return Checked(Digest(state.hexdigest(), size), media_type)


def _format(head: bytes) -> MediaType:
    if not head:
        raise bad_image("empty")
    media_type = sniff(head)
    if media_type is None:
        raise bad_image("not_an_image")
    return media_type
