"""A widget on the screen."""

from __future__ import annotations

from typing import TypeVar

from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

Widget = TypeVar("Widget", bound=QWidget)


def in_front(qtbot: QtBot, widget: Widget, *size: int) -> Widget:
    """The widget, in front with the keyboard until the test ends; ``size``: pixels across and down, else its own."""
    qtbot.addWidget(widget)
    if size:
        widget.resize(*size)
    widget.show()
    with qtbot.waitActive(widget):
        widget.activateWindow()
    return widget
