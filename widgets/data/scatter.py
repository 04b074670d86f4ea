"""A number column against the target: a dot for each training row; for classes a strip with a box for each."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
import pyqtgraph as pg
from numpy.typing import NDArray
from PySide6.QtCore import QEvent, QRectF, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QPainter, QPen, QResizeEvent
from PySide6.QtWidgets import QGraphicsView, QHBoxLayout, QLabel, QVBoxLayout, QWidget

from engine.units import grouped, measure_text
from widgets.data.values import Pairs
from widgets.look import theme
from widgets.look.guarded import guarded
from widgets.parts.choice import Choice
from widgets.plot.scales import LinearScale
from widgets.plot.ticks import nice_range

DOT, BOX, SPREAD = 5, 0.28, 0.2  # pixels; shares of a strip's width
MOST = 12  # classes that have a strip
LEFT, RIGHT, TOP, BOTTOM, NAMES = 64, 16, 12, 26, 18
Floats = NDArray[np.floating]


class Strip:
    """The values of one class: quartiles, whiskers."""

    def __init__(self, name: str, values: Floats) -> None:
        self.name, self.values = name, values
        marks: list[float] = np.percentile(values, [5, 25, 50, 75, 95]).tolist() if len(values) else [math.nan] * 5
        self.low, self.quarter, self.middle, self.upper, self.high = marks


@guarded
class ScatterView(pg.GraphicsView):
    """Dots in a box with round numbers around it."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent, background=None)
        self._box = pg.ViewBox(enableMenu=False)
        self.dots = pg.ScatterPlotItem(size=DOT, pxMode=True)
        self._x, self._y = LinearScale(0, 1, 0.5), LinearScale(0, 1, 0.5)
        self.x_name = self.y_name = ""
        self.strips: tuple[Strip, ...] = ()
        self._points: tuple[Floats, Floats] = (np.empty(0), np.empty(0))
        self.setCacheMode(QGraphicsView.CacheModeFlag.CacheNone)
        self.setViewportUpdateMode(QGraphicsView.ViewportUpdateMode.FullViewportUpdate)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setMinimumSize(160, 96)
        self._box.setMouseEnabled(False, False)
        self._box.disableAutoRange()
        self.addItem(self._box)
        self._box.addItem(self.dots, ignoreBounds=True)

    @property
    def area(self) -> QRectF:
        """Where the dots are."""
        size = self.viewport().size()
        return QRectF(LEFT, TOP + NAMES, max(1, size.width() - LEFT - RIGHT),
                      max(1, size.height() - TOP - NAMES - BOTTOM - (0 if self.strips else NAMES)))

    def show_points(self, x: Floats, y: Floats, x_name: str, y_name: str) -> None:
        """One dot for each pair."""
        self.strips, self.x_name, self.y_name = (), x_name, y_name
        there = np.isfinite(x) & np.isfinite(y)
        self._points = x[there], y[there]
        self.redraw()

    def show_strips(self, strips: Sequence[Strip], x_name: str, y_name: str) -> None:
        """One strip for each class."""
        self.strips, self.x_name, self.y_name = tuple(strips), x_name, y_name
        chance = np.random.default_rng(0)
        places = [index + chance.uniform(-SPREAD, SPREAD, len(strip.values)) for index, strip in enumerate(strips)]
        self._points = (np.concatenate(places or [np.empty(0)]),
                        np.concatenate([strip.values for strip in strips] or [np.empty(0)]))
        self.redraw()

    def redraw(self) -> None:
        """Dots in their colour, round numbers for this size."""
        (x, y), area = self._points, self.area
        self._y = _scale(y, int(min(6, max(2, area.height() // 24))))
        self._x = LinearScale(-0.5, max(0.5, len(self.strips) - 0.5), 1) if self.strips else _scale(
            x, int(min(10, max(2, area.width() // 80))))
        color = QColor(theme.color("accent"))
        color.setAlpha(110 if self.strips else 130)
        self.dots.setData(x=x, y=y, pen=None, brush=pg.mkBrush(color), size=DOT)
        self._box.setGeometry(area)
        self._box.setRange(xRange=self._x.ends, yRange=self._y.ends, padding=0, disableAutoRange=False)
        self.viewport().update()

    def drawBackground(self, painter: QPainter, rect: QRectF) -> None:
        """Ground, grid, numbers and names."""
        painter.resetTransform()
        painter.fillRect(self.viewport().rect(), theme.color("panel"))
        painter.setFont(theme.mono_font(10))
        area = self.area
        for value, text in self._y.ticks():
            at = round(area.bottom() - self._y.place(value) * area.height())
            painter.fillRect(QRectF(area.left(), at, area.width(), 1), theme.color("line"))
            painter.setPen(theme.color("dim"))
            painter.drawText(QRectF(0, at - 8, LEFT - 8, 16), _SIDE, _tick(value, text))
        self._paint_columns(painter, area)
        painter.setFont(theme.ui_font(11))
        painter.setPen(theme.color("text"))
        metrics = QFontMetricsF(painter.font())
        name = metrics.elidedText(self.y_name, Qt.TextElideMode.ElideRight, area.width() / 2)
        painter.drawText(QRectF(12, 4, area.width(), 18), Qt.AlignmentFlag.AlignVCenter, name)
        if not self.strips:
            name = metrics.elidedText(self.x_name, Qt.TextElideMode.ElideRight, area.width())
            painter.drawText(QRectF(area.left(), area.bottom() + 22, area.width(), 18), _SIDE, name)

    def _paint_columns(self, painter: QPainter, area: QRectF) -> None:
        painter.setPen(theme.color("dim"))
        if not self.strips:
            for value, text in self._x.ticks():
                at = area.left() + self._x.place(value) * area.width()
                painter.drawText(QRectF(at - 40, area.bottom() + 5, 80, 16), _CENTER, _tick(value, text))
            return
        painter.setFont(theme.ui_font(11))
        width, metrics = area.width() / len(self.strips), QFontMetricsF(painter.font())
        for index, strip in enumerate(self.strips):
            name = metrics.elidedText(strip.name, Qt.TextElideMode.ElideRight, width - 8)
            painter.drawText(QRectF(area.left() + index * width, area.bottom() + 5, width, 18), _CENTER, name)

    def drawForeground(self, painter: QPainter, rect: QRectF) -> None:
        """The boxes: the middle half of a class, its median; threads to the outer twentieths."""
        painter.resetTransform()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        area = self.area
        for index, strip in enumerate(self.strips):
            if len(strip.values):
                self._paint_box(painter, area, index, strip)

    def _paint_box(self, painter: QPainter, area: QRectF, index: int, strip: Strip) -> None:
        width = area.width() / len(self.strips)
        middle, half = area.left() + (index + 0.5) * width, min(48.0, BOX * width)
        low, quarter, median, upper, high = (area.bottom() - self._y.place(value) * area.height() for value in
                                             (strip.low, strip.quarter, strip.middle, strip.upper, strip.high))
        painter.setPen(QPen(theme.color("text"), 1))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawLine(QRectF(middle, low, 0, 0).topLeft(), QRectF(middle, quarter, 0, 0).topLeft())
        painter.drawLine(QRectF(middle, upper, 0, 0).topLeft(), QRectF(middle, high, 0, 0).topLeft())
        painter.drawRoundedRect(QRectF(middle - half, upper, 2 * half, max(1.0, quarter - upper)), 3, 3)
        painter.setPen(QPen(theme.color("warn"), 2))
        painter.drawLine(QRectF(middle - half, median, 0, 0).topLeft(), QRectF(middle + half, median, 0, 0).topLeft())

    def changeEvent(self, event: QEvent) -> None:
        """Take the new theme's colours."""
        if event.type() in (QEvent.Type.StyleChange, QEvent.Type.PaletteChange) and hasattr(self, "strips"):
            self.redraw()
        super().changeEvent(event)

    def resizeEvent(self, event: QResizeEvent | None) -> None:
        """Keep the dots inside the numbers."""
        super().resizeEvent(event)
        if hasattr(self, "strips"):
            self.redraw()


_SIDE = Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight
_CENTER = Qt.AlignmentFlag.AlignCenter


def _tick(value: float, text: str) -> str:
    """Prices and years are written out."""
    return grouped(value) if 1000 <= abs(value) < 1e7 and value == round(value) else text


def _scale(values: Floats, intervals: int) -> LinearScale:
    if not len(values):
        return LinearScale(0, 1, 0.5)
    low, high = float(values.min()), float(values.max())
    room = 0.02 * (high - low)
    return LinearScale(*nice_range(low - room if low < 0 or low > room else low, high + room, intervals))


class DataScatter(QWidget):
    """A column is chosen; its values stand against the target's."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._pairs: Pairs | None = None
        self.choice, self.view, self.note = Choice(self.tr("Column")), ScatterView(), QLabel()
        self.note.setProperty("role", "dim")
        self.choice.chosen.connect(self._show_column)
        row = QHBoxLayout()
        row.setSpacing(16)
        for widget in (self.choice, self.note):
            row.addWidget(widget)
        row.addStretch(1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(8)
        column.addLayout(row)
        column.addWidget(self.view, 1)

    def show_pairs(self, pairs: Pairs | None) -> None:
        """Other data; the chosen column stays where there is one of its name. None: there are no number columns."""
        before = self.choice.currentData()
        self._pairs = pairs
        names = list(pairs.names) if pairs is not None else []
        self.choice.set_choices([(name, name) for name in names])
        name = before if before in names else names[0] if names else ""
        self.choice.show_choice(name)
        self._show_column(name)

    def _show_column(self, name: str) -> None:
        pairs = self._pairs
        if pairs is None or name not in pairs.names:
            self.view.show_points(np.empty(0), np.empty(0), "", "")
            self.note.setText("")
            return
        values = pairs.values[:, pairs.names.index(name)]
        self.note.setText(self._words(pairs, values))
        if pairs.classes:
            self.view.show_strips(_strips(pairs, values), pairs.target, name)
        else:
            self.view.show_points(values, pairs.targets, name, pairs.target)
        self.view.setAccessibleName(self.tr("{column} against {target}").format(column=name, target=pairs.target))
        self.view.setAccessibleDescription(self.note.text())

    def _words(self, pairs: Pairs, values: Floats) -> str:
        words = [self.tr("{shown} of {count} training rows").format(shown=grouped(len(values)),
                                                                    count=grouped(pairs.rows))]
        there = np.isfinite(values)
        if not there.all():
            words.append(self.tr("{count} without a value").format(count=grouped(int((~there).sum()))))
        if not pairs.classes and there.sum() > 2 and np.std(values[there]) > 0 and np.std(pairs.targets[there]) > 0:
            found = np.corrcoef(values[there], pairs.targets[there])[0, 1]
            words.append(self.tr("correlation {number}").format(number=measure_text(float(found), 2)))
        if len(set(pairs.targets.tolist())) > MOST and pairs.classes:
            words.append(self.tr("the {count} most frequent classes").format(count=MOST))
        return " · ".join(words)


def _strips(pairs: Pairs, values: Floats) -> list[Strip]:
    """The most frequent classes, in their own order."""
    codes = pairs.targets.astype(int)
    counts = np.bincount(codes, minlength=len(pairs.classes))
    shown = sorted(np.argsort(-counts, kind="stable")[:MOST].tolist())
    there = np.isfinite(values)
    return [Strip(pairs.classes[code], values[(codes == code) & there]) for code in shown]


