"""A pytest plugin for ``mutants.py``: coverage is kept for each test, its fixtures included."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from coverage import Coverage  # not one of the project's dependencies


@pytest.hookimpl(hookwrapper=True, tryfirst=True)
def pytest_runtest_protocol(item: pytest.Item) -> Iterator[None]:
    """What runs from here on runs for this test."""
    coverage = Coverage.current()
    if coverage is not None:
        coverage.switch_context(item.nodeid)
    yield
