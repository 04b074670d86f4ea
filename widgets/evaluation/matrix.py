"""A confusion matrix: rows are true, columns predicted. Mouse and arrows read it, a click opens a cell's examples."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, QSizeF, Qt, Signal
from PySide6.QtGui import (
    QFocusEvent,
    QFontMetricsF,
    QHelpEvent,
    QImage,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QResizeEvent,
)
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from engine.evaluation.confusion import Share, shares
from engine.evaluation.values import Ints
from engine.units import grouped, measure_text
from widgets.evaluation.matrix_colors import Floats, cell_color, heat, strengths
from widgets.evaluation.matrix_places import MatrixPlaces
from widgets.look import theme
from widgets.look.contrast import readable_on
from widgets.look.guarded import guarded
from widgets.look.text import tooltip

Cell = tuple[int, int]
_STEPS = {Qt.Key.Key_Left: (0, -1), Qt.Key.Key_Right: (0, 1), Qt.Key.Key_Up: (-1, 0), Qt.Key.Key_Down: (1, 0)}


@guarded
class ConfusionMatrix(QWidget):
    """Shows counts, or shares of rows or columns."""

    chosen = Signal(object, object)  # true class, predicted class; None: whichever
    read = Signal(str)  # what the cell under the mouse or the keyboard says; "": none

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.confusion: Ints = np.zeros((0, 0), np.int64)
        self.names: tuple[str, ...] = ()
        self.share: Share = "count"
        self._places = MatrixPlaces((), QSizeF(1, 1))
        self._strengths: Floats = np.zeros((0, 0))
        self._shares: Floats = np.zeros((0, 0))
        self._heat: QImage | None = None
        self._cursor: Cell = (0, 0)
        self._hover: Cell | None = None
        self.marked: Cell | None = None  # whose examples are shown
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMouseTracking(True)
        self.setAccessibleName(self.tr("Confusion matrix"))

    # -- what it shows ------------------------------------------------------------------------------------------

    def show_confusion(self, confusion: Ints, names: Sequence[str]) -> None:
        """Another matrix; one reads where one read before."""
        self.confusion, self.names = confusion, tuple(names)
        most = max(0, len(names) - 1)
        self._cursor = min(self._cursor[0], most), min(self._cursor[1], most)
        self._hover = self._hover if self._hover is not None and max(self._hover) <= most else None
        self._take()

    def show_share(self, share: Share) -> None:
        """Counts, shares of rows, or of columns."""
        self.share = share
        self._take()

    def mark(self, cell: Cell | None) -> None:
        """The examples of this cell are shown."""
        self.marked = cell
        self.update()

    def _take(self) -> None:
        self._shares = shares(self.confusion, "column" if self.share == "column" else "row")
        self._strengths, self._heat = strengths(self._shares), None
        self._set_out()
        self._describe()

    def _set_out(self) -> None:
        self._places, self._heat = MatrixPlaces(self.names, QSizeF(self.size())), None
        self.update()

    def said(self, row: int, column: int) -> str:
        """A cell in words: ``true 5, predicted 3: 12 (1.2 %)``, its share of the row, or of the column."""
        of = self.tr("{share} % of what is predicted {predicted}") if self.share == "column" else self.tr("{share} %")
        words = self.tr("true {true}, predicted {predicted}: {count} ({share})")
        number = measure_text(100 * float(self._shares[row, column]), 1)
        names = {"true": self.names[row], "predicted": self.names[column]}
        return words.format(**names, count=grouped(int(self.confusion[row, column])),
                            share=of.format(share=number, **names))

    def _describe(self) -> None:
        text = self.said(*self._read) if self.names else ""
        self.setAccessibleDescription(text)
        self.read.emit(text if self.hasFocus() or self._hover is not None else "")

    @property
    def _read(self) -> Cell:
        return self._hover or self._cursor

    # -- sizes --------------------------------------------------------------------------------------------------

    @property
    def places(self) -> MatrixPlaces:
        """Where its cells are."""
        return self._places

    def resizeEvent(self, event: QResizeEvent) -> None:
        self._set_out()

    def sizeHint(self) -> QSize:
        return QSize(420, 220)

    def minimumSizeHint(self) -> QSize:
        return QSize(140, 80)

    # -- painting -----------------------------------------------------------------------------------------------

    def paintEvent(self, event: QPaintEvent) -> None:
        """Cells, names, and what is read."""
        if not self.names:
            return
        with QPainter(self) as painter:
            if self._places.has_cells:
                for row in range(len(self.names)):
                    for column in range(len(self.names)):
                        self._paint_cell(painter, row, column)
            else:
                self._paint_heat(painter)
            self._paint_names(painter)
            self._paint_rings(painter)

    def _paint_cell(self, painter: QPainter, row: int, column: int) -> None:
        place = self._places.place(row, column).adjusted(0, 0, -1, -1)
        room = place.adjusted(-2, -3, 2, 3)  # letters are lower than their line
        ground = cell_color(float(self._strengths[row, column]), row == column)
        painter.fillRect(place, ground)
        text = self._text(row, column)
        painter.setFont(theme.mono_font(self._places.letters))
        if text and painter.fontMetrics().horizontalAdvance(text) <= place.width() - 2:
            painter.setPen(readable_on(ground))
            painter.drawText(room, Qt.AlignmentFlag.AlignCenter, text)

    def _text(self, row: int, column: int) -> str:
        count = int(self.confusion[row, column])
        if not count:
            return ""
        return grouped(count) if self.share == "count" else f"{100 * self._shares[row, column]:.0f}"

    def _paint_heat(self, painter: QPainter) -> None:
        area = self._places.area.toAlignedRect()
        if self._heat is None:
            ratio = self.devicePixelRatioF()
            self._heat = heat(self._strengths, max(1, int(area.height() * ratio)), max(1, int(area.width() * ratio)))
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, False)
        painter.drawImage(area, self._heat)

    def _paint_names(self, painter: QPainter) -> None:
        painter.setFont(theme.ui_font(self._places.letters))
        metrics, (row, column) = QFontMetricsF(painter.font()), self._read
        is_read = self.hasFocus() or self._hover is not None
        for index, name in enumerate(self.names):
            if self._places.row_names:
                place = self._places.row_name(index).adjusted(0, -3, 0, 3)
                painter.setPen(theme.color("text" if is_read and index == row else "dim"))
                painter.drawText(place, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight,
                                 metrics.elidedText(name, Qt.TextElideMode.ElideRight, place.width()))
            if self._places.column_names:
                place = self._places.column_name(index)
                painter.setPen(theme.color("text" if is_read and index == column else "dim"))
                painter.drawText(place, Qt.AlignmentFlag.AlignCenter,
                                 metrics.elidedText(name, Qt.TextElideMode.ElideRight, place.width() - 2))

    def _paint_rings(self, painter: QPainter) -> None:
        rings = [(self.marked, "accent", 2)] if self.marked is not None and max(self.marked) < len(self.names) else []
        rings += [(self._hover, "dim", 1)] if self._hover is not None else []
        rings += [(self._cursor, "text", 1)] if self.hasFocus() else []
        painter.setBrush(Qt.BrushStyle.NoBrush)
        for cell, color, width in rings:
            painter.setPen(QPen(theme.color(color), width))
            place = self._places.place(*cell).adjusted(0, 0, -1, -1)
            least = QSizeF(max(5.0, place.width()), max(5.0, place.height()))
            painter.drawRect(QRectF(place.center() - QPointF(least.width() / 2, least.height() / 2), least))

    def changeEvent(self, event: QEvent) -> None:
        """The theme's colours, or another font."""
        super().changeEvent(event)
        if event.type() in (QEvent.Type.StyleChange, QEvent.Type.PaletteChange, QEvent.Type.FontChange):
            self._set_out()

    # -- mouse and keyboard -------------------------------------------------------------------------------------

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Read what is there."""
        at = self._places.at(event.position())
        cell = None if at is None or at[0] is None or at[1] is None else (at[0], at[1])
        self.setCursor(Qt.CursorShape.ArrowCursor if at is None else Qt.CursorShape.PointingHandCursor)
        if cell != self._hover:
            self._hover = cell
            self._describe()
            self.update()

    def leaveEvent(self, event: QEvent) -> None:
        """Nobody reads any more."""
        self._hover = None
        self._describe()
        self.update()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Open a cell, or all of a class by its name."""
        at = self._places.at(event.position())
        if event.button() != Qt.MouseButton.LeftButton or at is None:
            return
        row, column = at
        if row is not None and column is not None:
            self._cursor = row, column
        self.chosen.emit(row, column)
        self.update()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """It was pressed here."""
        event.accept()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Arrows, Home, End; Enter opens."""
        key, last = Qt.Key(event.key()), len(self.names) - 1
        if not self.names or (key not in _STEPS and key not in (
                Qt.Key.Key_Home, Qt.Key.Key_End, Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space)):
            super().keyPressEvent(event)
            return
        if key in _STEPS:
            down, right = _STEPS[key]
            row, column = self._cursor
            self._cursor = min(last, max(0, row + down)), min(last, max(0, column + right))
        elif key in (Qt.Key.Key_Home, Qt.Key.Key_End):
            self._cursor = self._cursor[0], 0 if key == Qt.Key.Key_Home else last
        else:
            self.chosen.emit(*self._cursor)
        self._hover = None
        self._describe()
        self.update()

    def focusInEvent(self, event: QFocusEvent) -> None:
        """The keyboard's place is seen."""
        super().focusInEvent(event)
        self._describe()
        self.update()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """The keyboard's place is not seen."""
        super().focusOutEvent(event)
        self._describe()
        self.update()

    def event(self, event: QEvent) -> bool:
        """A cell in words."""
        if event.type() == QEvent.Type.ToolTip and isinstance(event, QHelpEvent):
            at = self._places.at(QPointF(event.pos()))
            is_cell = at is not None and at[0] is not None and at[1] is not None
            QToolTip.showText(event.globalPos(), tooltip(self.said(*at)) if is_cell else "", self)  # type: ignore[misc]
            return True
        return super().event(event)
