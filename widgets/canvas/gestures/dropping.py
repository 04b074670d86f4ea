"""A layer dragged out of the palette: shown where it would lie, and put down there or into the wire below."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QMimeData, QPointF, QRectF, Qt
from PySide6.QtGui import QDragEnterEvent, QDragLeaveEvent, QDragMoveEvent, QDropEvent, QPainter

from engine.graph import edits
from engine.graph.graph import Graph
from engine.layers.base import LAYERS, Layer
from widgets.canvas.cards.painting import CARD_HEIGHT, CARD_WIDTH, Face, paint_card
from widgets.canvas.view.looking import MARGIN, LookingView
from widgets.canvas.view.scene import CanvasScene
from widgets.look.text import title_of
from widgets.parts.layer_drag import kind_in


def registered(kind: str) -> Layer | None:
    """A layer of this kind as it comes; None: there is no such kind."""
    return LAYERS[kind]() if kind in LAYERS else None


class DroppingView(LookingView):
    """A view that takes layers."""

    def __init__(self, scene: CanvasScene) -> None:
        super().__init__(scene)
        self.make_layer: Callable[[str], Layer | None] = registered  # what a kind of the palette stands for
        self._dragged: tuple[Layer, QPointF] | None = None
        self.setAcceptDrops(True)

    def append(self, kind: str) -> None:
        """Put a layer behind what is selected, wired."""
        layer = self.make_layer(kind)
        if layer is not None:
            graph, name = edits.appended(self.canvas.graph, layer, self.canvas.selected_names())
            self.request(self.tr("Add {name}").format(name=title_of(layer)), graph, [name])

    def request(self, text: str, graph: Graph, select: list[str]) -> None:
        """Ask for another graph, and show and select what is new in it."""
        with self.canvas.selecting_once():
            self.canvas.edit_requested.emit(text, graph, "")
            granted = all(name in self.canvas.cards for name in select)
            if granted:
                self.canvas.select(select)
        for name in select if granted else ():
            self.ensureVisible(self.canvas.cards[name], MARGIN, MARGIN)

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        layer = self._layer_in(event.mimeData())
        if layer is None:
            event.ignore()  # files are the window's
            return
        self._dragged = (layer, self.mapToScene(event.position().toPoint()))
        event.acceptProposedAction()

    def dragMoveEvent(self, event: QDragMoveEvent) -> None:
        if self._dragged is None:
            event.ignore()
            return
        self.drag_to(self.mapToScene(event.position().toPoint()))
        event.acceptProposedAction()

    @property
    def is_dragged_over(self) -> bool:
        """Whether a layer is held over it."""
        return self._dragged is not None

    def drag_to(self, point: QPointF) -> None:
        """What is dragged is over another scene point."""
        if self._dragged is not None:
            self._dragged = (self._dragged[0], point)
            self.viewport().update()

    def dragLeaveEvent(self, event: QDragLeaveEvent) -> None:
        self._dragged = None
        self.viewport().update()

    def dropEvent(self, event: QDropEvent) -> None:
        layer = self._layer_in(event.mimeData())
        self._dragged = None
        if layer is None:
            event.ignore()
            return
        event.acceptProposedAction()
        alone = bool(event.modifiers() & Qt.KeyboardModifier.AltModifier)
        self.drop_layer(layer, self.mapToScene(event.position().toPoint()), alone)
        self.setFocus()

    def _layer_in(self, data: QMimeData) -> Layer | None:
        """The layer being dragged, if it is one."""
        kind = kind_in(data)
        return self.make_layer(kind) if kind is not None else None

    def drop_layer(self, layer: Layer, point: QPointF, alone: bool = False) -> None:
        """Put a layer down at a scene point; on a wire it goes into it unless ``alone``."""
        wire = self.canvas.wire_at(point)
        if wire is not None and not alone and layer.max_inputs != 0:
            graph, name = edits.inserted(self.canvas.graph, layer, wire.edge)
        else:
            place = (round(point.x() - CARD_WIDTH / 2), round(point.y() - CARD_HEIGHT / 2))
            graph, name = edits.added(self.canvas.graph, layer, place)
        self.request(self.tr("Add {name}").format(name=title_of(layer)), graph, [name])
        self.viewport().update()

    def drawForeground(self, painter: QPainter, rect: QRectF) -> None:
        if self._dragged is None:
            return
        layer, point = self._dragged
        wire = self.canvas.wire_at(point)
        painter.save()
        painter.setOpacity(0.75)
        painter.translate(point - QPointF(CARD_WIDTH / 2, CARD_HEIGHT / 2))
        hint = self.tr("goes into this wire") if wire is not None and layer.max_inputs else layer.summary()
        paint_card(painter, Face(title_of(layer), layer.category, hint), wire is not None, False)
        painter.restore()
