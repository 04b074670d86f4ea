"""Where the units of a layer's output stand: maps as tiles, a vector as cells or bars. Pixels follow from a width."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import NamedTuple, Protocol

from PySide6.QtCore import QPointF, QRectF

LEAST, GOOD, MOST, GAP = 28, 112, 160, 5  # a tile's width, and what is between two
CELL_LEAST, CELL_MOST, CELLS_HIGH = 3, 17, 110  # a cell; how high a few hundred of them get, about
BARS_HIGH, LABELS, BAR_WIDE = 84, 14, 72
FLATTEST, STEEPEST = 0.2, 2.0  # of a tile
ALONE = 1.2  # a single picture is at most so much higher than wide


class Unit(NamedTuple):
    """One number of an output C×H×W; of a vector row and column are 0."""

    channel: int
    row: int = 0
    column: int = 0


class Lattice(Protocol):
    """How units are laid out in a width."""

    def height(self, width: int) -> int:
        """Of all of it."""

    def tile(self, channel: int, width: int) -> QRectF:
        """Where a channel stands."""

    def area(self, unit: Unit, width: int) -> QRectF:
        """Where a unit stands."""

    def at(self, point: QPointF, width: int) -> Unit | None:
        """The unit there."""

    def stepped(self, unit: Unit, across: int, down: int, width: int) -> Unit:
        """The unit beside another; at an edge the same."""


@dataclass(frozen=True)
class Tiled:
    """``count`` maps of rows × columns, as square an arrangement as the width allows."""

    count: int
    rows: int
    columns: int

    def across(self, width: int) -> int:
        """Tiles in a row."""
        fits = max(1, (width + GAP) // (LEAST + GAP))
        wanted = max(math.ceil(math.sqrt(self.count)), math.ceil((width + GAP) / (GOOD + GAP)))
        return max(1, min(fits, wanted, self.count))

    def size(self, width: int) -> tuple[int, int]:
        """Of a tile: width and height."""
        across = self.across(width)
        wide = max(1, (width - (across - 1) * GAP) // across)
        if self.count == 1:
            least = min(8 * self.rows, MOST)
            wide = wide if self.columns >= 2 * self.rows or wide < 2 * MOST else 2 * MOST
            return wide, round(min(max(least, wide * self.rows / self.columns), ALONE * wide))
        wide = min(wide, MOST)
        return wide, round(wide * min(STEEPEST, max(FLATTEST, self.rows / self.columns)))

    def height(self, width: int) -> int:
        """Of all rows."""
        return -(-self.count // self.across(width)) * (self.size(width)[1] + GAP) - GAP

    def tile(self, channel: int, width: int) -> QRectF:
        """Left to right, then down."""
        row, column = divmod(channel, self.across(width))
        wide, tall = self.size(width)
        return QRectF(column * (wide + GAP), row * (tall + GAP), wide, tall)

    def area(self, unit: Unit, width: int) -> QRectF:
        """A part of its tile."""
        tile = self.tile(unit.channel, width)
        wide, tall = tile.width() / self.columns, tile.height() / self.rows
        return QRectF(tile.left() + unit.column * wide, tile.top() + unit.row * tall, wide, tall)

    def at(self, point: QPointF, width: int) -> Unit | None:
        """None between tiles."""
        wide, tall = self.size(width)
        column, row = int(point.x() // (wide + GAP)), int(point.y() // (tall + GAP))
        channel = row * self.across(width) + column
        if not (0 <= column < self.across(width) and 0 <= channel < self.count):
            return None
        tile = self.tile(channel, width)
        x, y = (point.x() - tile.left()) / wide, (point.y() - tile.top()) / tall
        return Unit(channel, int(y * self.rows), int(x * self.columns)) if 0 <= x < 1 and 0 <= y < 1 else None

    def stepped(self, unit: Unit, across: int, down: int, width: int) -> Unit:
        """Over a tile's edge into the next one."""
        row, column = divmod(unit.channel, self.across(width))
        x, y = column * self.columns + unit.column + across, row * self.rows + unit.row + down
        channel = y // self.rows * self.across(width) + x // self.columns
        there = 0 <= x < self.across(width) * self.columns and y >= 0 and channel < self.count
        return Unit(channel, y % self.rows, x % self.columns) if there else unit


@dataclass(frozen=True)
class Cells:
    """``count`` numbers as small squares."""

    count: int

    def side(self, width: int) -> int:
        """Of a square: the fewer, the larger."""
        return min(CELL_MOST, max(CELL_LEAST, int(math.sqrt(width * CELLS_HIGH / max(1, self.count)))))

    def across(self, width: int) -> int:
        """In a row."""
        return max(1, width // self.side(width))

    def height(self, width: int) -> int:
        """Of all rows."""
        return -(-self.count // self.across(width)) * self.side(width)

    def tile(self, channel: int, width: int) -> QRectF:
        """Left to right, then down."""
        row, column = divmod(channel, self.across(width))
        side = self.side(width)
        return QRectF(column * side, row * side, side, side)

    def area(self, unit: Unit, width: int) -> QRectF:
        """The whole cell."""
        return self.tile(unit.channel, width)

    def at(self, point: QPointF, width: int) -> Unit | None:
        """None right of and below the cells."""
        column, row = int(point.x() // self.side(width)), int(point.y() // self.side(width))
        channel = row * self.across(width) + column
        return Unit(channel) if 0 <= column < self.across(width) and 0 <= channel < self.count else None

    def stepped(self, unit: Unit, across: int, down: int, width: int) -> Unit:
        """Along the row it goes on in the next."""
        channel = unit.channel + across + down * self.across(width)
        return Unit(channel) if 0 <= channel < self.count else unit


@dataclass(frozen=True)
class BarRow:
    """A few numbers side by side as bars; below them their labels."""

    count: int

    def height(self, width: int) -> int:
        """Bars and labels."""
        return BARS_HIGH + LABELS

    def _wide(self, width: int) -> float:
        """A single number is no wall."""
        return min(BAR_WIDE, width / self.count)

    def tile(self, channel: int, width: int) -> QRectF:
        """A column, without its label."""
        wide = self._wide(width)
        return QRectF(round(channel * wide), 0, round((channel + 1) * wide) - round(channel * wide), BARS_HIGH)

    def area(self, unit: Unit, width: int) -> QRectF:
        """The whole column."""
        return self.tile(unit.channel, width)

    def at(self, point: QPointF, width: int) -> Unit | None:
        """By the column."""
        wide = self._wide(width)
        there = 0 <= point.x() < self.count * wide and 0 <= point.y() < self.height(width)
        return Unit(min(self.count - 1, int(point.x() / wide))) if there else None

    def stepped(self, unit: Unit, across: int, down: int, width: int) -> Unit:
        """Only to the sides."""
        return Unit(min(self.count - 1, max(0, unit.channel + across)))
