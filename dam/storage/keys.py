"""Where an object lies in its bucket."""

from uuid import UUID

_SHA256_HEX_LENGTH = 64


def original_key(sha256: str) -> str:
    """Return the key of an original: its content, spread over 256 folders."""
    return f"sha256/{_checked(sha256)[:2]}/{sha256}"


def rendition_key(asset_id: UUID, kind: str, recipe_version: int, sha256: str) -> str:
    """Return the key of a rendition: bound to its content, so it can neither be guessed nor overwritten."""
    return f"{asset_id}/{kind}.{recipe_version}.{_checked(sha256)}"


def copy_key(delivery_id: UUID) -> str:
    """Return the key of the licensed copy made for one delivery."""
    return f"delivery/{delivery_id}"


def sha256_of_key(key: str) -> str:
    """Return the SHA-256 an original's key promises.

    Raises: ValueError when it is not the key of an original.
    """
    return _checked(key.rpartition("/")[2])


def _checked(sha256: str) -> str:
    if len(sha256) != _SHA256_HEX_LENGTH or set(sha256) - set("0123456789abcdef"):
        raise ValueError("a SHA-256 is 64 lower-case hex digits")
    return sha256
