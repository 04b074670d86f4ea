"""The layer's kind, in its category's colour."""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QLabel, QWidget

from widgets.look import theme
from widgets.look.contrast import readable_on
from widgets.look.guarded import guarded


@guarded
class Chip(QLabel):
    """The layer's kind on its category's colour."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._category = "input"
        self.setFont(theme.ui_font(11))

    def show_kind(self, title: str, category: str) -> None:
        """Name and colour."""
        self._category = category
        self.setText(title)
        self.updateGeometry()
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(self.fontMetrics().horizontalAdvance(self.text()) + 16, 18)

    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()

    def paintEvent(self, event: QPaintEvent) -> None:
        ground = theme.color(self._category)
        with QPainter(self) as painter:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(ground)
            box = QRectF(0, (self.height() - 18) / 2, self.width(), 18)
            painter.drawRoundedRect(box, 9, 9)
            painter.setPen(readable_on(ground))
            painter.drawText(box, Qt.AlignmentFlag.AlignCenter, self.text())
