"""A reliability diagram: how often answers are right, by how sure the network is of them, and how many there are."""

from __future__ import annotations

import math

from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QFocusEvent, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from engine.evaluation.calibration import Bin, Calibration
from engine.units import grouped, measure_text, tick_text
from widgets.findings.drawing import CENTER, LEFT, LINE, RIGHT, Said, numbers, paint_said, small, width_of, write
from widgets.look import theme
from widgets.look.guarded import guarded

TICKS = (0.0, 0.2, 0.4, 0.6, 0.8, 1.0)
COUNTS, WIDEST, GAP = 0.24, 760.0, 10.0  # the share of its height that counts take; of the diagram; between the two


@guarded
class Reliability(QWidget):
    """Bars of the bins over a diagonal, on which they end where a network is as sure as it is right."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.calibration: Calibration | None = None
        self._at: int | None = None  # the bin that is read
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setMouseTracking(True)
        self.setAccessibleName(self.tr("Reliability diagram"))

    def show_calibration(self, calibration: Calibration | None) -> None:
        """Another one; None: there is none."""
        self.calibration = calibration
        self.setAccessibleDescription("; ".join(
            " ".join((each.name, each.number)).strip() for one in (calibration.bins if calibration else ())
            if one.examples for each in self._said(one)[:2]))
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(420, 220)

    def minimumSizeHint(self) -> QSize:
        return QSize(160, 80)

    # -- places -------------------------------------------------------------------------------------------------

    @property
    def _area(self) -> QRectF:
        left = width_of("0.0", numbers()) + GAP
        right = max(10.0, self.width() - left - WIDEST)
        return QRectF(self.rect()).adjusted(left, LINE, -right, -LINE)

    @property
    def plot(self) -> QRectF:
        """Where the bars are."""
        area = self._area
        return area.adjusted(0, 0, 0, -(COUNTS * area.height() + GAP))

    @property
    def counts(self) -> QRectF:
        """Below them, how many there are."""
        area = self._area
        return area.adjusted(0, (1 - COUNTS) * area.height(), 0, 0)

    def bar(self, index: int) -> QRectF:
        """Of a bin: from nothing to its accuracy."""
        plot, bins = self.plot, self.calibration.bins if self.calibration is not None else ()
        each = bins[index]
        left, right = plot.left() + each.low * plot.width(), plot.left() + each.high * plot.width()
        top = plot.bottom() - (0.0 if math.isnan(each.accuracy) else each.accuracy) * plot.height()
        return QRectF(left + 1, top, right - left - 2, plot.bottom() - top)

    # -- painting -----------------------------------------------------------------------------------------------

    def paintEvent(self, event: QPaintEvent) -> None:
        """Axes, bars with their gaps, counts, and what is read."""
        if self.calibration is None:
            return
        with QPainter(self) as painter:
            self._paint_axes(painter)
            for index, each in enumerate(self.calibration.bins):
                if each.examples:
                    self._paint_bin(painter, index, each)
            self._paint_diagonal(painter)
            self._paint_counts(painter, self.calibration)
            if self._at is not None:
                place = self.bar(self._at)
                paint_said(painter, QRectF(self.rect()), QPointF(place.center().x(), place.top()),
                           self._said(self.calibration.bins[self._at]))

    def _paint_axes(self, painter: QPainter) -> None:
        plot, area = self.plot, self._area
        write(painter, QRectF(plot.left(), 0, plot.width(), LINE - 2), LEFT,
              self.tr("Share that is right, over how sure the network is"), "dim", small())
        for value in TICKS:
            y, x = plot.bottom() - value * plot.height(), plot.left() + value * plot.width()
            painter.fillRect(QRectF(plot.left(), round(y), plot.width(), 1), theme.color("line"))
            if plot.height() > 90 or value in (0.0, 1.0) or (round(10 * value) % 4 == 0 and plot.height() > 50):
                write(painter, QRectF(0, y - LINE / 2, plot.left() - 6, LINE), RIGHT, tick_text(value, 0.2), "dim",
                      numbers())
            write(painter, QRectF(x - 24, area.bottom() + 1, 48, LINE - 1), CENTER, tick_text(value, 0.2), "dim",
                  numbers())

    def _paint_bin(self, painter: QPainter, index: int, each: Bin) -> None:
        """What is right, and the gap to how sure it is."""
        plot, bar = self.plot, self.bar(index)
        sure = plot.bottom() - each.confidence * plot.height()
        whole, gap = theme.color("accent"), theme.color("error" if sure < bar.top() else "accent")
        whole.setAlphaF(1.0 if index == self._at else 0.8)
        gap.setAlphaF(0.38)
        middle = max(sure, bar.top())
        painter.fillRect(QRectF(bar.left(), middle, bar.width(), plot.bottom() - middle), whole)
        painter.fillRect(QRectF(bar.left(), min(sure, bar.top()), bar.width(), abs(sure - bar.top())), gap)
        painter.fillRect(QRectF(bar.left(), sure - 1, bar.width(), 2), theme.color("text"))

    def _paint_diagonal(self, painter: QPainter) -> None:
        plot = self.plot
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(theme.color("dim"), 1, Qt.PenStyle.DashLine))
        painter.drawLine(plot.bottomLeft(), plot.topRight())
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)

    def _paint_counts(self, painter: QPainter, calibration: Calibration) -> None:
        """Few are seen beside many, too."""
        area, most = self.counts, max((each.examples for each in calibration.bins), default=0)
        for index, each in enumerate(calibration.bins):
            if each.examples:
                bar, high = self.bar(index), max(1.0, area.height() * each.examples / most)
                painter.fillRect(QRectF(bar.left(), area.bottom() - high, bar.width(), high), theme.color("wire"))
        painter.fillRect(QRectF(area.left(), area.bottom(), area.width(), 1), theme.color("line"))
        write(painter, QRectF(area.left() + 4, area.top() - 2, area.width() * 0.5, LINE - 2), LEFT,
              self.tr("answers, {count} at most").format(count=grouped(most)), "dim", small())

    def changeEvent(self, event: QEvent) -> None:
        """The new theme's colours."""
        super().changeEvent(event)
        if event.type() in (QEvent.Type.StyleChange, QEvent.Type.PaletteChange):
            self.update()

    # -- reading ------------------------------------------------------------------------------------------------

    def _said(self, each: Bin) -> tuple[Said, ...]:
        between = f"{measure_text(each.low, 2)} – {measure_text(each.high, 2)}"
        return (Said(self.tr("sure"), between), Said(self.tr("answers"), grouped(each.examples)),
                Said(self.tr("right"), measure_text(each.accuracy)),
                Said(self.tr("sure on the average"), measure_text(each.confidence)))

    @property
    def said(self) -> tuple[Said, ...]:
        """What is read of the bin under the mouse or the keyboard."""
        return () if self._at is None or self.calibration is None else self._said(self.calibration.bins[self._at])

    def _read(self, at: int | None) -> None:
        if at != self._at:
            self._at = at
            self.update()

    @property
    def _filled(self) -> list[int]:
        return [] if self.calibration is None else [
            index for index, each in enumerate(self.calibration.bins) if each.examples]

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Read the bin there."""
        at, area = event.position(), self._area
        near = [index for index in self._filled
                if self.bar(index).left() - 1 <= at.x() <= self.bar(index).right() + 1 and area.contains(at)]
        self._read(near[0] if near else None)

    def leaveEvent(self, event: QEvent) -> None:
        """Nobody reads any more."""
        self._read(None)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self._read(None)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Arrows read one bin after another."""
        step = {Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1}.get(Qt.Key(event.key()))
        if step is None or not self._filled:
            super().keyPressEvent(event)
            return
        if self._at is None:
            self._read(self._filled[0 if step > 0 else -1])
        else:
            place = self._filled.index(self._at) + step if self._at in self._filled else 0
            self._read(self._filled[min(len(self._filled) - 1, max(0, place))])
