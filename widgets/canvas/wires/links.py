"""Dashed lines between cards that share their weights."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPainterPath, QPen
from PySide6.QtWidgets import QGraphicsItem, QStyleOptionGraphicsItem, QWidget

from widgets.canvas.cards.card import CardItem
from widgets.canvas.cards.sizes import card_height, card_width
from widgets.canvas.ground.stacking import LINK_LAYER
from widgets.look import theme
from widgets.look.guarded import guarded

BOW = 44.0  # how far a line swings out to the right of the cards


@guarded
class ShareLinks(QGraphicsItem):
    """Lies above the cards and takes no clicks."""

    def __init__(self) -> None:
        super().__init__()
        self.pairs: tuple[tuple[CardItem, CardItem], ...] = ()
        self._path = QPainterPath()
        self.setZValue(LINK_LAYER)
        self.setAcceptedMouseButtons(Qt.MouseButton.NoButton)

    def join(self, shares: Mapping[str, str], cards: Mapping[str, CardItem]) -> None:
        """Join each card that shares with the owner of its weights while one of them is selected or under the mouse."""
        if shares or self.pairs:
            chosen = {name for name in {*shares, *shares.values()} if cards[name].isSelected() or cards[name].hovered}
            self._show_pairs([(cards[name], cards[owner]) for name, owner in shares.items()
                              if name in chosen or owner in chosen])

    def _show_pairs(self, pairs: Sequence[tuple[CardItem, CardItem]]) -> None:
        if pairs or self.pairs:
            self.prepareGeometryChange()
            self.pairs, self._path = tuple(pairs), QPainterPath()
            for sharer, owner in pairs:
                self._path.addPath(link_path(sharer, owner))
            self.update()

    def boundingRect(self) -> QRectF:
        return self._path.boundingRect().adjusted(-2, -2, 2, 2) if self.pairs else QRectF()

    def shape(self) -> QPainterPath:
        return QPainterPath()

    def paint(self, painter: QPainter, option: QStyleOptionGraphicsItem, widget: QWidget | None = None) -> None:
        if self.pairs:
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(QPen(QColor(theme.current().accent), 1.5, Qt.PenStyle.DashLine))
            painter.drawPath(self._path)


def link_path(sharer: CardItem, owner: CardItem) -> QPainterPath:
    """From one right edge to the other, in a bow beside what lies between."""
    start, end = _right_of(sharer), _right_of(owner)
    out = QPointF(max(start.x(), end.x()) + BOW, 0)
    path = QPainterPath(start)
    path.cubicTo(QPointF(out.x(), start.y()), QPointF(out.x(), end.y()), end)
    return path


def _right_of(card: CardItem) -> QPointF:
    return card.pos() + QPointF(card_width(card.face), card_height(card.face) / 2)
