"""The archive of this room's tests."""

import pytest

from tests.stack.archive import Archive


@pytest.fixture(scope="module")
def archive(stack) -> Archive:
    """An archive on a database of this module's own."""
    return Archive(stack)
