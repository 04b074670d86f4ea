"""The shapes of a layer and how they come about."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QLabel, QVBoxLayout, QWidget

from widgets.look import theme
from widgets.look.text import tooltip


class ShapeBox(QFrame):
    """What goes in, what comes out, and the arithmetic with the live numbers."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("role", "inset")
        self._shapes, self._arithmetic = QLabel(self), QLabel(self)
        self._arithmetic.setProperty("role", "dim")
        layout = QVBoxLayout(self)
        layout.setContentsMargins(12, 8, 12, 8)
        layout.setSpacing(4)
        for label, size in ((self._shapes, 13), (self._arithmetic, 11)):
            label.setFont(theme.mono_font(size))
            label.setWordWrap(True)
            label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
            layout.addWidget(label)

    def show_shapes(self, shapes: str, arithmetic: Sequence[str], rule: str) -> None:
        """One line of shapes, the lines of arithmetic below it, the rule as a tooltip."""
        self._shapes.setText(shapes)
        self._arithmetic.setText("\n".join(arithmetic))
        self._arithmetic.setVisible(bool(arithmetic))
        self.setToolTip(tooltip(rule))
