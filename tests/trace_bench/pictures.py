"""The photographs of the benchmark: the corpus, and real ones fetched as Debian packages, none of them installed."""

import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np

BACKGROUNDS = "usr/share/backgrounds"
PACKAGES = {
    "lomiri-wallpapers-16.04": (
        "Bridge_by_Sander_Klootwijk.jpg",
        "Dragonfly_by_Bolly.jpg",
        "Wine_by_Jakkub_Mede.jpg",
        "aitzgorri_by_Aitzol_Berasategi.jpg",
        "analogpattern_by_Peter_Nerlich.jpg",
        "free_by_Peter_Nerlich.jpg",
        "friends_by_Aitzol_Berasategi.jpg",
        "greentock_by_Peter_Nerlich.jpg",
        "life_by_Aitzol_Berasategi.jpg",
        "picosdeeuropa_by_Aitzol_Berasategi.jpg",
        "seeding_by_Clements_Engelhardt.jpg",
        "sunset_by_Aitzol_Berasategi.jpg",
        "umang_by_Abhishek_Mudgal.jpg",
    ),
    "lomiri-wallpapers-20.04": (
        "Fossa_by_Jasper_Roks.jpg",
        "Kleiber_by_Lukas_Baubkus.jpg",
        "Painting-Colors_by__herobrine7gamer.jpg",
    ),
    "lxqt-themes": ("after-the-rain.jpg", "appleflower.png", "butterfly.png", "flowers.png"),
    "ukui-wallpapers": ("calla.png", "goldfish.png", "2004default.jpg"),
    "mate-backgrounds": ("Elephants_5640x3172.jpg",),
}
CORPUS = (
    "astronaut.png",
    "camera.png",
    "china.jpg",
    "coins.png",
    "flower.jpg",
    "moon.png",
    "rocket.jpg",
    "simulated_archival_scan_c.jpg",
)
GRAINY = ("friends_by_Aitzol_Berasategi.jpg", "life_by_Aitzol_Berasategi.jpg", "Wine_by_Jakkub_Mede.jpg")
"""Shown a second time as a grainy black-and-white scan would show them; the table says so."""
LEAST_PIXELS = 6_000_000


@dataclass(frozen=True)
class Picture:
    """One photograph: `pixels` BGR uint8, at least six million of them."""

    name: str
    made: str
    pixels: np.ndarray


def gather(folder: Path, corpus: Path | None) -> Iterator[Picture]:
    """Yield every photograph that can be had; what cannot is told, never passed over in silence."""
    for package, names in PACKAGES.items():
        root = _unpacked(package, folder)
        for name in names:
            found = next(root.rglob(name), None) if root else None
            if found is None:
                print(f"MISSING {package}/{name}", flush=True)
                continue
            pixels = cv2.imread(str(found))
            yield Picture(found.stem, "real", _large(pixels))
            if name in GRAINY:
                yield Picture(f"{found.stem} (grey, grain)", "real, greyed with grain", _scanned(_large(pixels)))
    for name in CORPUS if corpus else ():
        pixels = cv2.imread(str(corpus / "photos" / name))
        yield Picture(f"corpus {Path(name).stem}", "corpus, enlarged with grain", _grain(_large(pixels), 2.5))


def _unpacked(package: str, folder: Path) -> Path | None:
    target = folder / package
    if target.exists():
        return target
    folder.mkdir(parents=True, exist_ok=True)
    fetched = subprocess.run(["apt-get", "download", "-q", package], cwd=folder, capture_output=True, check=False)
    archive = next(folder.glob(f"{package}_*.deb"), None)
    if fetched.returncode or archive is None or not shutil.which("dpkg-deb"):
        return None
    subprocess.run(["dpkg-deb", "-x", archive, target], check=True)
    return target


def _large(pixels: np.ndarray) -> np.ndarray:
    scale = (LEAST_PIXELS / (pixels.shape[0] * pixels.shape[1])) ** 0.5
    return pixels if scale <= 1 else cv2.resize(pixels, None, fx=scale, fy=scale, interpolation=cv2.INTER_CUBIC)


def _scanned(pixels: np.ndarray) -> np.ndarray:
    grey = cv2.cvtColor(cv2.cvtColor(pixels, cv2.COLOR_BGR2GRAY), cv2.COLOR_GRAY2BGR)
    return _grain(grey, 7)


def _grain(pixels: np.ndarray, deviation: float) -> np.ndarray:
    drawn = np.random.RandomState(5).normal(0, deviation, pixels.shape[:2]).astype(np.float32)
    return np.clip(np.rint(pixels + drawn[..., None]), 0, 255).astype(np.uint8)
