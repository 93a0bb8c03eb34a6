"""The magic check: the first bytes decide, whatever the file is called."""

import pytest

from dam.imaging.limits import MediaType, sniff


@pytest.mark.parametrize(
    ("head", "expected"),
    [
        (b"\xff\xd8\xff\xe0", MediaType.JPEG),
        (b"II*\x00\x08\x00\x00\x00", MediaType.TIFF),
        (b"MM\x00*\x00\x00\x00\x08", MediaType.TIFF),
        (b"II+\x00\x08\x00\x00\x00", MediaType.TIFF),
        (b"\x89PNG\r\n\x1a\n", MediaType.PNG),
        (b"RIFF\x10\x00\x00\x00WEBPVP8 ", MediaType.WEBP),
        (b"\x00\x00\x00\x1cftypavif\x00\x00\x00\x00avifmif1", MediaType.AVIF),
        (b"\x00\x00\x00\x1cftypmif1\x00\x00\x00\x00mif1avif", MediaType.AVIF),
        (b"\x00\x00\x00\x18ftypheic\x00\x00\x00\x00mif1heic", MediaType.HEIC),
        (b"\x00\x00\x00\x0cjP  \r\n\x87\n", MediaType.JP2),
        (b"", None),
        (b"\xff\xd8", None),
        (b"/etc/passwd", None),
        (b"GIF89a", None),
        (b"<svg xmlns='http://www.w3.org/2000/svg'>", None),
        (b"%PDF-1.7", None),
        (b"II+\x00\x08\x00\x01\x00", None),
        (b"\x00\x00\x00\x18ftypisom\x00\x00\x00\x00mp42", None),
    ],
)
def test_the_first_bytes_tell_the_format(head: bytes, expected: MediaType | None) -> None:
    assert sniff(head) is expected


def test_heic_and_jpeg_2000_are_known_but_not_accepted() -> None:
    assert {kind for kind in MediaType if not kind.accepted} == {MediaType.HEIC, MediaType.JP2}
