"""A picture with the look of a photograph, drawn from integers alone: the same on every machine."""

import cv2
import numpy as np


def scene(height: int = 700, width: int = 1_000, seed: int = 7):
    """Return soft shapes with edges, texture of every size, and grain: `(H, W, 3) uint8`."""
    draw = np.random.RandomState(seed)
    light = np.full((height, width), 120.0, np.float32)
    for size in (5, 11, 23, 47, 95):
        coarse = draw.randint(-128, 128, (size, size * width // height)).astype(np.float32)
        light += cv2.resize(coarse, (width, height), interpolation=cv2.INTER_CUBIC) * (3.2 / size**0.5)
    for _ in range(60):
        centre, radius = (draw.randint(width), draw.randint(height)), draw.randint(6, 60)
        cv2.circle(light, tuple(map(int, centre)), int(radius), float(draw.randint(30, 225)), -1)
    light += draw.randint(-6, 7, light.shape)
    colour = light[..., None] + np.array([6, 0, -8], np.float32)
    return np.clip(cv2.GaussianBlur(colour, (0, 0), 0.7), 4, 250).astype(np.uint8)


def jpeg(pixels, quality: int):
    """Return the picture as a JPEG of that quality leaves it."""
    data = cv2.imencode(".jpg", pixels[..., ::-1], [cv2.IMWRITE_JPEG_QUALITY, quality])[1]
    return np.ascontiguousarray(cv2.imdecode(data, cv2.IMREAD_COLOR)[..., ::-1])


def shrunk(pixels, share: float):
    """Return the picture at a share of its size."""
    return cv2.resize(pixels, None, fx=share, fy=share, interpolation=cv2.INTER_AREA)


def turned(pixels, degrees: float):
    """Return the picture turned a little, with its empty corners cut off."""
    height, width = pixels.shape[:2]
    matrix = cv2.getRotationMatrix2D((width / 2, height / 2), degrees, 1)
    edge = int(max(height, width) * np.sin(np.deg2rad(abs(degrees))) / 2 + 8)
    return cv2.warpAffine(pixels, matrix, (width, height), flags=cv2.INTER_CUBIC)[edge:-edge, edge:-edge].copy()


def grey(pixels):
    """Return its brightness."""
    return cv2.cvtColor(pixels, cv2.COLOR_RGB2GRAY)
