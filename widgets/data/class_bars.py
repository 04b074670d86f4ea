"""How many examples each class has, part by part, as small bars."""

from __future__ import annotations

import math
from collections.abc import Sequence

from PySide6.QtCore import QEvent, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QHelpEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from engine.units import grouped
from widgets.data.values import ClassCount
from widgets.look import theme
from widgets.look.guarded import guarded
from widgets.look.text import tooltip

ROW, GAP, BAR, LONGEST = 20, 24, 8, 80  # the longest bar
NAME, DIGITS = 13.6, 7  # letters of a name; the whole is in the tooltip


@guarded
class ClassBars(QWidget):
    """In as many columns as fit; colours tell training, validation and test apart, tooltips the numbers."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.classes: tuple[ClassCount, ...] = ()
        self.parts: tuple[str, ...] = ()
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Minimum)
        self.setAccessibleName(self.tr("Examples of each class"))

    def show_classes(self, classes: Sequence[ClassCount], parts: Sequence[str]) -> None:
        """Counts in the order of ``parts``."""
        self.classes, self.parts = tuple(classes), tuple(parts)
        self.setAccessibleDescription("; ".join(f"{each.name} {sum(each.counts)}" for each in classes))
        self.updateGeometry()
        self.update()

    @property
    def _name(self) -> int:
        return theme.letters(theme.ui_font(11), NAME) + 8

    @property
    def _number(self) -> int:
        return math.ceil(DIGITS * QFontMetricsF(theme.mono_font(11)).horizontalAdvance("0")) + 6

    @property
    def _column(self) -> int:
        return self._name + LONGEST + self._number

    def columns(self, width: int) -> int:
        """How many columns fit, never more than there are classes for."""
        return max(1, min((width + GAP) // (self._column + GAP), -(-len(self.classes) // 4)))

    def hasHeightForWidth(self) -> bool:
        """More columns, fewer lines."""
        return True

    def heightForWidth(self, width: int) -> int:
        """The legend and the lines."""
        return ROW * (1 + -(-len(self.classes) // self.columns(width)))

    def sizeHint(self) -> QSize:
        """Two columns."""
        width = 2 * self._column + GAP if len(self.classes) > 5 else self._column
        return QSize(width, self.heightForWidth(width))

    def minimumSizeHint(self) -> QSize:
        """One column."""
        return QSize(self._column, ROW)

    @property
    def colors(self) -> tuple[QColor, QColor, QColor]:
        """Of training, validation, test."""
        return theme.color("accent"), theme.color("validation"), theme.color("wire")

    def place(self, index: int) -> QRectF:
        """Where a class stands."""
        columns = self.columns(self.width())
        lines = -(-len(self.classes) // columns)
        width = (self.width() - (columns - 1) * GAP) / columns
        column, line = divmod(index, lines)
        return QRectF(column * (width + GAP), ROW * (line + 1), min(width, 1.5 * self._column), ROW)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Legend, then names, bars, numbers."""
        with QPainter(self) as painter:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setFont(theme.ui_font(11))
            self._paint_legend(painter)
            most = max((sum(each.counts) for each in self.classes), default=1) or 1
            for index, each in enumerate(self.classes):
                self._paint_class(painter, self.place(index), each, most)

    def _paint_legend(self, painter: QPainter) -> None:
        left, metrics = 0.0, QFontMetricsF(painter.font())
        for name, color in zip(self.parts, self.colors, strict=False):
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(color)
            painter.drawRoundedRect(QRectF(left, (ROW - BAR) / 2, BAR, BAR), 2, 2)
            painter.setPen(theme.color("dim"))
            width = metrics.horizontalAdvance(name)
            painter.drawText(QRectF(left + BAR + 6, 0, width + 1, ROW), Qt.AlignmentFlag.AlignVCenter, name)
            left += BAR + 6 + width + 16

    def _paint_class(self, painter: QPainter, place: QRectF, each: ClassCount, most: int) -> None:
        middle = Qt.AlignmentFlag.AlignVCenter
        name = QFontMetricsF(painter.font()).elidedText(each.name, Qt.TextElideMode.ElideRight, self._name - 8)
        painter.setPen(theme.color("text"))
        painter.drawText(QRectF(place.left(), place.top(), self._name, ROW), middle, name)
        room, left = place.width() - self._name - self._number, place.left() + self._name
        painter.setPen(Qt.PenStyle.NoPen)
        for count, color in zip(each.counts, self.colors, strict=False):
            width = room * count / most
            painter.setBrush(color)
            painter.drawRect(QRectF(left, place.top() + (ROW - BAR) / 2, width, BAR))
            left += width
        painter.setPen(theme.color("dim"))
        painter.setFont(theme.mono_font(11))
        painter.drawText(place, middle | Qt.AlignmentFlag.AlignRight, grouped(sum(each.counts)))
        painter.setFont(theme.ui_font(11))

    def event(self, event: QEvent) -> bool:
        """The exact numbers of the class under the mouse."""
        if event.type() == QEvent.Type.ToolTip and isinstance(event, QHelpEvent):
            at = event.pos()
            found = next((each for index, each in enumerate(self.classes) if self.place(index).contains(at)), None)
            if found is not None:
                QToolTip.showText(event.globalPos(), self.explain(found), self)
            return True
        return super().event(event)

    def explain(self, each: ClassCount) -> str:
        """The whole name and every number."""
        lines = [f"{part}: {grouped(count)}" for part, count in zip(self.parts, each.counts, strict=False)]
        return tooltip(each.name, *lines)
