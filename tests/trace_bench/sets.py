"""Which attacks belong to which set, and what is not in the fixed list: bending, collusion, unmarked copies."""

import importlib.util
from collections.abc import Callable, Mapping
from pathlib import Path
from types import ModuleType

import cv2
import numpy as np

Attack = Callable[[np.ndarray], np.ndarray]

EVERYDAY = [
    "jpeg90",
    "jpeg70",
    "jpeg50",
    "jpeg30",
    "jpeg20",
    "webp75",
    "resize50",
    "resize25",
    "resize15",
    "crop50",
    "rot1",
    "rot90",
    "flip",
    "bright+20%",
    "contrast1.4",
    "gamma0.6",
    "gamma1.6",
    "gray",
    "sharpen",
    "blur2@2000",
    "median5@2000",
    "noise10",
    "caption_logo",
    "screenshot1280",
    "social",
]
HOSTILE = [
    "webp30",
    "thumb320_q70",
    "crop25",
    "crop10",
    "crop25_600_q60",
    "rot5",
    "noise25@1500",
    "denoise@1200",
    "persp8",
    "photo_screen",
    "photo_print",
    "halftone_mag150",
    "halftone_news85",
    "collage900",
    "combo_crop_rot_gamma_q40",
    "combo_gray_persp_caption_q50",
    "bend4",
    "bend12",
]
REPORTED_ONLY = ("thumb200_q60",)
NULL = ("jpeg50", "resize15", "screenshot1280", "photo_print", "collage900")


def attacks(path: Path) -> Mapping[str, Attack]:
    """Return the fixed attacks by name, with the bending that the list only describes."""
    module = _module(path)
    bending = {
        "bend4": lambda x: module.jpg(bend(module.rl(x, 2000), 4), 85),
        "bend12": lambda x: module.jpg(bend(module.rl(x, 2000), 12), 85),
    }
    return {**module.ATT, **bending}


def jpeg(path: Path) -> Callable[[np.ndarray, int], np.ndarray]:
    """Return the list's own JPEG, which everything starts from."""
    return _module(path).jpg


def bend(pixels: np.ndarray, reach_px: float, seed: int = 9) -> np.ndarray:
    """Return the picture pulled about by a smooth field of 6 x 8 random shifts."""
    height, width = pixels.shape[:2]
    drawn = np.random.default_rng(seed).uniform(-reach_px, reach_px, (2, 6, 8)).astype(np.float32)
    across, down = (cv2.resize(one, (width, height), interpolation=cv2.INTER_CUBIC) for one in drawn)
    y, x = np.indices((height, width), dtype=np.float32)
    return cv2.remap(pixels, x + across, y + down, cv2.INTER_CUBIC, borderMode=cv2.BORDER_REFLECT)


def collusions(copies: list[np.ndarray]) -> dict[str, tuple[int, np.ndarray]]:
    """Return what colluders make of their copies, with how many of them joined."""
    five = np.stack(copies[:5]).astype(np.int16)
    drawn = np.random.default_rng(4)
    chosen = drawn.integers(0, 5, five.shape[1:3])[None, ..., None]
    either = drawn.random(five.shape[1:3])[..., None] < 0.5
    averaged = {f"average of {n}": (n, _mean(copies[:n])) for n in (2, 3, 5, 10)}
    made = {
        "median of 5": np.median(five, axis=0),
        "(min + max) / 2 of 5": (five.min(axis=0) + five.max(axis=0)) // 2,
        "min of 5": five.min(axis=0),
        "random pixel of 5": np.take_along_axis(five, chosen, axis=0)[0],
        "random extreme of 5": np.where(either, five.min(axis=0), five.max(axis=0)),
    }
    return averaged | {name: (5, np.clip(made[name], 0, 255).astype(np.uint8)) for name in made}


def _mean(copies: list[np.ndarray]) -> np.ndarray:
    total = np.zeros(copies[0].shape, np.float32)
    for copy in copies:
        total += copy
    return np.clip(np.rint(total / len(copies)), 0, 255).astype(np.uint8)


def _module(path: Path) -> ModuleType:
    spec = importlib.util.spec_from_file_location("fixed_attacks", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module
