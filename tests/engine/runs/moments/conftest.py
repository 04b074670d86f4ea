"""Moments are kept however busy the machine is; a test of what that costs says so itself."""

from __future__ import annotations

import math

import pytest

from engine.runs.moments import keeping


@pytest.fixture(autouse=True)
def as_much_time_as_it_takes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(keeping, "FREE", math.inf)
