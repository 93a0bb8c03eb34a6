"""What may not lie in the repository: secrets, paths of somebody's machine, registries, large or foreign files."""

import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
LOCKS = ("requirements.txt", "requirements-dev.txt", "requirements-demo.txt", "package-lock.json")
LARGEST_BYTES = 1024 * 1024
SECRETS = (
    r"-----BEGIN [A-Z ]*PRIVATE KEY-----",
    r"\bAKIA[0-9A-Z]{16}\b",
    r"\bghp_[A-Za-z0-9]{36}\b",
    r"\bnpm_[A-Za-z0-9]{36}\b",
    r"\bpypi-[A-Za-z0-9_-]{50,}",
)
MACHINE = r"(?<![\w.])/(?:" + "|".join(["wo" + "rk", "ro" + "ot", "ho" + r"me/\w+"]) + r")/"
PROMISES = "|".join(["TO" + "DO", "FIX" + "ME", "NotImplemented" + "Error"])


def tracked():
    """Every tracked file; where there is no repository (an unpacked archive), every file that git would not ignore."""
    done = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=False)
    if done.returncode != 0:
        pytest.skip("not a git checkout")
    return [path for name in done.stdout.decode().split("\0") if name and (path := ROOT / name).exists()]


def found(pattern, suffixes=None):
    hits = []
    for path in tracked():
        if suffixes and path.suffix not in suffixes:
            continue
        text = path.read_bytes().decode("utf-8", errors="replace")
        hits += [f"{path.relative_to(ROOT)}: {match[0]}" for match in re.finditer(pattern, text)]
    return hits


@pytest.mark.parametrize("pattern", SECRETS)
def test_no_secret_is_tracked(pattern):
    assert found(pattern) == []


def test_no_path_of_a_machine_is_tracked():
    assert found(MACHINE) == []


def test_no_promise_is_left_in_the_code():
    assert found(PROMISES, {".py", ".html", ".js", ".css"}) == []


@pytest.mark.parametrize("name", LOCKS)
def test_a_lock_file_names_no_registry(name):
    text = (ROOT / name).read_text(encoding="utf-8")
    hosts = [line for line in text.splitlines() if re.search(r"https?://|--index|--find-links", line)]
    assert [line for line in hosts if not re.search(r'"url": "https://|"funding"', line)] == []
    assert '"resolved"' not in text


@pytest.mark.parametrize("name", LOCKS[:3])
def test_every_locked_package_has_hashes(name):
    text = (ROOT / name).read_text(encoding="utf-8").replace("\\\n", " ")
    packages = [line for line in text.splitlines() if "==" in line]
    assert packages
    assert [line.split()[0] for line in packages if "--hash=sha256:" not in line] == []


def test_nothing_large_is_tracked():
    assert [str(path.relative_to(ROOT)) for path in tracked() if path.stat().st_size > LARGEST_BYTES] == []


def test_nothing_generated_is_tracked():
    wrong = re.compile(r"(^|/)(node_modules|var|\.venv|vendor|__pycache__)/|\.(mo|pyc|whl|so)$|(^|/)\.env$")
    assert [name for path in tracked() if wrong.search(name := str(path.relative_to(ROOT)))] == []
