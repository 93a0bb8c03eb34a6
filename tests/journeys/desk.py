"""What a person at a desk has: an account, an address, and patience."""

import io
import json
import random
import secrets
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
from PIL import Image, ImageDraw

READY_WITHIN_S = 60.0
RUN = secrets.token_hex(8).encode()


@dataclass(frozen=True, slots=True)
class Desk:
    """One signed-in person over the API."""

    role: str
    organisation: str
    email: str
    password: str
    http: httpx.Client

    def get(self, path: str, **kwargs: Any) -> httpx.Response:
        return self.http.get(path, **kwargs)

    def post(self, path: str, **kwargs: Any) -> httpx.Response:
        return self.http.post(path, **kwargs)

    def patch(self, path: str, **kwargs: Any) -> httpx.Response:
        return self.http.patch(path, **kwargs)

    def put(self, path: str, **kwargs: Any) -> httpx.Response:
        return self.http.put(path, **kwargs)

    def organisation_id(self) -> str:
        found = ok(self.get("/me"))["organisation"]
        return str(found["id"] if isinstance(found, Mapping) else found)


def ok(response: httpx.Response, status: int | None = None) -> Any:
    """Return the JSON of an answer that must be a success, showing the problem when it is not."""
    wanted = {status} if status else {200, 201, 202}
    assert response.status_code in wanted, (
        f"{response.request.method} {response.url}: {response.status_code} {response.text[:2000]}"
    )
    return response.json()


def refused(response: httpx.Response, status: int, code: str | None = None) -> Any:
    """Return the problem document of an answer that must be a refusal of that kind."""
    assert response.status_code == status, f"{response.url}: {response.status_code} {response.text[:2000]}"
    assert response.headers["content-type"].startswith("application/problem+json"), response.headers
    problem = response.json()
    assert {"type", "title", "status", "detail", "code"} <= problem.keys(), problem
    if code is not None:
        assert problem["code"] == code, problem
    return problem


def reason_codes(problem: Mapping[str, Any]) -> set[str]:
    """Return the codes of a refusal, after checking that each one says why and what to do next in both languages."""
    reasons = problem["reasons"]
    assert reasons
    for reason in reasons:
        assert all(reason[part] for part in ("message", "message_zh", "next_step")), reason
    return {str(reason["code"]) for reason in reasons}


def eventually(ask: Callable[[], Any], done: Callable[[Any], bool], *, within_s: float = READY_WITHIN_S) -> Any:
    """Ask until the answer satisfies, or fail showing the last answer."""
    deadline = time.monotonic() + within_s
    while True:
        answer = ask()
        if done(answer):
            return answer
        assert time.monotonic() < deadline, f"still waiting after {within_s} s: {answer}"
        time.sleep(0.25)


def open_desks(base_url: str, accounts: list[dict[str, str]], check: Callable[[httpx.Response], None]) -> list[Desk]:
    """Sign every demo account in with its token; every answer it ever gets is checked."""

    def seen(response: httpx.Response) -> None:
        response.read()
        check(response)

    return [
        Desk(
            role=account["role"],
            organisation=account["organisation"],
            email=account["email"],
            password=account["password"],
            http=httpx.Client(
                base_url=f"{base_url.rstrip('/')}/api/v1",
                headers={"Authorization": f"Bearer {account['token']}"},
                timeout=30.0,
                event_hooks={"response": [seen]},
            ),
        )
        for account in accounts
    ]


def upload(desk: Desk, photograph: bytes, name: str, description: Mapping[str, Any] | None = None) -> httpx.Response:
    """Send one photograph as the upload form would."""
    data = {"description": json.dumps(description)} if description else {}
    return desk.post("/assets", files={"file": (name, photograph, "application/octet-stream")}, data=data)


def upload_ready(
    desk: Desk, photograph: bytes, name: str, description: Mapping[str, Any] | None = None
) -> dict[str, Any]:
    """Send one photograph and wait until it is ready."""
    received = ok(upload(desk, photograph, name, description), 202)
    asset = settled(desk, received["id"])
    assert asset["state"] == "ready", asset
    return asset


def settled(desk: Desk, asset_id: str) -> dict[str, Any]:
    """Wait until a photograph is no longer on its way."""
    answer: dict[str, Any] = eventually(
        lambda: ok(desk.get(f"/assets/{asset_id}")), lambda asset: asset["state"] not in {"received", "processing"}
    )
    return answer


def fetch_copy(desk: Desk, licence: str, asset: str, **kwargs: Any) -> httpx.Response:
    """Ask for a licensed copy and wait while it is being made."""

    def ask() -> httpx.Response:
        return desk.get(f"/licences/{licence}/assets/{asset}/copy", **kwargs)

    answer: httpx.Response = eventually(ask, lambda response: response.status_code != 202)
    return answer


def drawn_photograph(seed: int, size: tuple[int, int] = (1600, 1100)) -> bytes:
    """Draw a grainy picture that no two seeds share, as JPEG bytes."""
    dice = random.Random(seed)
    small = Image.effect_noise((size[0] // 4, size[1] // 4), 40 + seed % 20)
    picture = small.resize(size).convert("RGB")
    pen = ImageDraw.Draw(picture)
    for _ in range(12):
        x, y, r = dice.randrange(size[0]), dice.randrange(size[1]), dice.randrange(30, 200)
        shade = dice.randrange(40, 220)
        pen.ellipse((x - r, y - r, x + r, y + r), fill=(shade, shade, max(0, shade - 20)))
    out = io.BytesIO()
    picture.save(out, "JPEG", quality=90)
    return new_bytes(out.getvalue())


def new_bytes(jpeg: bytes) -> bytes:
    """Return the same picture as a file no archive holds yet: with a comment of this run."""
    assert jpeg.startswith(b"\xff\xd8")
    return jpeg[:2] + b"\xff\xfe" + (len(RUN) + 2).to_bytes(2, "big") + RUN + jpeg[2:]


def photographs(corpus: Path | None, count: int) -> list[tuple[str, bytes]]:
    """Return real photographs of the corpus where it lies beside the checkout, else drawn ones."""
    if corpus is not None:
        chosen = sorted((corpus / "orientation").glob("*.jpg"))[:count]
        return [(path.name, new_bytes(path.read_bytes())) for path in chosen]
    return [(f"drawn-{seed}.jpg", drawn_photograph(seed)) for seed in range(count)]
