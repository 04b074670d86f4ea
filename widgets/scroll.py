"""A panel that scrolls up and down and never changes the width of what it holds."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QScrollArea, QWidget

BAR = 10  # a scroll bar's width, as in the style sheet


class ScrollPanel(QScrollArea):
    """Keeps the scroll bar's width free, so that nothing moves when the bar comes."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setWidgetResizable(True)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setViewportMargins(0, 0, BAR, 0)
        self.verticalScrollBar().rangeChanged.connect(self._keep_width)

    def _keep_width(self, _low: int, high: int) -> None:
        self.setViewportMargins(0, 0, 0 if high else BAR, 0)
