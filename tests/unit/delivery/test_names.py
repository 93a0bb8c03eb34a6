"""File names and the header that carries them."""

from urllib.parse import unquote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dam.delivery.names import content_disposition, file_name


def test_a_name_has_accession_number_title_and_extension():
    assert (
        file_name("IMP-2026-000001", "Chai Shirong, July 1942", "image/jpeg")
        == "IMP-2026-000001 Chai Shirong, July 1942.jpg"
    )


def test_chinese_stays_in_the_name_and_travels_encoded():
    name = file_name("IMP-2026-000001", "柴世荣,1942年7月", "image/jpeg")
    header = content_disposition(name)
    assert "柴世荣" in name
    assert header.isascii()
    assert unquote(header.partition("filename*=UTF-8''")[2]) == name
    assert 'filename="IMP-2026-000001 _1942_7_.jpg"' in header


@pytest.mark.parametrize(
    "title", ["a\r\nSet-Cookie: x=1", 'a"; filename="evil.exe', "a/../../etc/passwd", "..\\..\\x", "\u202egpj.exe"]
)
def test_no_title_can_break_out_of_the_header(title):
    header = content_disposition(file_name("IMP-1", title, "image/jpeg"))
    assert not {"\r", "\n", "/", "\\"} & set(header)
    assert header.count('"') == 2
    assert header.count(";") == 2
    assert "\u202e" not in unquote(header)


@given(st.text(), st.text(max_size=400))
def test_any_name_is_one_safe_header(number, title):
    name = file_name(number, title, "image/jpeg")
    header = content_disposition(name)
    assert header.isascii()
    assert header.isprintable()
    assert len(name.encode()) <= 160
    assert name.endswith(".jpg")
    assert header.count('"') == 2
    assert unquote(header.partition("filename*=UTF-8''")[2]) == name


def test_a_reserved_device_name_is_not_used():
    assert file_name("", "CON", "image/png") == "_CON.png"
    assert file_name("", "", "image/png") == "photograph.png"
