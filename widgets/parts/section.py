"""A titled part of a panel, as wide as it likes to be and never wider than it can be read."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt
from PySide6.QtWidgets import QLabel, QPushButton, QVBoxLayout, QWidget

from widgets.look.guarded import guarded


def heading(title: str, parent: QWidget) -> QLabel:
    """A heading with room around it, for what is no widget of its own."""
    label = QLabel(title, parent)
    label.setProperty("role", "section")
    label.setContentsMargins(0, 16, 0, 8)
    return label


@guarded
class Section(QWidget):
    """A heading with something below it. ``width`` is what is asked for; 0: what the contents ask for."""

    def __init__(self, title: str, *contents: QWidget, width: int = 0, widest: int = 0) -> None:
        super().__init__()
        self._width = width
        self.title = QLabel(title)
        self.title.setProperty("role", "section")
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(8)
        column.addWidget(self.title)
        for widget in contents:
            side = Qt.AlignmentFlag.AlignLeft if isinstance(widget, QPushButton) else Qt.AlignmentFlag(0)
            column.addWidget(widget, 0, side)
        column.addStretch(1)
        if widest:
            self.setMaximumWidth(widest)
        self.setAccessibleName(title)

    def sizeHint(self) -> QSize:
        """The width that was asked for."""
        hint = super().sizeHint()
        return QSize(self._width, self.heightForWidth(self._width)) if self._width else hint
