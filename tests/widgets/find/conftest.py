"""A widget that stands for the canvas."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from pytestqt.qtbot import QtBot

from tests.in_front import in_front
from tests.widgets.find.host import Host


@pytest.fixture
def host(qtbot: QtBot) -> Iterator[Host]:
    host = Host()
    in_front(qtbot, host, 900, 700)
    host.setFocus()
    yield host
