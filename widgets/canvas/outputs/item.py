"""What one layer gives, beside its card: maps, bars, cells or one number."""

from __future__ import annotations

from collections.abc import Callable, Collection
from typing import NamedTuple

from PySide6.QtCore import QPoint, QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen
from PySide6.QtWidgets import (
    QGraphicsItem,
    QGraphicsSceneHoverEvent,
    QGraphicsSceneMouseEvent,
    QStyleOptionGraphicsItem,
    QWidget,
)

from engine.units import grouped, value_text
from widgets.canvas.ground.fonts import Fonts, is_near
from widgets.canvas.ground.pressable import Pressable
from widgets.canvas.ground.stacking import BUTTON_LAYER
from widgets.canvas.outputs.shown import Shown
from widgets.look import theme
from widgets.look.guarded import guarded
from widgets.look.pixels import paint_part

FEW_LABELS = 12  # bars that are named
TILE, GAP, REST = 38.0, 3.0, 34.0  # a map's height, between two, and for how many are not drawn
LABEL, BAR = 12.0, 42.0  # below bars, and how wide one is at most
Pick = Callable[[int], object]
Ask = Callable[[int | None, QPoint], object]


class Slot(NamedTuple):
    """Where an output has room, in its card's coordinates; ``ground``: it lies on the card."""

    area: QRectF
    ground: bool = False


@guarded
class OutputItem(Pressable, QGraphicsItem):
    """A picture in a slot. A click on a map, bar or unit picks it."""

    def __init__(self, card: QGraphicsItem) -> None:
        super().__init__()
        self.setParentItem(card)
        self.setAcceptHoverEvents(True)
        self.setZValue(BUTTON_LAYER)
        self.picked: Pick = lambda _channel: None
        self.asked: Ask = lambda _channel, _at: None  # for a menu about a channel, or about all of them
        self.shown: Shown | None = None
        self.slot = Slot(QRectF())
        self.chosen: int | None = None  # the channel in hand
        self.changed: Collection[int] = ()  # channels that are made otherwise
        self._hovered: int | None = None

    # -- showing ------------------------------------------------------------------------------------------------

    def show_output(self, shown: Shown | None) -> None:
        """Another output; None: nothing is known."""
        if shown is not self.shown:
            self.shown = shown
            self.update()

    def place(self, slot: Slot) -> None:
        """Where there is room for it now."""
        if slot != self.slot:
            self.prepareGeometryChange()
            self.slot = slot

    def mark(self, chosen: int | None, changed: Collection[int]) -> None:
        """Which channel is in hand, and which are made otherwise."""
        if (chosen, set(changed)) != (self.chosen, set(self.changed)):
            self.chosen, self.changed = chosen, changed
            self.update()

    def boundingRect(self) -> QRectF:
        return self.slot.area.adjusted(-2, -2, 2, 2)

    # -- where its parts lie ------------------------------------------------------------------------------------

    def tiles(self) -> list[QRectF]:
        """Where each map, bar or picture is drawn, as many as there is room for."""
        shown, area = self.shown, self.slot.area
        if shown is None or area.isEmpty():
            return []
        if shown.kind == "maps":
            return self._map_tiles(shown, area)
        if shown.kind == "bars":
            width = min(BAR, area.width() / shown.total)
            return [QRectF(area.left() + width * index, area.top(), width, area.height())
                    for index in range(shown.total)]
        if shown.kind == "cells":
            rows, columns = shown.tile
            wide = min(area.width(), columns * max(6.0, area.height() / rows / 3))
            return [QRectF(area.topLeft(), area.bottomRight()).adjusted(0, 0, wide - area.width(), 0)]
        return [area]

    def _map_tiles(self, shown: Shown, area: QRectF) -> list[QRectF]:
        height = min(TILE, area.height())
        width = height * shown.aspect
        if width > area.width():
            width, height = area.width(), area.width() / shown.aspect
        across = max(1, int((area.width() + GAP) / (width + GAP)))
        down = max(1, int((area.height() + GAP) / (height + GAP)))
        room = across * down
        if shown.total > room and across > 1 and area.width() - across * (width + GAP) < REST:
            room -= 1  # how many there are more is written in the place of the last
        return [QRectF(area.left() + (index % across) * (width + GAP), area.top() + (index // across) * (height + GAP),
                       width, height) for index in range(min(room, shown.tiles))]

    def channel_at(self, point: QPointF) -> int | None:
        """The map, bar or unit under a point in the card's coordinates."""
        for index, tile in enumerate(self.tiles()):
            if tile.contains(point):
                if self.shown is not None and self.shown.kind == "cells":
                    return self._unit_at(tile, point)
                return index
        return None

    def _unit_at(self, tile: QRectF, point: QPointF) -> int | None:
        assert self.shown is not None
        (rows, columns), count = self.shown.tile, self.shown.total
        row = min(rows - 1, int((point.y() - tile.top()) / tile.height() * rows))
        column = min(columns - 1, int((point.x() - tile.left()) / tile.width() * columns))
        together = -(-count // (rows * columns))
        unit = (row * columns + column) * together
        return unit if unit < count else None

    # -- mouse --------------------------------------------------------------------------------------------------

    def mousePressEvent(self, event: QGraphicsSceneMouseEvent) -> None:
        event.accept()

    def mouseReleaseEvent(self, event: QGraphicsSceneMouseEvent) -> None:
        channel = self.channel_at(event.pos())
        if self.boundingRect().contains(event.pos()):
            self.picked(-1 if channel is None else channel)

    def open_menu(self, point: QPointF, at: QPoint) -> bool:
        if self.shown is None or self.shown.kind == "fault":
            return False
        self.asked(self.channel_at(self.mapFromScene(point)), at)
        return True

    def hoverMoveEvent(self, event: QGraphicsSceneHoverEvent) -> None:
        self._hover(self.channel_at(event.pos()))

    def hoverLeaveEvent(self, event: QGraphicsSceneHoverEvent) -> None:
        self._hover(None)

    def _hover(self, channel: int | None) -> None:
        if channel != self._hovered:
            self._hovered = channel
            self.setToolTip(self._words(channel))
            self.update()

    def _words(self, channel: int | None) -> str:
        shown = self.shown
        if shown is None:
            return ""
        if shown.kind == "fault" or channel is None:
            return shown.text
        if shown.kind == "bars":
            label = f"{shown.labels[channel]}: " if shown.labels else f"{channel}: "
            return label + value_text(shown.values[channel])
        return f"{channel} / {grouped(shown.total)}\n{shown.text}".strip() if shown.total > 1 else shown.text

    # -- painting -----------------------------------------------------------------------------------------------

    def paint(self, painter: QPainter, option: QStyleOptionGraphicsItem, widget: QWidget | None = None) -> None:
        shown = self.shown
        if shown is None or self.slot.area.isEmpty():
            return
        if self.slot.ground:
            painter.fillRect(self.slot.area.adjusted(-2, -2, 2, 2), QColor(theme.current().raised))
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, False)
        if shown.kind in ("maps", "cells"):
            self._paint_tiles(painter, shown)
        elif shown.kind == "bars":
            self._paint_bars(painter, shown)
        elif is_near(painter):
            self._paint_text(painter, shown)

    def _paint_tiles(self, painter: QPainter, shown: Shown) -> None:
        tiles, picture, look = self.tiles(), shown.picture, theme.current()
        if picture is None:
            return
        height, width = shown.tile
        for index, tile in enumerate(tiles):
            source = QRectF(index * width, 0, width, height) if shown.kind == "maps" else QRectF(picture.rect())
            paint_part(painter, tile, picture, source)
            if shown.kind == "maps" and index in self.changed:
                painter.setPen(QPen(QColor(look.warn), 1.5))
                painter.drawLine(tile.bottomLeft(), tile.topRight())
                painter.drawRect(tile)
            if shown.kind == "maps" and shown.total > 1 and index in (self.chosen, self._hovered):
                painter.setPen(QPen(QColor(look.accent if index == self.chosen else look.dim), 1.5))
                painter.setBrush(Qt.BrushStyle.NoBrush)
                painter.drawRect(tile.adjusted(-0.5, -0.5, 0.5, 0.5))
        if shown.kind == "maps" and len(tiles) < shown.total and tiles and is_near(painter) and not self.slot.ground:
            painter.setFont(Fonts.get().small)
            painter.setPen(QColor(look.dim))
            at = tiles[-1].translated(tiles[-1].width() + GAP + 1, 0)
            painter.drawText(QRectF(at.left(), at.top(), REST + 10, at.height()),
                             Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft,
                             f"+{grouped(shown.total - len(tiles))}")

    def _paint_bars(self, painter: QPainter, shown: Shown) -> None:
        look, fonts, near = theme.current(), Fonts.get(), is_near(painter) and not self.slot.ground
        tiles, labelled = self.tiles(), near and shown.total <= FEW_LABELS
        top = tiles[0].top()
        floor = tiles[0].bottom() - (LABEL if labelled else 0)
        above = max((value for value in shown.values if value > 0), default=0.0)
        below = -min((value for value in shown.values if value < 0), default=0.0)
        scale = (floor - top) / ((above + below) or 1.0)
        zero = top + above * scale
        for index, (tile, value) in enumerate(zip(tiles, shown.values, strict=True)):
            color = QColor(look.accent if value >= 0 else look.error)
            if value != value or abs(value) == float("inf"):
                color, value = QColor(look.warn), above or below
            gap = min(6.0, tile.width() / 5)
            painter.fillRect(QRectF(tile.left() + gap / 2, zero - max(0.0, value) * scale, tile.width() - gap,
                                    max(1.0, abs(value) * scale)), color)
            if index in (self.chosen, self._hovered):
                painter.setPen(QPen(QColor(look.accent if index == self.chosen else look.dim), 1))
                painter.setBrush(Qt.BrushStyle.NoBrush)
                painter.drawRect(tile.adjusted(0.5, -0.5, -0.5, 0.5))
            if labelled:
                painter.setFont(fonts.small)
                painter.setPen(QColor(look.dim))
                words = shown.labels[index] if shown.labels else str(index)
                words = fonts.count_size.elidedText(words, Qt.TextElideMode.ElideRight, tile.width() * 1.2)
                painter.drawText(QRectF(tile.left(), floor, tile.width(), LABEL), Qt.AlignmentFlag.AlignCenter, words)

    def _paint_text(self, painter: QPainter, shown: Shown) -> None:
        look, fonts = theme.current(), Fonts.get()
        painter.setFont(fonts.detail if shown.kind == "fault" else fonts.count)
        painter.setPen(QColor(look.error if shown.kind == "fault" else look.text))
        size = fonts.detail_size if shown.kind == "fault" else fonts.count_size
        words = size.elidedText(shown.text, Qt.TextElideMode.ElideRight, self.slot.area.width())
        painter.drawText(self.slot.area, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, words)

