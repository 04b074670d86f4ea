"""What is not in the network, or not yet: cards and wires that cannot be touched, and signs beside wires."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QGraphicsItem, QStyleOptionGraphicsItem, QWidget

from engine.graph.grid import Flow
from widgets.canvas.cards.changes import SIGN, paint_sign
from widgets.canvas.cards.face import Face
from widgets.canvas.cards.painting import paint_card
from widgets.canvas.cards.sizes import card_height, card_width, input_port, output_port
from widgets.canvas.ground.stacking import BUTTON_LAYER, CARD_LAYER, PASSING_LAYER
from widgets.canvas.wires.painting import paint_wire
from widgets.canvas.wires.paths import wire_path
from widgets.canvas.wires.pill import PILL_HEIGHT, PILL_ROOM, paint_pill, pill_place, pill_rect
from widgets.look import theme
from widgets.look.guarded import guarded

SHEER = 0.72  # a ghost's opacity


class Ghost(QGraphicsItem):
    """The mouse passes through it."""

    def __init__(self, layer: float) -> None:
        super().__init__()
        self.setAcceptedMouseButtons(Qt.MouseButton.NoButton)
        self.setZValue(layer)
        self.setOpacity(SHEER)


@guarded
class GhostCard(Ghost):
    """A card that would be added."""

    def __init__(self, face: Face, at: QPointF) -> None:
        super().__init__(CARD_LAYER + 0.2)
        self.face = face
        self.setPos(at)

    def in_point(self, port: int) -> QPointF:
        """Where an input lies, in scene coordinates."""
        return self.pos() + input_port(self.face, port)

    def out_point(self) -> QPointF:
        """Where the output lies, in scene coordinates."""
        return self.pos() + output_port(self.face)

    def boundingRect(self) -> QRectF:
        return QRectF(-10, -10, card_width(self.face) + 20, card_height(self.face) + 20)

    def paint(self, painter: QPainter, option: QStyleOptionGraphicsItem, widget: QWidget | None = None) -> None:
        paint_card(painter, self.face, False, False)


@guarded
class GhostWire(Ghost):
    """A wire that would be added, and the shape that would flow through it."""

    def __init__(self, start: QPointF, end: QPointF, text: str, flow: Flow = "down") -> None:
        super().__init__(PASSING_LAYER + 0.5)
        self.text = text
        self.path = wire_path(start, end, flow)
        self._pill = pill_place(self.path, flow=flow)

    def boundingRect(self) -> QRectF:
        at, leftwards = self._pill
        pill = QRectF(at.x() - PILL_ROOM * leftwards, at.y() - PILL_HEIGHT / 2, PILL_ROOM, PILL_HEIGHT)
        return self.path.controlPointRect().united(pill).adjusted(-6, -6, 6, 6)

    def paint(self, painter: QPainter, option: QStyleOptionGraphicsItem, widget: QWidget | None = None) -> None:
        paint_wire(painter, self.path, False, "added")
        if self.text:
            paint_pill(painter, pill_rect(*self._pill, self.text), self.text, True)


@guarded
class BrokenSign(Ghost):
    """A cross where a tensor would no longer fit."""

    def __init__(self, at: QPointF) -> None:
        super().__init__(BUTTON_LAYER)
        self.setOpacity(1.0)
        self.setPos(at)

    def boundingRect(self) -> QRectF:
        return QRectF(-SIGN - 1, -SIGN - 1, 2 * SIGN + 2, 2 * SIGN + 2)

    def paint(self, painter: QPainter, option: QStyleOptionGraphicsItem, widget: QWidget | None = None) -> None:
        paint_sign(painter, QPointF(), "×", theme.color("error"))
