"""A double click presses one button: what comes under the mouse where a button was stays still for a moment."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import NamedTuple

from PySide6.QtCore import QEvent, QObject, QPointF, QRect, Qt
from PySide6.QtGui import QCursor, QMouseEvent
from PySide6.QtWidgets import QApplication, QPushButton, QToolButton, QWidget
from shiboken6 import isValid

from widgets.look.guarded import guarded

_PRESSES = (QEvent.Type.MouseButtonPress, QEvent.Type.MouseButtonDblClick)
_RELEASE = QEvent.Type.MouseButtonRelease


class Spot(NamedTuple):
    """Where a button was, on the screen; ``released``: when the mouse let it go, by the clock of its events."""

    window: QWidget
    area: QRect
    released: int | None


@contextmanager
def pressed_once(button: QWidget, event: QEvent) -> Iterator[None]:
    """Around what a button makes of an event: that may take a while, and the moment begins after it."""
    spot = _spot_of(button, event)
    yield
    keep_still(spot)


def _spot_of(button: QWidget, event: QEvent) -> Spot | None:
    """Where the button is, if the mouse has just pressed it or it is going from under the mouse, else None."""
    if isinstance(event, QMouseEvent) and event.type() == _RELEASE and event.button() == Qt.MouseButton.LeftButton:
        at, released = event.globalPosition() - event.position(), event.timestamp()
    elif event.type() == QEvent.Type.Hide:
        at, released = QPointF(button.mapToGlobal(QPointF())), None
    else:
        return None
    area = button.rect().translated(at.toPoint())
    mouse = event.globalPosition().toPoint() if isinstance(event, QMouseEvent) else QCursor.pos()
    return Spot(button.window(), area, released) if area.contains(mouse) else None


def keep_still(spot: Spot | None) -> None:
    """From now on, for as long as a double click may take, nothing is pressed there: nobody has seen it yet."""
    if spot is not None and spot.window.windowHandle() is not None:
        for earlier in spot.window.findChildren(_Still, options=Qt.FindChildOption.FindDirectChildrenOnly):
            earlier.end()  # the mouse is here now
        _Still(spot)


@guarded
class _Still(QObject):
    """Stands before the window: a list may put other rows there, a notice may leave the canvas bare."""

    def __init__(self, spot: Spot) -> None:
        super().__init__(spot.window)
        more = QApplication.styleHints().mouseDoubleClickDistance()
        self._area = spot.area.adjusted(-more, -more, more, more)
        self._released, self._begun = spot.released, time.monotonic()
        self._holds = False  # a press that was for nothing: its release is so too
        self._handle = spot.window.windowHandle()
        self._handle.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Keep what is pressed too soon, until the mouse lets it go."""
        if not isinstance(event, QMouseEvent):
            return False
        if event.type() in _PRESSES and event.button() == Qt.MouseButton.LeftButton:
            self._holds = not self._is_over(event) and self._area.contains(event.globalPosition().toPoint())
        holds = self._holds and (event.type() not in _PRESSES or event.button() == Qt.MouseButton.LeftButton)
        if event.type() == _RELEASE and event.button() == Qt.MouseButton.LeftButton:
            self._holds = False
        if not holds and self._is_over(event):
            self.end()
        return holds

    def end(self) -> None:
        """Let everything be pressed again."""
        if isValid(self._handle):
            self._handle.removeEventFilter(self)
        self.deleteLater()

    def _is_over(self, event: QMouseEvent) -> bool:
        """By the clock, and by that of the events: one that had to wait while something was computed came early."""
        most = QApplication.doubleClickInterval()
        waited = self._released is not None and 0 <= event.timestamp() - self._released < most  # else another clock
        return not waited and (time.monotonic() - self._begun) * 1000 >= most


@guarded
class StillButton(QPushButton):
    """A button that goes, or has another in its place, once it was pressed."""

    def event(self, event: QEvent) -> bool:
        """A double click is one press."""
        with pressed_once(self, event):
            return super().event(event)


@guarded
class StillToolButton(QToolButton):
    """The same, with a picture."""

    def event(self, event: QEvent) -> bool:
        """A double click is one press."""
        with pressed_once(self, event):
            return super().event(event)
