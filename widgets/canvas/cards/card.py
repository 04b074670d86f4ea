"""A node on the canvas."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Protocol

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QPainter, QPainterPath
from PySide6.QtWidgets import (
    QGraphicsItem,
    QGraphicsObject,
    QGraphicsSceneHoverEvent,
    QStyleOptionGraphicsItem,
    QWidget,
)

from engine.graph.graph import Node
from widgets.canvas.cards.face import Face
from widgets.canvas.cards.painting import paint_card
from widgets.canvas.cards.repair_button import RepairButton
from widgets.canvas.cards.sizes import (
    CARD_WIDTH,
    PORT_RADIUS,
    card_height,
    card_width,
    input_port,
    output_port,
    shortened,
)
from widgets.canvas.ground.fonts import is_near
from widgets.canvas.ground.highlight import DIMMED, highlight_on
from widgets.canvas.ground.labels import label_name
from widgets.canvas.ground.stacking import CARD_LAYER
from widgets.look.guarded import guarded

GRAB = 12.0  # how near a port the mouse must be, scene pixels
FARTHEST = 2.0  # times as far, where a card is seen from afar


class Attached(Protocol):
    """What begins or ends at a card: a wire."""

    def follow(self) -> None:
        """Lie again where the card is."""


class FoldBar(Protocol):
    """What is shown in the place of cards that are hidden."""

    area: QRectF


@guarded
class CardItem(QGraphicsObject):
    """A node. Dragging it moves it; its ports begin and end wires (gestures do that)."""

    def __init__(self, node: Node) -> None:
        super().__init__()
        self.node = node
        self.plain = self.bare = self.face = Face(node.name, node.layer.category)
        # What follows from the graph alone; with what is known of it; and with the scene's decorations.
        self._slot: QRectF | None = None  # None: not asked for since it lies here
        self.wires: list[Attached] = []
        self.leaving = self.coming = 0  # how many of them begin here, and end here
        self.repair_button: RepairButton | None = None
        self.facts: object = None  # what its numbers were made from
        self.tip = ""  # what it says under the mouse instead of what has no room on it
        self.fold: FoldBar | None = None  # the collapsed frame that hides it
        self.carried = False  # what carries it moves its wires too
        self.hovered = False
        self.stirred: Callable[[], None] | None = None  # told when it moves or the mouse comes or goes
        flags = QGraphicsItem.GraphicsItemFlag
        self.setFlags(flags.ItemIsSelectable | flags.ItemSendsGeometryChanges)
        self.setAcceptHoverEvents(True)
        self.setZValue(CARD_LAYER)
        self.setPos(*node.position)

    def in_point(self, port: int) -> QPointF:
        """Where an input lies, in scene coordinates."""
        if self.fold is not None:
            area = self.fold.area
            return (QPointF(area.left(), area.center().y()) if self._flows_right
                    else QPointF(area.center().x(), area.top()))
        return self.pos() + input_port(self.face, port)

    def out_point(self) -> QPointF:
        """Where the output lies, in scene coordinates."""
        if self.fold is not None:
            area = self.fold.area
            return (QPointF(area.right(), area.center().y()) if self._flows_right
                    else QPointF(area.center().x(), area.bottom()))
        return self.pos() + output_port(self.face)

    @property
    def _flows_right(self) -> bool:
        return self.face.flow == "right"

    def body(self) -> QRectF:
        """Where the card lies, in scene coordinates."""
        return QRectF(self.x(), self.y(), card_width(self.face), card_height(self.face))

    def slot(self) -> QRectF:
        """The same without the room that a sentence takes: what cards are lined up by."""
        if self._slot is None:
            self._slot = QRectF(self.x(), self.y(), CARD_WIDTH, card_height(self.face))
        return self._slot

    def port_at(self, point: QPointF, pixel: float = 1.0) -> int | None:
        """The input (0, 1, …) or output (−1) nearest to a scene point, or None; ``pixel``: one of the screen, in those
        of the scene: from afar the hand is as sure as from near."""
        on_it = self.body().contains(point)  # there one takes hold of the card itself, too
        where, reach = point - self.pos(), GRAB if on_it else GRAB * min(max(1.0, pixel), FARTHEST)
        ports = {index: input_port(self.face, index) for index in range(self.face.inputs)}
        if self.face.has_output:
            ports[-1] = output_port(self.face)
        far = {port: (where - at).manhattanLength() for port, at in ports.items()}
        return min((port for port in far if far[port] <= reach), key=lambda port: far[port], default=None)

    def show_face(self, face: Face) -> None:
        """Show other words; the card is repainted only when they differ."""
        if face == self.face:
            return
        other_height = card_height(face) != card_height(self.face)
        moved_ports = face.inputs != self.face.inputs or other_height or face.flow != self.face.flow
        if face.problem != self.face.problem or other_height or face.flow != self.face.flow:
            self.prepareGeometryChange()
            self._slot = None
        self.face = face
        if moved_ports:
            for wire in self.wires:
                wire.follow()
        self.update()

    def toolTip(self) -> str:
        """What it says under the mouse. Measuring words takes time: the scene asks for it when it is to be shown."""
        if self.tip:
            return self.tip
        face, cut = self.face, shortened(self.face)
        if face.problem and (cut or face.collapsed):
            return "\n".join([*cut, face.problem] if face.problem not in cut else cut)
        return "\n".join([*cut, *self._marks(face)])

    def show_repair(self, text: str) -> None:
        """Offer this below the card; "": nothing."""
        button = self.repair_button
        if button is not None and button.text != text:
            if (scene := button.scene()) is not None:
                scene.removeItem(button)
            button = self.repair_button = None
        if text and button is None:
            self.repair_button = RepairButton(text, card_height(self.face), self)

    def _marks(self, face: Face) -> list[str]:
        """What its small signs mean."""
        words = [self.tr("Bypassed: what comes in goes out")] if face.bypassed else []
        if face.frozen:
            words.append(self.tr("Frozen: training leaves these weights as they are"))
        if face.carried:
            words.append(face.carried_text)
        if face.label:
            words.append(self.tr("Label: {color}").format(color=label_name(face.label)))
        return words if not face.collapsed else [face.detail, *words]

    def boundingRect(self) -> QRectF:
        edge = PORT_RADIUS + 3  # what lies below a repeated block's card shows a little further
        aside = edge if self._flows_right else 2
        return QRectF(0, 0, card_width(self.face), card_height(self.face)).adjusted(-aside, -edge, aside, edge)

    def shape(self) -> QPainterPath:
        path = QPainterPath()
        aside, above = (GRAB / 2, 0) if self._flows_right else (0, GRAB / 2)
        path.addRect(QRectF(0, 0, card_width(self.face), card_height(self.face)).adjusted(-aside, -above, aside, above))
        return path

    def paint(self, painter: QPainter, option: QStyleOptionGraphicsItem, widget: QWidget | None = None) -> None:
        highlight = highlight_on(self)
        if highlight is not None and self.node.name not in highlight.names:
            painter.setOpacity(painter.opacity() * DIMMED)
        paint_card(painter, self.face, self.isSelected(), self.hovered, is_near(painter))

    def itemChange(self, change: QGraphicsItem.GraphicsItemChange, value: Any) -> Any:
        if change == QGraphicsItem.GraphicsItemChange.ItemPositionHasChanged:
            self._slot = None
            self._tell_of_move()
        return super().itemChange(change, value)

    def _tell_of_move(self) -> None:
        if not self.carried:
            for wire in self.wires:
                wire.follow()
            if self.stirred is not None:
                self.stirred()

    def hoverEnterEvent(self, event: QGraphicsSceneHoverEvent) -> None:
        self._hover(True)

    def _hover(self, on: bool) -> None:
        self.hovered = on
        self.update()
        if self.stirred is not None:
            self.stirred()

    def hoverMoveEvent(self, event: QGraphicsSceneHoverEvent) -> None:
        scene = self.scene()
        pixel = 1 / scene.views()[0].transform().m11() if scene is not None and scene.views() else 1.0
        on_port = self.port_at(event.scenePos(), pixel) is not None
        self.setCursor(Qt.CursorShape.CrossCursor if on_port else Qt.CursorShape.ArrowCursor)

    def hoverLeaveEvent(self, event: QGraphicsSceneHoverEvent) -> None:
        self._hover(False)


