"""What boxes to find something in lie over, and how keys are pressed in them."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget

from widgets.parts.popup import Popup

NONE, SHIFT = Qt.KeyboardModifier.NoModifier, Qt.KeyboardModifier.ShiftModifier


class Host(QWidget):
    """What lies below; it takes the keyboard and notes keys that reach it."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.keys: list[int] = []

    def keyPressEvent(self, event: QKeyEvent) -> None:
        self.keys.append(event.key())


def press(key: Qt.Key, modifiers: Qt.KeyboardModifier = NONE) -> None:
    """A key, where the keyboard is."""
    QTest.keyClick(QApplication.focusWidget(), key, modifiers)


def write(text: str) -> None:
    """Letters, where the keyboard is."""
    QTest.keyClicks(QApplication.focusWidget(), text)


def is_as_high_as_it_need_be(box: Popup) -> bool:
    """Whether all that a box shows has room, and nothing more."""
    column = box.column
    need = column.totalHeightForWidth(box.width()) if column.hasHeightForWidth() else column.sizeHint().height()
    return box.height() == need
