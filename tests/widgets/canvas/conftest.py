"""A canvas for each test."""

from __future__ import annotations

import pytest

from tests.widgets.canvas.desk import Desk, Stage, network, skipping


@pytest.fixture
def desk(qtbot) -> Desk:
    return Desk(qtbot, network())


@pytest.fixture
def stage(qtbot) -> Stage:
    return Stage(qtbot, skipping())
