"""A deed: the signed paper behind a supply agreement, as a file that is kept and never opened."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import BinaryIO

from dam.catalogue.file_names import display_name
from dam.imaging.limits import SNIFF_BYTES, MediaType, sniff
from dam.kernel.errors import Fault, Invalid, TooMuch
from dam.kernel.hashing import Digest, digest_stream
from dam.kernel.ids import AgreementId, DeedId
from dam.kernel.text import Bilingual

MOST_DEEDS = 50
"""How many deeds one agreement holds; a list of them is never longer than one page."""

_MEGABYTE = 1_000_000
_PDF_MAGIC = b"%PDF-"
_EMPTY = Bilingual("The file is empty.", "文件是空的。")
_NOT_A_DEED = Bilingual(
    "A deed is a PDF, or a scan in JPEG, TIFF or PNG. Save a word processor's document as PDF first.",
    "协议文件须为 PDF，或 JPEG、TIFF、PNG 格式的扫描件。文字处理软件的文档请先另存为 PDF。",
)
_TOO_LARGE = Bilingual(
    "The file is larger than the {megabytes} MB a deed may have.", "文件超过协议文件 {megabytes} MB 的上限。"
)


class DeedType(StrEnum):
    """The kinds of file a deed may be, told from the first bytes and not from the name."""

    PDF = "application/pdf"
    JPEG = "image/jpeg"
    TIFF = "image/tiff"
    PNG = "image/png"


_SCANS = {MediaType.JPEG: DeedType.JPEG, MediaType.TIFF: DeedType.TIFF, MediaType.PNG: DeedType.PNG}


@dataclass(frozen=True, slots=True)
class DeedFile:
    """A file as it was sent.

    Shape: `stream` is seekable and stands at its start; `file_name` is a label, never a path.
    """

    stream: BinaryIO
    file_name: str


@dataclass(frozen=True, slots=True)
class Inspected:
    """What a file turned out to be."""

    digest: Digest
    media_type: DeedType
    file_name: str


@dataclass(frozen=True, slots=True)
class Deed:
    """One deed of an agreement; `superseded_by` is the newer one that took its place, and both stay.

    Units: `size_bytes` in bytes; `sha256` 64 lower-case hex digits.
    """

    deed_id: DeedId
    agreement_id: AgreementId
    sha256: str
    size_bytes: int
    media_type: DeedType
    file_name: str
    attached_at: datetime
    attached_by: str
    supersedes: DeedId | None
    superseded_by: DeedId | None


def inspect(sent: DeedFile, limit_bytes: int) -> Inspected:
    """Hash the file and tell its kind by its first bytes; then rewind it. It is not opened: nothing is run or drawn.

    Units: `limit_bytes` bytes.
    Raises: Invalid when it is empty or no deed; TooMuch when it is larger than the limit.
    """
    media_type = _kind(sent.stream.read(SNIFF_BYTES))
    sent.stream.seek(0)
    digest = digest_stream(sent.stream)
    sent.stream.seek(0)
    if digest.size_bytes > limit_bytes:
        raise TooMuch(_TOO_LARGE.format(megabytes=limit_bytes // _MEGABYTE), code="too_large")
    return Inspected(digest, media_type, display_name(sent.file_name))


def _kind(head: bytes) -> DeedType:
    if not head:
        raise Invalid([Fault("file", "empty", _EMPTY)])
    if head.startswith(_PDF_MAGIC):
        return DeedType.PDF
    found = sniff(head)
    if found not in _SCANS:
        raise Invalid([Fault("file", "not_a_deed", _NOT_A_DEED)])
    return _SCANS[found]
