"""Where objects lie."""

import pytest

from dam.kernel.hashing import sha256_hex
from dam.kernel.ids import new_id
from dam.storage.keys import copy_key, original_key, rendition_key, sha256_of_key
from dam.storage.s3 import S3Access

SHA256 = sha256_hex(b"a photograph")


def test_an_original_lies_under_its_content():
    key = original_key(SHA256)
    assert key == f"sha256/{SHA256[:2]}/{SHA256}"
    assert sha256_of_key(key) == SHA256


@pytest.mark.parametrize("wrong", ["", "abc", SHA256.upper(), SHA256[:-1] + "/", "../" + SHA256[3:]])
def test_only_a_sha256_makes_a_key(wrong):
    with pytest.raises(ValueError):
        original_key(wrong)
    with pytest.raises(ValueError):
        sha256_of_key(f"sha256/xx/{wrong}")


def test_the_key_of_a_marked_rendition_cannot_be_made_from_the_asset_alone():
    """D9: not the original's key plus a suffix; it takes the SHA-256 of bytes one would have to hold already."""
    asset = new_id()
    assert SHA256 in rendition_key(asset, "preview", 1, SHA256)
    assert rendition_key(asset, "preview", 1, SHA256) != rendition_key(asset, "preview", 2, SHA256)
    assert str(asset) not in original_key(SHA256)


def test_a_copy_belongs_to_one_delivery():
    assert copy_key(new_id()) != copy_key(new_id())


def test_the_secret_key_is_not_printed():
    access = S3Access("http://127.0.0.1:1", "us-east-1", "user", "very-secret")
    assert "very-secret" not in repr(access)
