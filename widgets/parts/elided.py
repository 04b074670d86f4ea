"""Labels and buttons that shorten their text with … to the room they have; the whole text is the tooltip."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QPointF, QSize, Qt
from PySide6.QtGui import QFont, QFontMetricsF, QHelpEvent, QPainter, QPaintEvent, QResizeEvent, QTextLayout, QTextLine
from PySide6.QtWidgets import (
    QLabel,
    QPushButton,
    QSizePolicy,
    QStyle,
    QStyleOptionButton,
    QToolTip,
    QWidget,
)

from widgets.look.guarded import guarded
from widgets.look.text import tooltip


def wrapped(text: str, font: QFont, width: float, lines: int) -> list[tuple[int, int]]:
    """Start and length of the first ``lines`` lines of a text; the last one runs to the end of the text."""
    layout = QTextLayout(text, font)
    layout.beginLayout()
    found: list[tuple[int, int]] = []
    while len(found) < lines and (line := layout.createLine()).isValid():
        line.setLineWidth(max(1.0, width))
        _keep_units(line, text)
        found.append((line.textStart(), line.textLength()))
    layout.endLayout()
    if found:
        found[-1] = (found[-1][0], len(text) - found[-1][0])
    return found


def _keep_units(line: QTextLine, text: str) -> None:
    """No line ends within ``examples/s``: a word with a slash goes to the next line whole, unless it stands alone."""
    end = line.textStart() + line.textLength()
    space = text.rfind(" ", line.textStart(), end)
    if end < len(text) and text[end - 1] == "/" and text[end] != " " and space > line.textStart():
        line.setNumColumns(space + 1 - line.textStart())


def balanced(text: str, font: QFont, width: float, lines: int) -> list[tuple[int, int]]:
    """As ``wrapped``, with lines of about one length where the whole text fits: no lone word in the last one."""
    found, metrics = wrapped(text, font, width, lines), QFontMetricsF(font)
    if len(found) < 2 or metrics.horizontalAdvance(text[found[-1][0] :]) > width:
        return found
    low, high = metrics.horizontalAdvance(text) / lines, width
    while high - low > 1:
        middle = (low + high) / 2
        tried = wrapped(text, font, middle, lines)
        if all(metrics.horizontalAdvance(text[at : at + length].strip()) <= middle for at, length in tried):
            high, found = middle, tried
        else:
            low = middle
    return found


@guarded
class ElidedLabel(QLabel):
    """Asks for its whole text's width, makes do with less."""

    def __init__(self, text: str = "", role: str = "", lines: int = 1, parent: QWidget | None = None) -> None:
        super().__init__(text, parent)
        self._lines = lines
        self._shorter: Sequence[str] = ()
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

    def set_text(self, text: str, shorter: Sequence[str] = ()) -> None:
        """A text, and what may stand for it where it has no room, the longest first."""
        self._shorter = tuple(shorter)
        self.setText(text)
        self.update()

    def shown_lines(self) -> list[str]:
        """The lines as they are drawn: of the first text that fits, else of the shortest."""
        lines: list[str] = []
        for text in (self.text(), *self._shorter):
            lines = self._lines_of(text.replace("\n", "\u2028"))
            if not _is_cut(lines):
                break
        return lines

    def _lines_of(self, text: str) -> list[str]:
        pieces = balanced(text, self.font(), self.width(), self._lines)
        lines = [text[start : start + length].strip() for start, length in pieces]
        return [self.fontMetrics().elidedText(line, Qt.TextElideMode.ElideRight, self.width()) for line in lines]

    @property
    def _is_whole(self) -> bool:
        return not _is_cut(self._lines_of(self.text().replace("\n", "\u2028")))

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw line by line."""
        metrics = self.fontMetrics()
        with QPainter(self) as painter:
            painter.setPen(self.palette().color(self.foregroundRole()))
            lines = self.shown_lines()
            top = (self.height() - len(lines) * metrics.lineSpacing()) / 2 if self._centered() else 0.0
            for index, line in enumerate(lines):
                free = self.width() - metrics.horizontalAdvance(line)
                left = free if self.alignment() & Qt.AlignmentFlag.AlignRight else 0
                painter.drawText(QPointF(left, top + index * metrics.lineSpacing() + metrics.ascent()), line)

    def _centered(self) -> bool:
        return bool(self.alignment() & Qt.AlignmentFlag.AlignVCenter)

    def event(self, event: QEvent) -> bool:
        """Show the whole text as a tooltip where it was shortened."""
        if event.type() == QEvent.Type.ToolTip and isinstance(event, QHelpEvent) and not self.toolTip():
            if not self._is_whole:
                QToolTip.showText(event.globalPos(), tooltip(self.text()), self)
            return True
        return super().event(event)


def _is_cut(lines: Sequence[str]) -> bool:
    return any(line.endswith("…") for line in lines)


@guarded
class ElidedButton(QPushButton):
    """Asks for its whole text's width, makes do with less."""

    def __init__(self, text: str = "", parent: QWidget | None = None) -> None:
        super().__init__(text, parent)
        self.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Fixed)

    def minimumSizeHint(self) -> QSize:
        """Room for a word."""
        return QSize(min(64, self.sizeHint().width()), super().minimumSizeHint().height())

    def shown_text(self) -> str:
        """The text as it is drawn."""
        option = QStyleOptionButton()
        self.initStyleOption(option)
        room = self.style().subElementRect(QStyle.SubElement.SE_PushButtonContents, option, self).width()
        return self.fontMetrics().elidedText(self.text(), Qt.TextElideMode.ElideRight, room)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Say all in the tooltip where something is cut."""
        self.setToolTip(tooltip(self.text()) if self.shown_text() != self.text() else "")

    def paintEvent(self, event: QPaintEvent) -> None:
        """The button as always, with as much text as fits."""
        option = QStyleOptionButton()
        self.initStyleOption(option)
        option.text = self.shown_text()
        with QPainter(self) as painter:
            self.style().drawControl(QStyle.ControlElement.CE_PushButton, option, painter, self)
