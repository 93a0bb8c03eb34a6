"""What a deed may be, told from its first bytes."""

import io

import pytest

from dam.kernel.errors import Invalid, TooMuch
from dam.kernel.hashing import sha256_hex
from dam.rights.deed import DeedFile, DeedType, inspect
from dam.rights.odrl import hash_iri

PDF = b"%PDF-1.7\nsigned"


@pytest.mark.parametrize(
    ("head", "kind"),
    [
        (PDF, DeedType.PDF),
        (b"\xff\xd8\xff\xe0scan", DeedType.JPEG),
        (b"II*\x00scan", DeedType.TIFF),
        (b"MM\x00*scan", DeedType.TIFF),
        (b"\x89PNG\r\n\x1a\nscan", DeedType.PNG),
    ],
)
def test_a_deed_is_known_by_its_first_bytes(head, kind):
    stream = io.BytesIO(head)
    found = inspect(DeedFile(stream, "C:\\contracts\\协议\u202e.exe"), 1000)
    assert (found.media_type, found.file_name) == (kind, "协议.exe")
    assert (found.digest.sha256, found.digest.size_bytes) == (sha256_hex(head), len(head))
    assert stream.tell() == 0


@pytest.mark.parametrize(
    "head",
    [
        b"PK\x03\x04word/document.xml",  # DOCX
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1",  # DOC
        b"GIF89a%PDF-1.7",  # a picture that is also a PDF to lenient readers
        b"\n%PDF-1.7",
        b"RIFF\x00\x00\x00\x00WEBPVP8 ",
        b"<html>%PDF-",
        b"MZ",
    ],
)
def test_everything_else_is_refused(head):
    with pytest.raises(Invalid) as refused:
        inspect(DeedFile(io.BytesIO(head), "deed.pdf"), 1000)
    assert [(fault.field, fault.code) for fault in refused.value.faults] == [("file", "not_a_deed")]


def test_an_empty_file_and_a_large_one_are_refused():
    with pytest.raises(Invalid) as refused:
        inspect(DeedFile(io.BytesIO(b""), "deed.pdf"), 1000)
    assert refused.value.faults[0].code == "empty"
    inspect(DeedFile(io.BytesIO(PDF), "deed.pdf"), len(PDF))
    with pytest.raises(TooMuch) as large:
        inspect(DeedFile(io.BytesIO(PDF), "deed.pdf"), len(PDF) - 1)
    assert large.value.code == "too_large"


def test_the_name_of_a_file_in_a_document_is_its_hash():
    """RFC 6920 section 8.1 gives this very example for the bytes "Hello World!"."""
    assert hash_iri(sha256_hex(b"Hello World!")) == "ni:///sha-256;f4OxZX_x_FO5LcGBSKHWXfwtSx-j1ncoSt3SABJtkGk"
