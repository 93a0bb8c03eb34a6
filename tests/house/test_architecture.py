"""The house stands as its picture says: floors, fences, private stores."""

import subprocess
import sys
import tomllib
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def contracts():
    return tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["importlinter"]["contracts"]


def test_the_floors_hold():
    done = subprocess.run(
        [Path(sys.executable).with_name("lint-imports"), "--no-cache"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout[-3000:]


def test_every_store_is_protected():
    protected = {module for contract in contracts() for module in contract.get("protected_modules", [])}
    stores = {".".join(path.relative_to(ROOT).with_suffix("").parts) for path in (ROOT / "dam").glob("*/**/*store.py")}
    assert stores - protected == {"dam.jobs.store"}, "every room enqueues; the other stores are private"


def test_every_room_is_on_a_floor():
    floors = next(contract for contract in contracts() if contract["type"] == "layers")
    assert floors["exhaustive"] is True
    placed = {name.strip(" ()") for layer in floors["layers"] for name in layer.split("|")}
    rooms = {path.stem for path in (ROOT / "dam").iterdir() if path.suffix == ".py" or (path / "__init__.py").exists()}
    assert rooms - placed - {"__init__"} == set()


def test_each_framework_stays_behind_its_fence():
    """The fences are ruff's banned-api; this sees to it that a file cannot switch them off for itself."""
    loud = [
        str(path.relative_to(ROOT))
        for folder in ("dam", "workers", "config")
        for path in (ROOT / folder).rglob("*.py")
        if "noqa: TID251" in path.read_text(encoding="utf-8")
    ]
    assert loud == []


def test_no_module_is_long_and_no_function_is_a_novel():
    long = [
        f"{path.relative_to(ROOT)}: {count} lines"
        for folder in ("dam", "workers", "config")
        for path in (ROOT / folder).rglob("*.py")
        if (count := len(path.read_text(encoding="utf-8").splitlines())) > 400
        and path != ROOT / "dam" / "audit" / "verify.py"  # one file by demand: an auditor takes it away
    ]
    assert long == []
