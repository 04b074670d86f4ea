"""One quiet plot over epochs: two curves, a grid, a legend with numbers. Gestures are only reported."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import QEvent, QPointF, QRectF, Qt, Signal
from PySide6.QtGui import QContextMenuEvent, QKeyEvent, QMouseEvent, QPainter, QResizeEvent, QTransform, QWheelEvent
from PySide6.QtWidgets import QGraphicsView, QWidget

from widgets import theme
from widgets.decimate import Points, finite_bounds
from widgets.plot_frame import Frame, Reading
from widgets.series import Series
from widgets.ticks import nice_range

log = logging.getLogger(__name__)
Span = tuple[float, float]
LEFT, TOP, RIGHT, BOTTOM = 48, 32, 8, 24  # room around the curves for title, legend and numbers
FEW = 250  # points; a line of more is made stronger in one direction only


def _safely(draw: Callable[..., None]) -> Callable[..., None]:
    """An exception that leaves a Python paint method can kill the process: log it and draw nothing."""

    def safe(self: Any, painter: QPainter, *rest: Any) -> None:
        painter.save()
        try:
            draw(self, painter, *rest)
        except Exception:
            log.exception("drawing the curves failed")
        finally:
            painter.restore()

    return safe


def _strokes(ratio: float, few: bool) -> list[tuple[float, float]]:
    """Where a hairline is drawn again so that it looks two pixels wide, on a screen with this device pixel ratio."""
    steps = [0.8 * index / ratio for index in range(1, round(2 * ratio))]
    return [(0.0, step) for step in steps] + [(step, 0.0) for step in steps if few]


class _Line(pg.PlotCurveItem):
    """A curve about two pixels strong: Qt strokes a wide line 20 times slower than it draws a thin one twice."""

    @_safely
    def paint(self, painter: QPainter, option: object, widget: QWidget | None) -> None:
        place = painter.worldTransform()
        super().paint(painter, option, widget)
        for stroke in _strokes(painter.device().devicePixelRatio(), len(self.xData) <= FEW):
            painter.setWorldTransform(place * QTransform.fromTranslate(*stroke))
            super().paint(painter, option, widget)

    def show_points(self, points: Points) -> None:
        """Draw these points, with a gap where a value is not finite."""
        x, y = points
        finite = np.isfinite(y)
        if not finite.any():
            x, y, finite = x[:0], y[:0], finite[:0]
        whole = bool(finite.all())
        self.setData(x, y, connect="all" if whole else "finite", skipFiniteCheck=whole)


class Plot(pg.GraphicsView):
    """A solid and a dashed curve."""

    span_asked = Signal(object)  # (low, high) in epochs, or None for everything
    hovered = Signal(object)  # position in epochs, or None
    menu_asked = Signal(object)  # where, on the screen

    def __init__(self, frame: Frame, is_share: bool) -> None:
        super().__init__(background=None)
        self.surround = frame
        self.is_share = is_share  # values lie in 0 … 1
        self.series: tuple[Series, ...] = ()
        self.full: Span = (0.0, 10.0)
        self.span: Span = self.full
        self.best: float | None = None
        self.cursor_at: float | None = None
        self._grabbed: float | None = None
        self._box = pg.ViewBox(enableMouse=False, enableMenu=False, defaultPadding=0)
        self._lines = [_Line(antialias=True) for _ in frame.legend.names]
        self._assemble(frame.title)
        self._restyle()

    def _assemble(self, title: str) -> None:
        self.setCacheMode(QGraphicsView.CacheModeFlag.CacheNone)
        self.setViewportUpdateMode(QGraphicsView.ViewportUpdateMode.FullViewportUpdate)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setMinimumSize(144, 96)
        self.setAccessibleName(title)
        self.addItem(self._box)
        self._box.disableAutoRange()
        for line in self._lines:
            self._box.addItem(line, ignoreBounds=True)

    # -- drawing ----------------------------------------------------------------------------------------------

    def redraw(self) -> None:
        """Show the series as they are now."""
        limit = int(max(200, min(800, 1.5 * self.area.width())))
        drawn = [series.visible(*self.span, limit) for series in self.series]
        for line, points in zip(self._lines, drawn, strict=False):
            line.show_points(points)
        self._fit(drawn)
        self.read()

    def _fit(self, drawn: Sequence[Points]) -> None:
        """Round limits around what is drawn; they change only when it leaves them."""
        bounds = [found for _, y in drawn if (found := finite_bounds(y))]
        low, high = (min(b[0] for b in bounds), max(b[1] for b in bounds)) if bounds else (0.0, 1.0)
        intervals = int(min(5, max(2, self.area.height() // 32)))
        self.surround.y_scale = self._y_scale(low, high, intervals)
        self.surround.x_range = self.span
        limits = [list(self.span), list(self.surround.y_scale[:2])]
        if self._box.viewRange() != limits:
            self._box.setRange(xRange=limits[0], yRange=limits[1], padding=0, disableAutoRange=False)

    def _y_scale(self, low: float, high: float, intervals: int) -> tuple[float, float, float]:
        zoomed = self.span != self.full
        if self.is_share and not zoomed:
            if low < 0.5:
                return 0.0, max(1.0, high), 0.25 if intervals >= 4 else 0.5
            high = max(1.0, high)
        elif not zoomed:
            low = min(0.0, low)
        return nice_range(low, high, intervals)

    def read(self) -> None:
        """Say the values at the cursor, else the last ones."""
        at = self.cursor_at
        found = [series.nearest(self.full[1] if at is None else at) for series in self.series]
        self.surround.readings = tuple(Reading(*point) if point else None for point in found)
        self.surround.cursor_at = at
        self.surround.best = self._best_point()
        self.viewport().update()

    def _best_point(self) -> Reading | None:
        point = self.series[-1].nearest(self.best) if self.best is not None and self.series else None
        return Reading(*point) if point else None

    @property
    def area(self) -> QRectF:
        """Where the curves are."""
        size = self.viewport().size()
        return QRectF(LEFT, TOP, max(1, size.width() - LEFT - RIGHT), max(1, size.height() - TOP - BOTTOM))

    @_safely
    def drawBackground(self, painter: QPainter, rect: QRectF) -> None:
        """Ground, grid and numbers."""
        painter.resetTransform()
        painter.fillRect(self.viewport().rect(), theme.color("panel"))
        self.surround.paint_grid(painter, self.area)
        self.surround.paint_header(painter, self.area, self.hasFocus())

    @_safely
    def drawForeground(self, painter: QPainter, rect: QRectF) -> None:
        """The cursor's line, the best epoch, a curve of one point."""
        painter.resetTransform()
        single = [len(series) == 1 for series in self.series]
        self.surround.paint_marks(painter, self.area, single)

    def _restyle(self) -> None:
        self.surround.restyle()
        colors = (theme.current().accent, theme.current().validation)
        for line, color in zip(self._lines, colors, strict=False):
            pen = pg.mkPen(color, width=1)
            if line is not self._lines[0]:
                pen.setDashPattern([7, 3])
            line.setPen(pen)

    def changeEvent(self, event: QEvent) -> None:
        """Take the new theme's colours."""
        if event.type() in (QEvent.Type.StyleChange, QEvent.Type.PaletteChange) and hasattr(self, "_lines"):
            self._restyle()
            self.viewport().update()
        super().changeEvent(event)

    def resizeEvent(self, event: QResizeEvent | None) -> None:
        """Keep the curves inside the numbers."""
        super().resizeEvent(event)
        if hasattr(self, "_lines"):
            self._box.setGeometry(self.area)
            self.redraw()

    # -- gestures ---------------------------------------------------------------------------------------------

    def _position(self, point: QPointF) -> float:
        low, high = self.span
        return low + (point.x() - self.area.left()) / self.area.width() * (high - low)

    def _zoom(self, factor: float, around: float) -> None:
        low, high = self.span
        self.span_asked.emit((around - (around - low) * factor, around + (high - around) * factor))

    def _pan(self, distance: float) -> None:
        self.span_asked.emit((self.span[0] + distance, self.span[1] + distance))

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Zoom at the cursor; sideways pans."""
        turn = event.angleDelta()
        if abs(turn.x()) > abs(turn.y()):
            self._pan(-turn.x() / 1200 * (self.span[1] - self.span[0]))
        elif turn.y():
            self._zoom(0.8 ** (turn.y() / 120), self._position(event.position()))
        event.accept()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Grab the curves."""
        if event.button() == Qt.MouseButton.LeftButton:
            self._grabbed = self._position(event.position())

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Drag the curves, or read them."""
        position = self._position(event.position())
        if self._grabbed is not None:
            self.viewport().setCursor(Qt.CursorShape.ClosedHandCursor)
            self._pan(self._grabbed - position)
        inside = self.area.adjusted(-1, -TOP, 1, BOTTOM).contains(event.position())
        self.hovered.emit(self._position(event.position()) if inside else None)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Let go."""
        self._grabbed = None
        self.viewport().unsetCursor()

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """Everything again."""
        self.span_asked.emit(None)

    def leaveEvent(self, event: QEvent) -> None:
        """The read-out goes back to the last values."""
        self.hovered.emit(None)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        """Ask for our own menu."""
        self.menu_asked.emit(event.globalPos())

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Arrows pan, plus and minus zoom, Home shows everything."""
        low, high = self.span
        step, middle = 0.1 * (high - low), (low + high) / 2
        actions = {
            Qt.Key.Key_Left: lambda: self._pan(-step),
            Qt.Key.Key_Right: lambda: self._pan(step),
            Qt.Key.Key_Plus: lambda: self._zoom(0.8, middle),
            Qt.Key.Key_Minus: lambda: self._zoom(1.25, middle),
            Qt.Key.Key_Home: lambda: self.span_asked.emit(None),
        }
        if action := actions.get(event.key()):
            action()
        else:
            event.ignore()
