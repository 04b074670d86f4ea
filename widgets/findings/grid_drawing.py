"""Small pictures side by side, on one scale, with their titles and the number of the pixel that is read."""

from __future__ import annotations

from functools import cached_property
from typing import NamedTuple

import numpy as np
from PySide6.QtCore import QCoreApplication, QPointF, QRectF, Qt
from PySide6.QtGui import QImage, QPainter, QPen

from engine.units import value_text
from widgets.findings.drawing import (
    GAP,
    LEFT,
    LINE,
    RIGHT,
    Said,
    numbers,
    paint_title,
    small,
    title_height,
    width_of,
    write,
)
from widgets.findings.pictures import Grid
from widgets.look import theme
from widgets.look.shades import Shade, picture, shade_of

SMALLEST, LARGEST, SCALE = 56.0, 132.0, 96.0  # a picture's longer side; the strip of colours


class Spot(NamedTuple):
    """A pixel of one of the pictures."""

    place: int
    row: int
    column: int


class GridDrawing:
    """Paints ``Grid``."""

    def __init__(self, shown: Grid) -> None:
        self.shown = shown
        self.arrays = [np.atleast_2d(np.asarray(each, dtype=np.float32)) for each in shown.pictures]
        self._images: tuple[str, list[QImage]] = ("", [])

    @cached_property
    def _ends(self) -> tuple[float, float]:
        finite = np.concatenate([each[np.isfinite(each)].ravel() for each in self.arrays] or [np.empty(0, np.float32)])
        return (float(finite.min()), float(finite.max())) if finite.size else (0.0, 0.0)

    @property
    def most(self) -> float:
        """What has the full colour, in all of them."""
        return max(map(abs, self._ends))

    @property
    def shade(self) -> Shade:
        """Which colours they have."""
        return self.shown.shade or shade_of(self._ends[0])

    def images(self) -> list[QImage]:
        """Every picture in the colours of the theme."""
        name = theme.current().name
        if self._images[0] != name:
            self._images = name, [picture(each, self.most, self.shade) for each in self.arrays]
        return self._images[1]

    # -- places -------------------------------------------------------------------------------------------------

    def _side(self, width: float) -> tuple[float, int]:
        """How large a picture is, and how many stand in a row: all rows hold about the same number."""
        count = max(1, len(self.arrays))
        most = max(1, min(count, int((width + GAP) / (SMALLEST + GAP))))
        across = -(-count // -(-count // most))
        return float(min(LARGEST, max(1, (width - GAP * (across - 1)) // across))), across

    def _cell_height(self, width: float) -> float:
        """All rows are alike: the highest picture decides."""
        side, _ = self._side(width)
        shape = max((min(1.0, each.shape[0] / each.shape[1]) for each in self.arrays), default=1.0)
        return max(12.0, side * shape) + (LINE if any(self.shown.titles) else 0.0)

    def height(self, width: float) -> float:
        """All rows, and the scale of colours."""
        _, across = self._side(width)
        rows = -(-len(self.arrays) // across)
        return title_height(self.shown.title) + rows * (self._cell_height(width) + GAP) + LINE

    def tiles(self, area: QRectF) -> list[QRectF]:
        """Where each picture is."""
        side, across = self._side(area.width())
        tall, top = self._cell_height(area.width()), area.top() + title_height(self.shown.title)
        room = tall - (LINE if any(self.shown.titles) else 0.0)
        found = []
        for index, each in enumerate(self.arrays):
            scale = min(side / each.shape[1], room / each.shape[0])
            left, row = area.left() + index % across * (side + GAP), index // across
            found.append(QRectF(round(left), round(top + row * (tall + GAP)), round(each.shape[1] * scale),
                                round(each.shape[0] * scale)))
        return found

    # -- painting -----------------------------------------------------------------------------------------------

    def paint(self, painter: QPainter, area: QRectF, at: QPointF | None) -> None:
        """Pictures, titles, the scale; a frame around the pixel that is read."""
        paint_title(painter, area, self.shown.title)
        spot = None if at is None else self._at(area, at)
        side, _ = self._side(area.width())
        for index, (tile, image) in enumerate(zip(self.tiles(area), self.images(), strict=True)):
            painter.drawImage(tile, image)
            if index < len(self.shown.titles):
                below = QRectF(tile.left(), tile.bottom() + 1, side, LINE - 1)
                write(painter, below, LEFT, self.shown.titles[index], "text" if spot and spot.place == index else "dim",
                      small())
            if spot is not None and spot.place == index:
                self._paint_spot(painter, tile, spot)
        if self.arrays:
            self._paint_scale(painter, QRectF(area.left(), self._foot(area), area.width(), LINE))

    def _foot(self, area: QRectF) -> float:
        return area.top() + self.height(area.width()) - LINE

    def _paint_spot(self, painter: QPainter, tile: QRectF, spot: Spot) -> None:
        rows, columns = self.arrays[spot.place].shape
        wide, high = tile.width() / columns, tile.height() / rows
        painter.setPen(QPen(theme.color("text"), 1.5))
        painter.setBrush(theme.color("text") if min(wide, high) < 3 else Qt.BrushStyle.NoBrush)
        painter.drawRect(QRectF(tile.left() + spot.column * wide, tile.top() + spot.row * high, wide, high))

    def _paint_scale(self, painter: QPainter, line: QRectF) -> None:
        """The colours from the least to the most, with both numbers."""
        low = -self.most if self.shade == "signed" else 0.0
        strip = picture(np.linspace(low, self.most, 96, dtype=np.float32)[None], self.most, self.shade)
        texts = value_text(low, 3), value_text(self.most, 3)
        left = line.left() + width_of(texts[0], numbers()) + 6
        write(painter, line, LEFT, texts[0], "dim", numbers())
        painter.drawImage(QRectF(left, line.center().y() - 4, SCALE, 8), strip)
        write(painter, QRectF(left + SCALE + 6, line.top(), 80, LINE), LEFT, texts[1], "dim", numbers())
        total = QCoreApplication.translate("Finding", "one scale")
        room = line.adjusted(left - line.left() + SCALE + 12 + width_of(texts[1], numbers()), 0, 0, 0)
        if len(self.arrays) > 1 and room.width() > width_of(total, small()):
            write(painter, room, RIGHT, total, "dim", small())

    # -- reading ------------------------------------------------------------------------------------------------

    def _at(self, area: QRectF, at: QPointF) -> Spot | None:
        for index, (tile, each) in enumerate(zip(self.tiles(area), self.arrays, strict=True)):
            if tile.contains(at):
                rows, columns = each.shape
                return Spot(index, min(rows - 1, int((at.y() - tile.top()) / tile.height() * rows)),
                            min(columns - 1, int((at.x() - tile.left()) / tile.width() * columns)))
        return None

    def read(self, area: QRectF, at: QPointF) -> tuple[Said, ...]:
        """The number of a pixel."""
        spot = self._at(area, at)
        if spot is None:
            return ()
        where = QCoreApplication.translate("Finding", "row {row}, column {column}").format(
            row=spot.row, column=spot.column)
        said = Said(where, value_text(float(self.arrays[spot.place][spot.row, spot.column])))
        title = self.shown.titles[spot.place] if spot.place < len(self.shown.titles) else ""
        return (Said(title), said) if title else (said,)

    def stops(self, area: QRectF) -> list[QPointF]:
        """The middle of each picture."""
        return [tile.center() for tile in self.tiles(area)]
