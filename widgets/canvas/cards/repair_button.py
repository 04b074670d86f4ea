"""The button below a card that mends what is wrong with it."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QPoint, QRectF, Qt
from PySide6.QtGui import QBrush, QColor, QPainter, QPen
from PySide6.QtWidgets import (
    QGraphicsItem,
    QGraphicsSceneHoverEvent,
    QGraphicsSceneMouseEvent,
    QGraphicsView,
    QStyleOptionGraphicsItem,
    QWidget,
)

from widgets.canvas.cards.sizes import CARD_WIDTH, PORT_RADIUS, TEXT_LEFT, WIDEST
from widgets.canvas.ground.fonts import Fonts
from widgets.canvas.ground.pressable import Pressable
from widgets.canvas.ground.stacking import BUTTON_LAYER
from widgets.look import theme
from widgets.look.guarded import guarded
from widgets.parts.still import Spot, keep_still

HEIGHT, GAP = 19.0, 5.5  # in the middle of the 30 between two cards


@guarded
class RepairButton(Pressable, QGraphicsItem):
    """The button below a card that mends what is wrong with it."""

    def __init__(self, text: str, top: float, card: QGraphicsItem) -> None:
        super().__init__()
        self.text = text
        self.pressed: Callable[[], None] = lambda: None
        self.previewed: Callable[[bool], None] = lambda _on: None  # the mouse came or went
        self._hovered = False
        self.setAcceptHoverEvents(True)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setZValue(BUTTON_LAYER)
        width = min(Fonts.get().detail_size.horizontalAdvance(text) + 16, WIDEST)
        self._rect = QRectF(0, 0, width, HEIGHT)
        free = CARD_WIDTH / 2 - PORT_RADIUS - 3 - width  # left of the wire, where the button is short enough
        self.setPos(min(TEXT_LEFT, max(0.0, free)), top + GAP)
        self.setParentItem(card)

    def boundingRect(self) -> QRectF:
        return self._rect

    def paint(self, painter: QPainter, option: QStyleOptionGraphicsItem, widget: QWidget | None = None) -> None:
        look = theme.current()
        rect = self.boundingRect().adjusted(0.5, 0.5, -0.5, -0.5)
        painter.setPen(QPen(QColor(look.accent if self._hovered else look.line), 1))
        painter.setBrush(QBrush(QColor(look.raised)))
        painter.drawRoundedRect(rect, 6, 6)
        painter.setPen(QColor(look.text))
        painter.setFont(Fonts.get().detail)
        words = Fonts.get().detail_size.elidedText(self.text, Qt.TextElideMode.ElideRight, rect.width() - 12)
        painter.drawText(rect, Qt.AlignmentFlag.AlignCenter, words)

    def mousePressEvent(self, event: QGraphicsSceneMouseEvent) -> None:
        event.accept()

    def mouseReleaseEvent(self, event: QGraphicsSceneMouseEvent) -> None:
        if self.boundingRect().contains(event.pos()):
            keep_still(self._spot(event))  # cards move, and a double click on the canvas beneath would open a search
            self.pressed()

    def _spot(self, event: QGraphicsSceneMouseEvent) -> Spot | None:
        """Where it is on the screen."""
        port = event.widget()
        view = port.parentWidget() if port is not None else None
        if port is None or not isinstance(view, QGraphicsView):
            return None
        area = view.mapFromScene(self.sceneBoundingRect()).boundingRect()
        return Spot(port.window(), area.translated(port.mapToGlobal(QPoint())), event.timestamp())

    def hoverEnterEvent(self, event: QGraphicsSceneHoverEvent) -> None:
        self._hovered = True
        self.previewed(True)
        self.update()

    def hoverLeaveEvent(self, event: QGraphicsSceneHoverEvent) -> None:
        self._hovered = False
        self.previewed(False)
        self.update()
