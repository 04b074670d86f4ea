"""An edge on the canvas."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise

from PySide6.QtCore import QLineF, QPointF, QRectF
from PySide6.QtGui import QPainter, QPainterPath, QPainterPathStroker
from PySide6.QtWidgets import QGraphicsItem, QStyleOptionGraphicsItem, QWidget

from engine.graph.graph import Edge, Position
from widgets.canvas.cards.card import CardItem
from widgets.canvas.ground.fonts import is_near
from widgets.canvas.ground.highlight import DIMMED, highlight_on
from widgets.canvas.ground.stacking import PASSING_LAYER, WIRE_LAYER
from widgets.canvas.wires.painting import paint_bends, paint_wire
from widgets.canvas.wires.paths import bent_path, nearest_percent, over, passing_corners, passing_path, wire_path
from widgets.canvas.wires.pill import PILL_HEIGHT, PILL_ROOM, paint_pill, pill_place, pill_rect
from widgets.look.guarded import guarded

MANY = 16  # wires at one end of a card, among which no place is looked for
PILL_RUN = 88.0  # straight, so that a pill can stand over it


@guarded
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
        self.runs = (0.0, 0.0)  # how far it goes straight on before it turns there, and after
        self._stands = (0, 0)  # at which end that is, and to which side
        self.pill_at = (QPointF(), False)  # where its shape is written, and whether leftwards from there
        self.setFlag(QGraphicsItem.GraphicsItemFlag.ItemIsSelectable)
        self.setZValue(WIRE_LAYER)
        self._ends: tuple[QPointF, QPointF] | None = None
        self._area = QRectF()  # what it may paint on: asked for more often than it changes
        self._lines: Sequence[QLineF] | None = None  # None: not asked for since it lies so
        self.enter()

    def enter(self) -> None:
        """Be known to both cards, and lie between them."""
        self.source.wires.append(self)
        self.target.wires.append(self)
        self.source.leaving += 1
        self.target.coming += 1
        if self._ends != (self.source.out_point(), self.target.in_point(self.edge.port)):
            self.follow()

    def follow(self) -> None:
        """Lie again between the two cards."""
        self.prepareGeometryChange()
        self._lines = None
        start, end = self._ends = self.source.out_point(), self.target.in_point(self.edge.port)
        flow = self.source.face.flow
        if self.via and not self.is_folded:
            self.path = bent_path(start, end, self.via, flow)
        elif self.beside is None or self.is_folded:
            self.path = wire_path(start, end, flow, *self._runs())
        else:
            self.path = passing_path(start, end, self.beside, flow, *self.runs)
        self._place_pill()

    def _place_pill(self) -> None:
        """Beside its own wire: where several leave a card or come into one, at the other end."""
        end, away = self._stands = self._standing()
        self.pill_at = pill_place(self.path, (self.source.body(), self.target.body()), end, away,
                                  self.source.face.flow, self.beside is not None)
        self._area = self._area_now()

    def _standing(self) -> tuple[int, int]:
        """At which end its pill stands, and to which side away from the wires that are there with it."""
        end = self._own_end()
        if not end or (self.source.leaving if end > 0 else self.target.coming) > MANY:
            return end, 0
        away = -sum(other.aside(end) for other in self._beside_it(end))
        return end, (away > 0) - (away < 0)

    def settle(self) -> None:
        """Others came to one of its cards, left it, or lie otherwise."""
        if self._standing() != self._stands:
            self.follow()

    def _beside_it(self, end: int) -> Iterator[WireItem]:
        """The others that leave its source with it (1), or come into its target with it (−1)."""
        for other in (self.source if end > 0 else self.target).wires:
            if isinstance(other, WireItem) and other is not self and (
                    other.source is self.source if end > 0 else other.target is self.target):
                yield other

    def _own_end(self) -> int:
        """At which end it is alone, 1 its target's and −1 its source's; 0: at both, or at none."""
        return (self.source.leaving > 1) - (self.target.coming > 1)

    def _runs(self) -> tuple[float, float]:
        end = self._own_end()
        return PILL_RUN * (end < 0), PILL_RUN * (end > 0)

    def aside(self, end: int) -> float:
        """To which side it leads from the card that it shares with others: its source where they are alone at the
        other end (1), else its target; −1 to 1."""
        start, goal = self.source.out_point(), self.target.in_point(self.edge.port)
        here, there = (start, goal) if end > 0 else (goal, start)
        across = QPointF.y if self.source.face.flow == "right" else QPointF.x
        way = (self.beside if self.beside is not None else across(there)) - across(here)
        return max(-1.0, min(1.0, way))

    def carry(self, way: QPointF) -> None:
        """Go as it is with both its cards."""
        self.prepareGeometryChange()
        self.path.translate(way)
        self._ends = self._lines = None
        self.pill_at = (self.pill_at[0] + way, self.pill_at[1])
        self._area = self._area.translated(way)

    def lines(self) -> Sequence[QLineF]:
        """How it is drawn when seen from afar; nothing when it lies in a collapsed frame."""
        if self._lines is None:
            self._lines = [QLineF(here, there) for here, there in pairwise(self._corners())]
        return self._lines

    def _corners(self) -> list[QPointF]:
        if self.is_folded and self.source.fold is self.target.fold:
            return []
        start, end = self.source.out_point(), self.target.in_point(self.edge.port)
        if self.via and not self.is_folded:
            return [start, *(QPointF(*at) for at in self.via), end]
        if self.beside is None or self.is_folded:
            return [start, end]
        if self.source.face.flow == "right":
            return [over(at) for at in passing_corners(over(start), over(end), self.beside, *self.runs)]
        return passing_corners(start, end, self.beside, *self.runs)

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
        percents = [nearest_percent(self.path, QPointF(*at)) for at in self.via]
        here = nearest_percent(self.path, point)
        return sum(percent < here for percent in percents)

    def pass_beside(self, beside: float | None, before: float = 0, after: float = 0) -> None:
        """Lie beside cards at this x (y, where wires go to the right), straight on so far before and after; None: lie
        straight."""
        if (beside, before, after) != (self.beside, *self.runs):
            self.beside, self.runs = beside, (before, after)
            self.setZValue(WIRE_LAYER if beside is None else PASSING_LAYER)
            self.follow()

    def show_shape(self, text: str, was: str = "") -> None:
        """Write the shape beside the wire (empty: none), and what it was where that is another."""
        if (text, was) != (self.text, self.was):
            is_other = bool(was or self.was)
            if is_other:
                self.prepareGeometryChange()
            self.text, self.was = text, was
            if is_other:
                self._area = self._area_now()
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
        self.source.leaving -= 1
        self.target.coming -= 1

    def boundingRect(self) -> QRectF:
        return self._area

    def _area_now(self) -> QRectF:
        """With room for any pill, so that a new shape needs no new geometry."""
        at, leftwards = self.pill_at
        room = PILL_ROOM * (2 if self.was else 1)
        pill = QRectF(at.x() - room * leftwards, at.y() - PILL_HEIGHT / 2, room, PILL_HEIGHT)
        return self.path.controlPointRect().united(pill).adjusted(-6, -6, 6, 6)

    def shape(self) -> QPainterPath:
        stroker = QPainterPathStroker()
        stroker.setWidth(10)
        return stroker.createStroke(self.path)

    def paint(self, painter: QPainter, option: QStyleOptionGraphicsItem, widget: QWidget | None = None) -> None:
        highlight = highlight_on(self)
        tone = self.tone or (highlight.tone(self.edge) if highlight is not None else "")
        paint_wire(painter, self.path, self.isSelected(), tone)
        if tone == "dim":
            painter.setOpacity(DIMMED)
        if self.via and not self.is_folded:
            paint_bends(painter, self.via, self.isSelected())
        if (text := self.pill_text()) and is_near(painter):
            paint_pill(painter, pill_rect(*self.pill_at, text), text, bool(self.was))


def wires_at(cards: Iterable[CardItem]) -> set[WireItem]:
    """All wires that begin or end at these cards."""
    return {wire for card in cards for wire in card.wires if isinstance(wire, WireItem)}
