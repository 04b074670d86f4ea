"""A quiet line over numbers that were computed of something else than what is there now."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from widgets.parts.elided import ElidedLabel


class ChangedBar(QWidget):
    """Says what has changed since training; offers what was trained, and what is another."""

    trained_requested = Signal()
    difference_requested = Signal()

    def __init__(self, below: QWidget) -> None:
        super().__init__()
        self.text = ElidedLabel(role="warning")
        self.trained = _button(self.tr("Show trained network"))
        self.difference = _button(self.tr("What changed"))
        self.trained.clicked.connect(self.trained_requested)
        self.difference.clicked.connect(self.difference_requested)
        self.line = QWidget()
        self._assemble(below)
        self.show_text("")

    def _assemble(self, below: QWidget) -> None:
        row = QHBoxLayout(self.line)
        row.setContentsMargins(16, 4, 8, 0)
        row.setSpacing(8)
        for part in (self.text, self.trained, self.difference):
            row.addWidget(part)
        row.addStretch(1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.line)
        column.addWidget(below, 1)

    def show_text(self, text: str, shorter: Sequence[str] = (), is_there: bool = True) -> None:
        """What has changed, and the same for little room; nothing takes the line away. ``is_there``: what was trained
        can be shown."""
        self.text.set_text(text, shorter)
        self.trained.setVisible(is_there)
        self.difference.setVisible(is_there)
        self.line.setVisible(bool(text))


def _button(text: str) -> QPushButton:
    button = QPushButton(text)
    button.setProperty("role", "tight")
    button.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
    button.setAccessibleName(text)
    return button
