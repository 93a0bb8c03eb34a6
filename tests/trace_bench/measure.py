"""One photograph through every attack: rows of figures, written as they come, so that a long run can be looked at."""

import time
from collections.abc import Iterator, Mapping
from typing import Any

import cv2
import numpy as np

from dam.fingerprint.code import seed_of
from dam.fingerprint.detection import examine, scores
from dam.fingerprint.embedding import add as added
from dam.fingerprint.embedding import change, embed, mask
from dam.fingerprint.grid import grid_of, luma_on
from dam.fingerprint.judgement import Finding, judge
from dam.fingerprint.registration import Known, know
from tests.trace_bench.pictures import Picture
from tests.trace_bench.sets import EVERYDAY, HOSTILE, NULL, REPORTED_ONLY, Attack, collusions

KEY = b"the key of the benchmark: no secret"
INNOCENT = 40
WRONG_KEYS = 20_000
NULL_KEYS = 200
NEARLY_BLACK = 16

Row = dict[str, Any]


def rows(picture: Picture, attack: Mapping[str, Attack], jpeg: Any, *, deep: bool) -> Iterator[Row]:
    """Yield the figures of one photograph; `deep` adds collusion and the long row of wrong keys."""
    original = np.ascontiguousarray(picture.pixels[..., ::-1])
    grid = grid_of(*original.shape[:2])
    luma = luma_on(original, grid)
    known, black = know(luma), float(np.median(luma)) < NEARLY_BLACK
    label = {"picture": picture.name, "made": picture.made, "black": black, "busy": float(mask(luma).mean())}
    marked, figures = _marked(picture, original, luma)
    yield label | {"set": "embed", **figures}
    delivered = jpeg(np.ascontiguousarray(marked[..., ::-1]), 95)
    for name in (*EVERYDAY, *HOSTILE, *REPORTED_ONLY):
        kind = "E" if name in EVERYDAY else "H" if name in HOSTILE else "report"
        yield label | {"set": kind, "attack": name} | _traced(attack[name](delivered), known, picture.name)
    plain = jpeg(picture.pixels, 95)
    for name in (*EVERYDAY, *HOSTILE):
        keys = NULL_KEYS if name in NULL else INNOCENT
        yield label | {"set": "N", "attack": name} | _unmarked(attack[name](plain), known, picture.name, keys)
    if deep:
        yield from (label | row for row in _collusion(picture, known, jpeg))
        yield from (label | row for row in _wrong_keys(delivered, attack, known, picture.name))


def _seed(name: str, delivery: str) -> bytes:
    return seed_of(KEY, name, delivery)


def _marked(picture: Picture, original: np.ndarray, luma: np.ndarray) -> tuple[np.ndarray, Row]:
    grid = grid_of(*original.shape[:2])
    started = time.process_time()
    carrying = mask(luma)
    marked = added(original, change(carrying, grid, _seed(picture.name, "true")))
    spent = time.process_time() - started
    error = float(np.mean(np.square(original.astype(np.float32) - marked)))
    figures = {
        "psnr": 10 * np.log10(255**2 / error),
        "ssim": _ssim(original, marked),
        "embed_s": spent,
        "megapixels": original.shape[0] * original.shape[1] / 1e6,
    }
    return marked, figures


def _traced(found: np.ndarray, known: Known, name: str) -> Row:
    started = time.process_time()
    evidence = examine(cv2.cvtColor(found, cv2.COLOR_BGR2GRAY), known)
    registered = time.process_time()
    seeds = [_seed(name, "true"), *(_seed(name, f"innocent {one}") for one in range(INNOCENT))]
    true, *innocent = scores(evidence, seeds)
    scored = time.process_time()
    return {
        "z": true,
        "wrong": max(innocent),
        "found": _named(true, len(evidence.fits)),
        "false": any(_named(one, len(evidence.fits)) for one in innocent),
        "fits": len(evidence.fits),
        "trace_s": registered - started,
        "key_s": (scored - registered) / len(seeds),
    }


def _unmarked(found: np.ndarray, known: Known, name: str, keys: int) -> Row:
    evidence = examine(cv2.cvtColor(found, cv2.COLOR_BGR2GRAY), known)
    tried = scores(evidence, [_seed(name, f"unmarked {one}") for one in range(keys)])
    return {"wrong": max(tried), "false": any(_named(one, len(evidence.fits)) for one in tried), "keys": keys}


def _collusion(picture: Picture, known: Known, jpeg: Any) -> Iterator[Row]:
    scale = min(1.0, 2_000 / max(picture.pixels.shape[:2]))
    small = cv2.resize(picture.pixels, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    grid = grid_of(*picture.pixels.shape[:2])
    shown = np.ascontiguousarray(small[..., ::-1])
    copies = [embed(shown, grid, _seed(picture.name, f"colluder {one}"))[..., ::-1] for one in range(10)]
    for name, (joined, made) in collusions(copies).items():
        web = cv2.resize(made, None, fx=0.6, fy=0.6, interpolation=cv2.INTER_AREA)
        for way, copy in (("q95", jpeg(made, 95)), ("1200 px q60", jpeg(web, 60))):
            evidence = examine(cv2.cvtColor(copy, cv2.COLOR_BGR2GRAY), known)
            guilty = scores(evidence, [_seed(picture.name, f"colluder {one}") for one in range(joined)])
            innocent = scores(evidence, [_seed(picture.name, f"innocent {one}") for one in range(INNOCENT)])
            caught = sum(_named(one, len(evidence.fits)) for one in guilty)
            yield {
                "set": "C",
                "attack": f"{name}, {way}",
                "joined": joined,
                "caught": caught,
                "z": min(guilty),
                "wrong": max(innocent),
                "false": any(_named(one, len(evidence.fits)) for one in innocent),
            }


def _wrong_keys(delivered: np.ndarray, attack: Mapping[str, Attack], known: Known, name: str) -> Iterator[Row]:
    for way in ("screenshot1280", "photo_print", "jpeg20"):
        evidence = examine(cv2.cvtColor(attack[way](delivered), cv2.COLOR_BGR2GRAY), known)
        first = evidence.directions[:1]
        tried = np.array(scores(type(evidence)(evidence.fits[:1], first), _strangers(name, way)))
        yield {
            "set": "K",
            "attack": way,
            "keys": len(tried),
            "wrong": float(tried.max()),
            "deviation": float(tried.std()),
            "above_4": int((tried > 4).sum()),
            "false": bool((tried >= 8).any()),
        }


def _strangers(name: str, way: str) -> Iterator[bytes]:
    return (_seed(name, f"stranger {way} {one}") for one in range(WRONG_KEYS))


def _named(score: float, fits: int) -> bool:
    if not fits:
        return False
    return judge(score, candidates=INNOCENT + 1, fits=fits).finding is Finding.IDENTIFIED


def _ssim(original: np.ndarray, marked: np.ndarray) -> float:
    """Return the structural similarity at 1600 pixels. Source: Wang et al. 2004, Gaussian window of 1.5."""
    here, there = (_web(pixels) for pixels in (original, marked))

    def near(plane: np.ndarray) -> np.ndarray:
        return cv2.GaussianBlur(plane, (11, 11), 1.5)

    first, second = near(here), near(there)
    own, other, both = (
        near(here * here) - first**2,
        near(there * there) - second**2,
        near(here * there) - first * second,
    )
    alike = ((2 * first * second + 6.5025) * (2 * both + 58.5225)) / (
        (first**2 + second**2 + 6.5025) * (own + other + 58.5225)
    )
    return float(alike.mean())


def _web(pixels: np.ndarray) -> np.ndarray:
    scale = min(1.0, 1_600 / max(pixels.shape[:2]))
    small = cv2.resize(pixels, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    return cv2.cvtColor(small, cv2.COLOR_RGB2GRAY).astype(np.float32)
