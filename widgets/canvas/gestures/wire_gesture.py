"""Drawing a wire with the mouse, or leading the end of one elsewhere."""

from __future__ import annotations

from PySide6.QtCore import QPointF, Qt

from engine.graph.graph import Edge
from engine.messages import say
from widgets.canvas.cards.card import CardItem
from widgets.canvas.gestures.gesture import Gesture
from widgets.canvas.gestures.loose_wire import LooseWire
from widgets.canvas.scene.scene import CanvasScene
from widgets.look.later import later

REASON_MS = 1600  # how long the reason stays after a refused wire was let go
AWAY = 24.0  # scene pixels from its port from which on a wire is let go over nothing, and not just clicked


class WireGesture(Gesture):
    """From a press on an output (port −1), a free input, or an input whose wire is then taken by its end.

    A refused wire stays until one can have read why; one let go over nothing until the search for a layer has ended.
    """

    def __init__(self, scene: CanvasScene, card: CardItem, port: int, point: QPointF) -> None:
        self._scene = scene
        taken = next((e for e in scene.graph.inputs[card.node.name] if e.port == port), None) if port >= 0 else None
        if taken is not None:
            scene.wires[taken].setVisible(False)
            self.wire = LooseWire(scene.graph, scene.cards[taken.source], -1, detached=taken)
        else:
            self.wire = LooseWire(scene.graph, card, port)
        scene.addItem(self.wire)
        self.wire.move_to(point, card if taken is not None else None)

    def move_to(self, point: QPointF, keys: Qt.KeyboardModifier) -> None:
        """The free end is there."""
        before = self.wire.replaced
        self.wire.move_to(point, self._scene.card_at(point))
        if self.wire.replaced != before:
            self._show_replaced(before, "")
            self._show_replaced(self.wire.replaced, "removed")

    def _show_replaced(self, edge: Edge | None, tone: str) -> None:
        if edge is not None and edge in self._scene.wires:
            self._scene.wires[edge].show_tone(tone)

    def end(self, point: QPointF, keys: Qt.KeyboardModifier) -> None:
        """Ask for the graph with this wire, or for a layer that it could lead to."""
        scene, wire, graph = self._scene, self.wire, self.wire.result()
        if wire.reason:
            self.is_over = False
            later(scene, self._drop, REASON_MS)
            self._show_detached()
        elif graph is None and wire.detached is None and wire.length() > AWAY and scene.card_at(point) is None:
            self.is_over = False
            scene.search_requested.emit(wire.search_at(point))
        else:
            self.cancel()
            if graph is not None:
                text = scene.tr("Disconnect") if wire.edge is None else scene.tr("Connect")
                scene.edit_requested.emit(text, graph, "")
            if wire.edge in scene.graph.edges and wire.replaced is not None:
                scene.told.emit(say("{name} now reads {source} instead of {before}", name=wire.replaced.target,
                                    source=wire.edge.source, before=wire.replaced.source))

    def cancel(self) -> None:
        """The wire that was taken is whole again, and the drawn one gone."""
        self._show_replaced(self.wire.replaced, "")
        self._show_detached()
        self._drop()

    def _show_detached(self) -> None:
        if self.wire.detached is not None and self.wire.detached in self._scene.wires:
            self._scene.wires[self.wire.detached].show_unless_folded()

    def _drop(self) -> None:
        self.is_over = True
        if self.wire.scene() is not None:
            self._scene.removeItem(self.wire)
