"""A layer dragged over a view: shown where it would lie, and put down there or into the wire below."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QDragEnterEvent, QDragMoveEvent, QDropEvent, QPainter

from engine.layers.base import Layer
from widgets.canvas.cards.face import Face
from widgets.canvas.cards.painting import paint_card
from widgets.canvas.cards.sizes import CARD_HEIGHT, CARD_WIDTH
from widgets.canvas.view.scene_view import SceneView
from widgets.look.text import title_of
from widgets.parts.layer_drag import kind_in

Put = Callable[[Layer, QPointF, bool], None]  # at a scene point; True: into no wire


class Dropping:
    """What is dragged over a view, and where; ``make`` says what layer a kind stands for, ``put`` takes it in."""

    def __init__(self, view: SceneView, make: Callable[[str], Layer | None], put: Put) -> None:
        self._view, self._make, self._put = view, make, put
        self._dragged: tuple[Layer, QPointF] | None = None

    @property
    def is_over(self) -> bool:
        """Whether a layer is held over the view."""
        return self._dragged is not None

    def enter(self, event: QDragEnterEvent) -> None:
        """Take a layer and nothing else: files are the window's."""
        layer = self._layer_in(event)
        if layer is None:
            event.ignore()
            return
        self._dragged = (layer, self._view.mapToScene(event.position().toPoint()))
        event.acceptProposedAction()

    def move(self, event: QDragMoveEvent) -> None:
        """It is over another place."""
        if self._dragged is None:
            event.ignore()
            return
        self.move_to(self._view.mapToScene(event.position().toPoint()))
        event.acceptProposedAction()

    def move_to(self, point: QPointF) -> None:
        """It is over another scene point."""
        if self._dragged is not None:
            self._dragged = (self._dragged[0], point)
            self._view.viewport().update()

    def leave(self) -> None:
        """It went elsewhere."""
        self._dragged = None
        self._view.viewport().update()

    def drop(self, event: QDropEvent) -> None:
        """Put it down."""
        layer = self._layer_in(event)
        self._dragged = None
        if layer is None:
            event.ignore()
            return
        event.acceptProposedAction()
        alone = bool(event.modifiers() & Qt.KeyboardModifier.AltModifier)
        self._put(layer, self._view.mapToScene(event.position().toPoint()), alone)
        self._view.setFocus()

    def _layer_in(self, event: QDropEvent) -> Layer | None:
        kind = kind_in(event.mimeData())
        return self._make(kind) if kind is not None else None

    def paint(self, painter: QPainter) -> None:
        """The card as it would lie there, in scene coordinates."""
        if self._dragged is None:
            return
        layer, point = self._dragged
        wire = self._view.canvas.wire_at(point)
        hint = layer.summary()
        if wire is not None and layer.max_inputs:
            hint = self._view.tr("goes into this wire")
        painter.save()
        painter.setOpacity(0.75)
        painter.translate(point - QPointF(CARD_WIDTH / 2, CARD_HEIGHT / 2))
        paint_card(painter, Face(title_of(layer), layer.category, hint), wire is not None, False)
        painter.restore()
