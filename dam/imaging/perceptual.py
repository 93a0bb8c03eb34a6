"""What a photograph looks like, in 256 bits: near copies have near hashes, however they were scaled or compressed."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

BITS = 256
TURNS = 8
"""In how many ways a picture can be turned and mirrored."""
WEAK_QUALITY = 50
"""Below this a picture is too flat for its hash to tell it from others."""


@dataclass(frozen=True, slots=True)
class PerceptualHash:
    """A PDQ hash.

    Units: `quality` 0 (flat) to 100. Shape: `bits` are 32 bytes, the highest frequencies first, as PDQ prints them.
    Source: Facebook, "The TMK+PDQF Video-Hashing Algorithm and the PDQ Image-Hashing Algorithm" (2019).
    """

    bits: bytes
    quality: int

    @property
    def telling(self) -> bool:
        """Whether the picture has enough in it for its hash to be compared."""
        return self.quality >= WEAK_QUALITY

    def to_dict(self) -> dict[str, Any]:
        """Return the hash as the child prints it."""
        return {"bits": self.bits.hex(), "quality": self.quality}


def hash_from_dict(data: Mapping[str, Any]) -> PerceptualHash:
    """Read what `to_dict` wrote.

    Raises: ValueError when it is no hash.
    """
    bits, quality = bytes.fromhex(data["bits"]), int(data["quality"])
    if len(bits) * 8 != BITS:
        raise ValueError("a perceptual hash has 256 bits")
    return PerceptualHash(bits, quality)


def distance(one: PerceptualHash, other: PerceptualHash) -> int:
    """Return in how many of 256 bits two hashes differ: 31 or fewer is the same picture, 128 is chance."""
    return (int.from_bytes(one.bits, "big") ^ int.from_bytes(other.bits, "big")).bit_count()
