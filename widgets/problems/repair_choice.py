"""The button of a repair: it says when the mouse or the keyboard is on it, so that its result can be shown."""

from __future__ import annotations

from PySide6.QtCore import QEvent, Signal
from PySide6.QtGui import QEnterEvent, QFocusEvent, QHideEvent

from widgets.parts.elided import ElidedButton


class RepairChoice(ElidedButton):
    """``pointed_at`` tells of each coming and going once."""

    pointed_at = Signal(bool)
    _points = False

    def enterEvent(self, event: QEnterEvent) -> None:
        super().enterEvent(event)
        self._tell(True)

    def leaveEvent(self, event: QEvent) -> None:
        super().leaveEvent(event)
        self._tell(False)

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        self._tell(True)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self._tell(False)

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self._tell(False)

    def _tell(self, on: bool) -> None:
        if on != self._points:
            self._points = on
            self.pointed_at.emit(on)
