"""The table of failures seen elsewhere: every row is held by tests that exist and say so."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
ROWS = [f"D{number}" for number in range(1, 32)]
_LINE = re.compile(r"^\| (D\d+) \| ([^|]+) \| ([^|]+) \|$", re.MULTILINE)
_TEST = re.compile(r"`([\w/]+\.py)::(\w+)`")
_ROW = re.compile(r"\bD\d{1,2}\b")


def _table() -> dict[str, list[tuple[str, str]]]:
    page = (ROOT / "docs" / "failures.md").read_text(encoding="utf-8")
    return {row: _TEST.findall(tests) for row, _, tests in _LINE.findall(page)}


def _tests(path: Path) -> Iterator[tuple[str, str]]:
    """Yield the name and docstring of every test in a module."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.FunctionDef) and node.name.startswith("test_"):
            yield node.name, ast.get_docstring(node) or ""


def test_the_table_has_every_row_once() -> None:
    assert list(_table()) == ROWS
    assert all(_table().values())


@pytest.mark.parametrize("row", ROWS)
def test_what_holds_the_row_exists_and_says_so(row: str) -> None:
    for module, name in _table()[row]:
        path = ROOT / "tests" / module
        assert path.exists(), f"{row}: {module} is gone"
        said = dict(_tests(path)).get(name)
        assert said is not None, f"{row}: {module} has no {name}"
        assert row in _ROW.findall(said), f"{row}: the docstring of {name} does not name it"


def test_no_test_claims_a_row_that_is_none() -> None:
    claimed = {
        row for path in (ROOT / "tests").rglob("test_*.py") for _, said in _tests(path) for row in _ROW.findall(said)
    }
    assert claimed == set(ROWS)


def test_nothing_here_signs_an_address() -> None:
    """D31: no line of the product asks the store for a presigned address, for anybody."""
    calls = re.compile(r"generate_presigned|presigned_(?:url|post)|X-Amz-Signature|X-Amz-Expires", re.IGNORECASE)
    sources = [path for folder in ("dam", "workers", "config") for path in (ROOT / folder).rglob("*.py")]
    assert len(sources) > 100
    assert [str(path.relative_to(ROOT)) for path in sources if calls.search(path.read_text(encoding="utf-8"))] == []
