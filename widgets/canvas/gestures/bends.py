"""Bends of a wire: points it is led through, drawn where a person wants it to run."""

from __future__ import annotations

from PySide6.QtCore import QPointF, Qt

from engine.graph import marks
from engine.graph.graph import Position
from widgets.canvas.gestures.gesture import Gesture
from widgets.canvas.scene.scene import CanvasScene
from widgets.canvas.wires.wire import WireItem

NEAR = 9.0  # scene pixels


def bend_at(wire: WireItem, point: QPointF) -> int | None:
    """Which of the wire's bends is at a scene point."""
    near = ((i, (QPointF(*at) - point).manhattanLength()) for i, at in enumerate(wire.via))
    return next((index for index, distance in near if distance <= NEAR), None)


def place_of(point: QPointF) -> Position:
    """A scene point as a graph keeps it."""
    return (float(round(point.x())), float(round(point.y())))


class BendMove(Gesture):
    """A bend held by the mouse, a new one where the wire had none."""

    def __init__(self, scene: CanvasScene, wire: WireItem, point: QPointF, index: int | None) -> None:
        self._scene, self._wire, self._was = scene, wire, wire.via
        self._is_new = index is None
        self._index = wire.leg_at(point) if index is None else index
        if index is None:
            self._put(point)
        scene.select([])
        wire.setSelected(True)

    def _put(self, point: QPointF) -> None:
        rest = self._was[self._index + (not self._is_new) :]
        self._wire.lead((*self._was[: self._index], place_of(point), *rest))

    def move_to(self, point: QPointF, keys: Qt.KeyboardModifier) -> None:
        """Lead the wire through here."""
        self._put(point)

    def end(self, point: QPointF, keys: Qt.KeyboardModifier) -> None:
        """Ask for the wire as it is drawn now."""
        scene, edge, via = self._scene, self._wire.edge, self._wire.via
        scene.taken_bend = (edge, self._index)
        if self._is_new or via != self._was:
            text = scene.tr("Add a bend") if self._is_new else scene.tr("Move a bend")
            graph = scene.graph.with_via(edge, via)
            self._wire.lead(self._was)  # until it is granted
            scene.edit_requested.emit(text, graph, "")
            bent = next((e for e in scene.wires if e.via == via and marks.same_ends(e, edge)), None)
            if bent is not None:
                scene.wires[bent].setSelected(True)
                scene.taken_bend = (bent, self._index)

    def cancel(self) -> None:
        """The wire as it was."""
        self._wire.lead(self._was)
