"""A log of its own for each test."""

from collections.abc import Iterator
from typing import Any

import pytest

from dam.kernel.ids import new_id
from tests.stack.audit.logbench import LogBench


@pytest.fixture
def log(fresh_stack: Any) -> Iterator[LogBench]:
    """A log of its own, on buckets of its own."""
    made = LogBench(fresh_stack, f"log{new_id().hex[-12:]}-")
    yield made
    made.close()
