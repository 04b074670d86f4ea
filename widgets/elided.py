"""A label that shortens its text with … to the room and the lines it has; the whole text is its tooltip."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QPointF, QSize, Qt
from PySide6.QtGui import QFont, QHelpEvent, QPainter, QPaintEvent, QTextLayout
from PySide6.QtWidgets import QLabel, QSizePolicy, QToolTip, QWidget

from widgets.text import tooltip


def wrapped(text: str, font: QFont, width: float, lines: int) -> list[tuple[int, int]]:
    """Start and length of the first ``lines`` lines of a text; the last one runs to the end of the text."""
    layout = QTextLayout(text, font)
    layout.beginLayout()
    found: list[tuple[int, int]] = []
    while len(found) < lines and (line := layout.createLine()).isValid():
        line.setLineWidth(max(1.0, width))
        found.append((line.textStart(), line.textLength()))
    layout.endLayout()
    if found:
        found[-1] = (found[-1][0], len(text) - found[-1][0])
    return found


class ElidedLabel(QLabel):
    """Asks for its whole text's width, makes do with less."""

    def __init__(self, text: str = "", role: str = "", lines: int = 1, parent: QWidget | None = None) -> None:
        super().__init__(text, parent)
        self._lines = lines
        self.setProperty("role", role)
        self.setTextFormat(Qt.TextFormat.PlainText)
        wide = QSizePolicy.Policy.Preferred if lines == 1 else QSizePolicy.Policy.Expanding
        self.setSizePolicy(wide, QSizePolicy.Policy.Fixed)

    def sizeHint(self) -> QSize:
        """The whole text on one line; the height of all lines, so that nothing moves with the text."""
        metrics = self.fontMetrics()
        return QSize(metrics.horizontalAdvance(self.text()) + 1, metrics.lineSpacing() * self._lines)

    def minimumSizeHint(self) -> QSize:
        """Room for an ellipsis."""
        return QSize(self.fontMetrics().horizontalAdvance("…"), self.sizeHint().height())

    def shown_lines(self) -> list[str]:
        """The lines as they are drawn."""
        metrics, text = self.fontMetrics(), self.text().replace("\n", "\u2028")
        pieces = wrapped(text, self.font(), self.width(), self._lines)
        lines = [text[start : start + length].strip() for start, length in pieces]
        return [metrics.elidedText(line, Qt.TextElideMode.ElideRight, self.width()) for line in lines]

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw line by line."""
        painter, metrics = QPainter(self), self.fontMetrics()
        painter.setPen(self.palette().color(self.foregroundRole()))
        lines = self.shown_lines()
        top = (self.height() - len(lines) * metrics.lineSpacing()) / 2 if self._centered() else 0.0
        for index, line in enumerate(lines):
            free = self.width() - metrics.horizontalAdvance(line)
            left = free if self.alignment() & Qt.AlignmentFlag.AlignRight else 0
            painter.drawText(QPointF(left, top + index * metrics.lineSpacing() + metrics.ascent()), line)
        painter.end()

    def _centered(self) -> bool:
        return bool(self.alignment() & Qt.AlignmentFlag.AlignVCenter)

    def event(self, event: QEvent) -> bool:
        """Show the whole text as a tooltip where it was shortened."""
        if event.type() == QEvent.Type.ToolTip and isinstance(event, QHelpEvent) and not self.toolTip():
            if any(line.endswith("…") for line in self.shown_lines()):
                QToolTip.showText(event.globalPos(), tooltip(self.text()), self)
            return True
        return super().event(event)
