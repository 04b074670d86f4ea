"""A view of a scene: zooming, fitting, panning, and the picture shown while the wheel turns."""

from __future__ import annotations

import math
from typing import NamedTuple

from PySide6.QtCore import QPoint, QPointF, QRectF, QSizeF, Qt, QTimer, Signal
from PySide6.QtGui import QPainter, QPaintEvent, QResizeEvent, QWheelEvent
from PySide6.QtWidgets import QGraphicsView

from engine.graph.grid import size_of
from widgets.canvas.cards.sizes import CARD_HEIGHT, CARD_WIDTH
from widgets.canvas.scene.scene import CanvasScene
from widgets.canvas.view.fade import fade
from widgets.canvas.view.snapshot import Snapshot
from widgets.canvas.wires.paths import DROP
from widgets.canvas.wires.wire import PILL_RUN
from widgets.look.guarded import guarded

SMALLEST, LARGEST = 0.004, 4.0  # the smallest shows a chain of 2 000 layers
ROOM = 1e6  # one can pan this far, scene pixels
MARGIN = 48
LEGIBLE = 0.7  # the zoom from which on the names of cards are easily read
BESIDE, ABOVE = 12, 24  # of a column of cards, screen pixels
SAME, MOVED = 1e-9, 2.0  # zoom; pixels that nobody has moved
FEW = 20  # cards that are painted anew at every step of a zoom
STILL_MS = 90  # after the last turn of the wheel


class Place(NamedTuple):
    """What the view looks at: the scene point in its middle, and its zoom."""

    centre: QPointF
    zoom: float


@guarded
class SceneView(QGraphicsView):
    """Looks at a canvas scene and can be led anywhere; the wheel zooms at the cursor."""

    looked = Signal()  # at another part of the scene: panned, zoomed, or of another size

    def __init__(self, scene: CanvasScene) -> None:
        super().__init__(scene)
        self.canvas = scene
        self.is_column = False  # it is narrow: what is shown from the top is one column of cards
        self._column: tuple[Place, int] | None = None  # as fitted last, in a view so wide
        self._has_beginning = False  # all is seen across then, from its beginning
        self._snapshot: Snapshot | None = None
        self._still = QTimer(self, singleShot=True, interval=STILL_MS)
        self._still.timeout.connect(self.settle)
        self.setRenderHint(QPainter.RenderHint.Antialiasing)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setTransformationAnchor(QGraphicsView.ViewportAnchor.NoAnchor)
        self.setResizeAnchor(QGraphicsView.ViewportAnchor.AnchorViewCenter)
        self.viewport().setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)  # or panning paints all of it
        self.setSceneRect(QRectF(-ROOM, -ROOM, 2 * ROOM, 2 * ROOM))

    def zoom(self) -> float:
        """Screen pixels per scene pixel."""
        return self.transform().m11()

    def zoom_at(self, factor: float, at: QPoint) -> None:
        """Zoom so that the scene point under the viewport point ``at`` stays there."""
        self._scale_at(factor, at)
        self.settle()

    def _scale_at(self, factor: float, at: QPoint) -> None:
        factor = min(max(factor, SMALLEST / self.zoom()), LARGEST / self.zoom())
        before = self.mapToScene(at)
        self.scale(factor, factor)
        moved = self.mapToScene(at) - before
        self.translate(moved.x(), moved.y())

    def translate(self, dx: float, dy: float) -> None:
        """Pan by so many scene pixels."""
        super().translate(dx, dy)
        self.looked.emit()

    def pan(self, dx: int, dy: int) -> None:
        """Move what is seen by so many screen pixels; only what comes into sight is painted."""
        across, down = self.horizontalScrollBar(), self.verticalScrollBar()
        across.setValue(across.value() - dx)
        down.setValue(down.value() - dy)

    def _look(self, scale: float, centre: QPointF) -> None:
        self.resetTransform()
        self.scale(scale, scale)
        self.settle()
        self.centerOn(centre)
        self.looked.emit()

    def fit(self, selection_only: bool = False) -> None:
        """Show everything, or the selected cards; never larger than life."""
        area = self.canvas.extent(selection_only)
        if not selection_only and self.canvas.graph.flow == "right":
            area.adjust(-DROP, 0, PILL_RUN, 0)  # a wire to the next line, and its shape
        if area.isEmpty():
            area = QRectF(-CARD_WIDTH, -CARD_HEIGHT, CARD_WIDTH * 3, CARD_HEIGHT * 3)
        room = self.viewport().size()
        width, height = max(room.width() - MARGIN, 50), max(room.height() - MARGIN, 50)
        scale = min(1.0, width / area.width(), height / area.height())
        self._look(max(scale, SMALLEST), area.center())

    def sees_all(self) -> bool:
        """Whether all that the graph has is in sight, wherever cards are on their way to."""
        seen = self.mapToScene(self.viewport().rect()).boundingRect()
        return all(seen.contains(QRectF(*node.position, *size_of(node))) for node in self.canvas.graph.nodes.values())

    def show_from_top(self) -> None:
        """The whole network if its names can be read then, else its beginning."""
        if self.is_column:
            self.fit_column()
            return
        self.fit()
        if self.zoom() < LEGIBLE and self.canvas.cards:
            self._look(1.0, self._beginning())

    # -- as a column --------------------------------------------------------------------------------------------

    def column_widths(self) -> tuple[int, int]:
        """From which on all of it can be read across, and where it is as large as life."""
        width = self.canvas.extent().width()
        return math.ceil(width * LEGIBLE) + 2 * BESIDE, math.ceil(width) + 2 * BESIDE

    def fit_column(self, around: QPointF | None = None) -> None:
        """One column of cards, as wide as the view where names can be read then; all of it or what is around a point,
        None: the beginning."""
        area, room = self.canvas.extent(), self.viewport().size()
        if area.isEmpty():
            self.fit()
            return
        width = max(1, room.width() - 2 * BESIDE)
        wide = area.width() if area.width() * LEGIBLE <= width else CARD_WIDTH
        tall = (room.height() - 2 * ABOVE) / area.height()
        zoom = max(LEGIBLE, min(1.0, width / wide))
        zoom = min(zoom, tall) if tall >= LEGIBLE else zoom
        self._look(zoom, self._within(area, QSizeF(room) / zoom, ABOVE / zoom, around))
        self._column = self.place(), room.width()
        self._has_beginning = around is None and area.width() * zoom <= room.width()

    def _within(self, area: QRectF, room: QSizeF, above: float, around: QPointF | None) -> QPointF:
        """The middle of what is seen: of all of it across where there is room, else of the column of one card."""
        slots = [QRectF(*node.position, *size_of(node)) for node in self.canvas.graph.nodes.values()] or [area]
        at = min(slots, key=lambda slot: slot.top() + slot.left() if around is None
                 else (slot.center() - around).manhattanLength()).center()
        if around is not None:
            at.setY(around.y())
        half, top = room.height() / 2, area.top() - above
        down = top + half if area.height() <= 2 * (half - above) else max(
            top + half, min(at.y(), area.bottom() + above - half))
        return QPointF(area.center().x() if area.width() <= room.width() else at.x(), down)

    def look_again_as_column(self, place: Place) -> None:
        """There, as wide as there is room now, unless somebody has zoomed; where all was seen from its beginning."""
        fitted, width = self._column or (Place(QPointF(), 0.0), 0)
        if abs(place.zoom - fitted.zoom) < SAME and width != self.viewport().width():
            has_moved = (place.centre - fitted.centre).manhattanLength() * place.zoom > MOVED
            self.fit_column(None if self._has_beginning and not has_moved else place.centre)
        else:
            self.go_to(place)

    def _fit_column_anew(self) -> None:
        """Another width: as long as nobody has zoomed, cards are as wide as there is room."""
        if self.is_column:
            self.look_again_as_column(self.place())

    def _beginning(self) -> QPointF:
        """The middle of what is seen where the network begins."""
        slots = [QRectF(*node.position, *size_of(node)) for node in self.canvas.graph.nodes.values()]
        area, room = QRectF(), QSizeF(self.viewport().size())
        for slot in (*slots, *[self.canvas.extent()] * bool(self.canvas.aside)):
            area = area.united(slot)
        half = QPointF(room.width() - MARGIN, room.height() - MARGIN) / 2
        goes_down = self.canvas.graph.flow == "down"
        first = min(slots, key=lambda at: (at.top(), at.left()) if goes_down else (at.left(), at.top()))
        middle = area if self.canvas.aside else first  # what lies beside the cards is to be seen, too
        across = area.left() + half.x() if area.width() > room.width() else middle.center().x()
        down = area.top() + half.y() if area.height() > room.height() else area.center().y()
        seen = QRectF(QPointF(across - room.width() / 2, down - room.height() / 2), room)
        return QPointF(across, down) if seen.contains(first) else QPointF(first.center().x(), first.top() + half.y())

    def place(self) -> Place:
        """What is looked at now."""
        middle = QRectF(self.viewport().rect()).center()
        return Place(self.viewportTransform().inverted()[0].map(middle), self.zoom())

    def go_to(self, place: Place) -> None:
        """Look there again."""
        self._look(place.zoom, place.centre)

    def fade(self, towards: QPointF | None, inwards: bool) -> None:
        """Let what is shown fade over what is shown next, growing towards a scene point (None: the middle)."""
        middle = self.viewport().rect().center() if towards is None else self.mapFromScene(towards)
        fade(self.viewport(), middle, inwards)

    # -- while the wheel turns ----------------------------------------------------------------------------------

    def wheelEvent(self, event: QWheelEvent) -> None:
        steps = event.angleDelta().y() or event.angleDelta().x()
        at, heavy = event.position().toPoint(), len(self.canvas.cards) > FEW and not self.canvas.is_holding
        if heavy and self._snapshot is None:
            self._snapshot = Snapshot(self)
        self._scale_at(1.0015**steps, at)
        if heavy:
            self._still.start()
        else:
            self.settle()
        event.accept()

    def settle(self) -> None:
        """Paint truly, whatever picture stood in for what is looked at."""
        self._still.stop()
        self.canvas.set_scale(self.zoom())
        if self._snapshot is not None:
            self._snapshot = None
            self.viewport().update()

    def paintEvent(self, event: QPaintEvent) -> None:
        if self._snapshot is None:
            super().paintEvent(event)
        else:
            self._snapshot.paint(self)

    def scrollContentsBy(self, dx: int, dy: int) -> None:
        super().scrollContentsBy(dx, dy)
        self.looked.emit()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if event.size().width() != event.oldSize().width():
            self._fit_column_anew()
        self.looked.emit()
