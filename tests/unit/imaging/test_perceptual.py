"""The perceptual hash: the published algorithm bit for bit, near for near copies, far for others."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageFilter

from dam.imaging import pdq
from dam.imaging.inspection import Prepared
from dam.imaging.perceptual import PerceptualHash, distance, hash_from_dict

Prepare = Callable[..., Prepared]


def waves() -> np.ndarray:
    """A smooth picture with something everywhere."""
    y, x = np.mgrid[0:512, 0:512]
    planes = [np.sin(x / 37) + np.cos(y / 23 + x / 91), np.sin(x / 11 - y / 60), np.cos(x * y / 9000)]
    return np.stack([(plane * 50 + 128).astype(np.uint8) for plane in planes], axis=-1)


def blocks() -> np.ndarray:
    """A picture of hard edges."""
    cells = (np.arange(8)[:, None] * 37 + np.arange(8)[None, :] * 91 + np.arange(64).reshape(8, 8) ** 2) % 256
    return np.kron(cells, np.ones((64, 64)))[..., None].repeat(3, 2).astype(np.uint8)


def noise() -> np.ndarray:
    return np.random.default_rng(1942).integers(0, 256, (512, 512, 3), dtype=np.uint8)


PICTURES = {"waves": waves, "blocks": blocks, "noise": noise}

# Made once with the published implementation (pdqhash 0.2.8) from these arrays, turned one by one; all of quality 100.
PUBLISHED = {
    "waves": [
        "ca017dfcca017dbcca017da8ca817daac1416ab7c5666acdc11c6afb3fc69407",
        "175428a93f5428e93f5420f9bf5429ff14147fe630336f983cc96baec0939552",
        "bf7cdf56bf54d716bf54df06bf54d600141480399073c06794c9c05168933ead",
        "cae99effcae99a7fca019a57ca018355c141954cc5669533c11c95043fe66bf8",
        "aaa9fffc55565503ff565523aa5655aa575640b65564504c551c507b0167aad5",
        "fffcaaa900035456fe034076ff0301ffe003f5e3f0335519f049556e5432ff90",
        "ff7c5516aa03ffa9ee03ff89ff01fe00000bea3c8071fae68049fe915432007f",
        "020300567f7caae97b5caad9aa54ab55555ebf495564afb3551cabc40167552a",
    ],
    "blocks": [
        "32d922dd01ffb319870f3b112ad594ebeb146b14d52ac4ee78f00ce6ff00dd22",
        "e70cf708d56a66cc52daeec4ff00413e3ec1bec100ff113b2d2599332ad508f7",
        "18f308f7d52a9933d2da113bff00bec1c13e413e00ffeec42d2566cc2ad5f708",
        "cd26dd2200ff0ce6070fc4ee2ad56b1414eb94ebd52a3b11f8f0f319ff0022dd",
        "19b300fbd6ca952b06cf0937dec23ce3e31ce31c213df6c8f9306ad42935ff00",
        "c46ec52e031f40fed31adce20b17c93636c936c9f4e8231d2ce5bf01fce02ad5",
        "3b912ad5031fbf01d31a231d0b1736c9c936c936f4e8dce22ce540fefce0d52a",
        "e644ff00d6ca6ad406cff6c8dec2e31c1ce33ce3213d0937f930952b293500ff",
    ],
    "noise": [
        "0992c3d54e0ae451b2de05f4a9f00a1e5e02b8ffadf3591e95fbed0c129128fe",
        "9ad602d1ca14fc8ce7bb75b1ac910f5f8e8ae13a9dae2849c09fa858ca2b5d99",
        "7aded16cca2c0790e634d8c2bcf5b9aacace32c7c5dcb49390d1c5b6cb218866",
        "3f8936ad5e2828e483c189a2a935a5bb0f7afb12bcb8c6f1858018f18ee1ffb1",
        "5a6c70941a6508daa3f534ac6982c63cce6b5e690669df7b295d4d55a9f9506a",
        "0f7b2051d361e065b6e7e1bbe8d38fc9dd3f189677b703f5e1a0520005c0cb17",
        "6fbfeca68b50c758a7831a34b8c2512697fcc6e96b079a3ce1a0eae585d5025a",
        "baee3c4b1e549421b3b71fa1e9820d61dea9c1140c62ef4d19ffb12889ea4f1b",
    ],
}


@pytest.mark.parametrize("name", PICTURES)
def test_it_is_pdq_bit_for_bit_in_all_eight_turns(name: str) -> None:
    hashes = pdq.hashes(PICTURES[name]())
    assert [each.bits.hex() for each in hashes] == PUBLISHED[name]
    assert {each.quality for each in hashes} == {100}


def test_quality_tells_a_flat_picture_from_a_full_one() -> None:
    flat = pdq.hashes(np.full((512, 512, 3), 90, np.uint8))[0]
    ramp = np.linspace(0, 255, 512).astype(np.uint8)[None, :, None].repeat(512, 0).repeat(3, 2)
    faint = pdq.hashes(ramp)[0]
    assert flat.quality == 0
    assert 0 < faint.quality < 100
    assert not PerceptualHash(bytes(32), 49).telling
    assert PerceptualHash(bytes(32), 50).telling


def test_the_distance_counts_bits() -> None:
    none, all_bits = PerceptualHash(bytes(32), 0), PerceptualHash(b"\xff" * 32, 100)
    assert distance(none, all_bits) == distance(all_bits, none) == 256
    assert distance(none, PerceptualHash(bytes(31) + b"\x05", 0)) == 2
    assert distance(none, none) == 0


@pytest.mark.parametrize("wrong", [{"bits": "00", "quality": 1}, {"bits": "zz" * 32, "quality": 1}])
def test_an_answer_that_is_no_hash_is_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(ValueError, match=r"256 bits|hexadecimal"):
        hash_from_dict(wrong)


def test_a_hash_survives_the_way_out_of_the_child() -> None:
    kept = PerceptualHash(bytes(range(32)), 77)
    assert hash_from_dict(kept.to_dict()) == kept


def test_copies_are_near_and_turned_ones_are_found_among_the_turns(tmp_path: Path, prepared: Prepare) -> None:
    """Through the real child: the hash is of the picture before its mark, whatever format and size it came in."""
    picture = Image.fromarray(waves()).resize((1500, 1000)).filter(ImageFilter.GaussianBlur(2))
    copies = {
        "original.png": picture,
        "small.jpg": picture.resize((600, 400)),
        "grey.tif": picture.convert("L"),
        "turned.png": picture.transpose(Image.Transpose.ROTATE_90),
        "mirrored.jpg": picture.transpose(Image.Transpose.FLIP_LEFT_RIGHT),
        "other.png": Image.fromarray(blocks()),
    }
    made = {}
    for name, image in copies.items():
        image.save(tmp_path / name)
        made[name] = prepared(tmp_path / name)
    original = made["original.png"].perceptual
    near = {name: distance(original, result.perceptual) for name, result in made.items()}
    best = {name: min(distance(original, look) for look in result.looks) for name, result in made.items()}
    assert near["small.jpg"] <= 16
    assert near["grey.tif"] <= 16
    assert min(near["turned.png"], near["mirrored.jpg"], near["other.png"]) > 60
    assert max(best["turned.png"], best["mirrored.jpg"]) <= 16
    assert best["other.png"] > 60
