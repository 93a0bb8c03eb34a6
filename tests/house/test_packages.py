"""Every package that the code imports is pinned in its lock, so that a fresh clone has what it needs."""

import ast
import re
import sys
import tomllib
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
OURS = {"dam", "workers", "config", "tests", "wsgi", "bench_worker"}
ONLY_FOR_TYPES = {"mypy_boto3_s3"}


def normal(name):
    return re.sub(r"[-_.]+", "-", re.match(r"[\w.-]+", name)[0]).lower()


def imported(*folders):
    """Return the top-level names that the Python files of these folders import."""
    found = set()
    for file in (file for folder in folders for file in (ROOT / folder).rglob("*.py")):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Import):
                found |= {alias.name.partition(".")[0] for alias in node.names}
            elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
                found.add(node.module.partition(".")[0])
    return found - set(sys.stdlib_module_names) - OURS


def packages_of(modules):
    """Return, for each module, the packages that may provide it."""
    known = packages_distributions()
    return {module: {normal(name) for name in known.get(module, [module])} for module in modules}


def pinned(lock):
    return set(map(normal, re.findall(r"(?m)^([\w.-]+)==", (ROOT / lock).read_text(encoding="utf-8"))))


@pytest.fixture(scope="module")
def project():
    return tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]


def test_the_service_has_all_it_imports(project):
    held = pinned("requirements.txt")
    needed = packages_of(imported("dam", "workers", "config") - ONLY_FOR_TYPES)
    assert {module for module, names in needed.items() if not names & held} == set()
    assert set(map(normal, project["dependencies"])) <= held


def test_the_tests_have_all_they_import(project):
    held = pinned("requirements.txt") | pinned("requirements-dev.txt")
    assert {module for module, names in packages_of(imported("tests")).items() if not names & held} == set()
    assert set(map(normal, project["optional-dependencies"]["dev"])) <= held


def test_both_locks_agree():
    def versions(lock):
        return dict(re.findall(r"(?m)^([\w.-]+)==(\S+)", (ROOT / lock).read_text(encoding="utf-8")))

    service, everything = versions("requirements.txt"), versions("requirements-dev.txt")
    assert {name for name, version in service.items() if everything.get(name, version) != version} == set()


def test_the_locks_name_no_place_to_fetch_from():
    """A lock made behind one mirror must serve behind another."""
    for lock in ("requirements.txt", "requirements-dev.txt", "requirements-demo.txt", "package-lock.json"):
        text = (ROOT / lock).read_text(encoding="utf-8")
        assert not re.findall(r"(?m)^--|https?://(?!opencollective|github|buymeacoffee|tidelift)\S+", text), lock
