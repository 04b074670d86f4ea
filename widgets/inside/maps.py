"""Everything a layer puts out, as pictures on one scale; one channel and one unit of it are in hand."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QFocusEvent, QHelpEvent, QImage, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from widgets.inside.lattice import BarRow, Cells, Tiled, Unit
from widgets.inside.shown import Array, Shown, shown
from widgets.look import theme
from widgets.look.guarded import guarded
from widgets.look.pixels import paint_lines, paint_part
from widgets.look.shades import Shade
from widgets.look.text import tooltip
from widgets.parts.saving import offer_saving

ARROWS = {Qt.Key.Key_Left: (-1, 0), Qt.Key.Key_Right: (1, 0), Qt.Key.Key_Up: (0, -1), Qt.Key.Key_Down: (0, 1)}
LEAST, USUAL, SMALLEST = 120, 300, 5  # pixels: of the widget; of the square around a unit


@guarded
class MapGrid(QWidget):
    """Maps C×H×W as tiles, T×F as one picture, a vector as bars or cells."""

    unit_hovered = Signal(int, int, int)  # channel, row, column
    unit_left = Signal()  # the mouse is over none
    unit_chosen = Signal(int, int, int)
    save_requested = Signal(str)

    def __init__(self, name: str = "", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._shown: Shown | None = None
        self._atlas: tuple[QImage, int] | None = None
        self._theme = ""
        self.hovered: Unit | None = None
        self.chosen: Unit | None = None
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        policy = QSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)
        self.setAccessibleName(name or self.tr("Maps"))
        offer_saving(self, self.save_requested.emit)

    # -- what it shows ------------------------------------------------------------------------------------------

    def show_values(self, array: Array | None, labels: Sequence[str] = (), most: float | None = None,
                    shade: Shade | None = None) -> None:
        """An output without its batch dimension; ``labels`` name the numbers of a vector. The unit in hand stays
        where it still is. ``most`` and ``shade``: the scale, by default of these values."""
        before = self._shape()
        self._shown = shown(array, labels, most, shade) if array is not None and array.size else None
        self._atlas = None
        if self._shown is None or (self.chosen is not None and not self._shown.has(self.chosen)):
            self.chosen = None
        if self._shown is None or (self.hovered is not None and not self._shown.has(self.hovered)):
            self.hovered = None
        self._describe()
        if self._shape() != before:
            self.updateGeometry()
        self.update()

    def _shape(self) -> tuple[int, ...]:
        return self._shown.array.shape if self._shown is not None else ()

    @property
    def values(self) -> Shown | None:
        """What is shown, with its scale."""
        return self._shown

    def show_unit(self, unit: Unit | None) -> None:
        """This one is in hand."""
        self.chosen = unit if unit is None or (self._shown is not None and self._shown.has(unit)) else None
        self._describe()
        self.update()

    def unit_text(self, unit: Unit) -> str:
        """Where it is and what its value is."""
        return self._shown.words(unit) if self._shown is not None else ""

    def _describe(self) -> None:
        self.setAccessibleDescription(self.unit_text(self.chosen) if self.chosen is not None else "")

    # -- places -------------------------------------------------------------------------------------------------

    def place(self, unit: Unit) -> QRectF:
        """Where a unit is seen."""
        return self._shown.lattice.area(unit, self.width()) if self._shown is not None else QRectF()

    def unit_at(self, at: QPointF) -> Unit | None:
        """The unit that is seen there."""
        return self._shown.lattice.at(at, self.width()) if self._shown is not None else None

    def hasHeightForWidth(self) -> bool:
        """More tiles in a row, fewer rows."""
        return True

    def heightForWidth(self, width: int) -> int:
        """Of all of them."""
        return self._shown.lattice.height(max(1, width)) if self._shown is not None else 0

    def sizeHint(self) -> QSize:
        """At a usual width."""
        return QSize(USUAL, self.heightForWidth(USUAL))

    def minimumSizeHint(self) -> QSize:
        """As narrow as may be; the height follows from the width."""
        return QSize(LEAST, 0)

    # -- mouse and keyboard -------------------------------------------------------------------------------------

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Say which unit the mouse is over."""
        unit = self.unit_at(event.position())
        if unit == self.hovered:
            return
        self.hovered = unit
        self.update()
        if unit is None:
            self.unit_left.emit()
        else:
            self.unit_hovered.emit(*unit)

    def leaveEvent(self, event: QEvent) -> None:
        """Over none."""
        if self.hovered is not None:
            self.hovered = None
            self.update()
            self.unit_left.emit()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Take the unit in hand."""
        unit = self.unit_at(event.position())
        if event.button() == Qt.MouseButton.LeftButton and unit is not None:
            self._choose(unit)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """It was pressed here."""
        event.accept()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Arrows: the unit beside it. Page up and down: the same place in the channel before or after."""
        key, there = Qt.Key(event.key()), self._shown
        if there is None or (key not in ARROWS and key not in _PAGES and key not in _ENTERS):
            super().keyPressEvent(event)
            return
        unit = self.chosen or Unit(0)
        if key in ARROWS and self.chosen is not None:
            unit = there.lattice.stepped(unit, *ARROWS[key], self.width())
        elif key in _PAGES:
            last = there.units.shape[0] - 1
            ends = {Qt.Key.Key_Home: 0, Qt.Key.Key_End: last}
            unit = unit._replace(channel=ends.get(key, min(last, max(0, unit.channel + _PAGES[key]))))
        self._choose(unit)

    def _choose(self, unit: Unit) -> None:
        self.show_unit(unit)
        self.unit_chosen.emit(*unit)

    def focusInEvent(self, event: QFocusEvent) -> None:
        """The frame is stronger."""
        self.update()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """The frame is as before."""
        self.update()

    def event(self, event: QEvent) -> bool:
        """The unit under the mouse in words."""
        if event.type() == QEvent.Type.ToolTip and isinstance(event, QHelpEvent):
            unit = self.unit_at(QPointF(event.pos()))
            QToolTip.showText(event.globalPos(), "" if unit is None else tooltip(self.unit_text(unit)), self)
            return True
        return super().event(event)

    # -- looks --------------------------------------------------------------------------------------------------

    def paintEvent(self, event: QPaintEvent) -> None:
        """What is in sight, then what is in hand."""
        if self._shown is None:
            return
        with QPainter(self) as painter:
            lattice = self._shown.lattice
            if isinstance(lattice, Tiled):
                self._paint_tiles(painter, lattice, QRectF(event.rect()))
            elif isinstance(lattice, Cells):
                self._paint_cells(painter, lattice)
            elif isinstance(lattice, BarRow):
                self._paint_bars(painter, lattice)
            self._paint_hand(painter)

    def _pictures(self) -> tuple[QImage, int]:
        """Made once for these values and this theme."""
        assert self._shown is not None
        if self._atlas is None or self._theme != theme.current().name:
            self._atlas, self._theme = self._shown.atlas(), theme.current().name
        return self._atlas

    def _paint_tiles(self, painter: QPainter, lattice: Tiled, seen: QRectF) -> None:
        atlas, across = self._pictures()
        rows = -(-lattice.count // across)
        wide, tall = atlas.width() / across, atlas.height() / rows
        for channel in range(lattice.count):
            tile = lattice.tile(channel, self.width())
            if not tile.intersects(seen):
                continue
            row, column = divmod(channel, across)
            painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, tall > tile.height())
            paint_part(painter, tile, atlas, QRectF(column * wide, row * tall, wide, tall))
            paint_lines(painter, tile, lattice.rows, lattice.columns)

    def _paint_cells(self, painter: QPainter, lattice: Cells) -> None:
        assert self._shown is not None
        across, side = lattice.across(self.width()), lattice.side(self.width())
        top = 0
        for image in self._shown.rows_of(across):
            if not image.isNull():
                place = QRectF(0, top, image.width() * side, image.height() * side)
                painter.drawImage(place, image)
                paint_lines(painter, place, image.height(), image.width())
                top += round(place.height())

    def _paint_bars(self, painter: QPainter, lattice: BarRow) -> None:
        assert self._shown is not None
        floor, reach = self._floor(lattice)
        painter.setFont(theme.mono_font(10))
        for channel in range(lattice.count):
            tile, value = lattice.tile(channel, self.width()), self._shown.value(Unit(channel))
            size = value / (self._shown.most or 1.0) if value == value else 0.0
            tall = min(1.0, abs(size)) * reach
            bar = QRectF(tile.left() + 1, floor - tall if size > 0 else floor, tile.width() - 2, max(1.0, tall))
            bad = value != value or abs(value) == float("inf")
            painter.fillRect(bar, theme.color("warn" if bad else "accent" if size > 0 else "error"))
            self._paint_label(painter, channel, tile)
        painter.fillRect(QRectF(0, floor, self.width(), 1), theme.color("line"))

    def _paint_label(self, painter: QPainter, channel: int, tile: QRectF) -> None:
        """Its class where it has one and there is room, else its number where there is."""
        assert self._shown is not None
        labels = self._shown.labels
        text = labels[channel] if channel < len(labels) else str(channel)
        if painter.fontMetrics().horizontalAdvance(text) > tile.width() + 2:
            return
        painter.setPen(theme.color("dim"))
        room = QRectF(tile.left() - 2, tile.bottom(), tile.width() + 4, self.height() - tile.bottom())
        painter.drawText(room, Qt.AlignmentFlag.AlignCenter, text)

    def _floor(self, lattice: BarRow) -> tuple[float, float]:
        """Where 0 is, and how high the largest is."""
        assert self._shown is not None
        high = lattice.tile(0, self.width()).height()
        units = self._shown.units
        below = any(value < 0 for value in units.reshape(-1))
        above = any(value > 0 for value in units.reshape(-1)) or not below
        if below and above:
            return high / 2, high / 2 - 2
        return (2.0, high - 4) if below else (high - 2, high - 4)

    def _paint_hand(self, painter: QPainter) -> None:
        """The channel in blue, the unit in white; under the mouse a thin square."""
        assert self._shown is not None
        if self.hovered is not None:
            painter.setPen(QPen(theme.color("text"), 1))
            painter.drawRect(_around(self.place(self.hovered)))
        if self.chosen is None:
            return
        if self._shown.array.ndim > 2 or self._shown.array.ndim == 1:
            tile = self._shown.lattice.tile(self.chosen.channel, self.width())
            painter.setPen(QPen(theme.color("accent"), 3 if self.hasFocus() else 2))
            painter.drawRect(tile.adjusted(1, 1, -1, -1))
        if self._shown.array.ndim > 1:
            square = _around(self.place(self.chosen))
            painter.setPen(QPen(Qt.GlobalColor.black, 1))
            painter.drawRect(square.adjusted(-1, -1, 1, 1))
            painter.setPen(QPen(Qt.GlobalColor.white, 1.5))
            painter.drawRect(square)


_PAGES = {Qt.Key.Key_PageUp: -1, Qt.Key.Key_PageDown: 1, Qt.Key.Key_Home: 0, Qt.Key.Key_End: 0}
_ENTERS = frozenset({Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space})


def _around(place: QRectF) -> QRectF:
    """A square that can be seen, however small the unit is."""
    more = max(0.0, (SMALLEST - min(place.width(), place.height())) / 2)
    return place.adjusted(-more, -more, more, more)
