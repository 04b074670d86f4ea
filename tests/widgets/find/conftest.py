"""A widget that stands for the canvas."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from tests.widgets.find.host import Host
from widgets.look import theme


@pytest.fixture
def host(qtbot: QtBot) -> Iterator[Host]:
    theme.apply(QApplication.instance(), theme.DARK)
    host = Host()
    qtbot.addWidget(host)
    host.resize(900, 700)
    host.show()
    with qtbot.waitActive(host):
        host.activateWindow()
    host.setFocus()
    yield host
