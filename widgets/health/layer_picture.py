"""Layers × time as one picture: a row for each layer, its colour the number that was measured then."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QFont, QFontMetricsF, QImage, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from engine.units import value_text
from widgets.health.axis import LINE, EpochAxis
from widgets.health.shading import image_of, range_of, strip_of
from widgets.health.values import Measured
from widgets.look import theme
from widgets.look.guarded import guarded
from widgets.look.pixels import paint_pixels
from widgets.plot.epochs import epoch_text

NAMES, GAP, APART = 132.0, 8.0, 13.0  # the widest room for names; between them and the rows; from name to name
TALLEST = 36.0  # a row
SCALE = 72.0
MOST = 50  # names in hand
_ROWS = {Qt.Key.Key_Up: -1, Qt.Key.Key_Down: 1}
_TIMES = {Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1}


@guarded
class LayerPicture(QWidget):
    """Says what is below the mouse; a click chooses the layer and the moment."""

    read = Signal(str)
    chosen = Signal(str, float)  # layer, position in epochs

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.measured: Measured | None = None
        self._made: tuple[object, QImage] | None = None
        self._pointed: tuple[int, int] | None = None  # row, column
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setAccessibleName(self.tr("Layers over time"))

    def show_measured(self, measured: Measured | None) -> None:
        """Other numbers, or the same with another layer or moment in hand."""
        self.measured, self._pointed = measured, None
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(420, 160)

    def minimumSizeHint(self) -> QSize:
        return QSize(180, 60)

    # -- where it is --------------------------------------------------------------------------------------------

    @property
    def axis(self) -> EpochAxis:
        """Where the rows are."""
        names = self.measured.names if self.measured is not None else ()
        font = QFontMetricsF(theme.ui_font(11, QFont.Weight.DemiBold))
        widest = max((font.horizontalAdvance(name) for name in names[:200]), default=0.0)
        left = min(NAMES, widest + 2, self.width() / 3) + GAP
        tall = min(self.height() - 2 * LINE - 4, TALLEST * max(1, len(names)))
        return EpochAxis(QRectF(left, 2, self.width() - left - 8, max(8.0, tall)),
                         self.measured.epochs if self.measured is not None else 1.0)

    def row_rect(self, row: int, area: QRectF | None = None) -> QRectF:
        """Where the row of a layer is; ``area``: of all, where it is known."""
        area, count = area or self.axis.area, len(self.measured.names) if self.measured is not None else 1
        return QRectF(area.left(), area.top() + row * area.height() / count, area.width(), area.height() / count)

    def _cell(self, at: QPointF) -> tuple[int, int] | None:
        """Row and column there; names belong to their rows."""
        shown, area = self.measured, self.axis.area
        if shown is None or shown.is_empty or shown.positions is None or not (
                area.top() <= at.y() < area.bottom() and at.x() < area.right()):
            return None
        row = int((at.y() - area.top()) / area.height() * len(shown.names))
        position = self.axis.position(at.x())
        column = int(shown.positions.searchsorted(position, side="right")) - 1
        return min(row, len(shown.names) - 1), max(0, column)

    # -- painting -----------------------------------------------------------------------------------------------

    def paintEvent(self, event: QPaintEvent) -> None:
        shown = self.measured
        if shown is None or shown.is_empty:
            return
        axis = self.axis
        with QPainter(self) as painter:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.fillRect(axis.area, theme.color("canvas"))
            paint_pixels(painter, axis.area, self._image(round(axis.area.width())), lined=False)
            self._paint_names(painter, shown, axis.area)
            self._paint_rows_in_hand(painter, shown, axis.area)
            axis.paint(painter)
            axis.paint_moment(painter, shown.at)
            self._paint_scale(painter, shown)

    def _image(self, width: int) -> QImage:
        key = self.measured.values if self.measured is not None else None
        made = (id(key), width, theme.current().name, self.measured.epochs if self.measured is not None else 0.0)
        if self._made is None or self._made[0] != made:
            assert self.measured is not None
            self._made = made, image_of(self.measured, max(1, width))
        return self._made[1]

    def _paint_names(self, painter: QPainter, shown: Measured, area: QRectF) -> None:
        """As many as there is room for; those in hand first."""
        pointed = [self._pointed[0]] if self._pointed is not None else []
        written: list[float] = []
        font = QFontMetricsF(theme.ui_font(11, QFont.Weight.DemiBold))
        step = max(1, int(APART * len(shown.names) / area.height()))
        for row in [*pointed, *shown.chosen[:MOST], *range(0, len(shown.names), step)]:
            place = self.row_rect(row, area)
            middle = place.center().y()
            if any(abs(middle - other) < APART for other in written):
                continue
            written.append(middle)
            is_in_hand = row in pointed or row in shown.chosen
            painter.setFont(theme.ui_font(11, QFont.Weight.DemiBold if is_in_hand else QFont.Weight.Normal))
            painter.setPen(theme.color("text" if is_in_hand else "dim"))
            room = QRectF(0, middle - 8, place.left() - GAP, 16)
            text = font.elidedText(shown.names[row], Qt.TextElideMode.ElideMiddle, room.width())
            painter.drawText(room, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, text)

    def _paint_rows_in_hand(self, painter: QPainter, shown: Measured, area: QRectF) -> None:
        painter.setBrush(Qt.BrushStyle.NoBrush)
        for row in shown.chosen:
            painter.setPen(QPen(theme.color("accent"), 1.5))
            painter.drawRect(self.row_rect(row, area))
        if self.hasFocus():
            painter.setPen(QPen(theme.color("accent"), 1))
            painter.drawRoundedRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5), 4, 4)

    def _paint_scale(self, painter: QPainter, shown: Measured) -> None:
        """Which colour is which number, at the right below the epochs."""
        assert shown.values is not None
        low, high = range_of(shown.values, shown.quantity.kind).texts(shown.quantity.kind)
        font = QFontMetricsF(theme.mono_font(10))
        line = QRectF(0, self.axis.area.bottom() + LINE, self.width() - 8, LINE)
        right = line.right() - font.horizontalAdvance(high)
        strip = QRectF(right - 6 - SCALE, line.center().y() - 3, SCALE, 6)
        painter.setFont(theme.mono_font(10))
        painter.setPen(theme.color("dim"))
        middle = Qt.AlignmentFlag.AlignVCenter
        painter.drawText(line, middle | Qt.AlignmentFlag.AlignRight, high)
        painter.drawText(QRectF(0, line.top(), strip.left() - 6, LINE), middle | Qt.AlignmentFlag.AlignRight, low)
        painter.drawImage(strip, strip_of(shown.quantity.kind))

    # -- reading and choosing -----------------------------------------------------------------------------------

    def said(self, row: int, column: int) -> str:
        """Layer, epoch and number of a cell."""
        shown = self.measured
        assert shown is not None and shown.values is not None and shown.positions is not None
        number = value_text(float(shown.values[row, column]))
        return self.tr("{layer} · epoch {epoch} · {number}").replace("{number}", number).replace(
            "{epoch}", epoch_text(float(shown.positions[column]), 2)).replace("{layer}", shown.names[row])

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Say what is there."""
        self._point(self._cell(event.position()))

    def leaveEvent(self, event: QEvent) -> None:
        """Nothing is pointed at any more."""
        self._point(None)

    def _point(self, cell: tuple[int, int] | None) -> None:
        if cell != self._pointed:
            self._pointed = cell
            self.read.emit(self.said(*cell) if cell is not None else "")
            self.update()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Take the layer, and the moment."""
        cell, shown = self._cell(event.position()), self.measured
        if event.button() == Qt.MouseButton.LeftButton and cell is not None and shown is not None:
            self._choose(*cell)

    def _choose(self, row: int, column: int) -> None:
        shown = self.measured
        assert shown is not None and shown.positions is not None
        self.chosen.emit(shown.names[row], float(shown.positions[column]))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Arrows go from layer to layer, and from moment to moment."""
        shown, key = self.measured, Qt.Key(event.key())
        if shown is None or shown.is_empty or shown.positions is None or key not in _ROWS | _TIMES:
            super().keyPressEvent(event)
            return
        last = len(shown.positions) - 1
        row = shown.chosen[0] if shown.chosen else 0
        column = last if shown.at is None else max(0, int(shown.positions.searchsorted(shown.at, side="right")) - 1)
        row = min(len(shown.names) - 1, max(0, row + (_ROWS.get(key, 0) if shown.chosen else 0)))
        column = min(last, max(0, column + _TIMES.get(key, 0)))
        self.read.emit(self.said(row, column))
        self._choose(row, column)

    def changeEvent(self, event: QEvent) -> None:
        """Take the new theme's colours."""
        super().changeEvent(event)
        if event.type() in (QEvent.Type.StyleChange, QEvent.Type.PaletteChange):
            self.update()
