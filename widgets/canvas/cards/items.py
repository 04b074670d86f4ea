"""The things on the canvas: a card for a node, a wire for an edge, a button for a repair."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any, Protocol

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QBrush, QColor, QPainter, QPainterPath, QPainterPathStroker, QPen
from PySide6.QtWidgets import (
    QGraphicsItem,
    QGraphicsObject,
    QGraphicsSceneHoverEvent,
    QGraphicsSceneMouseEvent,
    QStyleOptionGraphicsItem,
    QWidget,
)

from engine.graph.graph import Edge, Node, Position
from widgets.canvas.cards.highlight import DIMMED, highlight_on
from widgets.canvas.cards.labels import label_name
from widgets.canvas.cards.painting import (
    CARD_WIDTH,
    PILL_HEIGHT,
    PORT_RADIUS,
    TEXT_LEFT,
    WIDEST,
    Face,
    Fonts,
    bent_path,
    card_height,
    card_width,
    input_port,
    output_port,
    paint_bends,
    paint_card,
    paint_pill,
    paint_wire,
    passing_path,
    pill_place,
    pill_rect,
    wire_path,
)
from widgets.look import theme

log = logging.getLogger(__name__)
PILL_ROOM = 180.0
CHIP_HEIGHT, CHIP_GAP = 19.0, 5.5  # a repair button in the middle of the 30 between two cards
READABLE = 0.5  # the zoom from which on small words are painted
GRAB = 12.0  # how near a port the mouse must be, scene pixels
PASSING_LAYER, WIRE_LAYER, CARD_LAYER, LINK_LAYER, BUTTON_LAYER = -1.0, 0.0, 1.0, 1.5, 2.0


def guarded(paint: Callable[..., None]) -> Callable[..., None]:
    """An exception that leaves a Python ``paint`` can kill the process: log it and leave the item unpainted."""

    def safe(self: Any, painter: QPainter, option: QStyleOptionGraphicsItem, widget: QWidget | None = None) -> None:
        painter.save()
        try:
            paint(self, painter, option, widget)
        except Exception:
            log.exception("painting failed")
        finally:
            painter.restore()

    return safe


class FoldBar(Protocol):
    """What is shown in the place of cards that are hidden."""

    area: QRectF


class WireItem(QGraphicsItem):
    """An edge and, beside it, the shape that flows through it."""

    def __init__(self, edge: Edge, source: CardItem, target: CardItem) -> None:
        super().__init__()
        self.edge, self.source, self.target = edge, source, target
        self.via = edge.via  # the points it is led through
        self.text = ""
        self.was = ""  # the shape before a change that is only tried
        self.tone = ""  # of ``painting.WIRE_TONES``
        self.path = QPainterPath()
        self.beside: float | None = None  # the x at which it passes cards that stand in its way
        self._pill = (QPointF(), False)
        self.setFlag(QGraphicsItem.GraphicsItemFlag.ItemIsSelectable)
        self.setZValue(WIRE_LAYER)
        self._ends: tuple[QPointF, QPointF] | None = None
        self.enter()

    def enter(self) -> None:
        """Be known to both cards, and lie between them."""
        self.source.wires.append(self)
        self.target.wires.append(self)
        if self._ends != (self.source.out_point(), self.target.in_point(self.edge.port)):
            self.follow()

    def follow(self) -> None:
        """Lie again between the two cards."""
        self.prepareGeometryChange()
        start, end = self._ends = self.source.out_point(), self.target.in_point(self.edge.port)
        if self.via and not self.is_folded:
            self.path = bent_path(start, end, self.via)
        elif self.beside is None or self.is_folded:
            self.path = wire_path(start, end)
        else:
            self.path = passing_path(start, end, self.beside)
        self._pill = pill_place(self.path, (self.source.body(), self.target.body()))

    def carry(self, way: QPointF) -> None:
        """Go as it is with both its cards."""
        self.prepareGeometryChange()
        self.path.translate(way)
        self._ends = None
        self._pill = (self._pill[0] + way, self._pill[1])

    @property
    def is_folded(self) -> bool:
        """Whether an end of it is in a collapsed frame."""
        return self.source.fold is not None or self.target.fold is not None

    def show_unless_folded(self) -> None:
        """Be seen, unless both ends are in one collapsed frame."""
        self.setVisible(self.source.fold is None or self.source.fold is not self.target.fold)

    def lead(self, via: tuple[Position, ...]) -> None:
        """Run through other points, until the graph says so too."""
        self.via = via
        self.follow()

    def leg_at(self, point: QPointF) -> int:
        """Between which bends a point of it lies: what number a bend there would be."""
        percents = [_nearest_percent(self.path, QPointF(*at)) for at in self.via]
        here = _nearest_percent(self.path, point)
        return sum(percent < here for percent in percents)

    def pass_beside(self, beside: float | None) -> None:
        """Lie beside cards at this x; None: straight on."""
        if beside != self.beside:
            self.beside = beside
            self.setZValue(WIRE_LAYER if beside is None else PASSING_LAYER)
            self.follow()

    def show_shape(self, text: str, was: str = "") -> None:
        """Write the shape beside the wire (empty: none), and what it was where that is another."""
        if (text, was) != (self.text, self.was):
            if was or self.was:
                self.prepareGeometryChange()
            self.text, self.was = text, was
            self.update()

    def show_tone(self, tone: str) -> None:
        """Draw the wire in one of ``painting.WIRE_TONES``."""
        if tone != self.tone:
            self.tone = tone
            self.update()

    def pill_text(self) -> str:
        """What the pill says."""
        return f"{self.was} → {self.text or '?'}" if self.was else self.text

    def leave(self) -> None:
        """Be known to the two cards no more, before the item is taken off the scene."""
        self.source.wires.remove(self)
        self.target.wires.remove(self)

    def boundingRect(self) -> QRectF:
        # Room for any pill, so that a new shape needs no new geometry.
        at, leftwards = self._pill
        room = PILL_ROOM * (2 if self.was else 1)
        pill = QRectF(at.x() - room * leftwards, at.y() - PILL_HEIGHT / 2, room, PILL_HEIGHT)
        return self.path.controlPointRect().united(pill).adjusted(-6, -6, 6, 6)

    def shape(self) -> QPainterPath:
        stroker = QPainterPathStroker()
        stroker.setWidth(10)
        return stroker.createStroke(self.path)

    @guarded
    def paint(self, painter: QPainter, option: QStyleOptionGraphicsItem, widget: QWidget | None = None) -> None:
        highlight = highlight_on(self)
        tone = self.tone or (highlight.tone(self.edge) if highlight is not None else "")
        paint_wire(painter, self.path, self.isSelected(), tone)
        if tone == "dim":
            painter.setOpacity(DIMMED)
        if self.via and not self.is_folded:
            paint_bends(painter, self.via, self.isSelected())
        if (text := self.pill_text()) and _is_near(painter):
            paint_pill(painter, pill_rect(*self._pill, text), text, bool(self.was))


class CardItem(QGraphicsObject):
    """A node. Dragging it moves it; its ports begin and end wires (the scene does that)."""

    def __init__(self, node: Node) -> None:
        super().__init__()
        self.node = node
        self.plain = self.bare = self.face = Face(node.name, node.layer.category)
        # What follows from the graph alone; with what is known of it; and with the scene's decorations.
        self.wires: list[WireItem] = []
        self.repair_button: RepairButton | None = None
        self.facts: object = None  # what its numbers were made from
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
            return QPointF(self.fold.area.center().x(), self.fold.area.top())
        return self.pos() + input_port(port, max(self.face.inputs, port + 1))

    def out_point(self) -> QPointF:
        """Where the output lies, in scene coordinates."""
        if self.fold is not None:
            return QPointF(self.fold.area.center().x(), self.fold.area.bottom())
        return self.pos() + output_port(card_height(self.face))

    def body(self) -> QRectF:
        """Where the card lies, in scene coordinates."""
        return QRectF(self.x(), self.y(), card_width(self.face), card_height(self.face))

    def slot(self) -> QRectF:
        """The same without the room that a sentence takes: what cards are lined up by."""
        return QRectF(self.x(), self.y(), CARD_WIDTH, card_height(self.face))

    def port_at(self, point: QPointF) -> int | None:
        """The input (0, 1, …) or output (−1) near a scene point, or None."""
        where = point - self.pos()
        if self.face.has_output and _near(where, output_port(card_height(self.face))):
            return -1
        return next((i for i in range(self.face.inputs) if _near(where, input_port(i, self.face.inputs))), None)

    def show_face(self, face: Face) -> None:
        """Show other words; the card is repainted only when they differ."""
        if face == self.face:
            return
        moved_ports = face.inputs != self.face.inputs or face.collapsed != self.face.collapsed
        self.prepareGeometryChange()
        self.face = face
        cut = Fonts.get().detail_size.horizontalAdvance(face.problem) > card_width(face) - TEXT_LEFT - 12
        self.setToolTip(face.problem if cut or (face.collapsed and face.problem) else "\n".join(self._marks(face)))
        if moved_ports:
            for wire in self.wires:
                wire.follow()
        self.update()

    def _marks(self, face: Face) -> list[str]:
        """What its small signs mean."""
        words = [self.tr("Bypassed: what comes in goes out")] if face.bypassed else []
        if face.frozen:
            words.append(self.tr("Frozen: training leaves these weights as they are"))
        if face.label:
            words.append(self.tr("Label: {color}").format(color=label_name(face.label)))
        return words if not face.collapsed else [face.detail, *words]

    def boundingRect(self) -> QRectF:
        edge = PORT_RADIUS + 3  # what lies below a repeated block's card shows a little further
        return QRectF(0, 0, card_width(self.face), card_height(self.face)).adjusted(-2, -edge, 2, edge)

    def shape(self) -> QPainterPath:
        path = QPainterPath()
        path.addRect(QRectF(0, -GRAB / 2, card_width(self.face), card_height(self.face) + GRAB))
        return path

    @guarded
    def paint(self, painter: QPainter, option: QStyleOptionGraphicsItem, widget: QWidget | None = None) -> None:
        highlight = highlight_on(self)
        if highlight is not None and self.node.name not in highlight.names:
            painter.setOpacity(painter.opacity() * DIMMED)
        paint_card(painter, self.face, self.isSelected(), self.hovered, _is_near(painter))

    def itemChange(self, change: QGraphicsItem.GraphicsItemChange, value: Any) -> Any:
        if change == QGraphicsItem.GraphicsItemChange.ItemPositionHasChanged and not self.carried:
            for wire in self.wires:
                wire.follow()
            if self.stirred is not None:
                self.stirred()
        return super().itemChange(change, value)

    def hoverEnterEvent(self, event: QGraphicsSceneHoverEvent) -> None:
        self._hover(True)

    def _hover(self, on: bool) -> None:
        self.hovered = on
        self.update()
        if self.stirred is not None:
            self.stirred()

    def hoverMoveEvent(self, event: QGraphicsSceneHoverEvent) -> None:
        on_port = self.port_at(event.scenePos()) is not None
        self.setCursor(Qt.CursorShape.CrossCursor if on_port else Qt.CursorShape.ArrowCursor)

    def hoverLeaveEvent(self, event: QGraphicsSceneHoverEvent) -> None:
        self._hover(False)


def _is_near(painter: QPainter) -> bool:
    """Whether small words can be read."""
    return painter.worldTransform().m11() >= READABLE


def _near(a: QPointF, b: QPointF) -> bool:
    return (a - b).manhattanLength() <= GRAB


def _nearest_percent(path: QPainterPath, point: QPointF) -> float:
    """How far along a path the nearest of its points is."""
    steps = [step / 60 for step in range(61)]
    return min(steps, key=lambda step: (path.pointAtPercent(step) - point).manhattanLength())


class RepairButton(QGraphicsItem):
    """The button below a card that mends what is wrong with it."""

    def __init__(self, card: CardItem, text: str) -> None:
        super().__init__()
        self.text = text
        self.pressed: Callable[[], None] = lambda: None
        self.previewed: Callable[[bool], None] = lambda _on: None  # the mouse came or went
        self._hovered = False
        self.setAcceptHoverEvents(True)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setZValue(BUTTON_LAYER)
        width = min(Fonts.get().detail_size.horizontalAdvance(text) + 16, WIDEST)
        self._rect = QRectF(0, 0, width, CHIP_HEIGHT)
        free = output_port().x() - PORT_RADIUS - 3 - width  # left of the wire, where the button is short enough
        self.setPos(min(TEXT_LEFT, max(0.0, free)), card_height(card.face) + CHIP_GAP)
        self.setParentItem(card)

    def boundingRect(self) -> QRectF:
        return self._rect

    @guarded
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
            self.pressed()

    def hoverEnterEvent(self, event: QGraphicsSceneHoverEvent) -> None:
        self._hovered = True
        self.previewed(True)
        self.update()

    def hoverLeaveEvent(self, event: QGraphicsSceneHoverEvent) -> None:
        self._hovered = False
        self.previewed(False)
        self.update()
