"""A line of words that wraps and takes no room while there are none."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QFont
from PySide6.QtWidgets import QLabel, QWidget

from widgets.look import theme
from widgets.look.text import breakable


class Words(QLabel):
    """Plain text that can be marked and copied. ``role`` as in the style sheet; ``mono``: pixels of that font."""

    def __init__(self, role: str = "", mono: int = 0, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWordWrap(True)
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.setProperty("role", role)
        if mono:
            self.setFont(theme.mono_font(mono))
        self.hide()

    def say(self, text: str) -> None:
        """These words, or none."""
        self.setText(breakable(text))
        self.setVisible(bool(text))


def heading(text: str) -> QLabel:
    """What a part of a panel is about."""
    label = QLabel(text)
    label.setTextFormat(Qt.TextFormat.PlainText)
    label.setFont(theme.ui_font(13, QFont.Weight.DemiBold))
    return label
