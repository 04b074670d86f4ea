"""How often values occur: bars over a line with its ends, and what is under the mouse in words."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QHelpEvent, QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from engine.units import grouped, value_text
from widgets.look import theme
from widgets.look.guarded import guarded
from widgets.look.text import tooltip

HEIGHT, LABELS, TOP, GAP = 68, 16, 4, 1


@guarded
class Histogram(QWidget):
    """Bars of counts between edges; the bar under the mouse stands out and is named."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._counts: tuple[int, ...] = ()
        self._edges: tuple[float, ...] = ()
        self._hovered: int | None = None
        self.setMouseTracking(True)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setFixedHeight(HEIGHT)
        self.setAccessibleName(self.tr("Histogram of the values"))

    def show_counts(self, counts: Sequence[int], edges: Sequence[float]) -> None:
        """Counts of bins, and the edges between them: one more, rising."""
        self._counts, self._edges = tuple(counts), tuple(edges)
        self._hovered = None
        self.setAccessibleDescription(self._range_text())
        self.update()

    def bar_text(self, index: int) -> str:
        """What one bar stands for: ``−0.1 … −0.05: 12 values``."""
        low, high = self._edges[index], self._edges[index + 1]
        text = self.tr("{low} … {high}: {count} values")
        return text.format(low=value_text(low), high=value_text(high), count=grouped(self._counts[index]))

    def _range_text(self) -> str:
        if not self._counts:
            return ""
        ends = {"low": value_text(self._edges[0]), "high": value_text(self._edges[-1])}
        return self.tr("From {low} to {high}").format(**ends)

    # -- places -------------------------------------------------------------------------------------------------

    def _floor(self) -> int:
        return self.height() - LABELS

    def bar(self, index: int) -> QRectF:
        """Where one bar is drawn; a count above 0 is at least one pixel high."""
        width = self.width() / len(self._counts)
        share = self._counts[index] / max(self._counts)
        height = max(1.0, share * (self._floor() - TOP)) if share else 0.0
        left, right = round(index * width), round((index + 1) * width)
        return QRectF(left, self._floor() - height, max(1, right - left - GAP), height)

    def _at(self, x: float) -> int | None:
        if not self._counts or not 0 <= x < self.width():
            return None
        return int(x / self.width() * len(self._counts))

    # -- mouse --------------------------------------------------------------------------------------------------

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Let the bar under the mouse stand out."""
        self._hovered = self._at(event.position().x())
        self.update()

    def leaveEvent(self, event: QEvent) -> None:
        """No bar stands out any more."""
        self._hovered = None
        self.update()

    def event(self, event: QEvent) -> bool:
        """Say what the bar under the mouse stands for."""
        if event.type() == QEvent.Type.ToolTip and isinstance(event, QHelpEvent):
            index = self._at(event.pos().x())
            QToolTip.showText(event.globalPos(), "" if index is None else tooltip(self.bar_text(index)), self)
            return True
        return super().event(event)

    # -- looks --------------------------------------------------------------------------------------------------

    def sizeHint(self) -> QSize:
        """Wide enough for a pixel and a gap for each bar."""
        return QSize(200, HEIGHT)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Bars, the line they stand on, where zero is, and both ends in numbers."""
        with QPainter(self) as painter:
            if self._counts:
                self._paint_bars(painter)
                self._paint_axis(painter)

    def _paint_bars(self, painter: QPainter) -> None:
        quiet, loud = theme.color("accent"), theme.color("text")
        for index in range(len(self._counts)):
            painter.fillRect(self.bar(index), loud if index == self._hovered else quiet)

    def _paint_axis(self, painter: QPainter) -> None:
        floor, (low, high) = self._floor(), (self._edges[0], self._edges[-1])
        painter.setPen(theme.color("line"))
        painter.drawLine(QPointF(0, floor), QPointF(self.width(), floor))
        painter.setFont(theme.mono_font(10))
        painter.setPen(theme.color("dim"))
        room = QRectF(0, floor + 2, self.width(), LABELS - 2)
        left, right = value_text(low), value_text(high)
        painter.drawText(room, Qt.AlignmentFlag.AlignLeft, left)
        painter.drawText(room, Qt.AlignmentFlag.AlignRight, right)
        if low < 0 < high:
            self._paint_zero(painter, -low / (high - low) * self.width(), left, right)

    def _paint_zero(self, painter: QPainter, x: float, left: str, right: str) -> None:
        """A tick at zero, named where the ends leave room."""
        floor, width = self._floor(), painter.fontMetrics().horizontalAdvance
        painter.drawLine(QPointF(x, floor), QPointF(x, floor + 3))
        if width(left) + 8 < x < self.width() - width(right) - 8:
            painter.drawText(QRectF(x - 10, floor + 2, 20, LABELS - 2), Qt.AlignmentFlag.AlignHCenter, "0")
