"""Clicks that go through the window, as those of a hand do: Qt itself finds what lies under the mouse."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget

LEFT, NONE = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier


def middle(widget: QWidget) -> QPoint:
    """Where it is in its window; another widget may be there later."""
    return widget.mapTo(widget.window(), QPointF(widget.rect().center())).toPoint()


def click(window: QWidget, at: QPoint) -> None:
    _let_go(window)
    QTest.mouseClick(window.window().windowHandle(), LEFT, NONE, at)
    QApplication.processEvents()


def _let_go(window: QWidget) -> None:
    """A press that opened a menu in another test may never have been let go: Qt would press nothing more till it is."""
    QApplication.processEvents()
    for button in (LEFT, Qt.MouseButton.RightButton, Qt.MouseButton.MiddleButton):
        if QApplication.mouseButtons() & button:
            QTest.mouseRelease(window.window().windowHandle(), button, NONE, QPoint(1, 1))
    QApplication.processEvents()


def double_click(window: QWidget, at: QPoint) -> None:
    _let_go(window)
    QTest.mouseDClick(window.window().windowHandle(), LEFT, NONE, at)
    QApplication.processEvents()


@contextmanager
def interval(milliseconds: int) -> Iterator[None]:
    """How long a double click may take: so long that no machine is too slow, or no time at all."""
    before = QApplication.doubleClickInterval()
    QApplication.setDoubleClickInterval(milliseconds)
    try:
        yield
    finally:
        QApplication.setDoubleClickInterval(before)
