"""A line to type a filter into: Esc empties it, Enter and the down arrow go on to what it leaves."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QLineEdit, QWidget

from widgets.look.guarded import guarded


@guarded
class FilterLine(QLineEdit):
    """Says with ``textChanged`` what is to be left."""

    accepted = Signal()  # Enter, with something typed
    left_downwards = Signal()

    def __init__(self, hint: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setPlaceholderText(hint)
        self.setAccessibleName(hint.rstrip("…"))
        self.setClearButtonEnabled(True)

    def take(self, text: str) -> None:
        """What was typed elsewhere is meant for here; “/” only calls."""
        self.setFocus()
        if text != "/":
            self.insert(text)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Esc, Enter, down; the rest is text."""
        key = Qt.Key(event.key())
        if key == Qt.Key.Key_Escape and self.text():
            self.clear()
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self.text().strip():
            self.accepted.emit()
        elif key == Qt.Key.Key_Down:
            self.left_downwards.emit()
        else:
            super().keyPressEvent(event)
