"""Uploads before anything opens them."""

import hashlib
import io
import json
from pathlib import Path

import pytest

from dam.catalogue.file_names import display_name
from dam.imaging.limits import MediaType
from dam.ingest.checks import check
from dam.kernel.errors import BadImage, TooMuch

JPEG = b"\xff\xd8\xff\xe0" + bytes(range(256)) * 8192


class Watched(io.BytesIO):
    """A stream that remembers the largest read it was asked for."""

    largest = 0

    def read(self, size=-1):
        assert size > 0, "the whole file would be in memory"
        self.largest = max(self.largest, size)
        return super().read(size)


def test_the_stream_is_hashed_in_chunks_and_left_at_its_start():
    stream = Watched(JPEG)
    checked = check(stream, limit_bytes=len(JPEG))
    assert checked.digest.sha256 == hashlib.sha256(JPEG).hexdigest()
    assert checked.digest.size_bytes == len(JPEG)
    assert checked.media_type is MediaType.JPEG
    assert stream.tell() == 0
    assert stream.largest <= 1 << 20


def test_one_byte_over_the_limit_is_too_much():
    with pytest.raises(TooMuch) as caught:
        check(io.BytesIO(JPEG), limit_bytes=len(JPEG) - 1)
    assert caught.value.code == "too_large"
    small = JPEG[:50]
    with pytest.raises(TooMuch):
        check(io.BytesIO(small), limit_bytes=len(small) - 1)
    assert check(io.BytesIO(small), limit_bytes=len(small)).digest.size_bytes == len(small)


@pytest.mark.parametrize(
    ("data", "code"),
    [(b"", "empty"), (b"This is text", "not_an_image"), (b"/etc/passwd", "not_an_image"), (b"GIF89a", "not_an_image")],
)
def test_what_is_no_image_is_refused_by_name(data, code):
    with pytest.raises(BadImage) as caught:
        check(io.BytesIO(data), limit_bytes=1000)
    assert caught.value.code == code
    assert caught.value.message.en
    assert caught.value.message.zh


@pytest.mark.parametrize(
    ("sent", "shown"),
    [
        ("photo\u202egpj.exe.jpg", "photogpj.exe.jpg"),
        ("../../etc/passwd", "passwd"),
        ("C:\\scans\\柴世荣.tif", "柴世荣.tif"),
        ("a\x00b\nc.jpg", "ab c.jpg"),
        ("", "unnamed"),
        ("///", "unnamed"),
        ("\u202e\u202e", "unnamed"),
        ("x" * 300, "x" * 255),
    ],
)
def test_a_file_name_is_only_a_label(sent, shown):
    assert display_name(sent) == shown


@pytest.mark.corpus
def test_every_name_of_the_corpus_survives_as_a_label(corpus: Path):
    for name in json.loads((corpus / "names.json").read_text(encoding="utf-8")):
        shown = display_name(name)
        assert shown
        assert not set(shown) & {"/", "\\", "\x00", "\u202e"}
        assert shown == name.replace("\u202e", "")
