"""The far view: below a zoom of 0.4 cards are coloured boxes, all painted in a few calls."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from PySide6.QtCore import QLineF, QPointF, QRectF
from PySide6.QtGui import QColor, QPainter, QPen

from widgets import theme
from widgets.canvas.items import CardItem, WireItem
from widgets.canvas.painting import CARD_HEIGHT, CARD_WIDTH, TURN, category_color

_TONES = {"selected": "accent", "error": "error"}
FAR = 0.4  # painting 1 000 cards one by one takes 125 ms, in batches 4 ms


class Overview:
    """Lists of boxes by colour and of lines, made again only after something moved."""

    def __init__(self) -> None:
        self._boxes: dict[str, list[QRectF]] = {}
        self._lines: list[QLineF] = []
        self._stale = True

    def invalidate(self) -> None:
        """Something was added, removed, moved or changed colour."""
        self._stale = True

    def paint(self, painter: QPainter, cards: Iterable[CardItem], wires: Sequence[WireItem]) -> None:
        """Paint everything, from the lists."""
        if self._stale:
            self._collect(cards, wires)
        look = theme.current()
        pen = QPen(QColor(look.wire), 0)
        painter.setPen(pen)
        painter.drawLines(self._lines)
        for tone, boxes in self._boxes.items():
            painter.setPen(QPen(QColor(look.accent if tone == "selected" else look.canvas), 0))
            painter.setBrush(QColor(getattr(look, _TONES[tone])) if tone in _TONES else category_color(tone))
            painter.drawRects(boxes)

    def _collect(self, cards: Iterable[CardItem], wires: Sequence[WireItem]) -> None:
        self._boxes = {}
        for card in cards:
            tone = "selected" if card.isSelected() else "error" if card.face.severity == "error" else card.face.category
            place = card.pos()
            self._boxes.setdefault(tone, []).append(QRectF(place.x(), place.y(), CARD_WIDTH, CARD_HEIGHT))
        self._lines = [line for wire in wires for line in _lines(wire)]
        self._stale = False


def _lines(wire: WireItem) -> list[QLineF]:
    start, end = wire.source.out_point(), wire.target.in_point(wire.edge.port)
    if wire.beside is None:
        return [QLineF(start, end)]
    top, bottom = QPointF(wire.beside, start.y() + TURN), QPointF(wire.beside, end.y() - TURN)
    return [QLineF(start, top), QLineF(top, bottom), QLineF(bottom, end)]
